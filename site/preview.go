package site

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"rutter/content"
	"rutter/content/source"
	"rutter/site/view"
)

// A preview is a branch of the repository that is served, as a portal of its own below /~BRANCH/: same handlers, its own
// editions and index, gone when nobody has looked at it for a while.

const (
	previewPrefix = "/~"
	previewHome   = "/-/preview" // below the prefix: what the branch changes
	idlePreview   = 30 * time.Minute
	previewWithin = 10 * time.Second // for its first pages
	startPreviews = 2                // at once

	previewCacheBytes = 16 << 20 // of rendered pages, each
)

// previews are the branches that are open. It is safe for concurrent use.
type previews struct {
	live       uint64              // number of the edition that restricted is of
	restricted map[string][]string // see Server.restricted; guarded by mu, as are live and sum
	sum        [sha256.Size]byte

	most, pages int // how many may be open, and pages in all of them

	quit func() // ends what waits for a preview, and streams out of one
	gone chan struct{}
	turn chan struct{} // is held by those that are being made

	mu     sync.Mutex
	open   map[string]*preview
	closed bool
	ending sync.WaitGroup // previews that are being closed; nothing is added once closed is true
}

func newPreviews(most, pages int) *previews {
	ps := &previews{most: most, pages: pages, open: map[string]*preview{}, gone: make(chan struct{}), turn: make(chan struct{}, startPreviews)}
	ps.quit = sync.OnceFunc(func() {
		close(ps.gone)
		ps.mu.Lock()
		defer ps.mu.Unlock()
		for _, p := range ps.open {
			select {
			case <-p.ready:
				if p.err == nil {
					p.server.endLive()
				}
			default: // whoever waits for it does so no longer
			}
		}
	})
	return ps
}

// preview is one of them.
type preview struct {
	branch string
	server *Server
	source *source.BranchSource
	used   time.Time
	pages  int
	ready  chan struct{} // closed once server is there, or err
	ended  chan struct{} // closed when it is to be closed
	err    error

	restricted map[string][]string // whom the live edition has files for, see Server.restricted
	sum        [sha256.Size]byte   // of that
}

var errLarge = errors.New("the branch has more pages than previews may have")

// previewed serves what lies below the prefix.
func (s *Server) previewed(w http.ResponseWriter, r *request) error {
	ctx, cancel := context.WithTimeout(r.Context(), previewWithin)
	defer cancel()
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	name, rest, ok := s.remote.Within(strings.TrimPrefix(r.URL.Path, previewPrefix))
	if own := !ok || rest == previewHome || strings.HasPrefix(rest, previewHome+"/"); own && r.Method == http.MethodPost {
		return methodNotAllowed(reading)
	}
	if !ok {
		s.dropGone()
		return s.inOwnEdition(w, r, s.branches)
	}
	base := previewPrefix + name
	if rest == "" {
		return redirectTo(w, r, escape(base+"/"))
	}
	p, err := s.openPreview(ctx, name)
	switch {
	case errors.Is(err, source.ErrNoBranch): // it went this moment
		return errNotFound
	case errors.Is(err, source.ErrNoFolder):
		return &httpError{status: http.StatusNotFound, text: "The branch does not have the folder that this portal serves"}
	case errors.Is(err, errLarge):
		return &httpError{status: http.StatusServiceUnavailable, text: fmt.Sprintf("The branch is not previewed: %v, which is %d", err, s.previews.pages)}
	case err != nil:
		return err
	}
	out := &prefixed{ResponseWriter: w, base: escape(base)}
	own := r.Clone(context.WithValue(r.Request.Context(), connKey{}, nil)) // what is written is not as long as the connection is told
	own.Header.Del("Accept-Encoding")                                      // nor can addresses be found in what is compressed
	own.Header.Del("If-None-Match")
	if rest == previewHome || strings.HasPrefix(rest, previewHome+"/") {
		err = p.server.inOwnEdition(out, &request{Request: own, name: r.name}, func(w http.ResponseWriter, inner *request) error {
			b, err := s.remote.BranchNamed(ctx, name)
			if err != nil {
				return err
			}
			if path, ok := strings.CutPrefix(rest, previewHome+"/"); ok {
				return s.branchDifference(p.server, w, inner, b, path)
			}
			return s.branchChanges(p.server, w, inner, b)
		})
		if err != nil {
			p.server.fail(out, r, err)
		}
	} else {
		own.URL.Path, own.URL.RawPath = rest, ""
		p.server.Handler().ServeHTTP(out, own)
	}
	out.finish()
	return nil
}

// inOwnEdition runs a handler in the current edition of this server, for a request that came without.
func (s *Server) inOwnEdition(w http.ResponseWriter, r *request, h handler) error {
	own := &request{Request: r.Request}
	_, err := s.inEdition(w, own, h)
	return err
}

// openPreview returns the portal of a branch, once it has pages to show.
func (s *Server) openPreview(ctx context.Context, branch string) (*preview, error) {
	ps := s.previews
	now := s.o.Now()
	restricted, sum, ok := s.restricted()
	if !ok {
		return nil, errStarting
	}
	ps.mu.Lock()
	if ps.closed {
		ps.mu.Unlock()
		return nil, errStarting
	}
	p := ps.open[branch]
	if p != nil && p.sum != sum { // pages have become others' in the live edition: what was made before may show them
		ps.drop(p)
		p = nil
	}
	if p == nil {
		p = &preview{branch: branch, restricted: restricted, sum: sum, ready: make(chan struct{}), ended: make(chan struct{})}
		ps.open[branch] = p
		go s.startPreview(p)
	}
	p.used = now
	ps.mu.Unlock()
	select {
	case <-p.ready:
	case <-ps.gone:
		return nil, errStarting
	case <-ctx.Done():
		return nil, errReading
	}
	if p.err != nil {
		return nil, p.err
	}
	select {
	case <-p.server.Published():
		return p, nil
	case <-ps.gone:
		return nil, errStarting
	case <-p.ended: // others are looked at more
		return nil, errReading
	case err := <-p.server.Done():
		s.dropPreview(p)
		return nil, err
	case <-ctx.Done():
		return nil, errReading
	}
}

// restricted is whom the live edition has files for that are not for everyone, with a digest of it: what became staff's on the
// branch that is served is not to be read on an older one. ok is false before the first edition.
func (s *Server) restricted() (by map[string][]string, sum [sha256.Size]byte, ok bool) {
	live := s.publisher.Acquire()
	if live == nil {
		return nil, sum, false
	}
	defer live.Release()
	ps := s.previews
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.live != live.Seq || ps.restricted == nil {
		h := sha256.New()
		ps.restricted = live.Snapshot.Restricted()
		for _, p := range slices.Sorted(maps.Keys(ps.restricted)) {
			_, _ = fmt.Fprintf(h, "%q %q\n", p, ps.restricted[p])
		}
		ps.live, ps.sum = live.Seq, [sha256.Size]byte(h.Sum(nil))
	}
	return ps.restricted, ps.sum, true
}

// surplus drops what nobody has looked at for long, and the longest unused beyond what may be open. keep stays. mu is held.
func (ps *previews) surplus(now time.Time, keep *preview) {
	all := make([]*preview, 0, len(ps.open))
	pages := 0
	for _, p := range ps.open {
		all, pages = append(all, p), pages+p.pages
	}
	slices.SortFunc(all, func(a, b *preview) int { return a.used.Compare(b.used) })
	left := len(all)
	for _, p := range all {
		if p == keep || left <= ps.most && pages <= ps.pages && now.Sub(p.used) < idlePreview {
			continue
		}
		left, pages = left-1, pages-p.pages
		ps.drop(p)
	}
}

// drop takes a preview out, and closes it aside. mu is held.
func (ps *previews) drop(p *preview) {
	delete(ps.open, p.branch)
	ps.ending.Add(1)
	close(p.ended)
	go func() {
		defer ps.ending.Done()
		p.close()
	}()
}

// keepPreviews closes those that nobody has looked at for long.
func (s *Server) keepPreviews(ctx context.Context) {
	look := time.NewTicker(idlePreview / 10)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			s.dropGone()
			s.previews.mu.Lock()
			s.previews.surplus(s.o.Now(), nil)
			s.previews.mu.Unlock()
		}
	}
}

// dropGone closes the previews of branches that the remote has no more.
func (s *Server) dropGone() {
	s.previews.mu.Lock()
	var gone []*preview
	for name, p := range s.previews.open {
		if found, _, _ := s.remote.Within(name); found != name {
			gone = append(gone, p)
		}
	}
	s.previews.mu.Unlock()
	for _, p := range gone {
		s.dropPreview(p)
	}
}

func (s *Server) dropPreview(p *preview) {
	ps := s.previews
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.open[p.branch] == p { // else somebody closes it already
		ps.drop(p)
	}
}

// startPreview makes the portal of a branch.
func (s *Server) startPreview(p *preview) {
	err := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), previewWithin)
		defer cancel()
		select {
		case s.previews.turn <- struct{}{}:
			defer func() { <-s.previews.turn }()
		case <-ctx.Done():
			return errReading
		}
		src, err := s.remote.At(ctx, p.branch)
		if err != nil {
			return err
		}
		p.source = src
		tree, err := src.Scan()
		if err != nil {
			src.Close()
			return err
		}
		pages := 0
		for _, f := range tree.Files {
			if content.IsPage(f.Path) {
				pages++
			}
		}
		if pages > s.previews.pages {
			src.Close()
			return errLarge
		}
		s.previews.mu.Lock()
		p.pages = pages
		s.previews.surplus(s.o.Now(), p) // not before it is known to be one that can be shown
		s.previews.mu.Unlock()
		inner, err := New(Options{
			Portal: s.o.Portal, Source: src, Changes: src.Changes(), Git: s.remote.HistoryOf(src.Revision), Blobs: s.o.Blobs,
			Authors: s.o.Authors, Unasked: true, BaseURL: s.o.BaseURL, Version: s.o.Version, Now: s.o.Now, Log: s.o.Log.With("preview", p.branch),
			branch: p.branch, elsewhere: func(path string) []string { return p.restricted[path] },
		})
		if err != nil {
			src.Close()
			return err
		}
		run, stop := context.WithCancel(context.Background())
		inner.stop = stop
		inner.follow(run)
		p.server = inner
		return nil
	}()
	p.err = err
	close(p.ready)
	if err != nil {
		s.dropPreview(p)
	}
}

func (p *preview) close() {
	<-p.ready
	if p.err != nil {
		return
	}
	p.source.Close()
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	_ = p.server.Stop(ctx)
}

// closeAll ends every preview.
func (ps *previews) closeAll() {
	ps.mu.Lock()
	ps.closed = true
	for _, p := range ps.open {
		ps.drop(p)
	}
	ps.mu.Unlock()
	ps.ending.Wait()
}

// previewOf is what is told over a page of a preview, nil elsewhere.
func (s *Server) previewOf(r *request) *view.Preview {
	if s.o.branch == "" || r.edition == nil {
		return nil
	}
	return &view.Preview{Branch: s.o.branch, Revision: shortRevision(r.edition.Snapshot.Served()), Live: r.URL.EscapedPath()}
}
