package content

import (
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// History is what a repository knows about the pages. It is immutable and safe for concurrent use. A nil History means
// there is no repository, and the file system's times may be used; the zero History is of a repository whose log has
// not been read yet.
type History struct {
	Revision string // of the state the pages have; "" when unknown
	Author   string // of that revision, "" when unknown

	past   Past
	moved  map[string]string // former path → path now
	keys   map[string]string // key of a former path → path now
	former map[string][]FormerAnchor
	review map[string]int32 // by path: the last commit that says who reviewed the page
}

// Change is one change of a page.
type Change struct {
	Time       time.Time
	Revision   string   // short name of the revision: 12 hexadecimal digits
	Author     string   // name, "" when unknown
	Subject    string   // first line of the message, "" when unknown
	ReviewedBy []string // names
	Path       string   // of the file after the change
	From       string   // of the file before the change where it was renamed, else ""
	Blob       string   // object name of the file after the change, "" when unknown
	Added      bool     // there was no such page before
}

// Past is what a History is made of. It is kept small: commits stand in a table once, and the changes of pages point
// into it. Once a History was made of it nothing in it may be changed.
type Past struct {
	Revision string
	Author   string            // of the revision
	Commits  []Commit          // a commit stands after its parents
	Pages    map[string][]Edit // by path, of all that exist: their changes, newest first, as far as they are known
	Former   map[string][]FormerAnchor
}

// Commit is what a revision says of itself.
type Commit struct {
	Time       time.Time
	Revision   string
	Author     string
	Subject    string
	ReviewedBy []string
}

// Edit is what a commit did to one page.
type Edit struct {
	Commit int32  // its place in the table
	Path   string // after it
	From   string // before it where the page was renamed, else ""
	Blob   ObjectID
	Added  bool // there was no such page before
}

// ObjectID is the name of an object in a repository: 20 bytes, or 32, or none.
type ObjectID struct {
	sum [32]byte
	n   uint8
}

// ParseObjectID reads 40 or 64 hexadecimal digits; anything else names no object, nor do zeros.
func ParseObjectID(s string) (id ObjectID) {
	if len(s) != 40 && len(s) != 64 {
		return id
	}
	n, err := hex.Decode(id.sum[:], []byte(s))
	if err != nil || id.sum == [32]byte{} {
		return ObjectID{}
	}
	id.n = uint8(n)
	return id
}

// String is the name in hexadecimal digits, "" for no object.
func (id ObjectID) String() string { return hex.EncodeToString(id.sum[:id.n]) }

// NewHistory makes a History of what is known of the past.
func NewHistory(p Past) *History {
	h := &History{Revision: p.Revision, Author: p.Author, past: p, moved: map[string]string{}, keys: map[string]string{}, former: p.Former, review: map[string]int32{}}
	for path, edits := range p.Pages {
		for _, e := range edits { // newest first
			if len(p.Commits[e.Commit].ReviewedBy) > 0 {
				h.review[path] = e.Commit
				break
			}
		}
	}
	paths, keys := claims{p: &p, by: map[string]claim{}}, claims{p: &p, by: map[string]claim{}}
	for now, edits := range p.Pages {
		for _, e := range edits {
			if e.From == "" || e.From == now {
				continue
			}
			if _, exists := p.Pages[e.From]; !exists {
				paths.add(e.From, claim{now, e.Commit})
			}
			if k := keyOfPath(e.From); k != "" && k != keyOfPath(now) {
				keys.add(k, claim{now, e.Commit})
			}
		}
	}
	for from, c := range paths.by {
		h.moved[from] = c.now
	}
	for k, c := range keys.by {
		h.keys[k] = c.now
	}
	return h
}

// claim is that of a page on a name it once had, until a commit.
type claim struct {
	now    string
	commit int32
}

// claims gives every name to the page that had it last.
type claims struct {
	p  *Past
	by map[string]claim
}

func (c claims) add(name string, n claim) {
	old, taken := c.by[name]
	if !taken || c.p.later(n.commit, old.commit) || n.commit == old.commit && n.now < old.now {
		c.by[name] = n
	}
}

// later tells whether commit a came after commit b.
func (p *Past) later(a, b int32) bool {
	if at, bt := p.Commits[a].Time, p.Commits[b].Time; !at.Equal(bt) {
		return at.After(bt)
	}
	return a > b
}

// Past returns what the History was made of; it must not be changed.
func (h *History) Past() Past {
	if h == nil {
		return Past{}
	}
	return h.past
}

// Last returns the last change of a page, and false when it is not known.
func (h *History) Last(path string) (Change, bool) {
	if h == nil || len(h.past.Pages[path]) == 0 {
		return Change{}, false
	}
	return h.change(h.past.Pages[path][0]), true
}

// reviewed is the last change of a page that says who reviewed it.
func (h *History) reviewed(path string) (Commit, bool) {
	if h == nil {
		return Commit{}, false
	}
	i, ok := h.review[path]
	if !ok {
		return Commit{}, false
	}
	return h.past.Commits[i], true
}

// Changes returns all that is known to have changed a page, newest first, under the names that it had before too.
// Changes that lie beyond the end of a shallow clone are missing.
func (h *History) Changes(path string) []Change {
	if h == nil {
		return nil
	}
	edits := h.past.Pages[path]
	out := make([]Change, len(edits))
	for i, e := range edits {
		out[i] = h.change(e)
	}
	return out
}

func (h *History) change(e Edit) Change {
	c := h.past.Commits[e.Commit]
	return Change{
		Time: c.Time, Revision: c.Revision, Author: c.Author, Subject: c.Subject, ReviewedBy: c.ReviewedBy,
		Path: e.Path, From: e.From, Blob: e.Blob.String(), Added: e.Added,
	}
}

// Moved finds the page that a path was the path of before it was renamed. A path that exists is that of no other page; of
// several pages that had it, the last one to leave it is meant.
func (h *History) Moved(path string) (now string, ok bool) {
	if h == nil {
		return "", false
	}
	now, ok = h.moved[path]
	return now, ok
}

// movedKey finds the page that was once looked up under a key, by its path; "" where there is none.
func (h *History) movedKey(key string) string {
	if h == nil {
		return ""
	}
	return h.keys[key]
}

// anchor finds an anchor that a page once had, nil where it had none such.
func (h *History) anchor(path, id string) *FormerAnchor {
	former := h.Anchors(path)
	i, ok := slices.BinarySearchFunc(former, id, func(f FormerAnchor, id string) int { return strings.Compare(f.ID, id) })
	if !ok {
		return nil
	}
	return &former[i]
}

// Anchors returns the anchors that earlier versions of a page had and this one has not, by ID.
func (h *History) Anchors(path string) []FormerAnchor {
	if h == nil {
		return nil
	}
	return h.former[path]
}

// sameHistory tells whether two histories say the same of the pages.
func sameHistory(a, b *History) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a == b || a.Revision == b.Revision && a.known() == b.known()
}

// known is how many changes are known, and how many pages have any.
func (h *History) known() (n [2]int) {
	for _, edits := range h.past.Pages {
		n[0] += len(edits)
		n[1] += min(len(edits), 1)
	}
	return n
}
