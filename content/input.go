package content

import (
	"regexp"
	"strings"

	"rutter/content/shell"
)

// patterns are the types of inputs whose values have a form, as regular expressions that browsers and Go read alike.
var patterns = map[string]string{
	"hostname": `[A-Za-z0-9]([A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?`,
	"ip":       `([0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f:]{2,39}`,
	"port":     `[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]`,
	"int":      `-?[0-9]{1,18}`,
	"k8s-name": `[a-z0-9]([a-z0-9.\-]{0,251}[a-z0-9])?`,
}

// Form is the regular expression that the whole of a value must match, "" for any.
func (in Input) Form() string {
	if in.Pattern != "" {
		return in.Pattern
	}
	return patterns[in.Type]
}

// Accepts tells whether a value is one of the input's. A pattern that cannot be read accepts everything.
func (in Input) Accepts(value string) bool {
	if in.Type == "enum" && len(in.Options) > 0 {
		for _, o := range in.Options {
			if o == value {
				return true
			}
		}
		return false
	}
	form := in.Form()
	if form == "" { // what a link may bring must not become an option
		return in.Type == "secret" || !strings.HasPrefix(value, "-")
	}
	re, err := regexp.Compile(`^(?:` + form + `)$`)
	return err != nil || re.MatchString(value)
}

// inputsOf joins what an author declared with what the commands of a page want. What is declared comes first; what is
// only found has its label and type from its name.
func inputsOf(declared []Input, found []string) []Input {
	var out []Input
	seen := map[string]bool{}
	for _, in := range declared {
		in.Name = shell.NameOf(in.Name)
		if in.Name == "" || seen[in.Name] {
			continue
		}
		seen[in.Name] = true
		if in.Label == "" {
			in.Label = shell.Label(in.Name)
		}
		out = append(out, in)
	}
	for _, name := range found {
		if !seen[name] {
			seen[name] = true
			out = append(out, Input{Name: name, Label: shell.Label(name), Type: typeOf(name)})
		}
	}
	return out
}

// secretName is in the names of values that must not be kept or sent.
var secretName = regexp.MustCompile(`(^|-)(pass(word|wd|phrase|code|wort)?|pwd|secret|token|kennwort|credentials?|(api|access|private|secret|encryption|license|licence)-?key)$`)

// typeOf guesses the type of an input by its name. It guesses little: a wrong guess keeps a right value out.
func typeOf(name string) string {
	last := name[strings.LastIndexByte(name, '-')+1:]
	switch {
	case last == "namespace" || name == "ns":
		return "k8s-name"
	case last == "port":
		return "port"
	case secretName.MatchString(name):
		return "secret"
	}
	return "text"
}
