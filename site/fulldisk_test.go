package site_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rutter/site"
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

// TestRestartOnFullDisk runs each case in a process of its own, which sees a small file system that nobody else does.
func TestRestartOnFullDisk(t *testing.T) {
	if name := os.Getenv(fullDisk); name != "" {
		restarts[name](t)
		return
	}
	if out, err := exec.CommandContext(t.Context(), "unshare", "-m", "true").CombinedOutput(); err != nil {
		t.Skipf("a file system of its own needs rights: %v %s", err, out)
	}
	for name := range restarts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "unshare", "-m", os.Args[0], "-test.run=^TestRestartOnFullDisk$", "-test.timeout=3m", "-test.v")
			cmd.Env = append(os.Environ(), fullDisk+"="+name)
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestRestartOnFullDisk") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

var restarts = map[string]func(t *testing.T){
	"index in a temporary folder": func(t *testing.T) { restartOnFullDisk(t, false, false) },
	"index in memory":             func(t *testing.T) { restartOnFullDisk(t, true, false) },
	"no index from before":        func(t *testing.T) { restartOnFullDisk(t, true, true) },
}

// smallDisk is a file system of a few MB, which fill leaves no room on.
type smallDisk struct {
	t     *testing.T
	state string
}

func newSmallDisk(t *testing.T) *smallDisk {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=4m", "small", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	return &smallDisk{t, dir}
}

func (d *smallDisk) fill() {
	d.t.Helper()
	for i := 0; ; i++ { // another file each time, for what was given back in between
		name := filepath.Join(d.state, fmt.Sprint("filler", i))
		if _, err := os.Stat(name); err == nil {
			continue
		}
		f, err := os.Create(name)
		if err != nil {
			d.t.Fatal(err)
		}
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		_ = f.Close()
		return
	}
}

func (d *smallDisk) free() {
	d.t.Helper()
	all, err := filepath.Glob(filepath.Join(d.state, "filler*"))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range all {
		if err := os.Remove(f); err != nil {
			d.t.Fatal(err)
		}
	}
}

// restartOnFullDisk: a change comes when the disk is full, and then a restart. The index of before stays on the disk,
// readers have pages and search of one state, operators are told, and when there is room again it is all in its place.
func restartOnFullDisk(t *testing.T, tempToo, first bool) {
	d := newSmallDisk(t)
	if tempToo {
		temp := filepath.Join(d.state, "temp")
		if err := os.Mkdir(temp, 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("TMPDIR", temp)
	}
	var logged logBuffer
	on := func(o *site.Options) {
		o.State, o.Log = d.state, slog.New(slog.NewTextHandler(&logged, nil))
	}
	p := &portal{t: t, dir: filepath.Join(filepath.Dir(d.state), "content")}
	for i := range 30 {
		p.write(fmt.Sprintf("p%d.md", i), fmt.Sprintf("# Page %d\n\nallword oldword\n", i))
	}
	p.serve(on)
	before := zaps(t, d.state)
	d.fill()
	p.write("p7.md", "# Page 7\n\nallword newword\n")
	p.until("the trouble is told", func() bool { return strings.Contains(p.get("/readyz").body, "degraded: index") })
	if !p.found("oldword", "p7.md") || p.found("newword", "p7.md") {
		t.Error("the old edition does not answer any more")
	}
	d.fill()
	p.write("p6.md", "# Page 6\n\nallword newword\n")
	time.Sleep(1500 * time.Millisecond) // it is tried again meanwhile
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := zaps(t, d.state); len(got) == 0 {
		t.Fatalf("of the index %v nothing is left", before)
	}
	if strings.Contains(logged.String(), "built anew") {
		t.Errorf("a sound index was given up:\n%s", logged.String())
	}
	if first {
		if err := os.RemoveAll(filepath.Join(d.state, "index")); err != nil {
			t.Fatal(err)
		}
	}
	d.fill()

	p.serve(on)
	p.until("readers have the newest state", func() bool { return strings.Contains(p.get("/p7").body, "newword") && p.found("newword", "p7.md") })
	if p.found("oldword", "p7.md") || !p.found("oldword", "p8.md") {
		t.Error("search and pages are of two states")
	}
	p.get("/readyz").has(t, "ready:", "degraded: index: it is kept in ", "no space left on device")
	p.write("p8.md", "# Page 8\n\nallword laterword\n")
	p.until("changes follow", func() bool { return p.found("laterword", "p8.md") })
	if got := zaps(t, d.state); !first && len(got) == 0 {
		t.Error("the index on disk is gone")
	}
	d.free()
	p.until("all is in its place", func() bool { return !strings.Contains(p.get("/readyz").body, "degraded") })
	if !p.found("laterword", "p8.md") || !p.found("newword", "p7.md") || !p.found("oldword", "p9.md") {
		t.Error("pages are missing in the index")
	}
	if all, id := trail(t, d.state), p.get("/").header.Get("Rutter-Edition"); len(all) < 2 || all[len(all)-1].Edition != id {
		t.Errorf("%d editions are recorded, the newest is not %s", len(all), id)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	logged.Reset()
	p.serve(on)
	if !p.found("laterword", "p8.md") || strings.Contains(logged.String(), "index") {
		t.Errorf("the index was not kept:\n%s", logged.String())
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "rutter-*", "index")); tempToo && (err != nil || len(left) > 0) {
		t.Errorf("%v %v are left", left, err)
	}
}

func zaps(t *testing.T, state string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(state, "index", "*.zap"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logBuffer) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}
