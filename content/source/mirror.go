package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// mirror is a bare repository that follows a remote. Its branches are refs/remotes/origin/*; what its HEAD led to is
// refs/rutter/head; refs/rutter/tip/* are the revisions last served of a branch and refs/rutter/kept/* those last
// served at all, so that they stay when the remote drops them.
//
// Nothing in it is ever pruned: a page may be read of any revision that was handed out. Packs are joined when they
// become many, which drops no object. To be rid of what a remote has dropped, remove the mirror.
type mirror struct {
	dir  string
	addr address
}

const (
	branchRefs = "refs/remotes/origin/"
	headRef    = "refs/rutter/head"
	tipRefs    = "refs/rutter/tip/"
	keptRefs   = "refs/rutter/kept/"

	// filledFrom is the file in the mirror that says which remote it was made from; empty until it has been filled.
	filledFrom = "rutter-remote"

	maxKept  = 20 // revisions in refs/rutter/kept
	maxPacks = 40 // before they are joined
)

// prepare makes the mirror where there is none, and clears away what a killed git left: there is no other writer.
func (m mirror) prepare(ctx context.Context) error {
	if err := m.recover(); err != nil {
		return err
	}
	entries, err := os.ReadDir(m.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	ours := len(entries) == 0 || slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == filledFrom })
	if !ours {
		return fmt.Errorf("%s holds something else than a mirror: name a folder that is empty or does not exist", m.dir)
	}
	if err := m.create(ctx); err == nil || errors.As(err, new(noProgram)) || ctx.Err() != nil {
		m.sweep()
		return err
	}
	if err := os.RemoveAll(m.dir); err != nil { // half made, or its settings are damaged
		return err
	}
	return m.create(ctx)
}

// recover ends a change of folders that was cut short, see Remote.rebuild.
func (m mirror) recover() error {
	if _, err := os.Stat(m.dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.Rename(m.dir+".old", m.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return errors.Join(removeMirror(m.dir+".old"), removeMirror(m.dir+".new"))
}

// removeMirror removes a mirror of ours and nothing else.
func removeMirror(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, filledFrom)); err != nil {
		return nil //nolint:nilerr // it is not there, or somebody else's
	}
	return os.RemoveAll(dir)
}

// exists tells whether there is a mirror at all.
func (m mirror) exists() bool {
	_, err := os.Stat(filepath.Join(m.dir, "HEAD"))
	return err == nil
}

// create makes an empty mirror, or leaves the one there is as it is.
func (m mirror) create(ctx context.Context) error { return m.createAs(ctx, "") }

// createAs is create with a way to name objects, sha1 or sha256; "" for git's default.
func (m mirror) createAs(ctx context.Context, format string) error {
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(m.dir, filledFrom), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	_ = f.Close()
	args := []string{"init", "--quiet", "--bare", "--template=", "--initial-branch=none"}
	if format != "" {
		args = append(args, "--object-format="+format)
	}
	if _, err := runBare(ctx, m.dir, args...); err != nil {
		return err
	}
	for _, kv := range [][2]string{{"gc.auto", "0"}, {"maintenance.auto", "false"}} { // for whoever runs git in it by hand
		if _, err := runBare(ctx, m.dir, "config", kv[0], kv[1]); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes the locks and half packs of a git that was killed.
func (m mirror) sweep() {
	_ = filepath.WalkDir(m.dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be read cannot be cleared away
		}
		if e.IsDir() && filepath.Base(filepath.Dir(p)) == "objects" && e.Name() != "pack" {
			return fs.SkipDir
		}
		if !e.IsDir() && (strings.HasSuffix(p, ".lock") || strings.HasPrefix(e.Name(), "tmp_") || strings.HasPrefix(e.Name(), ".new-")) {
			_ = os.Remove(p)
		}
		return nil
	})
	quarantined, _ := filepath.Glob(filepath.Join(m.dir, "objects", "tmp_objdir-*"))
	for _, dir := range quarantined {
		_ = os.RemoveAll(dir)
	}
}

// filled tells whether the mirror was made from this remote, and not from another one.
func (m mirror) filled() bool {
	b, err := os.ReadFile(filepath.Join(m.dir, filledFrom))
	return err == nil && strings.TrimSpace(string(b)) == m.addr.url
}

func (m mirror) setFilled() error {
	if m.filled() {
		return nil
	}
	return replaceFile(filepath.Join(m.dir, filledFrom), m.addr.url+"\n")
}

// replaceFile writes a file at one stroke.
func replaceFile(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// reach is git with all it needs to speak to the remote. The program and all it starts end together with ctx.
func (m mirror) reach(ctx context.Context, args ...string) *exec.Cmd {
	cmd := bare(ctx, m.dir, args...)
	n := 0
	for i, v := range cmd.Env { // settings that the operator passes in the same way go first
		if count, ok := strings.CutPrefix(v, "GIT_CONFIG_COUNT="); ok {
			if c, err := strconv.Atoi(count); err == nil && c > 0 {
				n = c
			}
			cmd.Env[i] = "GIT_CONFIG_COUNT=0"
		}
	}
	settings := append(m.addr.settings(), [2]string{"gc.auto", "0"}, [2]string{"maintenance.auto", "false"},
		[2]string{"fetch.unpackLimit", "1"}, // one pack, which is checked and synced, rather than loose objects, which are not
		[2]string{"fetch.writeCommitGraph", "false"}, [2]string{"submodule.recurse", "false"})
	for i, kv := range settings {
		cmd.Env = append(cmd.Env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", n+i, kv[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", n+i, kv[1]))
	}
	cmd.Env = append(cmd.Env, fmt.Sprintf("GIT_CONFIG_COUNT=%d", n+len(settings)), "GIT_ALLOW_PROTOCOL="+m.addr.transports())
	if os.Getenv("GIT_SSH_COMMAND") == "" && os.Getenv("GIT_SSH") == "" {
		cmd.Env = append(cmd.Env, "GIT_SSH_COMMAND=ssh -oBatchMode=yes -oConnectTimeout=10")
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) } // so that it clears away its half packs
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// speak runs git against the remote. The error holds what git or the remote said, without credentials.
func (m mirror) speak(ctx context.Context, args ...string) ([]byte, error) {
	cmd := m.reach(ctx, args...)
	stderr := &tail{}
	cmd.Stderr = stderr
	out, err := cmd.Output()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // whatever would not end, or was left behind
	}
	if err == nil {
		return out, nil
	}
	if errors.As(noGit(err), new(noProgram)) {
		return nil, noGit(err)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	msg := m.addr.scrub(complaint(stderr.Bytes()))
	if msg == "" {
		msg = err.Error()
	}
	return nil, errors.New(msg)
}

// fetch brings the branches, and with head also what the remote's HEAD leads to. Refs change all together at its end,
// or not at all.
func (m mirror) fetch(ctx context.Context, head bool) error {
	args := []string{"fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--atomic", remoteName, "+refs/heads/*:" + branchRefs + "*"}
	if head {
		args = append(args, "+HEAD:"+headRef)
	}
	_, err := m.speak(ctx, args...)
	if err != nil && strings.Contains(err.Error(), "cannot lock ref") {
		// A branch a that became a/b cannot be changed at one stroke.
		_, err = m.speak(ctx, slices.DeleteFunc(args, func(a string) bool { return a == "--atomic" })...)
	}
	if err != nil && head && ctx.Err() == nil && strings.Contains(err.Error(), "couldn't find remote ref HEAD") {
		if out, e := m.speak(ctx, "ls-remote", "--heads", remoteName); e == nil && len(out) == 0 {
			return errEmptyRemote
		}
		return errNoHead
	}
	return err
}

// otherNames is what git says where the remote names its objects in another way than the mirror does.
var otherNames = regexp.MustCompile(`mismatched algorithms: client \w+; server (sha1|sha256)`)

// fill is fetch into a mirror that holds nothing yet: it comes to name objects as the remote does.
func (m mirror) fill(ctx context.Context, head bool) error {
	err := m.fetch(ctx, head)
	if err == nil || ctx.Err() != nil {
		return err
	}
	said := otherNames.FindStringSubmatch(err.Error())
	if said == nil {
		return err
	}
	if err := os.RemoveAll(m.dir); err != nil {
		return err
	}
	if err := m.createAs(ctx, said[1]); err != nil {
		return err
	}
	return m.fetch(ctx, head)
}

var (
	errEmptyRemote = errors.New("the remote is empty: it has no branch yet")
	errNoHead      = errors.New("the remote's HEAD names no branch that it has: name a branch")
)

// reachable tells whether the remote answers at all.
func (m mirror) reachable(ctx context.Context) bool {
	_, err := m.speak(ctx, "ls-remote", "--heads", remoteName)
	return err == nil
}

// refs is what the mirror knows of its remote and keeps.
type refs struct {
	branches map[string]string // revisions by name
	head     string            // "" where it was not asked for
	tips     map[string]string // last served, by their ref
	kept     []string          // refs of revisions last served, oldest first
}

func (m mirror) refs(ctx context.Context) (refs, error) {
	out, err := runBare(ctx, m.dir, "for-each-ref", "--format=%(objectname) %(refname)", branchRefs, "refs/rutter/")
	if err != nil {
		return refs{}, err
	}
	r := refs{branches: map[string]string{}, tips: map[string]string{}}
	for l := range strings.Lines(string(out)) {
		id, name, _ := strings.Cut(strings.TrimSuffix(l, "\n"), " ")
		switch {
		case name == headRef:
			r.head = id
		case strings.HasPrefix(name, branchRefs):
			r.branches[strings.TrimPrefix(name, branchRefs)] = id
		case strings.HasPrefix(name, tipRefs):
			r.tips[name] = id
		case strings.HasPrefix(name, keptRefs):
			r.kept = append(r.kept, name) // sorted by name, which begins with a number
		}
	}
	return r, nil
}

// forget lets go of what was served of another remote. Its branches stay until a fetch replaces them: much of them may
// be the same.
func (m mirror) forget(ctx context.Context) error {
	known, err := m.refs(ctx)
	if err != nil {
		return nil //nolint:nilerr // it is damaged, which the first fetch sees to
	}
	var in strings.Builder
	for _, ref := range known.kept {
		fmt.Fprintf(&in, "delete %s\n", ref)
	}
	for ref := range known.tips {
		fmt.Fprintf(&in, "delete %s\n", ref)
	}
	if known.head != "" {
		fmt.Fprintf(&in, "delete %s\n", headRef)
	}
	if in.Len() == 0 {
		return nil
	}
	return m.updateRefs(ctx, in.String())
}

func (m mirror) updateRefs(ctx context.Context, commands string) error {
	cmd := bare(ctx, m.dir, "update-ref", "--stdin")
	cmd.Stdin = strings.NewReader(commands)
	_, err := output(cmd, "update-ref")
	return err
}

// inherit takes over what another mirror kept, as far as it can be read.
func (m mirror) inherit(ctx context.Context, from mirror) {
	cmd := bare(ctx, m.dir, "-c", "protocol.file.allow=always", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
		from.dir, "+"+keptRefs+"*:"+keptRefs+"*", "+"+tipRefs+"*:"+tipRefs+"*")
	_ = cmd.Run()
}

// keep holds a revision that is handed out, and lets go of the oldest that are. tip is the ref of the branch it is the
// tip of, "" for none. It returns what is kept now.
func (m mirror) keep(ctx context.Context, rev, tip string, kept []string) ([]string, error) {
	next := 1
	if len(kept) > 0 {
		n, _ := strconv.Atoi(strings.SplitN(strings.TrimPrefix(kept[len(kept)-1], keptRefs), "-", 2)[0])
		next = n + 1
	}
	var in strings.Builder
	now := slices.Clone(kept)
	if len(kept) == 0 || !strings.HasSuffix(kept[len(kept)-1], "-"+rev) {
		name := fmt.Sprintf("%s%09d-%s", keptRefs, next, rev)
		now = append(now, name)
		fmt.Fprintf(&in, "update %s %s\n", name, rev)
	}
	for len(now) > maxKept {
		fmt.Fprintf(&in, "delete %s\n", now[0])
		now = now[1:]
	}
	if tip != "" {
		fmt.Fprintf(&in, "update %s %s\n", tip, rev)
	}
	return now, m.updateRefs(ctx, in.String())
}

// has returns the full id of a revision that a branch, or what is kept, leads to.
func (m mirror) has(ctx context.Context, rev string) (string, error) {
	out, err := runBare(ctx, m.dir, "rev-parse", "--verify", "--quiet", rev+"^{commit}")
	if errors.As(err, new(noProgram)) || ctx.Err() != nil {
		return "", errors.Join(err, ctx.Err())
	}
	id := strings.TrimSpace(string(out))
	if err != nil || !isID(id) {
		return "", fmt.Errorf("revision %s is not in the mirror of the remote", short(rev))
	}
	out, err = runBare(ctx, m.dir, "for-each-ref", "--count=1", "--contains", id, branchRefs, "refs/rutter/")
	if err != nil {
		return "", err
	}
	if len(out) == 0 {
		return "", fmt.Errorf("no branch of the remote leads to revision %s any more", short(rev))
	}
	return id, nil
}

// sound reads everything the mirror has. It returns what is wrong with it.
func (m mirror) sound(ctx context.Context) error {
	packs, err := filepath.Glob(filepath.Join(m.dir, "objects", "pack", "*.idx"))
	if err != nil {
		return err
	}
	for i, p := range packs {
		packs[i] = filepath.Join("objects", "pack", filepath.Base(p))
	}
	if len(packs) > 0 {
		if _, err := runBare(ctx, m.dir, append([]string{"verify-pack"}, packs...)...); err != nil {
			return err
		}
	}
	_, err = runBare(ctx, m.dir, "fsck", "--connectivity-only", "--no-dangling", "--no-reflogs", "--no-progress")
	return err
}

// packs counts the mirror's packs.
func (m mirror) packs() int {
	packs, _ := filepath.Glob(filepath.Join(m.dir, "objects", "pack", "*.pack"))
	return len(packs)
}

// join makes few packs of many. Unlike git gc it leaves out no object.
func (m mirror) join(ctx context.Context) error {
	_, err := runBare(ctx, m.dir, "-c", "repack.writeBitmaps=false", "repack", "--quiet", "-d", "-l", "--geometric=2")
	return err
}
