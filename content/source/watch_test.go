package source_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rutter/content/source"
)

// watcher follows a folder in a test.
type watcher struct {
	t       *testing.T
	f       *source.Folder
	changes <-chan struct{}
	stop    context.CancelFunc
}

func watch(t *testing.T, dir string) watcher {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	f := folder(t, dir)
	w := watcher{t, f, f.Watch(ctx, slog.New(slog.NewTextHandler(io.Discard, nil))), stop}
	probe := filepath.Join(dir, "probe")
	w.told("the first file", func() { put(t, dir, "probe"); _ = os.Remove(probe) }) // watching begins in the background
	w.calm()
	return w
}

const patience = 20 * time.Second

// told waits for word of what do does, and does it again now and then: events may get lost.
func (w watcher) told(what string, do func()) {
	w.t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	do()
	for {
		select {
		case <-w.changes:
			return
		case <-again.C:
			do()
		case <-deadline:
			w.t.Fatalf("not told of %s", what)
		}
	}
}

// calm waits until no more word comes of what was done before.
func (w watcher) calm() {
	for {
		select {
		case <-w.changes:
		case <-time.After(150 * time.Millisecond):
			return
		}
	}
}

func TestWatchTells(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.md", "sub/b.md")
	w := watch(t, dir)
	w.told("a save", func() { put(t, dir, "a.md") })
	w.told("a save further down", func() { put(t, dir, "sub/b.md") })
	w.told("a new folder", func() { put(t, dir, "new/deep/c.md") })
	w.told("a file in the new folder", func() { put(t, dir, "new/deep/d.md") })
	w.told("a deletion", func() { _ = os.Remove(filepath.Join(dir, "a.md")); put(t, dir, "a.md") })
	w.told("a rename", func() {
		_ = os.Rename(filepath.Join(dir, "sub/b.md"), filepath.Join(dir, "sub/c.md"))
		put(t, dir, "sub/b.md")
	})
	w.stop()
	deadline := time.After(patience)
	for {
		select {
		case _, ok := <-w.changes:
			if !ok {
				return
			}
		case <-deadline:
			t.Fatal("the channel stays open")
		}
	}
}

// TestWatchFollowsALinkThatMoves: git-sync and ConfigMaps point a link elsewhere at one stroke.
func TestWatchFollowsALinkThatMoves(t *testing.T) {
	base := t.TempDir()
	put(t, base, "rev1/sub/a.md", "rev2/sub/a.md", "rev2/sub/b.md")
	current := filepath.Join(base, "current")
	link(t, "rev1", current)
	w := watch(t, current)
	w.told("a save below the link", func() { put(t, base, "rev1/sub/a.md") })
	w.calm()
	move := func() {
		_ = os.Remove(filepath.Join(base, "next"))
		link(t, "rev2", filepath.Join(base, "next"))
		if err := os.Rename(filepath.Join(base, "next"), current); err != nil {
			t.Fatal(err)
		}
	}
	w.told("the move", move)
	w.calm()
	if tree, err := w.f.Rescan(); err != nil || len(tree.Files) != 2 {
		t.Errorf("%v %v", tree.Files, err)
	}
	w.told("a save where the link leads now", func() { put(t, base, "rev2/sub/a.md") })
	w.calm()
	put(t, base, "rev1/sub/a.md", "beside.md")
	select {
	case <-w.changes:
		t.Error("told of a folder that is not served any more")
	case <-time.After(300 * time.Millisecond):
	}
}

// TestWatchSeesAFolderMadeAnew: what stands in a folder that was moved away and made again is not what stood there.
func TestWatchSeesAFolderMadeAnew(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "sub/old.md", "sub/deep/old.md")
	w := watch(t, dir)
	if _, err := w.f.Scan(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "sub"), filepath.Join(t.TempDir(), "away")); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "sub/new.md", "sub/deep/new.md")
	deadline := time.After(patience)
	for {
		select {
		case <-w.changes:
		case <-deadline:
			t.Fatal("the new files are not seen")
		}
		tree, err := w.f.Rescan()
		if err != nil {
			t.Fatal(err)
		}
		if len(tree.Files) == 2 && tree.Files[0].Path == "sub/deep/new.md" && tree.Files[1].Path == "sub/new.md" {
			return
		}
	}
}

// TestWatchWaitsForGit: while git writes the work tree nothing is told; then it is, even if writing never ends.
func TestWatchWaitsForGit(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, ".git/HEAD", "a.md")
	w := watch(t, dir)
	lock := filepath.Join(dir, ".git", "index.lock")
	put(t, dir, ".git/index.lock")
	put(t, dir, "a.md")
	select {
	case <-w.changes:
		t.Error("told in the middle of a checkout")
	case <-time.After(700 * time.Millisecond): // longer than a change is held back without git
	}
	busy := time.NewTicker(5 * time.Millisecond)
	defer busy.Stop()
	deadline := time.After(patience)
	for n := 0; ; n++ {
		select {
		case <-w.changes:
			if n < 20 {
				t.Error("told in the middle of a checkout")
			}
			return
		case <-busy.C:
			put(t, dir, "a.md")
			if n == 20 {
				if err := os.Remove(lock); err != nil {
					t.Fatal(err)
				}
			}
		case <-deadline:
			t.Fatal("never told while files keep changing")
		}
	}
}
