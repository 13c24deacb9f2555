package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

const course = "---\ntitle: Clean the lamp\nkind: playbook\n---\n\n## Procedure\n\n### 1. Put it out (2 min)\n\n**Stop if** a ship is near.\n\n```sh\nlampctl off\n```\n\n**Verify.** It is dark.\n\n**Roll back.** `lampctl on`\n\n### 2. Wipe it\n\nWith a cloth.\n\n### 3. Light it\n\n```sh\nlampctl on\n```\n\n## Why\n\nSalt.\n"

// tickOff walks through a playbook by keyboard: ticks and notes are kept, two runs stand side by side, and a record of one
// can be taken along.
func tickOff(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.open("/playbooks/depot/clean")
	done := func() string { return b.text(".runs [role=status]") }
	equal(b, "at first", done(), "0 of 3 steps done")
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

	b.click(".runs p button:nth-child(1)")
	equal(b, "a new run", done(), "0 of 3 steps done")
	tick("1")
	equal(b, "runs", b.count(".runs option"), 2)
	record := eval[string](b, `(async () => {
		let text;
		const make = URL.createObjectURL;
		URL.createObjectURL = (blob) => { text = blob.text(); return 'data:text/plain,x'; };
		HTMLAnchorElement.prototype.click = () => {};
		const s = document.querySelector('.runs select');
		s.value = '1';
		s.dispatchEvent(new Event('change'));
		document.querySelector('.runs p button:nth-child(2)').click();
		URL.createObjectURL = make;
		return await text;
	})()`)
	for _, want := range []string{"# Clean the lamp", "Revision", "- [x] Put it out, 20", "- [x] Wipe it, 20", "  used two cloths", "- [ ] Light it\n"} {
		if !strings.Contains(record, want) {
			t.Errorf("the record lacks %q:\n%s", want, record)
		}
	}
	b.clean()

	plain := newTab(t, w.browser, w.readers)
	call(plain, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	plain.open("/playbooks/depot/clean")
	plain.click(".step:nth-child(1) label")
	equal(plain, "ticked without scripts", plain.count(".tick:checked"), 1)
	plain.clean()
}
