package site_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rutter/site"
)

// found tells whether a search for text answers with the page.
func (p *portal) found(text, path string) bool {
	r := p.get("/api/v1/search?limit=100&q=" + url.QueryEscape(text))
	return r.status == http.StatusOK && strings.Contains(r.body, `"path":"`+path+`"`)
}

func TestSaveRenameDelete(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n\noldword\n", "sub/b.md": "# Beta\n"})

	p.write("a.md", "# Alpha\n\nnewword\n")
	p.until("the new text is served", func() bool { return strings.Contains(p.get("/a").body, "newword") })
	if !p.found("newword", "a.md") || p.found("oldword", "a.md") {
		t.Error("page and search are not in step")
	}

	if err := os.Rename(filepath.Join(p.dir, "a.md"), filepath.Join(p.dir, "c.md")); err != nil {
		t.Fatal(err)
	}
	p.until("the new name is served", func() bool { return p.get("/c").status == 200 })
	if p.get("/a").status != 404 || !p.found("newword", "c.md") || p.found("newword", "a.md") {
		t.Error("the rename is half done")
	}

	p.write("new/deep/d.md", "# Delta\n\ndeepword\n")
	p.until("the new folder is served", func() bool { return p.get("/new/deep/d").status == 200 })
	if !p.found("deepword", "new/deep/d.md") {
		t.Error("the new page is not found")
	}
	p.get("/new/").has(t, "Deep")

	if err := os.RemoveAll(filepath.Join(p.dir, "new")); err != nil {
		t.Fatal(err)
	}
	p.until("the deleted page is gone", func() bool { return p.get("/new/deep/d").status == 404 })
	if p.found("deepword", "new/deep/d.md") {
		t.Error("the deleted page is still found")
	}
}

func TestLostEventsAreFound(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n"}, func(o *site.Options) { o.Changes = nil })
	begun := time.Now()
	p.write("b.md", "# Beta\n")
	p.until("the scan finds the page", func() bool { return p.get("/b").status == 200 })
	if took := time.Since(begun); took > 6*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestBranchSwitch(t *testing.T) {
	p := &portal{t: t, dir: t.TempDir()}
	git := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", p.dir, "-c", "user.name=t", "-c", "user.email=t@example.org"}, args...)...)
		c.Env = append(os.Environ(), "GIT_AUTHOR_DATE=2020-02-03T04:05:06Z", "GIT_COMMITTER_DATE=2020-02-03T04:05:06Z")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main")
	for i := range 30 {
		p.write(fmt.Sprintf("p%d.md", i), fmt.Sprintf("# Page %d\n\nmainword\n", i))
	}
	git("add", ".")
	git("commit", "-q", "-m", "one")
	git("checkout", "-q", "-b", "other")
	for i := range 30 {
		p.write(fmt.Sprintf("p%d.md", i), fmt.Sprintf("# Page %d\n\notherword%d\n", i, i))
	}
	p.write("only.md", "# Only here\n")
	git("add", ".")
	git("commit", "-q", "-m", "two")
	git("checkout", "-q", "main")
	p.serve()
	p.until("the dates come from git", func() bool { return strings.Contains(p.get("/p1").body, "2020-02-03") })
	p.get("/sitemap.xml").has(t, "<lastmod>2020-02-03T04:05:06Z</lastmod>")

	git("checkout", "-q", "other")
	p.until("the other branch is served", func() bool { return p.get("/only").status == 200 })
	for i := range 30 {
		if r := p.get(fmt.Sprintf("/p%d", i)); !strings.Contains(r.body, fmt.Sprintf("otherword%d", i)) {
			t.Fatalf("page %d is of the old branch", i)
		}
	}
	if p.found("mainword", "p1.md") || !p.found("otherword1", "p1.md") {
		t.Error("search is of the old branch")
	}
}

func TestBurstIsOneEdition(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n"})
	before := p.get("/readyz").header.Get("Rutter-Edition")
	seen := map[string]bool{}
	var mu sync.Mutex
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				id := p.get("/livez").header.Get("Rutter-Edition")
				mu.Lock()
				seen[id] = true
				mu.Unlock()
			}
		}
	})
	for i := range 50 {
		p.write(fmt.Sprintf("b%d.md", i), "# B\n")
	}
	p.until("the burst is served", func() bool { return p.get("/b49").status == 200 })
	close(stop)
	wg.Wait()
	delete(seen, before)
	if len(seen) > 3 { // a slow machine may take longer over the burst than a burst lasts
		t.Errorf("%d editions for one burst", len(seen))
	}
}

func TestBadPageKeepsItsLastGoodVersion(t *testing.T) {
	p := start(t, map[string]string{"a.md": "---\ntitle: Good\n---\ngoodword\n", "b.md": "# Beta\n"}, func(o *site.Options) { o.Authors = true })
	p.write("a.md", "---\ntitle: [broken\n---\nbadword\n")
	p.write("b.md", "# Beta\n\nmeanwhile\n")
	p.until("the other page is new", func() bool { return strings.Contains(p.get("/b").body, "meanwhile") })
	p.until("the problem is told", func() bool { return strings.Contains(p.get("/-/problems").body, "front-matter") })
	r := p.get("/a")
	r.has(t, "goodword", "Older version")
	r.lacks(t, "badword")
	if !p.found("goodword", "a.md") {
		t.Error("the last good version is not found")
	}
	p.get("/readyz").has(t, "degraded: content: 1 errors")

	p.write("a.md", "---\ntitle: Mended\n---\nmendedword\n")
	p.until("the mended page is served", func() bool { return strings.Contains(p.get("/a").body, "mendedword") })
	p.get("/-/problems").has(t, "Nothing is wrong")
}

func TestFolderGone(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n"})
	away := p.dir + "-away"
	if err := os.Rename(p.dir, away); err != nil {
		t.Fatal(err)
	}
	p.until("the trouble is told", func() bool { return strings.Contains(p.get("/readyz").body, "degraded: content") })
	if r := p.get("/readyz"); r.status != 200 {
		t.Errorf("readiness is %d while a complete edition is served", r.status)
	}
	if p.get("/a").status != 200 || !p.found("Alpha", "a.md") {
		t.Error("the last good edition is gone")
	}
	if err := os.Rename(away, p.dir); err != nil {
		t.Fatal(err)
	}
	p.until("the trouble is over", func() bool { return !strings.Contains(p.get("/readyz").body, "degraded: content:") })
}

func TestRestartUsesTheIndex(t *testing.T) {
	state := t.TempDir()
	with := func(o *site.Options) { o.State = state }
	first := start(t, map[string]string{"a.md": "# Alpha\n\noneword\n", "b.md": "# Beta\n"}, with)
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	inode := func() string {
		m, err := filepath.Glob(filepath.Join(state, "index", "*.zap"))
		if err != nil || len(m) == 0 {
			t.Fatalf("no index in %s", state)
		}
		return strings.Join(m, " ")
	}
	before := inode()
	p := &portal{t: t, dir: first.dir}
	p.serve(with)
	if !p.found("oneword", "a.md") || inode() != before {
		t.Error("the index was not used again")
	}
}

func TestDamagedIndexIsBuiltAnew(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, index string){
		"garbage": func(t *testing.T, index string) {
			m, _ := filepath.Glob(filepath.Join(index, "*.zap"))
			for _, f := range m {
				if err := os.WriteFile(f, []byte("garbage"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		},
		"foreign": func(t *testing.T, index string) {
			if err := os.WriteFile(filepath.Join(index, "root.bolt"), []byte("not a database"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"gone": func(t *testing.T, index string) {
			if err := os.RemoveAll(index); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			state := t.TempDir()
			with := func(o *site.Options) { o.State = state }
			first := start(t, map[string]string{"a.md": "# Alpha\n\noneword\n"}, with)
			if err := first.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			damage(t, filepath.Join(state, "index"))
			p := &portal{t: t, dir: first.dir}
			p.serve(with)
			if !p.found("oneword", "a.md") {
				t.Error("nothing is found")
			}
		})
	}
}

func TestCachedPageStaysCached(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n\n[b](b.md)\n", "b.md": "# Beta\n", "z/c.md": "# Gamma\n"})
	tag := p.get("/a").header.Get("Etag")
	edition := p.get("/a").header.Get("Rutter-Edition")
	p.write("z/c.md", "# Gamma\n\nother\n")
	p.until("the edition changes", func() bool { return p.get("/a").header.Get("Rutter-Edition") != edition })
	if r := p.get("/a", "If-None-Match", tag); r.status != http.StatusNotModified {
		t.Errorf("an unrelated edit changed the page: %d", r.status)
	}
	p.write("b.md", "# Another title\n")
	p.until("a neighbour's title changes the page", func() bool { return p.get("/a", "If-None-Match", tag).status == 200 })
}

// TestSwapsUnderLoad publishes editions while readers search and read: nothing may fail, and no hit may lead to a
// page or section that the edition it came from does not have.
func TestSwapsUnderLoad(t *testing.T) {
	swaps := 200
	if testing.Short() {
		swaps = 20
	}
	files := map[string]string{}
	for i := range 40 {
		files[fmt.Sprintf("p%d.md", i)] = page(i, 0)
	}
	p := start(t, files)
	runtime.GC()
	goroutines, open := runtime.NumGoroutine(), openFiles(t)

	var mixed, failed, asked atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				asked.Add(1)
				if err := p.consistent(); err != nil {
					if strings.HasPrefix(err.Error(), "mixed") {
						mixed.Add(1)
					} else {
						failed.Add(1)
					}
					t.Log(err)
				}
			}
		})
	}
	last := p.get("/livez").header.Get("Rutter-Edition")
	for n := 1; n <= swaps; n++ {
		p.write(fmt.Sprintf("p%d.md", n%40), page(n%40, n))
		p.until("the edit is published", func() bool { return p.get("/livez").header.Get("Rutter-Edition") != last })
		last = p.get("/livez").header.Get("Rutter-Edition")
	}
	close(stop)
	wg.Wait()
	t.Logf("%d swaps, %d questions", swaps, asked.Load())
	if mixed.Load() != 0 || failed.Load() != 0 {
		t.Errorf("%d mixed answers, %d errors", mixed.Load(), failed.Load())
	}
	client.CloseIdleConnections()
	p.until("goroutines and files are given back", func() bool {
		runtime.GC()
		return runtime.NumGoroutine() <= goroutines+8 && openFiles(t) <= open+20
	})
}

// page is version n of page i: its heading and its word carry the version.
func page(i, n int) string {
	return fmt.Sprintf("# Page %d\n\ncommon\n\n## Section %d\n\nword%dx%d common text\n", i, n, i, n)
}

var versions = regexp.MustCompile(`word(\d+)x(\d+)`)

// consistent searches, and compares every hit with the edition it says it is from: within one answer, the section
// a hit links to and the text of its snippet must be of one version.
func (p *portal) consistent() error {
	resp, err := client.Get(p.url + "/api/v1/search?q=common+text&limit=50")
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("search: %d", resp.StatusCode)
	}
	var a struct {
		Hits []struct{ URL, Path, Section, Snippet string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return err
	}
	if len(a.Hits) != 40 {
		return fmt.Errorf("mixed: %d pages of 40", len(a.Hits))
	}
	for _, h := range a.Hits {
		m := versions.FindStringSubmatch(strings.NewReplacer("<mark>", "", "</mark>", "").Replace(h.Snippet))
		if m == nil {
			continue
		}
		if want := "Section " + m[2]; h.Section != want || !strings.HasSuffix(h.URL, "#section-"+m[2]) {
			return fmt.Errorf("mixed: %s leads to %q, its text is of version %s", h.Path, h.Section, m[2])
		}
	}
	return nil
}

func openFiles(t *testing.T) int {
	e, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(e)
}
