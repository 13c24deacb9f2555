package edition

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"

	"rutter/content"
	"rutter/search"
	"rutter/search/bleve"
)

// batchNow is how many pages are indexed before the first edition rather than aside.
const batchNow = 20

// open opens the index where it is kept, or where it may be kept instead.
func (p *Publisher) open() bleve.Kept {
	for {
		s, kept, err := p.openAt()
		if err == nil {
			p.store, p.indexed = s, fingerprints(kept)
			return kept
		}
		if c := p.clock(); c != nil {
			err = c
		}
		if !p.leave(err) {
			p.trouble("index", err) // that it is well again shows when it has been written
			return nil
		}
	}
}

func (p *Publisher) openAt() (*bleve.Store, bleve.Kept, error) {
	if p.place == inMemory {
		s, err := bleve.OpenMemory()
		return s, bleve.Kept{}, err
	}
	dir := p.state.index()
	if p.doubts > maxDoubts {
		p.doubts = 0
		p.o.Log.Warn("the index is built anew", "cause", "it cannot be written, though its files are sound")
		if err := os.RemoveAll(dir); err != nil {
			return nil, nil, err
		}
	}
	return openIndex(dir, p.o.Log)
}

// openIndex opens the index in dir. What cannot be used is removed and made anew.
func openIndex(dir string, log *slog.Logger) (*bleve.Store, bleve.Kept, error) {
	s, kept, err := bleve.Open(dir)
	if !errors.Is(err, bleve.ErrUnusable) {
		return s, kept, err
	}
	log.Warn("the index is built anew", "cause", err)
	if err := os.RemoveAll(dir); err != nil {
		return nil, nil, err
	}
	return bleve.Open(dir)
}

// fingerprints says what an index holds, by the records of its pages.
func fingerprints(kept bleve.Kept) map[string]content.Hash {
	out := make(map[string]content.Hash, len(kept))
	for path, rec := range kept {
		out[path], _ = content.RecordFingerprint(rec)
	}
	return out
}

// behind returns what an index lacks of a snapshot, and what it has too much.
func behind(snap *content.Snapshot, indexed map[string]content.Hash) (put []*content.Doc, remove []string) {
	found := 0
	for _, d := range snap.Docs() {
		h, ok := indexed[d.Path]
		if ok {
			found++
		}
		if !ok || h != snap.Fingerprint(d) {
			put = append(put, d)
		}
	}
	if found < len(indexed) {
		have := make(map[string]bool, snap.Len())
		for _, d := range snap.Docs() {
			have[d.Path] = true
		}
		for path := range indexed {
			if !have[path] {
				remove = append(remove, path)
			}
		}
		slices.Sort(remove)
	}
	return put, remove
}

// write brings the index up to date. After an error the store must be given up: what it holds is not sure any more;
// the next attempt opens what is on disk.
func (p *Publisher) write(ctx context.Context, snap *content.Snapshot, put []*content.Doc, remove []string) error {
	if len(put)+len(remove) == 0 {
		return nil
	}
	err := p.store.Update(ctx, len(put), func(i int) (search.Document, error) { return search.NewDocument(snap, put[i]) }, remove)
	if err == nil {
		noted(p.indexed, snap, put, remove)
	}
	return err
}

func noted(indexed map[string]content.Hash, snap *content.Snapshot, put []*content.Doc, remove []string) {
	for _, d := range put {
		indexed[d.Path] = snap.Fingerprint(d)
	}
	for _, path := range remove {
		delete(indexed, path)
	}
}

// maxDoubts is how often the engine may call files damaged that are sound by their checksums, before an edition is
// published with them.
const maxDoubts = 2

// giveUp closes the store after an error. Its files stay: whether they can be used is seen when they are opened.
func (p *Publisher) giveUp(err error) {
	p.dirty = true
	if !errors.Is(err, content.ErrChanged) { // then the next scan sees the file as it is
		p.trouble("index", err)
	}
	p.drop()
	if errors.Is(err, bleve.ErrUnusable) {
		p.doubts++
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
		err := fillStore(ctx, store, snap, put, remove)
		if err == nil {
			p.o.Log.Info("index built", "pages", len(put), "took_ms", p.o.Now().Sub(start).Milliseconds())
		}
		p.built <- err
	}()
	noted(p.indexed, snap, put, remove) // corrected by giveUp when it fails
}

func fillStore(ctx context.Context, s *bleve.Store, snap *content.Snapshot, put []*content.Doc, remove []string) error {
	if len(put)+len(remove) == 0 {
		return nil
	}
	err := s.Update(ctx, len(put), func(i int) (search.Document, error) { return search.NewDocument(snap, put[i]) }, remove)
	if err == nil && len(put) >= mergeFrom {
		err = s.Merge(ctx)
	}
	return err
}

func (p *Publisher) indexBuilt(ctx context.Context, err error) {
	p.building = false
	if ctx.Err() != nil {
		return
	}
	if p.coming != nil {
		p.arrived(ctx, err)
		return
	}
	if err != nil && !(bleve.Unwritten(err) && p.leave(err)) {
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
