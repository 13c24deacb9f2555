package site

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// livez says that the process answers.
func (s *Server) livez(w http.ResponseWriter, _ *request) error {
	return plain(w, http.StatusOK, "ok\n")
}

// readyz says whether a complete edition is served. What is wrong behind it does not make it fail: readers are
// served, and the lines say what operators should look at.
func (s *Server) readyz(w http.ResponseWriter, r *request) error {
	var b strings.Builder
	status := http.StatusOK
	switch {
	case s.draining.Load():
		status = http.StatusServiceUnavailable
		b.WriteString("not ready: draining\n")
	case r.edition == nil:
		status = http.StatusServiceUnavailable
		b.WriteString("not ready: no edition yet\n")
	case !r.edition.Searchable():
		status = http.StatusServiceUnavailable
		fmt.Fprintf(&b, "not ready: edition %s, %d pages are served, the search index is being built\n", r.edition.ID, r.view.Len())
	default:
		fmt.Fprintf(&b, "ready: edition %s, %d pages\n", r.edition.ID, r.view.Len())
	}
	served := ""
	if r.edition != nil {
		served = r.edition.Snapshot.Served()
	}
	for _, l := range s.remoteLines(served) {
		b.WriteString(l + "\n")
	}
	if s.audit != nil {
		if seq, hash := s.audit.Newest(); seq > 0 {
			fmt.Fprintf(&b, "audit: %d %s\n", seq, hash[:12])
		}
		if t := s.audit.Trouble(); t != "" {
			fmt.Fprintf(&b, "degraded: audit: %s\n", strings.ReplaceAll(t, "\n", " "))
		}
	}
	for _, t := range slices.Concat(s.publisher.Troubles(), s.publisher.Notes()) {
		fmt.Fprintf(&b, "degraded: %s\n", strings.ReplaceAll(t, "\n", " "))
	}
	for i, u := range s.publisher.Unread() {
		if i == 5 {
			break
		}
		if name := "folder " + u.Path + "/"; mayName(r, u.Path) {
			fmt.Fprintf(&b, "degraded: %s: it cannot be listed, so what is in it is left as it was last known: %s\n", strings.ReplaceAll(name, "\n", " "), u.Cause)
		}
	}
	if r.edition != nil {
		e, warn, notes := r.edition.Snapshot.Counts()
		for i, x := range r.edition.Snapshot.Bad() {
			if i == 5 {
				break
			}
			if r.view.Doc(x.File) != nil {
				fmt.Fprintf(&b, "degraded: page: %s\n", strings.ReplaceAll(x.String(), "\n", " "))
			}
		}
		if e > 0 { // warnings and notes are for authors
			fmt.Fprintf(&b, "degraded: content: %d errors, %d warnings, %d notes\n", e, warn, notes)
		}
	}
	return plain(w, status, b.String())
}

// mayName tells whether a folder may be named to whoever asks: not where all that is known of it is hidden from them.
func mayName(r *request, folder string) bool {
	if r.edition == nil {
		return true
	}
	hidden := false
	for _, d := range r.edition.Snapshot.Docs() {
		if strings.HasPrefix(d.Path, folder+"/") {
			if r.view.Doc(d.Path) != nil {
				return true
			}
			hidden = true
		}
	}
	return !hidden
}

func plain(w http.ResponseWriter, status int, text string) error {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = typeText, cacheNever
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
	return nil
}
