package site

import (
	"context"
	"errors"
	"io"
	"maps"
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
	return res, s.blamed(r, err)
}

// blamed reports an index that gave an error no sound index gives.
func (s *Server) blamed(r *request, err error) error {
	if errors.Is(err, bleve.ErrUnusable) {
		s.publisher.Damaged(err)
		s.o.Log.Error("the index gave an error", "path", r.URL.Path, "cause", err)
		return errIndex
	}
	return err
}

// maxFormBytes is how much of a form is read: percent-encoding makes three bytes of one.
const maxFormBytes = 3*search.MaxPasteBytes + 2

// maxDrained is how much of a body is taken off the line, read or not.
const maxDrained = 32 << 20

// params reads what was asked. A form may be sent by GET or by POST; any other body is a pasted text.
func params(w http.ResponseWriter, r *request) (search.Query, url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return search.Query{}, nil, badRequest("The query part of the address cannot be read")
	}
	var q search.Query
	if r.Method == http.MethodPost {
		if q, err = posted(w, r, values); err != nil {
			return q, nil, err
		}
	} else {
		q = search.Parse(values.Get("q"), known(r))
	}
	for _, name := range search.FacetNames {
		q.Filter(name, clean(values[name])...)
	}
	return q, values, nil
}

// posted reads the body, and adds what a form in it says to values.
func posted(w http.ResponseWriter, r *request, values url.Values) (search.Query, error) {
	// One byte over the limit is read, to know that there was more.
	all := http.MaxBytesReader(w, r.Body, maxDrained)
	body, err := io.ReadAll(io.LimitReader(all, maxFormBytes+1))
	if err != nil {
		return search.Query{}, badRequest("The body cannot be read")
	}
	_, _ = io.Copy(io.Discard, all) // a client that still sends when the answer comes may never see it
	text := string(body)
	if i := strings.LastIndexByte(text, '%'); len(body) > maxFormBytes && i >= len(text)-2 {
		text = text[:i] // a character whose rest was not read
	}
	if form, ok := strings.CutPrefix(text, "q="); ok && r.URL.Path == "/search" {
		if v, err := url.ParseQuery("q=" + form); err == nil {
			text = v.Get("q")
			for k, vs := range v {
				if k != "q" {
					values[k] = append(values[k], vs...)
				}
			}
			return search.Read(text, known(r)), nil
		}
	}
	cut := len(text) > search.MaxPasteBytes
	return search.ParsePaste(text[:min(len(text), search.MaxPasteBytes)], cut), nil
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

// searchPage serves the search as HTML, or as text to a terminal.
func (s *Server) searchPage(w http.ResponseWriter, r *request) error {
	q, values, err := params(w, r)
	if err != nil {
		return err
	}
	if r.edition == nil {
		return errStarting
	}
	n, err := pageIn(values)
	if err != nil {
		return err
	}
	q.Limit, q.Offset = search.DefaultLimit, min((n-1)*search.DefaultLimit, search.MaxOffset)
	return s.answerPage(w, r, view.SearchPage{}, q, values, n)
}

// answerPage answers a query as a page, some of which may be filled in already.
func (s *Server) answerPage(w http.ResponseWriter, r *request, p view.SearchPage, q search.Query, values url.Values, n int) error {
	p.Query, p.Notices = firstLine(q.Said), q.Notices
	p.Frame = s.frameOf(r, "Search")
	p.Frame.Query, p.Frame.Description = p.Query, "Search by an error line, an alert’s name, a command, or what you want to do."
	p.Frame.NoIndex = p.Query != "" || len(q.Filters) > 0 || r.Method == http.MethodPost
	if q.Paste && q.Text != q.Typed {
		p.Paste = q.Text
	}
	var res search.Results
	if q.Typed != "" || len(q.Filters) > 0 {
		p.Asked = true
		if p.Query != "" {
			p.Frame.Title = "“" + short(p.Query) + "”, search"
		}
		start := s.o.Now()
		var err error
		res, err = s.find(r, q)
		if last := pagesOfResults(res.Total); err == nil && n > last && last > 0 { // somebody's old link leads beyond the end
			n, q.Offset = last, (last-1)*search.DefaultLimit
			res, err = s.find(r, q)
		}
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
			s.noteSearch(r, q, res, p.Missing != "")
			s.fill(&p, r, res, q, values, n, took)
		}
	}
	if wantsPlain(r) {
		return s.searchText(w, r, p)
	}
	body, err := render(r.Context(), view.SearchView(p))
	if err != nil {
		return err
	}
	cacheControl := cachePrivate // so that Back shows the page as it was
	if p.Building || p.Failed {
		cacheControl = cacheNever
	}
	represent(body, typeHTML, cacheControl, varyAgent).write(w, r.Request, http.StatusOK)
	return nil
}

// firstLine is what the search field shows of a text.
func firstLine(s string) string {
	if r := []rune(s); len(r) > search.MaxRunes {
		return strings.TrimSpace(string(r[:search.MaxRunes]))
	}
	return s
}

func (s *Server) fill(p *view.SearchPage, r *request, res search.Results, q search.Query, values url.Values, n int, took time.Duration) {
	p.Total, p.Notices, p.TookMS = res.Total, res.Notices, float64(took.Microseconds())/1000
	p.Unsure = q.Paste && res.Total > 0 && res.Confidence < search.Confident
	p.Hits = hitsOf(r, res, func(b *view.HitBox, d *content.Doc) { b.Trust, b.Scope = s.trustLine(r, d), scopeOf(d) })
	for _, f := range res.Facets {
		if box := facetBox(f); len(box.Values) > 1 || len(box.Values) == 1 && box.Values[0].Selected {
			p.Facets = append(p.Facets, box)
		}
	}
	keep := url.Values{"q": {q.Said}}
	for k, vs := range q.Filters {
		keep[k] = vs
	}
	if res.Suggestion != "" {
		p.Suggestion = &view.Link{Label: res.Suggestion, URL: "/search?" + with(keep, "q", respelt(q, res.Suggestion)).Encode()}
	}
	if res.Total == 0 || p.Unsure {
		for w := range strings.FieldsSeq(q.Text) {
			if len(p.Words) < 8 && len(w) > 2 && len(w) < 60 && w != q.Text {
				p.Words = append(p.Words, view.Link{Label: w, URL: "/search?q=" + url.QueryEscape(w)})
			}
		}
		if p.Stub == nil {
			p.Stub = stubFor(q.Text, !q.Paste && !strings.ContainsRune(q.Text, ' '))
		}
	}
	if !res.Widened {
		p.Chosen = chosen(q, keep)
	}
	if q.Paste && r.Method == http.MethodPost {
		p.Facets = nil // a link cannot send the text again
		return
	}
	pages := pagesOfResults(res.Total)
	p.Pager = pagerOf(min(n, max(pages, 1)), pages, "/search", keep)
}

// pagesOfResults is how many pages so many hits make, as far as they are shown.
func pagesOfResults(total int) int {
	return min((total+search.DefaultLimit-1)/search.DefaultLimit, search.MaxOffset/search.DefaultLimit+1)
}

// chosen says which filters are set, with the way to take off those that were chosen from the list.
func chosen(q search.Query, keep url.Values) (out []view.Link) {
	for _, name := range search.FacetNames {
		for _, v := range q.Filters[name] {
			label := name + " " + v
			if name == "kind" {
				label = content.Kind(v).Label()
			}
			rest := slices.DeleteFunc(slices.Clone(keep[name]), func(x string) bool { return x == v })
			out = append(out, view.Link{Label: label, URL: "/search?" + with(keep, name, rest...).Encode()})
		}
	}
	return out
}

// with returns values with others for one name.
func with(values url.Values, name string, others ...string) url.Values {
	out := maps.Clone(values)
	if out[name] = others; len(others) == 0 {
		delete(out, name)
	}
	return out
}

// respelt is a query with its words in a better spelling, and what else it asked for.
func respelt(q search.Query, words string) string {
	if q.Exact {
		words = `"` + words + `"`
	}
	for _, w := range q.Without {
		words += " -" + w
	}
	return words
}

// hitsOf are the pages of an answer; more, unless nil, says what else is shown of each.
func hitsOf(r *request, res search.Results, more func(*view.HitBox, *content.Doc)) (out []view.HitBox) {
	for _, h := range res.Hits {
		if d := r.view.Doc(h.Path); d != nil {
			b := hitOf(r, d, h)
			if more != nil {
				more(&b, d)
			}
			out = append(out, b)
		}
	}
	return out
}

func hitOf(r *request, d *content.Doc, h search.Hit) view.HitBox {
	b := view.HitBox{Title: d.Title, URL: d.URL, Severity: d.Meta.Severity, Meta: append([]string{d.Kind.Label()}, d.Meta.Products()...)}
	if d.Name != "" {
		b.Meta = append(b.Meta, d.Name)
	}
	if dir := d.Dir(); dir != "" {
		b.Meta = append(b.Meta, dir)
	}
	for _, x := range h.Sections {
		b.Sections = append(b.Sections, view.SectionBox{Heading: x.Heading, URL: d.URL + fragment(x.ID), Snippet: x.Snippet})
	}
	for _, v := range h.Versions {
		if other := r.view.Doc(v.Path); other != nil && other != d {
			b.Versions = append(b.Versions, view.Link{Label: v.Name, URL: other.URL})
		}
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
		switch f.Name {
		case "kind":
			label = content.Kind(v.Value).Label()
		case "phase":
			label = content.Phase(v.Value).Label()
		}
		b.Values = append(b.Values, view.FacetValue{Label: label, Value: v.Value, Count: v.Count, Selected: v.Selected})
	}
	// Chosen values stay in sight.
	slices.SortStableFunc(b.Values, func(x, y view.FacetValue) int {
		switch {
		case x.Selected == y.Selected:
			return 0
		case x.Selected:
			return -1
		}
		return 1
	})
	return b
}

// suggestions answers the search box while somebody types, with a piece of a page.
func (s *Server) suggestions(w http.ResponseWriter, r *request) error {
	q, _, err := params(w, r)
	if err != nil {
		return err
	}
	q.Limit = 6
	b := view.SuggestBox{Query: q.Typed, Notices: q.Notices}
	if q.Typed != "" {
		res, err := s.find(r, q)
		var he *httpError
		switch {
		case errors.Is(err, search.ErrBuilding):
			b.Message = "The search index is being built for the first time."
		case errors.As(err, &he):
			b.Message = he.text + "."
		case err != nil:
			return err
		default:
			b.Total, b.Hits, b.Notices = res.Total, hitsOf(r, res, nil), res.Notices
			if res.Suggestion != "" {
				b.Suggestion = respelt(q, res.Suggestion)
			}
			switch {
			case res.Total == 0:
				b.Message = "No page has these words."
			case q.Paste && res.Confidence < search.Confident:
				b.Notices = append(slices.Clone(b.Notices), "Nothing here looks like an answer to this text; these pages share words with it.")
			}
		}
	}
	body, err := render(r.Context(), view.SuggestView(b))
	if err != nil {
		return err
	}
	represent(body, typeHTML, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}
