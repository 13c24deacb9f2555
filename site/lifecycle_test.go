package site_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"rutter/content"
	"rutter/content/source"
	"rutter/site"
)

// slowDisk takes a while over every file.
type slowDisk struct {
	fstest.MapFS
	each time.Duration
}

func (s slowDisk) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".md") {
		<-time.After(s.each)
	}
	return s.MapFS.Open(name)
}

func (s slowDisk) Scan() (content.Tree, error) {
	t, err := source.FromFS(s.MapFS)
	t.FS = s
	return t, err
}

// TestFirstStartServesPagesBeforeSearch starts on a slow disk: pages can be opened while most are still to be read
// and the first index is still to be built, and search says so.
func TestFirstStartServesPagesBeforeSearch(t *testing.T) {
	disk := slowDisk{fstest.MapFS{}, 4 * time.Millisecond}
	for i := range 1200 {
		disk.MapFS[fmt.Sprintf("p%04d.md", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "# Page %d\n\nword%d\n", i, i)}
	}
	s, err := site.New(site.Options{Addr: "127.0.0.1:0", Source: disk, State: t.TempDir(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	p := &portal{Server: s, t: t, url: s.URL()}
	if r := p.get("/livez"); r.status != 200 {
		t.Errorf("livez before the first edition: %d", r.status)
	}
	if r := p.get("/readyz"); r.status != http.StatusServiceUnavailable {
		t.Errorf("readyz before the first edition: %d", r.status)
	}
	if r := p.get("/p0001"); r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
		t.Errorf("a page before the first edition: %d %v", r.status, r.header)
	}
	<-s.Published()
	p.get("/p1199").has(t, "word1199") // the last one, surely not read yet
	if r := p.get("/readyz"); r.status != http.StatusServiceUnavailable {
		t.Errorf("readyz without an index: %d", r.status)
	}
	search := p.get("/search?q=word7")
	if search.status != 200 {
		t.Errorf("search page without an index: %d", search.status)
	}
	search.has(t, "is being built for the first time")
	api := p.get("/api/v1/search?q=word7")
	if api.status != http.StatusServiceUnavailable || api.header.Get("Content-Type") != "application/problem+json" || api.header.Get("Retry-After") == "" {
		t.Errorf("search API without an index: %d %v", api.status, api.header)
	}
	if r := p.get("/sitemap.xml"); r.status != http.StatusServiceUnavailable {
		t.Errorf("a sitemap that would lack pages: %d", r.status)
	}
	p.until("everything can be searched", func() bool { return p.get("/readyz").status == 200 })
	if !p.found("word1199", "p1199.md") || strings.Count(p.get("/sitemap.xml").body, "<loc>") != 1200 {
		t.Error("pages are missing")
	}
}

func TestHTTP2WithoutTLS(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n"}, func(o *site.Options) { o.H2C = true })
	var only http.Protocols
	only.SetUnencryptedHTTP2(true)
	c := &http.Client{Transport: &http.Transport{Protocols: &only}}
	resp, err := c.Get(p.url + "/a")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.ProtoMajor != 2 || resp.StatusCode != 200 {
		t.Errorf("%s %d", resp.Proto, resp.StatusCode)
	}
	if r := p.get("/a"); r.status != 200 {
		t.Errorf("HTTP/1.1 beside it: %d", r.status)
	}
}

func TestTLS(t *testing.T) {
	cert, key := selfSigned(t)
	p := &portal{t: t, dir: t.TempDir()}
	p.write("a.md", "# Alpha\n")
	f, err := source.OpenFolder(p.dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := site.New(site.Options{
		Addr: "127.0.0.1:0", Source: f, State: t.TempDir(), CertFile: cert, KeyFile: key, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	<-s.Published()
	pool := x509.NewCertPool()
	b, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	pool.AppendCertsFromPEM(b)
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
	resp, err := c.Get(s.URL() + "/a")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != 200 || resp.ProtoMajor != 2 || !strings.HasPrefix(s.URL(), "https://") {
		t.Errorf("%s: %s %d", s.URL(), resp.Proto, resp.StatusCode)
	}
}

func selfSigned(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	kb, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: kb}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// TestDrain stops the server while a request is being answered: it is finished, and readiness turns false.
func TestDrain(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n"})
	c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	// A request whose body is still on its way when the server is told to stop.
	_, _ = fmt.Fprintf(c, "POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
	first := make([]byte, 12)
	if _, err := io.ReadFull(c, first); err != nil || string(first) != "HTTP/1.1 100" {
		t.Fatalf("%q %v", first, err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- p.Stop(context.Background()) }()
	p.until("no new connection is taken", func() bool {
		n, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err == nil {
			_ = n.Close()
		}
		return err != nil
	})
	_, _ = io.WriteString(c, "Alpha")
	rest, err := io.ReadAll(c)
	if err != nil || !strings.Contains(string(rest), "200 OK") || !strings.Contains(string(rest), `"path":"a.md"`) {
		t.Errorf("the open request was cut off: %v\n%s", err, rest)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Stop: %v", err)
	}
}

// unlisted is a source with folders that cannot be listed.
type unlisted struct {
	fstest.MapFS
	mu     sync.Mutex
	unread []content.Unread
}

func (u *unlisted) Scan() (content.Tree, error) {
	t, err := source.FromFS(u.MapFS)
	u.mu.Lock()
	t.Unread = u.unread
	u.mu.Unlock()
	return t, err
}

// TestUnlistableFolder wants a folder that cannot be listed to be named, in the log once and for as long as it lasts
// to those who ask for health, unless all pages in it are hidden from them.
func TestUnlistableFolder(t *testing.T) {
	src := &unlisted{MapFS: fstest.MapFS{
		"a.md": {Data: []byte("# A\n")}, "open/o.md": {Data: []byte("# O\n")}, "staff/s.md": {Data: []byte("---\naudience: [staff]\n---\n# S\n")},
	}, unread: []content.Unread{{Path: "never/seen", Cause: "permission denied"}, {Path: "open", Cause: "permission denied"}, {Path: "staff", Cause: "permission denied"}}}
	var logged logBuffer
	changes := make(chan struct{})
	p := &portal{t: t, dir: t.TempDir()}
	p.serve(func(o *site.Options) {
		o.Source, o.Changes, o.Log = src, changes, slog.New(slog.NewTextHandler(&logged, nil))
	})
	health := p.get("/readyz")
	health.has(t, "ready:", "degraded: folder never/seen/: it cannot be listed", "degraded: folder open/: it cannot be listed", "permission denied")
	health.lacks(t, "staff")
	changes <- struct{}{}
	changes <- struct{}{} // the first has been dealt with
	if n := strings.Count(logged.String(), "a folder cannot be listed"); n != 3 || !strings.Contains(logged.String(), "folder=never/seen") {
		t.Errorf("the log has %d lines:\n%s", n, logged.String())
	}
	src.mu.Lock()
	src.unread = nil
	src.mu.Unlock()
	changes <- struct{}{}
	p.until("it is well again", func() bool { return !strings.Contains(p.get("/readyz").body, "degraded") })
}

// TestRescanWaitsForGit wants a checkout that spans a look at the folder not to be shown half done, and a lock that
// was left lying to be waited for no longer than the design says.
func TestRescanWaitsForGit(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for the looks that come every five seconds")
	}
	for name, stale := range map[string]bool{"checkout": false, "stale lock": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &portal{t: t, dir: t.TempDir()}
			p.write("a.md", "# A\n\noneword\n")
			p.write("b.md", "# B\n\noneword\n")
			if err := os.Mkdir(filepath.Join(p.dir, ".git"), 0o755); err != nil {
				t.Fatal(err)
			}
			p.serve(func(o *site.Options) { o.Changes, o.Git = make(chan struct{}), nil }) // nothing but looking tells
			lock := filepath.Join(p.dir, ".git", "index.lock")
			if err := os.WriteFile(lock, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			p.write("a.md", "# A\n\ntwoword\n")
			begun := time.Now()
			if stale {
				p.until("the change is shown all the same", func() bool { return strings.Contains(p.get("/a").body, "twoword") })
				if took := time.Since(begun); took < 8*time.Second || took > 18*time.Second {
					t.Errorf("it took %v", took)
				}
				begun = time.Now()
				p.write("a.md", "# A\n\nthreeword\n")
				p.until("the next change is shown sooner", func() bool { return strings.Contains(p.get("/a").body, "threeword") })
				if took := time.Since(begun); took > 8*time.Second {
					t.Errorf("it took %v", took)
				}
				return
			}
			for time.Since(begun) < 7*time.Second {
				p.get("/a").lacks(t, "twoword")
				time.Sleep(20 * time.Millisecond)
			}
			p.write("b.md", "# B\n\ntwoword\n")
			if err := os.Remove(lock); err != nil {
				t.Fatal(err)
			}
			begun = time.Now()
			p.until("the change is shown", func() bool { return strings.Contains(p.get("/a").body, "twoword") })
			p.get("/b").has(t, "twoword")
			if took := time.Since(begun); took > 3*time.Second {
				t.Errorf("it took %v after git had ended", took)
			}
		})
	}
}

// TestNoPages wants a portal that has nothing to serve to be ready and to say so, in the log once.
func TestNoPages(t *testing.T) {
	var logged logBuffer
	p := start(t, nil, func(o *site.Options) { o.Log = slog.New(slog.NewTextHandler(&logged, nil)) })
	says := "no page was found in " + p.dir
	p.get("/readyz").has(t, "0 pages", "degraded: content: "+says)
	p.write("notes.txt", "no page either")
	p.until("the file is served", func() bool { return p.get("/notes.txt").status == 200 })
	if n := strings.Count(logged.String(), says); n != 1 {
		t.Errorf("the log says it %d times:\n%s", n, logged.String())
	}
	p.write("a.md", "# A\n")
	p.until("there is a page", func() bool { return p.get("/a").status == 200 })
	p.get("/readyz").lacks(t, "degraded")
}

// TestTemporaryState wants a state folder that cannot be used to be told for as long as the process runs.
func TestTemporaryState(t *testing.T) {
	state := t.TempDir()
	start(t, map[string]string{"a.md": "# A\n"}, func(o *site.Options) { o.State = state })
	second := start(t, map[string]string{"a.md": "# A\n"}, func(o *site.Options) { o.State = state })
	second.get("/readyz").has(t, "ready:", "degraded: state: "+state+" cannot be used", "another rutter uses it")
	start(t, map[string]string{"a.md": "# A\n"}, func(o *site.Options) { o.State = "" }).get("/readyz").lacks(t, "degraded")
}

func TestTwoServersSideBySide(t *testing.T) {
	a := start(t, map[string]string{"a.md": "# Alpha\n"})
	b := start(t, map[string]string{"b.md": "# Beta\n"})
	if a.get("/b").status != 404 || b.get("/a").status != 404 || a.get("/a").status != 200 || b.get("/b").status != 200 {
		t.Error("two servers in one process know of each other")
	}
}
