package site

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rutter/content"
	"rutter/search"
	"rutter/search/bleve"
	"rutter/site/view"
)

// find asks the request's edition. An index that fails in a way no sound index does is reported and built anew.
func (s *Server) find(r *request, q search.Query) (search.Results, error) {
	if r.edition == nil {
		return search.Results{}, errStarting
	}
	if r.edition.Index == nil {
		return search.Results{}, search.ErrBuilding
	}
	ctx, cancel := context.WithTimeout(r.Context(), searchTimeout)
	defer cancel()
	res, err := search.Answer(ctx, r.edition.Index, r.viewer, q)
	if errors.Is(err, bleve.ErrUnusable) {
		s.publisher.Damaged(err)
		s.o.Log.Error("the index gave an error", "path", r.URL.Path, "cause", err)
		return res, errIndex
	}
	return res, err
}

// params reads what was asked. A form may be sent by GET or by POST.
func params(w http.ResponseWriter, r *request) (search.Query, url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return search.Query{}, nil, badRequest("The query part of the address cannot be read")
	}
	q := search.Parse(values.Get("q"), known(r))
	if r.Method == http.MethodPost {
		// One byte over the limit is read, to know that there was more.
		body, err := io.ReadAll(io.LimitReader(http.MaxBytesReader(w, r.Body, 8*search.MaxPasteBytes), search.MaxPasteBytes+1))
		if err != nil {
			return search.Query{}, nil, badRequest("The body cannot be read")
		}
		cut := len(body) > search.MaxPasteBytes
		body = body[:min(len(body), search.MaxPasteBytes)]
		text := string(body)
		if form, ok := strings.CutPrefix(text, "q="); ok && r.URL.Path == "/search" {
			if v, err := url.ParseQuery("q=" + form); err == nil {
				text = v.Get("q")
				for k, vs := range v {
					if k != "q" {
						values[k] = append(values[k], vs...)
					}
				}
			}
		}
		q = search.ParsePaste(text, cut)
	}
	for _, name := range search.FacetNames {
		q.Filter(name, clean(values[name])...)
	}
	return q, values, nil
}

// known tells which values the facets of the request's edition have.
func known(r *request) func(facet string) []string {
	if r.edition == nil || r.edition.Index == nil {
		return nil
	}
	return func(facet string) []string { return r.edition.Index.Values(r.viewer, facet) }
}

// clean drops empty and repeated values, and all beyond a number nobody needs.
func clean(vs []string) []string {
	var out []string
	for _, v := range vs {
		if v != "" && len(v) < 200 && len(out) < 20 && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// searchPage serves the search as HTML.
func (s *Server) searchPage(w http.ResponseWriter, r *request) error {
	q, values, err := params(w, r)
	if err != nil {
		return err
	}
	if r.edition == nil {
		return errStarting
	}
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	q.Limit, q.Offset = search.DefaultLimit, min((n-1)*search.DefaultLimit, search.MaxOffset)
	p := view.SearchPage{Query: q.Typed, Notices: q.Notices}
	p.Frame = s.frameOf(r, "Search")
	p.Frame.Query, p.Frame.NoIndex = q.Typed, true
	if q.Typed != "" {
		p.Frame.Title = "“" + short(q.Typed) + "”, search"
		start := s.o.Now()
		res, err := s.find(r, q)
		took := s.o.Now().Sub(start)
		var he *httpError
		switch {
		case errors.Is(err, search.ErrBuilding):
			p.Building = true
		case errors.As(err, &he):
			p.Failed = true
		case err != nil:
			return err
		default:
			fill(&p, r, res, q, values, n, took)
		}
	}
	body, err := render(r.Context(), view.SearchView(p))
	if err != nil {
		return err
	}
	represent(body, typeHTML, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

func fill(p *view.SearchPage, r *request, res search.Results, q search.Query, values url.Values, n int, took time.Duration) {
	p.Total, p.Notices, p.TookMS = res.Total, res.Notices, float64(took.Microseconds())/1000
	for _, h := range res.Hits {
		if d := r.view.Doc(h.Path); d != nil {
			p.Hits = append(p.Hits, hitOf(d, h))
		}
	}
	for _, f := range res.Facets {
		if box := facetBox(f); len(box.Values) > 1 || len(box.Values) == 1 && box.Values[0].Selected {
			p.Facets = append(p.Facets, box)
		}
	}
	if res.Suggestion != "" {
		p.Suggestion = &view.Link{Label: res.Suggestion, URL: "/search?q=" + url.QueryEscape(res.Suggestion)}
	}
	if res.Total == 0 {
		for w := range strings.FieldsSeq(q.Text) {
			if len(p.Words) < 8 && len(w) > 2 && len(w) < 60 && w != q.Text {
				p.Words = append(p.Words, view.Link{Label: w, URL: "/search?q=" + url.QueryEscape(w)})
			}
		}
	}
	keep := url.Values{"q": {q.Typed}}
	for _, k := range search.FacetNames {
		if vs := clean(values[k]); len(vs) > 0 {
			keep[k] = vs
		}
	}
	pages := min((res.Total+search.DefaultLimit-1)/search.DefaultLimit, search.MaxOffset/search.DefaultLimit+1)
	p.Pager = pagerOf(min(n, max(pages, 1)), pages, "/search", keep)
}

func hitOf(d *content.Doc, h search.Hit) view.HitBox {
	b := view.HitBox{Title: d.Title, URL: d.URL, Severity: d.Meta.Severity, Meta: append([]string{d.Kind.Label()}, d.Meta.Products()...)}
	if d.Name != "" {
		b.Meta = append(b.Meta, d.Name)
	}
	if dir := d.Dir(); dir != "" {
		b.Meta = append(b.Meta, dir)
	}
	for _, s := range h.Sections {
		b.Sections = append(b.Sections, view.SectionBox{Heading: s.Heading, URL: d.URL + fragment(s.ID), Snippet: s.Snippet})
	}
	return b
}

func fragment(id string) string {
	if id == "" {
		return ""
	}
	return "#" + (&url.URL{Fragment: id}).EscapedFragment()
}

func facetBox(f search.Facet) view.FacetBox {
	b := view.FacetBox{Name: f.Name, Label: strings.ToUpper(f.Name[:1]) + f.Name[1:]}
	for _, v := range f.Values {
		label := v.Value
		if f.Name == "kind" {
			label = content.Kind(v.Value).Label()
		}
		b.Values = append(b.Values, view.FacetValue{Label: label, Value: v.Value, Count: v.Count, Selected: v.Selected})
	}
	return b
}
