package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"rutter/content"
)

// livePath is where an author's page hears, by server-sent events, that it is another one now.
const livePath = "/-/live"

const (
	maxListeners = 100              // pages that are open at once
	pulse        = 15 * time.Second // between two signs of life, by which a connection that is gone is found
	maxLive      = time.Hour        // then the browser asks again
)

// listeners counts open streams, and ends them when the portal stops.
type listeners struct {
	n    atomic.Int64
	stop chan struct{}
}

// liveURL is where a page asks whether it has changed: a page of content by all it shows, any other by its edition.
func (s *Server) liveURL(r *request, d *content.Doc) string {
	if !s.o.Authors || r.edition == nil {
		return ""
	}
	q := url.Values{"tag": {s.liveTag(r, d)}}
	if d != nil {
		q.Set("page", d.Path)
	}
	return livePath + "?" + q.Encode()
}

func (s *Server) liveTag(r *request, d *content.Doc) string {
	h := sha256.New()
	if d == nil { // it may be kept for as long as the edition lives
		_, _ = fmt.Fprintln(h, r.edition.ID, r.edition.Seq)
	} else {
		_, _ = fmt.Fprintln(h, s.dependencies(r, d), r.edition.Searchable(), s.publisher.Troubles())
		for _, p := range r.edition.Snapshot.ProblemsOf(d.Path) {
			_, _ = fmt.Fprintln(h, p)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// live tells an open page once that it has changed. It takes an edition only for the moment of a look: a page may stay
// open for days.
func (s *Server) live(w http.ResponseWriter, r *request) error {
	if s.listeners.n.Add(1) > maxListeners {
		s.listeners.n.Add(-1)
		return errOpen
	}
	defer s.listeners.n.Add(-1)
	q := r.URL.Query()
	path, tag := q.Get("page"), q.Get("tag")
	c := http.NewResponseController(w)
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = []string{"text/event-stream"}, cacheNever
	h.Set("X-Accel-Buffering", "no") // nginx would hold the words back
	say := func(text string) error {
		_ = c.SetWriteDeadline(time.Now().Add(pulse)) // which the system holds against its own clock
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		return c.Flush()
	}
	if err := say("retry: 500\n\n"); err != nil {
		return nil //nolint:nilerr // the reader went away
	}
	end, beat := time.NewTimer(maxLive), time.NewTicker(pulse)
	defer end.Stop()
	defer beat.Stop()
	for {
		news := s.publisher.News()
		if now, known := s.tagNow(r, path); known && now != tag {
			_ = say("event: changed\ndata: " + now + "\n\n")
			return nil
		}
		select {
		case <-r.Request.Context().Done():
			return nil
		case <-s.listeners.stop:
			return nil
		case <-end.C:
			return nil
		case <-news:
		case <-beat.C:
			if say(": still here\n\n") != nil {
				return nil
			}
		}
	}
}

// tagNow is the tag of a page in the edition of this moment; known is false before the first.
func (s *Server) tagNow(r *request, path string) (tag string, known bool) {
	e := s.publisher.Acquire()
	if e == nil {
		return "", false
	}
	defer e.Release()
	v := s.viewerOf(r.Request)
	now := &request{Request: r.Request, edition: e, viewer: v, view: e.Snapshot.For(v)}
	if path == "" {
		return s.liveTag(now, nil), true
	}
	d := now.view.Doc(path)
	if d == nil {
		return "gone", true
	}
	return s.liveTag(now, d), true
}
