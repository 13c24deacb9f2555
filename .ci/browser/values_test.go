package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
)

const move = "---\ntitle: Move the lamp\nkind: playbook\ninputs:\n  - name: berth\n    label: Berth\n    type: k8s-name\n  - name: pin\n    type: secret\n---\n\n" +
	"## Look first\n\n```sh\nlampctl -n <namespace> show <berth> | grep '<what to find>' > \"/tmp/<what to find>\" # <what to find>\n```\n\n" +
	"## Then move it\n\n```sh\nssh <host> lampctl move --to <berth>\n```\n\n## Nothing to fill in\n\n```sh\nlampctl list\n```\n"

// fillOnce fills in values by keyboard: every command shows them, quoted for its place; what is missing is not copied
// unawares; an alert's labels arrive; a reload keeps them, a secret apart.
func fillOnce(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		call(b, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, Origin: w.readers.url,
		})
	}
	b.open("/playbooks/depot/move#then-move-it?berth=north-3&namespace=lamps")
	equal(b, "the address after the labels are taken", b.path(), "/playbooks/depot/move#then-move-it")
	equal(b, "the berth", eval[string](b, `document.getElementById('/v-berth').value`), "north-3")
	type command struct{ Text, Missing string }
	commands := func() []command {
		return eval[[]command](b, `[...document.querySelectorAll('figure.cmd')].map(f => ({ Text: f.querySelector('pre').textContent, Missing: [...f.querySelectorAll('.nil')].map(v => v.textContent).join(' ') }))`)
	}
	if c := commands(); !strings.Contains(c[0].Text, "-n lamps show north-3") || c[0].Missing != "<what to find> <what to find> <what to find>" || c[1].Missing != "<host>" {
		t.Errorf("after the labels: %+v", c)
	}

	b.click("#look-first + figure button")
	equal(b, "the button, where a value is missing", b.text("#look-first + figure button"), "Copy as it is")
	equal(b, "the focus", eval[string](b, `document.activeElement.id`), "/v-what-to-find")
	const odd = "it's \"$5\"!"
	b.press(odd)
	if c := commands()[0]; c.Missing != "<what to find>" || !strings.Contains(c.Text, `grep 'it'\''s "$5"!' > "/tmp/it's \"\$5\""'!'"" # <what to find>`) {
		t.Errorf("quoted: %+v", c)
	}
	equal(b, "why a comment does not have it", strings.Contains(b.text(".vals p:has(#\\/v-what-to-find) .why"), "another program reads it there"), true)
	b.click("#look-first + figure button") // which says so
	b.click("#look-first + figure button")
	wait(t, "the command to be copied", func() (bool, string) {
		got := eval[string](b, `navigator.clipboard.readText()`)
		return strings.HasPrefix(got, "lampctl -n lamps show north-3 | grep 'it'\\''s"), got
	})

	host := func(v string) command {
		eval[bool](b, `(() => { const f = document.getElementById('/v-host'); f.value = %s; f.dispatchEvent(new Event('input', { bubbles: true })); return true })()`, v)
		return commands()[1]
	}
	if c := host("lamp 3; reboot"); c.Missing != "<host>" {
		t.Errorf("a value that another shell would take apart: %+v", c)
	}
	if c := host("lamp-3.example"); c.Missing != "" || c.Text != "ssh lamp-3.example lampctl move --to north-3" {
		t.Errorf("a plain value: %+v", c)
	}
	eval[bool](b, `(() => { const f = document.getElementById('/v-berth'); f.value = 'North 3'; f.dispatchEvent(new Event('input', { bubbles: true })); return true })()`)
	equal(b, "a wrong value is marked", b.count(`.vals [aria-invalid=true]`), 1)
	if c := commands()[1]; c.Missing != "<berth>" {
		t.Errorf("a wrong value stands in a command: %+v", c)
	}
	eval[bool](b, `(() => { const f = document.getElementById('/v-pin'); f.value = '1234'; f.dispatchEvent(new Event('input', { bubbles: true })); return true })()`)
	b.reload()
	equal(b, "after a reload the host", eval[string](b, `document.getElementById('/v-host').value`), "lamp-3.example")
	equal(b, "after a reload the secret", eval[string](b, `document.getElementById('/v-pin').value`), "")
	equal(b, "secrets in storage", eval[bool](b, `JSON.stringify({ ...sessionStorage, ...localStorage }).includes('1234')`), false)
	eval[bool](b, `(location.hash = '#%zz?berth=south-1&host=--all&what-to-find=a%0Ab', true)`)
	wait(t, "the labels to be taken", func() (bool, string) { return !strings.Contains(b.path(), "?"), b.path() })
	equal(b, "a label beside a wrong fragment", eval[string](b, `document.getElementById('/v-berth').value`), "south-1")
	equal(b, "no option and no second line by a link", eval[string](b, `document.getElementById('/v-host').value + document.getElementById('/v-what-to-find').value`), "lamp-3.example"+odd)
	equal(b, "Enter sends nothing", eval[bool](b, `document.querySelector('.vals').dispatchEvent(new Event('submit', { cancelable: true }))`), false)
	host("a b")
	equal(b, "why a value is not taken", strings.HasPrefix(b.text(".vals p:has(#\\/v-host) .why"), "Not filled in at one place"), true)
	b.clean()

	plain := newTab(t, w.browser, w.readers)
	call(plain, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	plain.open("/playbooks/depot/move")
	plain.click("input[name='v.host']")
	plain.press("lamp-9")
	plain.follow(".send button")
	plain.has("ssh lamp-9 lampctl move")
	plain.clean()
}
