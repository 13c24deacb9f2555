package source_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
	"rutter/content/source"
)

// logged is a log that a test reads.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// mirrored is a Remote of a test, with what it was opened with.
type mirrored struct {
	*source.Remote
	t   *testing.T
	o   source.RemoteOptions
	log *logged
}

// follow opens a remote that is looked at when it is nudged.
func follow(t *testing.T, url string, set ...func(*source.RemoteOptions)) mirrored {
	t.Helper()
	m, err := tryFollow(t, url, set...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func tryFollow(t *testing.T, url string, set ...func(*source.RemoteOptions)) (mirrored, error) {
	t.Helper()
	l := &logged{}
	o := source.RemoteOptions{
		URL: url, Dir: filepath.Join(t.TempDir(), "mirror"), Every: time.Hour, Now: time.Now,
	}
	for _, f := range set {
		f(&o)
	}
	o.Log = slog.New(slog.NewTextHandler(l, nil))
	r, err := source.OpenRemote(o)
	if err != nil {
		return mirrored{}, err
	}
	t.Cleanup(r.Close)
	return mirrored{r, t, o, l}, nil
}

// again opens the same remote in another run.
func (m mirrored) again(set ...func(*source.RemoteOptions)) mirrored {
	m.t.Helper()
	m.Close()
	return follow(m.t, m.o.URL, append([]func(*source.RemoteOptions){func(o *source.RemoteOptions) { *o = m.o }}, set...)...)
}

func (m mirrored) scan() content.Tree {
	m.t.Helper()
	tree, err := m.Scan()
	if err != nil {
		m.t.Fatal(err)
	}
	return tree
}

func (m mirrored) fetch() {
	m.t.Helper()
	if err := m.Fetch(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
}

// failing fetches and wants an error that says so.
func (m mirrored) failing(want string) {
	m.t.Helper()
	if err := m.Fetch(m.t.Context()); err == nil || !strings.Contains(err.Error(), want) {
		m.t.Fatalf("error %v, want %q", err, want)
	}
}

// told waits for word.
func told(t *testing.T, ch <-chan struct{}, of string) {
	t.Helper()
	select {
	case _, ok := <-ch:
		if !ok {
			t.Fatalf("the channel closed before it told of %s", of)
		}
	case <-time.After(patience):
		t.Fatalf("not told of %s", of)
	}
}

func paths(t content.Tree) string {
	var out []string
	for _, f := range t.Files {
		out = append(out, f.Path)
	}
	return strings.Join(out, " ")
}

func stampOf(t content.Tree, name string) content.Stamp {
	for _, f := range t.Files {
		if f.Path == name {
			return f.Stamp
		}
	}
	return content.Stamp{}
}

func read(t *testing.T, tree content.Tree, name string) string {
	t.Helper()
	b, err := fs.ReadFile(tree.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (r repo) out(args ...string) string {
	r.t.Helper()
	out, err := exec.Command("git", append([]string{"-C", r.dir}, args...)...).Output()
	if err != nil {
		r.t.Fatalf("git %v: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

func (r repo) head() string { return r.out("rev-parse", "HEAD") }

func TestRemoteServesWhatIsPushed(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "# A\n")
	r.commit("2020-01-01", "sub/b ü.md", "# B\n")
	m := follow(t, "file://"+r.dir)
	tree := m.scan()
	if paths(tree) != "a.md sub/b ü.md" || read(t, tree, "sub/b ü.md") != "# B\n" || m.Revision() != r.head() {
		t.Errorf("%s, %s", paths(tree), m.Revision())
	}
	ctx, stop := context.WithCancel(t.Context())
	changes := m.Follow(ctx)
	r.commit("2020-01-02", "a.md", "# A2\n")
	m.Nudge()
	told(t, changes, "a push")
	if m.Revision() == r.head() {
		t.Error("the revision of the last scan is one that was not scanned")
	}
	after := m.scan()
	if read(t, after, "a.md") != "# A2\n" || m.Revision() != r.head() {
		t.Errorf("%q at %s", read(t, after, "a.md"), m.Revision())
	}
	if read(t, tree, "a.md") != "# A\n" {
		t.Error("the tree from before has changed")
	}
	if stampOf(tree, "sub/b ü.md") != stampOf(after, "sub/b ü.md") || stampOf(tree, "a.md") == stampOf(after, "a.md") || stampOf(after, "a.md") == (content.Stamp{}) {
		t.Errorf("stamps %v and %v", tree.Files, after.Files)
	}
	if s := m.Status(); s.Err != nil || s.Fetched.IsZero() || s.Revision != r.head() {
		t.Errorf("%+v", s)
	}
	stop()
	for range changes { //nolint:revive // it must close
	}
}

func TestRemoteIsAnyFormOfItsAddress(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "x")
	odd := filepath.Join(t.TempDir(), "with space ü%20")
	if err := os.Symlink(r.dir, odd); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{r.dir, "file://" + r.dir, odd, "file://" + strings.ReplaceAll(strings.ReplaceAll(odd, "%", "%25"), " ", "%20")} {
		if tree := follow(t, url).scan(); paths(tree) != "a.md" {
			t.Errorf("%s: %s", url, paths(tree))
		}
	}
}

func TestRemoteIsRewritten(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "first")
	m := follow(t, r.dir)
	old := m.scan()
	first := r.head()
	r.write("a.md", "other")
	r.git("2020-01-02", "commit", "-q", "-a", "--amend", "-m", "another")
	m.fetch()
	if got := read(t, m.scan(), "a.md"); got != "other" {
		t.Errorf("after a forced push: %q", got)
	}
	if out, err := exec.Command("git", "--git-dir", m.o.Dir, "gc", "-q", "--prune=now").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := read(t, old, "a.md"); got != "first" {
		t.Errorf("the tree that is still served: %q", got)
	}
	if err := m.Pin(t.Context(), first[:9]); err != nil { // it was served, so one can go back to it
		t.Error(err)
	}
	if got := read(t, m.scan(), "a.md"); got != "first" || m.Revision() != first || m.Pinned() != first {
		t.Errorf("pinned: %q at %s", got, m.Revision())
	}
}

func TestRemoteBranchIsDeleted(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "main")
	r.git("2020-01-01", "checkout", "-q", "-b", "docs/live")
	r.commit("2020-01-02", "a.md", "live")
	r.git("2020-01-01", "checkout", "-q", "main")
	m := follow(t, r.dir, func(o *source.RemoteOptions) { o.Branch = "docs/live" })
	m.scan()
	r.git("2020-01-01", "branch", "-q", "-D", "docs/live")
	m.failing("the branch docs/live is not on the remote; it has main; revision ")
	for range 2 { // and after a restart
		if got := read(t, m.scan(), "a.md"); got != "live" {
			t.Errorf("%q", got)
		}
		m.failing("is not on the remote")
		if m.Status().Err == nil {
			t.Error("the status says nothing of it")
		}
		m = m.again()
	}
	r.git("2020-01-01", "checkout", "-q", "-b", "docs/live")
	r.commit("2020-01-03", "a.md", "back")
	m.fetch()
	if got := read(t, m.scan(), "a.md"); got != "back" || m.Status().Err != nil {
		t.Errorf("%q %v", got, m.Status().Err)
	}
	if _, err := follow(t, r.dir, func(o *source.RemoteOptions) { o.Branch = "mian" }).Scan(); err == nil || !strings.Contains(err.Error(), "the branch mian is not on the remote; it has docs/live, main") {
		t.Error(err)
	}
}

func TestRemoteBranchTurnsIntoAFolderOfBranches(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "x")
	r.git("2020-01-01", "branch", "topic")
	m := follow(t, r.dir)
	m.scan()
	r.git("2020-01-01", "branch", "-D", "topic")
	r.git("2020-01-01", "branch", "topic/one")
	r.commit("2020-01-02", "a.md", "y")
	m.fetch()
	if got := read(t, m.scan(), "a.md"); got != "y" {
		t.Errorf("%q", got)
	}
}

func TestRemoteHeadMoves(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "main")
	m := follow(t, r.dir)
	m.scan()
	r.git("2020-01-01", "checkout", "-q", "-b", "trunk")
	r.commit("2020-01-02", "a.md", "trunk")
	m.fetch()
	if got := read(t, m.scan(), "a.md"); got != "trunk" {
		t.Errorf("%q", got)
	}
	r.git("2020-01-01", "symbolic-ref", "HEAD", "refs/heads/nowhere")
	m.failing("HEAD names no branch that it has: name a branch")
	if got := read(t, m.scan(), "a.md"); got != "trunk" {
		t.Errorf("%q", got)
	}
}

func TestRemoteIsEmpty(t *testing.T) {
	for name, branch := range map[string]string{"head": "", "branch": "main"} {
		r := newRepo(t)
		m := follow(t, r.dir, func(o *source.RemoteOptions) { o.Branch = branch })
		if _, err := m.Scan(); err == nil || !strings.Contains(err.Error(), "the remote is empty: it has no branch yet") {
			t.Errorf("%s: %v", name, err)
		}
		r.commit("2020-01-01", "a.md", "x")
		if tree := m.scan(); paths(tree) != "a.md" || m.Status().Err != nil {
			t.Errorf("%s: %s, %v", name, paths(tree), m.Status().Err)
		}
	}
}

func TestRemoteIsGoneAndBack(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "x")
	m := follow(t, "file://"+r.dir)
	m.scan()
	away := r.dir + "-away"
	if err := os.Rename(r.dir, away); err != nil {
		t.Fatal(err)
	}
	m.failing("does not appear to be a git repository")
	m.failing("does not appear to be a git repository")
	if n := strings.Count(m.log.String(), "level=WARN"); n != 1 {
		t.Errorf("%d lines in the log:\n%s", n, m.log)
	}
	m = m.again()
	if tree := m.scan(); read(t, tree, "a.md") != "x" { // from the mirror
		t.Error(paths(tree))
	}
	m.failing("does not appear to be a git repository")
	if s := m.Status(); s.Err == nil || !s.Fetched.IsZero() {
		t.Errorf("%+v", s)
	}
	if err := os.Rename(away, r.dir); err != nil {
		t.Fatal(err)
	}
	m.fetch()
	if s := m.Status(); s.Err != nil || !strings.Contains(m.log.String(), "followed again") {
		t.Errorf("%+v\n%s", s, m.log)
	}
	_, err := follow(t, "file:///nowhere/at/all").Scan()
	if err == nil || !strings.Contains(err.Error(), "fetching file:///nowhere/at/all: ") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
}

// TestRemoteIsAnother: what was fetched of one repository must not be served for another.
func TestRemoteIsAnother(t *testing.T) {
	one, two := newRepo(t), newRepo(t)
	one.commit("2020-01-01", "a.md", "one")
	two.commit("2020-01-01", "a.md", "two")
	two.git("2020-01-01", "branch", "-m", "trunk")
	m := follow(t, one.dir, func(o *source.RemoteOptions) { o.Branch = "main" })
	m.scan()
	if tree, err := m.again(func(o *source.RemoteOptions) { o.URL = "/nowhere/at/all" }).Scan(); err == nil {
		t.Errorf("served: %v", tree.Files)
	}
	to := func(o *source.RemoteOptions) { o.URL = two.dir }
	if _, err := m.again(to).Scan(); err == nil || !strings.Contains(err.Error(), "it has trunk") {
		t.Errorf("a branch that only the other one has: %v", err)
	}
	m = m.again(to, func(o *source.RemoteOptions) { o.Branch = "" })
	if got := read(t, m.scan(), "a.md"); got != "two" {
		t.Errorf("%q", got)
	}
	if bs, err := m.Branches(t.Context()); err != nil || len(bs) != 1 || bs[0].Name != "trunk" {
		t.Errorf("%v %v", bs, err)
	}
}

func TestRemoteFolderInside(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "docs/it/a.md", "x")
	r.commit("2020-01-01", "README.md", "y")
	at := func(p string) func(*source.RemoteOptions) { return func(o *source.RemoteOptions) { o.Path = p } }
	for _, p := range []string{"docs", "/docs/", "./docs"} {
		if got := paths(follow(t, r.dir, at(p)).scan()); got != "it/a.md" {
			t.Errorf("%s: %s", p, got)
		}
	}
	for p, want := range map[string]string{
		"dosc": "the folder dosc is not in this revision", "README.md": "README.md is a file and no folder", "docs/it/a.md/b": "is not in this revision",
	} {
		m := follow(t, r.dir, at(p))
		if _, err := m.Scan(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", p, err)
		}
		if strings.Contains(m.log.String(), "damaged") {
			t.Errorf("%s: %s", p, m.log)
		}
	}
	if _, err := tryFollow(t, r.dir, at("a\nb")); err == nil {
		t.Error("a path of two lines is taken")
	}
	m := follow(t, r.dir, at("docs"))
	m.scan()
	r.git("2020-01-02", "mv", "docs", "handbook")
	r.git("2020-01-02", "commit", "-q", "-m", "moved")
	m.fetch()
	if _, err := m.Scan(); err == nil || m.Status().Err == nil {
		t.Errorf("the folder is gone: %v, %v", err, m.Status().Err)
	}
	r.git("2020-01-02", "revert", "--no-edit", "HEAD")
	m.fetch()
	if got := paths(m.scan()); got != "it/a.md" || m.Status().Err != nil {
		t.Errorf("%s, %v", got, m.Status().Err)
	}
}

// TestRemoteListsWhatAFolderDoes: a repository gives the same files checked out and not.
func TestRemoteListsWhatAFolderDoes(t *testing.T) {
	r := newRepo(t)
	for _, name := range []string{
		"a.md", "d/b.md", "d/e/c.md", ".hidden/x.md", ".env", "x.md~", "#x#", "y.swp", "portal.yaml", "queries.yaml", "d/portal.yaml", "..data/real.md", "pic.png",
		".github/w.yml", "tab\tand ü.md", "d/.git-keep",
	} {
		r.write(name, "text of "+name)
	}
	if err := os.Chmod(filepath.Join(r.dir, "a.md"), 0o755); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{
		"ok.md": "a.md", "d/up.md": "../a.md", "d/hop.md": "up.md", "dir": "d", "through.md": "dir/e/c.md", "dots.md": "d/../d/./e//c.md",
		"outside.md": "../../etc/passwd", "absolute.md": "/etc/hostname", "self.md": "self.md", "loop1.md": "loop2.md", "loop2.md": "loop1.md",
		"nowhere.md": "missing.md", "secret.md": ".env", "secret2.md": ".hidden/x.md", "config.md": "..data/real.md", "viahidden.md": ".link",
		".link": "a.md", "todir.md": "d", "filedir.md": "a.md/", "outandin.md": "../" + filepath.Base(r.dir) + "/a.md", "under.md": "a.md/b", "d/back.md": "missing/../b.md",
		"x.swp": "a.md", "git.md": ".git/config", "backup.md": "x.md~",
	} {
		link(t, to, filepath.Join(r.dir, filepath.FromSlash(from)))
	}
	r.git("2020-01-01", "add", "-A", "-f")
	r.git("2020-01-01", "update-index", "--add", "--cacheinfo", "160000,1234567890123456789012345678901234567890,module")
	r.git("2020-01-01", "commit", "-q", "-m", "all")
	want := listed(t, folder(t, r.dir))
	m := follow(t, r.dir)
	tree := m.scan()
	var got []string
	for _, f := range tree.Files {
		got = append(got, f.Path)
		if f.Stamp == (content.Stamp{}) || f.Racy || f.ModTime != 0 {
			t.Errorf("%+v", f)
		}
		onDisk, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(f.Path)))
		if err != nil || read(t, tree, f.Path) != string(onDisk) || int64(len(onDisk)) != f.Size {
			t.Errorf("%s: %q, %v", f.Path, onDisk, err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("folder and remote differ (-folder +remote):\n%s", diff)
	}
	if len(got) < 10 || stampOf(tree, "ok.md") != stampOf(tree, "a.md") {
		t.Errorf("%v", got)
	}
	for _, name := range []string{"portal.yaml", "queries.yaml"} { // read, though never served
		if got := read(t, tree, name); got != "text of "+name {
			t.Errorf("%s: %q", name, got)
		}
	}
	for name, want := range map[string]error{
		".env": fs.ErrNotExist, ".hidden/x.md": fs.ErrNotExist, "outside.md": fs.ErrNotExist, "missing": fs.ErrNotExist, "module": fs.ErrNotExist, "d": fs.ErrNotExist,
		"../a.md": fs.ErrInvalid, "/a.md": fs.ErrInvalid, "d//b.md": fs.ErrInvalid, "": fs.ErrInvalid, "d/": fs.ErrInvalid,
	} {
		if _, err := tree.FS.Open(name); !errors.Is(err, want) {
			t.Errorf("open %q: %v", name, err)
		}
		if _, err := fs.Stat(tree.FS, name); !errors.Is(err, want) {
			t.Errorf("stat %q: %v", name, err)
		}
	}
}

func TestRemoteFile(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "d/a.md", "0123456789")
	r.commit("2020-01-01", "empty.md", "")
	tree := follow(t, r.dir).scan()
	f, err := tree.FS.Open("d/a.md")
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil || info.Size() != 10 || info.Name() != "a.md" || !info.Mode().IsRegular() || info.IsDir() || !info.ModTime().IsZero() {
		t.Errorf("%v %v", info, err)
	}
	s := f.(io.ReadSeeker)
	if n, err := s.Seek(-4, io.SeekEnd); n != 6 || err != nil {
		t.Error(n, err)
	}
	if b, err := io.ReadAll(s); string(b) != "6789" || err != nil {
		t.Errorf("%q %v", b, err)
	}
	if _, err := s.Seek(-1, io.SeekStart); !errors.Is(err, fs.ErrInvalid) {
		t.Error(err)
	}
	if b, err := io.ReadAll(io.NewSectionReader(f.(io.ReaderAt), 2, 3)); string(b) != "234" || err != nil {
		t.Errorf("%q %v", b, err)
	}
	if tag := f.(interface{ ETag() string }).ETag(); tag != `"`+r.out("rev-parse", "HEAD:d/a.md")+`"` {
		t.Error(tag)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.Read(make([]byte, 1)); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
	if b, err := fs.ReadFile(tree.FS, "empty.md"); len(b) != 0 || err != nil || stampOf(tree, "empty.md") == (content.Stamp{}) {
		t.Errorf("%q %v", b, err)
	}
}

func TestRemoteLargeFile(t *testing.T) {
	r := newRepo(t)
	const most = 16 << 20
	r.write("most.bin", strings.Repeat("x", most))
	r.commit("2020-01-01", "more.bin", strings.Repeat("x", most+1))
	m := follow(t, r.dir)
	tree := m.scan()
	if got := len(read(t, tree, "most.bin")); got != most {
		t.Error(got)
	}
	if i, err := fs.Stat(tree.FS, "more.bin"); err != nil || i.Size() != most+1 || stampOf(tree, "more.bin").Size != most+1 {
		t.Errorf("%v %v", i, err)
	}
	if _, err := tree.FS.Open("more.bin"); err == nil || !strings.Contains(err.Error(), "it has 16777217 bytes, and at most 16777216 are read") {
		t.Error(err)
	}
	o := source.OpenObjects(m.o.Dir)
	t.Cleanup(o.Close)
	for range 3 { // what is too large is read past
		if _, err := o.Blob(t.Context(), r.out("rev-parse", "HEAD:more.bin")); err == nil || !strings.Contains(err.Error(), "at most") {
			t.Error(err)
		}
		if b, err := o.Blob(t.Context(), r.out("rev-parse", "HEAD:most.bin")); len(b) != most || err != nil {
			t.Error(len(b), err)
		}
	}
	for id, want := range map[string]string{
		r.head(): "is a commit and no file", strings.Repeat("0", 39) + "1": "no such object", "HEAD": "is no object id", strings.Repeat("g", 40): "is no object id",
		"HEAD\n" + strings.Repeat("a", 35): "is no object id",
	} {
		if _, err := o.Blob(t.Context(), id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", id, err)
		}
	}
	o.Close()
	if _, err := o.Blob(t.Context(), r.out("rev-parse", "HEAD:most.bin")); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Error(err)
	}
}

func TestRemoteWithoutGit(t *testing.T) {
	t.Setenv("PATH", "")
	_, err := tryFollow(t, "/srv/docs.git")
	if err == nil || !strings.Contains(err.Error(), "the git program is needed and not in PATH: install git") {
		t.Error(err)
	}
}

func TestRemoteFolderHoldsSomethingElse(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "letters.txt")
	_, err := tryFollow(t, "/srv/docs.git", func(o *source.RemoteOptions) { o.Dir = dir })
	if err == nil || !strings.Contains(err.Error(), "holds something else than a mirror") {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "letters.txt")); err != nil {
		t.Error(err)
	}
}

// TestRemoteOfOtherNames: a repository that names its objects by SHA-256 is followed like any other, and so is one that comes
// to.
func TestRemoteOfOtherNames(t *testing.T) {
	t.Setenv("GIT_DEFAULT_HASH", "sha256")
	other := newRepo(t)
	t.Setenv("GIT_DEFAULT_HASH", "sha1")
	other.commit("2020-01-01", "a.md", "long names")
	if len(other.head()) != 64 {
		t.Skip("this git does not know SHA-256")
	}
	other.git("2020-01-01", "branch", "old")
	other.git("2020-01-01", "checkout", "-q", "--orphan", "unrelated")
	other.commit("2021-01-01", "b.md", "another past")
	other.git("2020-01-01", "checkout", "-q", "-f", "main")
	m := follow(t, other.dir)
	if got := read(t, m.scan(), "a.md"); got != "long names" || m.Revision() != other.head() {
		t.Errorf("%q at %s", got, m.Revision())
	}
	other.commit("2022-01-01", "a.md", "more of them")
	m = m.again()
	m.fetch()
	if got := read(t, m.scan(), "a.md"); got != "more of them" || m.Revision() != other.head() || m.Status().Err != nil {
		t.Errorf("%q at %s: %v", got, m.Revision(), m.Status().Err)
	}
	base, changes, err := m.Compare(t.Context(), other.out("rev-parse", "old"), other.head())
	if err != nil || base != other.out("rev-parse", "old") || len(changes) != 1 || changes[0].New != "a.md" {
		t.Errorf("%s %+v %v", base, changes, err)
	}
	base, changes, err = m.Compare(t.Context(), other.head(), other.out("rev-parse", "unrelated"))
	if err != nil || base != "" || len(changes) == 0 || changes[0].Old != "" {
		t.Errorf("%s %+v %v", base, changes, err)
	}

	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "short names")
	m = follow(t, r.dir)
	if got := read(t, m.scan(), "a.md"); got != "short names" {
		t.Error(got)
	}
	if err := os.RemoveAll(r.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other.dir, r.dir); err != nil {
		t.Fatal(err)
	}
	m.fetch()
	if got := read(t, m.scan(), "a.md"); got != "more of them" || m.Status().Err != nil {
		t.Errorf("%q: %v", got, m.Status().Err)
	}
}
