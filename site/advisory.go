package site

import (
	"slices"
	"strings"

	"rutter/content"
	"rutter/content/version"
	"rutter/site/view"
)

// A customer asks whether a product in a version is affected. With scripts the browser answers. Without, a form asks the
// advisory's own address, and the answer is kept by nobody.

const (
	affectedProduct = "v.product" // named as values are, so that they are logged and kept as little
	affectedVersion = "v.version"
)

func asksAffected(r *request) bool { return strings.Contains(r.URL.RawQuery, affectedVersion) }

// advisoryOf is what an advisory says of products and versions, and the answer for the one that was asked about.
func (s *Server) advisoryOf(r *request, d *content.Doc) *view.Advisory {
	m := d.Meta
	if len(m.Affected)+len(m.FixedIn)+len(m.Updates) == 0 {
		return nil
	}
	a := &view.Advisory{Closed: !m.Open()}
	for _, x := range m.Affected {
		a.Rows = append(a.Rows, view.Affected{Product: x.Product, Versions: x.Versions, Scope: content.ScopeOf([]content.Application{x})})
	}
	for _, x := range m.Fixes() {
		a.Rows = append(a.Rows, view.Affected{Product: x.Product, Versions: x.Versions, Fixed: true, Scope: content.ScopeOfFix(x)})
	}
	for _, row := range a.Rows {
		if !slices.Contains(a.Products, row.Product) {
			a.Products = append(a.Products, row.Product)
		}
	}
	for _, u := range m.Updates {
		a.Log = append(a.Log, view.LogEntry{Date: string(u.Date), Text: u.Text})
	}
	if asksAffected(r) {
		q := r.URL.Query()
		a.Product, a.Version = q.Get(affectedProduct), q.Get(affectedVersion)
		a.Answer = answer(m, a.Product, a.Version)
	}
	return a
}

// row is what an advisory says of one product.
type row struct {
	fixed, unreadable bool
	spans             []version.Span
}

func rowsOf(m content.Meta, product string) (out []row) {
	add := func(as []content.Application, fixed bool) {
		for _, a := range as {
			if !strings.EqualFold(a.Product, product) {
				continue
			}
			versions := a.Range
			if fixed {
				versions = a.Onward
			}
			r, err := versions()
			x := row{fixed, err != nil, r.Spans()}
			if err == nil && x.spans == nil {
				x.spans = []version.Span{{}}
			}
			out = append(out, x)
		}
	}
	add(m.Affected, false)
	add(m.Fixes(), true)
	return out
}

// answer is affected, fixed, not or unknown; "" where no version was given. static/pick.js has it too, and
// testdata/affected.json what both must say.
//
// A fix counts for a version only if nothing affected begins after it and at or before the version: that would be another
// branch. Where a later fix ends the same span, the two are of branches that the span does not part, and nobody can tell
// to which the version belongs.
func answer(m content.Meta, product, v string) string {
	if strings.TrimSpace(v) == "" {
		return ""
	}
	have, err := version.Parse(v)
	if err != nil {
		return "unknown"
	}
	var affected, fixes []version.Span
	for _, x := range rowsOf(m, product) {
		switch {
		case x.unreadable:
			return "unknown"
		case x.fixed:
			fixes = append(fixes, x.spans...)
		default:
			affected = append(affected, x.spans...)
		}
	}
	best, fixed := version.No, false
	for _, s := range affected {
		best = max(best, s.Has(have))
	}
	lo, hi, build := have.Keys()
	for _, f := range fixes {
		from, to := lo, hi
		if f.Builds {
			from, to = build, build
		}
		begins := func(after, until string) bool {
			return slices.ContainsFunc(affected, func(s version.Span) bool {
				return s.Builds == f.Builds && s.Lo > after && s.Lo <= until
			})
		}
		if f.Has(have) != version.Yes || begins(f.Lo, to) {
			continue
		}
		fixed = true
		if best == version.No || !slices.ContainsFunc(affected, func(s version.Span) bool {
			return s.Builds == f.Builds && s.Lo < f.Lo && s.Has(have) != version.No
		}) {
			continue
		}
		if slices.ContainsFunc(fixes, func(g version.Span) bool {
			return g.Builds == f.Builds && g.Lo > from && !begins(from, g.Lo)
		}) {
			return "unknown"
		}
	}
	switch {
	case fixed:
		return "fixed"
	case best == version.Yes:
		return "affected"
	case best == version.Maybe || len(affected) == 0:
		return "unknown"
	}
	return "not"
}
