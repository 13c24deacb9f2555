package content_test

import (
	"fmt"
	"testing"
	"time"

	"rutter/content"
)

func TestSince(t *testing.T) {
	day := func(n int) *content.History {
		return content.NewHistory(content.Past{
			Revision: fmt.Sprint(n), Commits: []content.Commit{{Time: time.Unix(int64(86400*n), 0), Revision: "r"}},
			Pages: map[string][]content.Edit{"a.md": {{Path: "a.md"}}},
		})
	}
	base := map[string]string{"a.md": "# A\n", "b.md": "# B\n", "dir/c.md": "# C\n", "i.png": "1"}
	for name, tt := range map[string]struct {
		now    map[string]string
		stamps map[string]int64 // sizes of files
		before *content.History
		after  *content.History
		want   string
	}{
		"nothing":                 {now: base, want: "[] [] [] false"},
		"a page":                  {now: map[string]string{"a.md": "# A2\n", "b.md": "# B\n", "dir/c.md": "# C\n", "i.png": "1"}, want: "[a.md] [] [] false"},
		"a new page, one gone":    {now: map[string]string{"a.md": "# A\n", "d.md": "# D\n", "dir/c.md": "# C\n", "i.png": "1"}, want: "[d.md] [] [b.md] false"},
		"moved":                   {now: map[string]string{"a.md": "# A\n", "x/b.md": "# B\n", "dir/c.md": "# C\n", "i.png": "1"}, want: "[] [{b.md x/b.md}] [] false"},
		"moved and put":           {now: map[string]string{"b.md": "# A\n", "dir/c.md": "# C\n", "i.png": "1"}, want: "[b.md] [] [a.md] false"},
		"copied":                  {now: map[string]string{"a.md": "# A\n", "b.md": "# B\n", "b2.md": "# B\n", "dir/c.md": "# C\n", "i.png": "1"}, want: "[b2.md] [] [] false"},
		"moved once, copied once": {now: map[string]string{"a.md": "# A\n", "b2.md": "# B\n", "b3.md": "# B\n", "dir/c.md": "# C\n", "i.png": "1"}, want: "[b3.md] [{b.md b2.md}] [] false"},
		"a picture":               {now: base, stamps: map[string]int64{"i.png": 2}, want: "[i.png] [] [] false"},
		"another picture":         {now: map[string]string{"a.md": "# A\n", "b.md": "# B\n", "dir/c.md": "# C\n", "j.png": "1"}, want: "[j.png] [] [i.png] false"},
		"the portal's name":       {now: map[string]string{"a.md": "# A\n", "b.md": "# B\n", "dir/c.md": "# C\n", "i.png": "1", "portal.yaml": "title: X\n"}, want: "[portal.yaml] [] [] false"},
		"its language":            {now: map[string]string{"a.md": "# A\n", "b.md": "# B\n", "dir/c.md": "# C\n", "i.png": "1", "portal.yaml": "lang: fr\n"}, want: "[portal.yaml] [] [] false"},
		"dates":                   {now: base, before: day(1), after: day(2), want: "[] [] [] true"},
		"dates that came":         {now: base, before: &content.History{}, after: day(2), want: "[] [] [] true"},
		"another revision":        {now: base, before: day(1), after: content.NewHistory(content.Past{Revision: "x", Commits: day(1).Past().Commits, Pages: day(1).Past().Pages}), want: "[] [] [] false"},
		"everything":              {now: nil, want: "[] [] [a.md b.md dir/c.md i.png] false"},
	} {
		t.Run(name, func(t *testing.T) {
			b := content.Builder{}
			build := func(files map[string]string, h *content.History, sizes map[string]int64) *content.Snapshot {
				tr := tree(t, files)
				for i, f := range tr.Files {
					tr.Files[i].Size = sizes[f.Path]
				}
				s, _, err := b.Build(t.Context(), tr, h, true)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			before := build(base, tt.before, nil)
			after := build(tt.now, tt.after, tt.stamps)
			d := after.Since(before)
			if got := fmt.Sprint(d.Put, d.Moved, d.Removed, d.Dated); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			was := map[string]content.Hash{}
			for _, x := range before.Docs() {
				was[x.Path] = before.Fingerprint(x)
			}
			if d := before.SinceFingerprints(was); !d.Same() {
				t.Errorf("a snapshot is not like its own fingerprints: %v", d)
			}
			if d := after.SinceFingerprints(nil); len(d.Put) != after.Len() {
				t.Errorf("%v are new, of %d", d.Put, after.Len())
			}
		})
	}
}

// BenchmarkSince compares two snapshots of 15,000 pages, one of which is other.
func BenchmarkSince(b *testing.B) {
	files := map[string]string{}
	for i := range 15000 {
		files[fmt.Sprintf("dir%d/p%d.md", i%100, i)] = fmt.Sprintf("# Page %d\n", i)
	}
	past := content.Past{Commits: []content.Commit{{Revision: "r"}}, Pages: map[string][]content.Edit{}}
	for p := range files {
		past.Pages[p] = []content.Edit{{Path: p}}
	}
	var bu content.Builder
	before, _, err := bu.Build(b.Context(), tree(b, files), content.NewHistory(past), false)
	if err != nil {
		b.Fatal(err)
	}
	files["dir0/p0.md"] = "# Other\n"
	after, _, err := bu.Build(b.Context(), tree(b, files), content.NewHistory(past), false)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if d := after.Since(before); len(d.Put) != 1 {
			b.Fatal(d)
		}
	}
}
