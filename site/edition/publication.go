package edition

import (
	"context"
	"strings"
	"time"

	"rutter/content"
)

// Publication is what the publisher decided of one edition, for those who must be able to say later what readers had.
type Publication struct {
	Time     time.Time
	Edition  string // its ID
	Revision string // whose files these are, or that was checked out when it was made; "" where there is no repository, or it could not be asked
	Author   string // of that revision, "" where that is not known
	Refused  bool   // readers keep the edition before
	Cause    error  // why the gate said no; without Refused there was no edition to keep
	First    bool   // nothing with an index was served before by this publisher

	Pages, Errors, Warnings, Notes int

	// Changes are since the edition that readers had before. Those of the first are its pages' since the index that an
	// earlier run kept, or all where there is none: Kept tells.
	Changes content.Delta
	Kept    bool
}

// trail is what is told to Options.Audit. It is owned by the goroutine of Run.
//
// Of the same pages several editions may follow each other, as when the repository has been asked for dates. Each thing
// that readers can see is told once, and a refusal once for as long as it is the same.
type trail struct {
	kept   map[string]content.Hash // what the index held at the start
	told   *content.Snapshot       // of the edition that readers were given last, as far as it was told
	refuse string                  // the last refusal, "" when something was served since
	held   []Publication           // until it is known of which revision they are, and whether their links lead somewhere
	settle *time.Timer             // runs while the repository may not be at their revision yet; nil when it does not
	again  bool                    // something was held since it runs
}

const (
	maxHeld = 100 // publications that wait to be told

	// gitSettles is how long after the files git may take to note the revision they are of: it does that last.
	gitSettles = time.Second
)

// hold keeps a publication until all of it is known.
func (p *Publisher) hold(x Publication) {
	t := &p.trail
	t.held = append(t.held, x)
	t.again = t.settle != nil
	if p.o.Git != nil && x.Revision == "" && t.settle == nil {
		t.settle = time.NewTimer(gitSettles)
	}
}

// settling tells when the repository should be at the revision of what is held.
func (p *Publisher) settling() <-chan time.Time {
	if p.trail.settle == nil {
		return nil
	}
	return p.trail.settle.C
}

// settled tells what is held, or has the repository asked first.
func (p *Publisher) settled(ctx context.Context) {
	t := &p.trail
	if t.settle = nil; t.again {
		t.again, t.settle = false, time.NewTimer(gitSettles)
	}
	p.startHistory(ctx)
	p.release(false)
}

// served has it told that readers were given an edition.
func (p *Publisher) served(e *Edition, overruled error) {
	if p.o.Audit == nil {
		return
	}
	t := &p.trail
	t.refuse = ""
	x := p.publication(e, overruled)
	known := t.told != nil && x.Changes.Same()
	if !(known && t.more(x)) && (!known || x.Changes.Dated) {
		p.hold(x)
	}
	t.told, t.kept = e.Snapshot, nil
	p.release(false)
}

// refused has it told that readers were not given an edition.
func (p *Publisher) refused(e *Edition, cause error) {
	if p.o.Audit == nil {
		return
	}
	t := &p.trail
	if say := e.ID + " " + cause.Error(); say != t.refuse {
		t.refuse = say
		x := p.publication(e, cause)
		x.Refused = true
		if t.told != nil && x.Changes.Same() { // readers have these pages
			t.more(x)
		} else {
			p.hold(x)
		}
	}
	p.release(false)
}

// more takes over what is known later of the edition that is held and that readers have. It returns false when none is.
func (t *trail) more(x Publication) bool {
	if len(t.held) == 0 || t.held[len(t.held)-1].Refused {
		return false
	}
	h := &t.held[len(t.held)-1]
	h.Errors, h.Warnings, h.Notes = x.Errors, x.Warnings, x.Notes
	return true
}

func (p *Publisher) publication(e *Edition, cause error) Publication {
	x := Publication{Time: e.Published, Edition: e.ID, Revision: e.Snapshot.Served(), Cause: cause, First: p.trail.told == nil, Pages: e.Snapshot.Len()}
	x.Errors, x.Warnings, x.Notes = e.Snapshot.Counts()
	if x.First {
		x.Changes, x.Kept = e.Snapshot.SinceFingerprints(p.trail.kept), len(p.trail.kept) > 0
	} else {
		x.Changes = e.Snapshot.Since(p.trail.told)
	}
	return x
}

// release tells what is held: when all of it is known, or at once.
func (p *Publisher) release(now bool) {
	t := &p.trail
	if len(t.held) == 0 {
		return
	}
	sure := p.o.Git == nil || !p.gitBusy && p.o.Git.Fingerprint() == p.gitPrint
	if !now && (!sure || p.links || t.settle != nil) && len(t.held) < maxHeld {
		return
	}
	for _, x := range t.held {
		switch {
		case x.Revision != "": // the files were those of one, whatever the repository is at by now
			x.Author = authorOf(p.history, x.Revision)
		case sure && p.history != nil:
			x.Revision, x.Author = p.history.Revision, p.history.Author
		}
		p.o.Audit(x)
	}
	t.held = nil
}

// authorOf is who made a revision, "" where that is not known.
func authorOf(h *content.History, rev string) string {
	if h == nil {
		return ""
	}
	if h.Revision == rev {
		return h.Author
	}
	for _, c := range h.Past().Commits {
		if c.Revision != "" && strings.HasPrefix(rev, c.Revision) {
			return c.Author
		}
	}
	return ""
}
