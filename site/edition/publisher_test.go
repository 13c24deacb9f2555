package edition_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"rutter/content"
	"rutter/content/source"
	"rutter/search"
	"rutter/site/edition"
)

// memory is a source whose files a test changes.
type memory struct {
	fs  atomic.Pointer[fstest.MapFS]
	err atomic.Pointer[error]
}

func (m *memory) Scan() (content.Tree, error) {
	if e := m.err.Load(); e != nil {
		return content.Tree{}, *e
	}
	return source.FromFS(*m.fs.Load())
}

func (m *memory) set(files map[string]string) {
	fs := fstest.MapFS{}
	for p, text := range files {
		fs[p] = &fstest.MapFile{Data: []byte(text)}
	}
	m.fs.Store(&fs)
}

type fixture struct {
	t       *testing.T
	src     *memory
	changes chan struct{}
	*edition.Publisher
}

func follow(t *testing.T, files map[string]string, gate edition.Gate) *fixture {
	t.Helper()
	return followWith(t, files, func(o *edition.Options) { o.Gate = gate })
}

func followWith(t *testing.T, files map[string]string, set func(o *edition.Options)) *fixture {
	t.Helper()
	f := &fixture{t: t, src: &memory{}, changes: make(chan struct{}, 1)}
	f.src.set(files)
	o := edition.Options{
		Source: f.src, Changes: f.changes, State: t.TempDir(), Now: time.Now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	set(&o)
	p, err := edition.New(o)
	if err != nil {
		t.Fatal(err)
	}
	f.Publisher = p
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	f.until("there is a complete edition", func(e *edition.Edition) bool { return e.Searchable() })
	return f
}

// until waits for an edition, looking at each that is published.
func (f *fixture) until(what string, ok func(*edition.Edition) bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 20*time.Second)
	defer cancel()
	for {
		seq := uint64(0)
		if e := f.Acquire(); e != nil {
			good := ok(e)
			seq = e.Seq
			e.Release()
			if good {
				return
			}
		}
		if ctx.Err() != nil {
			f.t.Fatalf("waited in vain until %s", what)
		}
		_ = f.Await(ctx, seq)
	}
}

func (f *fixture) change(files map[string]string) {
	f.src.set(files)
	f.changes <- struct{}{}
}

func has(e *edition.Edition, path string) bool {
	return e.Snapshot.For(content.Viewer{}).Doc(path) != nil
}

func total(t *testing.T, e *edition.Edition, q string) int {
	t.Helper()
	r, err := e.Index.Search(t.Context(), content.Viewer{}, search.Parse(q, nil))
	if err != nil {
		t.Fatal(err)
	}
	return r.Total
}

func TestOldEditionAnswersToItsEnd(t *testing.T) {
	f := follow(t, map[string]string{"a.md": "# A\n\nbefore\n"}, nil)
	old := f.Acquire()
	f.change(map[string]string{"a.md": "# A\n\nafterwards\n"})
	f.until("the change is published", func(e *edition.Edition) bool { return total(t, e, "afterwards") == 1 })
	if total(t, old, "before") != 1 || total(t, old, "afterwards") != 0 {
		t.Error("an edition in use changed under its reader")
	}
	old.Release()
}

func TestGateHoldsBackAndLetsGo(t *testing.T) {
	var refuse atomic.Bool
	var asked atomic.Int64
	gate := func(_ context.Context, e *edition.Edition, changed []*content.Doc) error {
		asked.Add(1)
		if refuse.Load() {
			return errors.New("a question was not answered")
		}
		return nil
	}
	f := follow(t, map[string]string{"a.md": "# Alpha\n"}, gate)
	refuse.Store(true)
	before := asked.Load()
	f.change(map[string]string{"a.md": "# Alpha\n", "b.md": "# Beta\n"})
	f.troubled("gate: a question was not answered")
	if e := f.Acquire(); has(e, "b.md") {
		t.Error("the refused edition is served")
	} else {
		e.Release()
	}
	if asked.Load() == before {
		t.Error("the gate was not asked")
	}
	refuse.Store(false)
	f.changes <- struct{}{}
	f.until("the gate is open", func(e *edition.Edition) bool { return has(e, "b.md") && total(t, e, "Beta") > 0 })
	if tr := f.Troubles(); len(tr) != 0 {
		t.Errorf("still troubled: %v", tr)
	}
}

// troubled waits until the publisher tells a trouble.
func (f *fixture) troubled(text string) {
	f.t.Helper()
	timeout := time.After(20 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !strings.Contains(strings.Join(f.Troubles(), "\n"), text) {
		select {
		case <-timeout:
			f.t.Fatalf("no trouble %q, but %q", text, f.Troubles())
		case <-tick.C:
		}
	}
}

func TestUnreadableSourceKeepsTheEdition(t *testing.T) {
	f := follow(t, map[string]string{"a.md": "# Alpha\n"}, nil)
	gone := errors.New("the folder is gone")
	f.src.err.Store(&gone)
	f.changes <- struct{}{}
	f.troubled("content: the folder is gone")
	e := f.Acquire()
	if !has(e, "a.md") || total(t, e, "Alpha") == 0 {
		t.Error("the last good edition is gone")
	}
	e.Release()
	f.src.err.Store(nil)
	f.change(map[string]string{"a.md": "# Alpha\n", "b.md": "# Beta\n"})
	f.until("the folder is back", func(e *edition.Edition) bool { return has(e, "b.md") })
}

func TestSamePagesSameID(t *testing.T) {
	files := map[string]string{"a.md": "# Alpha\n", "b/c.md": "# C\n"}
	one, two := follow(t, files, nil), follow(t, files, nil)
	x, y := one.Acquire(), two.Acquire()
	defer x.Release()
	defer y.Release()
	if x.ID != y.ID || len(x.ID) != 12 {
		t.Errorf("%q and %q", x.ID, y.ID)
	}
}

func TestNothingToServe(t *testing.T) {
	src := &memory{}
	gone := errors.New("no such folder")
	src.err.Store(&gone)
	p, err := edition.New(edition.Options{Source: src, State: t.TempDir(), Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context()); !errors.Is(err, gone) {
		t.Errorf("Run: %v", err)
	}
}

func TestStateInUse(t *testing.T) {
	dir := t.TempDir()
	var logged strings.Builder
	open := func(w io.Writer) *edition.Publisher {
		src := &memory{}
		src.set(map[string]string{"a.md": "# Alpha\n"})
		p, err := edition.New(edition.Options{Source: src, State: dir, Now: time.Now, Log: slog.New(slog.NewTextHandler(w, nil))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Discard)
		return p
	}
	open(io.Discard)
	open(&logged)
	if !strings.Contains(logged.String(), "another rutter uses it") {
		t.Errorf("the log says %q", logged.String())
	}
}

// TestStoppedBeforeTheFirstEdition wants to be stopped while the content is first read to be no error.
func TestStoppedBeforeTheFirstEdition(t *testing.T) {
	src := &memory{}
	src.set(map[string]string{"a.md": "# A\n"})
	p, err := edition.New(edition.Options{Source: src, State: t.TempDir(), Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Run(ctx); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestYear10000 wants edits to reach readers though the engine cannot note the time of what it writes: until the clock
// is right again the index is in memory.
func TestYear10000(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var days atomic.Int64
	now := func() time.Time { return time.Date(9999, 12, 31+int(days.Load()), 12, 0, 0, 0, time.UTC) }
	f := followWith(t, map[string]string{"a.md": "# A\n\noneword\n"}, func(o *edition.Options) { o.State, o.Now = dir, now })
	if n := f.Notes(); len(n) != 0 {
		t.Errorf("%q", n)
	}
	days.Store(1)
	before := pieces(t, dir)
	for _, word := range []string{"twoword", "threeword", "fourword"} {
		f.change(map[string]string{"a.md": "# A\n\n" + word + "\n", word + ".md": "# B\n"})
		f.until(word+" is found", func(e *edition.Edition) bool { return total(t, e, word) == 1 && total(t, e, "oneword") == 0 })
	}
	if n := strings.Join(f.Notes(), "\n"); !strings.Contains(n, "index: it is kept in memory") || len(f.Troubles()) != 0 {
		t.Errorf("%q %q", n, f.Troubles())
	}
	if after := pieces(t, dir); after != before {
		t.Errorf("the index in the state folder was changed from %s to %s", before, after)
	}
	days.Store(0) // it was only wrong
	f.until("the index is in the state folder again", func(*edition.Edition) bool { return len(f.Notes()) == 0 })
	f.until("everything is found there", func(e *edition.Edition) bool { return total(t, e, "fourword") == 1 })
	if after := pieces(t, dir); after == before {
		t.Error("nothing was written")
	}
}

func pieces(t *testing.T, state string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(state, "index", "*.zap"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

// TestSomebodysFiles wants an index to be kept elsewhere while there is something else in its place, and there when
// it is gone.
func TestSomebodysFiles(t *testing.T) {
	dir := t.TempDir()
	thesis := filepath.Join(dir, "index", "thesis.txt")
	if err := os.MkdirAll(filepath.Dir(thesis), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(thesis, []byte("irreplaceable"), 0o600); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	f := followWith(t, map[string]string{"a.md": "# A\n\noneword\n"}, func(o *edition.Options) { o.State = dir })
	if n := strings.Join(f.Notes(), "\n"); !strings.Contains(n, "index: it is kept in a temporary folder") || !strings.Contains(n, "thesis.txt") {
		t.Errorf("%q", n)
	}
	if raw, err := os.ReadFile(thesis); err != nil || string(raw) != "irreplaceable" {
		t.Fatalf("%q %v", raw, err)
	}
	if err := os.Remove(thesis); err != nil {
		t.Fatal(err)
	}
	f.until("the index is in the state folder", func(*edition.Edition) bool { return len(f.Notes()) == 0 })
	f.until("it is found there", func(e *edition.Edition) bool { return total(t, e, "oneword") == 1 })
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("%v %v are left", left, err)
	}
}

// TestTimesHaveUnits wants what the log tells of a time to say in which unit: JSON has none of its own.
func TestTimesHaveUnits(t *testing.T) {
	files := map[string]string{}
	for i := range 40 {
		files[fmt.Sprint(i, ".md")] = "# A\n"
	}
	var mu sync.Mutex
	var logged strings.Builder
	w := writer(func(b []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return logged.Write(b)
	})
	unitless := func(_ []string, a slog.Attr) slog.Attr {
		if a.Value.Kind() == slog.KindDuration {
			t.Errorf("%s is a number of nanoseconds in JSON", a.Key)
		}
		return a
	}
	followWith(t, files, func(o *edition.Options) {
		o.Log = slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: unitless}))
	})
	mu.Lock()
	defer mu.Unlock()
	if !regexp.MustCompile(`"msg":"index built","pages":40,"took_ms":\d{1,5}}`).MatchString(logged.String()) {
		t.Errorf("%s", logged.String())
	}
}

type writer func(b []byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
