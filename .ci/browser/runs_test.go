package browser

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
)

const course = "---\ntitle: Clean the lamp\nkind: playbook\n---\n\n## Procedure\n\n### 1. Put it out (2 min)\n\n**Stop if** a ship is near.\n\n```sh\nlampctl off\n```\n\n**Verify.** It is dark.\n\n**Roll back.** `lampctl on`\n\n### 2. Wipe it\n\nWith a cloth.\n\n### 3. Light it\n\n```sh\nlampctl on\n```\n\n## Why\n\nSalt.\n"

// tickOff walks through a playbook by keyboard: ticks and notes are kept, two runs stand side by side, and a record of one
// can be taken along.
func tickOff(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.open("/playbooks/depot/clean")
	done := func() string { return b.text(".runs:not([hidden]) [role=status]") }
	equal(b, "at first", done(), "")
	equal(b, "a step", strings.Join(strings.Fields(b.text(".step:nth-child(1) h3 label")), " "), "Step 1 done: Put it out")
	tick := func(n string) {
		eval[bool](b, `(document.querySelector(%s).focus(), true)`, ".step:nth-child("+n+") .tick")
		b.press(" ")
	}
	tick("1")
	tick("2")
	eval[bool](b, `(document.querySelector('.step:nth-child(2) .note summary').focus(), true)`)
	b.press(" ")
	eval[bool](b, `(document.querySelector('.step:nth-child(2) textarea').focus(), true)`)
	b.press("used two cloths")
	equal(b, "after two ticks", done(), "2 of 3 steps done")
	b.reload()
	equal(b, "after a reload", done(), "2 of 3 steps done")
	equal(b, "the note", eval[string](b, `document.querySelector('.step:nth-child(2) textarea').value`), "used two cloths")

	equal(b, "the time of a step", strings.HasPrefix(b.text(".step:nth-child(1) .note summary"), "Note · done "), true)
	equal(b, "the clock", strings.HasPrefix(b.text(".runs .clock"), "Running for"), true)

	b.click(".runs > p button")
	equal(b, "a new run", done(), "0 of 3 steps done")
	tick("1")
	equal(b, "runs", b.count(".runs option"), 3)
	// Another tab of the same page ticks: neither loses what the other did.
	second := newTab(t, w.browser, w.readers)
	second.open("/playbooks/depot/clean")
	tick("2")
	second.click(".step:nth-child(3) label")
	equal(second, "both tabs' ticks", second.text(".runs [role=status]"), "3 of 3 steps done")
	wait(t, "the other tab's tick", func() (bool, string) { return done() == "3 of 3 steps done", done() })
	second.clean()

	record := func(button string) string {
		return eval[string](b, `(async () => {
			let text;
			const make = URL.createObjectURL, click = HTMLAnchorElement.prototype.click;
			URL.createObjectURL = (blob) => { text = blob.text(); return 'data:text/plain,x'; };
			HTMLAnchorElement.prototype.click = () => {};
			const s = document.querySelector('.runs select');
			s.selectedIndex = 2; // not begun, the newest, the first
			s.dispatchEvent(new Event('change'));
			[...document.querySelectorAll('.runs details button')].find((b) => b.textContent === %s).click();
			URL.createObjectURL = make;
			HTMLAnchorElement.prototype.click = click;
			return await text;
		})()`, button)
	}
	text := record("Markdown")
	for _, want := range []string{"# Clean the lamp", "Revision", "- [x] Put it out, 20", "- [x] Wipe it, 20", "\n\n      used two cloths\n", "- [ ] Light it\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the record lacks %q:\n%s", want, text)
		}
	}
	var data struct {
		Title, Revision, Began string
		Steps                  []struct{ ID, Title, Done, Note string }
	}
	if err := json.Unmarshal([]byte(record("JSON")), &data); err != nil || data.Title != "Clean the lamp" || len(data.Revision) != 12 || len(data.Steps) != 3 ||
		data.Steps[1].Note != "used two cloths" || data.Steps[1].ID != "2-wipe-it" || data.Steps[0].Done < data.Began || data.Steps[2].Done != "" {
		t.Errorf("as JSON: %+v, %v", data, err)
	}

	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		call(b, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, Origin: w.readers.url,
		})
	}
	b.click(".runs summary")
	b.click(".runs details button:nth-child(3)")
	link := ""
	wait(t, "the link to be copied", func() (bool, string) {
		link = eval[string](b, `navigator.clipboard.readText()`)
		return strings.Contains(link, "#?run="), link
	})
	b.clean()

	other := newTab(t, w.browser, w.readers)
	other.open("/playbooks/depot/clean")
	eval[bool](other, `(localStorage.clear(), location.href = %s, true)`, link)
	wait(t, "somebody's run to be shown", func() (bool, string) {
		got := other.text(".runs:not([hidden])")
		return strings.Contains(got, "Somebody’s run"), got
	})
	equal(other, "somebody's run", other.text(".runs [role=status]"), "2 of 3 steps done")
	equal(other, "their note", eval[string](other, `document.querySelector('.step:nth-child(2) textarea').value`), "used two cloths")
	other.click(".step:nth-child(3) label")
	equal(other, "after a click", other.text(".runs [role=status]"), "2 of 3 steps done")
	equal(other, "kept of it", eval[int](other, `localStorage.length`), 0)
	other.has("It cannot be changed here")
	other.clean()

	// The page changes under a run: a tick stays with the step of the same words, and none goes to another.
	changed := newTab(t, w.browser, w.readers)
	changed.open("/playbooks/depot/clean")
	eval[bool](changed, `(localStorage.clear(), true)`)
	changed.reload()
	changed.click(".step:nth-child(2) label")
	changed.click(".step:nth-child(3) label")
	w.readers.write(t, "playbooks/depot/clean.md", strings.NewReplacer("### 3. Light it", "### 3. Light it up", "### 1. Put it out", "### 0. Wipe it\n\nWith a brush.\n\n### 1. Put it out").Replace(course))
	t.Cleanup(func() { w.readers.write(t, "playbooks/depot/clean.md", course) })
	wait(t, "the changed page", func() (bool, string) {
		changed.reload()
		return strings.Contains(changed.text("main"), "brush"), changed.text("main")
	})
	equal(changed, "what is ticked", eval[string](changed, `[...document.querySelectorAll('.step')].filter((s) => s.querySelector('.tick').checked).map((s) => s.querySelector('p').textContent).join()`), "With a cloth.")
	equal(changed, "what is said", changed.text(".runs [role=status]"), "1 of 4 steps done, 1 of steps that are no longer here")
	eval[bool](changed, `(localStorage.setItem('rutter.runs ' + location.pathname, '[{}, 1, null, {"id":"x","began":5,"steps":{}}]'), true)`)
	changed.reload()
	equal(changed, "with nonsense in the storage", changed.count(".tick:checked"), 0)
	changed.click(".step:nth-child(1) label")
	equal(changed, "a tick after that", changed.text(".runs [role=status]"), "1 of 4 steps done")
	changed.clean()

	plain := newTab(t, w.browser, w.readers)
	call(plain, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	plain.open("/playbooks/depot/clean")
	plain.click(".step:nth-child(1) label")
	equal(plain, "ticked without scripts", plain.count(".tick:checked"), 1)
	plain.clean()
}
