package content_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rutter/content"
)

// body is what a page shows, as text enough for a test.
func body(t *testing.T, s *content.Snapshot, path string) string {
	t.Helper()
	d := public(s).Doc(path)
	if d == nil {
		t.Fatalf("no page %s", path)
	}
	html, _, err := public(s).Body(d, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

// TestVersions follows one page through good and bad versions of its file: readers see the last good one, and as
// long as there was none, the newest as text.
func TestVersions(t *testing.T) {
	refused := func(word string) string { return word + "\n\n" + strings.Repeat(">", 999) + "\n" }
	const broken = "---\ntitle: [\n---\n"
	type version struct {
		file  string
		shows string // a word of what readers see
		stale bool
	}
	for name, versions := range map[string][]version{
		"good, broken, good":          {{"one", "one", false}, {broken + "two", "one", true}, {"three", "three", false}},
		"good, refused, broken, good": {{"one", "one", false}, {refused("two"), "one", true}, {broken + "three", "one", true}, {"four", "four", false}},
		"good, broken, and back":      {{"one", "one", false}, {broken + "two", "one", true}, {"one", "one", false}},
		"broken, broken, good":        {{broken + "one", "one", true}, {broken + "two", "two", true}, {"three", "three", false}},
		"refused, refused, good":      {{refused("one"), "one", true}, {refused("two"), "two", true}, {"three", "three", false}},
		"refused, broken, refused":    {{refused("one"), "one", true}, {broken + "two", "two", true}, {refused("three"), "three", true}},
		"broken, refused":             {{broken + "one", "one", true}, {refused("two"), "two", true}},
		"deleted in between":          {{"one", "one", false}, {"", "", false}, {broken + "two", "two", true}},
	} {
		t.Run(name, func(t *testing.T) {
			b := content.Builder{}
			for i, v := range versions {
				files := map[string]string{"b.md": "# B\n"}
				if v.file != "" {
					files["a.md"] = v.file
				}
				if _, _, err := b.Build(t.Context(), tree(t, files), nil, false); err != nil {
					t.Fatal(err)
				}
				s := b.CheckLinks()
				if v.file == "" {
					if public(s).Doc("a.md") != nil {
						t.Errorf("%d: still there", i)
					}
					continue
				}
				if got := body(t, s, "a.md"); !strings.Contains(got, v.shows) {
					t.Errorf("%d: shows %.60q, want %q", i, got, v.shows)
				}
				if s.Stale("a.md") != v.stale || (len(s.Problems()) > 0) != v.stale {
					t.Errorf("%d: stale %v, %v", i, s.Stale("a.md"), problems(s))
				}
			}
		})
	}
}

// TestRecordTellsOfItsOwnVersion: the record of a good version does not hold what is wrong with the bad one that
// came after it, which may be gone when the record is read.
func TestRecordTellsOfItsOwnVersion(t *testing.T) {
	const good = "---\ntitle: A\nnope: 1\n---\n"
	b := content.Builder{}
	var s *content.Snapshot
	for _, text := range []string{good, "---\ntitle: [\n---\n"} {
		if _, _, err := b.Build(t.Context(), tree(t, map[string]string{"a.md": text}), nil, false); err != nil {
			t.Fatal(err)
		}
		s = b.CheckLinks()
	}
	rec := s.Record(public(s).Doc("a.md"))
	restarted := content.Builder{Recall: func(string) []byte { return rec }}
	if _, _, err := restarted.Build(t.Context(), tree(t, map[string]string{"a.md": good}), nil, false); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a.md:3:1: key-unknown: unknown front matter key nope"}, problems(restarted.CheckLinks())); d != "" {
		t.Error(d)
	}
}

// TestRecordedBadPageIsReplaced: that a page was never good is known after a restart too.
func TestRecordedBadPageIsReplaced(t *testing.T) {
	for _, first := range []string{"---\ntitle: [\n---\none\n", "one\n\n" + strings.Repeat(">", 999)} {
		b := content.Builder{}
		s, _, err := b.Build(t.Context(), tree(t, map[string]string{"a.md": first}), nil, false)
		if err != nil {
			t.Fatal(err)
		}
		rec := s.Record(public(s).Doc("a.md"))
		again := content.Builder{Recall: func(string) []byte { return rec }}
		for _, text := range []string{first, "---\ntitle: [\n---\ntwo\n"} {
			if s, _, err = again.Build(t.Context(), tree(t, map[string]string{"a.md": text}), nil, false); err != nil {
				t.Fatal(err)
			}
		}
		if got := body(t, s, "a.md"); !strings.Contains(got, "two") {
			t.Errorf("after %.20q: %.60q", first, got)
		}
	}
}

// TestFirstSnapshotInAHurry: pages that nobody has read yet stand in no list; each can be opened, by those who may
// see it, and links lead to it. The next build knows them all.
func TestFirstSnapshotInAHurry(t *testing.T) {
	files := map[string]string{
		"a.md": "# A\n\n[b](x/b.md) [secret](secret.md)\n", "x/b.md": "# B\n", "x/README.md": "# X\n",
		"secret.md": "---\ntitle: Very secret\naudience: [staff]\n---\n", "x/p.png": "p", "bad.md": "---\ntitle: [\n---\n",
	}
	now := make(chan struct{})
	close(now)
	b := content.Builder{}
	s, err := b.BuildFirst(t.Context(), now, tree(t, files), nil)
	if err != nil {
		t.Fatal(err)
	}
	pub := public(s)
	if s.Complete() || pub.Len() != 0 || len(pub.All()) != 0 || len(pub.Select(func(*content.Doc) bool { return true })) != 0 || len(pub.Latest(9, func(*content.Doc) bool { return true })) != 0 {
		t.Errorf("complete %v, %d pages", s.Complete(), pub.Len())
	}
	if d := pub.At("a"); d == nil || d.Title != "A" {
		t.Fatalf("%+v", d)
	}
	if got := body(t, s, "a.md"); !strings.Contains(got, `<a href="/x/b">b</a>`) {
		t.Errorf("%s", got)
	}
	if pub.At("secret") != nil || pub.Doc("secret.md") != nil || s.For(content.NewViewer("staff")).At("secret") == nil {
		t.Error("a page nobody has read is shown to everyone")
	}
	if d := pub.Resolve(pub.At("a"), "secret.md").Doc; d != nil {
		t.Errorf("%+v", d)
	}
	if _, _, err := b.Build(t.Context(), tree(t, files), nil, false); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(describe(load(t, files)), describe(b.CheckLinks())); d != "" {
		t.Error(d)
	}
}

// TestUnreadableFromTheStart: a page whose file cannot be read is there by its name, and is read when it can be.
func TestUnreadableFromTheStart(t *testing.T) {
	m := fstest.MapFS{"disk-full.md": {Data: []byte("# Full\n")}}
	tr := tree(t, map[string]string{"disk-full.md": "# Full\n"})
	tr.FS = failing{m, "disk-full.md"}
	b := content.Builder{}
	s, _, err := b.Build(t.Context(), tr, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if d := public(s).Doc("disk-full.md"); d == nil || d.Title != "Disk full" || !d.Broken || len(s.Problems()) != 1 {
		t.Errorf("%+v %v", d, problems(s))
	}
	tr.FS = m
	if s, _, err = b.Build(t.Context(), tr, nil, false); err != nil {
		t.Fatal(err)
	}
	if d := public(s).Doc("disk-full.md"); d.Title != "Full" || d.Broken || len(s.Problems()) != 0 {
		t.Errorf("%+v %v", d, problems(s))
	}
}

// TestEmptied: a page whose file was emptied is shown as it was, also over a restart, until the file has text again
// or is gone. One that was always empty is shown so.
func TestEmptied(t *testing.T) {
	const said = "a.md: page-empty: the file is empty, so the page is shown as it was before (restore it, or delete it)"
	b := content.Builder{}
	step := func(text string, want ...string) *content.Snapshot {
		t.Helper()
		if _, _, err := b.Build(t.Context(), tree(t, map[string]string{"a.md": text, "never.md": ""}), nil, false); err != nil {
			t.Fatal(err)
		}
		s := b.CheckLinks()
		if d := cmp.Diff(want, problems(s), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
		if s.Stale("never.md") || body(t, s, "never.md") != "" {
			t.Error("a page that was always empty is not shown so")
		}
		return s
	}
	step("one")
	for range 2 {
		if s := step("", said); body(t, s, "a.md") != "<p>one</p>\n" || !s.Stale("a.md") || len(s.LastGood()) != 1 || len(s.Bad()) != 1 {
			t.Errorf("%q, stale %v", body(t, s, "a.md"), s.Stale("a.md"))
		}
	}
	records := map[string][]byte{}
	s := step("", said)
	for _, d := range s.Docs() {
		records[d.Path] = s.Record(d)
	}
	b = content.Builder{
		Recall: func(p string) []byte { return records[p] },
		Good: func(p string) []byte {
			if p == "a.md" {
				return []byte("one")
			}
			return nil
		},
	}
	if s := step("", said); body(t, s, "a.md") != "<p>one</p>\n" || !s.Stale("a.md") {
		t.Errorf("after a restart: %q", body(t, s, "a.md"))
	}
	if s := step("two"); body(t, s, "a.md") != "<p>two</p>\n" || s.Stale("a.md") {
		t.Errorf("%q", body(t, s, "a.md"))
	}
}
