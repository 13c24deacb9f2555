package site

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"rutter/content/source"
	"rutter/site/edition"
	"rutter/site/webhook"
)

// openRemote has the publisher open the repository elsewhere, in the folder that this process alone writes; nil where content
// is in none.
func (s *Server) openRemote() func(string) (edition.Source, *source.Git, error) {
	if s.o.Remote == nil {
		return nil
	}
	return func(state string) (edition.Source, *source.Git, error) {
		r, err := s.o.Remote(state)
		if err != nil {
			return nil, nil, err
		}
		if s.remote = r; s.o.Blobs == nil {
			s.o.Blobs = r
		}
		return r, r.History(), nil
	}
}

// editionName names an edition to those who ask: its ID, and the revision where the files are those of one.
func editionName(e *edition.Edition) string {
	if rev := e.Snapshot.Served(); rev != "" {
		return e.ID + "; revision=" + rev
	}
	return e.ID
}

// remoteLines are what operators are told of the repository elsewhere: what is served, and what stands against the newest.
func (s *Server) remoteLines(served string) (lines []string) {
	if s.remote == nil {
		return nil
	}
	st := s.remote.Status()
	if served != "" {
		line := "revision: " + served
		if b := s.remote.Branch(); b != "" {
			line += " of " + b
		}
		if !st.Fetched.IsZero() {
			line += ", the remote last answered " + st.Fetched.UTC().Format(time.RFC3339)
		}
		lines = append(lines, line)
	}
	if p := s.remote.Pinned(); p != "" {
		lines = append(lines, "degraded: remote: rolled back to "+p+" until rutter rollback --off")
	}
	if st.Err != nil {
		lines = append(lines, "degraded: remote: "+strings.ReplaceAll(st.Err.Error(), "\n", "; "))
	}
	return lines
}

// hookPath is where a git host tells of a push.
const hookPath = "/-/hook"

// refusals count webhooks that were refused: anybody can send them, and a log line for each would be theirs to fill a disk with.
type refusals struct {
	mu     sync.Mutex
	said   time.Time
	silent int
}

// refusalEvery is how far two log lines lie apart at least.
const refusalEvery = time.Minute

// say tells whether one more is to be logged, and how many were not since the last that was.
func (f *refusals) say(now time.Time) (more int, say bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.said.IsZero() && now.Sub(f.said).Abs() < refusalEvery {
		f.silent++
		return 0, false
	}
	more, f.silent, f.said = f.silent, 0, now
	return more, true
}

// hook takes signed word of a push, and has the remote looked at.
func (s *Server) hook(w http.ResponseWriter, r *request) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, webhook.MaxBody+1))
	if err != nil || len(body) > webhook.MaxBody {
		return &httpError{status: http.StatusRequestEntityTooLarge, text: "The body of a webhook may have 1 MiB"}
	}
	event, err := webhook.Verify(r.Header, body, s.o.Hook, s.o.Now())
	switch {
	case errors.Is(err, webhook.ErrUnsigned), errors.Is(err, webhook.ErrRefused), errors.Is(err, webhook.ErrStale):
		if more, say := s.refusals.say(s.o.Now()); say {
			s.o.Log.Warn("a webhook was refused; the remote is looked at all the same, in its time", "cause", err, "more_before", more)
		}
		return &httpError{status: http.StatusUnauthorized, text: strings.TrimPrefix(err.Error(), "webhook: ")}
	case err != nil:
		return &httpError{status: http.StatusBadRequest, text: strings.TrimPrefix(err.Error(), "webhook: ")}
	}
	if event.Kind == webhook.Push {
		s.remote.Nudge()
	}
	return plain(w, http.StatusAccepted, fmt.Sprintf("%s\n", event.Kind))
}
