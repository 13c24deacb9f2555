package source

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"

	"rutter/content"
)

// RemoteOptions say what a Remote follows and where it keeps it.
type RemoteOptions struct {
	URL     string        // https, ssh (also user@host:path), file, or an absolute path; http to this machine only
	Branch  string        // "" for what the remote's HEAD leads to
	Path    string        // the content folder inside the repository, slash-separated; "" for its root
	Dir     string        // folder for the mirror of the repository; made if missing, and owned by the Remote
	PinFile string        // file that names a revision to serve whatever the branch says; "" for none
	Every   time.Duration // between two looks at the remote; 0 means one minute
	Timeout time.Duration // of one fetch; 0 means five minutes
	Token   string        // for https, or user:password; given to git in its environment, and kept nowhere
	Now     func() time.Time
	Log     *slog.Logger // nil for none
}

// Remote is a git repository elsewhere as a source of content. It keeps a bare mirror and serves the files of one
// revision out of it, without a work tree. What is served stays while the remote cannot be reached, drops the branch
// or rewrites it. Safe for concurrent use; the mirror must have no other writer.
type Remote struct {
	o       RemoteOptions
	m       mirror
	objects *Objects

	ctx   context.Context // ends with Close
	stop  context.CancelFunc
	nudge chan struct{} // somebody knows that the remote has changed
	look  chan struct{} // the pin may have changed

	fetching chan struct{} // holds one token: whoever has it writes the mirror
	scanning sync.Mutex
	writing  sync.Mutex // refs of ours, while fetches may be under way

	mu       sync.Mutex
	refs     refs
	ready    bool // the mirror holds this remote, as of some time
	fetches  int  // that ended well
	fetched  time.Time
	fetchErr error     // of the last fetch
	scanErr  error     // of the last scan
	pinErr   error     // why the pin is not followed
	gone     error     // the branch is not there any more
	doubt    error     // the mirror may be damaged
	sound    time.Time // when a doubt last turned out to be none
	rebuilt  time.Time
	joined   int // packs when they were last joined
	memory   string
	pin      pin
	served   served
	followed []*BranchSource
}

// served is what Scan returned last.
type served struct {
	rev  string
	tree content.Tree
}

const (
	defaultEvery   = time.Minute
	defaultTimeout = 5 * time.Minute
	localTimeout   = 5 * time.Minute // of what asks nobody but the disk
	rebuildSeldom  = 10              // looks at the remote between two attempts to build the mirror anew
)

// OpenRemote checks the options and prepares the mirror. It does not speak to the remote: the first Scan does where
// the mirror holds nothing yet.
func OpenRemote(o RemoteOptions) (*Remote, error) {
	addr, err := parseAddress(o.URL, o.Token)
	if err != nil {
		return nil, err
	}
	if o.Branch, err = branchName(o.Branch); err != nil {
		return nil, err
	}
	if o.Path, err = folderPath(o.Path); err != nil {
		return nil, err
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	if o.PinFile != "" {
		if o.PinFile, err = filepath.Abs(o.PinFile); err != nil {
			return nil, err
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Every < 0 || o.Timeout < 0 {
		return nil, errors.New("the time between two looks at the remote, and that for one, cannot be below zero")
	}
	o.Every, o.Timeout, o.Token = cmp.Or(o.Every, defaultEvery), cmp.Or(o.Timeout, defaultTimeout), ""
	r := &Remote{
		o: o, m: mirror{dir: o.Dir, addr: addr}, objects: OpenObjects(o.Dir),
		nudge: make(chan struct{}, 1), look: make(chan struct{}, 1), fetching: make(chan struct{}, 1),
	}
	r.ctx, r.stop = context.WithCancel(context.Background())
	r.objects.doubt = r.doubted
	r.fetching <- struct{}{}
	if err := r.open(); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// open makes the mirror ready, and takes up what it holds of this remote from an earlier run.
func (r *Remote) open() error {
	ctx, stop := context.WithTimeout(r.ctx, localTimeout)
	defer stop()
	if err := gitIsNew(ctx); err != nil {
		return err
	}
	if err := r.m.prepare(ctx); err != nil {
		return fmt.Errorf("the mirror of %s: %w", r.Redacted(), err)
	}
	if !r.m.filled() {
		return r.m.forget(ctx)
	}
	known, err := r.m.refs(ctx)
	if err != nil {
		r.doubted(err)
		return nil
	}
	r.refs = known
	r.ready = r.tip() != ""
	return nil
}

var gitVersion = regexp.MustCompile(`^git version (\d+)\.(\d+)`)

// gitIsNew checks the git program: from 2.31 on it takes settings from its environment.
func gitIsNew(ctx context.Context) error {
	out, err := run(ctx, ".", "version")
	if err != nil {
		return err
	}
	var major, minor int
	if m := gitVersion.FindSubmatch(out); m != nil {
		_, _ = fmt.Sscan(string(m[1]), &major)
		_, _ = fmt.Sscan(string(m[2]), &minor)
	}
	if major < 2 || major == 2 && minor < 31 {
		return fmt.Errorf("git 2.31 or newer is needed to follow a remote; here is %s", strings.TrimSpace(string(out)))
	}
	return nil
}

// branchName checks the name of a branch, by the rules of git check-ref-format as far as they keep a name from being
// taken for something else.
func branchName(s string) (string, error) {
	s = strings.TrimPrefix(s, "refs/heads/")
	bad := strings.HasPrefix(s, "-") || strings.HasPrefix(s, "/") || strings.HasSuffix(s, "/") || strings.HasSuffix(s, ".lock") || strings.HasSuffix(s, ".") ||
		strings.Contains(s, "..") || strings.Contains(s, "@{") || strings.Contains(s, "//") || strings.Contains("/"+s, "/.") ||
		strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(" ~^:?*[\\", r) })
	if bad {
		return "", fmt.Errorf("%q is no name of a branch", s)
	}
	return s, nil
}

// folderPath checks the path of a folder inside the repository.
func folderPath(s string) (string, error) {
	p := strings.Trim(path.Clean("/"+s), "/")
	if p == "" {
		return "", nil
	}
	if !fs.ValidPath(p) || strings.Contains("/"+s+"/", "/../") || strings.ContainsFunc(p, unicode.IsControl) {
		return "", fmt.Errorf("%q is no path of a folder in a repository: write it with slashes, from the root", s)
	}
	return p, nil
}

// Close ends the programs that read the mirror, and a fetch that is under way.
func (r *Remote) Close() {
	r.stop()
	r.objects.Close()
}

// Blob reads a file by its full object name.
func (r *Remote) Blob(ctx context.Context, name string) ([]byte, error) {
	return r.objects.Blob(ctx, name)
}

// History returns what the mirror knows of the content folder's pages at the revision that Scan returned last.
func (r *Remote) History() *Git { return r.HistoryOf(r.Revision) }

// HistoryOf is History at another revision.
func (r *Remote) HistoryOf(revision func() string) *Git { return GitAt(r.o.Dir, r.o.Path, revision) }

// Branch is the branch that is followed, "" for what the remote's HEAD leads to.
func (r *Remote) Branch() string { return r.o.Branch }

// Redacted is the remote's address without credentials, for people to read.
func (r *Remote) Redacted() string { return r.m.addr.url }

// RemoteStatus is how a Remote is.
type RemoteStatus struct {
	Revision string    // that Scan last returned
	Fetched  time.Time // when the remote last answered; zero when it has not yet
	Err      error     // why what is served may not be the newest; nil when it is
}

// Status tells how the remote is.
func (r *Remote) Status() RemoteStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	return RemoteStatus{r.served.rev, r.fetched, errors.Join(r.fetchErr, r.gone, r.pinErr, r.scanErr, r.doubt)}
}

// Revision is the revision of the tree that Scan returned last, "" before the first.
func (r *Remote) Revision() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.served.rev
}

// tipRef is the ref of the revision that was last served of the branch.
func (r *Remote) tipRef() string { return tipRefs + "x" + hex.EncodeToString([]byte(r.o.Branch)) }

// tip is the branch's newest revision, or the last one served where the branch is gone. mu is held, or not needed yet.
func (r *Remote) tip() string {
	if r.o.Branch == "" {
		return cmp.Or(r.refs.head, r.refs.tips[r.tipRef()])
	}
	return cmp.Or(r.refs.branches[r.o.Branch], r.refs.tips[r.tipRef()])
}

// Scan lists the files of the revision to serve. While nothing was ever fetched it fetches first. The same revision
// gives the same tree, without a look at the mirror.
func (r *Remote) Scan() (content.Tree, error) {
	r.scanning.Lock()
	defer r.scanning.Unlock()
	r.mu.Lock()
	ready := r.ready
	r.mu.Unlock()
	if !ready {
		r.o.Log.Info("fetching the remote for the first time", "remote", r.Redacted())
		if err := r.Fetch(r.ctx); err != nil {
			return content.Tree{}, err
		}
	}
	t, err := r.scan()
	if err != nil && r.isDoubted() && r.Revision() == "" { // an old mirror is damaged: nothing is served that could stay
		if e := r.Fetch(r.ctx); e != nil {
			return content.Tree{}, errors.Join(err, e)
		}
		t, err = r.scan()
	}
	r.mu.Lock()
	r.scanErr = err
	r.mu.Unlock()
	return t, err
}

func (r *Remote) scan() (content.Tree, error) {
	ctx, stop := context.WithTimeout(r.ctx, localTimeout)
	defer stop()
	rev, pinned := r.wanted(ctx)
	r.mu.Lock()
	last, why := r.served, errors.Join(r.gone, r.fetchErr)
	r.mu.Unlock()
	if rev == "" {
		return content.Tree{}, cmp.Or(why, errEmptyRemote)
	}
	if rev == last.rev {
		return last.tree, nil
	}
	t, err := r.objects.Tree(ctx, rev, r.o.Path)
	if err != nil {
		return content.Tree{}, err
	}
	tip := r.tipRef()
	if pinned {
		tip = ""
	}
	if err := r.keep(ctx, rev, tip); err != nil {
		r.o.Log.Warn("the revision that is served would not outlive the remote's dropping it", "revision", rev, "cause", err)
	}
	r.mu.Lock()
	r.served = served{rev, t}
	r.mu.Unlock()
	return t, nil
}

// keep notes in the mirror what is served.
func (r *Remote) keep(ctx context.Context, rev, tip string) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mu.Lock()
	kept := r.refs.kept
	r.mu.Unlock()
	kept, err := r.m.keep(ctx, rev, tip, kept)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refs.kept = kept
	if tip != "" {
		r.refs.tips[tip] = rev
	}
	return nil
}

// wanted is the revision to serve now, and whether it is pinned; "" where there is none.
func (r *Remote) wanted(ctx context.Context) (rev string, pinned bool) {
	rev, pinned, err := r.pinned(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pinErr = err
	if err != nil && r.served.rev != "" {
		return r.served.rev, true // somebody meant to hold the branch off
	}
	if !pinned {
		rev = r.tip()
	}
	return rev, pinned
}

// doubted notes that the mirror may be damaged, and has it looked into.
func (r *Remote) doubted(err error) {
	if r.ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	first := r.doubt == nil
	if first {
		r.doubt = fmt.Errorf("the mirror may be damaged: %w", err)
	}
	lately := !r.sound.IsZero() && r.o.Now().Sub(r.sound).Abs() < r.o.Every
	r.mu.Unlock()
	if first {
		r.o.Log.Warn("the mirror of the remote may be damaged", "remote", r.Redacted(), "cause", err)
	}
	if first && !lately { // else it waits for the next look at the remote
		r.Nudge()
	}
}

func (r *Remote) isDoubted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.doubt != nil
}
