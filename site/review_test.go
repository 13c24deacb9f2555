package site_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rutter/site"
)

// TestHomeStaysHome saves the root's own page: its address is that of the home page, its answer is another.
func TestHomeStaysHome(t *testing.T) {
	p := start(t, map[string]string{"README.md": "# Harbour\n\nold words\n", "a.md": "# Alpha\n"})
	p.write("README.md", "# Harbour\n\nnew words\n")
	p.until("home has the new words", func() bool { return strings.Contains(p.get("/").body, "new words") })
	p.get("/").has(t, "What do you see?", "Edition", "2 pages")
	if v := p.get("/").header.Get("Vary"); !strings.Contains(v, "Accept,") {
		t.Errorf("Vary is %q", v)
	}
}

// TestTagOfAnEarlierRun wants an answer's tag to be worth nothing after a restart that changed the answer.
func TestTagOfAnEarlierRun(t *testing.T) {
	state := t.TempDir()
	p := start(t, map[string]string{"a.md": "# Alpha\n\noneword\n"}, func(o *site.Options) { o.State = state })
	tag := p.get("/api/v1/search?q=oneword").header.Get("Etag")
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.write("a.md", "# Alpha\n\ntwoword\n")
	p.serve(func(o *site.Options) { o.State = state })
	if r := p.get("/api/v1/search?q=oneword", "If-None-Match", tag); r.status != 200 || !strings.Contains(r.body, `"total":0`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	tag = p.get("/api/v1/search?q=twoword").header.Get("Etag")
	if r := p.do(http.MethodPost, "/api/v1/search", strings.NewReader("twoword"), "If-None-Match", tag); r.status != 200 {
		t.Errorf("a POST answers %d", r.status)
	}
}

func TestListedSeverityFollows(t *testing.T) {
	advisory := func(s string) string {
		return "---\nkind: advisory\nseverity: " + s + "\n---\n# Flaw\n"
	}
	p := start(t, map[string]string{"x/README.md": "# Folder\n", "x/flaw.md": advisory("low")})
	p.get("/x/").has(t, "Low")
	p.write("x/flaw.md", advisory("critical"))
	p.until("the folder says how bad it is", func() bool { return strings.Contains(p.get("/x/").body, "Critical") })
}

// TestMovedFolderOfPictures moves the link that is the content folder; only a picture differs.
func TestMovedFolderOfPictures(t *testing.T) {
	base := t.TempDir()
	for _, v := range []string{"one", "two"} {
		for name, text := range map[string]string{"a.md": "# A\n", "x.png": "picture " + v} {
			if err := os.MkdirAll(filepath.Join(base, v), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(base, v, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	current := filepath.Join(base, "current")
	if err := os.Symlink("one", current); err != nil {
		t.Fatal(err)
	}
	p := (&portal{t: t, dir: current}).serve()
	p.get("/x.png").has(t, "picture one")
	if err := os.Symlink("two", current+".new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(current+".new", current); err != nil {
		t.Fatal(err)
	}
	p.until("the other picture is served", func() bool { return p.get("/x.png").body == "picture two" })
}

func TestListsOfValuesWithSlashes(t *testing.T) {
	p := start(t, map[string]string{"a.md": "---\ntags: [ci/cd]\n---\n# Alpha\n"})
	body := p.get("/a").body
	i := strings.Index(body, `href="/-/tag/`)
	if i < 0 {
		t.Fatal(body)
	}
	href := body[i+6:]
	href = href[:strings.IndexByte(href, '"')]
	p.get(href).has(t, "Alpha")
	if p.get(href).status != 200 {
		t.Errorf("%s answers %d", href, p.get(href).status)
	}
}

func TestMethodsAreWholeWords(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n"})
	for _, m := range []string{"G", "E", "HE", "EAD", "PUT"} {
		if r := p.do(m, "/a", nil); r.status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", m, r.status)
		}
	}
}

// TestGrowingLetters asks for letters that are longer in lower case, beside a misspelt word.
func TestGrowingLetters(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Kubernetes\n\nkubernetes everywhere\n"})
	for _, path := range []string{"/search?q=", "/api/v1/search?q="} {
		if r := p.get(path + strings.Repeat("%C8%BA", 25) + "-kuberntes"); r.status != 200 {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

// TestFormCutWithinACharacter posts a form that is longer than what is read.
func TestFormCutWithinACharacter(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Disk full\n"})
	for pad := range 4 {
		form := "q=disk+full+" + strings.Repeat("x", pad) + "+" + strings.Repeat("%E6%97%A5", 40_000)
		r := p.do(http.MethodPost, "/search", bytes.NewReader([]byte(form)))
		if r.status != 200 || strings.Contains(r.body, "disk+full") {
			t.Errorf("pad %d: %d", pad, r.status)
		}
	}
}

// TestAddressInUse wants a start that fails to leave nothing behind, and Stop to be harmless after it.
func TestAddressInUse(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n"})
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	s, err := site.New(site.Options{Addr: strings.TrimPrefix(p.url, "http://"), Source: mapSource{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err == nil {
		t.Error("it started at an address in use")
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestTitlesAreNoQueries wants a title that reads like a query to hold nothing back.
func TestTitlesAreNoQueries(t *testing.T) {
	p := start(t, map[string]string{"b.md": "# B\n\nold\n"})
	for i, title := range []string{"Upgrade the cluster -draft", "Deploy -force", "The -Xmx \"heap size\" option", "kind:guide", "\"quoted\""} {
		word := "new" + string(rune('a'+i))
		p.write("a.md", "# "+title+"\n\nx\n")
		p.write("b.md", "# B\n\n"+word+"\n")
		p.until(title+" is served", func() bool { return strings.Contains(p.get("/b").body, word) })
	}
}

// TestRenamedFolderIsWatched wants edits in a folder that was renamed to be seen at once, not by the next scan.
func TestRenamedFolderIsWatched(t *testing.T) {
	p := start(t, map[string]string{"old/sub/z.md": "# Zeta\n", "a.md": "# A\n"})
	if err := os.Rename(filepath.Join(p.dir, "old"), filepath.Join(p.dir, "new")); err != nil {
		t.Fatal(err)
	}
	p.until("the new name is served", func() bool { return p.get("/new/sub/z").status == 200 })
	slow := 0
	for i := range 3 {
		word := "word" + string(rune('a'+i))
		begun := time.Now()
		p.write("new/sub/z.md", "# Zeta\n\n"+word+"\n")
		p.until("the edit is served", func() bool { return strings.Contains(p.get("/new/sub/z").body, word) })
		if time.Since(begun) > time.Second {
			slow++
		}
	}
	if slow > 1 { // one may meet a busy machine
		t.Errorf("%d of 3 edits were found by the scan only", slow)
	}
}

// TestFolderBecomesFile wants a folder that a file takes the place of to hold nothing back.
func TestFolderBecomesFile(t *testing.T) {
	p := start(t, map[string]string{"t/i.md": "# I\n", "a.md": "# A\n"})
	if err := os.RemoveAll(filepath.Join(p.dir, "t")); err != nil {
		t.Fatal(err)
	}
	p.write("t", "a file\n")
	p.write("a.md", "# A\n\nchanged\n")
	p.until("the other page is served", func() bool { return strings.Contains(p.get("/a").body, "changed") && p.get("/t/i").status == 404 })
}

// TestLongBodies wants an answer to a text far longer than what is read, also where the connection ends with it.
func TestLongBodies(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Disk full\n"})
	for _, n := range []int{100_000, 1 << 20, 5 << 20} {
		for range 3 {
			r := p.do(http.MethodPost, "/search", bytes.NewReader(bytes.Repeat([]byte("disk full "), n/10)), "Connection", "close")
			if r.status != 200 || !strings.Contains(r.body, "Only the first 65536 bytes") {
				t.Errorf("%d bytes: %d", n, r.status)
			}
		}
	}
}

func TestOwnRoutesAreNoDeadLinks(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# A\n\n[s](/search?q=disk) [r](/readyz) [k](/-/kind/guide) [gone](/gone)\n"}, func(o *site.Options) { o.Authors = true })
	p.until("links are checked", func() bool { return strings.Contains(p.get("/a").body, "nothing is at /gone") })
	p.get("/a").lacks(t, "nothing is at /search", "nothing is at /readyz", "nothing is at /-/")
}

// TestWithdrawnPagesGo wants a page that is taken back to be gone, though queries.yaml asks for it.
func TestWithdrawnPagesGo(t *testing.T) {
	for name, withdraw := range map[string]func(p *portal){
		"restricted": func(p *portal) { p.write("a.md", "---\naudience: [staff]\n---\n# Alpha\n\nsecret\n") },
		"deleted":    func(p *portal) { _ = os.Remove(filepath.Join(p.dir, "a.md")) },
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, map[string]string{"a.md": "# Alpha\n\nsecret\n", "b.md": "# B\n", "queries.yaml": "alpha secret: a.md\n"})
			p.get("/a").has(t, "secret")
			withdraw(p)
			p.until("the page is gone", func() bool { return p.get("/a").status == 404 })
		})
	}
}

// TestLongFolderWithAPage wants every page of a folder to be listed, also where the folder has a page of its own.
func TestLongFolderWithAPage(t *testing.T) {
	files := map[string]string{"many/README.md": "# Many\n\nAbout them.\n"}
	for i := range 150 {
		files[fmt.Sprintf("many/p%03d.md", i)] = fmt.Sprintf("# Page %03d\n", i)
	}
	p := start(t, files)
	p.get("/many/").has(t, "About them.", "/many/p000", "page=2")
	p.get("/many/?page=2").has(t, "/many/p149")
	if r := p.get("/many/?page=3"); r.status != 404 {
		t.Errorf("beyond the end: %d", r.status)
	}
}

func TestManyPagesAtTheRoot(t *testing.T) {
	files := map[string]string{}
	for i := range 30 {
		files[fmt.Sprintf("p%02d.md", i)] = fmt.Sprintf("# Page %02d\n", i)
	}
	p := start(t, files)
	p.get("/").has(t, `href="/-/kind/guide"`)
	p.get("/-/kind/guide").has(t, "Page 29")
}

func TestIdentityMayBePreferred(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# A\n\n" + strings.Repeat("many words ", 500)})
	for accept, want := range map[string]string{
		"identity;q=1, gzip;q=0.1": "", "gzip, identity": "gzip", "gzip;q=0.5, identity;q=0.4": "gzip", "*;q=0.5, identity": "", "gzip": "gzip",
	} {
		if got := p.get("/a", "Accept-Encoding", accept).header.Get("Content-Encoding"); got != want {
			t.Errorf("%s: got %q, want %q", accept, got, want)
		}
	}
}

func TestBeyondTheLastPageOfResults(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Oneword\n"})
	p.get("/search?q=oneword&page=50").has(t, `<a href="/a">Oneword</a>`)
}

// TestPagesNobodyCanOpen has pages at addresses of the portal and with names no request can hold: they stand in no
// list and no result, and their author is told.
func TestPagesNobodyCanOpen(t *testing.T) {
	p := start(t, map[string]string{
		"a.md": "# Alpha\n\nzanzibar\n", "search.md": "# Not the search\n\nzanzibar\n", `b\c.md`: "# Backslash\n\nzanzibar\n", "d\xff.md": "# Bytes\n\nzanzibar\n",
	}, func(o *site.Options) { o.Authors = true })
	p.get("/api/v1/search?q=zanzibar").has(t, `"total":1`, `"path":"a.md"`)
	for _, list := range []string{"/", "/kinds/page", "/sitemap.xml"} {
		p.get(list).lacks(t, "Not the search", "Backslash", "Bytes", "%5C", "%FF", `<loc>`+p.url+"/search</loc>")
	}
	p.get("/-/problems").has(t, "search.md", "address-reserved", "file-name", `b\c.md`)
}

// TestBadPagesAreTold wants a page that is not shown as its file has it in the log, once, and on /readyz.
func TestBadPagesAreTold(t *testing.T) {
	var log lockedBuffer
	p := start(t, map[string]string{"a.md": "# Alpha\n", "b.md": "# Beta\n"}, func(o *site.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	p.write("a.md", "---\ntitle: [\n---\n# Alpha\n")
	p.until("readiness tells", func() bool { return strings.Contains(p.get("/readyz").body, "degraded: page: a.md:") })
	p.write("b.md", "# Beta\n\nmore\n")
	p.until("another edition is out", func() bool { return strings.Contains(p.get("/b").body, "more") })
	if n := strings.Count(log.String(), "keeps its last good version"); n != 1 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	p.write("a.md", "# Alpha again\n")
	p.until("readiness is content", func() bool { return !strings.Contains(p.get("/readyz").body, "degraded: page") })
}

// TestReadinessWhileDraining asks while the portal ends: new requests are still taken, and told to go elsewhere.
func TestReadinessWhileDraining(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n"}, func(o *site.Options) { o.Drain = time.Minute })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Stop(ctx) }()
	p.until("readiness is false", func() bool {
		r := p.get("/readyz")
		return r.status == http.StatusServiceUnavailable && strings.Contains(r.body, "draining")
	})
	p.get("/a").has(t, "Alpha")
	cancel()
	<-ended
}

// TestNothingUnseenInTitles has characters that turn the text around them.
func TestNothingUnseenInTitles(t *testing.T) {
	p := start(t, map[string]string{
		"x/a.md": "---\ntitle: \"Al\\u202epha\\a\"\nsummary: \"Su\\u2066m\"\n---\n## Head\n\nfindme\n", "x/b.md": "# Beta\u202e\n\nLe\u202ead\n",
	}, func(o *site.Options) { o.Authors = true })
	for _, at := range []string{"/x/", "/x/a", "/search?q=findme", "/api/v1/search?q=findme", "/llms.txt"} {
		if body := p.get(at).body; strings.ContainsAny(strings.ReplaceAll(body, "Le\u202ead", ""), "\u202e\u2066\a") {
			t.Errorf("%s has unseen characters", at)
		}
	}
	p.get("/x/a").has(t, "<title>Alpha", "direction characters")
}

// lockedBuffer is written by the portal and read by the test.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
