package site

import (
	"container/list"
	"sync"

	"rutter/content"
)

// maxCacheBytes bounds the rendered pages that are kept. What is asked for least recently goes first and is
// rendered again when somebody asks.
const maxCacheBytes = 192 << 20

// cacheKey names an answer: the same address can look different to another viewer.
type cacheKey struct {
	viewer content.Viewer
	path   string
}

// cached is an answer with what it depends on.
type cached struct {
	key  cacheKey
	rep  *representation
	deps string // of a content page: see dependencies; "" for an answer that is good for one edition
	seq  uint64 // the edition it was last known to be good in
	size int
}

// cache keeps rendered answers within a number of bytes. It is safe for concurrent use.
type cache struct {
	limit int

	mu    sync.Mutex
	size  int
	order *list.List // of *cached, latest use first
	byKey map[cacheKey]*list.Element
}

func newCache(limit int) *cache {
	return &cache{limit: limit, order: list.New(), byKey: map[cacheKey]*list.Element{}}
}

// get returns the answer if it is good in the edition. Otherwise stale is what there is, for its dependencies to be
// compared, or nil.
func (c *cache) get(k cacheKey, seq uint64) (good *representation, stale *cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.byKey[k]
	if !ok {
		return nil, nil
	}
	e, _ := el.Value.(*cached)
	if e.seq == seq {
		c.order.MoveToFront(el)
		return e.rep, nil
	}
	if e.deps == "" {
		return nil, nil
	}
	return nil, &cached{key: e.key, rep: e.rep, deps: e.deps, seq: e.seq}
}

// put keeps an answer for an edition. An answer of a newer edition is not replaced by one of an older.
func (c *cache) put(k cacheKey, rep *representation, deps string, seq uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.byKey[k]; ok {
		e, _ := el.Value.(*cached)
		if e.seq > seq {
			return
		}
		c.drop(el)
	}
	e := &cached{key: k, rep: rep, deps: deps, seq: seq, size: 2*rep.bytes() + 512} // compressed forms come later
	c.byKey[k] = c.order.PushFront(e)
	c.size += e.size
	for c.size > c.limit && c.order.Len() > 1 {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(el *list.Element) {
	e, _ := c.order.Remove(el).(*cached)
	delete(c.byKey, e.key)
	c.size -= e.size
}
