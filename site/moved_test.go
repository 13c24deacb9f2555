package site_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestWhatARepositoryRemembers: the address and the anchors that a page had before it was renamed still lead there.
func TestWhatARepositoryRemembers(t *testing.T) {
	p := &portal{t: t, dir: t.TempDir()}
	git := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", p.dir, "-c", "user.name=t", "-c", "user.email=t@example.org"}, args...)...)
		c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	commit := func() {
		t.Helper()
		git("add", "-A")
		git("commit", "-q", "-m", "change")
	}
	const rest = "\n\nLook at what fills the disk, and who owns it.\n\n## Clean up\n\nDelete what nobody needs.\n"
	git("init", "-q", "-b", "main")
	p.write("linux/disk.md", "# Disk full\n\n## Find the culprit"+rest)
	p.write("links.md", "# Links\n\n[there](linux/disk.md#find-the-culprit)\n")
	p.write("linux/README.md", "# Linux\n\nPlaybooks for Linux, and what to read first of them all.\n")
	commit()
	git("mv", "linux", "unix")
	commit()
	git("mv", "unix/disk.md", "unix/disk-full.md")
	commit()
	p.write("unix/disk-full.md", "# Disk full\n\n## Find what fills it"+rest)
	commit()
	p.serve()
	moved := func(from, to string) {
		t.Helper()
		p.until(from+" leads to "+to, func() bool { r := p.get(from); return r.status == 308 && r.header.Get("Location") == to })
	}
	moved("/linux/disk", "/unix/disk-full")
	moved("/unix/disk", "/unix/disk-full")
	moved("/linux/disk.html", "/unix/disk-full")
	moved("/linux/disk?host=a", "/unix/disk-full?host=a")
	moved("/linux/", "/unix/")
	moved("/linux/README", "/unix/")
	if r := p.get("/linux/other"); r.status != 404 {
		t.Errorf("a page that never was: %d", r.status)
	}
	p.get("/unix/disk-full").has(t, `<h2 id="find-what-fills-it"><span id="find-the-culprit" class="former"></span>Find what fills it`)
	p.get("/links").has(t, `<a href="/unix/disk-full#find-the-culprit">there</a>`)

	// the page is in the cache, and only its past changes
	p.write("unix/disk-full.md", "# Disk full\n\n## Who fills it"+rest)
	p.until("the new heading is served", func() bool { return strings.Contains(p.get("/unix/disk-full").body, `id="who-fills-it"`) })
	tag := p.get("/unix/disk-full").header.Get("Etag")
	commit()
	p.until("the page has the anchors of its past", func() bool {
		r := p.get("/unix/disk-full", "If-None-Match", tag)
		return r.status == 200 && strings.Contains(r.body, `<h2 id="who-fills-it"><span id="find-the-culprit" class="former"></span><span id="find-what-fills-it" class="former"></span>Who`)
	})
	p.write("linux/disk.md", "# Another\n")
	p.until("a new page takes the old address", func() bool { return p.get("/linux/disk").status == 200 })
}
