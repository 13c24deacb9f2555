package view

import (
	"context"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rutter/content/coverage"
	"rutter/content/diag"
	"rutter/content/difference"
	"rutter/content/markdown"
)

// ThemeScript applies the colours a reader chose before the page is drawn. It stands in the page itself, allowed by its
// hash, since anything fetched would come too late.
const ThemeScript = `try{document.documentElement.dataset.theme=localStorage.getItem("rutter.theme")||""}catch{}`

// verdict is an answer to "am I affected?".
type verdict struct{ key, class, word, text string }

var verdicts = []verdict{
	{"affected", "crit", "Yes, affected", "Do what this page says, before anything else with that product."},
	{"fixed", "good", "No: fixed in this version", "Nothing to do, if it runs this version everywhere."},
	{"not", "good", "No, not affected", "This advisory does not name that version."},
	{"unknown", "low", "Cannot tell", "Some of what this version means is affected and some is not, or it cannot be read. Give it more exactly, with its update or its build."},
}

func versionsWords(x Affected) string {
	if x.Versions == "" {
		return "all"
	}
	if x.Fixed {
		return x.Versions + " and newer"
	}
	return x.Versions
}

// example says that a version in an empty field is one.
func example(v string) string {
	if v == "" {
		return ""
	}
	return "such as " + v
}

// short is the longest result that stays on its line, in bytes.
const short = 16

// orNone is a dash where nothing was measured.
func orNone(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// script is what a page does: one file, whichever it is.
func script(f Frame) string {
	if f.Play {
		return f.Assets.Play
	}
	return f.Assets.JS
}

func lang(l string) string {
	if l == "" {
		return "en"
	}
	return l
}

func title(f Frame) string {
	if f.Title == "" {
		return f.Portal
	}
	return f.Title + " · " + f.Portal
}

// plural puts a number before the right word, with thousands apart.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// shape is the symbol of a severity: its colour never stands alone.
func shape(class string) string {
	switch class {
	case "crit":
		return "stop"
	case "high":
		return "tri"
	case "mid":
		return "dia"
	case "good":
		return "ok"
	}
	return "ring"
}

func severityClass(s string) string {
	switch s {
	case "critical":
		return "crit"
	case "high":
		return "high"
	case "moderate":
		return "mid"
	}
	return "low"
}

func severityWord(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func severityOf(s diag.Severity) templ.Component {
	switch s {
	case diag.Error:
		return severity("crit", "Error")
	case diag.Warning:
		return severity("high", "Warning")
	}
	return severity("low", "Note")
}

// place is line:column as far as they are known.
func place(p diag.Problem) string {
	switch {
	case p.Line == 0:
		return "file"
	case p.Column == 0:
		return strconv.Itoa(p.Line)
	}
	return strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

func ms(v float64) string {
	if v < 1 {
		return strconv.FormatFloat(v, 'f', 1, 64) + " ms"
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + " ms"
}

func fragment(id string) string { return (&url.URL{Fragment: id}).EscapedFragment() }

func searchHeading(p SearchPage) string {
	q := "“" + clipRunes(p.Query, 80) + "”"
	switch {
	case p.Missing != "":
		return "No page for " + clipRunes(p.Missing, 80) + " yet"
	case p.Paste != "" && p.Total > 0:
		return plural(p.Total, "page", "pages") + " for the pasted text"
	case p.Paste != "":
		return "Nothing for the pasted text"
	case !p.Asked:
		return "What do you see?"
	case p.Building, p.Failed:
		return "Not searched yet: " + q
	case p.Total == 0 && p.Query == "":
		return "No such page"
	case p.Total == 0:
		return "Nothing for " + q
	}
	if p.Query == "" {
		return plural(p.Total, "page", "pages")
	}
	return plural(p.Total, "page", "pages") + " for " + q
}

func clipRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

func problemsHeading(p ProblemsPage) string {
	n := p.Errors + p.Warnings + p.Notes
	switch {
	case len(p.Troubles) > 0:
		return "The newest content is held back"
	case n == 0:
		return "Nothing is wrong"
	case p.Errors == 0:
		return plural(n, "thing", "things") + " to look at"
	}
	return plural(p.Errors, "error", "errors") + " to mend"
}

func coverageHeading(p CoveragePage) string {
	n := map[coverage.State]int{}
	for _, s := range p.States {
		n[s.State] = s.Total
	}
	switch {
	case p.Alerts == 0:
		return "No alerts in the rules"
	case n[coverage.Unanswered]+n[coverage.URLDead] > 0:
		return plural(n[coverage.Unanswered]+n[coverage.URLDead], "alert", "alerts") + " to mend"
	case n[coverage.URLElse] > 0:
		return plural(n[coverage.URLElse], "alert leads", "alerts lead") + " elsewhere"
	}
	return "Every alert has a page"
}

// stateWords are the heading of a state, the heading of its last column, and its shape.
func stateWords(s coverage.State) (heading, column, class string) {
	switch s {
	case coverage.Unanswered:
		return "No page", "Nearest page", "crit"
	case coverage.URLDead:
		return "Dead runbook address", "Address", "high"
	case coverage.URLElse:
		return "Runbook elsewhere", "Address", "low"
	}
	return "Answered", "Page", "good"
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return number(n) + " times"
}

func stateHeading(s coverage.State) string { h, _, _ := stateWords(s); return h }
func stateColumn(s coverage.State) string  { _, c, _ := stateWords(s); return c }
func stateClass(s coverage.State) string   { _, _, c := stateWords(s); return c }

// breakable is a path or an address that may go on in the next line.
func breakable(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		parts := pathParts(s)
		for i, p := range parts {
			parts[i] = templ.EscapeString(p)
		}
		_, err := io.WriteString(w, strings.Join(parts, "<wbr>"))
		return err
	})
}

// pathParts cuts a path or an address behind its slashes, and where a part is long.
func pathParts(s string) (out []string) {
	for part := range strings.SplitAfterSeq(s, "/") {
		if part == "/" && len(out) > 0 { // of https://
			out[len(out)-1] += part
			continue
		}
		for r := []rune(part); len(r) > 0; {
			n := min(len(r), 32)
			out = append(out, string(r[:n]))
			r = r[n:]
		}
	}
	return out
}

func filePlace(p diag.Problem) string {
	if p.File == "" {
		return "all files"
	}
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + place(p)
}

func rulePlace(a CoveredAlert) string {
	place := a.File + ":" + strconv.Itoa(a.Line)
	if a.Rules > 1 {
		place += " and " + number(a.Rules-1) + " more"
	}
	return place
}

// shownValues is how many values of a facet are shown before "more".
const shownValues = 8

func firstValues(f FacetBox) []FacetValue { return f.Values[:min(len(f.Values), shownValues)] }
func restValues(f FacetBox) []FacetValue  { return f.Values[min(len(f.Values), shownValues):] }

// options are the places of a page in the search box: its sections, at most two, or the page itself.
func options(h HitBox) []SectionBox {
	out := slices.Clone(h.Sections[:min(len(h.Sections), 2)])
	if len(out) == 0 {
		return []SectionBox{{Heading: h.Title, URL: h.URL}}
	}
	for i, s := range out {
		if s.Heading == "" {
			out[i].Heading = h.Title
		}
	}
	return out
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

func countWords(b SuggestBox) string {
	switch {
	case b.Query == "" || b.Message != "":
		return b.Message
	case b.Total == 1:
		return "1 page matches"
	}
	return number(b.Total) + " pages match"
}

// barSummary is the line that authors read first.
func barSummary(b Bar) string {
	var parts []string
	if n := len(b.Troubles); n > 0 {
		parts = append(parts, "Held back")
	}
	if b.Stale {
		parts = append(parts, "Older version")
	}
	errors, warnings, notes := diag.Count(b.Problems)
	for _, x := range []struct {
		n         int
		one, many string
	}{{errors, "error", "errors"}, {warnings, "warning", "warnings"}, {notes, "note", "notes"}} {
		if x.n > 0 {
			parts = append(parts, plural(x.n, x.one, x.many))
		}
	}
	if len(parts) == 0 {
		return "Nothing is wrong here"
	}
	return strings.Join(parts, ", ")
}

// rankWord is a place among results: 1st, 2nd, or that there is none.
func rankWord(r Rank) string {
	if r.Place == 0 {
		return "not found"
	}
	suffix := "th"
	if n := r.Place % 100; n < 11 || n > 13 {
		switch r.Place % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(r.Place) + suffix
}

// subject is what a change says of itself.
func subject(c Change) string {
	if c.Subject == "" {
		return "A change without a word about it"
	}
	return clipRunes(c.Subject, 200)
}

// FieldWord is a key of the front matter as a label.
func FieldWord(key string) string {
	switch key {
	case "":
		return ""
	case "id":
		return "ID"
	case "lang":
		return "Language"
	}
	s := strings.ReplaceAll(key, "_", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

// differenceWords says what changed in one sentence.
func differenceWords(p DifferencePage) string {
	switch {
	case p.From == nil:
		return "The page was added."
	case p.To == nil:
		return "The page was removed."
	}
	if s := statsWords(p.Stats); s != "" {
		return s + "."
	}
	switch {
	case len(p.Fields) > 0 && !p.AsText:
		return "The text did not change, what is said about the page did."
	case len(p.Source) == 0:
		return "The two versions are the same."
	case p.AsText:
		return "What changed is in the source."
	}
	return "What readers see did not change, its source did."
}

// plurals are the words for several blocks that do not end in an s alone.
var plurals = map[markdown.What]string{markdown.CodeBlock: "blocks of code"}

// statsWords is what changed as words: 2 paragraphs added, 1 step edited.
func statsWords(stats markdown.Stats) string {
	var out []string
	for _, c := range stats {
		many := plurals[c.What]
		if many == "" {
			many = string(c.What) + "s"
		}
		did := func(n int, what string) {
			if n > 0 {
				out = append(out, plural(n, string(c.What), many)+" "+what)
			}
		}
		did(c.Added, "added")
		did(c.Removed, "removed")
		did(c.Edited, "edited")
	}
	return strings.Join(out, ", ")
}

// hunkWords says where lines of a source stand.
func hunkWords(h difference.Hunk) string {
	for _, l := range h.Lines {
		if l.Op != difference.Removed {
			return "From line " + number(h.Now)
		}
	}
	return "From what was line " + number(h.Old)
}

// branchWords says how much a branch changes.
func branchWords(p BranchPage) string {
	s := "What the branch changes since it began: " + plural(len(p.Pages), "page", "pages")
	if len(p.Files) > 0 {
		s += " and " + plural(len(p.Files), "other file", "other files")
	}
	return s + "."
}

// changeBy is who made a change, and what it did, before its revision.
func changeBy(c Change) string {
	s := ""
	for _, x := range []string{c.Author, c.Note} {
		if x != "" {
			s += x + ", "
		}
	}
	return s
}
