package bleve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
	"rutter/search"
)

func doc(path, text string) search.Document {
	return search.Document{
		Path: path, Title: "Page", Kind: "guide", Audience: []string{content.Everyone},
		Sections: []search.Part{{Text: text}}, Record: []byte("record of " + path + ": " + text),
	}
}

func find(t *testing.T, g *Generation, text string) []string {
	t.Helper()
	q := search.Parse(text, nil)
	q.Limit = search.MaxLimit
	res, err := g.Search(t.Context(), content.Viewer{}, q)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, h := range res.Hits {
		out = append(out, h.Path)
	}
	slices.Sort(out)
	return out
}

// TestStoreKeeps writes, replaces and removes pages and finds them so when the store is opened again.
func TestStoreKeeps(t *testing.T) {
	dir := t.TempDir()
	steps := []struct {
		put    []search.Document
		remove []string
		kept   Kept
	}{
		{kept: Kept{}},
		{
			put:  []search.Document{doc("a.md", "one"), doc("b.md", "two"), doc("c.md", "")},
			kept: Kept{"a.md": []byte("record of a.md: one"), "b.md": []byte("record of b.md: two"), "c.md": []byte("record of c.md: ")},
		},
		{
			put: []search.Document{doc("b.md", "deux"), doc("d.md", "four")}, remove: []string{"a.md", "no such page.md"},
			kept: Kept{"b.md": []byte("record of b.md: deux"), "c.md": []byte("record of c.md: "), "d.md": []byte("record of d.md: four")},
		},
		{remove: []string{"b.md", "c.md", "d.md"}, kept: Kept{}},
		{put: []search.Document{doc("a.md", "un")}, kept: Kept{"a.md": []byte("record of a.md: un")}},
	}
	for i, step := range steps {
		s, _, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Update(t.Context(), len(step.put), func(i int) (search.Document, error) { return step.put[i], nil }, step.remove)
		if err != nil {
			t.Fatal(err)
		}
		want := s.total
		s.Close()
		s, kept, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(step.kept, kept); d != "" {
			t.Errorf("step %d: %s", i, d)
		}
		if s.total != want || len(s.lens) != len(kept) {
			t.Errorf("step %d: lengths %v of %d pages, were %v", i, s.total, len(s.lens), want)
		}
		g := generation(t, s)
		if g.Pages() != len(kept) {
			t.Errorf("step %d: %d pages", i, g.Pages())
		}
		for path, rec := range kept {
			_, text, _ := strings.Cut(string(rec), ": ")
			if text != "" && !slices.Equal(find(t, g, text), []string{path}) {
				t.Errorf("step %d: %q finds %v", i, text, find(t, g, text))
			}
		}
		if err := g.Verify(); err != nil {
			t.Error(err)
		}
		s.Close()
	}
}

// TestManyPages goes the way of a first start: several batches side by side, then a merge.
func TestManyPages(t *testing.T) {
	const n = 3*batchSize + 17
	s := newStore(t, nil)
	var calls [n]atomic.Int32
	err := s.Update(t.Context(), n, func(i int) (search.Document, error) {
		calls[i].Add(1)
		return doc(fmt.Sprintf("%04d.md", i), fmt.Sprintf("common w%d", i)), nil
	}, []string{"gone.md"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range calls {
		if c := calls[i].Load(); c != 1 {
			t.Fatalf("page %d was asked for %d times", i, c)
		}
	}
	before := generation(t, s)
	if err := s.Merge(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, g := range []*Generation{before, generation(t, s)} {
		if g.Pages() != n || !slices.Equal(find(t, g, "w407"), []string{"0407.md"}) {
			t.Errorf("%d pages, w407 in %v", g.Pages(), find(t, g, "w407"))
		}
	}
}

// TestMemory writes, replaces, removes and finds pages in an index that lies in no folder.
func TestMemory(t *testing.T) {
	inEmptyFolder(t)
	s, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put(t, s, doc("a.md", "one"), doc("b.md", "one two"))
	before := generation(t, s)
	if err := s.Update(t.Context(), 1, func(int) (search.Document, error) { return doc("c.md", "one three"), nil }, []string{"a.md"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Merge(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := generation(t, s)
	if got := find(t, before, "one"); !slices.Equal(got, []string{"a.md", "b.md"}) {
		t.Errorf("before: %v", got)
	}
	if got := find(t, now, "one"); !slices.Equal(got, []string{"b.md", "c.md"}) || s.Scattered() || now.Verify() != nil {
		t.Errorf("%v, scattered %v, %v", got, s.Scattered(), now.Verify())
	}
	for i := range maxPieces {
		put(t, s, doc(fmt.Sprint(i), "four"))
	}
	if generation(t, s); !s.Scattered() {
		t.Error("an index that nobody joins is not called scattered")
	}
	s.Close()
	if got := find(t, now, "three"); !slices.Equal(got, []string{"c.md"}) {
		t.Errorf("after Close: %v", got)
	}
}

// inEmptyFolder runs the test in a folder of its own, which must stay empty.
func inEmptyFolder(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Cleanup(func() {
		if l := listing(dir); l != "" {
			t.Errorf("%s was written", l)
		}
	})
}

// TestUpdateFails wants an error, and what was there before to stay, when a page cannot be had or ctx ends.
func TestUpdateFails(t *testing.T) {
	broken := errors.New("no such page")
	ended, end := context.WithCancel(t.Context())
	end()
	for _, n := range []int{2, 2 * batchSize} {
		for name, c := range map[string]struct {
			ctx  context.Context
			doc  func(i int) (search.Document, error)
			want error
		}{
			"page": {t.Context(), func(i int) (search.Document, error) {
				if i == n-1 {
					return search.Document{}, broken
				}
				return doc(fmt.Sprint(i), "new"), nil
			}, broken},
			"context": {ended, func(i int) (search.Document, error) { return doc(fmt.Sprint(i), "new"), nil }, context.Canceled},
			"panic":   {t.Context(), func(i int) (search.Document, error) { panic("of the caller") }, nil},
		} {
			t.Run(fmt.Sprint(name, n), func(t *testing.T) {
				s := newStore(t, []search.Document{doc("old.md", "old")})
				g := generation(t, s)
				err := s.Update(c.ctx, n, c.doc, nil)
				if err == nil || c.want != nil && !errors.Is(err, c.want) || errors.Is(err, ErrUnusable) || Unwritten(err) {
					t.Errorf("got error %v, want %v", err, c.want)
				}
				if !slices.Equal(find(t, g, "old"), []string{"old.md"}) || len(find(t, g, "new")) > 0 {
					t.Error("the old generation changed")
				}
			})
		}
	}
}

// TestGenerationIsAMoment writes one version of all pages after the other while others search: nobody may ever see
// pages of two versions, in whichever generation, and however old it is by then.
func TestGenerationIsAMoment(t *testing.T) {
	const pages, versions, readers = 12, 25, 4
	s := newStore(t, nil)
	type edition struct {
		g       *Generation
		version int
		refs    atomic.Int64
	}
	var mu sync.Mutex
	var current *edition
	release := func(e *edition) {
		if e != nil && e.refs.Add(-1) == 0 {
			if err := e.g.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	publish := func(version int) {
		g, err := s.Generation()
		if err != nil {
			t.Fatal(err)
		}
		e := &edition{g: g, version: version}
		e.refs.Store(1)
		mu.Lock()
		old := current
		current = e
		mu.Unlock()
		release(old)
	}
	write := func(version int) {
		var docs []search.Document
		var remove []string
		for i := range pages {
			if p := fmt.Sprintf("%d.md", i); i == version%pages { // another page is missing in each version
				remove = append(remove, p)
			} else {
				docs = append(docs, doc(p, fmt.Sprintf("always version%d", version)))
			}
		}
		if err := s.Update(t.Context(), len(docs), func(i int) (search.Document, error) { return docs[i], nil }, remove); err != nil {
			t.Fatal(err)
		}
		publish(version)
	}
	write(0)
	var done atomic.Bool
	var answers atomic.Int64
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			for !done.Load() {
				mu.Lock()
				e := current
				e.refs.Add(1)
				mu.Unlock()
				for range 3 {
					if err := checkVersion(t.Context(), e.g, e.version, pages-1); err != nil {
						t.Error(err)
						done.Store(true)
					}
					answers.Add(1)
				}
				release(e)
			}
		})
	}
	for v := 1; v <= versions && !done.Load(); v++ {
		write(v)
		if v%10 == 0 {
			if err := s.Merge(t.Context()); err != nil {
				t.Error(err)
			}
			publish(v)
		}
		for seen := answers.Load(); answers.Load() < seen+readers && !done.Load(); { // let them look
			if err := checkVersion(t.Context(), current.g, v, pages-1); err != nil {
				t.Error(err)
			}
		}
	}
	done.Store(true)
	wg.Wait()
	s.Close() // generations outlive their store
	if err := checkVersion(t.Context(), current.g, versions, pages-1); err != nil {
		t.Error(err)
	}
	release(current)
}

// checkVersion wants n pages of one version and none of its neighbours'.
func checkVersion(ctx context.Context, g *Generation, version, n int) error {
	ask := func(text string) (search.Results, error) {
		q := search.Parse(text, nil)
		q.Limit = search.MaxLimit
		return g.Search(ctx, content.Viewer{}, q)
	}
	res, err := ask("always")
	if err != nil {
		return err
	}
	if res.Total != n || len(res.Hits) != n {
		return fmt.Errorf("version %d: %d pages, want %d", version, res.Total, n)
	}
	for _, h := range res.Hits {
		if got := h.Sections[0].Snippet.String(); got != fmt.Sprintf("always version%d", version) {
			return fmt.Errorf("version %d: %s says %q", version, h.Path, got)
		}
	}
	for _, other := range []int{version - 1, version + 1} {
		if res, err := ask(fmt.Sprintf("version%d", other)); err != nil || res.Total != 0 {
			return fmt.Errorf("version %d: %d pages of version %d, error %v", version, res.Total, other, err)
		}
	}
	return nil
}
