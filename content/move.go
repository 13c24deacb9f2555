package content

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rutter/content/diag"
	"rutter/content/markdown"
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
	out := &Snapshot{files: make(map[string]File, len(s.files)), history: s.history, reserved: s.reserved, fs: s.fs}
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

// landing names what a link leads to: the path of a page or file, that of a folder with a slash behind it, "" where
// nothing is.
func landing(t Target) string {
	if t.Doc != nil {
		return t.Doc.Path
	}
	if !t.Found {
		return ""
	}
	p, _, _ := strings.Cut(t.URL, "#")
	p, _, _ = strings.Cut(p, "?")
	if u, err := url.PathUnescape(p); err == nil {
		p = u
	}
	if p = strings.TrimPrefix(p, "/"); p == "" {
		return "./"
	}
	return p
}

// moved is what a landing is after the move. What led to the list of a folder that is gone, because all that was in it
// moved, leads to what moved.
func (m *mover) moved(landing string) string {
	dir, folder := strings.CutSuffix(landing, "/")
	if !folder || landing == "./" {
		return m.name(landing)
	}
	to := m.name(dir)
	switch {
	case m.s.folders[dir] == nil || m.after.folders[to] != nil:
		return to + "/"
	case m.s.doc(m.from) != nil:
		return m.to
	}
	return m.to + "/"
}

// need is a link that has to be written in another way.
type need struct {
	markdown.Link
	was  destination
	dead bool   // it leads nowhere, and goes on naming the same place
	want string // the landing, or the place
	base string // the folder that a path from a root began in
	next bool   // the path was relative to the page's own address
}

// needs tells whether a link of a page has to be written in another way for the page as it is after the move.
func (m *mover) needs(d, moved *Doc, dest string) (n need, yes bool) {
	n.was = parseDestination(d.Path, dest)
	if n.was.self {
		return n, false
	}
	t := m.s.find(d, n.was)
	p, _, abs := pathOf(dest)
	if !t.Found {
		n.dead = true
		if d.Path == moved.Path || abs {
			return n, false
		}
		named := path.Join(d.Dir(), p)
		n.want = m.name(named)
		return n, path.Join(moved.Dir(), p) != n.want
	}
	n.want = m.moved(landing(t))
	u := m.after.find(moved, parseDestination(moved.Path, dest))
	if landing(u) == n.want && (!u.alias || t.alias) {
		return n, false
	}
	if !t.alias && t.tried < len(n.was.paths) {
		at := n.was.paths[t.tried]
		n.next = !abs && at != path.Join(d.Dir(), p)
		for up := d.Dir(); abs && up != ""; up = dirOf(up) {
			if path.Join(up, p) == at {
				n.base = m.name(up)
			}
		}
	}
	return n, true
}

// pathOf takes the path out of a destination, decoded, and returns what follows it.
func pathOf(dest string) (p, rest string, absolute bool) {
	dest = strings.TrimSpace(dest)
	p = dest
	if i := strings.IndexAny(dest, "?#"); i >= 0 {
		p, rest = dest[:i], dest[i:]
	}
	if u, err := url.PathUnescape(p); err == nil {
		p = u
	}
	p = strings.ReplaceAll(p, `\`, "/")
	return p, rest, strings.HasPrefix(p, "/")
}

// spelled are the paths from the root under which a landing can be named, the one that is written like p first.
func (m *mover) spelled(want, p string) []string {
	slash := ""
	if strings.HasSuffix(p, "/") {
		slash = "/"
	}
	if dir, folder := strings.CutSuffix(want, "/"); folder {
		if dir == "." {
			return []string{""}
		}
		return []string{dir + slash, dir + "/"}
	}
	d := m.after.doc(want)
	if d == nil {
		return []string{want}
	}
	bare := want[:len(want)-len(path.Ext(want))]
	named := indexRank(path.Base(p)) != 0 // the folder's page was named, not the folder
	ext := strings.ToLower(path.Ext(p))
	switch {
	case ext == ".md" || ext == ".markdown":
		return []string{want}
	case ext != ".html" && ext != ".htm":
		ext = ""
	}
	folder, isFolder := strings.CutSuffix(d.Key, "/")
	switch {
	case d.Key == "":
		return []string{"", want}
	case isFolder && named && ext != "":
		return []string{folder + "/index" + ext, want}
	case isFolder && named:
		return []string{bare, want}
	case isFolder && ext != "":
		return []string{folder + ext, want}
	case isFolder:
		return []string{folder + slash, folder + "/", want}
	case ext != "":
		return []string{bare + ext, want}
	}
	return []string{bare + slash, bare, want}
}

// written returns the path that a link is given, encoded for its form; false where none leads to where it has to.
func (m *mover) written(moved *Doc, n need, form markdown.Form) (string, bool) {
	p, rest, abs := pathOf(n.Dest)
	raw, _, _ := strings.Cut(n.Dest, "#")
	raw, _, _ = strings.Cut(raw, "?")
	put := func(path string) string { return encoded(path, raw, form) }
	dir := moved.Dir()
	if n.dead {
		to := n.want
		if strings.HasSuffix(p, "/") {
			to += "/"
		}
		return put(relative(dir, to)), true
	}
	leads := func(path string) bool {
		u := m.after.find(moved, parseDestination(moved.Path, put(path)+rest))
		return landing(u) == n.want && !u.alias
	}
	for _, to := range m.spelled(n.want, p) {
		var ways []string
		if abs {
			if in, ok := strings.CutPrefix(to, n.base+"/"); ok && n.base != "" {
				ways = append(ways, "/"+in)
			}
			ways = append(ways, "/"+to)
		} else {
			ways = append(ways, relative(dir, to))
			if n.next {
				ways = slices.Insert(ways, 0, relative(path.Join(dir, stem(moved.Path)), to))
			}
			if strings.HasPrefix(p, "./") {
				for i, w := range ways {
					if !strings.HasPrefix(w, ".") {
						ways[i] = "./" + w
					}
				}
			}
		}
		for _, w := range ways {
			if leads(w) {
				return put(w), true
			}
		}
	}
	return "", false
}

// relative is the way from a folder to a path, both from the root; a path may lead out of it.
func relative(dir, to string) string {
	target, slash := strings.CutSuffix(to, "/")
	var up []string
	if dir != "" {
		up = strings.Split(dir, "/")
	}
	var down []string
	if target != "" {
		down = strings.Split(target, "/")
	}
	for len(up) > 0 && len(down) > 0 && up[0] == down[0] {
		up, down = up[1:], down[1:]
	}
	out := strings.Repeat("../", len(up)) + strings.Join(down, "/")
	switch {
	case out == "":
		return "./"
	case slash && !strings.HasSuffix(out, "/"):
		out += "/"
	}
	return out
}

// encoded percent-encodes a path for the form it is written in. What its author wrote without encoding in the path
// before stays so where the form allows it.
func encoded(p, before string, form markdown.Form) string {
	ok := "-._~/+=@,;!$"
	keep := ""
	switch form {
	case markdown.Bare:
		if balanced(p) {
			keep = "()"
		}
	case markdown.Angled, markdown.Double:
		keep = " ()'"
	case markdown.Single:
		keep = " ()"
	case markdown.Open:
		keep = "()"
	default:
		ok, keep = "-._~/+", " ()"
	}
	for _, c := range keep {
		if strings.ContainsRune(before, c) {
			ok += string(c)
		}
	}
	ascii := strings.Contains(before, "%") && !strings.ContainsFunc(before, func(r rune) bool { return r >= utf8.RuneSelf })
	var b strings.Builder
	for _, r := range p {
		switch {
		case r < utf8.RuneSelf && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune(ok, r)):
			b.WriteRune(r)
		case r >= utf8.RuneSelf && !ascii && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)):
			b.WriteRune(r)
		default:
			b.WriteString(percent(string(r)))
		}
	}
	out := b.String()
	if strings.HasPrefix(out, "%") || strings.HasPrefix(out, "@") || strings.HasPrefix(out, "!") { // which YAML reads as something else
		out = "./" + out
	}
	return out
}

func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}

// balanced tells whether the parentheses of a path come in pairs.
func balanced(p string) bool {
	open := 0
	for _, c := range p {
		switch c {
		case '(':
			open++
		case ')':
			if open--; open < 0 {
				return false
			}
		}
	}
	return open == 0
}

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
	if len(todo) == 0 && !replaced && alias == "" {
		return nil
	}
	raw, err := d.Source()
	if err != nil {
		return fmt.Errorf("%s: %w", d.Path, err)
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

// alias is the former address that a page has to be given, "" for none: the page does not move, had no address of its
// own, or another has it now.
func (m *mover) alias(d, moved *Doc) string {
	key := keyOfPath(strings.Trim(d.Key, "/"))
	switch {
	case d.Path == moved.Path || key == "" || !m.s.Reachable(d):
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

// verify reads what is to be written as the portal will, and refuses a move that would lose anything.
func (m *mover) verify() error {
	for p, r := range m.known {
		if p == queriesFile {
			continue
		}
		old, was := m.s.doc(p), m.after.doc(m.name(p))
		d, found, usable := readDoc(was.Path, r.Text, isFolderPage(was))
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
