package bleve

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rutter/search"
)

const fullDisk = "RUTTER_TEST_FULL_DISK"

// TestFullDisk runs each case in a process of its own that may not write large files: what is left to the index is
// then as on a full disk.
func TestFullDisk(t *testing.T) {
	if name := os.Getenv(fullDisk); name != "" {
		signal.Ignore(syscall.SIGXFSZ) // let writes fail instead
		fullDiskCases[name](t)
		return
	}
	for name := range fullDiskCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDisk$", "-test.timeout=60s", "-test.v")
			cmd.Env = append(os.Environ(), fullDisk+"="+name)
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

var fullDiskCases = map[string]func(t *testing.T){
	"one page":   func(t *testing.T) { failingUpdate(t, 1) },
	"many pages": func(t *testing.T) { failingUpdate(t, batchSize+1) },
	"merge":      failingMerge,
	"open":       failingOpen,
	"seal":       failingSeal,
}

// limitFiles sets the largest file this process may write, in bytes, and returns what takes that back.
func limitFiles(t *testing.T, n uint64) (lift func()) {
	t.Helper()
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Error(err)
		}
	}
}

// noise is text of n words that does not compress.
func noise(n int) string {
	random := rand.New(rand.NewPCG(uint64(n), 7))
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "w%x ", random.Uint64())
	}
	return b.String()
}

// attempts counts how often the engine's goroutines failed.
func attempts(s *Store) *atomic.Int64 { return &s.idx.failures }

// failingUpdate wants Update to return an error while older generations go on answering, the engine not to try again
// without end, Close to return, and the index to be as it was before.
func failingUpdate(t *testing.T, n int) {
	dir := t.TempDir()
	s, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, doc("a.md", "before"), doc("b.md", "before"))
	g := generation(t, s)
	lift := limitFiles(t, 128<<10)
	begun := time.Now()
	words := 10_000/n + 10
	for range 2 { // whoever does not listen hears it again
		err = soon(t, "Update", func() error {
			return s.Update(t.Context(), n, func(i int) (search.Document, error) {
				return doc(fmt.Sprintf("new%d.md", i), noise(words+i)), nil
			}, nil)
		})
		if !Unwritten(err) || errors.Is(err, ErrUnusable) {
			t.Fatalf("Update: %v", err)
		}
	}
	for range 500 {
		if got := find(t, g, "before"); !slices.Equal(got, []string{"a.md", "b.md"}) {
			t.Fatalf("the old generation finds %v", got)
		}
	}
	// Each of the engine's goroutines tries again after a second; one that did so at once would try thousands of times.
	if tries := attempts(s).Load(); tries > 20+4*int64(time.Since(begun).Seconds()) {
		t.Errorf("the engine tried %d times", tries)
	}
	_ = soon(t, "Close", func() error { s.Close(); return nil })
	lift()
	if got := find(t, g, "before"); !slices.Equal(got, []string{"a.md", "b.md"}) {
		t.Errorf("after Close the old generation finds %v", got)
	}
	s, kept, err := Open(dir)
	if err != nil || len(kept) < 2 {
		t.Fatalf("opened again: %d pages, error %v", len(kept), err)
	}
	defer s.Close()
	put(t, s, doc("c.md", "before"))
	if got := find(t, generation(t, s), "before"); !slices.Equal(got, []string{"a.md", "b.md", "c.md"}) {
		t.Errorf("afterwards %v are found", got)
	}
}

// failingMerge wants Merge to return an error when two pieces fit and both together do not.
func failingMerge(t *testing.T) {
	s, _, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		put(t, s, doc(fmt.Sprint(i), "before "+noise(4000+i)))
	}
	g := generation(t, s)
	limitFiles(t, 200<<10)
	if err := soon(t, "Merge", func() error { return s.Merge(t.Context()) }); err == nil || errors.Is(err, ErrUnusable) {
		t.Errorf("Merge: %v", err)
	}
	if tries := attempts(s).Load(); tries > 5 {
		t.Errorf("the engine tried %d times", tries)
	}
	for range 100 {
		if got := find(t, g, "before"); len(got) != 2 {
			t.Fatalf("found %v", got)
		}
	}
	put(t, s, doc("small.md", "before")) // there is room for this
	if got := find(t, generation(t, s), "before"); len(got) != 3 {
		t.Errorf("found %v", got)
	}
	_ = soon(t, "Close", func() error { s.Close(); return nil })
}

// failingOpen wants Open to return an error that does not call the folder unusable: removing it would not help.
func failingOpen(t *testing.T) {
	limitFiles(t, 4<<10)
	dir := t.TempDir()
	for range 2 { // what the first try leaves is no damage either
		err := soon(t, "Open", func() error {
			_, _, err := Open(dir)
			return err
		})
		if err == nil || errors.Is(err, ErrUnusable) {
			t.Errorf("got error %v", err)
		}
	}
}

// failingSeal wants an index for whose seal there was no room to be opened as it is: nothing of it is damaged.
func failingSeal(t *testing.T) {
	dir := t.TempDir()
	s, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, doc("a.md", "before"))
	lift := limitFiles(t, 4)
	_ = soon(t, "Close", func() error { s.Close(); return nil })
	lift()
	if _, err := os.Stat(filepath.Join(dir, sealFile)); err == nil {
		t.Error("half a seal was left")
	}
	for _, left := range []string{"", "1a2b"} { // as older versions left it
		if err := os.WriteFile(filepath.Join(dir, sealFile), []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		s, kept, err := Open(dir)
		if err != nil || len(kept) != 1 {
			t.Fatalf("with the seal %q: %d pages, error %v", left, len(kept), err)
		}
		s.Close()
	}
}
