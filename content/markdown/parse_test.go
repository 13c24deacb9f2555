package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rutter/content/markdown"
)

// TestPositionsInAnyEncoding: line ends and marks that editors hide do not move what an author is told.
func TestPositionsInAnyEncoding(t *testing.T) {
	const src = "ü 磁 [a](1.md)\n\n- é [b](2.md)\n<b id=\"x\">[c](javascript:x)</b>\n"
	want := []markdown.Link{{Dest: "1.md", Line: 11, Column: 5}, {Dest: "2.md", Line: 13, Column: 5}}
	for name, s := range map[string]string{
		"Unix":            src,
		"Windows":         strings.ReplaceAll(src, "\n", "\r\n"),
		"old Mac":         strings.ReplaceAll(src, "\n", "\r"),
		"byte order mark": "\xef\xbb\xbf" + src,
		"both":            "\xef\xbb\xbf" + strings.ReplaceAll(src, "\n", "\r\n"),
		"no last line":    strings.TrimSuffix(src, "\n"),
		"NUL":             strings.ReplaceAll(src, "é", "\x00"),
		"not UTF-8":       strings.ReplaceAll(src, "é", "\xff"),
	} {
		p, problems := markdown.Parse("a.md", []byte(s), 11)
		if d := cmp.Diff(want, p.Links); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), "a.md:14:11: link-scheme") {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestTitleAndLead(t *testing.T) {
	for src, want := range map[string][2]string{
		"":                                  {"", ""},
		"# A  *b*\n\nText\nmore\n":          {"A b", "Text more"},
		"## Two\n\n# One\n":                 {"One", ""},
		"A\nb\n===\n":                       {"A b", ""},
		"> quote\n\n- item\n\nlead `code`":  {"", "lead code"},
		"# \n\nx":                           {"", "x"},
		"# `<ns>` &amp; <pod>\n\n![alt](x)": {"<ns> & <pod>", "alt"},
	} {
		p, _ := markdown.Parse("a.md", []byte(src), 1)
		if got := [2]string{p.Title, p.Lead}; got != want {
			t.Errorf("%q: %q, want %q", src, got, want)
		}
	}
}

// TestRefusedPageShowsItsText: a page that is not parsed can still be read, found by its words, and named.
func TestRefusedPageShowsItsText(t *testing.T) {
	src := "# A title\n\nwords & <b>\n\n" + strings.Repeat(">", 1000)
	p, problems := markdown.Parse("a.md", []byte(src), 5)
	if !p.Refused || p.Title != "A title" || len(problems) != 1 || !strings.HasPrefix(problems[0].String(), "a.md:9:1: markdown-refused: ") {
		t.Fatalf("%v %q %v", p.Refused, p.Title, problems)
	}
	if s := p.Sections(); len(s) != 1 || s[0].Text != src {
		t.Errorf("%v", s)
	}
	html, err := p.HTML(markdown.HTMLOptions{Resolve: resolve})
	if err != nil || !strings.HasPrefix(string(html), "<pre class=\"plain\"># A title\n\nwords &amp; &lt;b&gt;\n") {
		t.Errorf("%.80s %v", html, err)
	}
}

func TestSlug(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "A b": "a-b", "Ä Ö": "ä-ö", "a_b-c": "a_b-c", "1.2.3": "123", "a\tb\nc": "a-b-c", "¿Qué?": "qué",
		"Ελλάς": "ελλάς", "हिन्दी": "हिन्दी", "한국어 1": "한국어-1", "½ ² ٣": "--٣", "a/b\\c": "abc", "'\"<>&": "", "e\u0301": "e\u0301",
	} {
		if got := markdown.Slug(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
