package bleve

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"
	index "github.com/blevesearch/bleve_index_api"
)

// engine is scorch, Bleve's index on disk, with what it lacks: its background goroutines try again at once and for
// ever when the disk is full, and whoever waits for one that has panicked waits for ever.
type engine struct {
	index.Index
	dir      string
	queue    *index.AnalysisQueue
	closing  chan struct{} // closed when the engine is to end
	dead     chan struct{} // closed when a background goroutine has panicked: nothing can be written any more
	cause    error         // why; set before dead is closed
	died     sync.Once
	closed   sync.Once
	stuck    chan error // what the merger could not do last; nobody need listen
	failures atomic.Int64
	quiet    sync.RWMutex // held while merging in the background would only be in the way
}

// retryAfter is how long a background goroutine waits after an error before it tries again.
const retryAfter = time.Second

// registering guards scorch's two tables of callbacks, which it reads when an index is made.
var registering sync.Mutex

// openEngine opens the index in dir, or makes an empty one. It does not wait for a lock somebody else holds. Without
// dir the index is in memory: nothing is written, and nothing merged.
func openEngine(dir string) (*engine, error) {
	e := &engine{
		dir: dir, queue: index.NewAnalysisQueue(1), closing: make(chan struct{}), dead: make(chan struct{}), stuck: make(chan error, 1),
	}
	idx, err := e.scorch(dir)
	if err == nil {
		e.Index = idx
		err = idx.Open()
	}
	if err != nil {
		e.queue.Close()
		return nil, err
	}
	return e, nil
}

func (e *engine) scorch(dir string) (index.Index, error) {
	const name = "rutter"
	registering.Lock()
	defer registering.Unlock()
	scorch.RegistryEventCallbacks[name] = e.event
	scorch.RegistryAsyncErrorCallbacks[name] = e.failed
	return scorch.NewScorch(scorch.Name, map[string]any{
		"path": dir, "bolt_timeout": lockTimeout.String(), "eventCallbackName": name, "asyncErrorCallbackName": name,
		// Segments that wait to be written are written as they are: merging them first costs more than it saves.
		// Small segments are joined sooner than by default (10): every edit makes one, and every search looks at all.
		"scorchMergePlanOptions": map[string]any{"MaxSegmentsPerTier": 3},
		"scorchPersisterOptions": map[string]any{"MemoryPressurePauseThreshold": 0},
	}, e.queue)
}

// lockTimeout makes bbolt give up at its first look at a lock that is held.
const lockTimeout = 50 * time.Millisecond

// event is called by scorch's goroutines.
func (e *engine) event(ev scorch.Event) bool {
	switch ev.Kind {
	case scorch.EventKindPreMergeCheck:
		debug.SetPanicOnFault(true) // of the merger's goroutine: a file that was cut off is an error, not the end
		e.quiet.RLock()
		defer e.quiet.RUnlock()
	case scorch.EventKindPersisterProgress:
		debug.SetPanicOnFault(true)
	}
	return true
}

// failed is called by scorch's goroutines, in them, after an error or panic. They go on when it returns.
func (e *engine) failed(err error, _ string) {
	e.failures.Add(1)
	var s *scorch.ScorchError
	switch {
	case errors.Is(err, scorch.ErrAsyncPanic):
		e.died.Do(func() {
			e.cause = fmt.Errorf("%w: %w", ErrUnusable, err)
			close(e.dead)
		})
		return
	case errors.As(err, &s) && s.Source == "merger":
		select {
		case e.stuck <- err:
		default:
		}
	}
	select {
	case <-e.closing:
	case <-time.After(retryAfter):
	}
}

// batch writes b and returns when it is on disk.
func (e *engine) batch(b *index.Batch) error {
	select {
	case <-e.dead:
		return e.cause
	default:
	}
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() { done <- err }()
		defer guard(&err)()
		err = e.Batch(b)
	}()
	select {
	case err := <-done:
		return err
	case <-e.dead:
		return e.cause
	}
}

// onePass merges all segments there are into one, reading each once.
var onePass = func() mergeplan.MergePlanOptions {
	o := mergeplan.SingleSegmentMergePlanOptions
	o.SegmentsPerMergeTask = 1 << 20
	return o
}()

// merge joins all segments into one.
func (e *engine) merge(ctx context.Context) error {
	sc, ok := e.Index.(*scorch.Scorch)
	if !ok || e.dir == "" { // nobody would hear the request
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the merger's next attempt after an error
	select {
	case <-e.stuck: // of an earlier merge in the background
	default:
	}
	done := make(chan error, 1)
	go func() { done <- sc.ForceMerge(ctx, &onePass) }()
	select {
	case err := <-done:
		return errors.Join(err, ctx.Err())
	case err := <-e.stuck:
		return err
	case <-e.dead:
		return e.cause
	}
}

// close ends the engine and waits for its goroutines, but for long only when none of them can wait for ever.
func (e *engine) close() {
	e.closed.Do(func() {
		close(e.closing)
		done := make(chan struct{})
		go func() {
			_ = e.Index.Close()
			close(done)
		}()
		select {
		case <-done:
			if e.dir != "" {
				_ = seal(e.dir) // without it the next start is as after a crash
			}
		case <-e.dead:
			select { // whoever still works ends soon, so that nothing is written after close
			case <-done:
			case <-time.After(2 * retryAfter):
			}
		}
		e.queue.Close()
	})
}
