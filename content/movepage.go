package content

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rutter/content/diag"
	"rutter/content/markdown"
)

// page plans what changes in a page.
func (m *mover) page(d *Doc) error {
	moved := m.after.doc(m.name(d.Path))
	var todo []need
	for _, l := range d.Links {
		if n, yes := m.needs(d, moved, l.Dest); yes {
			n.Link = l
			todo = append(todo, n)
		}
	}
	successor, replaced := need{}, false
	if s := d.Meta.SupersededBy; s != "" {
		successor, replaced = m.needs(d, moved, s)
		successor.Dest = s
	}
	alias := m.alias(d, moved)
	raw, err := d.Source()
	if err != nil {
		return fmt.Errorf("%s: %w", d.Path, err)
	}
	includes := m.includes(d, moved, raw)
	if len(todo)+len(includes) == 0 && !replaced && alias == "" {
		return nil
	}
	r := rewriter{mover: m, d: d, moved: moved, file: newAuthored(raw), told: map[edit]bool{}}
	where := map[markdown.Link][]written{}
	for _, w := range destinationsOf(raw) {
		where[w.Link] = append(where[w.Link], w)
	}
	for _, n := range todo {
		ws := where[n.Link]
		if len(ws) == 0 {
			r.stop(n.Link)
			continue
		}
		if len(ws) > 1 {
			where[n.Link] = ws[1:]
		}
		r.link(n, ws[0])
	}
	for _, e := range includes {
		r.change(e, string(raw[e.from:e.to]), e.text)
	}
	if replaced {
		ws := r.file.front(cut(raw), "superseded_by")
		if len(ws) == 0 {
			r.stop(markdown.Link{Dest: successor.Dest, Line: 1})
		} else {
			successor.Dest = r.link(successor, ws[0])
		}
	}
	if alias != "" {
		r.alias(alias)
	}
	m.promised = append(m.promised, promise{d.Path, alias, successor.Dest})
	slices.SortFunc(r.changes, func(a, b Replacement) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	m.known[d.Path] = &Rewrite{Path: d.Path, Was: raw, Text: edited(raw, r.edits), Changes: r.changes}
	return nil
}

// includes are the edits that have a page include what it included.
func (m *mover) includes(d, moved *Doc, raw []byte) (out []edit) {
	first := func(s *Snapshot, file, name string) string {
		for _, p := range includable(file, name) {
			if s.doc(p) != nil {
				return p
			}
		}
		return ""
	}
	for _, l := range includeLines(raw) {
		name, _, _ := strings.Cut(l.name, "#")
		at := first(m.s, d.Path, name)
		if at == "" || first(m.after, moved.Path, name) == m.name(at) {
			continue
		}
		to := "/" + m.name(at)
		if !IsPage(name) {
			to = strings.TrimSuffix(to, ".md")
		}
		out = append(out, edit{l.from, l.from + len(name), to})
	}
	return out
}

// alias is the former address that a page has to be given, "" for none: the page does not move, had no address of its
// own, or another has it now.
func (m *mover) alias(d, moved *Doc) string {
	key := keyOfPath(strings.Trim(d.Key, "/"))
	switch {
	case d.Path == moved.Path || isSnippet(d.Path) || key == "" || !m.s.Reachable(d):
		return ""
	case m.after.byKey[key] != "" || m.after.byKey[key+"/"] != "" || m.after.aliases[key] != "":
		return ""
	}
	for _, a := range d.Meta.Aliases {
		if aliasKey(a) == key {
			return ""
		}
	}
	return "/" + d.Key
}

// rewriter collects the changes to one page.
type rewriter struct {
	*mover
	d, moved *Doc
	file     *authored
	edits    []edit
	changes  []Replacement
	told     map[edit]bool // a definition is used more than once
}

func (r *rewriter) change(e edit, old, text string) {
	if r.told[e] {
		return
	}
	r.told[e] = true
	r.edits = append(r.edits, e)
	line, col := r.file.position(e.from)
	r.changes = append(r.changes, Replacement{line, col, old, text})
}

func (r *rewriter) stop(l markdown.Link) {
	r.stuck = append(r.stuck, diag.Problem{
		File: r.d.Path, Line: l.Line, Column: l.Column, Rule: "move", Text: "the link to " + show(l.Dest) + " cannot be rewritten as it is written", Fix: "write it as [text](path), or without what is special about it",
	})
}

// link rewrites the path of one link and leaves what follows it. It returns the new destination.
func (r *rewriter) link(n need, w written) string {
	if w.form == 0 {
		r.stop(n.Link)
		return ""
	}
	to, ok := r.written(r.moved, n, w.form)
	_, rest, _ := pathOf(n.Dest)
	end, found := w.pathEnd(r.file.raw, rest)
	if !ok || !found {
		r.stop(n.Link)
		return ""
	}
	r.change(edit{w.from, end, to}, n.Dest, to+rest)
	return to + rest
}

// alias adds a former address to the front matter.
func (r *rewriter) alias(a string) {
	late, _ := lateFrontMatter(r.d.Path, r.file.raw)
	e, ok := r.file.withAlias(a)
	if !ok || late != nil {
		r.stuck = append(r.stuck, diag.Problem{
			File: r.d.Path, Line: 1, Column: 1, Rule: "move", Text: "the alias " + a + " cannot be added to the front matter as it is written", Fix: "add it by hand first",
		})
		return
	}
	r.change(e, "", a)
}

// questions plans what changes in queries.yaml.
func (m *mover) questions() error {
	raw, ps, ok := readBeside(m.s.fs, queriesFile)
	if !ok || len(ps) > 0 {
		return nil
	}
	f := newAuthored(raw)
	r := rewriter{mover: m, d: &Doc{Path: queriesFile}, file: f, told: map[edit]bool{}}
	for _, w := range f.pagesOfQueries() {
		page := strings.TrimPrefix(w.Dest, "/")
		bare := !IsPage(page)
		if bare {
			page += ".md"
		}
		to := m.name(page)
		if to == page {
			continue
		}
		if bare {
			to = strings.TrimSuffix(to, ".md")
		}
		if strings.HasPrefix(w.Dest, "/") {
			to = "/" + to
		}
		if w.form == 0 {
			r.stop(w.Link)
			continue
		}
		r.change(edit{w.from, w.to, w.quote(to)}, w.Dest, to)
	}
	if len(r.edits) == 0 {
		return nil
	}
	text := edited(raw, r.edits)
	var after questions
	after.parse(text)
	if m.s.asked == nil || len(after.list) != len(m.s.asked.list) || len(after.problems) > len(m.s.asked.problems) {
		return refuse("%s cannot be rewritten: name the page in it by hand first", queriesFile)
	}
	for i, q := range m.s.asked.list {
		if q.Page = m.name(q.Page); q != after.list[i] {
			return refuse("%s cannot be rewritten: name the page in it by hand first", queriesFile)
		}
	}
	m.known[queriesFile] = &Rewrite{Path: queriesFile, Was: raw, Text: text, Changes: r.changes}
	return nil
}
