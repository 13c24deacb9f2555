package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rutter/content/markdown"
)

func withFormer(t *testing.T, src, title string, former map[string][]string) string {
	t.Helper()
	p, _ := markdown.Parse("a.md", []byte(src), 1)
	html, err := p.HTML(markdown.HTMLOptions{
		Title: title, Former: former, Resolve: func(dest string, _ bool) (string, bool) { return dest, true },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := harmless(html); err != nil {
		t.Errorf("%v\n%s", err, html)
	}
	return string(html)
}

func TestFormerAnchorsInHTML(t *testing.T) {
	const old, older = `<span id="old" class="former"></span>`, `<span id="older" class="former"></span>`
	for name, c := range map[string]struct {
		src, title string
		former     map[string][]string
		want       string // once, in what is rendered
	}{
		"at a heading":             {"text\n\n## New\n", "", map[string][]string{"new": {"old", "older"}}, `<h2 id="new">` + old + older + `New<a`},
		"at the top":               {"text *x*\n\n## New\n", "", map[string][]string{"": {"old"}}, `<p>` + old + `text`},
		"at a heading not shown":   {"# T\n\ntext\n\n## New\n", "T", map[string][]string{"t": {"old"}}, `<p>` + old + `text`},
		"at a heading not there":   {"text\n", "", map[string][]string{"gone": {"old"}}, `<p>` + old + `text`},
		"at another title":         {"# Name\n\ntext\n", "T", map[string][]string{"name": {"old"}}, `<p class="alt-title" id="name">` + old + `Name`},
		"above a list":             {"- [ ] one\n- two\n", "", map[string][]string{"": {"old"}}, `to do`},
		"above code":               {"```\nx\n```\n", "", map[string][]string{"": {"old"}}, old + "<figure"},
		"above a rule":             {"---\n\nx", "", map[string][]string{"": {"old"}}, old + "<hr"},
		"above an alert":           {"> [!NOTE]\n> text\n", "", map[string][]string{"": {"old"}}, `<p>` + old + `text`},
		"on a page of nothing":     {"", "", map[string][]string{"": {"old"}}, old},
		"at a step":                {"## 1. Look\n\n```sh\nls\n```\n\n## 2. Go\n\n```sh\nls\n```\n", "", map[string][]string{"2-go": {"old"}}, `done: </span>` + old + `Go`},
		"in a quote":               {"> ## New\n", "", map[string][]string{"new": {"old"}}, `<h2 id="new">` + old + `New`},
		"beside raw HTML":          {"<b>x\n\n## New\n", "", map[string][]string{"new": {"old"}}, old + `New`},
		"beside an empty heading":  {"##\n", "", map[string][]string{"section": {"old"}}, old},
		"of another alphabet":      {"## New\n", "", map[string][]string{"new": {"größe-検査"}}, `<span id="größe-検査" class="former"></span>New`},
		"one that was made unique": {"## New\n", "", map[string][]string{"new": {"a-1"}}, `<span id="a-1" class="former"></span>New`},
	} {
		t.Run(name, func(t *testing.T) {
			got := withFormer(t, c.src, c.title, c.former)
			if c.want == "to do" {
				c.want = `aria-label="To do"> ` + old
			}
			if strings.Count(got, c.want) != 1 || strings.Count(got, old) > 1 {
				t.Errorf("want %s once:\n%s", c.want, got)
			}
		})
	}
}

// TestFormerAnchorsThatAreLeftOut: the page is as it is without them.
func TestFormerAnchorsThatAreLeftOut(t *testing.T) {
	const src = "# T\n\n## New\n\n<a id=\"mine\"></a>x[^1]\n\n## New\n\n[^1]: note\n"
	want := withFormer(t, src, "T", nil)
	for _, id := range []string{
		"new", "new-1", "mine", "t", "", "/advisories", "/t-new", "fn:1", "fnref:1", "shape:ok", `x" onclick="y`, "x><script>", "a b", "Ü ", "\x00", "x'", "..//", "%41&amp;",
	} {
		for _, at := range []string{"new", "", "gone"} {
			if d := cmp.Diff(want, withFormer(t, src, "T", map[string][]string{at: {id, id}})); d != "" {
				t.Errorf("%q at %q: %s", id, at, d)
			}
		}
	}
	twice := withFormer(t, src, "T", map[string][]string{"new": {"old", "old"}, "new-1": {"old"}, "": {"old"}})
	if strings.Count(twice, `id="old"`) != 1 {
		t.Errorf("an id stands twice:\n%s", twice)
	}
}
