package markdown_test

import (
	"strings"
	"testing"

	"rutter/content/markdown"
)

// TestSpansOfDestinations: what a span names is the destination as the author wrote it, byte for byte.
func TestSpansOfDestinations(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"[a](b.md)", "b b.md"},
		{"é [a](b.md \"title\") [c](d.md)", "b b.md|b d.md"},
		{"[a](<b c.md>)", "< b c.md"},
		{"[a](  b.md  'x')", "b b.md"},
		{"[a](\n  b.md\n  'x')", "b b.md"},
		{"> [a](\n> b.md)", "b b.md"},
		{"- x\n\n\t[a](b.md)\n", "b b.md"},
		{"- - [a](b.md)\n", "b b.md"},
		{"1.\t[a](b.md)\n", "b b.md"},
		{"[a](b\\(1.md)", "b b\\(1.md"},
		{"[a](b(1).md#x?y)", "b b(1).md#x?y"},
		{"[a](b&amp;c.md)", "b b&amp;c.md"},
		{"![a](b.png)", "b b.png"},
		{"[![a](b.png)](c.md)", "b c.md|b b.png"},
		{"[`](x.md)`](b.md)", "b b.md"},
		{"[a][r] and [r] and [b][]\n\n[r]: c.md 'title'\n[b]: <d e.md>\n[r]: second.md\n", "b c.md|b c.md|< d e.md"},
		{"[a][r]\n\n> [r]:\n>   c.md\n", "b c.md"},
		{"[a][r]\n\n```\n[r]: code.md\n```\n\n[r]: c.md\n", "b c.md"},
		{"<a href=\"b.md\">x</a> <img alt='1' src='c.png'><a id=q href=d.md>", "\" b.md|' c.png|= d.md"},
		{"<div>\n<a\n  href=\"b.md\"\n>x</a>\n</div>", "\" b.md"},
		{"> <div>\n> <a\n>   href=\"b.md\">x</a>\n> </div>", "\" b.md"},
		{"<a href='b&amp;c.md'>x</a>", "' b&amp;c.md"},
		{"<a href=\"b\nc.md\">x</a>", "?"},
		{"[a]() and [b](<>)", "?|?"},
		{"| a | b |\n|---|---|\n| [x](y.md) | [z](a\\|b.md) |\n", "b y.md|b a\\|b.md"},
		{"text[^1]\n\n[^1]: see [a](b.md)\n", "b b.md"},
		{"term\n: [a](b.md)\n", "b b.md"},
		{"[a](b.md)\r\n\r\n[c](d.md)\r\n", "b b.md|b d.md"},
	} {
		t.Run(tt.src, func(t *testing.T) {
			p, _ := markdown.Parse("a.md", []byte(tt.src), 3)
			if len(p.Spans) != len(p.Links) {
				t.Fatalf("%d links, %d spans", len(p.Links), len(p.Spans))
			}
			lines := strings.Split(tt.src, "\n")
			var got []string
			for i, s := range p.Spans {
				if s == (markdown.Span{}) {
					got = append(got, "?")
					continue
				}
				text := lines[s.Line-3][s.From:s.To]
				if s.Form == markdown.Bare || s.Form == markdown.Angled {
					if u := markdown.Unescape(text); u != p.Links[i].Dest {
						t.Errorf("%q is not %q", u, p.Links[i].Dest)
					}
				}
				got = append(got, string(rune(s.Form))+" "+text)
			}
			if g := strings.Join(got, "|"); g != tt.want {
				t.Errorf("got %s, want %s", g, tt.want)
			}
		})
	}
}
