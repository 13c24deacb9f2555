package edition

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"rutter/content"
	"rutter/content/source"
	"rutter/search/bleve"
)

// Source is where content comes from.
type Source interface {
	// Scan lists the files there are now. An error means the state is unknown.
	Scan() (content.Tree, error)
}

// Rescanner is a Source that can list again only what it was told has changed.
type Rescanner interface {
	Rescan() (content.Tree, error)
}

// Waiter is a Source that knows when a look at it would see half of a change.
type Waiter interface {
	Busy() bool
}

// Follower is a Source that knows when it has changed, from when on it is followed.
type Follower interface {
	Follow(ctx context.Context) <-chan struct{}
}

// Gate asks a new edition the questions it must answer before it replaces the old one: changed are pages that are
// new in it. An error holds it back.
type Gate func(ctx context.Context, e *Edition, changed []*content.Doc) error

// Options say what a Publisher follows and how.
type Options struct {
	Source  Source
	Changes <-chan struct{} // word that something may have changed; nil when nothing ever does
	// Open makes the Source, and what git knows of it, where they are kept beside the index: state is the folder that this
	// process alone writes. Nil where Source and Git are given.
	Open     func(state string) (Source, *source.Git, error)
	Git      *source.Git      // nil where the content is in no repository
	History  *content.History // last changes that are known beforehand, as for the library in the binary
	State    string           // folder to keep the index in; "" uses a temporary one
	Reserved func(key string) bool
	Rules    content.Rules // what else authors are told
	// Elsewhere is content.Builder's.
	Elsewhere func(path string) []string
	Gate      Gate
	Audit     func(Publication) // is told of each edition with its index that readers are given, and of each that is refused; nil for none. It must not wait
	Now       func() time.Time
	Log       *slog.Logger
}

const (
	rescanEvery = 5 * time.Second  // events get lost
	verifyEvery = 10 * time.Minute // stamps can lie: read everything
	busyEvery   = 100 * time.Millisecond
	awaitAtMost = 2 * time.Second // see Await
	firstWithin = time.Second     // how long the very first edition may take to read pages
	gateFirst   = 3               // pages a gate is shown of the first edition, which has nothing to replace
	gateSample  = 20              // changed pages a gate is shown
	// usable is the share of pages that an index found at start may lack and still be brought up to date before
	// the first edition; with more missing, pages are served while it is built.
	usable = 0.05
)

// Publisher follows a source and publishes editions.
type Publisher struct {
	current
	o       Options
	builder content.Builder
	state   *state

	// Owned by the goroutine of Run.
	store      *bleve.Store
	postponed  *time.Timer             // runs while a look at the source is put off; nil when none is
	thorough   bool                    // it is to read every file
	waited     time.Duration           // for a source that is busy
	verified   time.Time               // when lookAgain last read every file
	noneGood   bool                    // nothing is kept by keepGood
	indexed    map[string]content.Hash // by path: the fingerprint of what the store holds
	building   bool                    // a goroutine owns the store, or coming
	place      place                   // of the index
	away       error                   // why it is not at home
	homeIn     int                     // looks at the folder until goHome tries again
	homeEvery  int                     // and then until it does so once more
	coming     *coming                 // see goHome
	doubts     int                     // see maxDoubts
	built      chan error
	damaged    chan error
	history    *content.History
	gitPrint   string
	gitBusy    bool
	gitDone    chan gitResult
	dirty      bool // the last attempt to publish failed: try again
	links      bool // links are still to be checked
	seq        uint64
	pending    []*content.Doc // changed since the published edition
	trail      trail
	background sync.WaitGroup

	published chan struct{} // closed with the first edition
	nudge     chan struct{} // somebody needs a newer edition
	next      *sync.Cond    // of mu: an edition was published

	mu       sync.Mutex
	news     chan struct{}     // closed when something is published or troubles change, see News
	troubles map[string]string // what keeps the newest content from the readers, by the part that fails
	notes    map[string]string // what else operators should know, by part
	unread   []content.Unread  // folders that cannot be listed
}

type gitResult struct {
	h   *content.History
	err error
}

// New prepares a publisher; Run starts it.
func New(o Options) (*Publisher, error) {
	st, err := openState(o.State, o.Log)
	if err != nil {
		return nil, err
	}
	if o.Open != nil {
		if o.Source, o.Git, err = o.Open(st.dir); err != nil {
			st.close()
			return nil, err
		}
	}
	p := &Publisher{
		o: o, state: st, indexed: map[string]content.Hash{}, history: o.History, news: make(chan struct{}), troubles: map[string]string{}, notes: map[string]string{},
		published: make(chan struct{}), nudge: make(chan struct{}, 1),
		built: make(chan error, 1), damaged: make(chan error, 1), gitDone: make(chan gitResult, 1),
	}
	p.next = sync.NewCond(&p.mu)
	if st.why != nil {
		p.note("state", st.why.Error())
	}
	p.builder.Reserved, p.builder.Rules, p.builder.Elsewhere = o.Reserved, o.Rules, o.Elsewhere
	if o.Git != nil && p.history == nil {
		p.history = &content.History{}
	}
	return p, nil
}

// Discard lets go of what New took, of a Publisher that is never run.
func (p *Publisher) Discard() { p.state.close() }

// Published is closed when the first edition is there.
func (p *Publisher) Published() <-chan struct{} { return p.published }

// Await waits for an edition after seq, having asked for one, for as long as ctx and awaitAtMost allow.
func (p *Publisher) Await(ctx context.Context, seq uint64) error {
	select {
	case p.nudge <- struct{}{}:
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, awaitAtMost)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.next.Broadcast()
	})
	defer stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if e := p.p.Load(); e != nil && e.Seq > seq {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.next.Wait()
	}
}

// Run follows the source until ctx ends, then lets go of everything. It returns an error only when the very first
// scan fails: without content there is nothing to serve.
func (p *Publisher) Run(ctx context.Context) error {
	defer p.shutdown()
	kept := p.open()
	if p.o.Audit != nil {
		p.trail.kept = maps.Clone(p.indexed)
	}
	p.builder.Recall = func(path string) []byte { return kept[path] }
	p.builder.Good = p.lastGood
	changes := p.o.Changes
	tree, err := p.o.Source.Scan()
	if err != nil {
		return ended(ctx, err)
	}
	if f, ok := p.o.Source.(Follower); ok && changes == nil {
		changes = f.Follow(ctx)
	}
	p.listed(tree)
	if len(kept) == 0 {
		if err := p.quickly(ctx, tree); err != nil {
			return ended(ctx, err)
		}
	}
	snap, _, err := p.builder.Build(ctx, tree, p.history, false)
	if err != nil {
		return ended(ctx, err)
	}
	p.builder.Recall, p.builder.Good = nil, nil
	kept = nil
	p.links = true
	p.advance(ctx, snap)
	p.startHistory(ctx)
	p.checkLinks(ctx)
	p.preload(ctx, snap)

	rescan, verify := time.NewTicker(rescanEvery), time.NewTicker(verifyEvery)
	defer rescan.Stop()
	defer verify.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-changes:
			if !ok {
				return nil
			}
			scan := p.o.Source.Scan
			if r, ok := p.o.Source.(Rescanner); ok {
				scan = r.Rescan
			}
			p.follow(ctx, scan, false)
		case <-p.nudge:
			p.lookAgain(ctx)
		case <-rescan.C:
			p.update(ctx, false)
			p.goHome(ctx)
		case <-p.putOff():
			p.postponed = nil
			p.waited += busyEvery
			p.update(ctx, p.thorough)
		case <-verify.C:
			p.update(ctx, true)
		case <-p.settling():
			p.settled(ctx)
		case r := <-p.gitDone:
			p.gitRead(ctx, r)
		case err := <-p.built:
			p.indexBuilt(ctx, err)
		case err := <-p.damaged:
			p.rebuild(ctx, err)
		}
	}
}

// ended returns no error where ctx has ended: to be stopped is none.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// quickly publishes what can be read within a moment, so that a large folder or a slow disk keeps nobody waiting:
// every page can be opened, lists fill up with the next edition.
func (p *Publisher) quickly(ctx context.Context, tree content.Tree) error {
	hurry, cancel := context.WithTimeout(ctx, firstWithin)
	defer cancel()
	snap, err := p.builder.BuildFirst(ctx, hurry.Done(), tree, p.history)
	if err != nil {
		return err
	}
	if !snap.Complete() {
		p.publish(ctx, snap, nil)
	}
	return nil
}

func (p *Publisher) shutdown() {
	p.release(true)
	p.swap(nil)
	p.background.Wait()
	if p.building {
		<-p.built
	}
	if p.coming != nil {
		p.coming.store.Close()
	}
	p.drop()
	p.state.close()
}

// update looks at the whole source and publishes what changed; at once, or when the source is no longer busy.
func (p *Publisher) update(ctx context.Context, verify bool) {
	p.thorough = p.thorough || verify
	if p.busy() {
		p.wait()
		return
	}
	p.follow(ctx, func() (content.Tree, error) {
		t, err := p.o.Source.Scan()
		if err == nil && p.busy() { // it began meanwhile
			return t, errBusy
		}
		return t, err
	}, p.thorough)
}

var errBusy = errors.New("the content is being written")

// wait has the source looked at again in a moment.
func (p *Publisher) wait() {
	if p.postponed == nil {
		p.postponed = time.NewTimer(busyEvery)
	}
}

// busy tells whether to wait for the source. It is waited for once, and not again before it was seen to be free: a
// lock that somebody left lying must not slow down everything for ever.
func (p *Publisher) busy() bool {
	w, ok := p.o.Source.(Waiter)
	if !ok || !w.Busy() {
		p.waited = 0
		return false
	}
	return p.waited < source.GitWaits
}

// putOff tells when to look at the source that was busy.
func (p *Publisher) putOff() <-chan time.Time {
	if p.postponed == nil {
		return nil
	}
	return p.postponed.C
}

// manyPages is from how many pages on a folder that has suddenly none is not believed.
const manyPages = 10

var errEmptied = errors.New("the content folder has no pages any more; if that is meant, restart")

// lookAgain is asked for when a file is not as it was listed. Where a look at the folder does not show it, its files
// are read, though not for everyone who asks.
func (p *Publisher) lookAgain(ctx context.Context) {
	seq := p.seq
	p.update(ctx, false)
	if now := p.o.Now(); p.seq == seq && now.Sub(p.verified).Abs() >= rescanEvery {
		p.verified = now
		p.update(ctx, true)
	}
}

// follow looks at the source by scan and publishes what changed.
func (p *Publisher) follow(ctx context.Context, scan func() (content.Tree, error), verify bool) {
	tree, err := scan()
	if errors.Is(err, errBusy) {
		p.wait()
		return
	}
	if verify {
		p.thorough = false
	}
	if err != nil && ctx.Err() != nil {
		return // whoever ends all ends the source too
	}
	if err != nil {
		p.trouble("content", err)
		return
	}
	if e := p.p.Load(); e != nil && e.Snapshot.Len() >= manyPages && !slices.ContainsFunc(tree.Files, func(f content.File) bool { return content.IsPage(f.Path) }) {
		p.trouble("content", errEmptied) // more likely a mount that is gone than an author's wish
		return
	}
	p.trouble("content", nil)
	p.listed(tree)
	p.startHistory(ctx)
	before := p.dirty
	snap, diff, err := p.builder.Build(ctx, tree, p.history, verify)
	if err != nil {
		return // ctx ended
	}
	if diff.Empty() && !before && !p.links && !p.problemsChanged(snap) {
		return
	}
	p.pending = append(p.pending, diff.Put...)
	p.links = true
	snap = p.builder.CheckLinks()
	p.links = false
	p.advance(ctx, snap)
}

// problemsChanged tells whether a page went bad or was mended without any page changing.
func (p *Publisher) problemsChanged(snap *content.Snapshot) bool {
	e := p.p.Load()
	return e == nil || !snap.SameProblems(e.Snapshot)
}

// checkLinks finishes what the first build left out.
func (p *Publisher) checkLinks(ctx context.Context) {
	if p.links {
		p.links = false
		p.advance(ctx, p.builder.CheckLinks())
	}
}

// advance brings the index to a snapshot and publishes the two. While no complete edition exists and the index has
// far to go, the pages are published alone and the index is built aside.
func (p *Publisher) advance(ctx context.Context, snap *content.Snapshot) {
	p.dirty = false
	complete := p.searchable()
	if p.building {
		if !complete {
			p.publish(ctx, snap, nil)
		} else {
			p.dirty = true // indexBuilt carries on from here
		}
		return
	}
	if p.place == inMemory && p.store != nil && p.store.Scattered() {
		p.drop() // nothing joins the pieces of an index in memory
	}
	if p.store == nil {
		p.open()
		if p.store == nil {
			if !complete {
				p.publish(ctx, snap, nil)
			}
			p.dirty = true
			return
		}
	}
	put, remove := behind(snap, p.indexed)
	if len(put)+len(remove) > 0 {
		if err := p.clock(); err != nil && p.leave(err) {
			p.advance(ctx, snap)
			return
		}
	}
	if far := len(put) > batchNow && float64(len(put)) > usable*float64(snap.Len()); far && (!complete || len(p.indexed) == 0) {
		if !complete {
			p.publish(ctx, snap, nil)
		}
		p.build(ctx, snap, put, remove)
		return
	}
	if err := p.write(ctx, snap, put, remove); err != nil {
		if bleve.Unwritten(err) && p.leave(err) {
			p.advance(ctx, snap)
			return
		}
		p.giveUp(err)
		if !complete {
			p.publish(ctx, snap, nil)
		}
		return
	}
	p.complete(ctx, snap)
}

// complete publishes a snapshot with a reader of the index as it is now.
func (p *Publisher) complete(ctx context.Context, snap *content.Snapshot) {
	g, err := p.store.Generation()
	if err != nil {
		p.giveUp(err)
		return
	}
	first := !p.searchable()
	if p.publish(ctx, snap, g) {
		p.trouble("index", nil)
		p.doubts = 0
	}
	if first {
		p.verify(ctx)
	}
}

// publish asks the gate and swaps. It returns false when the gate said no.
func (p *Publisher) publish(ctx context.Context, snap *content.Snapshot, g *bleve.Generation) bool {
	p.seq++
	e := &Edition{ID: snap.ID(), Seq: p.seq, Snapshot: snap, Published: p.o.Now()}
	e.refs.Store(1)
	if g != nil {
		e.Index = g
		e.close = func() { _ = g.Close() }
	}
	var overruled error
	if p.o.Gate != nil {
		err := p.o.Gate(ctx, e, p.sample(snap))
		if err != nil && ctx.Err() != nil { // it was not asked to its end
			e.Release()
			return false
		}
		p.trouble("gate", err)
		if err != nil && p.p.Load() != nil {
			p.refused(e, err)
			e.Release()
			return false
		}
		overruled = err
	}
	p.pending = nil
	first := p.p.Load() == nil
	p.tellBad(snap)
	p.tellNone(snap)
	p.swap(e)
	if snap.Complete() {
		p.keepGood(snap)
	}
	p.mu.Lock()
	p.next.Broadcast()
	p.tellNews()
	p.mu.Unlock()
	if first {
		close(p.published)
	}
	if g != nil {
		p.served(e, overruled)
	}
	return true
}

// sample picks changed pages for the gate, as they are in snap.
func (p *Publisher) sample(snap *content.Snapshot) []*content.Doc {
	ds, most := p.pending, gateSample
	if len(ds) == 0 && p.p.Load() == nil {
		ds, most = snap.Docs(), gateFirst
	}
	step := max(1, len(ds)/most)
	var out []*content.Doc
	for i := 0; i < len(ds) && len(out) < most; i += step {
		if slices.Contains(snap.Docs(), ds[i]) {
			out = append(out, ds[i])
		}
	}
	return out
}

// preload reads the bodies of pages whose lists came from the index, so that they are there when files change.
func (p *Publisher) preload(ctx context.Context, snap *content.Snapshot) {
	p.background.Go(func() {
		for _, d := range snap.Docs() {
			if ctx.Err() != nil {
				return
			}
			_, _ = d.Source()
		}
	})
}
