package edition_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rutter/content"
	"rutter/content/source"
	"rutter/site/edition"
)

// listener hears what is published.
type listener struct {
	t   *testing.T
	all chan edition.Publication
}

func listen(t *testing.T) *listener { return &listener{t, make(chan edition.Publication, 1000)} }

func (l *listener) audit(p edition.Publication) { l.all <- p }

// next is what is told next, in few words.
func (l *listener) next() string {
	l.t.Helper()
	select {
	case p := <-l.all:
		return say(p)
	case <-time.After(20 * time.Second):
		l.t.Fatal("nothing is told")
		return ""
	}
}

func say(p edition.Publication) string {
	s := "served"
	if p.Refused {
		s = "refused"
	}
	if p.Cause != nil {
		s += " (" + p.Cause.Error() + ")"
	}
	if p.First {
		s += fmt.Sprintf(" first %t", p.Kept)
	}
	c := p.Changes
	s += fmt.Sprintf(" %d pages %d errors: put %v moved %v removed %v", p.Pages, p.Errors, c.Put, c.Moved, c.Removed)
	if c.Dated {
		s += " dated"
	}
	return s
}

func (l *listener) want(text string) {
	l.t.Helper()
	if got := l.next(); got != text {
		l.t.Errorf("told:\n%s\nwant:\n%s", got, text)
	}
}

// TestPublicationsAreTold wants each thing readers can see told once, with what is other in it, and a refusal once for
// as long as it is the same.
func TestPublicationsAreTold(t *testing.T) {
	l := listen(t)
	var reason atomic.Pointer[string]
	var asked atomic.Int64
	var last atomic.Pointer[string] // edition the gate was asked about
	gate := func(_ context.Context, e *edition.Edition, _ []*content.Doc) error {
		defer asked.Add(1)
		last.Store(&e.ID)
		if r := reason.Load(); r != nil {
			return errors.New(*r)
		}
		return nil
	}
	refuse := func(why string) { reason.Store(&why) }
	state := t.TempDir()
	files := map[string]string{"a.md": "# A\n\n[gone](gone.md)\n", "b.md": "# B\n"}
	f := followWith(t, files, func(o *edition.Options) { o.Gate, o.Audit, o.State = gate, l.audit, state })
	l.want("served first false 2 pages 1 errors: put [a.md b.md] moved [] removed []")

	f.change(map[string]string{"a.md": "# A\n\nmended\n", "b.md": "# B\n", "c.md": "# C\n"})
	l.want("served 3 pages 0 errors: put [a.md c.md] moved [] removed []")
	f.changes <- struct{}{} // nothing is other
	f.change(map[string]string{"a.md": "# A\n\nmended\n", "sub/b.md": "# B\n"})
	l.want("served 2 pages 0 errors: put [] moved [{b.md sub/b.md}] removed [c.md]")
	f.change(map[string]string{"a.md": "# A\n\nmended\n", "sub/b.md": "# B\n", "i.png": "1"})
	l.want("served 2 pages 0 errors: put [i.png] moved [] removed []")
	f.change(map[string]string{"a.md": "# A\n\nmended\n", "sub/b.md": "# B\n"})
	l.want("served 2 pages 0 errors: put [] moved [] removed [i.png]")
	f.change(map[string]string{"a.md": "# A\n\nmended\n", "sub/b.md": "# B\n", "portal.yaml": "title: X\n"})
	l.want("served 2 pages 0 errors: put [portal.yaml] moved [] removed []")

	refuse("not this")
	f.change(map[string]string{"a.md": "# A\n\nother\n", "sub/b.md": "# B\n", "portal.yaml": "title: X\n"})
	l.want("refused (not this) 2 pages 0 errors: put [a.md] moved [] removed []")
	for before := asked.Load(); asked.Load() < before+2; { // it is tried again and again
		f.changes <- struct{}{}
	}
	refuse("still not this")
	f.changes <- struct{}{}
	l.want("refused (still not this) 2 pages 0 errors: put [a.md] moved [] removed []")
	reason.Store(nil)
	f.changes <- struct{}{}
	l.want("served 2 pages 0 errors: put [a.md] moved [] removed []")
	refuse("not this")
	f.change(map[string]string{"sub/b.md": "# B\n", "portal.yaml": "title: X\n"})
	l.want("refused (not this) 1 pages 0 errors: put [] moved [] removed [a.md]")
	f.change(map[string]string{"a.md": "# A\n\nother\n", "sub/b.md": "# B\n", "portal.yaml": "title: X\n"}) // as it was
	now := f.Acquire()
	for *last.Load() != now.ID {
		f.changes <- struct{}{}
	}
	now.Release()
	reason.Store(nil)
	for len(f.Troubles()) > 0 {
		f.changes <- struct{}{}
	}
	refuse("not this")
	f.change(map[string]string{"sub/b.md": "# B\n", "portal.yaml": "title: X\n"})
	l.want("refused (not this) 1 pages 0 errors: put [] moved [] removed [a.md]")
}

// TestFirstPublicationOfARun wants the first edition after a restart compared with what the run before had, and one that
// the gate refuses though there is no other to be told as what it is.
func TestFirstPublicationOfARun(t *testing.T) {
	state := t.TempDir()
	once := func(files map[string]string, gate edition.Gate) string {
		l := listen(t)
		src := &memory{}
		src.set(files)
		p, err := edition.New(edition.Options{Source: src, State: state, Gate: gate, Audit: l.audit, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		got := l.next()
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if n := len(l.all); n > 0 {
			t.Errorf("%d more are told", n)
		}
		return got
	}
	for _, tt := range []struct {
		files map[string]string
		gate  edition.Gate
		want  string
	}{
		{map[string]string{"a.md": "# A\n", "b.md": "# B\n"}, nil, "served first false 2 pages 0 errors: put [a.md b.md] moved [] removed []"},
		{map[string]string{"a.md": "# A\n", "b.md": "# B\n"}, nil, "served first true 2 pages 0 errors: put [] moved [] removed []"},
		{map[string]string{"a.md": "# A\n\nmore\n", "c.md": "# B\n"}, nil, "served first true 2 pages 0 errors: put [a.md] moved [{b.md c.md}] removed []"},
		{map[string]string{"a.md": "# A\n\nmore\n"}, func(context.Context, *edition.Edition, []*content.Doc) error {
			return errors.New("never")
		}, "served (never) first true 1 pages 0 errors: put [] moved [] removed [c.md]"},
	} {
		if got := once(tt.files, tt.gate); got != tt.want {
			t.Errorf("told:\n%s\nwant:\n%s", got, tt.want)
		}
	}
}

// TestRevisionThatComesLate wants pages told under their own revision, though the repository is at it only after they
// were published.
func TestRevisionThatComesLate(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "-c", "user.name=N", "-c", "user.email=n@example.org"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q")
	revisions := make([]string, 2)
	for i := range revisions {
		git("commit", "-q", "--allow-empty", "-m", "x")
		revisions[i] = git("rev-parse", "HEAD")
	}
	var now atomic.Int64
	l := listen(t)
	f := followWith(t, map[string]string{"a.md": "# A\n"}, func(o *edition.Options) {
		o.Audit, o.Git = l.audit, source.GitAt(filepath.Join(dir, ".git"), "", func() string { return revisions[now.Load()] })
	})
	if p := <-l.all; p.Revision != revisions[0] || p.Author != "N" {
		t.Errorf("%s by %s", p.Revision, p.Author)
	}
	f.change(map[string]string{"a.md": "# A\n\nother\n"})
	f.until("it is served", func(e *edition.Edition) bool { return total(t, e, "other") == 1 })
	now.Store(1)
	if p := <-l.all; p.Revision != revisions[1] || say(p) != "served 1 pages 0 errors: put [a.md] moved [] removed []" {
		t.Errorf("%s %s", p.Revision, say(p))
	}
	f.change(map[string]string{"a.md": "# A\n\nthird\n"})
	if p := <-l.all; p.Revision != revisions[1] || say(p) != "served 1 pages 0 errors: put [a.md] moved [] removed []" {
		t.Errorf("%s %s", p.Revision, say(p))
	}
}

// TestGateThatIsCutShort wants nothing told of an edition whose gate was still asked when the end came.
func TestGateThatIsCutShort(t *testing.T) {
	l := listen(t)
	src := &memory{}
	src.set(map[string]string{"a.md": "# A\n"})
	ctx, cancel := context.WithCancel(t.Context())
	p, err := edition.New(edition.Options{Source: src, State: t.TempDir(), Audit: l.audit, Now: time.Now, Log: slog.New(slog.DiscardHandler), Gate: func(ctx context.Context, _ *edition.Edition, _ []*content.Doc) error {
		cancel()
		return ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(ctx); err != nil {
		t.Error(err)
	}
	if len(l.all) > 0 || len(p.Troubles()) > 0 {
		t.Errorf("told: %d, %v", len(l.all), p.Troubles())
	}
}
