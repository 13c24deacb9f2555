package content

import (
	"bytes"
	"regexp"
	"slices"

	"rutter/content/diag"
	"rutter/content/markdown"
)

// MovedLinks are the corrections that write the address of today over a former one, in one page: at the place of the
// destination, and not where the link begins. They are looked for when somebody asks, since they take the page's bytes.
func (s *Snapshot) MovedLinks(file string) (out []diag.Problem) {
	d := s.doc(file)
	if d == nil || s.Stale(file) || !slices.ContainsFunc(s.linkPs[file], func(p linkProblem) bool { return p.Rule == "link-moved" && p.File == file }) {
		return nil
	}
	raw, err := d.Source()
	if err != nil {
		return nil
	}
	m := &mover{s: s, after: s}
	f := newAuthored(raw)
	where := map[markdown.Link]written{}
	for _, w := range destinationsOf(raw) {
		where[w.Link] = w
	}
	seen := map[edit]bool{} // a definition may be used by several links
	for _, l := range d.Links {
		w, ok := where[l]
		if !ok || w.form == 0 || l.File != "" {
			continue
		}
		e, ok := m.today(d, l, w, raw)
		if !ok || seen[e] {
			continue
		}
		seen[e] = true
		line, col := f.position(e.from)
		out = append(out, diag.Problem{
			File: file, Line: line, Column: col, Severity: diag.Note, Rule: "link-moved",
			Edit: diag.Edit{Was: string(raw[e.from:e.to]), Put: e.text},
		})
	}
	return out
}

// today is the edit that has a link name what it leads to by the address of today; ok is false where it does.
func (m *mover) today(d *Doc, l markdown.Link, w written, raw []byte) (e edit, ok bool) {
	was := parseDestination(d.Path, l.Dest)
	t := m.s.find(d, was)
	if t.Doc == nil || !t.Leads() {
		return e, false
	}
	_, rest, _ := pathOf(l.Dest)
	end, found := w.pathEnd(raw, rest)
	if !found {
		return e, false
	}
	e = edit{from: w.from, to: end}
	if t.alias || t.past {
		to, ok := m.written(d, need{Link: l, want: t.Doc.Path}, w.form)
		if !ok {
			return e, false
		}
		e.text = to
	}
	switch {
	case t.former == nil:
		return e, t.alias || t.past
	case t.former.Now == "" || !plainAnchor.MatchString(t.former.Now) || rest != "#"+t.Frag:
		return e, e.text != ""
	}
	if e.text == "" {
		e.text = string(raw[e.from:e.to])
	}
	e.text, e.to = e.text+"#"+t.former.Now, end+len(bytes.TrimRight(raw[end:w.to], " "))
	return e, true
}

var plainAnchor = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
