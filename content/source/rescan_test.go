package source

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rutter/content"
)

// TestRescanIsScan changes a folder at random and tells which folders were touched, as Watch does: listing those
// again must find what listing everything finds.
func TestRescanIsScan(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		now := func() time.Time { return time.Now().Add(time.Hour) }
		f, err := OpenFolder(dir, now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Scan(); err != nil {
			t.Fatal(err)
		}
		for step := range 60 {
			for range 1 + r.IntN(4) {
				change(t, r, f, dir)
			}
			got, err := f.Rescan()
			if err != nil {
				t.Fatal(err)
			}
			fresh, err := OpenFolder(dir, now)
			if err != nil {
				t.Fatal(err)
			}
			want, err := fresh.Scan()
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want.Files, got.Files, cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("seed %d, step %d: %s", seed, step, d)
			}
			for _, file := range got.Files {
				if _, err := fs.Stat(got.FS, file.Path); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, step, err)
				}
			}
		}
	}
}

// change does one thing to the folder, and touches what Watch would.
func change(t *testing.T, r *rand.Rand, f *Folder, dir string) {
	t.Helper()
	dirs := []string{"", "a", "b", "a/c", "a/c/d"}
	rel := path.Join(dirs[r.IntN(len(dirs))], fmt.Sprintf("%d.md", r.IntN(3)))
	full := filepath.Join(dir, filepath.FromSlash(rel))
	var err error
	switch r.IntN(8) {
	case 0:
		err = os.RemoveAll(full)
	case 1: // a folder goes
		rel = dirs[1+r.IntN(len(dirs)-1)]
		err = os.RemoveAll(filepath.Join(dir, rel))
	case 2: // a folder moves: its new place is watched like a new one
		from, to := dirs[1+r.IntN(2)], fmt.Sprintf("e%d", r.IntN(2))
		_ = os.RemoveAll(filepath.Join(dir, to))
		if os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)) == nil {
			created(f, dir, to)
		}
		rel = to
		f.touch("")
	case 3: // a link to a file, which may be changed elsewhere
		_ = os.Remove(full)
		if mkdir(f, dir, parent(rel)) {
			up, _ := filepath.Rel(filepath.Dir(full), filepath.Join(dir, "0.md"))
			if rel != "0.md" {
				err = os.Symlink(up, full)
			}
		}
	default:
		if mkdir(f, dir, parent(rel)) {
			_ = os.Remove(full)
			err = os.WriteFile(full, []byte(fmt.Sprint(r.Int())), 0o644)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	f.touch(parent(rel))
}

// mkdir makes a folder and tells whether it could.
func mkdir(f *Folder, dir, rel string) bool {
	if _, err := os.Stat(filepath.Join(dir, rel)); err == nil {
		return true
	}
	if err := os.MkdirAll(filepath.Join(dir, rel), 0o755); err != nil {
		return false
	}
	for d := rel; d != ""; d = parent(d) {
		created(f, dir, d)
		f.touch(parent(d))
	}
	return true
}

// created touches a new folder and all in it.
func created(f *Folder, dir, rel string) {
	_ = filepath.WalkDir(filepath.Join(dir, rel), func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			if r, err := filepath.Rel(dir, p); err == nil {
				f.touch(filepath.ToSlash(r))
			}
		}
		return nil
	})
}

// TestRescanAfterAnErrorListsAll: what a failed listing was to look at is not forgotten.
func TestRescanAfterAnErrorListsAll(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenFolder(filepath.Join(dir, "now"), time.Now); err == nil {
		t.Fatal("a folder that is not there was opened")
	}
	if err := os.Mkdir(filepath.Join(dir, "now"), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFolder(filepath.Join(dir, "now"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Scan(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "now"), filepath.Join(dir, "gone")); err != nil {
		t.Fatal(err)
	}
	f.touch("")
	if _, err := f.Rescan(); err == nil {
		t.Error("a folder that is gone was listed")
	}
	if err := os.WriteFile(filepath.Join(dir, "gone", "a.md"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "gone"), filepath.Join(dir, "now")); err != nil {
		t.Fatal(err)
	}
	tree, err := f.Rescan()
	if err != nil || len(tree.Files) != 1 || tree.Files[0].Path != "a.md" {
		t.Errorf("%v %v", tree.Files, err)
	}
}

// TestStampsTellVersionsApart: a file that is written again has another stamp, even with the same size and time.
func TestStampsTellVersionsApart(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.md")
	f, err := OpenFolder(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[content.Stamp]bool{}
	old := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, text := range []string{"one", "two"} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, old, old); err != nil {
			t.Fatal(err)
		}
		tree, err := f.Scan()
		if err != nil {
			t.Fatal(err)
		}
		s := tree.Files[0]
		if s.Size != 3 || s.ModTime != old.UnixNano() || seen[s.Stamp] && !s.Racy {
			t.Errorf("%+v", s)
		}
		seen[s.Stamp] = true
	}
}
