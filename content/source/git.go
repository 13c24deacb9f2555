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
	"os/exec"
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
	dir  string
	last *content.History
}

// GitOf returns the repository that the folder is in, or nil when it is in none.
func (f *Folder) GitOf() *Git {
	dir, err := filepath.EvalSymlinks(f.dir)
	if err != nil || gitDir(dir) == "" {
		return nil
	}
	return &Git{dir: dir}
}

// Fingerprint changes whenever the checked-out revision may have changed. It runs no program.
func (g *Git) Fingerprint() string {
	git := gitDir(g.dir)
	if git == "" {
		return ""
	}
	common := git
	if b, err := os.ReadFile(filepath.Join(git, "commondir")); err == nil {
		common = filepath.Join(git, strings.TrimSpace(string(b)))
	}
	head, err := os.ReadFile(filepath.Join(git, "HEAD"))
	if err != nil {
		return ""
	}
	out := string(head)
	if ref, ok := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: "); ok {
		if b, err := os.ReadFile(filepath.Join(common, filepath.FromSlash(ref))); err == nil {
			return out + string(b)
		}
		if i, err := os.Stat(filepath.Join(common, "packed-refs")); err == nil {
			out += strconv.FormatInt(i.ModTime().UnixNano(), 10)
		}
	}
	return out
}

// History returns the last change of every file below the folder, by the log of the checked-out revision. Files
// whose last change lies beyond the end of a shallow clone have none: their true date is not known here.
func (g *Git) History(ctx context.Context) (*content.History, error) {
	head, err := g.run(ctx, "rev-parse", "--verify", "--quiet", "HEAD")
	if err != nil {
		if ctx.Err() == nil && strings.TrimSpace(string(head)) == "" && isExit(err, 1) {
			return &content.History{Pages: map[string]content.Change{}}, nil // a repository without a commit
		}
		return nil, err
	}
	rev := strings.TrimSpace(string(head))
	if g.last != nil && g.last.Revision == rev {
		return g.last, nil
	}
	h := &content.History{Revision: rev, Pages: map[string]content.Change{}}
	what := rev
	if g.last != nil && g.last.Revision != "" {
		if _, err := g.run(ctx, "merge-base", "--is-ancestor", g.last.Revision, rev); err == nil {
			h.Pages = maps.Clone(g.last.Pages)
			what = g.last.Revision + ".." + rev
		}
	}
	if err := g.log(ctx, what, h); err != nil {
		return nil, err
	}
	g.last = h
	return h, nil
}

// log reads `git log` into h, newest commit first: the first to name a file is its last change.
func (g *Git) log(ctx context.Context, what string, h *content.History) error {
	shallow := g.shallow()
	cmd := g.command(ctx, "log", "--format=%x01%H %ct", "--name-only", "-z", "--no-renames", "--relative", "--end-of-options", what, "--", ".")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	seen := map[string]bool{}
	r := bufio.NewReaderSize(pipe, 1<<16)
	var c content.Change
	known := false
	for {
		tok, err := r.ReadString(0)
		tok = strings.TrimRight(tok, "\x00")
		if head, ok := strings.CutPrefix(strings.TrimLeft(tok, "\n"), "\x01"); ok {
			hash, at, _ := strings.Cut(strings.TrimSpace(head), " ")
			sec, _ := strconv.ParseInt(at, 10, 64)
			c = content.Change{Time: time.Unix(sec, 0).UTC(), Revision: hash[:min(len(hash), 12)]}
			known = !shallow[hash]
		} else if name := strings.TrimLeft(tok, "\n"); name != "" && !seen[name] {
			seen[name] = true
			if known {
				h.Pages[name] = c
			} else {
				delete(h.Pages, name)
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				_ = cmd.Wait()
				return err
			}
			break
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("git log: %w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	return nil
}

// shallow returns the commits at which a shallow clone was cut off: they seem to add every file there is.
func (g *Git) shallow() map[string]bool {
	out := map[string]bool{}
	b, err := os.ReadFile(filepath.Join(gitDir(g.dir), "shallow"))
	if err != nil {
		return out
	}
	for l := range strings.FieldsSeq(string(b)) {
		out[l] = true
	}
	return out
}

func (g *Git) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", g.dir, "--no-pager", "-c", "log.showSignature=false", "-c", "core.quotePath=false"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C", "GIT_TERMINAL_PROMPT=0")
	cmd.WaitDelay = time.Second
	return cmd
}

func (g *Git) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := g.command(ctx, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if msg := bytes.TrimSpace(stderr.Bytes()); len(msg) > 0 {
			return out, fmt.Errorf("git %s: %w: %s", args[0], err, msg)
		}
		return out, fmt.Errorf("git %s: %w", args[0], err)
	}
	return out, nil
}

func isExit(err error, code int) bool {
	var ee *exec.ExitError
	return errors.As(err, &ee) && ee.ExitCode() == code
}
