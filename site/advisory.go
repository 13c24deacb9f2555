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
		a.Rows = append(a.Rows, view.Affected{Product: x.Product, Versions: x.Versions, Fixed: true, Scope: content.ScopeOf([]content.Application{fixedFrom(x)})})
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

// fixedFrom is the versions from a fixed one on.
func fixedFrom(a content.Application) content.Application {
	return content.Application{Product: a.Product, Versions: ">=" + a.Versions}
}

// answer is affected, fixed, not or unknown; "" where no version was given.
func answer(m content.Meta, product, v string) string {
	if strings.TrimSpace(v) == "" {
		return ""
	}
	have, err := version.Parse(v)
	if err != nil {
		return "unknown"
	}
	in := func(as []content.Application) version.Verdict {
		best := version.No
		for _, a := range as {
			if !strings.EqualFold(a.Product, product) {
				continue
			}
			if x, err := a.Range(); err != nil {
				best = max(best, version.Maybe)
			} else {
				best = max(best, x.Has(have))
			}
		}
		return best
	}
	fixes := m.Fixes()
	for i := range fixes {
		fixes[i] = fixedFrom(fixes[i])
	}
	switch affected := in(m.Affected); {
	case in(fixes) == version.Yes:
		return "fixed"
	case affected == version.Yes:
		return "affected"
	case affected == version.Maybe:
		return "unknown"
	}
	return "not"
}
