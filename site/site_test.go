package site_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rutter/content/source"
	"rutter/site"
)

// portal is a running server over a folder of its own.
type portal struct {
	*site.Server
	t   *testing.T
	dir string
	url string
}

// long is how long a test waits for something that should happen at once: only a broken portal needs it.
const long = time.Minute

// start serves files in a new folder and waits until they can be searched.
func start(t *testing.T, files map[string]string, set ...func(*site.Options)) *portal {
	t.Helper()
	p := &portal{t: t, dir: t.TempDir()}
	for name, text := range files {
		p.write(name, text)
	}
	return p.serve(set...)
}

func (p *portal) serve(set ...func(*site.Options)) *portal {
	p.t.Helper()
	f, err := source.OpenFolder(p.dir, time.Now)
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	o := site.Options{
		Addr: "127.0.0.1:0", Source: f, Changes: f.Watch(ctx, log), Git: f.GitOf(), State: p.t.TempDir(),
		Version: "test", Log: log,
	}
	for _, s := range set {
		s(&o)
	}
	srv, err := site.New(o)
	if err != nil {
		cancel()
		p.t.Fatal(err)
	}
	if err := srv.Start(); err != nil {
		cancel()
		p.t.Fatal(err)
	}
	p.Server, p.url = srv, srv.URL()
	p.t.Cleanup(func() {
		cancel()
		if err := srv.Stop(context.Background()); err != nil {
			p.t.Errorf("stop: %v", err)
		}
	})
	p.until("the portal is ready", func() bool { return p.get("/readyz").status == http.StatusOK })
	return p
}

func (p *portal) write(name, text string) {
	p.t.Helper()
	file := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// until waits for a condition, asking again and again.
func (p *portal) until(what string, ok func() bool) {
	p.t.Helper()
	deadline := time.After(long)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			p.t.Fatalf("waited %v in vain until %s", long, what)
		case <-tick.C:
		}
	}
}

// reply is an answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// client follows nothing, decompresses nothing: tests look at what was sent.
var client = &http.Client{
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (p *portal) get(path string, header ...string) reply {
	p.t.Helper()
	return p.do(http.MethodGet, path, nil, header...)
}

func (p *portal) do(method, path string, body io.Reader, header ...string) reply {
	p.t.Helper()
	r, err := http.NewRequest(method, p.url+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(b)}
}

// has fails the test unless the answer holds every piece of text.
func (r reply) has(t *testing.T, pieces ...string) {
	t.Helper()
	for _, piece := range pieces {
		if !strings.Contains(r.body, piece) {
			t.Errorf("the answer lacks %q:\n%s", piece, r.body)
		}
	}
}

func (r reply) lacks(t *testing.T, pieces ...string) {
	t.Helper()
	for _, piece := range pieces {
		if strings.Contains(r.body, piece) {
			t.Errorf("the answer holds %q", piece)
		}
	}
}
