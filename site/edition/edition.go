package edition

import (
	"sync/atomic"
	"time"

	"rutter/content"
	"rutter/search"
)

// Edition is immutable. Whoever got it from Acquire must call Release once.
type Edition struct {
	ID        string // the same pages give the same ID, anywhere
	Seq       uint64 // counts editions of this process; two with one ID may differ in index or history
	Snapshot  *content.Snapshot
	Index     search.Index // nil while the very first index is being built
	Published time.Time

	refs  atomic.Int64
	close func()
}

// Searchable tells whether the edition has its index.
func (e *Edition) Searchable() bool { return e.Index != nil }

// acquire takes one more use, unless the last one has ended.
func (e *Edition) acquire() bool {
	for {
		n := e.refs.Load()
		if n <= 0 {
			return false
		}
		if e.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Release ends one use. The last one gives the index's files back.
func (e *Edition) Release() {
	if e.refs.Add(-1) == 0 && e.close != nil {
		e.close()
	}
}

// current is the edition that new requests get.
type current struct {
	p atomic.Pointer[Edition]
}

// Acquire returns the current edition, nil before the first.
func (c *current) Acquire() *Edition {
	for {
		e := c.p.Load()
		if e == nil || e.acquire() {
			return e
		}
	}
}

// swap publishes e and lets go of the one before.
func (c *current) swap(e *Edition) {
	if e != nil {
		e.refs.Store(1)
	}
	if old := c.p.Swap(e); old != nil {
		old.Release()
	}
}
