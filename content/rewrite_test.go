package content

import (
	"strings"
	"testing"

	"rutter/content/markdown"
)

// destinationOf finds the bytes of a file that are the destination of one of its links: of a reference those in the
// definition, of a quoted value those between the quotation marks. A destination that is put together from several
// lines, or a file that is not UTF-8, is not found.
func destinationOf(raw []byte, l markdown.Link) (from, to int, ok bool) {
	for _, w := range destinationsOf(raw) {
		if w.Link == l {
			return w.from, w.to, w.form != 0
		}
	}
	return 0, 0, false
}

func TestDestinationOf(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"inline", "[a](b.md) and [c](<d e.md> \"t\")\n", "b.md|d e.md"},
		{"after front matter", "---\ntitle: A\n---\n\n[a](b.md)\n", "b.md"},
		{"BOM and CRLF", "\ufeff---\r\ntitle: A\r\n---\r\nü [a](b.md)\r\n", "b.md"},
		{"an old Mac's line ends", "# A\r\r[a](b.md)\r[c](d.md)\r", "b.md|d.md"},
		{"mixed line ends", "a\r\n\rb\n[a](b.md)\r\n", "b.md"},
		{"reference", "[a][r] [r]\n\n[r]: b.md\n", "b.md|b.md"},
		{"reference in a quote before", "> [r]: b.md\n\n[a][r]\n", "b.md"},
		{"HTML", "<a href=\"b.md\">x</a> <img src=c.png>\n", "b.md|c.png"},
		{"escapes", "[a](b\\_c.md) [a](b&amp;c.md#x)\n", "b\\_c.md|b&amp;c.md#x"},
		{"YAML list", "---\nuses:\n  - b.md\n  - 'c.md'\n  - \"d.md\"\n  -   e f.md   # note\n---\n", "b.md|c.md|d.md|e f.md"},
		{"YAML flow", "---\nuses: [b.md, 'c.md', \"d.md\"]\n---\n[x](y.md)\n", "b.md|c.md|d.md|y.md"},
		{"YAML of one", "---\nuses: b.md\n---\n", "b.md"},
		{"YAML with marks in it", "---\nuses: ['it''s.md', \"a\\\"b.md\"]\n---\n", "it''s.md|a\\\"b.md"},
		{"YAML over lines", "---\nuses:\n- >\n  b.md\n- c.md\n---\n", "?|c.md"},
		{"TOML", "+++\nuses = [\"b.md\", 'c.md']\n+++\n", "b.md|c.md"},
		{"JSON", "{\n  \"uses\": [\"b.md\", \"c.md\"]\n}\n[x](y.md)\n", "b.md|c.md|y.md"},
		{"not UTF-8", "\xff [a](b.md)\n", "?"},
		{"empty", "[a]()\n", "?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, _, _ := readDoc("a.md", []byte(tt.src), false, reading{})
			var got []string
			seen := map[markdown.Link]int{}
			for _, l := range d.Links {
				from, to, ok := destinationOf([]byte(tt.src), l)
				if seen[l]++; seen[l] > 1 { // of TOML, which knows the place of the key alone
					continue
				}
				if !ok {
					got = append(got, "?")
					continue
				}
				got = append(got, tt.src[from:to])
			}
			if g := strings.Join(got, "|"); g != tt.want {
				t.Errorf("got %s, want %s", g, tt.want)
			}
		})
	}
	if _, _, ok := destinationOf([]byte("[a](b.md)\n"), markdown.Link{Dest: "c.md", Line: 1, Column: 1}); ok {
		t.Error("found a link that is not there")
	}
}

// FuzzDestinationOf: what is found is what the link says, wherever it is.
func FuzzDestinationOf(f *testing.F) {
	for _, s := range []string{"[a](b.md)", "---\nuses: [a, 'b']\n---\n[x][y]\n\n[y]: <z>", "+++\nuses='a'\n+++\n<a href=b>", "{\"uses\":[\"a\"]}\n![x](y)", "- > [a](b\\(c&amp;d)\n", "\ufeff[a](b)\r[c](d)\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		d, _, _ := readDoc("a.md", []byte(src), false, reading{})
		ws := destinationsOf([]byte(src))
		for _, w := range ws {
			if w.form == 0 {
				continue
			}
			if w.from < 0 || w.to > len(src) || w.from >= w.to {
				t.Fatalf("%+v of %d bytes", w, len(src))
			}
			if got := strings.TrimSpace(w.meant([]byte(src))); got != strings.TrimSpace(w.Dest) {
				t.Errorf("%q is found for %q", got, w.Dest)
			}
		}
		if !d.Broken && len(ws) > len(d.Links) {
			t.Errorf("%d destinations of %d links", len(ws), len(d.Links))
		}
	})
}
