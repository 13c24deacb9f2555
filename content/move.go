package content

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rutter/content/diag"
)

// Move is what it takes to move a page, a folder or any other file of a content folder: one rename, and the files that
// get other bytes.
type Move struct {
	From, To string    // of the file or folder, relative to the content folder
	Rewrites []Rewrite // sorted by path
	Turned   []Turn    // pages that have their kind from their folder, and get another
	Unread   []string  // pages that cannot be parsed, so that nobody knows their links, sorted
}

// Turn is a page that becomes one of another kind.
type Turn struct {
	Path string // after the move
	Kind Kind   // after the move
}

// Rewrite is a file that gets other bytes.
type Rewrite struct {
	Path    string // before the move
	Was     []byte
	Text    []byte
	Changes []Replacement // in the order of the file
}

// Replacement is one change to a file.
type Replacement struct {
	Line, Column int    // where it begins in the file as it was, column in code points
	Old, New     string // destinations or paths; Old is "" for a former address that is added
}

// RefusedError says why nothing is moved.
type RefusedError struct {
	Problems []diag.Problem // where the files are what stands against it
	Reason   string         // else
}

func (e *RefusedError) Error() string {
	if len(e.Problems) > 0 {
		return "nothing was moved: these places cannot be rewritten"
	}
	return e.Reason
}

func refuse(format string, args ...any) error {
	return &RefusedError{Reason: fmt.Sprintf(format, args...)}
}

// Move plans to move what lies at one path to another, so that every link leads where it led: links to what moves, and
// those of moved pages to others. Moved pages keep their old address as an alias. The snapshot must be complete, and
// links that lead nowhere go on doing so.
func (s *Snapshot) Move(from, to string) (*Move, error) {
	s = s.asWritten()
	m := &mover{s: s, from: from, to: to, known: map[string]*Rewrite{}}
	if err := m.check(); err != nil {
		return nil, err
	}
	m.after = s.renamed(m.name)
	out := &Move{From: from, To: to}
	for _, d := range s.docs {
		if s.Stale(d.Path) {
			if m.name(d.Path) != d.Path {
				return nil, &RefusedError{Problems: s.ProblemsOf(d.Path)}
			}
			out.Unread = append(out.Unread, d.Path)
			continue
		}
		if err := m.page(d); err != nil {
			return nil, err
		}
		if to := m.name(d.Path); d.Meta.Kind == "" && kindOfPath(to) != d.Kind {
			out.Turned = append(out.Turned, Turn{to, kindOfPath(to)})
		}
	}
	if err := m.questions(); err != nil {
		return nil, err
	}
	if len(m.stuck) > 0 {
		diag.Sort(m.stuck)
		return nil, &RefusedError{Problems: m.stuck}
	}
	if err := m.verify(); err != nil {
		return nil, err
	}
	for _, r := range m.known {
		out.Rewrites = append(out.Rewrites, *r)
	}
	slices.SortFunc(out.Rewrites, func(a, b Rewrite) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// asWritten is the snapshot with its pages as their files have them, without what they include, and with the files that are
// only included as pages of their own.
func (s *Snapshot) asWritten() *Snapshot {
	out := *s
	out.docs = make([]*Doc, 0, len(s.docs)+len(s.snippets))
	for _, d := range s.docs {
		if d.made != nil {
			if raw, err := d.Source(); err == nil {
				own, _, _ := readDoc(d.Path, raw, d.IsFolder(), reading{})
				d = own.at(d.Key)
			}
		}
		out.docs = append(out.docs, d)
	}
	for _, p := range s.snippets {
		if raw, err := readFile(s.fs, p); err == nil {
			d, _, _ := readDoc(p, raw, false, reading{})
			out.docs = append(out.docs, d)
		}
	}
	slices.SortFunc(out.docs, func(a, b *Doc) int { return strings.Compare(a.Path, b.Path) })
	return &out
}

// mover is a move while it is planned.
type mover struct {
	s, after *Snapshot // before the move, and after it without the rewrites
	from, to string
	known    map[string]*Rewrite // by path before the move
	promised []promise           // what the front matter of rewritten pages must say
	stuck    []diag.Problem      // places that cannot be rewritten
}

// promise is what the front matter of a page must say when it is read again.
type promise struct {
	page             string // its path before the move
	alias, successor string // "" for none that is new
}

// kept tells whether the page as it is read again says so.
func (p promise) kept(m Meta) bool {
	return (p.alias == "" || slices.Contains(m.Aliases, p.alias)) && (p.successor == "" || m.SupersededBy == p.successor)
}

// check refuses what cannot be moved to where it is to go.
func (m *mover) check() error {
	from, to := m.from, m.to
	switch {
	case from == "" || from == "." || !m.s.has(from):
		return refuse("there is no page, file or folder %s", from)
	case to == "" || to == "." || path.Clean(to) != to || strings.HasPrefix(to, "/") || to == ".." || strings.HasPrefix(to, "../"):
		return refuse("%s is no place in the folder", to)
	case Hidden(to):
		return refuse("what lies at %s is hidden: it would be no part of the portal", to)
	case !utf8.ValidString(to) || strings.Contains(to, `\`) || strings.ContainsFunc(to, unicode.IsControl):
		return refuse("%q cannot be opened: choose a name without backslashes and control characters", to)
	case from == to:
		return refuse("%s is there already", to)
	case m.s.has(to):
		return refuse("%s exists", to)
	case strings.HasPrefix(to, from+"/"):
		return refuse("%s cannot be moved into itself", from)
	}
	for dir := dirOf(to); dir != ""; dir = dirOf(dir) {
		if m.s.doc(dir) != nil || m.s.files[dir].Path != "" {
			return refuse("%s is a file", dir)
		}
	}
	page := m.s.doc(from) != nil
	switch {
	case page && !IsPage(to):
		return refuse("a page ends in .md: %s would be none", to)
	case !page && m.s.files[from].Path != "" && IsPage(to):
		return refuse("%s is no page, and %s would be one", from, to)
	}
	return nil
}

// has tells whether a page, a file or a folder lies at a path.
func (s *Snapshot) has(p string) bool {
	if s.doc(p) != nil || s.files[p].Path != "" {
		return true
	}
	if len(s.under(p+"/")) > 0 {
		return true
	}
	for f := range s.files {
		if strings.HasPrefix(f, p+"/") {
			return true
		}
	}
	return false
}

// HasFolder tells whether a folder lies at a path. The content folder itself is ".".
func (s *Snapshot) HasFolder(p string) bool {
	return p == "." || s.has(p) && s.doc(p) == nil && s.files[p].Path == ""
}

// name is the path after the move of what lies at a path before it.
func (m *mover) name(p string) string {
	if p == m.from {
		return m.to
	}
	if rest, ok := strings.CutPrefix(p, m.from+"/"); ok {
		return m.to + "/" + rest
	}
	return p
}

// renamed is the snapshot with its files under other names.
func (s *Snapshot) renamed(name func(string) string) *Snapshot {
	out := &Snapshot{files: make(map[string]File, len(s.files)), portal: s.portal, history: s.history, reserved: s.reserved, fs: s.fs}
	for p, f := range s.files {
		f.Path = name(p)
		out.files[f.Path] = f
	}
	for _, d := range s.docs {
		if to := name(d.Path); to != d.Path {
			c := *d
			c.Path, c.Key, c.URL = to, "", ""
			d = &c
		}
		out.docs = append(out.docs, d)
	}
	slices.SortFunc(out.docs, func(a, b *Doc) int { return strings.Compare(a.Path, b.Path) })
	out.settle()
	return out
}

// settle gives the pages of a snapshot that is not built from a tree their addresses and folders.
func (s *Snapshot) settle() {
	(&Builder{Reserved: s.reserved}).address(s, &Diff{})
	s.folders = buildFolders(s, nil, nil)
}

// verify reads what is to be written as the portal will, and refuses a move that would lose anything.
func (m *mover) verify() error {
	for p, r := range m.known {
		if p == queriesFile {
			continue
		}
		old, was := m.s.doc(p), m.after.doc(m.name(p))
		d, found, usable := readDoc(was.Path, r.Text, was.IsFolder(), reading{})
		if !usable || len(d.Links) != len(old.Links) || !sameButLinks(d.Meta, old.Meta) || !slices.Equal(d.Anchors, old.Anchors) || len(found) > len(m.s.filePs[p]) {
			return &RefusedError{Problems: []diag.Problem{{File: p, Line: 1, Rule: "move", Text: "the page would be read otherwise when its links were rewritten", Fix: "rewrite them by hand first"}}}
		}
		i, _ := slices.BinarySearchFunc(m.after.docs, was.Path, func(d *Doc, p string) int { return strings.Compare(d.Path, p) })
		m.after.docs[i] = d
	}
	m.after.settle()
	for _, p := range m.promised {
		if !p.kept(m.after.doc(m.name(p.page)).Meta) {
			return &RefusedError{Problems: []diag.Problem{{File: p.page, Line: 1, Rule: "move", Text: "the front matter would not say what it should", Fix: "write the keys aliases and superseded_by on lines of their own first"}}}
		}
	}
	var fresh []diag.Problem
	for _, p := range m.after.restPs { // of addresses
		if !slices.ContainsFunc(m.s.restPs, func(o diag.Problem) bool { return m.name(o.File) == p.File && o.Rule == p.Rule }) {
			fresh = append(fresh, p)
		}
	}
	if len(fresh) > 0 {
		return &RefusedError{Problems: fresh}
	}
	return m.leads()
}

// leads makes sure that every link leads where it led.
func (m *mover) leads() error {
	for _, old := range m.s.docs {
		if m.s.Stale(old.Path) {
			continue
		}
		d := m.after.doc(m.name(old.Path))
		for i, l := range old.Links {
			t := m.s.find(old, parseDestination(old.Path, l.Dest))
			u := m.after.find(d, parseDestination(d.Path, d.Links[i].Dest))
			if want := m.moved(landing(t)); t.Found && landing(u) != want {
				return &RefusedError{Problems: []diag.Problem{{File: old.Path, Line: l.Line, Column: l.Column, Rule: "move", Text: "the link to " + show(l.Dest) + " would lead elsewhere", Fix: "rewrite it by hand first"}}}
			}
		}
	}
	return nil
}

// sameButLinks tells whether two pages say the same, apart from where they lead and led.
func sameButLinks(a, b Meta) bool {
	if len(a.Uses) != len(b.Uses) || len(a.Aliases) < len(b.Aliases) || (a.SupersededBy == "") != (b.SupersededBy == "") {
		return false
	}
	for _, x := range b.Aliases {
		if !slices.Contains(a.Aliases, x) {
			return false
		}
	}
	a.Uses, a.Aliases, a.SupersededBy = nil, nil, ""
	b.Uses, b.Aliases, b.SupersededBy = nil, nil, ""
	return reflect.DeepEqual(a, b)
}
