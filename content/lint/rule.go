package lint

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/txtar"

	"rutter/content/diag"
)

// Rule is what a [diag.Problem] names by its Rule.
type Rule struct {
	ID       string        // in kebab-case, for instance "link-dead"
	Title    string        // what it is about, one line without a full stop
	Severity diag.Severity // the gravest its problems have
	Text     string        // Markdown: why it matters to readers, and what to do
	Mended   bool          // some of its problems can be mended by themselves
	Example  []Example     // a folder that has the problem; none where a folder alone cannot
	Reports  string        // the problems of the example, a line each
}

// Example is a file of a rule's example.
type Example struct{ Path, Text string }

// A rule is one file of rules/, a txtar archive: its comment is the title, a line that names the severity, and the text; its
// files are the example, with the problems in "want" and what mends itself in "fixed/…". The same file is the rule's
// test. A rule of what no folder of files can show, such as a disk that cannot be read, has neither.
//
//go:embed rules/*.txtar
var files embed.FS

var all = sync.OnceValue(func() []Rule {
	names, _ := fs.Glob(files, "rules/*.txtar")
	out := make([]Rule, 0, len(names))
	for _, name := range names {
		raw, _ := files.ReadFile(name)
		out = append(out, readRule(strings.TrimSuffix(path.Base(name), ".txtar"), raw))
	}
	slices.SortFunc(out, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) }) // file names sort otherwise
	return out
})

// All returns every rule, sorted by ID.
func All() []Rule { return slices.Clone(all()) }

// Find returns the rule of an id.
func Find(id string) (Rule, bool) {
	i, ok := slices.BinarySearchFunc(all(), id, func(r Rule, id string) int { return strings.Compare(r.ID, id) })
	if !ok {
		return Rule{}, false
	}
	return all()[i], true
}

const (
	wantFile = "want"
	fixedDir = "fixed/"
)

func readRule(id string, raw []byte) Rule {
	a := txtar.Parse(raw)
	r := Rule{ID: id}
	title, rest, _ := strings.Cut(string(a.Comment), "\n")
	severity, text, _ := strings.Cut(rest, "\n")
	r.Title, r.Text = strings.TrimSpace(title), strings.TrimSpace(text)
	for _, s := range []diag.Severity{diag.Error, diag.Warning, diag.Note} {
		if strings.TrimSpace(severity) == s.String() {
			r.Severity = s
		}
	}
	for _, f := range a.Files {
		switch {
		case f.Name == wantFile:
			r.Reports = string(f.Data)
		case strings.HasPrefix(f.Name, fixedDir):
			r.Mended = true
		default:
			r.Example = append(r.Example, Example{f.Name, string(f.Data)})
		}
	}
	return r
}

// Markdown is the rule as a page: its text, its example, and what is reported of that.
func (r Rule) Markdown() string {
	var b strings.Builder
	b.WriteString(r.Text + "\n")
	if r.Mended {
		b.WriteString("\n`rutter check --fix` mends it where that needs no thought.\n")
	}
	block := func(info, text string) {
		b.WriteString("\n~~~~~~~ " + info + "\n" + strings.ToValidUTF8(strings.TrimSuffix(text, "\n"), "\uFFFD") + "\n~~~~~~~\n")
	}
	if len(r.Example) > 0 {
		b.WriteString("\n## Example\n")
	}
	for _, e := range r.Example {
		lang := strings.TrimPrefix(path.Ext(e.Path), ".")
		if lang == "markdown" {
			lang = "md"
		}
		block(lang+` title="`+e.Path+`"`, e.Text)
	}
	if r.Reports != "" {
		b.WriteString("\nIt is told as:\n")
		block("output", r.Reports)
	}
	return b.String()
}
