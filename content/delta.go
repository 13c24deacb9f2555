package content

import (
	"maps"
	"slices"
)

// Delta is what readers find other in a snapshot than in one before it, whoever they are.
type Delta struct {
	Put     []string     // what is new or has other content, sorted: pages by their bytes, files by their size and time
	Moved   []Relocation // pages whose bytes now lie under another path, sorted by that
	Removed []string     // what is gone, sorted
	Dated   bool         // dates of last change, or the revisions that pages are of, are others
}

// Relocation is a page that lies elsewhere now.
type Relocation struct{ From, To string }

// Same tells whether all that may be other are dates.
func (d Delta) Same() bool { return len(d.Put)+len(d.Moved)+len(d.Removed) == 0 }

// Since compares a snapshot with one before it.
func (s *Snapshot) Since(before *Snapshot) Delta {
	var out Delta
	var came []*Doc
	gone := map[string]Hash{}
	was := before.docs
	for _, d := range s.docs { // both are sorted by path
		for len(was) > 0 && was[0].Path < d.Path {
			gone[was[0].Path] = was[0].Hash
			was = was[1:]
		}
		if len(was) == 0 || was[0].Path != d.Path {
			came = append(came, d)
			continue
		}
		switch w := was[0]; {
		case w != d && w.Hash != d.Hash:
			out.Put = append(out.Put, d.Path)
		case s.history != before.history && !out.Dated:
			now, _ := s.history.Last(d.Path)
			then, _ := before.history.Last(d.Path)
			out.Dated = now.Revision != then.Revision || !now.Time.Equal(then.Time)
		}
		was = was[1:]
	}
	for _, d := range was {
		gone[d.Path] = d.Hash
	}
	out.match(came, gone, func(d *Doc) Hash { return d.Hash })
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
	return out
}

// SinceFingerprints compares the pages of a snapshot with those of which the fingerprints by path are all that is left.
func (s *Snapshot) SinceFingerprints(was map[string]Hash) Delta {
	var out Delta
	var came []*Doc
	gone := maps.Clone(was)
	for _, d := range s.docs {
		h, ok := gone[d.Path]
		delete(gone, d.Path)
		switch {
		case !ok:
			came = append(came, d)
		case h != s.Fingerprint(d):
			out.Put = append(out.Put, d.Path)
		}
	}
	out.match(came, gone, s.Fingerprint)
	slices.Sort(out.Put)
	slices.Sort(out.Removed)
	return out
}

// match finds which of the pages that came are pages that are gone, under another path: the first one of each content.
func (d *Delta) match(came []*Doc, gone map[string]Hash, of func(*Doc) Hash) {
	paths := map[Hash]string{}
	for p, h := range gone {
		if at := paths[h]; at == "" || p < at {
			paths[h] = p
		}
	}
	moved := map[string]bool{}
	for _, x := range came {
		from := paths[of(x)]
		if from == "" || moved[from] {
			d.Put = append(d.Put, x.Path)
			continue
		}
		moved[from] = true
		d.Moved = append(d.Moved, Relocation{from, x.Path})
	}
	for p := range gone {
		if !moved[p] {
			d.Removed = append(d.Removed, p)
		}
	}
}
