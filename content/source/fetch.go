package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Fetch brings the mirror up to date with the remote, now. What is served changes with the next Scan.
func (r *Remote) Fetch(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(r.ctx, stop)()
	select {
	case <-r.fetching:
		defer func() { r.fetching <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	limited, cancel := context.WithTimeout(ctx, r.o.Timeout)
	defer cancel()
	err := r.update(limited)
	if r.ctx.Err() != nil {
		return errClosed
	}
	if ctx.Err() != nil {
		return ctx.Err() // to be stopped is no failure of the remote
	}
	switch {
	case err == nil:
	case limited.Err() != nil:
		err = fmt.Errorf("fetching %s: it did not end within %v", r.Redacted(), r.o.Timeout)
		r.sweep()
	default:
		err = fmt.Errorf("fetching %s: %w", r.Redacted(), err)
		r.sweep()
	}
	r.ended(err)
	if err != nil {
		return err
	}
	r.joinPacks(ctx)
	return r.present()
}

// sweep clears away what a fetch that failed has left.
func (r *Remote) sweep() {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.m.sweep()
}

// update fetches into the mirror, or where that is damaged into a new one.
func (r *Remote) update(ctx context.Context) error {
	r.mu.Lock()
	doubted, failedBefore := r.doubt != nil, r.fetchErr != nil
	r.mu.Unlock()
	if !r.m.exists() {
		return r.rebuild(ctx, errors.New("its folder is gone"))
	}
	if doubted {
		if broken := r.m.sound(ctx); broken != nil && ctx.Err() == nil {
			return r.rebuild(ctx, broken)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.objects.move(r.m.dir) // the programs that read it may be what is wrong
		r.mu.Lock()
		r.doubt, r.sound = nil, r.o.Now()
		r.mu.Unlock()
	}
	err := r.bring(ctx)
	if err != nil && ctx.Err() == nil {
		if _, broken := r.m.refs(ctx); broken != nil && ctx.Err() == nil { // without it git cannot even ask
			return r.rebuild(ctx, broken)
		}
	}
	said := errors.Is(err, errEmptyRemote) || errors.Is(err, errNoHead) // by the remote, and not for want of a mirror
	if err != nil && failedBefore && !said && ctx.Err() == nil && r.m.reachable(ctx) {
		// The remote answers and yet the mirror gets nothing: either it is damaged or it cannot be written.
		if broken := r.m.sound(ctx); broken != nil && ctx.Err() == nil {
			return r.rebuild(ctx, broken)
		}
	}
	if err != nil {
		return err
	}
	return r.take(ctx)
}

// bring fetches into the mirror. One that holds nothing of this remote is made anew where the remote names its objects in
// another way, and so is one whose remote has come to.
func (r *Remote) bring(ctx context.Context) error {
	err := r.m.fetch(ctx, r.o.Branch == "")
	if err == nil || !otherNames.MatchString(err.Error()) {
		return err
	}
	r.o.Log.Info("the mirror is made anew: the remote names its objects in another way", "remote", r.Redacted())
	aside := mirror{r.m.dir + ".new", r.m.addr}
	if err := os.RemoveAll(aside.dir); err != nil {
		return err
	}
	if err := errors.Join(aside.create(ctx), aside.fill(ctx, r.o.Branch == ""), aside.setFilled()); err != nil {
		return err
	}
	return r.replace(aside)
}

// take reads what a fetch has brought.
func (r *Remote) take(ctx context.Context) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	known, err := r.m.refs(ctx)
	if err != nil {
		return err
	}
	if err := r.m.setFilled(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refs = known
	r.fetches++
	r.ready = r.tip() != ""
	return nil
}

// rebuild makes a new mirror beside the damaged one and takes its place. Until then the old one is read as far as it
// can be. Revisions that the remote has dropped may be lost with it.
func (r *Remote) rebuild(ctx context.Context, broken error) error {
	now := r.o.Now()
	r.mu.Lock()
	last := r.rebuilt
	r.mu.Unlock()
	if !last.IsZero() && now.Sub(last).Abs() < rebuildSeldom*r.o.Every {
		return fmt.Errorf("the mirror is damaged again, so soon after it was built anew that its disk is in doubt: %w", broken)
	}
	r.o.Log.Warn("the mirror of the remote is damaged and is built anew", "remote", r.Redacted(), "cause", r.m.addr.scrub(broken.Error()))
	aside := mirror{r.m.dir + ".new", r.m.addr}
	if err := os.RemoveAll(aside.dir); err != nil {
		return err
	}
	if err := errors.Join(aside.create(ctx), aside.fill(ctx, r.o.Branch == ""), aside.setFilled()); err != nil {
		return fmt.Errorf("the mirror is damaged (%w) and cannot be built anew: %w", broken, err)
	}
	aside.inherit(ctx, r.m)
	if err := r.replace(aside); err != nil {
		return err
	}
	r.mu.Lock()
	r.rebuilt, r.doubt, r.joined = now, nil, 0
	r.mu.Unlock()
	return r.take(ctx)
}

// replace puts a new mirror in the place of the one there is.
func (r *Remote) replace(aside mirror) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	old := r.m.dir + ".old"
	if err := os.Rename(r.m.dir, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(aside.dir, r.m.dir); err != nil {
		return errors.Join(err, os.Rename(old, r.m.dir))
	}
	r.objects.move(r.m.dir)
	_ = os.RemoveAll(old)
	return nil
}

// ended notes how a fetch ended, and says so once.
func (r *Remote) ended(err error) {
	r.mu.Lock()
	before := r.fetchErr
	r.fetchErr = err
	if err == nil {
		r.fetched = r.o.Now()
	}
	r.mu.Unlock()
	switch {
	case err != nil && before == nil:
		r.o.Log.Warn("the remote cannot be followed; what was fetched before stays", "remote", r.Redacted(), "cause", err)
	case err == nil && before != nil:
		r.o.Log.Info("the remote is followed again", "remote", r.Redacted())
	}
}

// present returns an error when the branch is not on the remote.
func (r *Remote) present() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.gone
	r.gone = nil
	if r.o.Branch == "" || r.refs.branches[r.o.Branch] != "" {
		if before != nil {
			r.o.Log.Info("the branch is followed again", "remote", r.Redacted())
		}
		return nil
	}
	if len(r.refs.branches) == 0 {
		r.gone = errEmptyRemote
	} else {
		r.gone = fmt.Errorf("the branch %s is not on the remote; it has %s", r.o.Branch, some(r.refs.branches))
	}
	if tip := r.tip(); tip != "" {
		r.gone = fmt.Errorf("%w; revision %s of it stays", r.gone, short(tip))
	}
	if before == nil {
		r.o.Log.Warn("the branch cannot be followed", "remote", r.Redacted(), "cause", r.gone)
	}
	return r.gone
}

const maxNamed = 5

// some names a few of the branches.
func some(branches map[string]string) string {
	var names []string
	for b := range branches {
		names = append(names, b)
	}
	slices.Sort(names)
	if len(names) > maxNamed {
		return strings.Join(names[:maxNamed], ", ") + fmt.Sprintf(" and %d more", len(names)-maxNamed)
	}
	return strings.Join(names, ", ")
}

// joinPacks makes few packs of many: each fetch that brings something leaves one.
func (r *Remote) joinPacks(ctx context.Context) {
	n := r.m.packs()
	r.mu.Lock()
	due := n >= maxPacks && n >= r.joined+maxPacks/4
	r.mu.Unlock()
	if !due {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, localTimeout)
	defer cancel()
	if err := r.m.join(ctx); err != nil {
		r.o.Log.Warn("the mirror's packs cannot be joined; reading it gets slower", "cause", err)
	}
	r.mu.Lock()
	r.joined = r.m.packs()
	r.mu.Unlock()
	r.objects.move(r.m.dir) // the programs hold packs that are gone
}
