package content_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
)

// formerOf shows former anchors as `old→now` each.
func formerOf(versions ...string) []string {
	var raw [][]byte
	for _, v := range versions {
		raw = append(raw, []byte(v))
	}
	out := []string{}
	for _, f := range content.FormerAnchors("a.md", raw) {
		s := f.ID + "→" + f.Now
		if f.Audience != nil {
			s += " for " + strings.Join(f.Audience, " ")
		}
		out = append(out, s)
	}
	return out
}

func TestFormerAnchors(t *testing.T) {
	for name, c := range map[string]struct {
		versions []string
		want     []string
	}{
		"one version":                     {[]string{"## A"}, nil},
		"nothing changed":                 {[]string{"## A", "## A"}, nil},
		"a heading was renamed":           {[]string{"## A\n## B\n## C", "## A\n## Other\n## C"}, []string{"b→other"}},
		"twice":                           {[]string{"## One", "## Two", "## Three"}, []string{"one→three", "two→three"}},
		"and back":                        {[]string{"## One", "## Two", "## One"}, []string{"two→one"}},
		"as many are new as are gone":     {[]string{"## A\n## B\n## C\n## D", "## A\n## X\n## Y\n## D"}, []string{"b→x", "c→y"}},
		"the order changed":               {[]string{"## A\n## B", "## B\n## A"}, nil},
		"the order changed, one renamed":  {[]string{"## A\n## B\n## C", "## C\n## B\n## New\n"}, []string{"a→"}},
		"a heading was removed":           {[]string{"## A\n## B\n## C", "## A\n## C"}, []string{"b→a"}},
		"the first one was removed":       {[]string{"## A\n## B", "## B"}, []string{"a→"}},
		"below the title":                 {[]string{"# T\n## A\n## B", "# T\n## B"}, []string{"a→t"}},
		"two became one, by their words":  {[]string{"## Check disk\n## Check memory\n## End", "## Check disk and memory\n## End"}, []string{"check-disk→check-disk-and-memory", "check-memory→check-disk-and-memory"}},
		"one became two, by its text":     {[]string{"## Old\n\nsame   text\n\n## End", "## New\n\nother\n\n## Newer\n\nsame\ntext\n\n## End"}, []string{"old→newer"}},
		"one became two, by its words":    {[]string{"## Check the disk\n## End", "## First of all\n## Check disk\n## End"}, []string{"check-the-disk→check-disk"}},
		"too few words in common":         {[]string{"## Start\n## Check the disk now\n## End", "## Start\n## Stop the service first\n## Other\n## End"}, []string{"check-the-disk-now→start"}},
		"moved and renamed":               {[]string{"## A\n\ntext of a\n\n## B\n## C\n## D", "## B\n## C\n## Z\n\ntext of a\n\n## Y\n## D"}, []string{"a→z"}},
		"what took its place was removed": {[]string{"## S\n## One\n## E", "## S\n## Two\n## E", "## S\n## E"}, []string{"one→s", "two→s"}},
		"all headings are gone":           {[]string{"## A\n## B", "text"}, []string{"a→", "b→"}},
		"and some are new":                {[]string{"## A\n## B", "text", "## C"}, []string{"a→", "b→"}},
		"an anchor an author kept":        {[]string{"## A", "## B\n\n<a id=\"a\"></a>"}, nil},
		"an anchor an author chose":       {[]string{"## A {#one}\n## B", "## A {#two}\n## B"}, []string{"one→two"}},
		"the same text twice":             {[]string{"## A\n## A\n## B", "## A\n## B"}, []string{"a-1→a"}},
		"code is no heading":              {[]string{"## A\n\n```\n# not one\n```\n", "## A\n\n    # nor this\n"}, nil},
		"underlined":                      {[]string{"A\n---\n\nB\n===\n", "A\n---\n\nC\n===\n"}, []string{"b→c"}},
		"front matter is none either":     {[]string{"---\ntitle: x\n# y: 1\n---\n## A", "---\ntitle: z\n---\n## B"}, []string{"a→b"}},
		"the title":                       {[]string{"# Disk full\n\n## A", "# The disk is full\n\n## A"}, []string{"disk-full→the-disk-is-full"}},
		"a version for some":              {[]string{"---\naudience: [staff]\n---\n## Secret name\n## B", "## Name\n## B"}, []string{"secret-name→name for staff"}},
		"a version nobody can read":       {[]string{"---\naudience: [staff\n---\n## Secret name\n## B", "## Name\n## B"}, []string{"secret-name→name for nobody"}},
		"no words":                        {[]string{"## !\n## B\n## C", "## B\n## C"}, []string{"section→"}},
		"not Markdown at all":             {[]string{"\x00\xff\xfe", "## A\r\n## B\r\n", "## A\n## C\n"}, []string{"b→c"}},
		"an empty version":                {[]string{"## A\n## B", "", "## A\n## B2"}, []string{"b→"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.want == nil {
				c.want = []string{}
			}
			if d := cmp.Diff(c.want, formerOf(c.versions...)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestFormerAnchorsNameThePageAsItIs: whatever happened to a page, what is left names what it has now.
func TestFormerAnchorsNameThePageAsItIs(t *testing.T) {
	rnd := random(7)
	for range 300 {
		var versions [][]byte
		for range 2 + rnd(8) {
			var b strings.Builder
			for range rnd(7) {
				_, _ = fmt.Fprintf(&b, "## %s %s\n\ntext %d\n\n", []string{"Check", "Stop", "Look"}[rnd(3)], []string{"disk", "memory", "it"}[rnd(3)], rnd(3))
			}
			versions = append(versions, []byte(b.String()))
		}
		last := load(t, map[string]string{"a.md": string(versions[len(versions)-1])}).For(content.Viewer{}).Doc("a.md")
		once := map[string]bool{}
		for _, v := range versions[:len(versions)-1] {
			for _, h := range load(t, map[string]string{"a.md": string(v)}).For(content.Viewer{}).Doc("a.md").Anchors {
				once[h] = !last.HasAnchor(h)
			}
		}
		for _, f := range content.FormerAnchors("a.md", versions) {
			if !once[f.ID] || !last.HasAnchor(f.Now) {
				t.Errorf("%q→%q\n%q", f.ID, f.Now, versions)
			}
			delete(once, f.ID)
		}
		for id, gone := range once {
			if gone {
				t.Errorf("%q is forgotten\n%q", id, versions)
			}
		}
	}
}

// random is a small generator, so that every run tries the same.
func random(seed uint64) func(n int) int {
	return func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed >> 33 % uint64(n))
	}
}

// TestFormerAnchorsOfHugePages: a page made to be slow is not.
func TestFormerAnchorsOfHugePages(t *testing.T) {
	version := func(v int) []byte {
		var b strings.Builder
		for i := range 20_000 {
			_, _ = fmt.Fprintf(&b, "# h%d %d same\n", i*(v+1), v)
		}
		return []byte(b.String() + strings.Repeat("# x\n", v))
	}
	begun := time.Now()
	got := content.FormerAnchors("a.md", [][]byte{version(0), version(1), version(2)})
	if len(got) == 0 || len(got) > 500 {
		t.Errorf("%d former anchors", len(got))
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

// past is a history in which the pages had other paths; each is the path before and after a rename, the first is oldest.
func past(renames ...[2]string) content.Past {
	p := content.Past{Revision: "r", Pages: map[string][]content.Edit{}}
	for i, r := range renames {
		p.Commits = append(p.Commits, content.Commit{Time: time.Unix(int64(i), 0).UTC(), Revision: fmt.Sprint(i)})
		p.Pages[r[1]] = append([]content.Edit{{Commit: int32(i), Path: r[1], From: r[0]}}, p.Pages[r[0]]...)
		delete(p.Pages, r[0])
	}
	return p
}

func TestFormerAddressOfARenamedFile(t *testing.T) {
	b := content.Builder{}
	h := content.NewHistory(past(
		[2]string{"disk.md", "storage/disk.md"}, [2]string{"old/README.md", "new/README.md"}, [2]string{"secret.md", "hidden.md"},
		[2]string{"chain1.md", "chain2.md"}, [2]string{"chain2.md", "chain3.md"}, [2]string{"gone.md", "deleted.md"}, [2]string{"taken.md", "other.md"},
	))
	s, _, err := b.Build(t.Context(), tree(t, map[string]string{
		"storage/disk.md": "# Disk", "new/README.md": "# New", "hidden.md": "---\naudience: [staff]\n---\n# Hidden", "chain3.md": "# Chain",
		"other.md": "# Other", "taken/README.md": "---\naudience: [staff]\n---\n# Taken",
		"links.md": "[a](disk.md) [b](old/) [c](chain1) [d](gone.md) [e](old/README.md) [f](Disk.md)",
	}), h, false)
	if err != nil {
		t.Fatal(err)
	}
	w := s.For(content.Viewer{})
	for key, want := range map[string]string{
		"disk": "/storage/disk", "disk.md": "/storage/disk", "disk.html": "/storage/disk", "disk/": "/storage/disk", "old": "/new/", "old/": "/new/", "old/README": "/new/",
		"chain1": "/chain3", "chain2": "/chain3", "secret": "", "gone": "", "storage/disk": "", "taken": "",
	} {
		if got, _ := w.Moved(key); got != want {
			t.Errorf("%s leads to %q, want %q", key, got, want)
		}
	}
	if got, _ := s.For(content.NewViewer("staff")).Moved("secret"); got != "/hidden" {
		t.Errorf("staff are led to %q", got)
	}
	var was []string
	for _, c := range w.Changes(w.Doc("chain3.md")) {
		was = append(was, c.From)
	}
	if d := cmp.Diff([]string{"chain2.md", "chain1.md"}, was); d != "" {
		t.Error(d)
	}
	if hidden := s.For(content.NewViewer("staff")).Doc("hidden.md"); w.Changes(hidden) != nil || len(s.For(content.NewViewer("staff")).Changes(hidden)) != 1 {
		t.Error("the changes of a page are not for those the page is for")
	}
	want := []string{
		"links.md:1:1: link-moved: disk.md was renamed, and is storage/disk.md now (write the path of today)",
		"links.md:1:14: link-moved: old/ was renamed, and is new/README.md now (write the path of today)",
		"links.md:1:24: link-moved: chain1 was renamed, and is chain3.md now (write the path of today)",
		"links.md:1:36: link-dead: nothing is at gone.md",
		"links.md:1:49: link-moved: old/README.md was renamed, and is new/README.md now (write the path of today)",
		"links.md:1:68: link-dead: nothing is at Disk.md (did you mean storage/disk.md?)",
	}
	if d := cmp.Diff(want, problems(b.CheckLinks())); d != "" {
		t.Error(d)
	}
}

// TestFormerAnchorIsNoDeadOne, for whom the version with it was.
func TestFormerAnchorIsNoDeadOne(t *testing.T) {
	b := content.Builder{}
	build := func(h *content.History) (content.View, []string) {
		t.Helper()
		s, _, err := b.Build(t.Context(), tree(t, map[string]string{
			"a.md": "# A\n\nintro\n\n## New\n\n<a id=\"mine\"></a>text\n", "b.md": "[x](a.md#old) [y](a.md#secret) [z](a.md#none) [m](was.md#old)",
		}), h, false)
		if err != nil {
			t.Fatal(err)
		}
		ps := problems(b.CheckLinks())
		return s.For(content.Viewer{}), ps
	}
	if _, ps := build(nil); len(ps) != 4 {
		t.Fatal(ps)
	}
	p := past([2]string{"was.md", "a.md"})
	p.Former = map[string][]content.FormerAnchor{"a.md": {
		{ID: "first", Now: ""}, {ID: "mine", Now: "new"}, {ID: "old", Now: "new"}, {ID: "secret", Now: "new", Audience: []string{"staff"}}, {ID: "title", Now: "a"},
	}}
	w, ps := build(content.NewHistory(p))
	if d := cmp.Diff([]string{
		"b.md:1:1: link-moved: a.md no longer has the heading #old (link to #new, which took its place)",
		"b.md:1:15: link-moved: a.md no longer has the heading #secret (link to #new, which took its place)",
		"b.md:1:32: anchor-dead: a.md has no heading #none (did you mean #mine?)",
		"b.md:1:47: link-moved: was.md#old was renamed, and is a.md now (write the path of today)",
	}, ps); d != "" {
		t.Error(d)
	}
	body, _, err := w.Body(w.Doc("a.md"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(body); !strings.Contains(got, `<h2 id="new"><span id="old" class="former"></span>New`) || strings.Contains(got, "secret") || strings.Count(got, `"mine"`) != 1 ||
		!strings.Contains(got, `<p><span id="title" class="former"></span><span id="first" class="former"></span>intro`) {
		t.Error(got)
	}
	links, _, err := w.Body(w.Doc("b.md"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(links); !strings.Contains(got, `<a href="/a#old">x</a>`) || !strings.Contains(got, `<a href="/a#secret" class="dead">`) || !strings.Contains(got, `<a href="/a#old">m</a>`) {
		t.Error(got)
	}
	if _, ps := build(nil); len(ps) != 4 {
		t.Errorf("what the repository knew is gone, and links to it are not dead: %v", ps)
	}
}
