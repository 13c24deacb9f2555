package site

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"rutter/search"
	"rutter/site/mcp"
)

// assistant answers the Model Context Protocol from the request's edition.
func (s *Server) assistant(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	mcp.Handler(&library{s, r}, s.portal(r), s.o.Version).ServeHTTP(w, r.Request)
	return nil
}

// library is the portal in the eyes of one request.
type library struct {
	s *Server
	r *request
}

func (l *library) Search(_ context.Context, query string) (mcp.Results, error) {
	q := search.Read(query, known(l.r))
	res, err := l.s.find(l.r, q)
	if err != nil {
		return mcp.Results{}, errors.New("the search cannot answer now; ask again in a moment")
	}
	out := mcp.Results{Confidence: res.Confidence, Notices: res.Notices, Suggestion: res.Suggestion}
	base := l.s.base(l.r)
	for _, h := range res.Hits {
		d := l.r.view.Doc(h.Path)
		if d == nil {
			continue
		}
		x := mcp.Result{ID: d.Path, Title: d.Title, URL: base + d.URL}
		if len(h.Sections) > 0 {
			x.URL += fragment(h.Sections[0].ID)
			x.Text = h.Sections[0].Snippet.String()
		}
		out.Results = append(out.Results, x)
	}
	return out, nil
}

func (l *library) Fetch(_ context.Context, id string) (mcp.Page, error) {
	d := l.r.view.Doc(strings.TrimPrefix(id, "/"))
	if d == nil {
		d = l.r.view.At(strings.TrimPrefix(id, "/"))
	}
	if d == nil {
		return mcp.Page{}, errors.New("no page has this id; search gives ids")
	}
	src, err := d.Whole()
	if err != nil {
		return mcp.Page{}, errors.New("the page is being changed; ask again in a moment")
	}
	meta := map[string]string{"kind": string(d.Kind)}
	for k, v := range map[string]string{"owner": d.Meta.Owner, "reviewed": string(d.Meta.Reviewed), "severity": d.Meta.Severity} {
		if v != "" {
			meta[k] = v
		}
	}
	return mcp.Page{ID: d.Path, Title: d.Title, Text: string(src), URL: l.s.base(l.r) + d.URL, Metadata: meta}, nil
}
