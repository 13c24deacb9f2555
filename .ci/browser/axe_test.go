package browser

import (
	_ "embed"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed axe/axe.min.js
var axe string

// violations runs axe with its best practices and lists what it found: rule, place, and what to do.
const violations = `(async () => {
	const found = await axe.run(document, { resultTypes: ['violations'], preload: false });
	return found.violations.flatMap(v => v.nodes.map(n => v.id + ' at ' + n.target.join(' ') + ': ' + n.failureSummary.replace(/\s+/g, ' ')));
})()`

// nothingForAxe runs axe on every view, narrow and wide, in both schemes, and on the open search box.
func nothingForAxe(t *testing.T, w world) {
	check := func(b *tab, what string) {
		b.t.Helper()
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{320, 1280} {
				b.media("", scheme)
				b.size(width)
				for _, s := range eval[[]string](b, violations) {
					t.Errorf("%s, %s, %d: %s", what, scheme, width, s)
				}
			}
		}
		b.media("", "")
		b.size(1280)
	}
	load := func(b *tab) { eval[bool](b, axe+"\n;true") }
	each(t, w, func(b *tab, v view) {
		load(b)
		check(b, v.path)
	})

	b := newTab(t, w.browser, w.readers)
	b.open("/")
	load(b)
	b.press("k", chromedp.ModifierCtrl)
	check(b, "the box, empty")
	b.press("barnacle")
	wait(t, "results in the box", func() (bool, string) { return b.count(".box [role=option]") > 0, b.text(".box") })
	b.press(kb.ArrowDown)
	check(b, "the box, with results")
	b.clean()
}
