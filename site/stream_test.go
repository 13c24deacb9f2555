package site_test

import (
	"bufio"
	"context"
	"html"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"rutter/site"
)

var liveAddress = regexp.MustCompile(`data-live="([^"]+)"`)

// listen opens the stream that a page names, and returns what comes of it, line by line.
func (p *portal) listen(ctx context.Context, page string) (status int, lines chan string) {
	p.t.Helper()
	m := liveAddress.FindStringSubmatch(p.get(page, "Accept", "text/html").body)
	if m == nil {
		p.t.Fatalf("%s names no stream", page)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+html.UnescapeString(m[1]), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	lines = make(chan string, 100)
	go func() {
		defer close(lines)
		defer func() { _ = resp.Body.Close() }()
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return resp.StatusCode, lines
}

func authors(o *site.Options) { o.Authors = true }

// TestPreviewIsForAuthors: readers have no stream, and no page names one.
func TestPreviewIsForAuthors(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# A\n"})
	if r := p.get("/-/live?page=a.md&tag=x"); r.status != http.StatusNotFound {
		t.Errorf("a reader's stream answers %d", r.status)
	}
	p.get("/a").lacks(t, "data-live", "live.js")
}

// TestPreviewIsQuiet: a page that did not change is never told that it did, whatever is on it; it would be loaded for ever.
func TestPreviewIsQuiet(t *testing.T) {
	p := start(t, map[string]string{
		"README.md": "# Home\n\n[x](gone.md)\n", "a.md": "---\nreviewed: 2001-01-01\nreview_every: 1 day\nerrors: [word]\n---\n# A\n\n![[s]]\n\n![[none]]\n", "_snippets/s.md": "word [x](gone.md)\n",
		"broken.md": "---\nowner: [\n---\n# B\n", "f/README.md": "# F\n", "f/b.md": "# B\n", "hidden.md": "---\naudience: staff\n---\n# H\n",
	}, authors)
	p.until("it can be searched", func() bool { return p.found("word", "a.md") })
	for _, page := range []string{"/", "/a", "/a?host=x", "/broken", "/f/", "/f/b", "/hidden", "/nothing", "/search?q=word", "/-/problems", "/-/accountability", "/-/kind/guide", "/-/rules/link-dead"} {
		ctx, cancel := context.WithCancel(t.Context())
		status, lines := p.listen(ctx, page)
		if status != http.StatusOK || <-lines != "retry: 500" {
			t.Errorf("%s: the stream answers %d", page, status)
		}
		again := liveAddress.FindString(p.get(page, "Accept", "text/html").body)
		if first := liveAddress.FindString(p.get(page, "Accept", "text/html").body); first != again {
			t.Errorf("%s is another page at each look: %s, %s", page, first, again)
		}
		cancel()
		for l := range lines {
			if strings.Contains(l, "changed") {
				t.Errorf("%s changed by itself", page)
			}
		}
	}
}

// TestPreviewTellsOfIncludes: a page hears of what it includes.
func TestPreviewTellsOfIncludes(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# A\n\n![[s]]\n", "_snippets/s.md": "word\n"}, authors)
	_, lines := p.listen(t.Context(), "/a")
	p.write("_snippets/s.md", "other\n")
	told := false
	for l := range lines { // it ends once that is said
		told = told || l == "event: changed"
	}
	if !told {
		t.Error("the stream ended and said nothing")
	}
	p.get("/a").has(t, "other")
}

// TestPreviewIsBounded: pages beyond the hundredth are told to come back, those that are closed make room, and none keeps
// the portal from stopping.
func TestPreviewIsBounded(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# A\n"}, authors)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	for range 100 {
		if status, lines := p.listen(ctx, "/a"); status != http.StatusOK || <-lines != "retry: 500" {
			t.Fatalf("a stream answers %d", status)
		}
	}
	if status, _ := p.listen(t.Context(), "/a"); status != http.StatusServiceUnavailable {
		t.Errorf("the stream beyond them answers %d", status)
	}
	if r := p.get("/a"); r.status != http.StatusOK {
		t.Errorf("a page answers %d while they are open", r.status)
	}
	cancel()
	p.until("there is room again", func() bool {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		status, _ := p.listen(ctx, "/a")
		return status == http.StatusOK
	})
	client.CloseIdleConnections()
	p.until("their goroutines are gone", func() bool { return runtime.NumGoroutine() < before+20 })
	_, lines := p.listen(t.Context(), "/a")
	<-lines
	if err := p.Stop(context.Background()); err != nil {
		t.Errorf("stop: %v", err)
	}
	for range lines { // ended by the portal
	}
}
