package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"
)

// to presses Tab until the focus is on what matches, as somebody without a mouse does.
func (b *tab) to(selector string) {
	b.t.Helper()
	for range 150 {
		b.press(kb.Tab)
		if eval[bool](b, `document.activeElement.matches(%s)`, selector) {
			return
		}
	}
	b.t.Fatalf("%s: Tab never comes to %s", b.path(), selector)
}

const lampStart = "---\ntitle: Restart the great lamp\nkind: playbook\nerrors: [\"lamp: wick is wet\"]\n---\n\n## Procedure\n\n### 1. Look (1 min)\n\n```console\n$ lampctl show <lamp name>\nlit\n```\n\n### 2. Restart it\n\n```sh\nlampctl restart <lamp name>\n```\n\n**Verify.** It shines.\n"

// handsOnKeys finds a playbook, fills it in, copies, ticks off and takes the record along, by keyboard alone.
func handsOnKeys(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		call(b, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, Origin: w.readers.url,
		})
	}
	b.open("/guides/charts/deep/tides")
	b.press("/")
	wait(t, "the box", func() (bool, string) { return b.count(".box[open]") == 1, b.text("body") })
	b.press("lamp: wick is wet")
	wait(t, "the page among the results", func() (bool, string) {
		return strings.Contains(b.text(".box .list"), "Restart the great lamp"), b.text(".box")
	})
	b.press(kb.ArrowDown)
	b.enter()
	equal(b, "the page that was found", b.text("h1"), "Restart the great lamp")
	if !strings.HasPrefix(b.path(), "/playbooks/depot/start") {
		t.Fatalf("Enter leads to %s", b.path())
	}

	b.open("/playbooks/depot/start") // from its top: Tab then goes all the way
	b.to(".vals input")
	b.press("north 3")
	b.to("figure.cmd button")
	b.press(kb.Enter)
	wait(t, "the command to be copied", func() (bool, string) {
		got := eval[string](b, `navigator.clipboard.readText()`)
		return got == "lampctl show 'north 3'\n", got
	})
	b.to(".step:nth-child(2) .tick")
	b.press(" ")
	b.to(".step:nth-child(2) .note summary")
	b.press(" ")
	b.to(".step:nth-child(2) textarea")
	b.press("a bit smoky")
	equal(b, "done", b.text(".runs [role=status]"), "1 of 2 steps done")
	eval[bool](b, `(() => {
		window.taken = [];
		URL.createObjectURL = (blob) => { taken.push(blob.text()); return 'data:text/plain,x'; };
		HTMLAnchorElement.prototype.click = () => {};
		document.activeElement.blur();
		return true;
	})()`)
	b.to(".runs summary")
	b.press(kb.Enter)
	b.to(".runs details button")
	b.press(kb.Enter)
	record := eval[string](b, `Promise.all(taken).then((x) => x.join())`)
	for _, want := range []string{"# Restart the great lamp", "- lamp-name: `north 3`", "- [ ] Look", "- [x] Restart it, 20", "      a bit smoky"} {
		if !strings.Contains(record, want) {
			t.Errorf("the record lacks %q:\n%s", want, record)
		}
	}
	b.clean()
}

// handsOnKeysPlain does what is promised without scripts: find, fill in, tick.
func handsOnKeysPlain(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open("/")
	b.to("main input[type=search]")
	b.press("lamp: wick is wet")
	b.enter()
	b.to(".hit h2 a")
	b.enter()
	equal(b, "the page that was found", b.text("h1"), "Restart the great lamp")
	b.has("Without JavaScript this sends them to the portal")
	b.to(".vals input")
	b.press("north 3")
	b.to(".send button")
	b.enter()
	b.has("lampctl restart 'north 3'")
	b.to(".step:nth-child(1) .tick")
	b.press(" ")
	equal(b, "ticked", b.count(".tick:checked"), 1)
	b.clean()
}
