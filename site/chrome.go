package site

import (
	"cmp"
	"strings"

	"rutter/content"
	"rutter/site/view"
)

// chrome is what the head of every page shows of the content: the kinds in use, or where there is one kind only,
// the first folders. It changes rarely; when it does, every page changes with it.
type chrome struct {
	seq    uint64
	viewer content.Viewer
	items  []view.NavItem
	owns   []func(*content.Doc) bool // whether a page belongs to the item
	key    string

	products bool // pages name products
}

const maxNav = 5

// chromeOf returns the navigation of the request's edition.
func (s *Server) chromeOf(r *request) *chrome {
	if c := s.chrome.Load(); c != nil && c.seq == r.edition.Seq && c.viewer == r.viewer {
		return c
	}
	c := &chrome{seq: r.edition.Seq, viewer: r.viewer}
	kinds := map[content.Kind]bool{}
	for _, d := range r.view.All() {
		kinds[d.Kind] = true
		c.products = c.products || len(d.Meta.AppliesTo) > 0
	}
	if len(kinds) > 1 {
		for _, k := range content.Kinds() {
			if kinds[k] {
				c.add(k.Plural(), "/-/kind/"+string(k), func(d *content.Doc) bool { return d.Kind == k })
			}
		}
	} else if root := r.view.Folder(""); root != nil {
		for _, f := range root.Folders[:min(len(root.Folders), maxNav)] {
			prefix := f.Path + "/"
			c.add(short(f.Title), f.URL, func(d *content.Doc) bool { return strings.HasPrefix(d.Path, prefix) })
		}
	}
	c.key += s.portal(r) + "\x00"
	if c.products {
		c.key += "products"
	}
	s.chrome.Store(c)
	return c
}

func (c *chrome) add(label, url string, owns func(*content.Doc) bool) {
	c.items = append(c.items, view.NavItem{Label: label, URL: url})
	c.owns = append(c.owns, owns)
	c.key += label + "\x00" + url + "\x00"
}

// nav returns the items, the one that a page belongs to marked.
func (c *chrome) nav(d *content.Doc) []view.NavItem {
	out := make([]view.NavItem, len(c.items))
	copy(out, c.items)
	if d != nil {
		for i := range out {
			out[i].Current = c.owns[i](d)
		}
	}
	return out
}

// short cuts a title that would crowd the head of the page.
func short(s string) string {
	if r := []rune(s); len(r) > 24 {
		return strings.TrimSpace(string(r[:23])) + "…"
	}
	return s
}

// portal is the portal's name: what portal.yaml says, else the program's.
func (s *Server) portal(r *request) string {
	if r.edition == nil {
		return s.o.Portal
	}
	return cmp.Or(r.edition.Snapshot.Portal(), s.o.Portal)
}

// frameOf is the frame around a page.
func (s *Server) frameOf(r *request, title string) view.Frame {
	f := s.frame
	f.Title = title
	if r.edition != nil {
		f.Portal = s.portal(r)
		f.Products = s.chromeOf(r).products
		f.Nav = s.chromeOf(r).nav(nil)
		f.Bar, f.Live = s.barOf(r, nil), s.liveURL(r, nil)
		f.Preview = s.previewOf(r)
	}
	return f
}
