package browser

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

const lampAdvisory = "---\ntitle: Lamps go out at noon\nkind: advisory\nseverity: high\nstate: open\naffected: [\"LampOS >=3.0 <=3.5 Update 2\", \"Horn\"]\nfixed_in: [LampOS 3.5 Update 3]\nupdates: [{date: 2026-01-02, text: Seen.}]\n---\nText.\n"

const lampPages = "---\ntitle: Trim the lamp\nkind: playbook\napplies_to: [LampOS >=3.0]\n---\n## For all\n\nText.\n\n## The old way {applies_to=\"LampOS <3.5\"}\n\nOld words.\n\n## After that\n\nMore.\n"

// fitting chooses products once: pages, sections, lists and results that fit say so, what does not is quieter and stays.
func fitting(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.open("/-/products")
	equal(b, "products", b.count(".products [data-p]") > 0, true)
	eval[bool](b, `(document.querySelector('[data-n=LampOS] input:not([type])').focus(), true)`)
	b.press("3.5 U2")
	b.has("Kept in this browser: LampOS 3.5 U2")

	b.open("/playbooks/depot/trim")
	equal(b, "the page", b.text("main > .fits"), "Fits your LampOS 3.5 U2")
	equal(b, "quieter", eval[string](b, `[...document.querySelectorAll('.prose .unfit')].map((e) => e.textContent).join('|')`), "The old way#|For LampOS <3.5|Not for your LampOS 3.5 U2|Old words.")
	equal(b, "the advisory about it", b.text("#\\/advisories a"), "Lamps go out at noon")
	b.open("/search?q=trim+lamp")
	equal(b, "the result", b.text(".hit .fits"), "Fits your LampOS 3.5 U2")
	b.open("/-/kind/playbook")
	equal(b, "lists", b.count(".rows li .fits") > 0, true)

	b.open("/advisories/noon")
	ask := func(product, version string) string {
		eval[bool](b, `(document.querySelector('.ask-version select').value = %s, document.querySelector('.ask-version input').value = %s, document.querySelector('.ask-version').requestSubmit(), true)`, product, version)
		return b.text(".answer:not([hidden]) .sev")
	}
	type question struct{ product, version, want string }
	questions := []question{
		{"LampOS", "3.5 U2", "Yes, affected"},
		{"LampOS", "3.5 Update 3", "No: fixed in this version"},
		{"LampOS", "2.9", "No, not affected"},
		{"LampOS", "3.5", "Cannot tell"},
		{"LampOS", "newest", "Cannot tell"},
		{"Horn", "1", "Yes, affected"},
	}
	for _, q := range questions {
		equal(b, q.product+" "+q.version, ask(q.product, q.version), q.want)
	}
	eval[bool](b, `(document.querySelector('.ask-version input').value = ' ', document.querySelector('.ask-version').requestSubmit(), true)`)
	equal(b, "answers where no version is given", b.count(".answer:not([hidden])"), 0)
	equal(b, "nothing was sent", b.path(), "/advisories/noon")
	b.clean()

	plain := newTab(t, w.browser, w.readers)
	call(plain, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	plain.open("/advisories/noon")
	plain.click("#\\/av")
	plain.press("3.5 U2")
	plain.follow(".ask-version button")
	equal(plain, "without scripts", plain.text(".answer:not([hidden]) .sev"), "Yes, affected")
	plain.clean()
}

// sameKeys has the browser read versions as the program does.
func sameKeys(t *testing.T, w world) {
	text, err := os.ReadFile("../../content/version/testdata/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []struct{ Text, Lo, Hi, Build string }
	if err := json.Unmarshal(text, &all); err != nil || len(all) < 100 {
		t.Fatal(err, len(all))
	}
	b := newTab(t, w.browser, w.readers)
	b.open("/-/products")
	for _, v := range all {
		got := eval[string](b, `import(document.querySelector('script[src*=pick]').src).then((m) => JSON.stringify(m.keys(%s) ?? { lo: '', hi: '', b: '' }))`, v.Text)
		want, _ := json.Marshal(struct {
			Lo string `json:"lo"`
			Hi string `json:"hi"`
			B  string `json:"b"`
		}{v.Lo, v.Hi, v.Build})
		var a, z any
		_ = json.Unmarshal([]byte(got), &a)
		_ = json.Unmarshal(want, &z)
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(z)
		equal(b, v.Text, string(x), string(y))
	}
	sameAnswers(b)
	b.clean()
}

// sameAnswers has the browser answer from the tables of advisories as the program does.
func sameAnswers(b *tab) {
	text, err := os.ReadFile("../../site/testdata/affected.json")
	if err != nil {
		b.t.Fatal(err)
	}
	var cases []struct {
		Name string            `json:"name"`
		Rows json.RawMessage   `json:"rows"`
		Asks map[string]string `json:"asks"`
	}
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) < 10 {
		b.t.Fatal(err, len(cases))
	}
	for _, c := range cases {
		for v, want := range c.Asks {
			got := eval[string](b, `import(document.querySelector('script[src*=pick]').src).then((m) => m.verdict(JSON.parse(%s), 'ESXi', %s))`, string(c.Rows), v)
			equal(b, c.Name+": "+v, got, want)
		}
	}
}

// byHand chooses dark by hand: it is so from the first picture of the next page on, whatever the system says.
func byHand(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.media("", "light")
	b.open("/")
	background := func() string { return eval[string](b, `getComputedStyle(document.body).backgroundColor`) }
	light := background()
	choose := func(v string) {
		eval[bool](b, `(() => { const s = document.querySelector('.theme select'); s.value = %s; s.dispatchEvent(new Event('change')); return true })()`, v)
	}
	choose("dark")
	dark := background()
	equal(b, "dark differs", dark != light, true)
	b.open("/playbooks/depot/trim")
	equal(b, "on the next page", background(), dark)
	choose("")
	equal(b, "as the system", background(), light)
	b.clean()
}

// drawn shows a diagram as a picture with its text below, and as text where it cannot be drawn or without scripts.
func drawn(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.open("/guides/charts/diagram")
	wait(t, "the diagram", func() (bool, string) { return b.count(".diagram .picture svg") == 1, b.text("main") })
	wait(t, "what is wrong with the other", func() (bool, string) {
		return strings.Contains(b.text(".diagram .wrong"), "cannot be drawn"), b.text("main")
	})
	equal(b, "its words", strings.Contains(eval[string](b, `document.querySelector('.picture').textContent`), "Harbour"), true)
	b.watch.take() // the library speaks of the wrong one
	b.open("/guides/charts/picture")
	equal(b, "other pages load it", b.count("script[data-mermaid]"), 0)
	b.clean()
}
