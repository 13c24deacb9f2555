package site

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"rutter/search"
	"rutter/site/view"
)

// httpError is an error the caller is told.
type httpError struct {
	status int
	text   string // for people, a sentence without a full stop
	retry  string // Retry-After in seconds, "" for none
	allow  string // methods, for 405
}

func (e *httpError) Error() string { return e.text }

var (
	errNotFound = &httpError{status: http.StatusNotFound, text: "Nothing is at this address"}
	errStarting = &httpError{status: http.StatusServiceUnavailable, text: "The portal is starting", retry: "1"}
	errReading  = &httpError{status: http.StatusServiceUnavailable, text: "The pages are being read for the first time", retry: "5"}
	errChanging = &httpError{status: http.StatusServiceUnavailable, text: "The page is being changed just now", retry: "2"}
	errBuilding = &httpError{status: http.StatusServiceUnavailable, text: "The search index is being built for the first time", retry: "5"}
	errIndex    = &httpError{status: http.StatusServiceUnavailable, text: "The search index gave an error and is being built anew", retry: "10"}
	errOpen     = &httpError{status: http.StatusServiceUnavailable, text: "Too many pages are open", retry: "30"}
	errCompare  = &httpError{status: http.StatusServiceUnavailable, text: "Too many versions are being compared", retry: "5"}
	errSlow     = &httpError{status: http.StatusServiceUnavailable, text: "The search took too long", retry: "5"}
)

func methodNotAllowed(allow string) error {
	return &httpError{status: http.StatusMethodNotAllowed, text: "This address answers " + allow + " only", allow: allow}
}

func badRequest(text string) error { return &httpError{status: http.StatusBadRequest, text: text} }

// fail is the one place that turns an error into an answer. What is not meant for the caller goes to the log, and
// the caller gets the request's id to ask by.
func (s *Server) fail(w http.ResponseWriter, r *request, err error) {
	var he *httpError
	switch {
	case errors.As(err, &he):
	case errors.Is(err, search.ErrBuilding):
		he = errBuilding
	case errors.Is(err, context.DeadlineExceeded):
		he = errSlow
	case errors.Is(err, context.Canceled):
		he = &httpError{status: 499, text: "The caller went away"}
	default:
		s.o.Log.Error("request failed", "request", s.id(w, r), "method", r.Method, "path", r.URL.Path, "cause", err)
		he = &httpError{status: http.StatusInternalServerError, text: "The portal made a mistake"}
	}
	h := w.Header()
	for _, k := range []string{"Etag", "Last-Modified", "Content-Encoding", "Content-Length", "Content-Disposition", "Link"} {
		delete(h, k)
	}
	h.Set("Cache-Control", "no-store")
	if he.retry != "" {
		h.Set("Retry-After", he.retry)
	}
	if he.allow != "" {
		h.Set("Allow", he.allow)
	}
	if strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == hookPath {
		writeProblem(w, s.id(w, r), he)
		return
	}
	f := s.frame
	f.Portal = s.portal(r)
	f.Title, f.NoIndex = he.text, true
	page := view.ErrorPage{Frame: f, Status: he.status, Heading: http.StatusText(he.status), Text: he.text + ".", RequestID: s.id(w, r), Path: r.URL.Path}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(he.status)
	if r.Method != http.MethodHead {
		_ = view.ErrorView(page).Render(r.Context(), w)
	}
}

// writeProblem answers by RFC 9457.
func writeProblem(w http.ResponseWriter, id string, e *httpError) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.status)
	_ = json.NewEncoder(w).Encode(struct {
		Type     string `json:"type"`
		Title    string `json:"title"`
		Status   int    `json:"status"`
		Detail   string `json:"detail"`
		Instance string `json:"instance"`
	}{"about:blank", http.StatusText(e.status), e.status, e.text + ".", "urn:request:" + id})
}
