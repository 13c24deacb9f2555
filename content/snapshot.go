package content

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"rutter/content/diag"
)

// Snapshot is all pages of one state of the content folder, parsed and linked. It is immutable.
// Readers reach its pages through [Snapshot.For].
type Snapshot struct {
	docs      []*Doc            // sorted by path
	byKey     map[string]string // key → path
	fold      map[string]string // lower-case key or file path → key or path, for links in another letter case
	files     map[string]File   // what is served as it is
	folders   map[string]*Folder
	aliases   map[string]string // former key → path
	history   *History
	fs        fs.FS
	revision  string                     // of the tree
	elsewhere func(path string) []string // see Builder.Elsewhere
	included  fs.FS                      // what pages may include
	snippets  []string                   // files that are only included, sorted
	place     int                        // see Tree.Place
	unread    int                        // pages that stand for themselves until they are read
	sum       Hash                       // combines path and hash of all pages, in no order

	filePs map[string][]diag.Problem // by file: what reading it found
	linkPs map[string][]linkProblem  // by file: what linking it found
	restPs []diag.Problem            // of the folder as a whole
	asked  *questions                // what is in queries.yaml
	portal *portal                   // what is in portal.yaml
	lost   map[string]bool           // pages that no request can reach, by path

	advisories map[string][]string // open ones by product in lower case, their paths sorted
	proofs     map[string][]string // by path of a page: the stories that use it

	rules  Rules
	advice *advice // what Rules.Folder finds

	unreadPs []diag.Problem        // folders that could not be listed
	reserved func(key string) bool // addresses of the portal itself; may be nil
}

// ID names the state of the pages: the same pages give the same 12 hexadecimal digits, anywhere.
func (s *Snapshot) ID() string {
	sum := s.sum
	if p := s.portal.says(); p != (said{}) {
		b := append(sum[:], p.lang...)
		if p.title != "" || p.edit != "" { // an ID of the language alone is as it was
			b = append(b, "\x00"+p.title+"\x00"+p.edit...)
		}
		sum = sha256.Sum256(b)
	}
	return hex.EncodeToString(sum[:6])
}

// Restricted returns whom the files are for that are not for everyone, by path, and by the paths that they had before.
func (s *Snapshot) Restricted() map[string][]string {
	out := map[string][]string{}
	for _, d := range s.docs {
		if len(d.Meta.Audience) == 0 {
			continue
		}
		out[d.Path] = d.Meta.Audience
		for _, c := range s.history.Changes(d.Path) {
			for _, p := range []string{c.Path, c.From} {
				if p != "" && s.doc(p) == nil {
					out[p] = d.Meta.Audience
				}
			}
		}
	}
	return out
}

// Served is the whole name of the revision whose files these are, "" where they are not exactly those of one.
func (s *Snapshot) Served() string { return s.revision }

// Reachable tells whether a page can be opened at all: its address does not belong to the portal, and can stand in a
// request. One that cannot is in no list and found by no search; a Problem tells its author.
func (s *Snapshot) Reachable(d *Doc) bool { return len(s.lost) == 0 || !s.lost[d.Path] }

// Complete tells whether every page has been read. Only a first snapshot may not be, see Builder.BuildFirst.
func (s *Snapshot) Complete() bool { return s.unread == 0 }

// Len is the number of pages, whoever may see them.
func (s *Snapshot) Len() int { return len(s.docs) }

// Docs returns all pages, whoever may see them, sorted by path: for building an index, never for showing.
// The slice must not be changed.
func (s *Snapshot) Docs() []*Doc { return s.docs }

// Problems returns everything an author can mend, sorted.
func (s *Snapshot) Problems() []diag.Problem {
	out := slices.Concat(s.restPs, s.unreadPs, s.asked.found(), s.portal.found(), s.advised())
	for _, ps := range s.filePs {
		out = append(out, ps...)
	}
	named := s.named()
	for _, ps := range s.linkPs {
		out = append(out, s.hinted(ps, named)...)
	}
	diag.Sort(out)
	return slices.Compact(out) // what stands in a file that several pages include is told once
}

// Counts returns how many problems there are of each severity, but for what [Rules] say of the folder as a whole:
// that is advice, and takes a look at all pages.
func (s *Snapshot) Counts() (errors, warnings, notes int) {
	var all tally
	for _, ps := range [][]diag.Problem{s.restPs, s.unreadPs, s.asked.found(), s.portal.found()} {
		all.add(ps)
	}
	told := map[diag.Problem]bool{} // of files that pages include
	for file, ps := range s.filePs {
		for _, p := range ps {
			all.once(told, file, p)
		}
	}
	for file, ps := range s.linkPs {
		for _, p := range ps {
			all.once(told, file, p.Problem)
		}
	}
	return all.errors, all.warnings, all.notes
}

// tally is how many problems there are of each severity.
type tally struct{ errors, warnings, notes int }

func (t *tally) add(ps []diag.Problem) {
	e, w, n := diag.Count(ps)
	t.errors, t.warnings, t.notes = t.errors+e, t.warnings+w, t.notes+n
}

// once counts a problem of a page, and what stands in a file that several pages include for the first of them.
func (t *tally) once(told map[diag.Problem]bool, page string, p diag.Problem) {
	if p.File != page {
		if told[p] {
			return
		}
		told[p] = true
	}
	t.add([]diag.Problem{p})
}

// SameProblems tells whether reading the files found the same problems in both.
func (s *Snapshot) SameProblems(t *Snapshot) bool {
	return slices.Equal(s.unreadPs, t.unreadPs) && slices.Equal(s.asked.found(), t.asked.found()) && slices.Equal(s.portal.found(), t.portal.found()) && maps.EqualFunc(s.filePs, t.filePs, slices.Equal[[]diag.Problem])
}

// ProblemsOf returns the problems of one file, sorted.
func (s *Snapshot) ProblemsOf(file string) []diag.Problem {
	out := slices.Clone(s.filePs[file])
	if ps := s.linkPs[file]; len(ps) > 0 {
		out = append(out, s.hinted(ps, s.named())...)
	}
	diag.Sort(out)
	return out
}

// CountsOf returns how many problems of each severity one file has.
func (s *Snapshot) CountsOf(file string) (errors, warnings, notes int) {
	var all tally
	all.add(s.filePs[file])
	for _, p := range s.linkPs[file] {
		all.add([]diag.Problem{p.Problem})
	}
	return all.errors, all.warnings, all.notes
}

// Bad returns the problems for which pages are not shown as their files have them now, sorted; see Stale.
func (s *Snapshot) Bad() []diag.Problem {
	var out []diag.Problem
	for _, ps := range s.filePs {
		for _, p := range ps {
			if isStale(p.Rule) {
				out = append(out, p)
			}
		}
	}
	diag.Sort(out)
	return out
}

// LastGood returns the pages that are shown in an older version than their file has, sorted by path.
func (s *Snapshot) LastGood() []*Doc {
	var out []*Doc
	for file := range s.filePs {
		if !s.Stale(file) {
			continue
		}
		if d := s.doc(file); d != nil && !d.bad {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *Doc) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// isStale tells whether a rule is that of problems for which a page keeps its last good version, or is shown as text.
func isStale(rule string) bool {
	return rule == "front-matter" || rule == "markdown-refused" || rule == "file-unreadable" || rule == "page-empty"
}

// Stale tells whether the page is shown in an older version than its file has, or as text, because the file
// cannot be parsed.
func (s *Snapshot) Stale(file string) bool {
	for _, p := range s.filePs[file] {
		if isStale(p.Rule) {
			return true
		}
	}
	return false
}

// doc finds a page by its path.
func (s *Snapshot) doc(path string) *Doc {
	if path == "" {
		return nil
	}
	i, ok := slices.BinarySearchFunc(s.docs, path, func(d *Doc, p string) int { return strings.Compare(d.Path, p) })
	if !ok {
		return nil
	}
	return s.docs[i]
}

// under returns the pages whose path begins with prefix, which is "" or ends in a slash.
func (s *Snapshot) under(prefix string) []*Doc {
	if prefix == "" {
		return s.docs
	}
	i := sort.Search(len(s.docs), func(i int) bool { return s.docs[i].Path >= prefix })
	j := i + sort.Search(len(s.docs)-i, func(j int) bool { return !strings.HasPrefix(s.docs[i+j].Path, prefix) })
	return s.docs[i:j]
}

// Changed returns when the page was last changed, and false when nobody knows: by the repository, else by its
// front matter, else, where there is no repository, by the file's time.
func (s *Snapshot) Changed(d *Doc) (time.Time, bool) {
	if c, ok := s.history.Last(d.Path); ok {
		return c.Time, true
	}
	for _, date := range []Date{d.Meta.Updated, d.Meta.Published} {
		if t, err := time.Parse(time.DateOnly, string(date)); err == nil {
			return t, true
		}
	}
	if s.history == nil && d.stamp.ModTime != 0 {
		return time.Unix(0, d.stamp.ModTime).UTC(), true
	}
	return time.Time{}, false
}

// Revision names the revision that last changed the page, or the page's own hash where no repository knows it.
func (s *Snapshot) Revision(d *Doc) string {
	if c, ok := s.history.Last(d.Path); ok && c.Revision != "" {
		return c.Revision
	}
	return d.Hash.Short()
}
