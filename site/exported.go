package site

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"rutter/content"
	"rutter/search"
	"rutter/site/export"
	"rutter/site/view"
)

// Export follows the content until a complete edition is there, and returns it as everybody sees it, to be written as
// files. It is called instead of Start; Stop lets go.
func (s *Server) Export(ctx context.Context) (export.Portal, error) {
	run, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	s.frame.Assets.Worker, s.exporting = "", true
	s.follow(run)
	for seq := uint64(0); ; {
		if e := s.publisher.Acquire(); e != nil {
			seq = e.Seq
			if e.Snapshot.Complete() {
				defer e.Release()
				return s.exported(e.Snapshot)
			}
			e.Release()
		}
		wait, done := context.WithCancel(ctx)
		go func() { // content that cannot be read ends the following
			select {
			case err := <-s.done:
				s.done <- err
				done()
			case <-wait.Done():
			}
		}()
		err := s.publisher.Await(wait, seq)
		done()
		if err != nil {
			select {
			case err = <-s.done:
			default:
			}
			return export.Portal{}, err
		}
	}
}

func (s *Server) exported(snap *content.Snapshot) (export.Portal, error) {
	v := snap.For(content.Viewer{})
	p := export.Portal{Base: s.o.BaseURL, Addresses: []string{"/", "/-/products"}}
	counted := func(base string, pages int) {
		p.Addresses = append(p.Addresses, base)
		for n := 2; n <= pages; n++ {
			p.Addresses = append(p.Addresses, base+"?page="+strconv.Itoa(n))
		}
	}
	diagrams := false
	for _, d := range v.All() {
		if !diagrams {
			text, _ := d.Text() // with what it includes
			diagrams = strings.Contains(text, "mermaid")
		}
		if d.URL != "/" && !strings.HasSuffix(d.Key, "/") {
			p.Addresses = append(p.Addresses, d.URL)
		}
		p.Files = append(p.Files, "/"+escape(d.Path))
		doc, err := search.NewDocument(snap, d)
		if err != nil {
			return p, err
		}
		p.Pages = append(p.Pages, export.Page{URL: d.URL, Title: d.Title, Kind: d.Kind.Label(), Summary: d.Summary(), Names: doc.Names, Sections: doc.Sections})
	}
	var folders func(dir string)
	folders = func(dir string) {
		f := v.Folder(dir)
		if f == nil {
			return
		}
		if dir != "" {
			counted(f.URL, pagesOf(len(f.Docs)))
		}
		for _, sub := range f.Folders {
			folders(sub.Path)
		}
	}
	folders("")
	list := func(property string, values func(*content.Doc) []string) {
		for _, c := range v.Count(values) {
			counted(listURL(property, c.Value), pagesOf(c.Pages))
		}
	}
	list("kind", func(d *content.Doc) []string { return []string{string(d.Kind)} })
	list("phase", func(d *content.Doc) (out []string) {
		for _, x := range slices.Compact(slices.Sorted(slices.Values(d.Meta.Phases))) {
			out = append(out, string(x))
		}
		return out
	})
	list("product", func(d *content.Doc) []string { return d.Meta.Products() })
	list("tag", func(d *content.Doc) []string { return slices.Compact(slices.Sorted(slices.Values(d.Meta.Tags))) })
	for _, f := range v.Files() {
		p.Files = append(p.Files, "/"+escape(f.Path))
	}
	for _, a := range s.assets.All() {
		if _, served := s.assetReps[a.URL]; served || a.Gzip && diagrams {
			p.Files = append(p.Files, a.URL)
		}
	}
	slices.Sort(p.Files)
	p.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case export.SearchAddress:
			s.alone(w, r, s.exportSearch)
		case export.LostAddress:
			s.alone(w, r, s.exportLost)
		default:
			s.Handler().ServeHTTP(w, r)
		}
	})
	return p, nil
}

// alone answers with a page that only an export has.
func (s *Server) alone(w http.ResponseWriter, r *http.Request, h handler) {
	req := &request{Request: r}
	if _, err := s.inEdition(w, req, h); err != nil {
		s.fail(w, req, err)
	}
}

func (s *Server) exportSearch(w http.ResponseWriter, r *request) error {
	f := s.frameOf(r, "Search")
	f.Home, f.Find, f.NoIndex = true, true, true // the page has its own search field
	body, err := render(r.Context(), view.FindView(view.FindPage{
		Frame: f, Heading: "What do you see?", Lead: "An error line as it stands, an alert’s name, a command, or what you want to do.", Index: "-/search/",
	}))
	if err != nil {
		return err
	}
	represent(body, typeHTML, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

func (s *Server) exportLost(w http.ResponseWriter, r *request) error {
	f := s.frameOf(r, "Nothing at this address")
	f.Home, f.NoIndex = true, true
	body, err := render(r.Context(), view.ExportLostView(f))
	if err != nil {
		return err
	}
	represent(body, typeHTML, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// follow begins to follow the content, until ctx ends.
func (s *Server) follow(ctx context.Context) {
	go func() {
		defer close(s.run)
		err := s.publisher.Run(ctx)
		if err != nil && !errors.Is(err, context.Canceled) {
			s.done <- err
		}
		s.run <- err
	}()
}
