//go:build trials

package site_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"rutter/content/source"
	"rutter/site"
)

// Trials run on material outside the repository: SHARED names its folder.

type hostile struct {
	ID    string
	Input string
}

func cases(t *testing.T, name string) []hostile {
	t.Helper()
	f, err := os.Open(filepath.Join(os.Getenv("SHARED"), "cases", name+".jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(z)
	s.Buffer(nil, 64<<20)
	var out []hostile
	for s.Scan() {
		var d struct{ ID, B64 string }
		if err := json.Unmarshal(s.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		b, err := base64.StdEncoding.DecodeString(d.B64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, hostile{d.ID, string(b)})
	}
	if len(out) == 0 || s.Err() != nil {
		t.Fatalf("%s: %d cases, %v", name, len(out), s.Err())
	}
	return out
}

// raw sends bytes over a connection of their own and reads the first answer.
func (p *portal) raw(request string) (*http.Response, string) {
	c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.WriteString(c, request)
	if cw, ok := c.(*net.TCPConn); ok {
		_ = cw.CloseWrite()
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return nil, ""
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return resp, string(b)
}

const secret = "the-secret-outside"

func withSecrets(t *testing.T) *portal {
	p := &portal{t: t, dir: filepath.Join(t.TempDir(), "content")}
	for _, f := range []string{"../secret.txt", ".env", ".git/config", "portal.yaml", "sub/.hidden/x.txt"} {
		p.write(f, secret)
	}
	p.write("a.md", "# Alpha\n")
	p.write("sub/b.md", "# Beta\n")
	return p.serve()
}

func TestTrialPaths(t *testing.T) {
	p := withSecrets(t)
	for _, set := range []string{"path-traversal", "crlf-header", "open-redirect"} {
		for _, c := range cases(t, set) {
			for _, file := range []string{"secret.txt", ".env"} {
				in := strings.NewReplacer("{FILE}", file, "{target}", "evil.example", "\r", "", "\n", "").Replace(c.Input)
				if !strings.Contains(c.Input, "{FILE}") && file != "secret.txt" {
					continue
				}
				if !strings.HasPrefix(in, "/") {
					in = "/" + in
				}
				in = strings.ReplaceAll(in, " ", "%20")
				resp, body := p.raw("GET " + in + " HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n")
				if resp == nil {
					continue
				}
				if resp.StatusCode >= 500 {
					t.Errorf("%s: %q: %d", c.ID, in, resp.StatusCode)
				}
				if strings.Contains(body, secret) {
					t.Errorf("%s: %q: the secret is out", c.ID, in)
				}
				if to := resp.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
					t.Errorf("%s: %q leads to %q", c.ID, in, to)
				}
				if resp.Header.Get("Set-Cookie") != "" || resp.Header.Get("Crlf") != "" {
					t.Errorf("%s: %q: a header was injected", c.ID, in)
				}
			}
		}
	}
}

func TestTrialMalformedHTTP(t *testing.T) {
	p := withSecrets(t)
	for _, c := range cases(t, "http1-malformed") {
		resp, body := p.raw(c.Input)
		if resp != nil && (resp.StatusCode >= 500 && resp.StatusCode != 505 && resp.StatusCode != 501 || strings.Contains(body, secret)) {
			t.Errorf("%s: %d", c.ID, resp.StatusCode)
		}
	}
	if r := p.get("/a"); r.status != 200 {
		t.Errorf("afterwards: %d", r.status)
	}
}

func TestTrialQueries(t *testing.T) {
	f, err := source.OpenFolder(filepath.Join(os.Getenv("SHARED"), "corpora", "runbooks"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := site.New(site.Options{Addr: "127.0.0.1:0", Source: f, State: t.TempDir(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	p := &portal{Server: s, t: t, url: s.URL()}
	p.until("the portal is ready", func() bool { return p.get("/readyz").status == 200 })
	var all []hostile
	for _, set := range []string{"search-queries", "naughty-strings", "json-bodies", "xss"} {
		all = append(all, cases(t, set)...)
	}
	for _, c := range all {
		begun := time.Now()
		page := p.get("/search?q=" + url.QueryEscape(c.Input[:min(len(c.Input), 8000)]))
		api := p.do(http.MethodPost, "/api/v1/search", strings.NewReader(c.Input))
		if page.status != 200 || api.status != 200 {
			t.Errorf("%s: %.80q: %d and %d", c.ID, c.Input, page.status, api.status)
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("%s: %.80q took %v", c.ID, c.Input, took)
		}
		if !json.Valid([]byte(api.body)) {
			t.Errorf("%s: not JSON", c.ID)
		}
		if err := inert(page.body); err != nil {
			t.Errorf("%s: %.80q: %v", c.ID, c.Input, err)
		}
	}
}

// inert reports anything in a page that could act: only our one script may.
func inert(page string) error {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return err
	}
	scripts := 0
	var walk func(n *html.Node) error
	walk = func(n *html.Node) error {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script":
				scripts++
			case "iframe", "object", "embed", "base", "style", "frame", "applet":
				return fmt.Errorf("<%s>", n.Data)
			}
			for _, a := range n.Attr {
				v := strings.ToLower(strings.TrimSpace(a.Val))
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
					return fmt.Errorf("<%s %s>", n.Data, a.Key)
				}
				if (a.Key == "href" || a.Key == "src" || a.Key == "action") && (strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "data:") || strings.HasPrefix(v, "vbscript:")) {
					return fmt.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if err := walk(c); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(root); err != nil {
		return err
	}
	if scripts != 2 { // our own
		return fmt.Errorf("%d scripts", scripts)
	}
	return nil
}

// TestTrialPagesAreInert serves each hostile text as a page of its own and looks at what a browser would get.
func TestTrialPagesAreInert(t *testing.T) {
	p := &portal{t: t, dir: t.TempDir()}
	var all []hostile
	for _, set := range []string{"xss", "naughty-strings", "trojan-source"} {
		all = append(all, cases(t, set)...)
	}
	for i, c := range all {
		p.write(fmt.Sprintf("p%d.md", i), c.Input)
	}
	p.serve()
	for i, c := range all {
		r := p.get(fmt.Sprintf("/p%d", i))
		if r.status != 200 {
			t.Errorf("%s: %d", c.ID, r.status)
			continue
		}
		if err := inert(r.body); err != nil {
			t.Errorf("%s: %.120q: %v", c.ID, c.Input, err)
		}
	}
}

// TestTrialEveryRunbookRenders opens every page of the real runbooks.
func TestTrialEveryRunbookRenders(t *testing.T) {
	f, err := source.OpenFolder(filepath.Join(os.Getenv("SHARED"), "corpora", "raw"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := site.New(site.Options{Addr: "127.0.0.1:0", Source: f, State: t.TempDir(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	p := &portal{Server: s, t: t, url: s.URL()}
	p.until("the portal is ready", func() bool { return p.get("/readyz").status == 200 })
	n := 0
	for line := range strings.Lines(p.get("/sitemap.xml").body) {
		_, rest, ok := strings.Cut(line, "<loc>"+p.url)
		if !ok {
			continue
		}
		path, _, _ := strings.Cut(rest, "</loc>")
		n++
		r := p.get(path)
		if r.status != 200 || inert(r.body) != nil || !bytes.Contains([]byte(r.body), []byte("<h1")) {
			t.Errorf("%s: %d %v", path, r.status, inert(r.body))
		}
	}
	if n < 300 {
		t.Errorf("%d pages only", n)
	}
}
