package site

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/a-h/templ"

	"rutter/content"
	"rutter/site/view"
)

// content serves what lies in the content folder: pages, folders, files, and the way from one form of an address
// to the other.
func (s *Server) content(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	key := r.URL.Path[1:]
	if content.Hidden(strings.TrimSuffix(key, "/")) {
		return s.lost(w, r)
	}
	if d := r.view.At(key); d != nil {
		if n, err := pageNumber(r); strings.HasSuffix(key, "/") && (err != nil || n > 1) {
			if f := r.view.Folder(d.Dir()); f != nil { // further pages of its list stand without its text
				return s.folder(w, r, f)
			}
		}
		return s.page(w, r, d)
	}
	if d := r.view.Doc(key); d != nil {
		return s.markdown(w, d, r)
	}
	if dir, ok := strings.CutSuffix(key, "/"); ok {
		if f := r.view.Folder(dir); f != nil {
			return s.folder(w, r, f)
		}
	}
	if _, ok := r.view.File(key); ok {
		return s.file(w, r, key)
	}
	if to := s.otherForm(r, key); to != "" {
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		return redirectTo(w, r, to)
	}
	return s.lost(w, r)
}

// otherForm finds the address that is meant by another form of it: with or without a slash at the end, with .html,
// with the name of a folder's page, in another letter case, or a former address.
func (s *Server) otherForm(r *request, key string) string {
	bare := strings.TrimSuffix(key, "/")
	candidates := []string{bare, bare + "/"}
	ext := path.Ext(bare)
	if e := strings.ToLower(ext); e == ".html" || e == ".htm" {
		stem := strings.TrimSuffix(bare, ext)
		candidates = append(candidates, stem, stem+"/")
	}
	base := strings.ToLower(path.Base(strings.TrimSuffix(bare, ext)))
	if base == "index" || base == "readme" || base == "_index" {
		dir := strings.TrimSuffix(bare, path.Base(bare))
		if dir == "" {
			return "/"
		}
		candidates = append(candidates, dir)
	}
	for _, c := range candidates {
		if c == key || c == "/" || c == "" {
			continue
		}
		if d := r.view.At(c); d != nil {
			return d.URL
		}
		if dir, ok := strings.CutSuffix(c, "/"); ok {
			if f := r.view.Folder(dir); f != nil {
				return f.URL
			}
		}
	}
	for _, c := range candidates {
		if to, ok := r.view.Moved(c); ok && to != r.URL.EscapedPath() {
			return to
		}
	}
	return ""
}

// page serves a page of content as HTML, or as the Markdown it is made of to whom asks for text.
func (s *Server) page(w http.ResponseWriter, r *request, d *content.Doc) error {
	if wantsText(r.Header["Accept"]) {
		return s.markdown(w, d, r)
	}
	s.noteOpened(r)
	if hasValues(r) || d.Kind == content.Advisory && asksAffected(r) {
		w.Header()["Referrer-Policy"] = noReferrer
		return s.freshPage(w, r, d)
	}
	if s.askedFor(r, d) != "" {
		return s.freshPage(w, r, d)
	}
	if s.o.Authors {
		if rep, _ := s.cache.get(s.pageKey(r, d), r.edition.Seq); rep != nil {
			rep.write(w, r.Request, http.StatusOK)
			return nil
		}
		return s.freshPage(w, r, d)
	}
	k := s.pageKey(r, d)
	rep, stale := s.cache.get(k, r.edition.Seq)
	if rep == nil {
		deps := s.dependencies(r, d)
		if stale != nil && stale.deps == deps {
			rep = stale.rep
		} else {
			body, err := s.renderPage(r, d)
			if err != nil {
				return err
			}
			rep = pageOfHTML(body, cacheRevalidate)
		}
		s.cache.put(k, rep, deps, r.edition.Seq)
	}
	rep.write(w, r.Request, http.StatusOK)
	return nil
}

// pageKey names a page of content. The page of the root shares its address with home, which is another answer. With what
// authors are told over it, it is kept where the gate made it, for one edition.
func (s *Server) pageKey(r *request, d *content.Doc) cacheKey {
	k := cacheKey{r.viewer, "page " + d.URL}
	if s.o.Authors {
		k.path = "authors " + s.liveTag(r, d) + d.URL
	}
	if r.view.Review(d).Late(s.o.Now()) { // the one thing on a page that a day changes
		k.path += " overdue"
	}
	return k
}

// pageCaching is how long a page may be kept: one that authors see, by nobody.
func (s *Server) pageCaching() []string {
	if s.o.Authors {
		return cacheNever
	}
	return cacheRevalidate
}

// freshPage renders the page for this request alone: with the bar of its problems, or the name it was asked for by. It
// is kept by nobody.
func (s *Server) freshPage(w http.ResponseWriter, r *request, d *content.Doc) error {
	body, err := s.renderPage(r, d)
	if err != nil {
		return err
	}
	pageOfHTML(body, cacheNever).write(w, r.Request, http.StatusOK)
	return nil
}

// diagramFigure is how a diagram begins in a page.
const diagramFigure = `<figure class="diagram">`

// pageOfHTML is a page as an answer. One with diagrams may style itself.
func pageOfHTML(body []byte, cacheControl []string) *representation {
	rep := represent(body, typeHTML, cacheControl, varyBoth)
	if bytes.Contains(body, []byte(diagramFigure)) {
		rep.policy = headerDiagrams
	}
	return rep
}

// markdown serves the page's own bytes.
func (s *Server) markdown(w http.ResponseWriter, d *content.Doc, r *request) error {
	src, err := d.Source()
	if err != nil {
		return err
	}
	represent(src, typeMarkdown, cacheRevalidate, varyBoth).write(w, r.Request, http.StatusOK)
	return nil
}

// dependencies is a digest of all that a rendered page shows: when it is the same, so is the page.
func (s *Server) dependencies(r *request, d *content.Doc) string {
	h := sha256.New()
	add := func(parts ...string) {
		for _, p := range parts {
			_, _ = fmt.Fprintf(h, "%d:%s", len(p), p)
		}
	}
	_, _ = h.Write(d.Hash[:])
	t, _ := r.view.Changed(d)
	add(d.URL, d.Title, r.edition.Snapshot.EditURL(d), r.view.Revision(d), t.Format(time.RFC3339), s.chromeOf(r).key, r.edition.Snapshot.Lang(d))
	if s.o.branch != "" {
		add(r.edition.Snapshot.Served()) // which stands over the page
	}
	for _, f := range r.view.Trail(d.Parent()) {
		add(f.Title, f.URL)
	}
	for _, f := range r.view.Anchors(d) {
		add(f.ID, f.Now)
	}
	prev, next := r.view.Neighbours(d)
	for _, n := range []*content.Doc{prev, next} {
		if n != nil {
			add(n.Title, n.URL)
		}
		add("")
	}
	for _, others := range [][]*content.Doc{r.view.Advisories(d), r.view.Stories(d), r.view.Uses(d)} {
		for _, x := range others {
			add(x.Title, x.URL, x.Meta.Severity)
		}
		add("")
	}
	for _, l := range d.Links {
		t := r.view.Resolve(d, l.Dest)
		add(t.URL, fmt.Sprint(t.Leads()))
	}
	if strings.HasSuffix(d.Key, "/") {
		if f := r.view.Folder(d.Dir()); f != nil {
			for _, x := range f.Folders {
				add(x.Title, x.URL, x.Summary, fmt.Sprint(x.Count))
			}
			for _, x := range f.Docs {
				add(x.Title, x.URL, x.Summary(), x.Meta.Severity, scopeOf(x), strings.Join(x.Meta.Products(), "\x00"))
			}
		}
	}
	return string(h.Sum(nil))
}

// renderPage renders a page of content.
func (s *Server) renderPage(r *request, d *content.Doc) ([]byte, error) {
	p, err := s.pageProps(r, d)
	if err != nil {
		return nil, err
	}
	return render(r.Context(), view.PageView(p))
}

func render(ctx context.Context, c templ.Component) ([]byte, error) {
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (s *Server) pageProps(r *request, d *content.Doc) (view.Page, error) {
	values := valuesOf(r)
	body, inputs, err := r.view.Body(d, values, s.marksOf(r, d))
	if err != nil {
		return view.Page{}, err
	}
	f := s.frame
	f.Portal = s.portal(r)
	f.Title, f.Description, f.Lang = d.Title, d.Summary(), r.edition.Snapshot.Lang(d)
	f.Nav, f.Products = s.chromeOf(r).nav(d), s.chromeOf(r).products
	f.Bar, f.Live = s.barOf(r, d), s.liveURL(r, d)
	if f.Preview = s.previewOf(r); f.Preview != nil {
		f.Preview.Live, f.NoIndex = d.URL, true
	}
	p := view.Page{
		Frame: f, Heading: d.Title, Name: d.Name, Lead: d.Meta.Summary, Body: string(body),
		Crumbs: crumbsOf(r.view.Trail(d.Parent())),
		Trust:  s.trustOf(r, d), Scope: scopeOf(d), Aside: asideOf(r, d), Asked: s.askedFor(r, d), Fields: fieldsOf(inputs, values),
	}
	switch d.Kind {
	case content.Advisory:
		p.Advisory = s.advisoryOf(r, d)
	case content.Story:
		p.Story = storyOf(d)
	}
	p.Anchor = d.TitleID
	p.Toc = tocOf(d)
	prev, next := r.view.Neighbours(d)
	if prev != nil {
		p.Prev = &view.Link{Label: prev.Title, URL: prev.URL}
	}
	if next != nil {
		p.Next = &view.Link{Label: next.Title, URL: next.URL}
	}
	if t, ok := r.view.Changed(d); ok {
		f := view.Fact{Label: "Last changed", Value: t.Format(time.DateOnly), Time: t.Format(time.RFC3339)}
		if s.o.Blobs != nil && len(r.view.Changes(d)) > 0 {
			f.URL = changesURL(d)
		}
		p.Furn = append(p.Furn, f)
	}
	p.Revision = r.view.Revision(d)
	steps := strings.Contains(p.Body, `<ol class="course steps">`)
	p.Frame.Diagrams = strings.Contains(p.Body, diagramFigure)
	p.Frame.Play, p.Frame.Pick = len(p.Fields) > 0 || steps, p.Advisory != nil
	p.Furn = append(p.Furn,
		view.Fact{Label: "Revision", Value: p.Revision},
		view.Fact{Value: "Markdown", URL: "/" + escape(d.Path)})
	if edit := r.edition.Snapshot.EditURL(d); edit != "" {
		p.Furn = append(p.Furn, view.Fact{Value: "Edit this page", URL: edit})
	}
	if strings.HasSuffix(d.Key, "/") {
		if fv := r.view.Folder(d.Dir()); fv != nil {
			l := listingOf(fv, "Pages", 1, fv.URL)
			p.Folder = &l
		}
	}
	return p, nil
}

func crumbsOf(trail []content.FolderRef) []view.Link {
	out := []view.Link{{Label: "Home", URL: "/"}}
	for _, f := range trail {
		out = append(out, view.Link{Label: f.Title, URL: f.URL})
	}
	return out
}

const maxToc = 40

// tocOf lists the headings of the two highest levels, or of the highest alone where there are many.
func tocOf(d *content.Doc) []view.TocItem {
	top := 7
	for _, h := range d.Headings {
		top = min(top, h.Level)
	}
	for _, depth := range []int{1, 0} {
		var out []view.TocItem
		for _, h := range d.Headings {
			if h.Level <= top+depth && h.Text != "" {
				out = append(out, view.TocItem{Level: h.Level + 2 - top, Text: h.Text, ID: h.ID})
			}
		}
		if len(out) <= maxToc || depth == 0 {
			return out
		}
	}
	return nil
}

// asideOf is what stands beside the text.
func asideOf(r *request, d *content.Doc) []view.Block {
	m := d.Meta
	var out []view.Block
	if len(m.AppliesTo) > 1 && d.Kind != content.Advisory {
		b := view.Block{Title: "Applies to"}
		for _, a := range m.AppliesTo {
			b.Facts = append(b.Facts, view.Fact{Label: a.Product, Value: a.Versions, URL: listURL("product", a.Product)})
		}
		out = append(out, b)
	}
	if docs := r.view.Advisories(d); len(docs) > 0 {
		out = append(out, view.Block{Title: "Open advisories", ID: "/advisories", Links: linksTo(docs)})
	}
	if docs := r.view.Stories(d); len(docs) > 0 {
		out = append(out, view.Block{Title: "In production", ID: "/stories", Links: linksTo(docs)})
	}
	if docs := r.view.Uses(d); len(docs) > 0 {
		out = append(out, view.Block{Title: "Playbooks it proves", Links: linksTo(docs)})
	}
	if m.Escalation != "" {
		out = append(out, view.Block{Title: "If you are stuck", Text: m.Escalation})
	}
	if len(m.Alerts) > 0 {
		b := view.Block{Title: "Alerts that lead here"}
		for _, a := range m.Alerts {
			b.Links = append(b.Links, view.Link{Label: a})
		}
		out = append(out, b)
	}
	if len(m.Environment) > 0 {
		b := view.Block{Title: "Environment"}
		for _, e := range m.Environment {
			b.Facts = append(b.Facts, view.Fact{Label: e.Label, Value: e.Value})
		}
		out = append(out, b)
	}
	var filed []view.Link
	for _, p := range m.Phases {
		filed = append(filed, view.Link{Label: p.Label(), Note: "phase", URL: listURL("phase", string(p))})
	}
	for _, p := range m.Products() {
		filed = append(filed, view.Link{Label: p, Note: "product", URL: listURL("product", p)})
	}
	for _, t := range m.Tags {
		filed = append(filed, view.Link{Label: t, Note: "tag", URL: listURL("tag", t)})
	}
	if len(filed) > 0 {
		out = append(out, view.Block{Title: "More about", Links: filed})
	}
	return out
}

func linksTo(docs []*content.Doc) (out []view.Link) {
	for _, d := range docs {
		out = append(out, view.Link{Label: d.Title, URL: d.URL})
	}
	return out
}

// barOf is what authors are told over a page: of its file, or with no page of content, of the portal.
func (s *Server) barOf(r *request, d *content.Doc) *view.Bar {
	if !s.o.Authors {
		return nil
	}
	errors, warnings, notes := r.edition.Snapshot.Counts()
	b := &view.Bar{Troubles: s.publisher.Troubles(), Total: errors + warnings + notes}
	if d != nil {
		b.File, b.Problems, b.Stale = d.Path, r.edition.Snapshot.ProblemsOf(d.Path), r.edition.Snapshot.Stale(d.Path)
		b.Ranks = s.ranksOf(r, d)
	} else if len(b.Troubles) == 0 {
		return nil
	}
	return b
}

// marksOf are the lines that the bar speaks of.
func (s *Server) marksOf(r *request, d *content.Doc) (lines []int) {
	if !s.o.Authors {
		return nil
	}
	for _, p := range r.edition.Snapshot.ProblemsOf(d.Path) { // sorted by line
		if p.File == d.Path && p.Line > 0 && (len(lines) == 0 || lines[len(lines)-1] != p.Line) {
			lines = append(lines, p.Line)
		}
	}
	return lines
}
