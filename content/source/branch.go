package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rutter/content"
)

// Branch is a branch of a remote, as of the last fetch.
type Branch struct {
	Name     string
	Revision string
	Time     time.Time // of its last commit
}

// Branches lists the remote's branches as of the last fetch, the one that changed last first.
func (r *Remote) Branches(ctx context.Context) ([]Branch, error) {
	if err := r.filled(ctx); err != nil {
		return nil, err
	}
	return r.branchesAt(ctx, branchRefs)
}

// BranchNamed returns one branch of the remote as of the last fetch, and ErrNoBranch where there is none.
func (r *Remote) BranchNamed(ctx context.Context, name string) (Branch, error) {
	bs, err := r.branchesAt(ctx, branchRefs+name)
	for _, b := range bs {
		if b.Name == name {
			return b, nil
		}
	}
	return Branch{}, cmp.Or(err, (&BranchSource{branch: name}).gone())
}

// Within finds the branch whose name a path begins with, and the rest of the path. The name of a branch has slashes in it,
// and none is a folder of another. It asks nobody, not even the disk.
func (r *Remote) Within(path string) (branch, rest string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := 0; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		if _, ok := r.refs.branches[path[:i]]; ok && isBranchName(path[:i]) {
			return path[:i], path[i:], true
		}
	}
	return "", "", false
}

// isBranchName tells whether a branch can be followed: git takes names that nothing here does.
func isBranchName(s string) bool {
	valid, err := branchName(s)
	return err == nil && valid == s && s != ""
}

func (r *Remote) branchesAt(ctx context.Context, refs string) ([]Branch, error) {
	out, err := runBare(ctx, r.m.dir, "for-each-ref", "--sort=-committerdate", "--format=%(objectname) %(committerdate:unix) %(refname)", refs)
	if err != nil {
		return nil, err
	}
	var bs []Branch
	for l := range strings.Lines(string(out)) {
		f := strings.SplitN(strings.TrimSuffix(l, "\n"), " ", 3)
		if len(f) != 3 {
			continue
		}
		name := strings.TrimPrefix(f[2], branchRefs)
		if !isBranchName(name) {
			continue
		}
		sec, _ := strconv.ParseInt(f[1], 10, 64)
		bs = append(bs, Branch{name, f[0], time.Unix(sec, 0).UTC()})
	}
	return bs, nil
}

// filled fetches where nothing was ever fetched.
func (r *Remote) filled(ctx context.Context) error {
	r.mu.Lock()
	ready := r.ready
	r.mu.Unlock()
	if ready {
		return nil
	}
	return r.Fetch(ctx)
}

// BranchSource is another branch of a Remote's mirror as a source of content. It is brought up to date by the Remote's
// own fetches. Safe for concurrent use.
type BranchSource struct {
	r       *Remote
	branch  string
	changes chan struct{}

	scanning sync.Mutex
	mu       sync.Mutex
	told     string
	served   served
}

// At returns another branch of the remote as a source. It must be closed when it is not needed any more.
func (r *Remote) At(ctx context.Context, branch string) (*BranchSource, error) {
	branch, err := branchName(branch)
	if err != nil {
		return nil, err
	}
	if err := r.filled(ctx); err != nil {
		return nil, err
	}
	b := &BranchSource{r: r, branch: branch, changes: make(chan struct{}, 1)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if b.told = r.refs.branches[branch]; b.told == "" {
		return nil, b.gone()
	}
	r.followed = append(r.followed, b)
	return b, nil
}

// ErrNoBranch says that the remote does not have a branch.
var ErrNoBranch = errors.New("is not on the remote")

func (b *BranchSource) gone() error { return fmt.Errorf("the branch %s %w", b.branch, ErrNoBranch) }

// Scan lists the files of the branch's newest revision.
func (b *BranchSource) Scan() (content.Tree, error) {
	b.scanning.Lock()
	defer b.scanning.Unlock()
	b.r.mu.Lock()
	rev := b.r.refs.branches[b.branch]
	b.r.mu.Unlock()
	b.mu.Lock()
	last := b.served
	b.mu.Unlock()
	if rev == "" {
		return content.Tree{}, b.gone()
	}
	if rev == last.rev {
		return last.tree, nil
	}
	ctx, stop := context.WithTimeout(b.r.ctx, localTimeout)
	defer stop()
	t, err := b.r.objects.Tree(ctx, rev, b.r.o.Path)
	if err != nil {
		return content.Tree{}, err
	}
	b.mu.Lock()
	b.served = served{rev, t}
	b.mu.Unlock()
	return t, nil
}

// Revision is the revision of the tree that Scan returned last, "" before the first.
func (b *BranchSource) Revision() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.served.rev
}

// Changes tells that a fetch moved the branch, or found it gone. It is fed while the Remote follows, and never closed.
func (b *BranchSource) Changes() <-chan struct{} { return b.changes }

// Close ends the word of changes. What Scan returned stays readable.
func (b *BranchSource) Close() {
	b.r.mu.Lock()
	defer b.r.mu.Unlock()
	b.r.followed = slices.DeleteFunc(b.r.followed, func(o *BranchSource) bool { return o == b })
}

// tellBranches sends word to those whose branch has moved.
func (r *Remote) tellBranches() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.followed {
		rev := r.refs.branches[b.branch]
		b.mu.Lock()
		moved := rev != b.told
		b.told = rev
		b.mu.Unlock()
		if !moved {
			continue
		}
		select {
		case b.changes <- struct{}{}:
		default: // one is waiting already
		}
	}
}
