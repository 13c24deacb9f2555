package site

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"rutter/content"
	"rutter/search"
)

// Answer is the body of /api/v1/search.
type Answer struct {
	Query      string                    `json:"query"`
	Total      int                       `json:"total"`
	TookMS     float64                   `json:"took_ms"`
	Suggestion string                    `json:"suggestion"`
	Confidence float64                   `json:"confidence"`
	Hits       []AnswerHit               `json:"hits"`
	Facets     map[string]map[string]int `json:"facets"`
	Notices    []string                  `json:"notices"`
}

// AnswerHit is a page in an Answer.
type AnswerHit struct {
	URL     string  `json:"url"`     // absolute path, percent-encoded, with #section
	Path    string  `json:"path"`    // of the file, relative to the content folder
	Title   string  `json:"title"`   // of the page
	Section string  `json:"section"` // heading of the section the URL leads to, "" for the top of the page
	Kind    string  `json:"kind"`
	Snippet string  `json:"snippet"` // HTML; mark is the only element in it
	Score   float64 `json:"score"`

	Versions []AnswerVersion `json:"versions,omitempty"` // of the page, the newest first, where there are several
}

// AnswerVersion is one of the versions of a page.
type AnswerVersion struct {
	Version string `json:"version"`
	URL     string `json:"url"`
}

// searchAPI answers a query as JSON.
func (s *Server) searchAPI(w http.ResponseWriter, r *request) error {
	q, values, err := params(w, r)
	if err != nil {
		return err
	}
	if q.Limit, err = whole(values, "limit", search.DefaultLimit, 1, search.MaxLimit); err != nil {
		return err
	}
	if q.Offset, err = whole(values, "offset", 0, 0, search.MaxOffset); err != nil {
		return err
	}
	if r.edition == nil {
		return errStarting
	}
	if !r.edition.Searchable() {
		return search.ErrBuilding
	}
	h := w.Header()
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%d|%q|%q|%q|%d|%d|%q|%q|%q|%d", s.requests.prefix, r.edition.ID, r.edition.Seq, r.viewer, q.Typed, q.Text, q.Limit, q.Offset, q.Filters, q.Without, q.Phrases, q.Terms))
	etag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	h.Set("Cache-Control", "no-cache")
	h.Set("Etag", etag)
	h["Vary"] = varyEncoding
	if r.Method != http.MethodPost && matches(r.Header["If-None-Match"], etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	start := s.o.Now()
	res, err := s.find(r, q)
	if err != nil {
		return err
	}
	a, err := NewAnswer(r.view, q, res, s.o.Now().Sub(start))
	if err != nil {
		return fmt.Errorf("edition %s: %w", r.edition.ID, err)
	}
	if next := q.Offset + q.Limit; r.Method != http.MethodPost && next < res.Total && next <= search.MaxOffset {
		v := url.Values{}
		for k, vs := range values {
			v[k] = vs
		}
		v.Set("offset", strconv.Itoa(next))
		h.Set("Link", "<"+r.URL.EscapedPath()+"?"+v.Encode()+`>; rel="next"`)
	}
	h["Content-Type"] = typeJSON
	if r.Method == http.MethodHead {
		return nil
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(a)
}

// whole reads a whole number from lo to hi.
func whole(values url.Values, name string, fallback, lo, hi int) (int, error) {
	v := values.Get(name)
	if v == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < lo || n > hi {
		return 0, badRequest(fmt.Sprintf("%s must be a whole number from %d to %d", name, lo, hi))
	}
	return n, nil
}

// NewAnswer says what was found for a query, in the eyes of whoever looks through v. It is an error when v does not have
// a page that was found.
func NewAnswer(v content.View, q search.Query, res search.Results, took time.Duration) (Answer, error) {
	a := Answer{
		Query: q.Typed, Total: res.Total, TookMS: float64(took.Microseconds()) / 1000,
		Suggestion: res.Suggestion, Confidence: res.Confidence,
		Hits: []AnswerHit{}, Facets: map[string]map[string]int{}, Notices: res.Notices,
	}
	if a.Notices == nil {
		a.Notices = []string{}
	}
	for _, hit := range res.Hits {
		d := v.Doc(hit.Path)
		if d == nil {
			return a, fmt.Errorf("the index holds %s, the snapshot does not", hit.Path)
		}
		x := AnswerHit{URL: d.URL, Path: d.Path, Title: d.Title, Kind: string(d.Kind), Score: hit.Score}
		if len(hit.Sections) > 0 {
			first := hit.Sections[0]
			x.URL, x.Section, x.Snippet = d.URL+fragment(first.ID), first.Heading, first.Snippet.HTML()
		}
		for _, o := range hit.Versions {
			if other := v.Doc(o.Path); other != nil {
				x.Versions = append(x.Versions, AnswerVersion{o.Name, other.URL})
			}
		}
		a.Hits = append(a.Hits, x)
	}
	for _, f := range res.Facets {
		m := map[string]int{}
		for _, value := range f.Values {
			m[value.Value] = value.Count
		}
		a.Facets[f.Name] = m
	}
	return a, nil
}
