package site

import (
	"net/url"
	"strings"
	"time"

	"rutter/content"
	"rutter/search"
	"rutter/site/view"
)

// How much is asked for the ranks of one page.
const (
	maxRanks  = 12
	ranksTake = 40 * time.Millisecond
)

// ranksOf is the place of a page among the results for what queries.yaml, its errors and its alerts say that it answers.
func (s *Server) ranksOf(r *request, d *content.Doc) (out []view.Rank) {
	if !r.edition.Searchable() {
		return nil
	}
	begun := s.o.Now()
	seen := map[string]bool{}
	ask := func(query string, within int) {
		if query == "" || seen[query] || len(out) == maxRanks || s.o.Now().Sub(begun).Abs() > ranksTake {
			return
		}
		seen[query] = true
		place, err := search.Rank(r.Context(), r.edition.Index, query, d.Path)
		if err == nil {
			out = append(out, view.Rank{Query: query, URL: "/search?" + url.Values{"q": {query}}.Encode(), Place: place, Within: within})
		}
	}
	for _, q := range r.edition.Snapshot.Questions() {
		if strings.EqualFold(q.Page, d.Path) {
			ask(q.Query, q.Within)
		}
	}
	for _, x := range d.Meta.Alerts {
		ask(x, 0)
	}
	for _, x := range d.Meta.Errors {
		ask(x, 0)
	}
	return out
}
