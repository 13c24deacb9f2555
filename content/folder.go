package content

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Folder is one folder that holds pages, directly or further down.
type Folder struct {
	Path    string   // "" for the root
	URL     string   // "/" or "/playbooks/linux/"
	Title   string   // of its page, else made of its name
	Index   string   // path of the file that is its page, "" when it has none
	Docs    []string // paths of its other pages, in the order to show
	Folders []string // paths of its folders, in the order to show
}

// buildFolders returns the folders of docs (sorted by path). Folders of prev are kept where stale does not name
// them; a nil stale means all. Every folder above a stale one must be stale too.
func buildFolders(s *Snapshot, prev map[string]*Folder, stale map[string]bool) map[string]*Folder {
	out := make(map[string]*Folder, len(prev)+1)
	if stale == nil {
		stale = map[string]bool{"": true}
		for _, d := range s.docs {
			for dir := d.Dir(); !stale[dir]; dir = dirOf(dir) {
				stale[dir] = true
			}
		}
	} else {
		for p, f := range prev {
			if !stale[p] {
				out[p] = f
			}
		}
	}
	dirs := slices.Collect(maps.Keys(stale))
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	for _, dir := range dirs {
		if f := s.folder(dir, out); f != nil {
			out[dir] = f
		}
	}
	return out
}

// folder builds one folder; below holds the folders in it. It returns nil when no page is left in it.
func (s *Snapshot) folder(dir string, below map[string]*Folder) *Folder {
	f := &Folder{Path: dir, URL: "/", Title: "Home"}
	prefix := ""
	if dir != "" {
		f.URL, f.Title, prefix = "/"+escapePath(dir)+"/", titleOfName(baseOf(dir)), dir+"/"
	}
	docs := s.under(prefix)
	if len(docs) == 0 && dir != "" {
		return nil
	}
	last := ""
	for _, d := range docs {
		rest := d.Path[len(prefix):]
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			if sub := d.Path[:len(prefix)+i]; sub != last {
				last = sub
				f.Folders = append(f.Folders, sub)
			}
			continue
		}
		if d.IsFolder() {
			f.Index, f.Title = d.Path, d.Title
		} else {
			f.Docs = append(f.Docs, d.Path)
		}
	}
	slices.SortFunc(f.Docs, func(a, b string) int { return compareDocs(s.doc(a), s.doc(b)) })
	slices.Sort(f.Folders)
	f.Folders = slices.Compact(f.Folders)
	slices.SortFunc(f.Folders, func(a, b string) int {
		x, y := below[a], below[b]
		return cmp.Or(
			cmp.Compare(weightOf(s.doc(x.Index)), weightOf(s.doc(y.Index))),
			naturalCompare(x.Title, y.Title),
			strings.Compare(a, b),
		)
	})
	return f
}

func baseOf(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }

// IsFolder tells whether the page stands for its folder.
func (d *Doc) IsFolder() bool { return d.Key == "" || strings.HasSuffix(d.Key, "/") }

// compareDocs puts pages by weight (0 last), then title, then path.
func compareDocs(a, b *Doc) int {
	return cmp.Or(
		cmp.Compare(weightOf(a), weightOf(b)),
		naturalCompare(a.Title, b.Title),
		strings.Compare(a.Path, b.Path),
	)
}

func weightOf(d *Doc) int {
	if d == nil || d.Meta.Weight == 0 {
		return 1 << 30
	}
	return d.Meta.Weight
}

// naturalCompare orders titles as a reader expects: case does not matter and 9 comes before 10.
func naturalCompare(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na > 0 && nb > 0 {
			x, y := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
