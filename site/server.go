package site

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"rutter/content"
	"rutter/content/lint"
	"rutter/content/source"
	"rutter/site/asked"
	"rutter/site/audit"
	"rutter/site/edition"
	"rutter/site/view"
	"rutter/static"
)

// Limits on time and size of one connection's phases.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	drainTimeout      = 6 * time.Second // for open requests
	closeTimeout      = 3 * time.Second // for the index and the trail
	searchTimeout     = 2 * time.Second
	maxHeaderBytes    = 32 << 10
)

// Server serves one portal. New makes it, Start serves, Stop unwinds.
type Server struct {
	o            Options
	publisher    *edition.Publisher
	exporting    bool           // what is rendered is for files, which have no server behind them
	previews     *previews      // nil where none are shown
	remote       *source.Remote // nil where content is no repository elsewhere
	assets       *static.Set
	assetReps    map[string]*representation
	packed       map[string]func() (*representation, error) // assets that are large and rarely needed, by URL
	workerSource []byte                                     // of the service worker, without what it needs
	frame        view.Frame                                 // what is the same on every page
	cache        *cache
	chrome       atomic.Pointer[chrome]
	requests     requestIDs
	coverage     coverageCache
	versions     versions
	refusals     refusals   // of webhooks
	asked        *asked.Log // nil where searches are not counted
	audit        *audit.Log // nil where nothing is kept between runs
	draining     atomic.Bool
	listeners    listeners
	differences  chan struct{} // has room for those that may be made at once
	endLive      func()        // ends open streams

	http     *http.Server
	listener net.Listener
	stop     context.CancelFunc
	stopOnce sync.Once
	stopErr  error

	background sync.WaitGroup // ends with the context
	run        chan error     // the end of the publisher; closed after it
	done       chan error     // what ended serving by itself
}

// New prepares a server. It listens to nothing yet.
func New(o Options) (*Server, error) {
	o.fill()
	assets, err := static.Load()
	if err != nil {
		return nil, err
	}
	cacheBytes := maxCacheBytes
	if o.branch != "" { // several may be open, beside the live portal's
		cacheBytes = previewCacheBytes
	}
	s := &Server{
		o: o, assets: assets, cache: newCache(cacheBytes), requests: newRequestIDs(),
		run: make(chan error, 1), done: make(chan error, 2), assetReps: map[string]*representation{}, listeners: listeners{stop: make(chan struct{})}, differences: make(chan struct{}, maxDifferences), packed: map[string]func() (*representation, error){},
	}
	for _, a := range assets.All() {
		if a.URL == assets.URL("worker.js") { // it lies at the root
			s.workerSource = a.Body
			continue
		}
		if a.Gzip { // unpacked once somebody needs it
			s.packed[a.URL] = sync.OnceValues(func() (*representation, error) { return unpacked(a) })
			continue
		}
		s.assetReps[a.URL] = represent(a.Body, []string{a.Type}, cacheForever, varyEncoding)
	}
	s.frame = view.Frame{
		Portal: o.Portal,
		Assets: view.Assets{CSS: assets.URL("rutter.css"), Authors: assets.URL("authors.css"), Live: assets.URL("live.js"), Difference: assets.URL("difference.css"), JS: assets.URL("rutter.js"), Play: assets.URL("play.js"), Box: assets.URL("box.js"), Pick: assets.URL("pick.js"), Find: assets.URL("find.js"), Keep: assets.URL("keep.js"), Diagram: assets.URL("diagram.js"), Mermaid: assets.URL(static.Mermaid), Worker: workerPath, Icon: assets.URL("icon.svg")},
	}
	var record func(edition.Publication) // nil where there is no folder for a trail: then nothing is put together for it
	if o.State != "" {
		record = s.record
	}
	s.publisher, err = edition.New(edition.Options{
		Open: s.openRemote(), Source: o.Source, Changes: o.Changes, Git: o.Git, History: o.History, State: o.State,
		Reserved: Reserved, Rules: lint.Rules(), Elsewhere: o.elsewhere, Gate: s.gate, Audit: record, Now: o.Now, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	if o.Previews > 0 && s.remote != nil {
		s.previews = newPreviews(o.Previews, o.PreviewPages)
	}
	if o.branch != "" {
		s.frame.Assets.Worker, s.frame.Base = "", escape(previewPrefix+o.branch)
	}
	s.openAudit()
	if !o.Unasked {
		file := s.publisher.Kept()
		if file != "" {
			file = filepath.Join(file, AskedFile)
		}
		s.asked = asked.Open(file, o.Now)
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(o.H2C)
	s.http = &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ConnContext: withConn,
		Protocols: &protocols, ErrorLog: newErrorLog(o.Log),
	}
	s.endLive = sync.OnceFunc(func() { close(s.listeners.stop) })
	s.http.RegisterOnShutdown(s.endLive)
	if s.previews != nil {
		s.http.RegisterOnShutdown(s.previews.quit)
	}
	return s, nil
}

// Start listens and begins to follow the content. It returns once connections are accepted; pages are there as
// soon as Ready says so. Done tells when serving has ended by itself.
func (s *Server) Start() error {
	l, err := net.Listen("tcp", s.o.Addr)
	if err != nil {
		s.publisher.Discard()
		return err
	}
	if t, ok := l.(*net.TCPListener); ok && s.o.CertFile == "" {
		l = connListener{t}
	}
	if s.o.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(s.o.CertFile, s.o.KeyFile)
		if err != nil {
			_ = l.Close()
			s.publisher.Discard()
			return err
		}
		l = tls.NewListener(l, &tls.Config{
			Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		})
	}
	s.listener = l
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	go func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.done <- err
		}
	}()
	s.follow(ctx)
	if s.asked != nil {
		s.background.Go(func() { s.keepAsked(ctx) })
	}
	if s.previews != nil {
		s.background.Go(func() { s.keepPreviews(ctx) })
	}
	if s.audit != nil {
		go s.audit.Keep(ctx) // see closeAudit
	}
	return nil
}

// URL is the address the server listens on, with scheme.
func (s *Server) URL() string {
	scheme := "http"
	if s.o.CertFile != "" {
		scheme = "https"
	}
	host, port, _ := net.SplitHostPort(s.listener.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// Published is closed when the first edition is served.
func (s *Server) Published() <-chan struct{} { return s.publisher.Published() }

// Done returns the error that ended serving, for instance that the content folder cannot be read at the start.
func (s *Server) Done() <-chan error { return s.done }

// Stop drains: readiness turns false, open requests are finished, then everything is let go of. After its deadline
// what is still open is cut off. Only the first call does anything.
func (s *Server) Stop(ctx context.Context) error {
	s.stopOnce.Do(func() { s.stopErr = s.unwind(ctx) })
	return s.stopErr
}

func (s *Server) unwind(ctx context.Context) error {
	if s.stop == nil {
		return nil // it never started
	}
	s.draining.Store(true)
	if s.o.Drain > 0 { // a balancer that asks for readiness sees it before connections are refused
		select {
		case <-ctx.Done():
		case <-time.After(s.o.Drain):
		}
	}
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil && ctx.Err() != nil {
		err = s.http.Close()
	}
	s.stop()
	if s.remote != nil {
		s.remote.Close() // a fetch or a listing that is under way is so no longer
	}
	s.background.Wait()
	late := make(chan struct{})
	defer time.AfterFunc(closeTimeout, func() { close(late) }).Stop()
	previewsClosed := make(chan struct{})
	go func() {
		defer close(previewsClosed)
		if s.previews != nil {
			s.previews.closeAll()
		}
	}()
	select {
	case runErr := <-s.run:
		err = errors.Join(err, runErr)
	case <-late: // what it was writing is written anew by the next start
		s.o.Log.Warn("the index is still writing; it is left as a crash would leave it")
	}
	select {
	case <-previewsClosed:
	case <-late:
		s.o.Log.Warn("previews are still being closed; they may leave folders in the temporary one")
	}
	s.closeAudit(late)
	return err
}

// viewerOf tells who asks. Everyone is public until there is a sign-in; handlers ask nowhere else.
func (s *Server) viewerOf(*http.Request) content.Viewer { return content.Viewer{} }

// request is what a handler works with: one edition, one viewer, from its start to its end.
type request struct {
	*http.Request
	edition *edition.Edition
	viewer  content.Viewer
	view    content.View
	name    string // see id
	alone   bool   // the handler takes editions itself, as it needs them
}

// Context is the request's without its end: a client that has sent all it has may close its side and still read, which
// net/http takes for the end of it. What takes long has a deadline of its own.
func (r *request) Context() context.Context { return context.WithoutCancel(r.Request.Context()) }

// id names the request in the log and on the page that says what went wrong, and sends the name along.
func (s *Server) id(w http.ResponseWriter, r *request) string {
	if r.name == "" {
		r.name = s.requests.of(r.Request)
		w.Header()["X-Request-Id"] = []string{r.name}
	}
	return r.name
}

// handler answers a request or returns why it did not.
type handler func(w http.ResponseWriter, r *request) error

// Handler is the whole portal.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		r := &request{Request: hr}
		secure(w.Header())
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
					panic(p)
				}
				s.fail(w, r, fmt.Errorf("panic: %v", p))
			}
		}()
		h, err := s.route(r)
		if err == nil {
			err = s.withEdition(w, r, h)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// inEdition runs a handler once, inside the current edition, and returns that edition's number.
func (s *Server) inEdition(w http.ResponseWriter, r *request, h handler) (seq uint64, err error) {
	if r.alone {
		return 0, h(w, r)
	}
	r.edition = s.publisher.Acquire()
	if r.edition != nil {
		defer r.edition.Release() // also when the handler panics
		seq = r.edition.Seq
		r.viewer = s.viewerOf(r.Request)
		r.view = r.edition.Snapshot.For(r.viewer)
		w.Header()["Rutter-Edition"] = []string{editionName(r.edition)}
	}
	return seq, h(w, r)
}

// withEdition runs a handler inside one edition. A page whose file changed before its bytes were ever needed is
// asked for once more, in the edition that has it as it is.
func (s *Server) withEdition(w http.ResponseWriter, r *request, h handler) error {
	for try := 0; ; try++ {
		seq, err := s.inEdition(w, r, h)
		if !errors.Is(err, content.ErrChanged) || try > 0 {
			return err
		}
		if s.publisher.Await(r.Context(), seq) != nil {
			return errChanging
		}
	}
}
