package searchtest

import (
	"context"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
	"rutter/search"
)

// Open makes an index over docs. It registers what is to be closed with t.
type Open func(t *testing.T, docs []search.Document) search.Index

// TestIndex runs the suite. open is called several times.
func TestIndex(t *testing.T, open Open) {
	for _, part := range []struct {
		name string
		run  func(t *testing.T, open Open)
	}{
		{"Finds", testFinds},
		{"FindsNothing", testFindsNothing},
		{"Sections", testSections},
		{"Snippets", testSnippets},
		{"Viewers", testViewers},
		{"Hidden", testHidden},
		{"Filters", testFilters},
		{"Phrases", testPhrases},
		{"Excluded", testExcluded},
		{"Versions", testVersions},
		{"Values", testValues},
		{"Lookup", testLookup},
		{"Languages", testLanguages},
		{"Facets", testFacets},
		{"Paging", testPaging},
		{"Limits", testLimits},
		{"Suggestions", testSuggestions},
		{"Hostile", testHostile},
		{"Cancelled", testCancelled},
		{"Concurrent", testConcurrent},
		{"Empty", testEmpty},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open) })
	}
}

func ask(t *testing.T, x search.Index, v content.Viewer, q search.Query) search.Results {
	t.Helper()
	res, err := x.Search(t.Context(), v, q)
	if err != nil {
		t.Fatalf("%q: %v", q.Text, err)
	}
	return res
}

func paths(res search.Results) []string {
	var out []string
	for _, h := range res.Hits {
		out = append(out, h.Path)
	}
	return out
}

// testFinds asks for pages by everything people know of them.
func testFinds(t *testing.T, open Open) {
	x := open(t, pages())
	for _, c := range []struct{ name, query, first string }{
		{"title", "disk full", "playbooks/disk-full.md"},
		{"title, other case", "DISK FULL", "playbooks/disk-full.md"},
		{"other form of a word", "filling disks", "playbooks/disk-full.md"},
		{"heading", "vacuum the journal", "playbooks/disk-full.md"},
		{"body", "ratchet pawl", "guides/spelling.md"},
		{"another name", "VMwareGuestStalled", "playbooks/guest.md"},
		{"identifier", "KubePodCrashLooping", "playbooks/crash-looping.md"},
		{"identifier in lower case", "kubepodcrashlooping", "playbooks/crash-looping.md"},
		{"identifier in pieces", "kube pod crash looping", "playbooks/crash-looping.md"},
		{"error code", "0x80070005", "advisories/access.md"},
		{"error code in capitals", "0X80070005", "advisories/access.md"},
		{"kernel", "5.15.0-91", "advisories/kernel.md"},
		{"option", "--force", "guides/options.md"},
		{"path", "/var/log/syslog", "guides/paths.md"},
		{"path in quotes", `"/var/log/syslog"`, "guides/paths.md"},
		{"version", "ESXi 7.0 U3", "advisories/esxi.md"},
		{"constant", "vmk_NO_MEMORY", "playbooks/guest.md"},
		{"small word that matters", "time-out", "guides/timeouts.md"},
		{"small words that matter", "no carrier", "guides/link.md"},
		{"punctuation", "C++", "guides/languages.md"},
		{"key and value", "vm.swappiness=10", "guides/paths.md"},
		{"value in it", "swappiness", "guides/paths.md"},
		{"Chinese", "磁盘", "guides/zh.md"},
		{"Chinese sentence", "服务器磁盘空间不足", "guides/zh.md"},
		{"Japanese", "再起動", "guides/ja.md"},
		{"Korean", "재시작", "guides/ko.md"},
		{"umlaut", "Störung", "guides/de.md"},
		{"umlaut in capitals", "STÖRUNG", "guides/de.md"},
		{"soft hyphens in the page", "hyphenation", "guides/control.md"},
		{"soft hyphens in the query", "hyphen\u00adation", "guides/control.md"},
		{"an error line around it", "ERROR: open('/srv/x'): vmk_NO_MEMORY (code=12)", "playbooks/guest.md"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := ask(t, x, content.Viewer{}, search.Parse(c.query, nil))
			if res.Total == 0 || res.Hits[0].Path != c.first {
				t.Errorf("%q: got %d: %v, want %s first", c.query, res.Total, paths(res), c.first)
			}
			if res.Total < len(res.Hits) {
				t.Errorf("%q: %d hits of %d", c.query, len(res.Hits), res.Total)
			}
			if res.Confidence <= 0 || res.Confidence > 1 {
				t.Errorf("%q: confidence %v", c.query, res.Confidence)
			}
		})
	}
}

func testFindsNothing(t *testing.T, open Open) {
	x := open(t, pages())
	res := ask(t, x, content.Viewer{}, search.Parse("xylophone qwertzuiop", nil))
	if res.Total != 0 || len(res.Hits) != 0 || res.Confidence != 0 {
		t.Errorf("got %+v", res)
	}
	if res.Terms == 0 {
		t.Error("the words were not looked for")
	}
}

// testSections wants the section that answers, with its anchor.
func testSections(t *testing.T, open Open) {
	x := open(t, pages())
	for _, c := range []struct{ query, id, heading string }{
		{"journal vacuum", "vacuum-the-journal", "Vacuum the journal"},
		{"inodes", "out-of-inodes", "Out of inodes"},
		{"lsof deleted", "deleted-and-still-open", "Deleted and still open"},
		{"first look at the mount", "", ""},
	} {
		res := ask(t, x, content.Viewer{}, search.Parse(c.query, nil))
		if len(res.Hits) == 0 || res.Hits[0].Path != "playbooks/disk-full.md" || len(res.Hits[0].Sections) == 0 {
			t.Errorf("%q: got %+v", c.query, res.Hits)
			continue
		}
		if s := res.Hits[0].Sections[0]; s.ID != c.id || s.Heading != c.heading {
			t.Errorf("%q: got section %q %q, want %q %q", c.query, s.ID, s.Heading, c.id, c.heading)
		}
	}
	for _, h := range ask(t, x, content.Viewer{}, search.Parse("disk journal inodes lsof", nil)).Hits {
		var ids []string
		for _, s := range h.Sections {
			ids = append(ids, s.ID)
		}
		if all := slices.Compact(slices.Sorted(slices.Values(ids))); len(all) != len(ids) {
			t.Errorf("%s: a section is shown twice: %q", h.Path, ids)
		}
	}
}

// testSnippets wants what matched to be marked, and nothing of a page's text to become markup.
func testSnippets(t *testing.T, open Open) {
	x := open(t, pages())
	for _, c := range []struct {
		query string
		marks []string
	}{
		{"hostile tag soup", []string{"hostile", "tag", "soup"}},
		{"journalctl vacuum", []string{"journalctl", "vacuum"}},
		{"no carrier", []string{"no", "carrier"}},
		{"Störung", []string{"Störung"}},
		{"磁盘", []string{"磁盘"}},
	} {
		res := ask(t, x, content.Viewer{}, search.Parse(c.query, nil))
		if len(res.Hits) == 0 || len(res.Hits[0].Sections) == 0 {
			t.Errorf("%q: got %+v", c.query, res.Hits)
			continue
		}
		var marked []string
		for _, span := range res.Hits[0].Sections[0].Snippet {
			if span.Marked {
				marked = append(marked, strings.ToLower(span.Text))
			}
		}
		for _, want := range c.marks {
			if !slices.ContainsFunc(marked, func(m string) bool { return strings.Contains(m, strings.ToLower(want)) }) {
				t.Errorf("%q: %q is not marked in %s", c.query, want, res.Hits[0].Sections[0].Snippet.HTML())
			}
		}
		for _, h := range res.Hits {
			for _, s := range h.Sections {
				checkHTML(t, s.Snippet)
			}
		}
	}
}

func checkHTML(t *testing.T, s search.Snippet) {
	t.Helper()
	out := s.HTML()
	bare := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(out)
	if strings.ContainsAny(bare, `<>"`) || html.UnescapeString(bare) != s.String() {
		t.Errorf("markup in a snippet: %s", out)
	}
	if strings.Count(out, "<mark>") != strings.Count(out, "</mark>") {
		t.Errorf("unbalanced: %s", out)
	}
	if strings.ContainsAny(s.String(), "\n\t\x00\x1e\x1f") {
		t.Errorf("control characters in %q", s.String())
	}
}

// testViewers wants a page to be absent for those it is not for: from hits, totals, facets and spellings.
func testViewers(t *testing.T, open Open) {
	x := open(t, pages())
	staff, both := content.NewViewer("staff"), content.NewViewer("customer", "staff")
	for _, c := range []struct {
		query  string
		viewer content.Viewer
		want   []string
	}{
		{"zanzibar", content.Viewer{}, nil},
		{"zanzibar", content.NewViewer("customer"), nil},
		{"zanzibar", staff, []string{"stories/staff.md"}},
		{"zanzibar", both, []string{"stories/staff.md"}},
		{"madagascar", content.Viewer{}, nil},
		{"madagascar", staff, []string{"stories/two-groups.md"}},
		{"madagascar", content.NewViewer("customer"), []string{"stories/two-groups.md"}},
	} {
		res := ask(t, x, c.viewer, search.Parse(c.query, nil))
		if got := paths(res); !slices.Equal(got, c.want) || res.Total != len(c.want) {
			t.Errorf("%q for %q: got %d: %v, want %v", c.query, c.viewer.Audiences(), res.Total, got, c.want)
		}
		n := 0
		for _, f := range res.Facets {
			for _, v := range f.Values {
				n += v.Count
			}
		}
		if (n > 0) != (len(c.want) > 0) {
			t.Errorf("%q for %q: facets %+v", c.query, c.viewer.Audiences(), res.Facets)
		}
	}
	public := ask(t, x, content.Viewer{}, search.Parse("voyage", nil))
	all := ask(t, x, staff, search.Parse("voyage", nil))
	if public.Total != 1 || all.Total != 3 {
		t.Errorf("voyage: %d pages for everyone, %d for staff, want 1 and 3", public.Total, all.Total)
	}
	if s := ask(t, x, content.Viewer{}, search.Parse("zanzibra", nil)).Suggestion; s != "" {
		t.Errorf("everybody is told of %q", s)
	}
}

func testFilters(t *testing.T, open Open) {
	x := open(t, pages())
	for _, c := range []struct {
		kinds, products []string
		want            []string
	}{
		{nil, nil, []string{"advisories/esxi.md", "guides/hypervisors.md", "playbooks/guest.md"}},
		{[]string{"advisory"}, nil, []string{"advisories/esxi.md"}},
		{[]string{"advisory", "guide"}, nil, []string{"advisories/esxi.md", "guides/hypervisors.md"}},
		{nil, []string{"vsphere"}, []string{"advisories/esxi.md", "playbooks/guest.md"}},
		{[]string{"playbook"}, []string{"vsphere"}, []string{"playbooks/guest.md"}},
		{[]string{"playbook"}, []string{"linux"}, nil},
		{[]string{"no such kind"}, nil, nil},
	} {
		q := search.Parse("hypervisor", nil)
		q.Filter("kind", c.kinds...)
		q.Filter("product", c.products...)
		res := ask(t, x, content.Viewer{}, q)
		if got := slices.Sorted(slices.Values(paths(res))); !slices.Equal(got, c.want) || res.Total != len(c.want) {
			t.Errorf("kinds %q, products %q: got %d: %v, want %v", c.kinds, c.products, res.Total, got, c.want)
		}
	}
}

// testFacets wants every count to come true when its value is chosen.
func testFacets(t *testing.T, open Open) {
	x := open(t, pages())
	facet := func(res search.Results, name string) map[string]search.FacetCount {
		out := map[string]search.FacetCount{}
		for _, f := range res.Facets {
			if f.Name == name {
				for _, v := range f.Values {
					out[v.Value] = v
				}
			}
		}
		return out
	}
	for _, text := range []string{"hypervisor", "disk", "voyage", "page", "restart the server"} {
		for _, v := range []content.Viewer{{}, content.NewViewer("staff")} {
			plain := search.Parse(text, nil)
			all := ask(t, x, v, plain)
			if n := len(facet(all, "kind")); all.Total > 0 && n == 0 {
				t.Errorf("%q: no kinds counted", text)
			}
			for _, name := range search.FacetNames {
				for value, want := range facet(all, name) {
					q := search.Parse(text, nil)
					q.Filter(name, value)
					res := ask(t, x, v, q)
					if res.Total != want.Count {
						t.Errorf("%q: %s %s is counted %d and has %d", text, name, value, want.Count, res.Total)
					}
					for other, c := range facet(res, name) {
						if was := facet(all, name)[other].Count; c.Count != was || c.Selected != (other == value) {
							t.Errorf("%q with %s %s: %+v, was %d", text, name, value, c, was)
						}
					}
				}
			}
			sum := 0
			for _, c := range facet(all, "kind") { // every page has one kind
				sum += c.Count
			}
			if sum != all.Total {
				t.Errorf("%q: kinds sum up to %d of %d", text, sum, all.Total)
			}
		}
	}
	q := search.Parse("hypervisor", nil)
	q.Filter("kind", "story")
	if c, ok := facet(ask(t, x, content.Viewer{}, q), "kind")["story"]; !ok || c.Count != 0 || !c.Selected {
		t.Errorf("a chosen value without pages must stay to be unchosen: %+v", c)
	}
}

// testPaging walks through pages that are all alike.
func testPaging(t *testing.T, open Open) {
	const n = 57
	var docs []search.Document
	for i := range n {
		docs = append(docs, search.Document{
			Path: fmt.Sprintf("guides/%02d.md", (i*31)%n), Title: "Alike", Kind: "guide", Audience: []string{content.Everyone},
			Sections: []search.Part{{Text: "All these pages say the same."}},
		})
	}
	x := open(t, docs)
	whole := search.Parse("alike", nil)
	whole.Limit = search.MaxLimit
	all := ask(t, x, content.Viewer{}, whole)
	if all.Total != n || len(all.Hits) != n {
		t.Fatalf("got %d of %d pages, want %d", len(all.Hits), all.Total, n)
	}
	var walked []string
	for offset := 0; offset < n; offset += 10 {
		q := search.Parse("alike", nil)
		q.Limit, q.Offset = 10, offset
		res := ask(t, x, content.Viewer{}, q)
		if res.Total != n {
			t.Errorf("at %d: total %d", offset, res.Total)
		}
		walked = append(walked, paths(res)...)
	}
	if d := cmp.Diff(paths(all), walked); d != "" {
		t.Errorf("walking differs from the whole: %s", d)
	}
	if u := slices.Compact(slices.Sorted(slices.Values(walked))); len(u) != n {
		t.Errorf("%d different pages, want %d", len(u), n)
	}
	q := search.Parse("alike", nil)
	q.Offset = search.MaxOffset
	if res := ask(t, x, content.Viewer{}, q); res.Total != n || len(res.Hits) != 0 {
		t.Errorf("after the end: %d hits of %d", len(res.Hits), res.Total)
	}
	for i, h := range all.Hits {
		if i > 0 && h.Score > all.Hits[i-1].Score {
			t.Errorf("hit %d has a higher score than the one before", i)
		}
	}
}

// testLimits wants long queries to be cut and the reader to hear of it.
func testLimits(t *testing.T, open Open) {
	x := open(t, pages())
	words := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "w%d ", i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name    string
		query   search.Query
		terms   int
		notices int
	}{
		{"short", search.Parse("disk full", nil), 2, 0},
		{"64 words", search.Parse(words(search.MaxTerms), nil), search.MaxTerms, 0},
		{"65 words", search.Parse(words(search.MaxTerms+1), nil), search.MaxTerms, 1},
		{"128 pasted words", search.ParsePaste(words(search.MaxPasteTerms), false), search.MaxPasteTerms, 0},
		{"129 pasted words", search.ParsePaste(words(search.MaxPasteTerms+1), false), search.MaxPasteTerms, 1},
	} {
		res := ask(t, x, content.Viewer{}, c.query)
		if res.Terms != c.terms || len(res.Notices) != c.notices {
			t.Errorf("%s: %d terms, notices %q; want %d and %d", c.name, res.Terms, res.Notices, c.terms, c.notices)
		}
	}
	// A word beyond the limit is not looked for.
	far := search.ParsePaste(words(search.MaxPasteTerms)+"vacuum", false)
	if res := ask(t, x, content.Viewer{}, far); res.Total != 0 {
		t.Errorf("found %v", paths(res))
	}
}

func testSuggestions(t *testing.T, open Open) {
	x := open(t, pages())
	for _, c := range []struct{ query, want string }{
		{"disk full", ""},
		{"jounral vacuum", "journal vacuum"},
		{"Jounral vacuum", "Journal vacuum"},
		{"KubePodCrahsLooping", "KubePodCrashLooping"},
		{"what is KubePodCrahsLooping?", "what is KubePodCrashLooping?"},
		{"hypervizor, restart", "hypervisor, restart"},
		{"hypervizors", "hypervisors"},
		{"0x80070006", ""}, // another error is no misspelling
		{"xylophone", ""},
		{"dsk", ""},
	} {
		if got := ask(t, x, content.Viewer{}, search.Parse(c.query, nil)).Suggestion; got != c.want {
			t.Errorf("%q: got %q, want %q", c.query, got, c.want)
		}
	}
}

// testHostile asks what nobody should ask. There is an answer to all of it.
func testHostile(t *testing.T, open Open) {
	x := open(t, pages())
	long := func(s string) string { return strings.Repeat(s, search.MaxPasteBytes/len(s)) }
	for name, text := range map[string]string{
		"empty":             "",
		"white space":       " \t\r\n\u00a0\u3000",
		"stop words":        "the of and is to",
		"punctuation":       `!"#$%&'()*+,-./:;<=>?@[\]^_{|}~` + "`",
		"control":           "\x00\x01\x1e\x1f\x7f",
		"control in a word": "di\x00sk fu\x1fll",
		"invalid UTF-8":     "\xff\xfe disk \xc3\x28 \xed\xa0\x80",
		"half a character":  "磁盘"[:4],
		"query syntax":      `title:"disk" AND (full OR -x) +y ~2 ^3 /.*/ [a TO z] {b} *?*`,
		"stars":             long("*"),
		"wildcards":         long("*a?"),
		"one long word":     long("a"),
		"many words":        long("disk full "),
		"many other words":  long("qx7 "),
		"capitals":          long("aB"),
		"hyphens":           long("a-"),
		"options":           long("--force "),
		"equals":            long("a=b,"),
		"CJK":               long("磁盘"),
		"emoji":             long("👩‍🚒"),
		"combining":         "e" + long("\u0301"),
		"right to left":     "\u202e" + "ksid lluf",
		"zero width":        "di\u200bsk",
		"parentheses":       long("("),
		"stop words only":   long("to-do the-of "),
		"special letters":   "İıſKÅﬁ ẞ ǅ",
	} {
		t.Run(name, func(t *testing.T) {
			for _, q := range []search.Query{search.Parse(text, nil), search.ParsePaste(text, false)} {
				for _, v := range []content.Viewer{{}, content.NewViewer("staff")} {
					res := ask(t, x, v, q)
					if res.Total < len(res.Hits) || len(res.Hits) > q.Limit {
						t.Errorf("%d hits of %d", len(res.Hits), res.Total)
					}
					for _, h := range res.Hits {
						for _, s := range h.Sections {
							checkHTML(t, s.Snippet)
						}
					}
				}
			}
		})
	}
	if res := ask(t, x, content.Viewer{}, search.Parse("the of and is to", nil)); res.Terms != 0 || res.Total != 0 {
		t.Errorf("stop words: looked for %d, found %d", res.Terms, res.Total)
	}
}

func testCancelled(t *testing.T, open Open) {
	x := open(t, pages())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, text := range []string{"disk full", "", "xylophone", "the"} {
		if _, err := x.Search(ctx, content.Viewer{}, search.Parse(text, nil)); !errors.Is(err, context.Canceled) {
			t.Errorf("%q: got error %v, want that of the context", text, err)
		}
	}
}

// testConcurrent wants the same answers whoever else is asking.
func testConcurrent(t *testing.T, open Open) {
	x := open(t, pages())
	queries := []string{"disk full", "hypervisor", "0x80070005", "jounral vacuum", "voyage", "磁盘", "the", "restart the server"}
	want := make([]search.Results, len(queries))
	for i, text := range queries {
		want[i] = ask(t, x, content.Viewer{}, search.Parse(text, nil))
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := range 5 * len(queries) {
				i := (w + n) % len(queries)
				got, err := x.Search(t.Context(), content.Viewer{}, search.Parse(queries[i], nil))
				if err != nil {
					t.Error(err)
					return
				}
				if d := cmp.Diff(want[i], got); d != "" {
					t.Errorf("%q: %s", queries[i], d)
					return
				}
			}
		})
	}
	wg.Wait()
}

func testEmpty(t *testing.T, open Open) {
	x := open(t, nil)
	res := ask(t, x, content.Viewer{}, search.Parse("disk full", nil))
	if res.Total != 0 || len(res.Hits) != 0 || res.Suggestion != "" {
		t.Errorf("got %+v", res)
	}
}
