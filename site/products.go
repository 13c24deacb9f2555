package site

import (
	"net/http"
	"net/url"
	"strings"

	"rutter/content"
	"rutter/site/view"
)

// products serves the page on which readers say what they use. The browser keeps it; see static/rutter.js.
func (s *Server) products(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	return s.once(w, r, "/-/products", typeHTML, func() ([]byte, error) {
		p := view.ProductsPage{Frame: s.frameOf(r, "Your products")}
		p.Frame.Pick = true
		examples := map[string]string{}
		for _, d := range r.view.All() {
			for _, a := range d.Meta.AppliesTo {
				f := strings.Fields(strings.TrimLeft(a.Versions, "<>=~^ "))
				if len(f) > 0 && strings.IndexByte("0123456789", f[0][0]) >= 0 && examples[a.Product] == "" {
					examples[a.Product] = strings.Trim(f[0], ",;")
				}
			}
		}
		for _, c := range r.view.Count(func(d *content.Doc) []string { return d.Meta.Products() }) {
			p.Products = append(p.Products, view.Product{
				Name: c.Value, URL: listURL("product", c.Value), Pages: c.Pages, Example: examples[c.Value], Key: url.QueryEscape(strings.ToLower(c.Value)),
			})
		}
		return render(r.Context(), view.ProductsView(p))
	})
}
