package site_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rutter/site"
)

var library = map[string]string{
	"README.md":                 "# Harbour\n\nOperations of the harbour.\n\nSee [disk](playbooks/linux/disk.md#find-it).\n",
	"playbooks/linux/disk.md":   "---\ntitle: The disk is full\nsummary: Writes fail.\nphase: respond\ntags: [disk]\nalerts: [DiskFull]\napplies_to:\n  - product: Linux\n    versions: \"5 or newer\"\nduration: 10 min\n---\n\nNo space left on device.\n\n## Find it\n\n```sh\ndf -h\n```\n\n## Mend it\n\nSee [clock](clock.md) and [guide](../../guides/why.html).\n",
	"playbooks/linux/clock.md":  "---\ntitle: The clock is wrong\nphase: respond\n---\n\nchronyc tracking, [gone](nowhere.md)\n",
	"playbooks/linux/pic.png":   "\x89PNG\r\n\x1a\n",
	"playbooks/linux/evil.html": "<script>alert(1)</script>",
	"playbooks/linux/draw.svg":  "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
	"playbooks/linux/notes.txt": "notes",
	"guides/why.md":             "# Why disks fill\n\nThey do.\n",
	"guides/staff.md":           "---\ntitle: Staff only page\naudience: [staff]\n---\n\nsecretword here\n",
	"guides/.hidden.md":         "# Hidden\n",
	".git-like/config":          "x",
	"portal.yaml":               "a: b\n",
	"advisories/one.md":         "---\ntitle: Snapshots break\nseverity: high\nstate: open\n---\n\nText\n",
	"Über uns/größe 1.md":       "# Größe\n\nÄpfel\n",
	"search.md":                 "# A page that hides the search\n",
}

func TestAddresses(t *testing.T) {
	p := start(t, library)
	for _, c := range []struct {
		path   string
		status int
		to     string // Location
		want   string // text of the page
	}{
		{"/", 200, "", "What do you see?"},
		{"/playbooks/linux/disk", 200, "", "<h1>The disk is full</h1>"},
		{"/playbooks/linux/disk/", 308, "/playbooks/linux/disk", ""},
		{"/playbooks/linux/disk.html", 308, "/playbooks/linux/disk", ""},
		{"/playbooks/linux/Disk", 308, "/playbooks/linux/disk", ""},
		{"/playbooks/linux/disk.html?a=b", 308, "/playbooks/linux/disk?a=b", ""},
		{"/playbooks/linux", 308, "/playbooks/linux/", ""},
		{"/playbooks/linux/", 200, "", "The clock is wrong"},
		{"/playbooks//linux/disk", 308, "/playbooks/linux/disk", ""},
		{"/playbooks/../playbooks/linux/disk", 308, "/playbooks/linux/disk", ""},
		{"//evil.example/..", 308, "/", ""},
		{"/README", 308, "/", ""},
		{"/%C3%9Cber%20uns/gr%C3%B6%C3%9Fe%201", 200, "", "Größe"},
		{"/playbooks%2Flinux%2Fdisk", 404, "", ""},
		{"/playbooks/..%5cportal.yaml", 404, "", ""},
		{"/portal.yaml", 404, "", ""},
		{"/.git-like/config", 404, "", ""},
		{"/guides/.hidden", 404, "", ""},
		{"/guides/staff", 404, "", ""},
		{"/guides/staff.md", 404, "", ""},
		{"/nothing/here", 404, "", "Nothing at this address"},
		{"/-/kind/playbook", 200, "", "The disk is full"},
		{"/-/kind/nonsense", 404, "", ""},
		{"/-/phase/respond", 200, "", "The clock is wrong"},
		{"/-/tag/disk", 200, "", "The disk is full"},
		{"/-/tag/none", 404, "", ""},
		{"/-/product/Linux", 200, "", "The disk is full"},
		{"/-/problems", 404, "", ""},
		{"/search", 200, "", "What do you see?"},
		{"/livez", 200, "", "ok"},
		{"/readyz", 200, "", "ready: edition"},
		{"/robots.txt", 200, "", "Sitemap: "},
		{"/-/kind/playbook?page=2", 404, "", ""},
		{"/-/kind/playbook?page=x", 400, "", "whole number"},
	} {
		r := p.get(c.path)
		if r.status != c.status || r.header.Get("Location") != c.to {
			t.Errorf("%s: %d %q, want %d %q", c.path, r.status, r.header.Get("Location"), c.status, c.to)
		}
		if c.want != "" {
			r.has(t, c.want)
		}
	}
}

func TestPage(t *testing.T) {
	p := start(t, library)
	r := p.get("/playbooks/linux/disk")
	r.has(t,
		`<a href="/playbooks/linux/clock">clock</a>`, `<a href="/guides/why">guide</a>`,
		`<a href="/playbooks/">Playbooks</a>`, `rel="prev"`, `<h2 id="find-it">`, `On this page`, `Last changed`,
		`<p class="lead">Writes fail.</p>`, `<a class="skip" href="#main/">`, `<code>df -h</code>`,
		`<a href="/playbooks/linux/disk.md">`)
	r.lacks(t, "style=", "onclick", "<script>")
	home := p.get("/")
	home.has(t, `href="/playbooks/linux/disk#find-it"`, "Snapshots break", "Six phases of work", "Edition "+home.header.Get("Rutter-Edition"))
	p.get("/playbooks/linux/clock").has(t, `class="dead"`)
}

func TestMarkdownTwin(t *testing.T) {
	p := start(t, library)
	for _, c := range []struct{ path, accept, want string }{
		{"/guides/why.md", "", "text/markdown; charset=utf-8"},
		{"/guides/why", "text/markdown", "text/markdown; charset=utf-8"},
		{"/guides/why", "text/plain, text/html;q=0.5", "text/markdown; charset=utf-8"},
		{"/guides/why", "text/html, text/markdown;q=0.5", "text/html; charset=utf-8"},
		{"/guides/why", "*/*", "text/html; charset=utf-8"},
		{"/guides/why", "", "text/html; charset=utf-8"},
	} {
		var h []string
		if c.accept != "" {
			h = []string{"Accept", c.accept}
		}
		r := p.get(c.path, h...)
		if got := r.header.Get("Content-Type"); r.status != 200 || got != c.want {
			t.Errorf("%s, Accept %q: %d %q, want %q", c.path, c.accept, r.status, got, c.want)
		}
		if !strings.Contains(r.header.Get("Vary"), "Accept") {
			t.Errorf("%s: Vary is %q", c.path, r.header.Get("Vary"))
		}
	}
}

func TestFilesCannotAct(t *testing.T) {
	p := start(t, library)
	for _, c := range []struct{ path, typ, disposition string }{
		{"/playbooks/linux/pic.png", "image/png", ""},
		{"/playbooks/linux/notes.txt", "text/plain; charset=utf-8", ""},
		{"/playbooks/linux/draw.svg", "image/svg+xml", ""},
	} {
		r := p.get(c.path)
		if r.status != 200 || r.header.Get("Content-Type") != c.typ || r.header.Get("Content-Disposition") != c.disposition {
			t.Errorf("%s: %d %v", c.path, r.status, r.header)
		}
		if got := r.header.Get("Content-Security-Policy"); got != "sandbox; default-src 'none'" {
			t.Errorf("%s: policy %q", c.path, got)
		}
	}
	// What would act if it were opened is not even a page's neighbour: its address with .html means a page.
	r := p.get("/playbooks/linux/evil.html")
	if r.status != 200 || !strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment") || r.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("evil.html: %d %v", r.status, r.header)
	}
	part := p.get("/playbooks/linux/notes.txt", "Range", "bytes=1-2")
	if part.status != http.StatusPartialContent || part.body != "ot" {
		t.Errorf("range: %d %q", part.status, part.body)
	}
}

func TestLinksOutOfTheFolder(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# A\n", "sub/inside.txt": "in"})
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(outside, []byte("outside"), 0o644); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"out.txt": outside, "dot.txt": ".env", "in.txt": "sub/inside.txt"} {
		if to == ".env" {
			p.write(".env", "secret")
		}
		if err := os.Symlink(to, filepath.Join(p.dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	p.until("the link inside is served", func() bool { return p.get("/in.txt").body == "in" })
	for _, path := range []string{"/out.txt", "/dot.txt", "/.env"} {
		if r := p.get(path); r.status != http.StatusNotFound || strings.Contains(r.body, "secret") && path != "/.env" {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

func TestHeaders(t *testing.T) {
	p := start(t, library)
	for _, path := range []string{"/", "/playbooks/linux/disk", "/search?q=disk", "/nothing", "/api/v1/search?q=disk", "/playbooks/linux/"} {
		h := p.get(path).header
		csp := h.Get("Content-Security-Policy")
		if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for k, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin"} {
			if got := h.Get(k); got != want {
				t.Errorf("%s: %s is %q", path, k, got)
			}
		}
		if h.Get("Rutter-Edition") == "" || h.Get("Cache-Control") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	r := p.do(http.MethodDelete, "/", nil)
	if r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "GET, HEAD" {
		t.Errorf("DELETE: %d, Allow %q", r.status, r.header.Get("Allow"))
	}
	if r := p.do(http.MethodHead, "/playbooks/linux/disk", nil); r.status != 200 || r.body != "" || r.header.Get("Content-Length") == "" {
		t.Errorf("HEAD: %d, %d bytes, %v", r.status, len(r.body), r.header)
	}
	if got := p.get("/nothing", "X-Request-Id", "abc-123").header.Get("X-Request-Id"); got != "abc-123" {
		t.Errorf("a harmless request id became %q", got)
	}
	if got := p.get("/nothing", "X-Request-Id", "a b<").header.Get("X-Request-Id"); strings.Contains(got, "<") {
		t.Errorf("a hostile request id came back: %q", got)
	}
}

func TestCompressedAndRevalidated(t *testing.T) {
	p := start(t, library)
	const page = "/playbooks/linux/disk"
	tags := map[string]bool{}
	for _, c := range []struct{ accept, want string }{
		{"", ""},
		{"identity", ""},
		{"gzip", "gzip"},
		{"br", "br"},
		{"zstd", "zstd"},
		{"gzip, br, zstd", "br"},
		{"gzip;q=1, br;q=0.5", "gzip"},
		{"br;q=0", ""},
		{"*", "gzip"},
		{"nonsense", ""},
	} {
		r := p.get(page, "Accept-Encoding", c.accept)
		if got := r.header.Get("Content-Encoding"); got != c.want {
			t.Errorf("Accept-Encoding %q: %q, want %q", c.accept, got, c.want)
		}
		tag := r.header.Get("Etag")
		if tag == "" || strings.HasPrefix(tag, "W/") {
			t.Errorf("Accept-Encoding %q: entity tag %q", c.accept, tag)
		}
		tags[tag] = true
		again := p.get(page, "Accept-Encoding", c.accept, "If-None-Match", tag)
		if again.status != http.StatusNotModified || again.body != "" || again.header.Get("Etag") != tag {
			t.Errorf("Accept-Encoding %q: revalidated with %d", c.accept, again.status)
		}
	}
	if len(tags) != 4 {
		t.Errorf("%d entity tags for four codings", len(tags))
	}
}

func TestAssetsStayForEver(t *testing.T) {
	p := start(t, library)
	home := p.get("/").body
	for _, ext := range []string{".css", ".js", ".svg"} {
		i := strings.Index(home, "/-/static/")
		var url string
		for j := i; j >= 0 && j < len(home); {
			end := strings.IndexByte(home[j:], '"')
			if u := home[j : j+end]; strings.HasSuffix(u, ext) {
				url = u
				break
			}
			k := strings.Index(home[j+end:], "/-/static/")
			if k < 0 {
				break
			}
			j += end + k
		}
		r := p.get(url)
		if r.status != 200 || r.header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s %q: %d %q", ext, url, r.status, r.header.Get("Cache-Control"))
		}
	}
	if r := p.get("/-/static/rutter-000000000000.css"); r.status != http.StatusNotFound {
		t.Errorf("a stale asset: %d", r.status)
	}
}

func TestStaffPagesAreNowhere(t *testing.T) {
	p := start(t, library)
	for _, path := range []string{
		"/", "/guides/", "/-/kind/guide", "/sitemap.xml", "/search?q=secretword", "/search?q=Staff+only+page",
		"/guides/staff", "/guides/why", "/api/v1/search?q=secretword",
	} {
		p.get(path).lacks(t, "secretword here", "Staff only page<", "/guides/staff</loc>", `"path":"guides/staff.md"`, `href="/guides/staff"`)
	}
}

func TestSearchAPI(t *testing.T) {
	p := start(t, library)
	r := p.get("/api/v1/search?q=No+space+left+on+device&limit=1")
	var a struct {
		Query      string
		Total      int
		Hits       []struct{ URL, Path, Title, Section, Kind, Snippet string }
		Facets     map[string]map[string]int
		Notices    []string
		Confidence float64
	}
	if err := json.Unmarshal([]byte(r.body), &a); err != nil || r.status != 200 {
		t.Fatalf("%d %v: %s", r.status, err, r.body)
	}
	if len(a.Hits) != 1 || a.Hits[0].Path != "playbooks/linux/disk.md" || a.Hits[0].URL != "/playbooks/linux/disk" || a.Hits[0].Kind != "playbook" || a.Confidence <= 0 {
		t.Errorf("%+v", a)
	}
	if !strings.Contains(a.Hits[0].Snippet, "<mark>No space left on device</mark>") {
		t.Errorf("snippet %q", a.Hits[0].Snippet)
	}
	tag := r.header.Get("Etag")
	if !strings.HasPrefix(tag, "W/") {
		t.Errorf("entity tag %q is not weak", tag)
	}
	p.until("a tag is good for one edition", func() bool { // the first is followed by another with its links checked
		r := p.get("/api/v1/search?q=No+space+left+on+device&limit=1", "If-None-Match", tag)
		tag = r.header.Get("Etag")
		return r.status == http.StatusNotModified
	})
	next := p.get("/api/v1/search?q=the&limit=1").header.Get("Link")
	if next != "" && !strings.Contains(next, `rel="next"`) {
		t.Errorf("Link %q", next)
	}
	for _, bad := range []string{"limit=0", "limit=101", "limit=x", "offset=-1", "offset=1001"} {
		r := p.get("/api/v1/search?q=disk&" + bad)
		if r.status != http.StatusBadRequest || r.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", bad, r.status, r.header.Get("Content-Type"))
		}
	}
	post := p.do(http.MethodPost, "/api/v1/search", strings.NewReader(strings.Repeat("disk is full ", 10_000)), "Content-Type", "text/plain")
	if post.status != 200 || !strings.Contains(post.body, "Only the first 65536 bytes") {
		t.Errorf("POST: %d %.300s", post.status, post.body)
	}
	if r := p.get("/api/v1/nonsense"); r.status != 404 || r.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("unknown route: %d %s", r.status, r.header.Get("Content-Type"))
	}
	form := p.do(http.MethodPost, "/search", strings.NewReader("q=clock+wrong&kind=playbook"), "Content-Type", "application/x-www-form-urlencoded")
	if form.status != 200 {
		t.Errorf("form: %d", form.status)
	}
	form.has(t, "The clock is wrong")
	filtered := p.get("/api/v1/search?q=disk&kind=guide")
	filtered.lacks(t, "playbooks/linux/disk.md")
}

func TestQueriesAreNeverAnError(t *testing.T) {
	p := start(t, library)
	for _, q := range []string{
		"", "%20", "*", "%00", "%FF%FE", "title:disk", "%22unclosed", "%28%28%28", "a%5E99999", "-disk", "disk%20AND", "%2B%2B%2B",
		strings.Repeat("a", 8000), strings.Repeat("a%20", 2000), strings.Repeat("*", 300), "%F0%9F%94%A5", "../../etc/passwd", "<script>",
	} {
		for _, path := range []string{"/search?q=", "/api/v1/search?q="} {
			if r := p.get(path + q); r.status != 200 {
				t.Errorf("%s%.40s: %d", path, q, r.status)
			} else if path == "/search?q=" {
				r.lacks(t, "<script>")
			}
		}
	}
}

func TestAuthorsSeeProblems(t *testing.T) {
	p := start(t, library, func(o *site.Options) { o.Authors = true })
	// Links are checked right after the first edition is there.
	p.until("links are checked", func() bool { return strings.Contains(p.get("/playbooks/linux/clock").body, "nothing is at") })
	r := p.get("/playbooks/linux/clock")
	r.has(t, "nothing is at nowhere.md", "6:19")
	if got := r.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	p.get("/-/problems").has(t, "playbooks/linux/clock.md", "link-dead", "address-reserved")
}

func TestLostHelps(t *testing.T) {
	p := start(t, library)
	r := p.get("/playbooks/linux/disk-full")
	if r.status != http.StatusNotFound {
		t.Fatal(r.status)
	}
	r.has(t, "The disk is full", "Nearest folder", `href="/playbooks/linux/"`, r.header.Get("X-Request-Id"))
}
