package site_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"rutter/content/source"
	"rutter/site"
)

// origin is a repository that a portal follows.
type origin struct {
	t   *testing.T
	dir string
}

func newOrigin(t *testing.T) *origin {
	t.Helper()
	o := &origin{t, t.TempDir()}
	o.git("init", "-q", "-b", "main")
	return o
}

func (o *origin) git(args ...string) string {
	o.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", o.dir, "-c", "user.name=Test", "-c", "user.email=test@example.org"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		o.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit writes files, and removes those that are "", and commits all.
func (o *origin) commit(subject string, files map[string]string) {
	o.t.Helper()
	for name, text := range files {
		file := filepath.Join(o.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			o.t.Fatal(err)
		}
		if text == "" {
			if err := os.Remove(file); err != nil {
				o.t.Fatal(err)
			}
		} else if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			o.t.Fatal(err)
		}
	}
	o.git("add", "-A")
	o.git("commit", "-q", "--allow-empty", "-m", subject)
}

// branch makes a branch of main with a commit of its own.
func (o *origin) branch(name string, files map[string]string) {
	o.t.Helper()
	o.git("checkout", "-q", "-b", name, "main")
	o.commit("on "+name, files)
	o.git("checkout", "-q", "main")
}

// serve starts a portal over the repository.
func (o *origin) serve(set ...func(*site.Options)) (*portal, func() *source.Remote) {
	o.t.Helper()
	var remote *source.Remote
	all := append([]func(*site.Options){func(so *site.Options) {
		so.Source, so.Changes, so.Git, so.Authors, so.Previews, so.PreviewPages = nil, nil, nil, true, 4, 100
		so.Remote = func(state string) (r *source.Remote, err error) {
			remote, err = source.OpenRemote(source.RemoteOptions{
				URL: "file://" + o.dir, Branch: "main", Dir: filepath.Join(state, "mirror"), PinFile: filepath.Join(state, "pin"), Every: time.Hour, Now: time.Now,
			})
			return remote, err
		}
	}}, set...)
	return start(o.t, nil, all...), func() *source.Remote { return remote }
}

var (
	live = map[string]string{
		"portal.yaml": "title: The harbour\n", "guides/a.md": "# Ropes\n\nThe first text, see [restart](../playbooks/restart.md).\n",
		"guides/gone.md": "# Anchors\n\nStays until the branch is merged.\n", "guides/data.json": `{"url":"/guides/a"}`,
		"playbooks/restart.md": "---\nalerts: [PodCrashes]\n---\n# Restart\n\n```sh\nreboot\n```\n",
		"staff/plan.md":        "---\naudience: [staff]\n---\n# The plan\n\nhiddenword\n", "staff/plan.png": "x",
	}
	draft = map[string]string{
		"guides/a.md": "# Ropes\n\nThe second text, see [restart](../playbooks/restart.md).\n",
		"guides/b.md": "# Brandnewpage\n\nOnly here.\n", "guides/gone.md": "",
		"staff/next.md": "---\naudience: [staff]\n---\n# The next plan\n\nhiddenword\n", "staff/codename.png": "y", "staff/plan.png": "z",
	}
)

// rooted finds what leads to the root of the host.
var rooted = regexp.MustCompile(` (?:href|src|action|formaction|data-live|data-url|data-set)="/[^"]*"`)

// TestPreview: a branch is a portal of its own, whose addresses all lie below its prefix.
func TestPreview(t *testing.T) {
	o := newOrigin(t)
	o.commit("begin", live)
	o.branch("docs/next", draft)
	p, _ := o.serve()
	const at = "/~docs/next"
	if r := p.get(at); r.status != http.StatusPermanentRedirect || r.header.Get("Location") != at+"/" {
		t.Errorf("%d %v", r.status, r.header)
	}
	p.get(at+"/guides/a").has(t, "The second text", `of the branch <a href="/~docs/next/-/preview">docs/next</a>`, `href="/~docs/next/playbooks/restart"`, `<a rel="alternate" href="/guides/a">`)
	first := p.get("/guides/a")
	first.has(t, "The first text")
	first.lacks(t, "/~docs")
	p.until("the branch can be searched", func() bool { return strings.Contains(p.get(at+"/search?q=brandnewpage").body, at+"/guides/b") })
	p.get("/search?q=brandnewpage").lacks(t, "/guides/b")
	for _, path := range []string{"/", "/guides/a", "/guides/", "/search?q=ropes", "/-/suggest?q=rop", "/-/kind/guide", "/-/products", "/-/problems", "/-/accountability", "/-/changes/guides/a", "/-/preview", "/-/preview/guides/a.md", "/-/offline", "/nothing-here", "/r/Unheard"} {
		r := p.get(at+path, "Accept", "text/html", "Accept-Encoding", "gzip")
		if !strings.Contains(r.body, at+"/") || r.header.Get("Content-Encoding") != "" {
			t.Errorf("%s is not of the preview: %v", path, r.header)
		}
		for _, a := range rooted.FindAllString(r.body, -1) {
			_, to, _ := strings.Cut(a, `"`)
			other := strings.HasPrefix(to, "/-/static/") || strings.Contains(r.body, `rel="alternate"`+a)
			if !strings.HasPrefix(to, at+"/") && !other {
				t.Errorf("%s:%s leads out of the preview", path, a)
			}
		}
		if r.header.Get("X-Robots-Tag") != "noindex, nofollow" || r.header.Get("Cache-Control") != "no-store" || r.header.Get("Etag") != "" {
			t.Errorf("%s: %v", path, r.header)
		}
	}
	base := p.url + at
	p.get(at+"/api/v1/search?q=ropes&limit=1").has(t, `"url":"`+at+`/guides/a"`)
	p.get(at+"/api/v1/suggest?q=rop").has(t, base+"/guides/a")
	hasBut(t, p.get(at+"/sitemap.xml"), []string{"<loc>" + base + "/guides/b</loc>"}, "<loc>"+p.url+"/guides")
	hasBut(t, p.get(at+"/llms.txt"), []string{base + "/guides/b.md"}, "("+p.url+"/guides")
	p.get(at+"/opensearch.xml").has(t, base+"/search?q=")
	p.get(at+"/search?q=ropes", "User-Agent", "curl/8").has(t, base+"/guides/a")
	p.get(at+"/r/PodCrashes?host=x", "User-Agent", "curl/8").has(t, base+"/playbooks/restart")
	if r := p.get(at+"/r/PodCrashes?host=x", "User-Agent", "Mozilla"); r.status != http.StatusFound || !strings.HasPrefix(r.header.Get("Location"), at+"/playbooks/restart#") {
		t.Errorf("%d %v", r.status, r.header)
	}
	if r := p.get(at + "/guides/a.html"); r.header.Get("Location") != at+"/guides/a" {
		t.Errorf("%d %v", r.status, r.header)
	}
	p.do(http.MethodPost, at+"/search", strings.NewReader("brandnewpage\n"), "Content-Type", "text/plain", "Accept", "text/html").has(t, at+"/guides/b")
	p.get(at+"/guides/a.md").has(t, "The second text")
	if r := p.do(http.MethodHead, at+"/guides/a", nil); r.status != http.StatusOK || r.body != "" {
		t.Errorf("%d %q", r.status, r.body)
	}
	if r := p.get(at + "/guides/data.json"); r.body != live["guides/data.json"] {
		t.Errorf("a file is not handed out as it lies there: %q", r.body)
	}
	if r := p.get(at+"/guides/data.json", "Range", "bytes=1-5"); r.status != http.StatusPartialContent || r.body != `"url"` {
		t.Errorf("%d %q", r.status, r.body)
	}
	for _, path := range []string{"/~", "/~none", at + "/-/preview", at + "/-/preview/guides/a.md", at + "/guides/a"} {
		if r := p.do(http.MethodPost, path, strings.NewReader("x")); r.status != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", path, r.status)
		}
	}
	if r := p.get(at + "/~docs/next/"); r.status != http.StatusNotFound {
		t.Errorf("a preview in a preview: %d", r.status)
	}
	if r := p.do(http.MethodPost, at+"/-/hook", strings.NewReader("{}")); r.status != http.StatusMethodNotAllowed {
		t.Errorf("a hook of a preview: %d", r.status)
	}
}

// TestPreviewTellsWhatChanges: what a branch changes is listed and shown, but for what the reader may not see.
func TestPreviewTellsWhatChanges(t *testing.T) {
	o := newOrigin(t)
	o.commit("begin", live)
	o.branch("next", draft)
	o.git("checkout", "-q", "-b", "opened", "main")
	o.git("mv", "staff/plan.md", "guides/opened.md")
	o.commit("open it", map[string]string{"guides/opened.md": "---\n---\n# The plan\n\nhiddenword\n"})
	o.git("checkout", "-q", "main")
	p, _ := o.serve()
	list := p.get("/~next/-/preview")
	list.has(t, `href="/~next/-/preview/guides/a.md">changed</a>`, `href="/~next/-/preview/guides/b.md">added</a>`, `href="/~next/-/preview/guides/gone.md">removed</a>`)
	list.lacks(t, "plan", "codename", "staff/")
	p.get("/~next/-/preview/guides/a.md").has(t, "first", "second", "where the branch began")
	p.get("/~next/-/preview/guides/b.md").has(t, "Only here.")
	p.get("/~next/-/preview/guides/gone.md").has(t, "Stays until")
	for _, path := range []string{"staff/plan.md", "staff/next.md", "staff/plan.png", "nothing.md", "portal.yaml"} {
		if r := p.get("/~next/-/preview/" + path); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	for _, path := range []string{"/staff/plan", "/staff/next", "/staff/codename.png", "/staff/plan.png"} {
		if r := p.get("/~next" + path); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	for _, path := range []string{"/", "/search?q=hiddenword", "/sitemap.xml", "/llms.txt", "/-/problems", "/api/v1/search?q=hiddenword"} {
		p.get("/~next"+path).lacks(t, "The plan", "The next plan", "/staff/")
	}
	hasBut(t, p.get("/~opened/-/preview"), []string{"guides/opened.md", ">added</a>"}, "staff/")
	hasBut(t, p.get("/~opened/-/preview/guides/opened.md"), []string{"hiddenword"}, "staff")
}

// TestPreviewOfAnyName: a branch is found under whatever name git allows.
func TestPreviewOfAnyName(t *testing.T) {
	o := newOrigin(t)
	o.commit("begin", live)
	names := []string{"ünï", "a%20b", "a%2fb", "q#frag", "search", "api/v1/search", "it's", "a&b", `a"b`, "<script>", "a;b", "a+b=c", "restart.md", "r/x", "@", "main2", strings.Repeat("x", 200)}
	for _, name := range names {
		o.git("branch", "--", name)
	}
	head := o.git("rev-parse", "HEAD")
	o.git("update-ref", "refs/heads/-dash", head) // git takes it from a program
	p, _ := o.serve(func(so *site.Options) { so.Previews = 2 })
	list := html.UnescapeString(p.get("/~").body)
	for _, name := range names {
		at := (&url.URL{Path: "/~" + name}).EscapedPath()
		if r := p.get(at + "/guides/a"); r.status != http.StatusOK || !strings.Contains(r.body, "The first text") || !strings.Contains(html.UnescapeString(r.body), `href="`+at+"/playbooks/restart") {
			t.Errorf("%s: %d", at, r.status)
		}
		if !strings.Contains(list, `href="`+at+`/-/preview"`) {
			t.Errorf("%s is not listed", at)
		}
	}
	if strings.Contains(list, "-dash") {
		t.Error("a branch that cannot be served is listed")
	}
	for _, at := range []string{"/~-dash/", "/~api/", "/~api/v1/searches", "/~mai/", "/~nothing", "/~" + strings.Repeat("y", 3000)} {
		if r := p.get(at); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", at, r.status)
		}
	}
}

// TestPreviewsAreFew: what is looked at least makes way, a branch that is gone is, and one that is too large is refused.
func TestPreviewsAreFew(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	o := newOrigin(t)
	o.commit("begin", live)
	o.branch("one", map[string]string{"guides/one.md": "# One\n"})
	o.branch("two", map[string]string{"guides/two.md": "# Two\n"})
	many := map[string]string{}
	for i := range 101 {
		many[fmt.Sprintf("many/p%d.md", i)] = "# P\n"
	}
	o.branch("many", many)
	o.branch("emptied", map[string]string{})
	p, remote := o.serve(func(so *site.Options) { so.Previews = 1 })
	folders := func() int {
		found, err := os.ReadDir(os.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	before := folders()
	for range 3 {
		p.get("/~one/guides/one").has(t, "One")
		p.get("/~two/guides/two").has(t, "Two")
	}
	p.until("all but one are closed", func() bool { return folders() == before+1 })
	there, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p.get("/~many/").has(t, "more pages than previews may have")
	if now, err := os.ReadDir(os.TempDir()); err != nil || !slices.EqualFunc(now, there, func(a, b os.DirEntry) bool { return a.Name() == b.Name() }) {
		t.Errorf("one that is refused takes the place of another: %v, %v", now, err)
	}
	p.get("/~one/guides/one").has(t, "One")

	o.git("checkout", "-q", "one")
	o.commit("more", map[string]string{"guides/one.md": "# One, changed\n"})
	o.git("checkout", "-q", "main")
	if err := remote().Fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	remote().Nudge()
	p.until("the preview follows", func() bool { return strings.Contains(p.get("/~one/guides/one").body, "One, changed") })
	o.git("branch", "-D", "one")
	remote().Nudge()
	p.until("the branch is gone", func() bool { return p.get("/~one/guides/one").status == http.StatusNotFound })
	p.get("/~one/").has(t, "no branch <code>one</code>", `href="/~two/-/preview"`)
	p.until("what was kept of it is, too", func() bool { return folders() == before })

	p.get("/~two/guides/two").has(t, "Two")
	stream, err := http.Get(p.url + "/~two/-/live?tag=" + between(p.get("/~two/").body, "tag=", `"`)) //nolint:noctx // it ends with the portal
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	begun := time.Now()
	if err := p.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("an open page of a preview held up the end for %v", took)
	}
	if n := folders(); n != before {
		t.Errorf("%d temporary folders stay", n-before)
	}
	p.until("all is let go of", func() bool {
		var b strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&b, 2)
		return !slices.ContainsFunc([]string{"edition.(*Publisher).Run", "site.(*preview)", "site.(*Server)"}, func(f string) bool { return strings.Contains(b.String(), f) })
	})
}

// hasBut checks that an answer has pieces, and lacks others.
func hasBut(t *testing.T, r reply, has []string, lacks ...string) {
	t.Helper()
	r.has(t, has...)
	r.lacks(t, lacks...)
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

// TestPreviewsMayBeOff: without them nothing lies below the prefix.
func TestPreviewsMayBeOff(t *testing.T) {
	o := newOrigin(t)
	o.commit("begin", live)
	o.branch("next", draft)
	p, _ := o.serve(func(so *site.Options) { so.Previews = 0 })
	for _, at := range []string{"/~", "/~next/", "/~next/guides/a", "/~next/-/preview"} {
		if r := p.get(at); r.status != http.StatusNotFound || strings.Contains(r.body, "docs/next") {
			t.Errorf("%s: %d", at, r.status)
		}
	}
}

// TestPreviewIsInNoTrail: what is previewed was published to nobody.
func TestPreviewIsInNoTrail(t *testing.T) {
	o := newOrigin(t)
	o.commit("begin", live)
	o.branch("next", draft)
	state := t.TempDir()
	p, _ := o.serve(func(so *site.Options) { so.State = state })
	p.until("the branch can be searched", func() bool { return strings.Contains(p.get("/~next/search?q=brandnewpage").body, "/guides/b") })
	if err := p.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	trail, err := os.ReadFile(filepath.Join(state, site.AuditFile))
	if err != nil {
		t.Fatal(err)
	}
	if main, next := o.git("rev-parse", "main"), o.git("rev-parse", "next"); !strings.Contains(string(trail), main) || strings.Contains(string(trail), next) {
		t.Errorf("%s", trail)
	}
}

// TestPreviewOfWhatBecameStaffs: what the live edition has for some is not for everyone on an older branch, under its old name
// neither, and not in what another page includes.
func TestPreviewOfWhatBecameStaffs(t *testing.T) {
	o := newOrigin(t)
	o.commit("begin", map[string]string{
		"a.md": "# Alpha\n\nsteadyword\n", "plan.md": "# The plan\n\nsecretword, and enough text that a rename is seen as one by whoever looks at it.\n",
		"old.md": "# The old plan\n\nelderword, and enough text that a rename is seen as one by whoever looks at it later.\n", "with.md": "# With\n\n![[plan]]\n",
	})
	o.branch("before", map[string]string{"a.md": "# Alpha\n\nsteadyword on a branch\n"})
	p, remote := o.serve()
	p.until("the branch can be searched", func() bool { return strings.Contains(p.get("/~before/search?q=secretword").body, "/~before/plan") })
	p.get("/~before/with").has(t, "secretword")

	o.git("mv", "old.md", "new.md")
	o.commit("for staff", map[string]string{
		"plan.md": "---\naudience: [staff]\n---\n# The plan\n\nsecretword, and enough text that a rename is seen as one by whoever looks at it.\n",
		"new.md":  "---\naudience: [staff]\n---\n# The old plan\n\nelderword, and enough text that a rename is seen as one by whoever looks at it later.\n",
	})
	remote().Nudge()
	p.until("the page is staff's", func() bool { return p.get("/plan").status == http.StatusNotFound })
	p.until("the old name is known", func() bool { return p.get("/~before/old").status == http.StatusNotFound })
	p.until("the branch can be searched again", func() bool { return strings.Contains(p.get("/~before/search?q=steadyword").body, "/~before/a") })
	for _, path := range []string{"/plan", "/plan.md", "/old", "/-/preview/plan.md"} {
		if r := p.get("/~before" + path); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	for _, path := range []string{"/", "/search?q=secretword", "/search?q=elderword", "/with", "/sitemap.xml", "/llms.txt", "/-/preview"} {
		p.get("/~before"+path).lacks(t, "The plan", "The old plan", ">secretword", "elderword, and")
	}
	p.get("/~before/a").has(t, "on a branch")
}
