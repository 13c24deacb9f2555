package content

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"rutter/content/markdown"
)

// View is a Snapshot in the eyes of one Viewer: what they may not see is not there, in no list and no count.
type View struct {
	s *Snapshot
	v Viewer
}

// For returns the snapshot as the viewer may see it.
func (s *Snapshot) For(v Viewer) View { return View{s, v} }

// sees tells whether a page stands in the viewer's lists. What has not been read may be for others.
func (w View) sees(d *Doc) bool {
	return d != nil && !d.unread && w.v.MaySee(d.Meta.Audience) && w.s.Reachable(d)
}

// listed is Doc for lists: it reads nothing.
func (w View) listed(path string) *Doc {
	if d := w.s.doc(path); w.sees(d) {
		return d
	}
	return nil
}

func (w View) filter(ds []*Doc) []*Doc {
	out := make([]*Doc, 0, len(ds))
	for _, d := range ds {
		if w.sees(d) {
			out = append(out, d)
		}
	}
	return out
}

// Doc finds a page by the path of its file; nil when there is none.
func (w View) Doc(path string) *Doc {
	if d := w.s.doc(path).full(); w.sees(d) {
		return d
	}
	return nil
}

// At finds a page by its key, see Doc.Key; nil when there is none.
func (w View) At(key string) *Doc {
	p, ok := w.s.byKey[key]
	if !ok {
		return nil
	}
	return w.Doc(p)
}

// Moved returns the address of the page that a former or misspelt key means: an alias, the key of a file that was
// renamed, or the key in another letter case.
func (w View) Moved(key string) (url string, ok bool) {
	trimmed := strings.Trim(key, "/")
	if d := w.Doc(w.s.aliases[trimmed]); d != nil {
		return d.URL, true
	}
	if past := keyOfPath(trimmed); w.s.byKey[past] == "" && w.s.byKey[past+"/"] == "" {
		if d := w.Doc(w.s.history.movedKey(past)); d != nil {
			return d.URL, true
		}
	}
	k, ok := w.s.fold[strings.ToLower(trimmed)]
	if !ok || k == trimmed {
		return "", false
	}
	for _, key := range []string{k, k + "/"} {
		if d := w.At(key); d != nil {
			return d.URL, true
		}
	}
	if f := w.Folder(k); f != nil {
		return f.URL, true
	}
	return "", false
}

// Folder finds a folder by its path, with the pages and folders the viewer may see; nil when there are none.
func (w View) Folder(path string) *FolderView {
	f := w.s.folders[path]
	if f == nil {
		return nil
	}
	out := &FolderView{Path: f.Path, URL: f.URL, Title: f.Title, Index: w.listed(f.Index)}
	if out.Index == nil && f.Index != "" {
		out.Title = titleOfName(baseOf(path))
	}
	for _, p := range f.Docs {
		if d := w.listed(p); d != nil {
			out.Docs = append(out.Docs, d)
		}
	}
	for _, p := range f.Folders {
		if n := w.count(p); n > 0 {
			sub := w.s.folders[p]
			ref := FolderRef{Path: p, URL: sub.URL, Title: sub.Title, Count: n}
			if d := w.listed(sub.Index); d != nil {
				ref.Summary = d.Summary()
			} else if sub.Index != "" {
				ref.Title = titleOfName(baseOf(p))
			}
			out.Folders = append(out.Folders, ref)
		}
	}
	if path != "" && out.Index == nil && len(out.Docs)+len(out.Folders) == 0 {
		return nil
	}
	return out
}

// FolderView is a folder in the eyes of one viewer.
type FolderView struct {
	Path    string
	URL     string
	Title   string
	Index   *Doc // its page, nil when it has none
	Docs    []*Doc
	Folders []FolderRef
}

// FolderRef is a folder in a list.
type FolderRef struct {
	Path, URL, Title, Summary string
	Count                     int // pages in it, at any depth
}

func (w View) count(dir string) int {
	n := 0
	for _, d := range w.s.under(dir + "/") {
		if w.sees(d) {
			n++
		}
	}
	return n
}

// Trail returns the folders above a page or folder, the root left out, outermost first.
func (w View) Trail(dir string) []FolderRef {
	var out []FolderRef
	for ; dir != ""; dir = dirOf(dir) {
		ref := FolderRef{Path: dir, URL: "/" + escapePath(dir) + "/", Title: titleOfName(baseOf(dir))}
		if f := w.s.folders[dir]; f != nil {
			if d := w.listed(f.Index); d != nil {
				ref.Title = d.Title
			}
		}
		out = append(out, ref)
	}
	slices.Reverse(out)
	return out
}

// Parent returns the folder that a page is listed in: for a folder's own page, the folder above.
func (d *Doc) Parent() string {
	if d.IsFolder() {
		return dirOf(d.Dir())
	}
	return d.Dir()
}

// Neighbours returns the pages before and after a page in its folder's order, nil at the ends and for a
// folder's own page.
func (w View) Neighbours(d *Doc) (prev, next *Doc) {
	f := w.s.folders[d.Dir()]
	if f == nil || d.IsFolder() {
		return nil, nil
	}
	i := slices.Index(f.Docs, d.Path)
	if i < 0 {
		return nil, nil
	}
	for j := i - 1; j >= 0 && prev == nil; j-- {
		prev = w.listed(f.Docs[j])
	}
	for j := i + 1; j < len(f.Docs) && next == nil; j++ {
		next = w.listed(f.Docs[j])
	}
	return prev, next
}

// File tells whether a path is a file that may be served as it is. Files have no audience of their own: one is for
// those who may see a page that lies beside it; where there is none, a page below its folder; where there is none
// either, what holds for the folder above.
func (w View) File(path string) (File, bool) {
	f, ok := w.s.files[path]
	if !ok {
		return File{}, false
	}
	for dir := dirOf(path); ; dir = dirOf(dir) {
		prefix := dir + "/"
		if dir == "" {
			prefix = ""
		}
		pages := w.s.under(prefix)
		beside := func(d *Doc) bool { return d.Dir() == dir }
		switch {
		case slices.ContainsFunc(pages, beside):
			return f, slices.ContainsFunc(pages, func(d *Doc) bool { return beside(d) && w.sees(d) })
		case len(pages) > 0:
			return f, slices.ContainsFunc(pages, w.sees)
		case dir == "":
			return f, true
		}
	}
}

// Files returns the files that are served as they are and that the viewer may see, by path.
func (w View) Files() (out []File) {
	for _, p := range slices.Sorted(maps.Keys(w.s.files)) {
		if f, ok := w.File(p); ok {
			out = append(out, f)
		}
	}
	return out
}

// All returns every page the viewer may see, by path.
func (w View) All() []*Doc { return w.filter(w.s.docs) }

// Len is the number of pages the viewer may see.
func (w View) Len() int {
	n := 0
	for _, d := range w.s.docs {
		if w.sees(d) {
			n++
		}
	}
	return n
}

// Select returns the pages that match, by weight and title.
func (w View) Select(match func(*Doc) bool) []*Doc {
	var out []*Doc
	for _, d := range w.s.docs {
		if w.sees(d) && match(d) {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, compareDocs)
	return out
}

// Count tells how many pages have each of the values that of returns, for instance of their tags.
func (w View) Count(of func(*Doc) []string) []Count {
	n := map[string]int{}
	for _, d := range w.s.docs {
		if w.sees(d) {
			for _, v := range of(d) {
				n[v]++
			}
		}
	}
	var out []Count
	for _, v := range slices.SortedFunc(maps.Keys(n), naturalCompare) {
		out = append(out, Count{v, n[v]})
	}
	return out
}

// Count is a value with the number of pages that have it.
type Count struct {
	Value string
	Pages int
}

// Latest returns up to n pages that match, those changed last first. Pages of unknown age are left out.
func (w View) Latest(n int, match func(*Doc) bool) []*Doc {
	type dated struct {
		d *Doc
		t time.Time
	}
	var top []dated
	for _, d := range w.s.docs {
		t, ok := w.s.Changed(d)
		if !ok || !w.sees(d) || !match(d) || len(top) == n && !t.After(top[n-1].t) {
			continue
		}
		i, _ := slices.BinarySearchFunc(top, t, func(x dated, t time.Time) int {
			if x.t.Before(t) {
				return 1
			}
			return -1
		})
		top = slices.Insert(top, i, dated{d, t})
		top = top[:min(len(top), n)]
	}
	out := make([]*Doc, len(top))
	for i, x := range top {
		out[i] = x.d
	}
	return out
}

// Open opens a file that is served as it is; fs.ErrNotExist where there is none the viewer may see.
func (w View) Open(path string) (fs.File, error) {
	if _, ok := w.File(path); !ok {
		return nil, fs.ErrNotExist
	}
	return w.s.fs.Open(path)
}

// Changed is Snapshot.Changed.
func (w View) Changed(d *Doc) (time.Time, bool) { return w.s.Changed(d) }

// Revision is Snapshot.Revision.
func (w View) Revision(d *Doc) string { return w.s.Revision(d) }

// Resolve finds what a relative destination on a page leads to.
func (w View) Resolve(d *Doc, dest string) Target {
	to := parseDestination(d.Path, dest)
	t := w.s.find(d, to)
	if t.Doc != nil && !w.sees(t.Doc) {
		if t.alias {
			return Target{Frag: t.Frag}.guess(to) // where the page is now is not for this viewer
		}
		t.Doc = nil // the address stays, which the author published; nothing else does
	}
	if t.former != nil && !w.v.MaySee(t.former.Audience) {
		t.former = nil
	}
	return t
}

// Changes returns what is known to have changed a page, newest first; nil for a page that the viewer may not see. It says
// what authors wrote into the repository, not what the page says: show it to those who may read that.
func (w View) Changes(d *Doc) []Change {
	if !w.sees(d) {
		return nil
	}
	return w.s.history.Changes(d.Path)
}

// ChangedBy is who changed a page last, "" where no repository says.
func (w View) ChangedBy(d *Doc) string {
	if !w.sees(d) {
		return ""
	}
	c, _ := w.s.history.Last(d.Path)
	return c.Author
}

// SeesVersion tells whether the viewer may see a version of a page's file: it says itself whom it was for.
func (w View) SeesVersion(path string, raw []byte) bool {
	return w.v.MaySee(audienceOfVersion(path, raw))
}

// audienceOfVersion is whom a version of a page was for, as readDoc has it.
func audienceOfVersion(path string, raw []byte) []string {
	b := cut(raw)
	audience, ok := audienceOf(path, raw, b)
	block := b.text
	if b.broken != nil {
		block = raw
	}
	if !ok && mentionsAudience(block) {
		return []string{Nobody}
	}
	return audience
}

// Anchors returns the anchors that earlier versions of a page had and this one has not, by ID, as far as those versions
// were for the viewer.
func (w View) Anchors(d *Doc) (out []FormerAnchor) {
	for _, f := range w.s.history.Anchors(d.Path) {
		if w.v.MaySee(f.Audience) {
			out = append(out, f)
		}
	}
	return out
}

// Body renders the page's body with links resolved. inputs are what its commands want; values, by name, are written into
// them where they can be. marks are lines of the file, sorted, that links to #/line-N lead to.
func (w View) Body(d *Doc, values map[string]string, marks []int) (html []byte, inputs []Input, err error) {
	p, err := d.body()
	if err != nil {
		return nil, nil, err
	}
	fill, names := map[string]string{}, map[string]bool{}
	declared := inputsOf(d.Meta.Inputs, nil)
	for _, in := range declared {
		names[in.Name] = true
		if in.Accepts(in.Default) {
			fill[in.Name] = in.Default
		}
	}
	for name, value := range values {
		in := Input{Type: typeOf(name)}
		if i := slices.IndexFunc(declared, func(in Input) bool { return in.Name == name }); i >= 0 {
			in = declared[i]
		}
		if delete(fill, name); in.Type != "secret" && in.Accepts(value) { // a secret was never to be sent
			fill[name] = value
		}
	}
	former := map[string][]string{}
	for _, f := range w.Anchors(d) {
		former[f.Now] = append(former[f.Now], f.ID)
	}
	at := make([]markdown.Mark, 0, len(marks))
	first := 0
	if d.made != nil && len(marks) > 0 {
		raw, _ := d.Source()
		first = cut(raw).bodyLine
	}
	for _, line := range marks {
		m := markdown.Mark{Line: line, Named: line}
		if d.made != nil && line >= first {
			m.Line = d.made.virtual(first, line)
		}
		at = append(at, m)
	}
	html, err = p.HTML(markdown.HTMLOptions{
		Title: d.Title, Values: fill, Scope: scoper, Inputs: names, Marks: at, Former: former,
		Resolve: func(dest string, _ bool) (string, bool) {
			t := w.Resolve(d, dest)
			return t.URL, t.Leads()
		},
	})
	inputs = inputsOf(d.Meta.Inputs, p.Inputs)
	for i, in := range inputs {
		inputs[i].NotWritten = p.NotWritten[in.Name]
	}
	return html, inputs, err
}
