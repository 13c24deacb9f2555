package source

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Nudge has the remote looked at now rather than at its time: somebody knows that it has changed. Nudges while a fetch
// is under way make one more fetch after it, as it may have missed what they are about.
func (r *Remote) Nudge() {
	select {
	case r.nudge <- struct{}{}:
	default: // one is waiting already
	}
}

// maxWait is how many intervals lie between two looks at a remote that keeps failing, at most.
const maxWait = 10

// Follow fetches now, at every interval and on every Nudge, and tells on the channel it returns when another revision
// is to be served. The channel is closed when ctx ends. It must be called once at most.
func (r *Remote) Follow(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	pins, stop := r.watchPin()
	go func() {
		defer close(out)
		defer stop()
		f := follower{r: r, out: out, told: r.Revision()}
		next := time.NewTimer(0)
		defer next.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-r.ctx.Done():
				return
			case e, ok := <-pins:
				if !ok {
					pins = nil
				}
				if e.Name == r.o.PinFile {
					f.tell(ctx)
				}
				continue
			case <-r.look:
				f.tell(ctx)
				continue
			case <-next.C:
				select { // a nudge that came before the fetch begins is served by it
				case <-r.nudge:
				default:
				}
			case <-r.nudge:
			}
			f.fetch(ctx)
			next.Reset(f.wait())
		}
	}()
	return out
}

type follower struct {
	r      *Remote
	out    chan<- struct{}
	told   string
	failed int // fetches in a row
	anew   time.Time
}

func (f *follower) fetch(ctx context.Context) {
	if err := f.r.Fetch(ctx); err != nil {
		f.failed++
	} else {
		f.failed = 0
	}
	f.tell(ctx)
}

// tell sends word where another revision is to be served than was told of, or the mirror was built anew.
func (f *follower) tell(ctx context.Context) {
	f.r.tellBranches()
	rev, _ := f.r.wanted(ctx)
	f.r.mu.Lock()
	anew := f.r.rebuilt
	f.r.mu.Unlock()
	if rev == "" || rev == f.told && anew.Equal(f.anew) {
		return
	}
	f.told, f.anew = rev, anew
	f.r.o.Log.Info("another revision is to be served", "remote", f.r.Redacted(), "revision", rev)
	select {
	case f.out <- struct{}{}:
	default: // one is waiting already
	}
}

// wait is the time to the next look at the remote. It doubles while the remote fails, and varies so that many portals
// do not ask at one moment.
func (f *follower) wait() time.Duration {
	d := f.r.o.Every
	for range min(f.failed, 10) {
		d = min(2*d, maxWait*f.r.o.Every)
	}
	return d - d/10 + time.Duration(rand.Int64N(int64(d)/5+1))
}

// watchPin returns events in the folder of the pin file. Where there is none, or it cannot be watched, nothing comes:
// every Scan looks at the file too.
func (r *Remote) watchPin() (<-chan fsnotify.Event, func()) {
	if r.o.PinFile == "" {
		return nil, func() {}
	}
	dir := filepath.Dir(r.o.PinFile)
	err := os.MkdirAll(dir, 0o700)
	w, e := fsnotify.NewWatcher()
	if err = errors.Join(err, e); err == nil {
		err = w.Add(dir)
	}
	if err != nil {
		r.o.Log.Warn("cannot watch for a pinned revision; it is found by looking every few seconds", "cause", err)
		if w != nil {
			_ = w.Close()
		}
		return nil, func() {}
	}
	go func() {
		for range w.Errors { // events that get lost are made up for by the next Scan
		}
	}()
	return w.Events, func() { _ = w.Close() }
}
