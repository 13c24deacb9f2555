package site_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
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

// TestRepointedLink points a link at another file that is like the first by size and time.
func TestRepointedLink(t *testing.T) {
	p := &portal{t: t, dir: t.TempDir()}
	p.write("v1.0.md", "# Install 1.0\n")
	p.write("v1.1.md", "# Install 1.1\n")
	then := time.Now().Add(-time.Hour)
	for _, f := range []string{"v1.0.md", "v1.1.md"} {
		if err := os.Chtimes(filepath.Join(p.dir, f), then, then); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(p.dir, "current.md")
	if err := os.Symlink("v1.0.md", link); err != nil {
		t.Fatal(err)
	}
	p.serve()
	p.get("/current").has(t, "Install 1.0")
	if err := os.Symlink("v1.1.md", link+".new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link+".new", link); err != nil {
		t.Fatal(err)
	}
	p.until("the page is the link's new target", func() bool { return strings.Contains(p.get("/current").body, "Install 1.1") })
}

// TestLastGoodOutlivesARestart restarts while a page's file is bad: readers keep the version they had.
func TestLastGoodOutlivesARestart(t *testing.T) {
	state := t.TempDir()
	keep := func(o *site.Options) { o.State = state }
	p := start(t, map[string]string{"a.md": "# Alpha\n\ngoodword\n", "b.md": "# Beta\n"}, keep)
	p.write("a.md", "---\ntitle: [x\n---\nbadword\n")
	p.until("the file is known to be bad", func() bool { return strings.Contains(p.get("/readyz").body, "degraded: page: a.md") })
	for range 2 {
		if err := p.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.serve(keep)
		r := p.get("/a")
		r.has(t, "goodword")
		r.lacks(t, "badword")
		p.get("/api/v1/search?q=goodword").has(t, `"path":"a.md"`)
		p.get("/readyz").has(t, "degraded: page: a.md")
	}
	if err := os.RemoveAll(filepath.Join(state, "index")); err != nil { // as an upgrade does that indexes anew
		t.Fatal(err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.serve(keep)
	p.get("/a").has(t, "goodword")
	p.write("a.md", "# Alpha\n\nmended\n")
	p.until("the page is mended", func() bool { return strings.Contains(p.get("/a").body, "mended") })
	if _, err := os.Stat(filepath.Join(state, "good")); !os.IsNotExist(err) {
		t.Errorf("what was kept is still there: %v", err)
	}
}

// TestTitleBelowABadge has something before the heading that is the title, and anchors of raw HTML.
func TestTitleBelowABadge(t *testing.T) {
	p := start(t, map[string]string{
		"z.md": "> [!NOTE]\n> Deprecated.\n\n# Title Z\n\n## One\n\ntext\n\n## Two\n",
		"f.md": "---\ntitle: Other\n---\nIntro.\n\n<a id=\"inst\"></a>\n\n## Install\n\n[go](#inst)\n",
	})
	r := p.get("/z")
	r.has(t, `<h1 id="title-z">Title Z</h1>`, `<h2 id="one">`, `href="#two"`)
	if n := strings.Count(r.body, `id="title-z"`); n != 1 {
		t.Errorf("the title's id stands %d times", n)
	}
	r = p.get("/f")
	r.has(t, "<h1>Other</h1>", `<span id="inst">`, `href="#inst"`)
	if strings.Count(r.body, `id="inst"`) != 1 {
		t.Error("the author's anchor stands twice")
	}
}

// TestLinksThatLeadElsewhere wants links to be found in any letter case, or to lead where they say; never home.
func TestLinksThatLeadElsewhere(t *testing.T) {
	p := start(t, map[string]string{
		"README.md": "# Home\n", "report.html": "<p>x", "other.html.md": "# Other\n", "v1.md/x.md": "# X\n",
		"l.md": "[a](Report.html) [p](other.html) [v](v1.md/) [o](../../out.md) [n](b.md#nope) [s](#nope)\n",
		"b.md": "# B\n\n## Here\n",
	})
	p.get("/l").has(t, `href="/report.html"`, `href="/other.html"`, `href="/v1.md/"`, `href="/out.md" class="dead"`, `href="/b#nope" class="dead"`, `href="#nope" class="dead"`)
	p.write("b.md", "# B\n\n## Nope\n")
	p.until("the anchor is there", func() bool { return strings.Contains(p.get("/l").body, `<a href="/b#nope"`) })
}

// TestFolderTooDeep has folders nested without end; the rest of the content goes on.
func TestFolderTooDeep(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n", strings.Repeat("d/", 80) + "deep.md": "# Deep\n"}, func(o *site.Options) { o.Authors = true })
	p.write("a.md", "# Alpha\n\nmore\n")
	p.until("an edit is seen", func() bool { return strings.Contains(p.get("/a").body, "more") })
	p.get("/-/problems").has(t, "folder-unreadable", "more than 64 deep")
}

// TestEmptiedFolder takes all pages away at once, as a mount does that is gone.
func TestEmptiedFolder(t *testing.T) {
	files := map[string]string{}
	for i := range 12 {
		files[fmt.Sprintf("p%d.md", i)] = fmt.Sprintf("# P%d\n", i)
	}
	p := start(t, files)
	for f := range files {
		if err := os.Remove(filepath.Join(p.dir, f)); err != nil {
			t.Fatal(err)
		}
	}
	p.until("readiness tells", func() bool { return strings.Contains(p.get("/readyz").body, "has no pages any more") })
	n := 0
	for i := range 12 {
		if p.get(fmt.Sprintf("/p%d", i)).status == 200 {
			n++
		}
	}
	if n == 0 {
		t.Error("no page is left")
	}
	p.write("new.md", "# New\n")
	p.until("a page is believed", func() bool { return p.get("/new").status == 200 && p.get("/p3").status == 404 })
}

// TestForeignIndexFolder has somebody else's file where the index should be: it stays, and searching works.
func TestForeignIndexFolder(t *testing.T) {
	state := t.TempDir()
	mine := filepath.Join(state, "index", "keep.txt")
	if err := os.MkdirAll(filepath.Dir(mine), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	p := start(t, map[string]string{"a.md": "# Alpha\n\noneword\n"}, func(o *site.Options) { o.State = state })
	p.get("/api/v1/search?q=oneword").has(t, `"total":1`)
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

// TestHalfClosed sends a request and closes its side, as nc -N does, and still reads.
func TestHalfClosed(t *testing.T) {
	p := start(t, library)
	for _, path := range []string{"/", "/search?q=disk", "/playbooks/linux/disk", "/api/v1/search?q=disk"} {
		for range 5 {
			c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
			_ = c.(*net.TCPConn).CloseWrite()
			answer, _ := io.ReadAll(c)
			_ = c.Close()
			if !bytes.HasPrefix(answer, []byte("HTTP/1.1 200 ")) {
				t.Errorf("%s: %.60q", path, answer)
			}
		}
	}
}

func TestAliasesThatDoNothing(t *testing.T) {
	p := start(t, map[string]string{"a.md": "---\naliases: [/b, /search, /zz, /a, /was]\n---\n# A\n", "b.md": "---\naliases: [/zz]\n---\n# B\n"}, func(o *site.Options) { o.Authors = true })
	r := p.get("/-/problems")
	r.has(t, "the alias /b leads nowhere", "the alias /search leads nowhere", "the alias /zz leads nowhere")
	r.lacks(t, "the alias /was", "the alias /a leads")
}
