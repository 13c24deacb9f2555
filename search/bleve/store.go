package bleve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"rutter/search"
)

// version names the mapping and the analysis. Whoever changes either changes it; an index of another version is
// not used.
const version = "rutter 2, zap 16"

var versionKey = []byte("rutter-version")

// ErrUnusable says that what lies in a folder is not an index of this version, or is damaged. Nothing was changed;
// the caller may remove it.
var ErrUnusable = errors.New("bleve: unusable index")

// Store is the live index in a folder. It has one writer; the generations it hands out have any number of readers.
type Store struct {
	dir   string
	idx   *engine
	lens  map[string]lengths // by path: what is in the index now
	total lengths            // sum of lens
	last  *Generation        // the newest, for the facets of its segments; not held open by this
}

// Kept is what an index keeps of a page: the record it was given.
type Kept map[string][]byte

// Open opens the index in dir, or makes an empty one where there is none. kept holds the records of all its pages.
// It never waits for another process that has the index open: that is an error.
func Open(dir string) (s *Store, kept Kept, err error) {
	defer func() { // a damaged file can make the engine index out of its mapped memory
		if r := recover(); r != nil {
			s, kept, err = nil, nil, fmt.Errorf("%w: %v", ErrUnusable, r)
		}
	}()
	_, statErr := os.Stat(filepath.Join(dir, "root.bolt"))
	fresh := errors.Is(statErr, os.ErrNotExist)
	s = &Store{dir: dir, lens: map[string]lengths{}}
	if s.idx, err = openEngine(dir); err != nil {
		if fresh {
			return nil, nil, err
		}
		return nil, nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	if fresh {
		b := index.NewBatch()
		b.SetInternal(versionKey, []byte(version))
		if err := s.idx.batch(b); err != nil {
			s.Close()
			return nil, nil, err
		}
		return s, Kept{}, nil
	}
	kept, err = s.load()
	if err != nil {
		s.Close()
		return nil, nil, err
	}
	return s, kept, nil
}

// load reads the records of all pages.
func (s *Store) load() (Kept, error) {
	r, snap, err := s.reader()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	v, err := r.GetInternal(versionKey)
	if err != nil || string(v) != version {
		return nil, fmt.Errorf("%w: it is of version %q, this is %q", ErrUnusable, v, version)
	}
	kept := Kept{}
	var mu sync.Mutex
	type job struct {
		seg      *scorch.SegmentSnapshot
		from, to uint64
	}
	var jobs []job
	for _, seg := range snap.Segments() {
		n := seg.Segment().Count()
		for i := uint64(0); i < n; i += 512 {
			jobs = append(jobs, job{seg, i, min(i+512, n)})
		}
	}
	var failed atomic.Pointer[error]
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					err := fmt.Errorf("%w: %v", ErrUnusable, r)
					failed.Store(&err)
				}
			}()
			for i := int(next.Add(1)) - 1; i < len(jobs) && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				if err := s.loadRange(jobs[i].seg, jobs[i].from, jobs[i].to, kept, &mu); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if p := failed.Load(); p != nil {
		return nil, *p
	}
	return kept, nil
}

func (s *Store) loadRange(seg *scorch.SegmentSnapshot, from, to uint64, kept Kept, mu *sync.Mutex) error {
	deleted := seg.Deleted()
	for n := from; n < to; n++ {
		if deleted != nil && deleted.Contains(uint32(n)) {
			continue
		}
		var id string
		var ls lengths
		var rec []byte
		ok := false
		err := seg.VisitDocument(n, func(field string, _ byte, value []byte, _ []uint64) bool {
			switch field {
			case "_id":
				id = string(value)
			case fieldRecord:
				ls, rec, ok = unpackRecord(slices.Clone(value))
			}
			return true
		})
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnusable, err)
		}
		if !ok {
			return fmt.Errorf("%w: a page has no record", ErrUnusable)
		}
		mu.Lock()
		kept[id] = rec
		s.set(id, ls)
		mu.Unlock()
	}
	return nil
}

// set notes the lengths of a page that is now in the index.
func (s *Store) set(path string, ls lengths) {
	s.unset(path)
	s.lens[path] = ls
	for i, n := range ls {
		s.total[i] += n
	}
}

func (s *Store) unset(path string) {
	for i, n := range s.lens[path] {
		s.total[i] -= n
	}
	delete(s.lens, path)
}

// batchSize is how many pages one batch holds when many are written. Larger ones are faster and need more memory.
var batchSize = func() int { if n, err := strconv.Atoi(os.Getenv("BATCH")); err == nil { return n }; return 400 }()

// Update writes n pages and removes others. doc gives the i-th page, is called once for each from several
// goroutines, and may fail to leave the page as it was in the index. After an error the store must be closed: what
// it holds is no longer sure.
func (s *Store) Update(ctx context.Context, n int, doc func(i int) (search.Document, error), remove []string) error {
	if n <= batchSize {
		return s.batch(0, n, newAnalyzer(), &sync.Mutex{}, doc, remove)
	}
	s.idx.quiet.Lock()
	defer s.idx.quiet.Unlock()
	var next atomic.Int64
	var mu sync.Mutex
	errs := make([]error, max(2, runtime.GOMAXPROCS(0)))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() { // building a segment is single-threaded within one batch, so batches run side by side
			a := newAnalyzer()
			for {
				from := int(next.Add(int64(batchSize))) - batchSize
				if from >= n {
					return
				}
				if errs[w] = ctx.Err(); errs[w] != nil {
					return
				}
				if errs[w] = s.batch(from, min(from+batchSize, n), a, &mu, doc, nil); errs[w] != nil {
					next.Store(int64(n))
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if len(remove) > 0 {
		return s.batch(0, 0, nil, &mu, nil, remove)
	}
	return nil
}

func (s *Store) batch(from, to int, a *analyzer, mu *sync.Mutex, doc func(int) (search.Document, error), remove []string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrUnusable, r)
		}
	}()
	b := index.NewBatch()
	lens := make(map[string]lengths, to-from)
	for i := from; i < to; i++ {
		d, err := doc(i)
		if err != nil {
			return err
		}
		out, ls := a.analyze(d)
		b.Update(out)
		lens[d.Path] = ls
	}
	for _, p := range remove {
		b.Delete(p)
	}
	if err := s.idx.batch(b); err != nil {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	for p, ls := range lens {
		s.set(p, ls)
	}
	for _, p := range remove {
		s.unset(p)
	}
	return nil
}

// Merge joins the index's segments into as few as it pays to have. Searches get faster and files fewer.
func (s *Store) Merge(ctx context.Context) error {
	return s.idx.merge(ctx)
}

// reader opens a reader over what the index holds now.
func (s *Store) reader() (index.IndexReader, *scorch.IndexSnapshot, error) {
	r, err := s.idx.Reader()
	if err != nil {
		return nil, nil, err
	}
	snap, ok := r.(*scorch.IndexSnapshot)
	if !ok || snap == nil {
		return nil, nil, errors.New("bleve: the index has no snapshot")
	}
	return r, snap, nil
}

// Generation returns the pages as they are in the index now. The caller owns one use of it and ends that with
// Release.
func (s *Store) Generation() (*Generation, error) {
	r, snap, err := s.reader()
	if err != nil {
		return nil, err
	}
	g := &Generation{reader: r, total: s.total, pages: len(s.lens)}
	if err := g.prepare(snap, s.last); err != nil {
		_ = r.Close()
		return nil, err
	}
	s.last = g
	return g, nil
}

// Close ends writing. Generations stay usable until they are released.
func (s *Store) Close() {
	s.idx.close()
}
