package content

import (
	"slices"
	"strings"
	"time"
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

// monthsAfter is the same day so many months later, or the last day of a shorter month.
func monthsAfter(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// Due returns the day from which the page's review is overdue; ok is false where none was promised.
func (m *Meta) Due() (day time.Time, ok bool) {
	t, err := time.Parse(time.DateOnly, string(m.Reviewed))
	if err != nil {
		return time.Time{}, false
	}
	f := periodParts.FindStringSubmatch(m.ReviewEvery)
	if f == nil {
		return time.Time{}, false
	}
	n := 0
	for _, c := range f[1] {
		n = n*10 + int(c-'0')
	}
	switch f[2][0] {
	case 'd':
		return t.AddDate(0, 0, n), true
	case 'w':
		return t.AddDate(0, 0, 7*n), true
	case 'm':
		return monthsAfter(t, n), true
	}
	return monthsAfter(t, 12*n), true
}
