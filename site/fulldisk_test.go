package site_test

import (
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk lets every write beyond a few bytes fail, as on a full disk: readers keep what they had, operators
// are told, and when there is room again the newest content follows by itself.
func TestFullDisk(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n\noneword\n"})
	signal.Ignore(syscall.SIGXFSZ)
	var room syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
		t.Fatal(err)
	}
	full := room
	full.Cur = 600
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	restored := false
	restore := func() {
		if !restored {
			restored = true
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Cleanup(restore)

	p.write("a.md", "# Alpha\n\ntwoword\n")
	p.until("the trouble is told", func() bool { return strings.Contains(p.get("/readyz").body, "degraded: index") })
	if r := p.get("/readyz"); r.status != 200 {
		t.Errorf("readiness is %d while a complete edition is served", r.status)
	}
	p.get("/a").has(t, "oneword")
	if !p.found("oneword", "a.md") {
		t.Error("the old edition does not answer any more")
	}
	restore()
	p.until("the newest content is served", func() bool { return strings.Contains(p.get("/a").body, "twoword") })
	if !p.found("twoword", "a.md") {
		t.Error("search did not follow")
	}
	p.get("/readyz").lacks(t, "degraded")
}
