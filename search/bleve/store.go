package bleve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"rutter/search"
)

// version names the mapping and the analysis. Whoever changes either changes it; an index of another version is
// not used.
const version = "rutter 5, zap 16"

var versionKey = []byte("rutter-version")

// ErrUnusable says that what lies in a folder is not an index of this version, or is damaged. Nothing was changed;
// the caller may remove it.
var ErrUnusable = errors.New("bleve: unusable index")

// ErrForeign says that somebody else's files lie where the index should. They are left alone.
var ErrForeign = errors.New("bleve: not the folder of an index")

// Store is the live index in a folder. It has one writer; the generations it hands out have any number of readers.
type Store struct {
	idx  *engine
	last *Generation // the newest, for the facets of its segments; not held open by this

	mu    sync.Mutex
	lens  map[string]lengths // by path: what is in the index now
	total lengths            // sum of lens
}

// Kept is what an index keeps of a page: the record it was given.
type Kept map[string][]byte

// Open opens the index in dir, or makes an empty one where there is none. kept holds the records of all its pages.
// The error is ErrUnusable where the index cannot be used and may be removed. Any other leaves the folder alone:
// another process has the index open (Open does not wait for it), it cannot be read or written now, or there is
// something else in it.
func Open(dir string) (s *Store, kept Kept, err error) {
	defer guard(&err)()
	fresh, err := inspect(dir)
	if err != nil {
		return nil, nil, err
	}
	if err := breakSeal(dir); err != nil {
		return nil, nil, err
	}
	if fresh {
		defer func() {
			if err != nil {
				_ = os.Remove(filepath.Join(dir, listFile)) // the beginning of one says nothing of the next try
			}
		}()
	}
	e, err := openEngine(dir)
	if err != nil {
		return nil, nil, damage(err)
	}
	s = &Store{idx: e, lens: map[string]lengths{}}
	if fresh {
		kept = Kept{}
		b := index.NewBatch()
		b.SetInternal(versionKey, []byte(version))
		err = e.batch(b)
	} else {
		kept, err = s.load()
	}
	if err != nil {
		s.Close()
		return nil, nil, err
	}
	return s, kept, nil
}

// OpenMemory makes an empty index that lies in no folder. It is for when there is none to write to: its pieces are never
// joined, so that it gets slower with every Update, see [Store.Scattered].
func OpenMemory() (*Store, error) {
	e, err := openEngine("")
	if err != nil {
		return nil, err
	}
	return &Store{idx: e, lens: map[string]lengths{}}, nil
}

// maxPieces is how many pieces an index may have beyond those it is made of at once.
const maxPieces = 100

// Scattered tells whether the index lies in so many pieces that searches had better be spared it.
func (s *Store) Scattered() bool {
	return s.last != nil && len(s.last.parts) > maxPieces+s.last.pages/batchSize
}

// unwritten is an error of writing, and not of what is to be written.
type unwritten struct{ error }

func (u unwritten) Unwrap() error { return u.error }

// Unwritten tells whether it was the folder that made Update fail, for instance because its disk is full, and not
// a page.
func Unwritten(err error) bool {
	var u unwritten
	return errors.As(err, &u)
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
	kept := Kept{}
	var next atomic.Int64
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			defer guard(&errs[w])()
			for i := int(next.Add(1)) - 1; i < len(jobs) && errs[w] == nil; i = int(next.Add(1)) - 1 {
				errs[w] = s.loadRange(jobs[i].seg, jobs[i].from, jobs[i].to, kept)
			}
		})
	}
	wg.Wait()
	return kept, errors.Join(errs...)
}

// guard, called as `defer guard(&err)()`, makes an error of a panic, and of a fault in a mapped file that was cut
// off: the engine indexes out of what it reads from damaged files.
func guard(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if r := recover(); r != nil {
			*err = fmt.Errorf("%w: %v", ErrUnusable, r)
		}
	}
}

func (s *Store) loadRange(seg *scorch.SegmentSnapshot, from, to uint64, kept Kept) error {
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
		s.mu.Lock()
		kept[id] = rec
		s.set(id, ls)
		s.mu.Unlock()
	}
	return nil
}

// set notes the lengths of a page that is now in the index. The caller holds mu.
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

// Many pages are written in batches of batchSize by so many writers side by side: the engine builds a batch on one
// processor. More of either need more memory (a batch of 200 about 50 MB), less of either more time.
const (
	batchSize = 200
	writers   = 2
)

// Update writes n pages and removes others. doc gives the i-th page, is called once for each from several
// goroutines, and may fail to leave the page as it was in the index. After an error the store must be closed: what
// it holds is no longer sure.
func (s *Store) Update(ctx context.Context, n int, doc func(i int) (search.Document, error), remove []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if n <= batchSize {
		return s.write(n, doc, remove)
	}
	s.idx.quiet.Lock() // merging what is written now is left to Merge
	defer s.idx.quiet.Unlock()
	var next atomic.Int64
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for errs[w] == nil {
				from := int(next.Add(batchSize)) - batchSize
				if from >= n {
					return
				}
				if errs[w] = ctx.Err(); errs[w] == nil {
					errs[w] = s.write(min(batchSize, n-from), func(i int) (search.Document, error) { return doc(from + i) }, nil)
				}
			}
			next.Store(int64(n)) // the others need not go on
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if len(remove) > 0 {
		return s.write(0, nil, remove)
	}
	return nil
}

// write writes one batch.
func (s *Store) write(n int, doc func(i int) (search.Document, error), remove []string) error {
	b := index.NewBatch()
	lens, err := fill(b, n, doc)
	if err != nil {
		return err
	}
	for _, p := range remove {
		b.Delete(p)
	}
	if err := s.idx.batch(b); err != nil {
		return unwritten{err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, ls := range lens {
		s.set(p, ls)
	}
	for _, p := range remove {
		s.unset(p)
	}
	return nil
}

// fill puts n pages into a batch and returns their lengths. Whatever goes wrong with a page is an error: it is no
// reason to end the program.
func fill(b *index.Batch, n int, doc func(i int) (search.Document, error)) (lens map[string]lengths, err error) {
	path := ""
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("bleve: the page after %q cannot be indexed: %v\n%s", path, r, debug.Stack())
		}
	}()
	a, _ := analyzers.Get().(*analyzer)
	defer analyzers.Put(a)
	lens = make(map[string]lengths, n)
	for i := range n {
		d, err := doc(i)
		if err != nil {
			return nil, err
		}
		out, ls := a.analyze(d)
		b.Update(out)
		lens[d.Path], path = ls, d.Path
	}
	return lens, nil
}

// Merge joins the index's segments into as few as it pays to have. Searches get faster and files fewer.
func (s *Store) Merge(ctx context.Context) error {
	debug.FreeOSMemory() // what writing left is about as much as merging maps
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
// Close.
func (s *Store) Generation() (*Generation, error) {
	r, snap, err := s.reader()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	g := &Generation{reader: r, total: s.total, pages: len(s.lens)}
	s.mu.Unlock()
	if err := g.prepare(snap, s.last); err != nil {
		_ = r.Close()
		return nil, err
	}
	s.last = g
	return g, nil
}

// Close ends writing. Generations stay usable until they are closed. A second Close does nothing.
func (s *Store) Close() {
	s.idx.close()
}
