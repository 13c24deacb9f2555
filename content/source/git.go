package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"rutter/content"
)

func cutGitFile(s string) (string, bool) {
	return strings.CutPrefix(strings.TrimSpace(s), "gitdir: ")
}

// Git reads what a repository knows about a folder's pages, by the git program. It keeps what it read, so that a
// new commit costs what is new. Not safe for concurrent use.
type Git struct {
	dir     string // as it was named: it may be a link that moves
	last    *content.History
	shallow string // where the clone ended when last was read
}

// GitOf returns the repository that the folder is in, or nil when it is in none.
func (f *Folder) GitOf() *Git {
	g := &Git{dir: f.dir}
	if g.gitDir() == "" {
		return nil
	}
	return g
}

// gitDir is the .git folder of the work tree, "" where there is none now.
func (g *Git) gitDir() string {
	dir, err := filepath.EvalSymlinks(g.dir)
	if err != nil {
		return ""
	}
	return gitDir(dir)
}

// common is the folder that all work trees of a repository share.
func common(git string) string {
	b, err := os.ReadFile(filepath.Join(git, "commondir"))
	if err != nil {
		return git
	}
	if dir := strings.TrimSpace(string(b)); filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(git, strings.TrimSpace(string(b)))
}

// Fingerprint changes whenever the checked-out revision, or what is known of its past, may have changed. It runs no
// program.
func (g *Git) Fingerprint() string {
	git := g.gitDir()
	if git == "" {
		return ""
	}
	shared := common(git)
	head, err := os.ReadFile(filepath.Join(git, "HEAD"))
	if err != nil {
		return ""
	}
	out := string(head) + modTime(filepath.Join(shared, "shallow"))
	ref, ok := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: ")
	if !ok {
		return out
	}
	if b, err := os.ReadFile(filepath.Join(shared, filepath.FromSlash(ref))); err == nil {
		return out + string(b)
	}
	return out + modTime(filepath.Join(shared, "packed-refs")) + modTime(filepath.Join(shared, "reftable", "tables.list"))
}

// modTime is a file's time as a text, "" where there is no file.
func modTime(p string) string {
	i, err := os.Stat(p)
	if err != nil {
		return ""
	}
	return strconv.FormatInt(i.ModTime().UnixNano(), 10) + "\n"
}

// History returns the last change of every file below the folder, by the log of the checked-out revision. Files
// whose last change lies beyond the end of a shallow clone have none: their true date is not known here.
func (g *Git) History(ctx context.Context) (*content.History, error) {
	head, err := run(ctx, g.dir, "rev-parse", "--verify", "--quiet", "HEAD")
	if err != nil {
		if ctx.Err() == nil && strings.TrimSpace(string(head)) == "" && isExit(err, 1) {
			return &content.History{Pages: map[string]content.Change{}}, nil // a repository without a commit
		}
		return nil, err
	}
	rev := strings.TrimSpace(string(head))
	end, _ := os.ReadFile(filepath.Join(common(g.gitDir()), "shallow")) // no such file in a whole clone
	known := g.last != nil && g.last.Revision != "" && g.shallow == string(end)
	if known && g.last.Revision == rev {
		return g.last, nil
	}
	h := &content.History{Revision: rev, Pages: map[string]content.Change{}}
	if who, err := run(ctx, g.dir, "log", "-1", "--format=%aN <%aE>", "--end-of-options", rev, "--"); err == nil {
		h.Author = strings.ToValidUTF8(strings.TrimSpace(string(who)), "\uFFFD")
	}
	what := rev
	if known {
		if _, err := run(ctx, g.dir, "merge-base", "--is-ancestor", g.last.Revision, rev); err == nil {
			h.Pages = maps.Clone(g.last.Pages)
			what = g.last.Revision + ".." + rev
		}
	}
	if err := g.log(ctx, what, cutOff(end), h); err != nil {
		return nil, err
	}
	g.last, g.shallow = h, string(end)
	return h, nil
}

// cutOff lists the commits at which a shallow clone was cut off: they seem to add every file there is.
func cutOff(shallow []byte) map[string]bool {
	out := map[string]bool{}
	for l := range strings.FieldsSeq(string(shallow)) {
		out[l] = true
	}
	return out
}

// log reads `git log` into h.
func (g *Git) log(ctx context.Context, what string, cutOff map[string]bool, h *content.History) error {
	cmd := command(ctx, g.dir, "log", "--format=%x01%H %ct %P", "--name-status", "-z", "--no-renames", "--no-ext-diff", "--relative",
		"--end-of-options", what, "--", ".")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	l := logReader{h: h, cutOff: cutOff, seen: map[string]bool{}}
	if err := l.read(bufio.NewReaderSize(pipe, 1<<16)); err != nil {
		_ = cmd.Wait()
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("git log: %w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	return nil
}

// logReader reads a log, newest commit first: the first to name a file is its last change.
type logReader struct {
	h      *content.History
	cutOff map[string]bool
	seen   map[string]bool

	commit content.Change
	known  bool // the commit's changes are its own
	merged bool // commits of other branches came in: they may be older than what is known already
}

// read takes tokens that each end in a NUL: a commit, then, for each file, its status and its path.
func (l *logReader) read(r *bufio.Reader) error {
	status := ""
	for {
		tok, err := r.ReadString(0)
		tok = strings.TrimSuffix(tok, "\x00")
		switch {
		case status != "":
			l.file(status, tok)
			status = ""
		case strings.HasPrefix(strings.TrimLeft(tok, "\n"), "\x01"):
			l.head(strings.TrimLeft(tok, "\n\x01"))
		default:
			status = strings.TrimLeft(tok, "\n")
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (l *logReader) head(s string) {
	f := strings.Fields(s)
	if len(f) < 2 {
		return
	}
	sec, _ := strconv.ParseInt(f[1], 10, 64)
	l.commit = content.Change{Time: time.Unix(sec, 0).UTC(), Revision: f[0][:min(len(f[0]), 12)]}
	l.known = !l.cutOff[f[0]]
	l.merged = l.merged || len(f) > 3
}

func (l *logReader) file(status, name string) {
	if l.seen[name] {
		return
	}
	l.seen[name] = true
	switch old, ok := l.h.Pages[name]; {
	case l.merged && ok && old.Time.After(l.commit.Time):
	case l.known && status != "D":
		l.h.Pages[name] = l.commit
	default:
		delete(l.h.Pages, name)
	}
}
