package source

import (
	"bufio"
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"rutter/content"
)

func cutGitFile(s string) (string, bool) {
	return strings.CutPrefix(strings.TrimSpace(s), "gitdir: ")
}

// Git reads what a repository knows about a folder's pages, by the git program. It keeps what it read, so that a
// new commit costs what is new. Not safe for concurrent use; what it returns is.
type Git struct {
	dir      string        // as it was named: it may be a link that moves
	path     string        // of the content folder inside a repository that has no work tree; "" for its root
	revision func() string // of the pages there; nil for the one that a work tree has checked out

	last    *content.History
	below   string          // the folder's path when last was read: a link may have moved
	files   map[string]file // all pages at that revision
	shallow string          // where the clone ended when last was read
	partial bool            // old versions are not looked into: they are not here, or cannot be read
}

// GitOf returns the repository that the folder is in, or nil when it is in none.
func (f *Folder) GitOf() *Git {
	g := &Git{dir: f.dir}
	if g.gitDir() == "" {
		return nil
	}
	return g
}

// GitAt returns what a repository knows about the pages in a folder of it at a revision, which need not be checked out.
// dir is a repository without a work tree, or the .git folder of one; it may belong to somebody else. revision is asked
// at every look and gives the whole name of a commit, or "" while there is none.
func GitAt(dir, path string, revision func() string) *Git {
	return &Git{dir: dir, path: strings.Trim(path, "/"), revision: revision}
}

// git is the git program in the repository.
func (g *Git) git(ctx context.Context, args ...string) *exec.Cmd {
	if g.revision != nil {
		return bare(ctx, g.dir, args...)
	}
	return command(ctx, g.dir, args...)
}

// run returns what git prints of the repository.
func (g *Git) run(ctx context.Context, args ...string) ([]byte, error) {
	return output(g.git(ctx, args...), args[0])
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

// Fingerprint changes whenever the revision of the pages, or what is known of its past, may have changed. It runs no
// program.
func (g *Git) Fingerprint() string {
	if g.revision != nil {
		return g.revision()
	}
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

// History returns the changes of every page below the folder, followed through renames, by the log of its revision, and
// the anchors that the pages once had. Changes that lie beyond the end of a shallow clone are missing: their true date
// is not known here. In a partial clone, and where an old file cannot be read, files that were renamed and edited at once
// are not recognised, and no former anchors are known.
func (g *Git) History(ctx context.Context) (*content.History, error) {
	rev, err := g.head(ctx)
	if err != nil {
		return nil, err
	}
	if rev == "" {
		return &content.History{}, nil
	}
	prefix, err := g.prefix(ctx)
	if err != nil {
		return nil, err
	}
	end := g.end()
	known := g.last != nil && g.shallow == end && g.below == prefix
	if known && g.last.Revision == rev {
		return g.last, nil
	}
	if !known {
		if g.partial, err = g.isPartial(ctx); err != nil {
			return nil, err
		}
	}
	l := reading{g: g, rev: rev, prefix: prefix, cutOff: cutOff(end), what: rev}
	if known {
		if err := l.after(ctx, g.last); err != nil {
			return nil, err
		}
	}
	h, files, err := l.read(ctx)
	if err != nil && !g.partial && ctx.Err() == nil { // an old file may be damaged or gone: without it, still more is known than nothing
		g.partial = true
		h, files, err = l.read(ctx)
	}
	if err != nil {
		return nil, err
	}
	g.last, g.files, g.shallow, g.below = h, files, end, prefix
	return h, nil
}

// head is the revision to read, "" where there is none yet.
func (g *Git) head(ctx context.Context) (string, error) {
	name := "HEAD"
	if g.revision != nil {
		if name = g.revision(); name == "" || content.ParseObjectID(name) != (content.ObjectID{}) {
			return name, nil
		}
	}
	out, err := g.run(ctx, "rev-parse", "--verify", "--quiet", name+"^{commit}")
	rev := strings.TrimSpace(string(out))
	if err != nil && g.revision == nil && ctx.Err() == nil && rev == "" && isExit(err, 1) {
		return "", nil // a repository without a commit
	}
	return rev, err
}

// author is who made a revision, "" where that cannot be told.
func (g *Git) author(ctx context.Context, rev string) string {
	out, err := g.run(ctx, "log", "-1", "--encoding=UTF-8", "--format=%aN", "--end-of-options", rev, "--")
	if err != nil {
		return ""
	}
	return shown(string(out), maxName)
}

// prefix is the content folder's path inside the repository, "" for its root, else ended by a slash.
func (g *Git) prefix(ctx context.Context) (string, error) {
	if g.revision != nil {
		if g.path == "" {
			return "", nil
		}
		return g.path + "/", nil
	}
	out, err := g.run(ctx, "rev-parse", "--show-prefix")
	return strings.TrimSuffix(string(out), "\n"), err
}

// end is where a shallow clone ends, "" for a whole one.
func (g *Git) end() string {
	dir := g.dir
	if g.revision == nil {
		dir = common(g.gitDir())
	}
	end, _ := os.ReadFile(filepath.Join(dir, "shallow")) // no such file in a whole clone
	return string(end)
}

// isPartial tells whether a clone left out files, to fetch them when they are asked for.
func (g *Git) isPartial(ctx context.Context) (bool, error) {
	out, err := g.run(ctx, "config", "--get-regexp", `^(remote\..*\.promisor|extensions\.partialclone)$`)
	if isExit(err, 1) {
		return false, nil
	}
	return len(out) > 0, err
}

// cutOff lists the commits at which a shallow clone was cut off: they seem to add every file there is.
func cutOff(shallow string) map[string]bool {
	out := map[string]bool{}
	for l := range strings.FieldsSeq(shallow) {
		out[l] = true
	}
	return out
}

// reading is one look at the log.
type reading struct {
	g      *Git
	rev    string
	prefix string
	cutOff map[string]bool
	what   string // commits to read, as git names them

	base   *content.History // what is known up to the first of them; nil for nothing
	merged bool             // some of them may be older than what is known
}

// after reads only what is new since a known state, where that is still part of the past.
func (l *reading) after(ctx context.Context, known *content.History) error {
	forward, merged := true, false
	err := stream(l.g.git(ctx, "rev-list", "--left-right", "--parents", "--end-of-options", known.Revision+"..."+l.rev), "rev-list", func(r *bufio.Reader) error {
		s := bufio.NewScanner(r)
		for s.Scan() && forward {
			forward = s.Text()[0] == '>'
			merged = merged || strings.Count(s.Text(), " ") > 1
		}
		if !forward || s.Err() != nil { // a line may be too long: of a commit with thousands of parents
			return errEnough
		}
		return nil
	})
	switch {
	case errors.Is(err, errEnough) || isExit(err, 128) && ctx.Err() == nil: // the old state is not in this past, or was swept away
		return nil
	case err != nil:
		return err
	}
	l.base, l.merged, l.what = known, merged, known.Revision+".."+l.rev
	return nil
}

// read reads the log, and the pages themselves where their headings may have changed.
func (l *reading) read(ctx context.Context) (*content.History, map[string]file, error) {
	files, err := l.files(ctx)
	if err != nil {
		return nil, nil, err
	}
	t := newTrail(files, l.cutOff)
	if err := l.log(ctx, t); err != nil {
		return nil, nil, err
	}
	past := t.onto(l.base, l.merged)
	past.Revision, past.Author = l.rev, l.g.author(ctx, l.rev)
	former := map[string][]content.FormerAnchor{}
	again := map[string]bool{}
	if l.base == nil {
		again = nil
	} else {
		maps.Copy(former, l.base.Past().Former)
		maps.DeleteFunc(former, func(p string, _ []content.FormerAnchor) bool { _, ok := files[p]; return !ok })
		for p, f := range files {
			if f != l.g.files[p] || len(past.Pages[p]) != len(l.base.Past().Pages[p]) {
				again[p] = true
			}
		}
	}
	if err := l.anchors(ctx, files, past, again, former); err != nil {
		return nil, nil, err
	}
	past.Former = former
	return content.NewHistory(past), files, nil
}

// anchors finds the former anchors of the pages in again, of all with nil.
func (l *reading) anchors(ctx context.Context, files map[string]file, past content.Past, again map[string]bool, former map[string][]content.FormerAnchor) error {
	if l.g.partial {
		return nil
	}
	var jobs []versions
	for p, f := range files {
		if again == nil || again[p] {
			if v := versionsOf(p, f, past.Pages[p]); len(v.blobs) > 1 {
				jobs = append(jobs, v)
			} else {
				delete(former, p)
			}
		}
	}
	slices.SortFunc(jobs, func(a, b versions) int { return strings.Compare(a.path, b.path) })
	return formerAnchors(ctx, l.g, bounded(jobs), former)
}
