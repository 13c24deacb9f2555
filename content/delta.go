package content

import (
	"cmp"
	"slices"
)

// Delta is what readers find other in a snapshot than in one before it, whoever they are.
type Delta struct {
	Put     []string // what is new or has other content, sorted: pages by their bytes, files by their size and time
	Moved   []Move   // pages whose bytes now lie under another path, sorted by that
	Removed []string // what is gone, sorted
	Dated   bool     // dates of last change, or the revisions that pages are of, are others
}

// Move is a page that lies elsewhere.
type Move struct{ From, To string }

// Same tells whether all that may be other are dates.
func (d Delta) Same() bool { return len(d.Put)+len(d.Moved)+len(d.Removed) == 0 }

// Since compares a snapshot with one before it.
func (s *Snapshot) Since(before *Snapshot) Delta {
	was := make(map[string]Hash, len(before.docs))
	for _, d := range before.docs {
		was[d.Path] = d.Hash
	}
	out := s.since(was, func(d *Doc) Hash { return d.Hash })
	for p, f := range s.files {
		if b, ok := before.files[p]; !ok || b.Size != f.Size || b.ModTime != f.ModTime {
			out.Put = append(out.Put, p)
		}
	}
	for p := range before.files {
		if _, ok := s.files[p]; !ok {
			out.Removed = append(out.Removed, p)
		}
	}
	if s.portal.says() != before.portal.says() {
		out.Put = append(out.Put, portalFile)
	}
	slices.Sort(out.Put)
	slices.Sort(out.Removed)
	out.Dated = s.history != before.history && s.redated(before)
	return out
}

// SinceFingerprints compares the pages of a snapshot with those of which the fingerprints by path are all that is left.
func (s *Snapshot) SinceFingerprints(was map[string]Hash) Delta { return s.since(was, s.Fingerprint) }

func (s *Snapshot) since(was map[string]Hash, of func(*Doc) Hash) Delta {
	var out Delta
	gone := map[Hash]string{}
	have := make(map[string]bool, len(s.docs))
	for _, d := range s.docs {
		have[d.Path] = true
	}
	for p, h := range was {
		if !have[p] && (gone[h] == "" || p < gone[h]) {
			gone[h] = p
		}
	}
	moved := map[string]bool{}
	for _, d := range s.docs {
		h := of(d)
		if w, ok := was[d.Path]; ok && w == h {
			continue
		} else if from := gone[h]; from != "" && !ok && !moved[from] {
			moved[from] = true
			out.Moved = append(out.Moved, Move{from, d.Path})
			continue
		}
		out.Put = append(out.Put, d.Path)
	}
	for p := range was {
		if !have[p] && !moved[p] {
			out.Removed = append(out.Removed, p)
		}
	}
	slices.Sort(out.Removed)
	slices.SortFunc(out.Moved, func(a, b Move) int { return cmp.Compare(a.To, b.To) })
	return out
}

// redated tells whether a page that both have is of another date or revision.
func (s *Snapshot) redated(before *Snapshot) bool {
	for _, d := range s.docs {
		b := before.doc(d.Path)
		if b == nil || b.Hash != d.Hash {
			continue
		}
		now, ok := s.Changed(d)
		then, had := before.Changed(b)
		if ok != had || !now.Equal(then) || s.Revision(d) != before.Revision(b) {
			return true
		}
	}
	return false
}
