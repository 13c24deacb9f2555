package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"rutter/content"
)

// Limits on what a log may say: whoever may commit may write anything.
const (
	maxName      = 100     // bytes of a name
	maxSubject   = 300     // bytes of a subject
	maxReviewers = 20      // of one commit
	maxToken     = 1 << 20 // bytes of one field of the log; the rest is passed over
	maxChanges   = 2000    // of a page, the last ones; its renames are all kept
)

// file is a page as a revision has it.
type file struct {
	blob    content.ObjectID
	regular bool // and no link
}

// files lists the pages that the revision has, by path relative to the content folder.
func (l *reading) files(ctx context.Context) (map[string]file, error) {
	args := []string{"ls-tree", "-r", "-z", "--full-tree", "--end-of-options", l.rev}
	if l.prefix != "" {
		args = append(args, "--", l.prefix)
	}
	out := map[string]file{}
	err := stream(l.g.git(ctx, args...), "ls-tree", func(r *bufio.Reader) error {
		return tokens(r, func(tok string) {
			about, p, _ := strings.Cut(tok, "\t")
			f := strings.Fields(about)
			p, inside := strings.CutPrefix(p, l.prefix)
			if inside && len(f) == 3 && f[1] == "blob" && isPage(p) {
				out[p] = file{content.ParseObjectID(f[2]), strings.HasPrefix(f[0], "100")}
			}
		})
	})
	return out, err
}

// stream runs git and reads what it prints as it comes. An error holds what the program complains of; what names its work.
func stream(cmd *exec.Cmd, what string, read func(*bufio.Reader) error) error {
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	stderr := &tail{}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		return noGit(err)
	}
	if err := read(bufio.NewReaderSize(pipe, 1<<16)); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("git %s: %w: %s", what, err, complaint(stderr.Bytes()))
	}
	return nil
}

// tokens calls f with everything that ends in a NUL, cut at maxToken.
func tokens(r *bufio.Reader, f func(string)) error {
	var tok []byte
	for {
		b, err := r.ReadSlice(0)
		tok = append(tok, b[:min(len(b), maxToken+1-min(len(tok), maxToken+1))]...)
		switch {
		case err == nil:
			f(string(bytes.TrimSuffix(tok, []byte{0})))
			tok = tok[:0]
		case errors.Is(err, io.EOF):
			return nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// format is what the log says of a commit, each field ended by a NUL: no field can hold one. The first begins with a mark
// that no line of changes has.
const (
	format = "%x01%H%x00%ct%x00%aN%x00%s%x00%(trailers:key=Reviewed-by,valueonly,unfold,separator=%x0A)"
	fields = 5
)

// log reads the log into t, newest commit first and none before the commits that follow it. As git does by itself, it
// takes of a merge only the commits that came in with it.
func (l *reading) log(ctx context.Context, t *trail) error {
	similar := "-M"
	if l.g.partial {
		similar = "-M100%" // no file needs to be looked into
	}
	cmd := l.g.git(ctx, "log", "--date-order", "--root", "--raw", "--no-color", similar, "-l1000", "--no-abbrev", "-z", "--no-ext-diff", "--no-textconv", "--no-follow",
		"--encoding=UTF-8", "--format="+format, "--no-relative", "--end-of-options", l.what, "--", ":(top,icase)"+literal(l.prefix)+"*.md", ":(top,icase)"+literal(l.prefix)+"*.markdown")
	return stream(cmd, "log", func(r *bufio.Reader) error {
		p := logReader{prefix: l.prefix, trail: t}
		err := tokens(r, p.token)
		t.commit(p.head, p.changes)
		return err
	})
}

// literal escapes what git takes for a pattern.
func literal(p string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(p)
}

// fileChange is one line of a commit: a file it changed.
type fileChange struct {
	status   byte // A added, M modified, T became of another kind, D deleted, R renamed, C copied
	old, new string
	blob     content.ObjectID // after it
}

// logReader takes the log apart: a commit, then for each file a line and one path, or two.
type logReader struct {
	prefix string
	trail  *trail

	head    []string // fields of the commit so far
	changes []fileChange
	line    []string // of the change whose paths come next; nil for none
	paths   []string
}

func (l *logReader) token(tok string) {
	switch {
	case l.line != nil:
		l.path(tok)
	case len(l.head) > 0 && len(l.head) < fields:
		l.head = append(l.head, tok)
	default:
		if tok = strings.TrimLeft(tok, "\n"); strings.HasPrefix(tok, "\x01") {
			l.trail.commit(l.head, l.changes)
			l.head, l.changes = append(l.head[:0], tok[1:]), l.changes[:0]
		} else if f := strings.Fields(tok); len(f) == 5 && f[4] != "" {
			l.line = f
		}
	}
}

func (l *logReader) path(tok string) {
	l.paths = append(l.paths, tok)
	status := l.line[4][0]
	if (status == 'R' || status == 'C') && len(l.paths) < 2 {
		return
	}
	old, oldIn := l.inside(l.paths[0])
	new, newIn := l.inside(l.paths[len(l.paths)-1])
	switch {
	case status == 'R' && !oldIn, status == 'C':
		status, old = 'A', new
	case status == 'R' && !newIn:
		status, new, newIn = 'D', old, true
	}
	if newIn {
		l.changes = append(l.changes, fileChange{status, old, new, content.ParseObjectID(l.line[3])})
	}
	l.line, l.paths = nil, l.paths[:0]
}

// inside is a path relative to the content folder, and false where it is of no page in it.
func (l *logReader) inside(p string) (string, bool) {
	p, ok := strings.CutPrefix(p, l.prefix)
	return p, ok && isPage(p)
}

// isPage tells whether a path is that of a page: what a file was while it was hidden is nobody's business.
func isPage(p string) bool { return content.IsPage(p) && !content.Hidden(p) }

// commitOf reads the fields of a commit.
func commitOf(head []string) content.Commit {
	sec, _ := strconv.ParseInt(head[1], 10, 64)
	c := content.Commit{
		Time: time.Unix(sec, 0).UTC(), Revision: head[0][:min(len(head[0]), 12)], Author: shown(head[2], maxName), Subject: shown(head[3], maxSubject),
	}
	for name := range strings.SplitSeq(head[4], "\n") {
		if i := strings.LastIndexByte(name, '<'); i > 0 { // the address is nobody's business
			name = name[:i]
		}
		if name = shown(name, maxName); name != "" && !slices.Contains(c.ReviewedBy, name) && len(c.ReviewedBy) < maxReviewers {
			c.ReviewedBy = append(c.ReviewedBy, name)
		}
	}
	return c
}

// shown is a text as it may stand in a page: on one line, at most n bytes, and nothing in it that nobody sees.
func shown(s string, n int) string {
	s = strings.ToValidUTF8(s[:min(len(s), 4*n)], "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != 0x200c && r != 0x200d, r == 0x2028, r == 0x2029:
			return -1
		}
		return r
	}, s)
	if s = strings.Join(strings.Fields(s), " "); len(s) <= n {
		return s
	}
	s = strings.TrimRight(strings.ToValidUTF8(s[:n], ""), " ")
	return s + "…"
}
