package bleve

import (
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"rutter/search"
)

// patience is how long something may take that must not hang.
const patience = 20 * time.Second

// soon fails when f does not return, and makes an error of a panic.
func soon(t *testing.T, what string, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
				t.Errorf("%s: %v", what, err)
			}
			done <- err
		}()
		err = f()
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		buf := make([]byte, 1<<20)
		t.Fatalf("%s hangs\n%s", what, buf[:runtime.Stack(buf, true)])
		return nil
	}
}

// anIndex writes an index of some pages in two pieces and returns its folder, which looks as a closed store leaves it.
func anIndex(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for half := range 2 {
		var docs []search.Document
		for i := range 20 {
			docs = append(docs, doc(fmt.Sprintf("%d-%d.md", half, i), fmt.Sprintf("common words and w%d of half%d %s", i, half, strings.Repeat("more ", i))))
		}
		put(t, s, docs...)
	}
	return dir
}

// piecesIn is the files that the newest state of the index in dir is made of, oldest first. The folder may hold others:
// what merging left behind, which nothing reads.
func piecesIn(t *testing.T, dir string) []string {
	t.Helper()
	pieces, err := inspectList(filepath.Join(dir, listFile))
	if err != nil || len(pieces) == 0 {
		t.Fatalf("%d pieces, error %v", len(pieces), err)
	}
	slices.Sort(pieces)
	for i, name := range pieces {
		pieces[i] = filepath.Join(dir, name)
	}
	return pieces
}

func change(t *testing.T, path string, f func([]byte) []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, f(raw), 0o600); err != nil {
		t.Fatal(err)
	}
}

func cutTo(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:min(n, len(b))] } }

// TestOpenRefuses opens what is no index, or no longer one.
func TestOpenRefuses(t *testing.T) {
	log.SetOutput(io.Discard) // the engine's
	defer log.SetOutput(os.Stderr)
	list := func(dir string) string { return filepath.Join(dir, listFile) }
	for _, c := range []struct {
		name     string
		do       func(t *testing.T, dir string)
		unusable bool // and so may be removed; else the folder must be left alone
	}{
		{"empty list", func(t *testing.T, dir string) { change(t, list(dir), cutTo(0)) }, true},
		{"a list of one byte", func(t *testing.T, dir string) { change(t, list(dir), cutTo(1)) }, true},
		{"half a page of the list", func(t *testing.T, dir string) { change(t, list(dir), cutTo(2000)) }, true},
		{"one page of the list", func(t *testing.T, dir string) { change(t, list(dir), cutTo(4096)) }, true},
		{"two pages of the list", func(t *testing.T, dir string) { change(t, list(dir), cutTo(2*4096)) }, true},
		{"three pages of the list", func(t *testing.T, dir string) { change(t, list(dir), cutTo(3*4096)) }, true},
		{"zeros for a list", func(t *testing.T, dir string) {
			change(t, list(dir), func(b []byte) []byte { return make([]byte, len(b)) })
		}, true},
		{"text for a list", func(t *testing.T, dir string) {
			change(t, list(dir), func([]byte) []byte { return []byte(strings.Repeat("not a list\n", 5000)) })
		}, true},
		{"a missing piece", func(t *testing.T, dir string) { _ = os.Remove(piecesIn(t, dir)[0]) }, true},
		{"an empty piece", func(t *testing.T, dir string) { change(t, piecesIn(t, dir)[0], cutTo(0)) }, true},
		{"three bytes of a piece", func(t *testing.T, dir string) { change(t, piecesIn(t, dir)[0], cutTo(3)) }, true},
		{"half a piece", func(t *testing.T, dir string) {
			change(t, piecesIn(t, dir)[0], func(b []byte) []byte { return b[:len(b)/2] })
		}, true},
		{"zeros for a piece", func(t *testing.T, dir string) {
			change(t, piecesIn(t, dir)[0], func(b []byte) []byte { return make([]byte, len(b)) })
		}, true},
		{"another piece's bytes", func(t *testing.T, dir string) {
			pieces := piecesIn(t, dir)
			raw, err := os.ReadFile(pieces[len(pieces)-1])
			if err != nil {
				t.Fatal(err)
			}
			change(t, pieces[0], func([]byte) []byte { return raw[:len(raw)-8] })
		}, true},
		{"another version", func(t *testing.T, dir string) { setVersion(t, dir, "rutter 0") }, true},
		{"no version", func(t *testing.T, dir string) { setVersion(t, dir, "") }, true},
		{"somebody's files", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("irreplaceable"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"a folder in it", func(t *testing.T, dir string) {
			if err := os.Mkdir(filepath.Join(dir, "photos"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"a folder for a list", func(t *testing.T, dir string) {
			_ = os.Remove(list(dir))
			if err := os.Mkdir(list(dir), 0o700); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"a file for a folder", func(t *testing.T, dir string) {
			_ = os.RemoveAll(dir)
			if err := os.WriteFile(dir, []byte("irreplaceable"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"no folder above", func(t *testing.T, dir string) {
			_ = os.RemoveAll(filepath.Dir(dir))
			if err := os.WriteFile(filepath.Dir(dir), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		for _, sealed := range []bool{true, false} { // as after Close, and as after a crash
			t.Run(fmt.Sprintf("%s/%v", c.name, sealed), func(t *testing.T) { refuse(t, c.do, sealed, c.unusable) })
		}
	}
}

func refuse(t *testing.T, do func(t *testing.T, dir string), sealed, unusable bool) {
	t.Helper()
	dir := anIndex(t)
	if !sealed {
		if err := breakSeal(dir); err != nil {
			t.Fatal(err)
		}
	}
	do(t, dir)
	before := listing(dir)
	err := soon(t, "Open", func() error {
		s, _, err := Open(dir)
		if err == nil {
			s.Close()
		}
		return err
	})
	if err == nil || errors.Is(err, ErrUnusable) != unusable {
		t.Errorf("got error %v; that the folder may be removed should be %v", err, unusable)
	}
	if after := listing(dir); after != before {
		t.Errorf("the folder was changed from %s to %s", before, after)
	}
}

func listing(dir string) string {
	var b strings.Builder
	_ = filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if i, err := e.Info(); err == nil && !e.IsDir() {
			fmt.Fprintf(&b, "%s (%d) ", e.Name(), i.Size())
		}
		return nil
	})
	return b.String()
}

func setVersion(t *testing.T, dir, v string) {
	t.Helper()
	e, err := openEngine(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	b := index.NewBatch()
	b.SetInternal(versionKey, []byte(v))
	if v == "" {
		b.DeleteInternal(versionKey)
	}
	if err := e.batch(b); err != nil {
		t.Fatal(err)
	}
}

// TestOpenHeld wants whoever comes second to hear so at once, and not that the index may be removed.
func TestOpenHeld(t *testing.T) {
	dir := anIndex(t)
	s, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	start := time.Now()
	_, _, err = Open(dir)
	if err == nil || errors.Is(err, ErrUnusable) {
		t.Errorf("got error %v", err)
	}
	if d := time.Since(start); d > time.Second {
		t.Errorf("it took %v", d)
	}
	put(t, s, doc("new.md", "brandnew"))
	if got := find(t, generation(t, s), "brandnew"); len(got) != 1 {
		t.Errorf("found %v", got)
	}
}

// TestOpenAfterInterruptedRemoval wants the pieces without a list that an interrupted removal leaves to be no
// hindrance.
func TestOpenAfterInterruptedRemoval(t *testing.T) {
	dir := anIndex(t)
	if err := os.Remove(filepath.Join(dir, listFile)); err != nil {
		t.Fatal(err)
	}
	s, kept, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put(t, s, doc("new.md", "brandnew"))
	if got := find(t, generation(t, s), "brandnew common"); len(kept) > 0 || len(got) != 1 {
		t.Errorf("kept %d, found %v", len(kept), got)
	}
}

// TestFlippedBytes flips one byte after the other: each is noticed before the engine sees it.
func TestFlippedBytes(t *testing.T) {
	dir := anIndex(t)
	random := rand.New(rand.NewPCG(1, 2))
	for _, path := range append(piecesIn(t, dir), filepath.Join(dir, listFile), filepath.Join(dir, sealFile)) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			at, mask := random.IntN(len(raw)), byte(1)<<random.IntN(8)
			flip := func(b []byte) []byte { b[at] ^= mask; return b }
			change(t, path, flip)
			err := soon(t, fmt.Sprintf("Open with byte %d of %s flipped", at, filepath.Base(path)), func() error {
				s, _, err := Open(dir)
				if err == nil {
					s.Close()
				}
				return err
			})
			if !errors.Is(err, ErrUnusable) {
				t.Fatalf("byte %d of %s: %v", at, filepath.Base(path), err)
			}
			change(t, path, flip)
		}
	}
	s, kept, err := Open(dir)
	if err != nil || len(kept) != 40 {
		t.Fatalf("put right again: %d pages, error %v", len(kept), err)
	}
	s.Close()
}

// TestAfterCrash wants an index to be as good without a seal, which is what a killed process leaves.
func TestAfterCrash(t *testing.T) {
	dir := anIndex(t)
	if err := breakSeal(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "00000000ffff.zap"), []byte("half written"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, kept, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := find(t, generation(t, s), "half1"); len(kept) != 40 || len(got) != 20 {
		t.Errorf("kept %d pages, found %d", len(kept), len(got))
	}
}

// TestVerify wants a byte that flips under a living generation to be noticed.
func TestVerify(t *testing.T) {
	dir := anIndex(t)
	s, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	g := generation(t, s)
	if err := g.Verify(); err != nil {
		t.Fatal(err)
	}
	piece := g.parts[len(g.parts)-1].seg.(segment.PersistedSegment).Path() // the folder may hold others: merging goes on
	overwrite(t, piece, func(f *os.File, size int64) error {
		b := make([]byte, 1)
		if _, err := f.ReadAt(b, size/2); err != nil {
			return err
		}
		b[0] ^= 4
		_, err := f.WriteAt(b, size/2)
		return err
	})
	if err := g.Verify(); !errors.Is(err, ErrUnusable) {
		t.Errorf("got error %v", err)
	}
}

// overwrite changes a file in place, as it is mapped.
func overwrite(t *testing.T, path string, f func(f *os.File, size int64) error) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	i, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := f(file, i.Size()); err != nil {
		t.Fatal(err)
	}
}

// TestProgramErrorIsNotDamage wants an error over sound files not to throw the index away.
func TestProgramErrorIsNotDamage(t *testing.T) {
	g := generation(t, newStore(t, []search.Document{doc("a.md", "one")}))
	err := fmt.Errorf("%w: index out of range", ErrUnusable)
	if g.blame(t.Context(), &err); err == nil || errors.Is(err, ErrUnusable) {
		t.Errorf("got %v", err)
	}
	err = nil
	if g.blame(t.Context(), &err); err != nil {
		t.Errorf("got %v", err)
	}
}
