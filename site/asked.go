package site

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"rutter/search"
	"rutter/site/asked"
	"rutter/site/view"
)

// AskedFile is the file in the state folder that says what was searched for.
const AskedFile = "asked.json"

// saveAskedEvery is how much of the log a crash may lose.
const saveAskedEvery = time.Minute

// keepAsked writes the log down now and then, and at the end.
func (s *Server) keepAsked(ctx context.Context) {
	t := time.NewTicker(saveAskedEvery)
	defer t.Stop()
	for ended := false; !ended; {
		select {
		case <-ctx.Done():
			ended = true
		case <-t.C:
		}
		if err := s.asked.Save(); err != nil {
			s.o.Log.Warn("what was searched for cannot be written down", "cause", err)
		}
	}
}

// noteSearch counts a search somebody made by hand. Pasted texts, pages of results after the first and answers to
// filters are not counted. Words that answer where the query does not are no answer to it; nor are they to a name
// that nothing has (missing).
func (s *Server) noteSearch(r *request, q search.Query, res search.Results, missing bool) {
	if s.asked == nil || q.Paste || q.Offset > 0 || len(q.Filters) > 0 || r.Method != http.MethodGet {
		return
	}
	total := res.Total
	if missing || res.Widened {
		total = 0
	}
	s.asked.Searched(q.Typed, total, askerOf(r.Request))
}

// askerOf is the address of whoever asks. Behind a proxy on this machine or network it is the one that proxy names;
// a reader who names another can but be counted twice.
func askerOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.Unmap().IsLoopback() && !ip.Unmap().IsPrivate() {
		return host
	}
	via := r.Header.Values("X-Forwarded-For")
	if len(via) == 0 {
		return host
	}
	last := via[len(via)-1]
	return host + " " + strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
}

// noteOpened counts a result that was opened, by the page the reader comes from.
func (s *Server) noteOpened(r *request) {
	from := r.Header["Referer"]
	if s.asked == nil || len(from) != 1 || !strings.Contains(from[0], "/search?") {
		return
	}
	u, err := url.Parse(from[0])
	if err != nil || u.Host != r.Host || u.Path != "/search" {
		return
	}
	s.asked.Opened(search.Plain(u.Query().Get("q")).Typed)
}

// maxAsked is how many queries the authors' page shows of each kind.
const maxAsked = 100

// askedPage shows authors what readers miss.
func (s *Server) askedPage(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	p := view.AskedPage{Off: s.asked == nil, Enough: asked.Enough}
	p.Frame = s.frameOf(r, "What readers searched for")
	p.Frame.Bar, p.Frame.NoIndex = nil, true
	if s.asked != nil {
		for _, c := range s.asked.Clusters() {
			x := view.AskedQuery{Query: c.Query, URL: "/search?q=" + url.QueryEscape(c.Query), Asked: c.Asked, None: c.None, Opened: c.Opened}
			switch {
			case c.None > 0 && len(p.Missing) < maxAsked:
				p.Missing = append(p.Missing, x)
			case c.None == 0 && 3*c.Opened < c.Asked && len(p.Passed) < maxAsked:
				p.Passed = append(p.Passed, x)
			}
		}
	}
	body, err := render(r.Context(), view.AskedView(p))
	if err != nil {
		return err
	}
	represent(body, typeHTML, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}
