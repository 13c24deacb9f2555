package markdown_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"rutter/content/markdown"
)

// morsels are what random pages are made of: short things that mean something next to each other. A middle dot is a
// space, a pilcrow the end of a line, an arrow a tab.
var morsels = strings.Fields(`[ ] ( ) ![ [^ [^1] [^1]:· * ** _ ~~ ^ > - + 1. | |-| # ##· =· --- {#a} {#a·b} {.c} { } < > </ /> <!-- -->
	<? ?> <![CDATA[ ]]> <b> </b> <b·id=y> <a·href="x"> <a·id=x> <a·name="x"> <a·href=z·id=w> </a> <div> </div> <div·id=v> <p> </p>
	<details> <summary> </summary> </details> <table> <tr> <td> </td> </table> <ul> <li> </ul> <pre> </pre> <code> </code> <br>
	<img·src=x> <img·src=//x/y> <img·src="data:x"·alt=a> <script> </script> <style> </style> <svg> </svg> <math> <title> </title>
	<textarea> <select> <option> <form> <input> <iframe> <template> <h1> </h1> <kbd> <sub> <x> <x·y> <x·y=z> </main> </article>
	</body> <html> <body> <col> <caption> <i> </i> <em> <span> </span> <dl> <dd> <ruby> <rt> "' '" \ & &lt; &#106; &colon; &Tab;
	javascript: JaVa data: vbscript: http:// https://a.b/c?d=e&f "t" x y.md #a // /\ \\ a@b.c www.a.b ~ ~~~ $· sh html é 磁 😀
	· · · ¶ ¶ ¶ ¶¶ ¶¶¶ ···· → ` + "` `` ```")

// TestRandomPages puts morsels together at random: whatever comes of it, nothing acts and nothing falls out.
func TestRandomPages(t *testing.T) {
	n := 3000
	if testing.Short() {
		n /= 10
	}
	decode := strings.NewReplacer("·", " ", "¶", "\n", "→", "\t")
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		var b strings.Builder
		for range 3 + r.IntN(60) {
			b.WriteString(decode.Replace(morsels[r.IntN(len(morsels))]))
		}
		p, _ := markdown.Parse("a.md", []byte(b.String()), 1)
		p.Sections()
		html, err := p.HTML(markdown.HTMLOptions{Title: "x", Resolve: resolve})
		if err == nil {
			err = harmless(html)
		}
		if err != nil {
			t.Fatalf("seed %d: %v\n%q\n%s", seed, err, b.String(), html)
		}
	}
}
