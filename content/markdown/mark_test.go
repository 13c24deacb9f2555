package markdown_test

import (
	"regexp"
	"strings"
	"testing"

	"rutter/content/markdown"
)

// TestMarks: a line's mark stands before the block that the line is part of.
func TestMarks(t *testing.T) {
	src := strings.Join([]string{
		"# Title",       // 5
		"",              // 6
		"One paragraph", // 7
		"of two lines.", // 8
		"",              // 9
		"- an item",     // 10
		"- another",     // 11
		"  - deeper",    // 12
		"",              // 13
		"```sh",         // 14
		"ls",            // 15
		"```",           // 16
		"",              // 17
		"| a | b |",     // 18
		"|---|---|",     // 19
		"| 1 | 2 |",     // 20
		"",              // 21
		"> [!NOTE]",     // 22
		"> quoted",      // 23
		"",              // 24
		"## Steps",      // 25
		"",              // 26
		"### First",     // 27
		"",              // 28
		"Do it.",        // 29
		"",              // 30
		"### Second",    // 31
		"",              // 32
		"Done.",         // 33
	}, "\n")
	before := map[int]string{
		2: "One paragraph", 5: "One paragraph", 7: "One paragraph", 8: "One paragraph", 10: "an item", 12: "an item", 14: "ls", 15: "ls", 16: "ls", 20: "<table",
		23: "quoted", 25: "Steps", 27: "First", 29: "Do it.", 33: "Done.", 99: "Done.",
	}
	for line, text := range before {
		p, _ := markdown.Parse("a.md", []byte(src), 5)
		html, err := p.HTML(markdown.HTMLOptions{Title: "Title", Resolve: resolve, Marks: []markdown.Mark{{Line: line, Named: line}}})
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(`<a class="here" id="/line-\d+"></a>\n((?s:.*))`).FindSubmatch(html)
		if m == nil {
			t.Errorf("line %d has no mark", line)
			continue
		}
		rest := string(m[1])
		if i := strings.Index(rest, text); i < 0 || strings.Count(rest[:i], "<p>") > 1 || i > 200 {
			t.Errorf("line %d: before %.80q, want before %q", line, rest, text)
		}
	}
}
