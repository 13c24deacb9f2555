package markdown_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"rutter/content/markdown"
)

// slow is how long a page may take on a busy machine; an idle one needs a fraction of a second.
const slow = 3 * time.Second

// small patterns that Markdown parsers have been slow on when they are repeated, and their relatives.
var patterns = strings.Split("["+`
]
[a](
[a](b
![
![a](
[a][
[a]
[[a]](b)
[^
[^1]
[^1]: 
[^1]: a\n\n
[^1]: [^2]: 
^[
*
**
***
_
~
~~
*a 
*a_ 
a**b
_a __a 
*a **a 
a_b*c 
~a ~~a 
*_
x ** y
`+"`\n``\n`a\n`a``b\na` \n```\\n\n~~~\\n\n``a`"+`
>
> 
>\n
> a\n
> - 
- 
* 
+ 
1. 
1) 
- a\n
- a\n\n
-\n
 - a\n
* a\n + b\n  - c\n
- - - a\n
|
|\n
|a
| a | b |\n
a|b\n-|-\n
|-|-|\n
|a|\n|-|\n
[a]: b\n
[a]: b 'c\n
[a]: <
[a]:\n
[a\\]
\\[
[a](<b
[a](b "
[x](((
<
<a 
<a b="
<a b='c' 
</
<!
<!--
<!-- -
<!--a-->
-->
<?
<![CDATA[
<!A 
<a>
<b>
<br>
<div>\n
<details>\n\n
<pre>\n
<script>
<style>\n
<svg>
<http:
<a@b.c>
<table><tr><td>
<ul><li>
<a href='x'>
<x y>
{
{a=
{a=[
{a={
# a\n
# a {#b}\n
# {a="
a\n=\n
a\n-\n
=\n
---\n
a\n: b\n
: 
: : 
a\n\n: b\n\n
www.
www.a.b 
http://a
http://a.b/(((
a@a
a@a.a 
.@
&
&#x
&amp;
\t
\ta\n
\t- 
\n
a  \n
\\
é
磁
😀
- [ ] 
> [!NOTE]\n
[![a](b)](c)
<b>*
*[
|\\|
[a](b)|`, "\n")

// beginnings put a pattern into a place where it is read in another way.
var beginnings = []string{"", "a\n\n", "> ", "- ", "| a |\n|---|\n| ", "[^1]\n\n[^1]: ", "# ", "term\n: ", "<div>\n", "a\n===\n", "<b>", "- a\n\n  ", "\t"}

// TestPathological: whatever is repeated, a page is refused by a problem that names a line, or parsed and rendered
// soon.
func TestPathological(t *testing.T) {
	if testing.Short() {
		t.Skip("times mean nothing under the race detector")
	}
	unescape := strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`)
	var inputs []string
	for i, p := range patterns {
		p = unescape.Replace(p)
		inputs = append(inputs, repeat(p, 100_000))
		// Every pattern in some other place; over the patterns all places are met.
		inputs = append(inputs, beginnings[i%len(beginnings)]+repeat(p, 40_000))
	}
	each(t, inputs)
}

// TestPathologicalHistory: what was found to take seconds or minutes, with what cannot be made by repeating.
func TestPathologicalHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("times mean nothing under the race detector")
	}
	growing := func(s, sep string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat(s, i+1) + sep)
		}
		return b.String()
	}
	stairs := func(indent, item string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat(indent, i) + item)
		}
		return b.String()
	}
	ids := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "<b id=\"i%d\">", i)
		}
		return b.String()
	}
	each(t, []string{
		repeat(">", 300_000),
		"[^1]\n\n[^1]: " + repeat(">", 300_000),
		"<b>" + repeat("~~", 300_000),
		"| a |\n|---|\n| " + repeat("~", 300_000),
		"a " + repeat(repeat("~", 30_000)+"\n\n", 500_000),
		stairs("  ", "- a\n", 64) + repeat("\n", 500_000),
		stairs("  ", "- a\n", 200) + repeat("\n", 500_000),
		"> - a\n>   - a\n>     - a\n" + stairs(">  ", "- a\n", 100) + repeat(">\n", 500_000),
		repeat(repeat("[a](", 30_000)+"\n\n", 500_000),
		repeat(repeat("*a_ ", 80_000)+"\n\n", 500_000),
		growing("`", "a", 900),
		growing("`", "\n", 900),
		"# " + repeat("{a=[", 500_000),
		"# " + repeat("{a={", 500_000),
		"```" + repeat("~~<div>", 60_000) + "\n```\n",
		"~~~ " + repeat("[a]", 300_000),
		repeat("```java\n"+strings.Repeat("\n", 4000)+"```\n\n", 100_000),
		repeat("```c++\n"+strings.Repeat("\n", 4000)+"```\n\n", 100_000),
		repeat("```hcl\n"+strings.Repeat("&", 4000)+"\n```\n\n", 100_000),
		repeat("```yaml\n"+strings.Repeat("a: 'b'\n", 2000)+"```\n\n", 500_000),
		ids(400) + strings.Repeat("\n\np", 20_000),
		"<div>\n" + ids(400) + strings.Repeat("<p>p", 20_000) + "\n</div>\n",
		"<br>\n" + strings.Repeat("**a ", 600) + strings.Repeat("a** ", 600),
		"<br>\n" + strings.Repeat("- ", 240) + "a",
		strings.Repeat("<div>\n", 2000) + "<p>x",
		"<!-- " + repeat("`a*[", 500_000) + "-->",
		repeat("[^a]: b\n\n", 300_000),
		repeat("\n1. ```</\n", 60_000),
		repeat("\n``` unknown{}\nx\n```\n", 60_000),
		repeat("``\\", 30_000) + repeat("/![\n", 30_000),
		repeat("\\```=\\\n", 60_000),
	})
}

// repeat returns s so often that it has about n bytes, or, in a short test, a tenth of that.
func repeat(s string, n int) string {
	if testing.Short() {
		n /= 10
	}
	return strings.Repeat(s, max(1, n/len(s)))
}

// each parses and renders inputs on all processors.
func each(t *testing.T, inputs []string) {
	t.Helper()
	work := make(chan string)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for in := range work {
				soon(t, in)
			}
		})
	}
	for _, in := range inputs {
		work <- in
	}
	close(work)
	wg.Wait()
}

func soon(t *testing.T, in string) {
	t.Helper()
	name := fmt.Sprintf("%d bytes of %.40q", len(in), in)
	start := time.Now()
	p, problems := markdown.Parse("a.md", []byte(in), 1)
	p.Sections()
	html, err := p.HTML(markdown.HTMLOptions{Resolve: resolve})
	took := time.Since(start)
	switch {
	case err != nil:
		t.Errorf("%s: %v", name, err)
	case took > slow:
		t.Errorf("%s: %v", name, took)
	case p.Refused && (len(problems) != 1 || problems[0].Line < 1 || problems[0].Rule != "markdown-refused"):
		t.Errorf("%s: refused without a word: %v", name, problems)
	case len(html) > 60*len(in)+1000:
		t.Errorf("%s: becomes %d bytes", name, len(html))
	}
}

// TestLargePagesAreNotRefused: what may well stand on a page is below every limit.
func TestLargePagesAreNotRefused(t *testing.T) {
	for name, src := range map[string]string{
		"a log in a code block": "# Log\n\n```\n" + strings.Repeat("[12.3] some_snake_case *** `x` [[y]] > > > a_b_c_d_e_f\n", 30_000) + "```\n\nText.\n",
		"a log with fences":     "```text\n" + strings.Repeat("> ```\n    ```\n<!-- \n[a][b_c_d]\n", 20_000) + "```\n",
		"a log in a list":       "1. Run\n\n   ```\n" + strings.Repeat("   [12.3] some_snake_case a_b_c_d_e_f\n", 10_000) + "   ```\n\n2. Next\n",
		"a table of metrics":    "| Metric | Meaning |\n|---|---|\n" + strings.Repeat("| `node_memory_free_bytes` | see [here](x.md#node_memory_free_bytes) |\n", 3000),
		"a list of changes":     strings.Repeat("- Fixed *something* in `some_file.go` ([#1234](https://example.org/1234)) [a][b]\n", 10_000),
		"deep lists":            strings.Repeat("- a\n  - b\n    - c\n      - d\n        - e\n\n          text\n", 3000),
		"a quote in quotes":     strings.Repeat(strings.Repeat("> ", 20)+"text\n", 2000),
		"banners in code":       "```\n" + strings.Repeat(strings.Repeat(">", 120)+"\n"+strings.Repeat("- ", 60)+"\n", 500) + "```\n",
		"rules":                 strings.Repeat(strings.Repeat("* ", 200)+"\n\n"+strings.Repeat("-", 400)+"\n\n", 50),
		"many headings":         strings.Repeat("## Heading {#x}\n\ntext with [a](b.md)\n\n", 5000),
		"much HTML":             strings.Repeat("<details><summary>x</summary>\n\ntext<br>more\n\n</details>\n\n", 3000),
		"braces":                "# {{ .Values.a }}\n\n" + strings.Repeat("{{ template \"x\" . }} {a: {b: c}}\n", 2000),
	} {
		if p, problems := markdown.Parse("a.md", []byte(src), 1); p.Refused {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// TestGuardIsNotFooled hides a paragraph that is over the limits where a careless reader takes it for code.
func TestGuardIsNotFooled(t *testing.T) {
	much := strings.Repeat("[a](", 40_000)
	for name, before := range map[string]string{
		"no code":                          "",
		"indented code":                    "    ```\n\n",
		"HTML":                             "<div>\n```\n</div>\n\n",
		"a comment that goes on":           "<!--\n\n```\n-->\n\n",
		"a script that goes on":            "<script>\n\n```\n</script>\n\n",
		"a fence in a quote":               "> ```\n\n",
		"a fence in a list":                "- a\n\n  ```\n\n",
		"a fence that is closed":           "```\na\n```\n\n",
		"a fence that looks open":          "```\n    ```\n```\n\n",
		"a fence of tildes":                "~~~\n```\n~~~\n\n",
		"a longer fence":                   "````\n```\n````\n\n",
		"an inner fence that ends":         "> ```\ntext\n\n```\na\n```\n\n",
		"a declaration":                    "<!X\n\n```\n>\n\n",
		"a processing instruction":         "<?x\n\n```\n?>\n\n",
		"a comment in code by indentation": "    <!--\n\n```\n-->\n```\n\n",
	} {
		if p, _ := markdown.Parse("a.md", []byte(before+much), 1); !p.Refused {
			t.Errorf("%s hides it", name)
		}
	}
}
