package site_test

import (
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

const fullDisk = "RUTTER_TEST_FULL_DISK"

// TestFullDisk runs in a process of its own, in which every write beyond a few bytes fails, as on a full disk: the
// limit would also strike the files of the test runner.
func TestFullDisk(t *testing.T) {
	if os.Getenv(fullDisk) != "" {
		signal.Ignore(syscall.SIGXFSZ) // let writes fail instead
		fullDiskStory(t)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDisk$", "-test.timeout=3m", "-test.v")
	cmd.Env = append(os.Environ(), fullDisk+"=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestFullDisk") {
		t.Errorf("%v\n%s", err, out)
	}
}

// fullDiskStory: readers keep what they had, operators are told, and when there is room again the newest content
// follows by itself.
func fullDiskStory(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n\noneword\n"})
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
