package content

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"rutter/content/difference"
	"rutter/content/markdown"
)

// Difference is what changed between two versions of a page.
type Difference struct {
	Old, Now *Doc              // the versions; nil where there was no page
	Fields   []FieldChange     // of the front matter, and the title
	Body     []byte            // HTML, see markdown.Difference; nil where a version can be shown as its text alone
	Stats    markdown.Stats    // of Body
	Source   []difference.Hunk // of the files, none where they are the same
}

// FieldChange is a key of the front matter with its values as text, "" where there was none.
type FieldChange struct{ Key, Old, New string }

// maxCompared is the size of both versions, in bytes, up to which their bodies are compared as pages: that takes some 300
// times as much memory. Beyond it there is the source.
const maxCompared = 1 << 20

// sourceContext is how many lines stand around a change of the source.
const sourceContext = 3

// Difference compares two versions of the file of a page; nil is a version in which there was none. Links of the new version
// lead where the snapshot has something. It is fs.ErrNotExist where there is neither, and where the viewer may not see
// a version, or the page as it is now.
func (w View) Difference(path string, old, now []byte) (Difference, error) {
	d := Difference{Old: w.versionOf(path, old), Now: w.versionOf(path, now)}
	page := w.s.doc(path).full()
	for _, v := range []*Doc{d.Old, d.Now, page} {
		if v != nil && !w.v.MaySee(v.Meta.Audience) {
			return Difference{}, fs.ErrNotExist
		}
	}
	if d.Old == nil && d.Now == nil {
		return Difference{}, fs.ErrNotExist
	}
	d.Source = difference.Lines(legible(old), legible(now), sourceContext)
	var before, after Meta
	title := FieldChange{Key: "title"}
	if d.Old != nil {
		before, title.Old = d.Old.Meta, d.Old.Title
	}
	if d.Now != nil {
		after, title.New = d.Now.Meta, d.Now.Title
	}
	before.Title, after.Title = title.Old, title.New // be they of the front matter or of the first heading
	d.Fields = MetaChanges(before, after)
	if d.Old.size()+d.Now.size() > maxCompared {
		return d, nil
	}
	from := cmp.Or(page, d.Now, d.Old)
	a, b := bodyOf(d.Old), bodyOf(d.Now)
	d.Body, d.Stats, _ = markdown.Difference(a, b, title.Old, markdown.HTMLOptions{ // without a body there is the source
		Title: title.New, Scope: scoper,
		Resolve: func(dest string, _ bool) (string, bool) {
			t := w.Resolve(from, dest)
			return t.URL, t.Leads()
		},
	})
	return d, nil
}

// versionOf reads a version of a file, with what it includes as that is today; nil where there was none.
func (w View) versionOf(path string, raw []byte) *Doc {
	if raw == nil {
		return nil
	}
	d, _, _ := readDoc(path, raw, indexRank(path) > 0, reading{fs: w.s.included, constants: w.s.portal.says().constants(), elsewhere: w.s.elsewhere})
	return d
}

// size is of a version with what it includes, in bytes.
func (d *Doc) size() int {
	if d == nil {
		return 0
	}
	text, _ := d.Text()
	return len(text)
}

func bodyOf(d *Doc) *markdown.Page {
	if d == nil {
		p, _ := markdown.Parse("", nil, 1)
		return p
	}
	p, err := d.body()
	if err != nil {
		return markdown.Plain(nil)
	}
	return p
}

// legible is a file's text with one kind of line end, and with names for the characters that nobody would see or that turn
// the order of others.
func legible(raw []byte) string {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	s := strings.ToValidUTF8(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\uFFFD")
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "⟨%U⟩", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// metaTexts are the values of the front matter as text, in the order in which they are shown.
var metaTexts = []struct {
	key  string
	text func(*Meta) string
}{
	{"title", func(m *Meta) string { return m.Title }},
	{"summary", func(m *Meta) string { return m.Summary }},
	{"kind", func(m *Meta) string { return string(m.Kind) }},
	{"lang", func(m *Meta) string { return m.Lang }},
	{"owner", func(m *Meta) string { return m.Owner }},
	{"reviewed", func(m *Meta) string { return string(m.Reviewed) }},
	{"reviewed_by", func(m *Meta) string { return m.ReviewedBy }},
	{"review_every", func(m *Meta) string { return m.ReviewEvery }},
	{"applies_to", func(m *Meta) string { return listed(m.AppliesTo, Application.String) }},
	{"phase", func(m *Meta) string { return listed(m.Phases, func(p Phase) string { return string(p) }) }},
	{"tags", func(m *Meta) string { return listed(m.Tags, plainText) }},
	{"audience", func(m *Meta) string { return listed(m.Audience, plainText) }},
	{"aliases", func(m *Meta) string { return listed(m.Aliases, plainText) }},
	{"status", func(m *Meta) string { return m.Status }},
	{"superseded_by", func(m *Meta) string { return m.SupersededBy }},
	{"weight", func(m *Meta) string {
		if m.Weight == 0 {
			return ""
		}
		return strconv.Itoa(m.Weight)
	}},
	{"published", func(m *Meta) string { return string(m.Published) }},
	{"updated", func(m *Meta) string { return string(m.Updated) }},
	{"alerts", func(m *Meta) string { return listed(m.Alerts, plainText) }},
	{"errors", func(m *Meta) string { return listed(m.Errors, plainText) }},
	{"inputs", func(m *Meta) string { return listed(m.Inputs, inputText) }},
	{"duration", func(m *Meta) string { return m.Duration }},
	{"risk", func(m *Meta) string { return m.Risk }},
	{"escalation", func(m *Meta) string { return m.Escalation }},
	{"id", func(m *Meta) string { return m.ID }},
	{"severity", func(m *Meta) string { return m.Severity }},
	{"state", func(m *Meta) string { return m.State }},
	{"affected", func(m *Meta) string { return listed(m.Affected, Application.String) }},
	{"fixed_in", func(m *Meta) string { return listed(m.FixedIn, Application.String) }},
	{"updates", func(m *Meta) string {
		return listed(m.Updates, func(u Update) string { return string(u.Date) + ": " + u.Text })
	}},
	{"environment", func(m *Meta) string {
		return listed(m.Environment, func(p Pair) string { return p.Label + ": " + p.Value })
	}},
	{"uses", func(m *Meta) string { return listed(m.Uses, plainText) }},
	{"results", func(m *Meta) string { return listed(m.Results, resultText) }},
}

// MetaChanges returns the keys of the front matter whose values differ, in the order of [Meta].
func MetaChanges(old, now Meta) (out []FieldChange) {
	for _, f := range metaTexts {
		if a, b := f.text(&old), f.text(&now); a != b {
			out = append(out, FieldChange{f.key, legible([]byte(a)), legible([]byte(b))})
		}
	}
	return out
}

func plainText(s string) string { return s }

// listed is the entries of a list as text.
func listed[T any](vs []T, text func(T) string) string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = text(v)
	}
	return strings.Join(out, "; ")
}

// inputText is an input as text: host (hostname, required, by default db1, “Host”).
func inputText(in Input) string {
	about := []string{in.Type}
	if in.Required {
		about = append(about, "required")
	}
	if len(in.Options) > 0 {
		about = append(about, "one of "+strings.Join(in.Options, ", "))
	}
	if in.Pattern != "" {
		about = append(about, "like "+in.Pattern)
	}
	if in.Default != "" {
		about = append(about, "by default "+in.Default)
	}
	if in.Label != "" {
		about = append(about, "“"+in.Label+"”")
	}
	return in.Name + " (" + strings.Join(about, ", ") + ")"
}

// resultText is a result as text: time: 6 h → 48 min (records).
func resultText(r Result) string {
	s := r.Measure + ": " + r.After
	if r.Before != "" {
		s = r.Measure + ": " + r.Before + " → " + r.After
	}
	if r.Measured != "" {
		s += " (" + r.Measured + ")"
	}
	return s
}
