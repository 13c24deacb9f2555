package shell

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Hole is a place in a script where an author wrote a name for a value that only the reader has: <namespace>,
// ${NAMESPACE}, {{namespace}}.
type Hole struct {
	From, To int    // byte offsets in the script
	Name     string // of the input, see NameOf
	Place    Place
}

// Place is what the shell reads where a hole is, and so how a value is written there. Its value is the letter that
// pages carry in data-q.
type Place byte

// The places.
const (
	Word   Place = 'w' // a word or a part of one, outside of quotes
	Always Place = 'a' // the same, where even a harmless value must be quoted: as a command's name, before a redirection
	Double Place = 'd' // in double quotes
	Single Place = 's' // in single quotes
	Here   Place = 'h' // in a here-document in which the shell expands
	Text   Place = 't' // in a comment, or a here-document that is taken as it is
	Number Place = 'n' // in arithmetic: a whole number
	Plain  Place = 'p' // in a script within the script, or one that does not parse: nothing that any shell would expand
)

var (
	harmless = regexp.MustCompile(`^[A-Za-z0-9_@%+:./-]+$`) // in every place, to every shell
	whole    = regexp.MustCompile(`^-?[0-9]{1,18}$`)
)

var (
	inDouble = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`", "!", `"'!'"`) // ! is history to a shell one types into
	inHere   = strings.NewReplacer(`\`, `\\`, "$", `\$`, "`", "\\`")
)

// Write returns what to write in a place so that the shell has exactly value there. ok is false where that cannot be
// done: for an empty value, one with control characters, and for one that is not plain where it must be.
func (p Place) Write(value string) (text string, ok bool) {
	if value == "" || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return "", false
	}
	switch p {
	case Word, Always:
		if p == Word && harmless.MatchString(value) {
			return value, true
		}
		return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'", true
	case Double:
		return inDouble.Replace(value), true
	case Single:
		return strings.ReplaceAll(value, "'", `'\''`), true
	case Here:
		return inHere.Replace(value), true
	case Text:
		return value, true
	case Number:
		return value, whole.MatchString(value)
	default:
		return value, harmless.MatchString(value)
	}
}

// candidate is what may be a hole, in each of the ways there are to write one.
var candidate = regexp.MustCompile(`<(` + nameText + `)>|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Z][A-Z0-9_]+(?:(?:-[A-Z][A-Z0-9_]+){2,})?)|\{\{ ?([A-Za-z_][A-Za-z0-9_-]*) ?\}\}`)

// nameText is what stands between angle brackets: words, of which one may be in round ones, as in <pod (from alert)>.
const nameText = `\p{L}[\p{L}\p{N}._/:@,|'-]*(?: ?\([\p{L}\p{N} ._/:@,|'-]+\)| [\p{L}\p{N}._/:@,|'-]+)*`

var (
	// notPlaceholders are addresses, elements that end themselves, quotes that begin or end, and commands between redirections.
	notPlaceholders = regexp.MustCompile(`://|/$|'( |$)| '|(^| )\|( |$)|@[\w-]+\.(com|org|net|io)$`)
	// fileName and afterFile are of <in.txt>out.txt, comparison and afterComparison of a <b and c> 5.
	fileName        = regexp.MustCompile(`\.[a-z]{1,5}$`)
	afterFile       = regexp.MustCompile(`^[A-Za-z0-9_.~]`)
	comparison      = regexp.MustCompile(` (and|or|AND|OR) `)
	afterComparison = regexp.MustCompile(`^=? ?['"0-9(]`)
	beforeElement   = regexp.MustCompile(`\(\?(<?[=!]|P)?$|#include $|\$\($`)
)

// placeholder tells whether a name in angle brackets from one offset to another stands for a value: it is no redirection
// and no element of XML, which has an end somewhere.
func placeholder(src, name string, from, to int, ends map[string]bool) bool {
	before, after := src[:from], src[to:]
	switch {
	case before != "" && strings.IndexByte("<&", before[len(before)-1]) >= 0, notNames[strings.ToLower(name)], notPlaceholders.MatchString(name):
		return false
	case fileName.MatchString(name) && afterFile.MatchString(after), comparison.MatchString(name) && afterComparison.MatchString(after):
		return false
	case strings.HasPrefix(after, "[^<"): // of a pattern that reads an element
		return false
	case beforeElement.MatchString(before[max(0, len(before)-10):]):
		return false
	}
	return !ends[name]
}

// endTag is of XML, perhaps in a pattern of sed.
var endTag = regexp.MustCompile(`<\\?/([^<>\n]*)>`)

// template is how Go's templates begin, which kubectl and docker take as arguments.
var template = regexp.MustCompile(`\{\{-? ?(\.|"|\$|range|end|if|else|with|print|json|len|index)`)

// environment are variables that every shell has.
var environment = set(`HOME PATH USER PWD OLDPWD SHELL HOSTNAME LOGNAME TMPDIR EDITOR PAGER KUBECONFIG LANG LC_ALL TERM PPID UID EUID
	RANDOM SECONDS LINENO PIPESTATUS BASH BASH_SOURCE BASH_VERSION FUNCNAME OSTYPE IFS REPLY OPTARG OPTIND COLUMNS LINES DISPLAY
	SHLVL BASHPID HISTFILE HISTSIZE HISTCONTROL JAVA_HOME EPOCHSECONDS HOSTTYPE MACHTYPE USERNAME MAIL PROMPT_COMMAND`)

// codeVariables are variables whose values shells and programs run.
var codeVariables = set(`PROMPT_COMMAND PS0 PS1 PS2 PS4 ENV BASH_ENV EDITOR VISUAL KUBE_EDITOR PAGER MANPAGER LESSOPEN LESSCLOSE GIT_SSH_COMMAND
	GIT_EDITOR GIT_PAGER GIT_EXTERNAL_DIFF RSYNC_RSH LD_PRELOAD PATH IFS PERL5OPT PYTHONSTARTUP NODE_OPTIONS`)

// notNames are words in angle brackets that stand for output, not for a value.
var notNames = set(`none nil null unknown unset pending eof stdin stdout stderr br host-network`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// Named finds the placeholders in a text that is no command, as the name of a host is.
func Named(text string) []Hole {
	holes := holesIn(text, nil)
	for i := range holes {
		holes[i].Place = Text
	}
	return holes
}

// holesIn finds what may be holes, without knowing their places. vars are those that the page sets itself.
func holesIn(src string, vars *Variables) (out []Hole) {
	templates := template.MatchString(src)
	ends := map[string]bool{}
	for _, m := range endTag.FindAllStringSubmatch(src, -1) {
		ends[m[1]] = true
	}
	for _, m := range candidate.FindAllStringSubmatchIndex(src, -1) {
		h := Hole{From: m[0], To: m[1]}
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return src[m[2*i]:m[2*i+1]]
		}
		if escaped := src[:m[0]]; (len(escaped)-len(strings.TrimRight(escaped, `\`)))%2 == 1 {
			continue // a value's own backslashes would count with that one
		}
		name := group(1)
		switch variable := group(2) + group(3); {
		case name != "":
			if !placeholder(src, name, m[0], m[1], ends) {
				continue
			}
		case variable != "":
			if vars != nil && vars.set[variable] || environment[variable] || standard.MatchString(variable) || strings.ToUpper(variable) != variable {
				continue
			}
			name = variable
		default:
			if name = group(4); templates {
				continue
			}
		}
		if h.Name = NameOf(name); h.Name != "" {
			out = append(out, h)
		}
	}
	return out
}

var (
	fromAlert = regexp.MustCompile(`^(?:the )?(?:value of )?(?:the )?([a-z0-9_-]+) label(?: .*)?$`)
	standard  = regexp.MustCompile(`^(XDG|SSH|SUDO)_`) // variables of many
	aside     = regexp.MustCompile(` ?\([^()]*\)$`)
	owners    = regexp.MustCompile(`^(?:your|my|the|a|an|some)[ _-]`)
)

// NameOf is the name of an input, however an author writes it: <Pod Name>, $POD_NAME, {{pod-name}} and <your pod name> are
// pod-name, <value of pod label from alert> and <pod (from alert)> are pod, <user@host> is user-host.
func NameOf(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.ReplaceAll(aside.ReplaceAllString(s, ""), "'s", "")
	if m := fromAlert.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	s = owners.ReplaceAllString(s, "")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" _-./:@,|()'", r) }), "-")
	if len(s) > maxName {
		s = strings.TrimRight(strings.ToValidUTF8(s[:maxName], ""), "-")
	}
	return s
}

// maxName is how long a name is at most, in bytes.
const maxName = 40

// abbreviations are written in capitals.
var abbreviations = set(`ip id vm pvc pv url dns cidr uuid cpu db os api mac vlan osd pg vmi cr ca`)

// Label is what a reader is asked for by an input's name: Pod name, Node IP.
func Label(name string) string {
	words := strings.Split(name, "-")
	for i, w := range words {
		switch {
		case abbreviations[w]:
			words[i] = strings.ToUpper(w)
		case i == 0 && w != "":
			r, n := utf8.DecodeRuneInString(w)
			words[i] = string(unicode.ToUpper(r)) + w[n:]
		}
	}
	return strings.Join(words, " ")
}
