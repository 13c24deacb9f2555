package markdown_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"rutter/content/markdown"
)

// FuzzParse: no input makes the parser panic, and no page holds anything that could act.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(a.Files[0].Data))
	}
	for _, s := range []string{
		"<a href=\"&#x6a;avascript:x\" id='a\"b'>", "<<script>alert(1)</script>", "<img src=x onerror=y><svg/onload=z>", "<a name=x id=y>",
		"<p title=\"</pre><script>\">", "`<script>`", "</textarea><script>", "<!--><script>x</script>-->", "<![CDATA[<script>]]>",
		"[x](//a\\b)", "[x](\\\\a)", "[x](<\x01javascript:x>)", "![a](<javascript:x>)", "<javascript:x>", "[a]: javascript:x\n[a]", "[^1]\n\n[^1]: [^1]",
		"# a {#a}\n# a {#a}\n<a id=a>", "# a {class=1 class=2 id=3}", "# a {id=[1] class=[x]}", "<table><td><table><tr></td>", "<b><p></b><a><a>", "<pre>\n\nx", "<details><summary></details></summary>",
		"```<b>\"\n", "$ ", "```sh\n$ \\\n", "> [!NOTE]\n> <b", "a\n: <b", "|<a id=x>|\n|-|\n|</table>|", "\x00", "\xff<\xfe", "\r\r\n<b\r>", "<a id=\"fn:1\">[^1]\n\n[^1]: x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		p, problems := markdown.Parse("a.md", []byte(src), 1)
		last := 1 + strings.Count(src, "\n") + strings.Count(src, "\r")
		for _, pr := range problems {
			if pr.Line < 1 || pr.Line > last || pr.Column < 0 || pr.Text == "" || strings.Contains(pr.Text, "the parser fails") {
				t.Errorf("problem %v", pr)
			}
		}
		for _, l := range p.Links {
			if l.Line < 1 || l.Line > last || l.Column < 1 {
				t.Errorf("link %+v", l)
			}
		}
		ids := map[string]bool{}
		for _, id := range p.Anchors {
			if id == "" || ids[id] {
				t.Errorf("the anchor %q twice", id)
			}
			ids[id] = true
		}
		for _, h := range p.Headings {
			if !ids[h.ID] || h.Level < 1 || h.Level > 6 {
				t.Errorf("heading %+v", h)
			}
		}
		if len(p.Sections()) == 0 {
			t.Error("no section")
		}
		html, err := p.HTML(markdown.HTMLOptions{Title: p.Title, Resolve: resolve})
		if err != nil {
			t.Fatal(err)
		}
		if err := harmless(html); err != nil {
			t.Errorf("%v in\n%s", err, html)
		}
	})
}
