package browser

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const pasteInto = `(() => {
	const f = document.querySelector(%s), data = new DataTransfer();
	data.setData('text', %s);
	f.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
	return true;
})()`

// pasteAndBack pastes a log, opens what answers, and comes back to the answer.
func pasteAndBack(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.open("/")
	b.press("/")
	b.press("nothing of this")
	eval[bool](b, `(document.querySelector('.box input').select(), true)`)
	b.loads("paste two lines", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](fmt.Sprintf(pasteInto, `".box input"`, strconv.Quote("barnacle: error "+edquota+"\nbarnacle: exit")))(ctx, target)
		return err
	}))
	if b.count(".hit") == 0 {
		t.Fatal("the pasted text finds nothing")
	}
	if strings.Contains(b.text(".paste pre"), "nothing of this") {
		t.Error("what was selected is still there")
	}
	heading := b.text("h1")
	b.follow(".hit h2 a")
	eval[bool](b, `(history.back(), true)`)
	wait(t, "the answer to come back", func() (bool, string) { return b.text("h1") == heading, b.text("h1") })
	b.clean()
}

// backRestores narrows twice and goes back twice: what is ticked is what the address says.
func backRestores(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	ticked := func() string {
		return eval[string](b, `[...document.querySelectorAll('.facets input:checked')].map(i => i.name + '=' + i.value).join(' ')`)
	}
	b.open("/search?q=depot")
	b.loads("choose a kind", chromedp.Click(chromedp.CSS(`.facets input[name=kind][value=playbook]`), chromedp.NodeVisible))
	b.loads("choose a product", chromedp.Click(chromedp.CSS(`.facets input[name=product]`), chromedp.NodeVisible))
	if got := strings.Count(ticked(), "="); got != 2 {
		t.Fatalf("ticked: %s", ticked())
	}
	for _, at := range []struct{ path, ticked string }{{"/search?q=depot&kind=playbook", "kind=playbook"}, {"/search?q=depot", ""}} {
		eval[bool](b, `(history.back(), true)`)
		wait(t, "the page before", func() (bool, string) { return b.path() == at.path && b.count(".facets") > 0, b.path() })
		wait(t, "its filters", func() (bool, string) { return ticked() == at.ticked, ticked() })
	}
	b.clean()
}

// editInPlace changes a word in the middle of a field; the box goes on there, and closing it loses nothing.
func editInPlace(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.open("/search?q=disc+full")
	value := func(selector string) string { return eval[string](b, `document.querySelector(%s).value`, selector) }
	eval[bool](b, `(() => { const f = document.querySelector('header input[type=search]'); f.focus(); f.setSelectionRange(4, 4); return true })()`)
	b.press(kb.Backspace)
	b.press("k")
	wait(t, "the box to have it", func() (bool, string) {
		v := eval[string](b, `document.querySelector('.box input')?.value ?? ''`)
		return v == "disk full", v
	})
	b.press(kb.Escape)
	wait(t, "the field to have it", func() (bool, string) {
		v := value("header input[type=search]")
		return v == "disk full", v
	})
	b.clean()
}

// choiceOfAnotherList chooses, types on and presses Enter before there is an answer: it asks for what was typed.
func choiceOfAnotherList(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.open("/")
	b.press("/")
	b.press("depot")
	wait(t, "results", func() (bool, string) { return b.count(".box [role=option][data-url]") > 0, b.text(".box") })
	b.press(kb.ArrowDown)
	b.press(" quota")
	equal(b, "chosen", b.count(".box [aria-selected=true]"), 0)
	b.enter()
	equal(b, "where Enter leads", b.path(), "/search?q=depot+quota")
	b.clean()
}

// labelsOnTheWay opens a section with an alert's labels behind its name.
func labelsOnTheWay(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.size(390)
	b.open("/playbooks/depot/quota")
	last := eval[string](b, `[...document.querySelectorAll('main h2[id]')].at(-1).id`)
	b.open("/")
	b.open("/playbooks/depot/quota#" + last + "?pod=web-1")
	if y := eval[float64](b, `scrollY`); y == 0 {
		t.Errorf("#%s?pod=web-1 is not scrolled to", last)
	}
	b.clean()
}
