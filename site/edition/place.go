package edition

import (
	"context"
	"errors"
	"fmt"

	"rutter/content"
	"rutter/search/bleve"
)

// place is where the index is kept. It belongs in the state folder. A start that could not give readers a search
// because nothing can be written there keeps it in a temporary folder, or where that fails too in memory, until the
// state folder can be written again. What lies there stays: it is brought up to date before it is used again.
type place int

const (
	atHome place = iota
	aside
	inMemory
)

func (p place) String() string {
	return [...]string{"in the state folder", "in a temporary folder", "in memory"}[p]
}

// errClock says that the engine cannot note the time of a state, as from the year 10000 on. Then it is kept in memory,
// where it notes none: no date stops a portal.
var errClock = errors.New("the index cannot note today's date")

// clock returns an error when the engine would refuse to write for the date alone.
func (p *Publisher) clock() error {
	if p.place == inMemory {
		return nil
	}
	if _, err := p.o.Now().MarshalText(); err != nil {
		return fmt.Errorf("%w: %w", errClock, err)
	}
	return nil
}

// leave gives up the store after an error and has the index opened elsewhere. It returns false where that would be
// no help, or no need: while a complete edition is served, readers keep that until there is room again.
func (p *Publisher) leave(err error) bool {
	to := p.place + 1
	switch {
	case p.place == inMemory:
		return false
	case errors.Is(err, errClock):
		to = inMemory
	case errors.Is(err, bleve.ErrForeign): // somebody must come and take it away
	case errors.Is(err, bleve.ErrUnusable), p.searchable():
		return false
	}
	if to == aside && (p.state.temp || p.state.elsewhere() != nil) {
		to = inMemory
	}
	if to == inMemory {
		p.state.settle()
	}
	p.drop()
	if p.place == atHome {
		p.away = err
	}
	p.place, p.dirty = to, true
	p.homeIn, p.homeEvery = 1, 1
	p.o.Log.Warn("the index is not kept in the state folder for now", "where", to.String(), "cause", err)
	p.note("index", fmt.Sprintf("it is kept %s until the state folder can be written: %v", to, p.away))
	return true
}

func (p *Publisher) searchable() bool {
	e := p.p.Load()
	return e != nil && e.Searchable()
}

// drop closes the store.
func (p *Publisher) drop() {
	if p.store != nil {
		p.store.Close()
	}
	p.store, p.indexed = nil, map[string]content.Hash{}
}

// How many looks at the folder lie between two attempts to use the state folder again: each attempt that fails makes
// the next one wait longer.
const homeSeldom = 12

// goHome tries to bring the index in the state folder up to date, aside. While it does, changes wait, as they do for
// any build; arrived hears of its end.
func (p *Publisher) goHome(ctx context.Context) {
	if p.place == atHome || p.building || !p.searchable() {
		return
	}
	if p.homeIn--; p.homeIn > 0 {
		return
	}
	p.homeEvery = min(2*p.homeEvery, homeSeldom)
	p.homeIn = p.homeEvery
	if _, err := p.o.Now().MarshalText(); err != nil {
		return
	}
	s, kept, err := openIndex(p.state.home(), p.o.Log)
	if err != nil {
		return
	}
	p.coming, p.building = &coming{s, fingerprints(kept)}, true
	snap := p.p.Load().Snapshot
	put, remove := behind(snap, p.coming.indexed)
	go func() { p.built <- fillStore(ctx, s, snap, put, remove) }()
	noted(p.coming.indexed, snap, put, remove)
}

// coming is the index in the state folder while it is brought up to date.
type coming struct {
	store   *bleve.Store
	indexed map[string]content.Hash
}

// arrived has the index in the state folder again, unless it could still not be written.
func (p *Publisher) arrived(ctx context.Context, err error) {
	c := p.coming
	p.coming = nil
	if err != nil {
		c.store.Close()
		if p.dirty {
			p.update(ctx, false)
		}
		return
	}
	p.drop()
	p.store, p.indexed, p.place, p.dirty = c.store, c.indexed, atHome, true
	p.state.settle()
	p.note("index", "")
	p.o.Log.Info("the index is kept in the state folder again")
	p.update(ctx, false)
}
