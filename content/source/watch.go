package source

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"rutter/content"
)

const (
	quiet    = 20 * time.Millisecond  // of no events before a change is told
	longest  = 500 * time.Millisecond // after the first event it is told anyway
	gitWaits = GitWaits
)

// GitWaits is how long a git command that holds the index lock is waited for.
const GitWaits = 10 * time.Second

// Watch tells, on the channel it returns, that something in the folder may have changed. It is a trigger and not a
// truth: events get lost, so whoever listens also scans now and then. The channel is closed when ctx ends. Where
// the system cannot watch, the channel stays silent and the log says so once.
func (f *Folder) Watch(ctx context.Context, log *slog.Logger) <-chan struct{} {
	out := make(chan struct{}, 1)
	w, err := fsnotify.NewWatcher()
	if err != nil {
		log.Warn("cannot watch the folder; changes are found by looking every few seconds", "cause", err)
		go func() { <-ctx.Done(); close(out) }()
		return out
	}
	go func() {
		defer close(out)
		defer func() { _ = w.Close() }()
		t := &watched{Watcher: w, log: log, folder: f}
		t.root()
		_ = w.Add(filepath.Dir(f.dir)) // the folder itself may be a link that moves
		t.run(ctx, out)
	}()
	return out
}

type watched struct {
	*fsnotify.Watcher
	log    *slog.Logger
	folder *Folder
	real   string // where the folder leads; events name files below it
	warned bool
}

// root watches the folder where it leads now, and no longer where it led before.
func (w *watched) root() {
	if real, err := filepath.EvalSymlinks(w.folder.dir); err == nil { // else it is gone, perhaps for a moment
		if w.real != "" && w.real != real {
			for _, p := range w.WatchList() {
				if p == w.real || strings.HasPrefix(p, w.real+string(filepath.Separator)) {
					_ = w.Remove(p)
				}
			}
		}
		w.real = real
		w.add(real)
	}
	w.folder.touchAll()
}

// add watches a folder and all folders in it. They count as touched: what happened in them before was not seen.
func (w *watched) add(dir string) {
	_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() && p != dir {
			return nil //nolint:nilerr // what cannot be read is found by the scan, which reports it
		}
		if p != dir && content.HiddenName(d.Name()) {
			return fs.SkipDir
		}
		if err := w.Add(p); err != nil && !w.warned {
			w.warned = true
			w.log.Warn("cannot watch all folders; some changes are found only by looking every few seconds",
				"folder", p, "cause", err, "hint", "may it be read? else raise fs.inotify.max_user_watches")
		}
		w.touched(p)
		return nil
	})
}

func (w *watched) run(ctx context.Context, out chan<- struct{}) {
	calm, limit := stopped(), stopped() // since the last event; since the first that is not told yet
	pending := false
	var waited time.Duration // for git
	note := func() {
		if !pending {
			pending, waited = true, 0
			limit.Reset(longest)
		}
		calm.Reset(quiet)
	}
	tell := func(after time.Duration) {
		if pending && waited < gitWaits && gitIsBusy(w.real) {
			waited += after
			calm.Reset(quiet)
			limit.Reset(longest) // events that keep coming must not hold it off for ever
			return
		}
		pending = false
		calm.Stop()
		limit.Stop()
		select {
		case out <- struct{}{}:
		default: // one is waiting already
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-calm.C:
			tell(quiet)
		case <-limit.C:
			tell(longest)
		case _, ok := <-w.Errors:
			if !ok {
				return
			}
			w.folder.touchAll() // the queue overflowed: something happened somewhere
			note()
		case e, ok := <-w.Events:
			if !ok {
				return
			}
			if !w.concerns(e) {
				continue
			}
			if e.Name == w.folder.dir && e.Name != w.real || e.Name == w.real {
				w.root() // another folder may stand here now
			} else {
				w.touch(e)
			}
			note()
		}
	}
}

// touch notes the folder an event happened in.
func (w *watched) touch(e fsnotify.Event) {
	if e.Has(fsnotify.Rename) || e.Has(fsnotify.Remove) {
		w.forget(e.Name)
	}
	if e.Has(fsnotify.Create) {
		if i, err := os.Lstat(e.Name); err == nil && i.IsDir() {
			w.add(e.Name)
		}
	}
	w.touched(filepath.Dir(e.Name))
}

// forget ends watching a folder that has moved, and those in it: their events would go on naming the old place.
func (w *watched) forget(dir string) {
	for _, p := range w.WatchList() {
		if p == dir || strings.HasPrefix(p, dir+string(filepath.Separator)) {
			_ = w.Remove(p)
		}
	}
}

// touched notes that something happened in a folder, given by its full path.
func (w *watched) touched(dir string) {
	rel, err := filepath.Rel(w.real, dir)
	switch {
	case err != nil || strings.HasPrefix(rel, ".."):
		w.folder.touchAll()
	case rel == ".":
		w.folder.touch("")
	default:
		w.folder.touch(filepath.ToSlash(rel))
	}
}

func stopped() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// concerns leaves out events that cannot change what is served.
func (w *watched) concerns(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod {
		return false
	}
	if e.Name == w.folder.dir || e.Name == w.real {
		return true
	}
	if rel, err := filepath.Rel(w.real, e.Name); err != nil || strings.HasPrefix(rel, "..") && !strings.HasPrefix(rel, "..data") {
		return false // beside the folder
	}
	return !content.HiddenName(filepath.Base(e.Name)) || filepath.Base(e.Name) == "..data"
}

// gitIsBusy tells whether git is writing the work tree that dir belongs to.
func gitIsBusy(dir string) bool {
	git := gitDir(dir)
	if git == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(git, "index.lock"))
	return err == nil
}

// gitDir finds the .git folder of the work tree that dir is in, or "".
func gitDir(dir string) string {
	for {
		p := filepath.Join(dir, ".git")
		switch i, err := os.Stat(p); {
		case err == nil && i.IsDir():
			return p
		case err == nil:
			if b, err := os.ReadFile(p); err == nil { // a linked work tree: "gitdir: PATH"
				if to, ok := cutGitFile(string(b)); ok {
					if !filepath.IsAbs(to) {
						to = filepath.Join(dir, to)
					}
					return to
				}
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}
