package content

import (
	"slices"
	"strings"
)

// relate finds which advisories are open and which stories use which pages.
func (s *Snapshot) relate() {
	s.advisories, s.proofs = map[string][]string{}, map[string][]string{}
	for _, d := range s.docs {
		switch {
		case d.Kind == Advisory && d.Meta.Open():
			for _, product := range productsOf(d.Meta.Affected) {
				p := strings.ToLower(product)
				s.advisories[p] = append(s.advisories[p], d.Path)
			}
		case d.Kind == Story:
			for _, dest := range d.Meta.Uses {
				if t := s.find(d, parseDestination(d.Path, dest)); t.Doc != nil && t.Doc.Path != d.Path && !slices.Contains(s.proofs[t.Doc.Path], d.Path) {
					s.proofs[t.Doc.Path] = append(s.proofs[t.Doc.Path], d.Path)
				}
			}
		}
	}
}

// Open tells whether an advisory still stands: it is neither fixed nor withdrawn.
func (m *Meta) Open() bool { return m.State != "fixed" && m.State != "withdrawn" }

// Advisories returns the open advisories for products and versions that a page applies to, by path.
func (w View) Advisories(d *Doc) (out []*Doc) {
	if d.Kind == Advisory {
		return nil
	}
	var paths []string
	for _, product := range productsOf(d.Meta.AppliesTo) {
		paths = append(paths, w.s.advisories[strings.ToLower(product)]...)
	}
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		if a := w.listed(p); a != nil && concerns(d.Meta.AppliesTo, a.Meta.Affected) {
			out = append(out, a)
		}
	}
	return out
}

// Stories returns the stories that use a page in production, by path.
func (w View) Stories(d *Doc) (out []*Doc) {
	for _, p := range w.s.proofs[d.Path] {
		if x := w.listed(p); x != nil {
			out = append(out, x)
		}
	}
	return out
}

// Uses returns what a story proves: the pages that are there.
func (w View) Uses(d *Doc) (out []*Doc) {
	for _, dest := range d.Meta.Uses {
		if t := w.Resolve(d, dest); t.Doc != nil && t.Doc != d && !slices.Contains(out, t.Doc) {
			out = append(out, t.Doc)
		}
	}
	return out
}
