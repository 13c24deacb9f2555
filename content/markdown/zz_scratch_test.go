package markdown

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func rep(s string, size int) string { return strings.Repeat(s, size/len(s)+1) }

func TestZZFamilies(t *testing.T) {
	unit := []string{
		"[", "]", "[]", "[a](", "[a](b", "![", "![a](", "![a][", "[a][", "[a]", "[a][b]", "[[a]](b)", "[^", "[^a", "[^1]", "[^1]: ", "[^1]: a\n\n", "[^1]: [^2]: ", "[^a]: > ", "^[",
		"*", "**", "***", "_", "__", "~", "~~", "*a ", "*a_ ", "a**b", "a*", "a**", "*a **a ", "_a __a ", "a_b", "~a ~~a ", "*_*_", "**a*b", "a***", "*a*", "x ** y", "a*b_", "*_~",
		"`", "``", "`a", "`a``b", "a` ", "```\n", "~~~\n", "`a` ", "``a`",
		">", "> ", ">\n", "> a\n", "> - ", "- ", "* ", "+ ", "1. ", "1) ", "- a\n", "- a\n\n", "-\n", "1.\n", " - a\n", "- - a\n", "-   - a\n\n", "* a\n + b\n  - c\n",
		"|", "|\n", "|a", "| a | b |\n", "|-", "|-|-|\n", "a|b\n-|-\n", "a\n-|-\n", "|a|\n|-|\n", "| a\n| -\n|", ":-|",
		"[a]: b\n", "[a]: b 'c\n", "[a]: b \"", "[a]: <", "[a]:\n", "[a", "[a]: b\n[a]\n", "[a\\]", "\\[", "[\\", "[a](<b", "[a](b \"", "[a](b 'c", "[a](b (", "[x](((", "[a](\\", "](",
		"<", "<a", "<a ", "<a b", "<a b=", "<a b=\"", "<a b='c' ", "</", "</a", "<!", "<!-", "<!--", "<!-- ", "<!--a-->", "<!-- -", "--", "-->", "<?", "<?a", "<![CDATA[", "<!A", "<!A ", "]]>", "<a>", "<b>", "<div>\n", "<div>", "<details>\n\n", "<details>\n", "</div>\n", "<pre>\n", "<pre>", "<script>\n", "<script>", "<style>", "<textarea>", "<http:", "<a:b>", "<a@b", "<a@b.c>", "<table>", "<table><tr><td>", "{", "{a=", "{a=[", "{a={", "{a ", "{#a}", "{.a", "<p>", "<ul><li>", "<a href='x'>", "<x y>", "<svg>", "<br>",
		"# a\n", "#", "# ", "# a {", "# a {#b}\n", "# a {.b .c\n", "# {", "a {", "a\n=\n", "a\n-\n", "=", "=\n", "-", "--\n", "---\n", "***\n", "# x {a=1", "# x {a=\"", "# a {class=1 class=2}\n", "# a\n\n",
		"a\n: b\n", ": b\n", "a\n:   b\n\n", ":", ": ", ": : ", "a\n: b\n: c\n", "a\n\n: b\n\n", "a\n: - ", "a\n:   a\n",
		"www.", "www.a", "www.a.b ", "www.a.", "http://", "http://a", "http://a.b ", "https://a.b(", "http://a.b/(((", "a@", "a@a", "a@a.", "a@a.a ", "a@a ", "a.b@c.d", "@", ".@", "a.", "a-", "http:", "ftp://a.b", "www.a.b&", "http://a.b/;", "http://a.b/&a;", "a_", "a+", "&", "&a", "&amp;", "&#", "&#1", "&#x", "&#1234567890",
		"\t", " \t", "\ta\n", "\t- ", "\n", " \n", "a\n", "a  \n", "a\\\n", "\\", "\\a", "\\*", " ", "a ", "a", "é", "中", "\u00a0", "\x00", "\ufffd", "\xff", "😀", "ß ",
		"- [ ] ", "- [x] a\n", "[ ] ", "> [!NOTE]\n", "> [!NOTE] ", "[!NOTE]", "$ ", "\"", "'", "!", "!!", "![](", "![a](b)", "[![", "[![a](b)](c)", "[a](b)", "<a@a.a>", "<b>*", "*<b>", "**[", "[*", "`[", "[`", "*`", "_[", "~[", "|[", "|`", "|*", "|\\|", "|<", "[|", "a|", "[a]|", "[a](b)|",
	}
	pre := []string{"> > ", "- - - ", "a\n===\n", "<b>", "- a\n\n  ", "\t", "", "a\n\n", "> ", "- ", "| a |\n|---|\n| ", "[^1]\n\n[^1]: ", "# ", "term\n: ", "<div>\n"}
	size := 300_000
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	for pi, p := range pre {
		for _, u := range unit {
			if  os.Getenv("ZZ") == "1" && pi != 6 {
				continue
			}
			src := []byte(p + rep(u, size))
			t0 := time.Now()
			pg, ps := Parse("a.md", src, 1)
			d1 := time.Since(t0)
			pg.Sections()
			d2 := time.Since(t0) - d1
			var out []byte
			var err error
			out, err = pg.HTML(HTMLOptions{Resolve: func(s string, _ bool) (string, bool) { return "/" + s, false }})
			d3 := time.Since(t0) - d1 - d2
			if tot := time.Since(t0); tot > 500*time.Millisecond || err != nil || len(out) > 30*size {
				fmt.Printf("%8.2fs parse %.2f sect %.2f html %.2f  refused=%v probs=%d out=%d err=%v  %q+%q\n", tot.Seconds(), d1.Seconds(), d2.Seconds(), d3.Seconds(), pg.Refused, len(ps), len(out), err, p, u)
			}
		}
	}
}
