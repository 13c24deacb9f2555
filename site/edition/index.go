package edition

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"rutter/content"
	"rutter/search"
	"rutter/search/bleve"
)

// batchNow is how many pages are indexed before the first edition rather than aside.
const batchNow = 20

// open opens the index. What cannot be used is removed and made anew.
func (p *Publisher) open() bleve.Kept {
	dir := p.state.index()
	s, kept, err := bleve.Open(dir)
	if errors.Is(err, bleve.ErrUnusable) {
		p.o.Log.Warn("the index is built anew", "cause", err)
		if err = os.RemoveAll(dir); err == nil {
			s, kept, err = bleve.Open(dir)
		}
	}
	if errors.Is(err, bleve.ErrForeign) {
		p.o.Log.Warn("the index is kept in a temporary folder for this run", "cause", err)
		if dir, err = p.state.elsewhere(); err == nil {
			s, kept, err = bleve.Open(dir)
		}
	}
	if err != nil { // that it is well again shows when it has been written
		p.trouble("index", err)
		return nil
	}
	p.store, p.indexed = s, make(map[string]content.Hash, len(kept))
	for path, rec := range kept {
		if h, ok := content.RecordFingerprint(rec); ok {
			p.indexed[path] = h
		} else {
			p.indexed[path] = content.Hash{}
		}
	}
	return kept
}

// behind returns what the index lacks of a snapshot, and what it has too much.
func (p *Publisher) behind(snap *content.Snapshot) (put []*content.Doc, remove []string) {
	found := 0
	for _, d := range snap.Docs() {
		h, ok := p.indexed[d.Path]
		if ok {
			found++
		}
		if !ok || h != snap.Fingerprint(d) {
			put = append(put, d)
		}
	}
	if found < len(p.indexed) {
		have := make(map[string]bool, snap.Len())
		for _, d := range snap.Docs() {
			have[d.Path] = true
		}
		for path := range p.indexed {
			if !have[path] {
				remove = append(remove, path)
			}
		}
		slices.Sort(remove)
	}
	return put, remove
}

// write brings the index up to date. After an error the store is given up: what it holds is not sure any more; the
// next attempt opens what is on disk.
func (p *Publisher) write(ctx context.Context, snap *content.Snapshot, put []*content.Doc, remove []string) error {
	if len(put)+len(remove) == 0 {
		return nil
	}
	err := p.store.Update(ctx, len(put), func(i int) (search.Document, error) { return search.NewDocument(snap, put[i]) }, remove)
	if err != nil {
		p.giveUp(err)
		return err
	}
	p.noted(snap, put, remove)
	return nil
}

func (p *Publisher) noted(snap *content.Snapshot, put []*content.Doc, remove []string) {
	for _, d := range put {
		p.indexed[d.Path] = snap.Fingerprint(d)
	}
	for _, path := range remove {
		delete(p.indexed, path)
	}
}

// giveUp closes the store after an error.
func (p *Publisher) giveUp(err error) {
	p.dirty = true
	if !errors.Is(err, content.ErrChanged) { // then the next scan sees the file as it is
		p.trouble("index", err)
	}
	if p.store != nil {
		p.store.Close()
	}
	p.store, p.indexed = nil, map[string]content.Hash{}
	if errors.Is(err, bleve.ErrUnusable) {
		_ = os.RemoveAll(p.state.index())
	}
}

// mergeFrom is how many pages it takes for a new index to be merged before it is used. A smaller one is in a few
// pieces, which the engine joins when it has time: searching them takes less than waiting for that would.
const mergeFrom = 1000

// build writes a whole index aside; indexBuilt hears of its end.
func (p *Publisher) build(ctx context.Context, snap *content.Snapshot, put []*content.Doc, remove []string) {
	p.building = true
	store := p.store
	start := p.o.Now()
	go func() {
		err := store.Update(ctx, len(put), func(i int) (search.Document, error) { return search.NewDocument(snap, put[i]) }, remove)
		if err == nil && len(put) >= mergeFrom {
			err = store.Merge(ctx)
		}
		if err == nil {
			p.o.Log.Info("index built", "pages", len(put), "took", p.o.Now().Sub(start).Round(time.Millisecond))
		}
		p.built <- err
	}()
	p.noted(snap, put, remove) // corrected by giveUp when it fails
}

func (p *Publisher) indexBuilt(ctx context.Context, err error) {
	p.building = false
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		p.giveUp(err)
		return
	}
	p.dirty = true
	p.update(ctx, false)
}

// rebuild starts the index over. The current edition goes on with the files it holds open.
func (p *Publisher) rebuild(ctx context.Context, err error) {
	if p.building || p.store == nil {
		return // being built anew already
	}
	p.giveUp(fmt.Errorf("%w: %w", bleve.ErrUnusable, err))
	p.update(ctx, false)
}

// verify reads the index's files in the background, and builds them anew where they are damaged.
func (p *Publisher) verify(ctx context.Context) {
	e := p.Acquire()
	if e == nil {
		return
	}
	p.background.Go(func() {
		defer e.Release()
		if g, ok := e.Index.(*bleve.Generation); ok {
			if err := g.Verify(); errors.Is(err, bleve.ErrUnusable) && ctx.Err() == nil {
				p.Damaged(err)
			}
		}
	})
}

// Damaged tells the publisher that the index gave an error no sound index gives. It is built anew.
func (p *Publisher) Damaged(err error) {
	select {
	case p.damaged <- err:
	default: // told already
	}
}
