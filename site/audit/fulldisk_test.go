package audit_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rutter/site/audit"
)

func withCancel(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

const fullDisk = "RUTTER_TEST_FULL_DISK"

// TestFullDisk runs in a process of its own, in which files cannot grow beyond a size: the limit would also strike the
// files of the test runner.
func TestFullDisk(t *testing.T) {
	if os.Getenv(fullDisk) != "" {
		signal.Ignore(syscall.SIGXFSZ) // let writes fail instead
		fullDiskStory(t)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDisk$", "-test.timeout=1m", "-test.v")
	cmd.Env = append(os.Environ(), fullDisk+"=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestFullDisk") {
		t.Errorf("%v\n%s", err, out)
	}
}

// fullDiskStory: the trail stays whole, entries wait, and when there is room again the newest are written, the first of
// which says how many are lost.
func fullDiskStory(t *testing.T) {
	file := trail(t, 2)
	before := read(t, file)
	var room syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
		t.Fatal(err)
	}
	full := room
	full.Cur = uint64(len(before) + 100) // half of an entry
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	l := audit.Open(file, quiet)
	l.Add(edition(3))
	l.Close()
	if got := string(read(t, file)); got != string(before) {
		t.Errorf("half of an entry is left:\n%s", got)
	}
	if got := l.Trouble(); !strings.Contains(got, "entries waiting: 1, lost: 0): ") || !strings.Contains(got, "file too large") {
		t.Errorf("%q", got)
	}
	for i := 4; i <= 600; i++ {
		l.Add(edition(i))
	}
	l.Close()
	if got := l.Trouble(); !strings.Contains(got, "entries waiting: 500, lost: 98): ") {
		t.Errorf("%q", got)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
		t.Fatal(err)
	}
	l.Close()
	es := entries(t, file)
	if len(es) != 502 || l.Trouble() != "" {
		t.Fatalf("%d entries, %q", len(es), l.Trouble())
	}
	if es[2].Lost != 98 || es[2].Pages != 101 || es[3].Lost != 0 || es[501].Pages != 600 {
		t.Errorf("%+v", es[2])
	}
	if left, err := filepath.Glob(file + ".torn-*"); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
}
