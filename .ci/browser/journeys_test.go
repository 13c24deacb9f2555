package browser

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// world is what the journeys share: one browser, a portal as readers see it, and one as authors see it.
type world struct {
	browser          context.Context
	readers, authors *portal
}

// TestJourneys walks through the portal as people do. Each journey has a tab of its own and mends what it breaks,
// so that any of them can be run alone: go test -run TestJourneys/copy.
func TestJourneys(t *testing.T) {
	w := world{
		browser: startBrowser(t),
		readers: serve(t, folder(t), "--authors", "no"),
		authors: serve(t, folder(t), "--authors", "yes"),
	}
	for _, j := range []struct {
		name string
		walk func(*testing.T, world)
	}{
		{"from an error to the section that helps", errorToSection},
		{"keys lead to the search", searchKeys},
		{"results are narrowed, and come back", narrowAndBack},
		{"an answer to a pasted text comes back", pasteAndBack},
		{"what is ticked is what the address says", backRestores},
		{"a word in a field is changed in its place", editInPlace},
		{"a choice of another list is none", choiceOfAnotherList},
		{"labels do not hide the section", labelsOnTheWay},
		{"a change on disk is on the page", changeOnDisk},
		{"dark and light", darkAndLight},
		{"without JavaScript", withoutJavaScript},
		{"nothing is wider than the window", noWiderThanTheWindow},
		{"every view keeps to itself", everyViewKeepsToItself},
		{"copy takes the commands alone", copyCommands},
		{"values are filled in once", fillOnce},
		{"steps are ticked off", tickOff},
		{"what fits is seen", fitting},
		{"versions are read alike", sameKeys},
		{"colours by hand", byHand},
		{"a diagram is drawn", drawn},
		{"authors see what is wrong", authorsSee},
		{"an open page follows its file", followsItsFile},
		{"with the keyboard alone", keyboardAlone},
		{"from the search to the record without a mouse", handsOnKeys},
		{"the same without scripts", handsOnKeysPlain},
		{"on paper", onPaper},
		{"every view can be read aloud", readAloud},
		{"axe finds nothing", nothingForAxe},
	} {
		t.Run(j.name, func(t *testing.T) { j.walk(t, w) })
	}
}

// At 3 a.m. somebody pastes an error line, and stands at the section that tells what to do.
func errorToSection(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.open("/")
	b.click(`main input[type=search]`)
	b.press(edquota)
	b.enter()

	equal(b, "address of the results", b.path(), "/search?q="+url.QueryEscape(edquota))
	equal(b, "the header keeps the question", eval[string](b, `document.querySelector('header input').value`), edquota)
	equal(b, "the first hit", b.text(`.hit h2`), "The depot's quota is used up")
	if b.count(`.hit:first-of-type mark`) == 0 {
		t.Error("no word of the question is marked in the first hit")
	}
	for _, m := range eval[[]string](b, `[...document.querySelectorAll('.hit mark')].map(m => m.textContent)`) {
		if stem := strings.ToLower(m)[:min(len(m), 4)]; !strings.Contains(strings.ToLower(edquota), stem) { // "writes" for "write"
			t.Errorf("%q is marked and was not asked for", m)
		}
	}

	b.follow(`.hit:first-of-type .secs a[href$="#see-what-ran-out"]`)
	equal(b, "address of the section", b.path(), "/playbooks/depot/quota#see-what-ran-out")
	b.inView("#see-what-ran-out")
	if eval[float64](b, `scrollY`) == 0 {
		t.Error("the section is in view without scrolling: the page is too short to show anything")
	}
	wait(t, "the section to be marked in On this page", func() (bool, string) {
		got := b.text(`.toc [aria-current]`)
		return got == "See what ran out", got
	})

	b.follow(`.toc a[href="#raise-the-allowance"]`)
	equal(b, "address of the next section", b.path(), "/playbooks/depot/quota#raise-the-allowance")
	b.inView("#raise-the-allowance")

	b.follow(`.prose a[href="/playbooks/depot/restart#stop-pack-start"]`)
	b.inView("#stop-pack-start")
	b.clean()
}

// inView waits until an element is inside the window.
func (b *tab) inView(selector string) {
	b.t.Helper()
	wait(b.t, selector+" to be in view", func() (bool, string) {
		box := eval[[]float64](b, `(() => { const r = document.querySelector(%s)?.getBoundingClientRect(); return r ? [r.top, r.bottom, innerHeight] : [] })()`, selector)
		return len(box) == 3 && box[0] >= 0 && box[1] <= box[2] && box[1] > box[0], fmt.Sprint("top, bottom, height of the window: ", box)
	})
}

// A hand on the keyboard goes to the search from anywhere, finds while it types, and opens what it found.
func searchKeys(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	focus := `(e => (e.closest('dialog, header, main')?.tagName ?? '') + ' ' + e.tagName + ' ' + (e.type ?? ''))(document.activeElement)`
	value := `document.activeElement.value ?? ''`
	selected := `(() => { const i = document.querySelector('.box input'), o = document.querySelector('.box [aria-selected=true]');
		return o && i.getAttribute('aria-activedescendant') === o.id ? o.querySelector('b').textContent : '' })()`
	open := `document.querySelector('.box')?.open ?? false`
	found := func(what, status string) {
		t.Helper()
		wait(t, what, func() (bool, string) {
			got := b.text(`.box [role=status]`)
			return strings.Contains(got, status), got
		})
	}
	b.open("/guides/charts/deep/tides")
	equal(b, "focus at first", eval[string](b, focus), " BODY ")

	opened := func(what string) { // the first time it is fetched
		t.Helper()
		wait(t, what, func() (bool, string) { got := eval[string](b, focus); return got == "DIALOG INPUT search", got })
	}
	b.press("/")
	opened("focus after /")
	equal(b, "the box after /", eval[string](b, value), "")
	b.press("df -h /srv")
	equal(b, "a slash in the box is a slash", eval[string](b, value), "df -h /srv")
	b.press(kb.Escape)
	equal(b, "the box is open after Esc", eval[bool](b, open), false)

	b.press("k")
	equal(b, "the box is open after k alone", eval[bool](b, open), false)
	b.press("k", chromedp.ModifierCtrl)
	equal(b, "focus after Ctrl-K", eval[string](b, focus), "DIALOG INPUT search")
	b.press("quota")
	found("results as they are typed", "match")
	equal(b, "nothing is chosen before an arrow is pressed", eval[string](b, selected), "")
	equal(b, "the box says that it has a list", eval[string](b, `document.querySelector('.box input').getAttribute('aria-expanded')`), "true")
	b.press(kb.ArrowDown)
	first := eval[string](b, selected)
	if first == "" {
		t.Error("the down arrow chooses nothing")
	}
	b.press(kb.End)
	if last := eval[string](b, selected); last == "" {
		t.Error("End chooses nothing")
	}
	b.press(kb.Home)
	equal(b, "Home chooses the first", eval[string](b, selected), first)
	b.press(kb.ArrowUp)
	b.press(kb.ArrowDown)
	equal(b, "the arrows go round", eval[string](b, selected), first)
	where := eval[string](b, `document.querySelector('.box [aria-selected=true]').dataset.url`)
	if path, _, _ := strings.Cut(where, "#"); path == b.path() {
		t.Fatalf("the first hit %s is the page itself", where)
	}
	b.enter()
	equal(b, "Enter opens what is chosen", b.path(), where)

	b.press("/")
	opened("focus after / on the next page")
	before := eval[string](b, `document.querySelector('.box [role=option] b')?.textContent ?? ''`)
	equal(b, "what was searched before is offered", before, "quota")
	b.press("xyzzyqwert")
	found("an empty answer to be said", "No page has these words")
	b.press(kb.Escape)

	b.open("/")
	b.press("/")
	b.press("EDQUOT")
	b.enter()
	equal(b, "Enter without a choice asks for all results", b.path(), "/search?q=EDQUOT")

	b.press("/")
	opened("focus after / among results")
	b.click(`.box .keys button`)
	b.press(kb.Escape)
	b.press("/")
	equal(b, "the box opens by / though that is turned off", eval[bool](b, open), false)
	b.press("k", chromedp.ModifierCtrl)
	equal(b, "the box opens by Ctrl-K", eval[bool](b, open), true)
	b.click(`.box .keys button`)
	b.press(kb.Escape)
	b.clean()
}

// Filters, pages of results and the way back.
func narrowAndBack(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	b.open("/search?q=depot")
	before := b.count(".hit")
	b.loads("choose a kind", chromedp.Click(chromedp.CSS(`.facets input[name=kind][value=playbook]`), chromedp.NodeVisible))
	equal(b, "the filter is in the address", b.path(), "/search?q=depot&kind=playbook")
	if n := b.count(".hit"); n == 0 || n >= before {
		t.Errorf("%d hits of %d are left", n, before)
	}
	equal(b, "the filter stays chosen", eval[bool](b, `document.querySelector('.facets input[value=playbook]').checked`), true)
	b.follow(`.hit h2 a`)
	eval[bool](b, `(history.back(), true)`)
	wait(t, "the results to come back", func() (bool, string) { return b.path() == "/search?q=depot&kind=playbook", b.path() })
	equal(b, "with the filter", eval[bool](b, `document.querySelector('.facets input[value=playbook]').checked`), true)
	b.clean()
}

// Somebody writes while somebody else reads.
func changeOnDisk(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	file := func(name string) string { return filepath.Join(w.readers.dir, filepath.FromSlash(name)) }
	reloadUntil := func(what string, look func() bool) {
		t.Helper()
		wait(t, what, func() (bool, string) {
			b.reload()
			return look(), b.path() + ": " + b.text("main")
		})
	}

	// A new page in a new folder.
	b.open("/playbooks/")
	if b.count(`main a[href="/playbooks/sails/"]`) != 0 {
		t.Fatal("the new folder is there before it is made")
	}
	w.readers.write(t, "playbooks/sails/reef.md", "---\ntitle: Reefing the mainsail\n---\n\nThe wind is *strong*.\n\n## Take it in\n\nFirst the luff.\n")
	t.Cleanup(func() { _ = os.RemoveAll(file("playbooks/sails")) })
	reloadUntil("the new folder in the list", func() bool { return b.count(`main a[href="/playbooks/sails/"]`) == 1 })
	b.follow(`main a[href="/playbooks/sails/"]`)
	b.follow(`main a[href="/playbooks/sails/reef"]`)
	equal(b, "heading of the new page", b.text("h1"), "Reefing the mainsail")

	// It is edited while it is open.
	w.readers.write(t, "playbooks/sails/reef.md", "---\ntitle: Reefing the mainsail\n---\n\nThe wind is a zephyranthes.\n\n## Take it in\n\nFirst the luff.\n")
	reloadUntil("the new words on the page", func() bool { return strings.Contains(b.text(".prose"), "zephyranthes") })
	b.press("/")
	b.press("zephyranthes")
	b.enter()
	equal(b, "search finds the new word", b.text(".hit h2"), "Reefing the mainsail")
	b.follow(".hit h2 a")

	// It is renamed: the new address works, the old one helps.
	if err := os.Rename(file("playbooks/sails/reef.md"), file("playbooks/sails/shorten-sail.md")); err != nil {
		t.Fatal(err)
	}
	b.watch.expect(w.readers.url + "/playbooks/sails/reef")
	reloadUntil("the old address to suggest the new one", func() bool {
		return b.count(`main.lost .rows a[href="/playbooks/sails/shorten-sail"]`) == 1
	})
	equal(b, "status of the old address", b.reload(), 404)
	b.follow(`main.lost .rows a[href="/playbooks/sails/shorten-sail"]`)
	equal(b, "heading at the new address", b.text("h1"), "Reefing the mainsail")

	// It is deleted: whoever reloads is helped on.
	if err := os.Remove(file("playbooks/sails/shorten-sail.md")); err != nil {
		t.Fatal(err)
	}
	w.readers.write(t, "playbooks/sails/furl.md", "# Furling the sail\n\nIn a storm one would shorten sail, then furl it.\n")
	b.watch.expect(w.readers.url + "/playbooks/sails/shorten-sail")
	reloadUntil("the deleted page to be gone and a near one to be offered", func() bool {
		return b.count(`main.lost .rows a[href="/playbooks/sails/furl"]`) == 1
	})
	equal(b, "status of the deleted page", b.reload(), 404)
	b.has("Nothing at this address", "/playbooks/sails/shorten-sail", "Nearest folder")
	equal(b, "the field holds the words of the address", eval[string](b, `document.querySelector('main input[type=search]').value`), "sails shorten sail")
	b.click(`main input[type=search]`)
	b.enter()
	equal(b, "the search for them", b.text(".hit h2"), "Furling the sail")
	b.clean()
}

// The eyes decide: the page is dark where the reader's system is, and can be read in both.
func darkAndLight(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	views := []string{"/", "/playbooks/depot/quota", "/playbooks/depot/restart", "/search?q=EDQUOT", "/search?q=barnacle", "/advisories/2026-001", "/guides/"}
	for _, c := range []struct{ scheme, background string }{
		{"light", "#fbfcfc"},
		{"dark", "#0f1615"},
	} {
		b.media("", c.scheme)
		for _, v := range views {
			b.open(v)
			equal(b, c.scheme+" background", eval[string](b, hexOf, "body", "backgroundColor"), c.background)
			if r := eval[float64](b, contrastOf, "body"); r < 4.5 {
				t.Errorf("%s, %s: the contrast of the text is %.2f", v, c.scheme, r)
			}
			for _, s := range eval[[]string](b, faint) {
				t.Errorf("%s, %s: too faint: %s", v, c.scheme, s)
			}
		}
	}
	b.media("", "light")
	equal(b, "background after the system changed, without reloading", eval[string](b, hexOf, "body", "backgroundColor"), "#fbfcfc")
	b.clean()
}

// Scripts are off: everything still works, only less comfortably.
func withoutJavaScript(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})

	b.open("/")
	equal(b, "heading of home", b.text("h1"), "What do you see?")
	b.click(`main input[type=search]`)
	b.press("barnacle")
	b.follow(`main form[role=search] button`)
	equal(b, "address of the results", b.path(), "/search?q=barnacle")
	equal(b, "number of results", b.text("h1"), "23 pages for “barnacle”")
	equal(b, "hits on the first page", b.count(".hit"), 10)

	b.follow(`.pager a[rel=next]`)
	b.follow(`.pager a[rel=next]`)
	equal(b, "address of the last page", b.path(), "/search?page=3&q=barnacle")
	equal(b, "hits on the last page", b.count(".hit"), 3)
	equal(b, "links to a next page there", b.count(".pager a[rel=next]"), 0)
	b.follow(`.pager a[href="/search?q=barnacle"]`)

	b.click(`.facets input[name=kind][value=playbook]`)
	b.follow(`.facets button`)
	equal(b, "number of playbooks", b.text("h1"), "5 pages for “barnacle”")
	equal(b, "the choice stays chosen", b.count(`.facets input[value=playbook]:checked`), 1)
	b.size(390)
	b.open("/search?q=barnacle")
	b.click(`.facets summary`)
	b.click(`.facets input[name=kind][value=guide]`)
	b.follow(`.facets button`)
	equal(b, "number of guides, on a phone", b.text("h1"), "18 pages for “barnacle”")
	b.size(1280)

	b.open("/playbooks/depot/quota#raise-the-allowance")
	b.inView("#raise-the-allowance")
	equal(b, "buttons that would need a script", b.count("main button"), 0)
	b.follow(`.toc a[href="#see-what-ran-out"]`)
	b.inView("#see-what-ran-out")
	b.click(`header input[type=search]`)
	b.press("no carrier")
	b.enter()
	equal(b, "the search in the header", b.text(".hit h2"), "The beacon is dark")

	b.openAs("/playbooks/depot/qouta", 404)
	b.has("Nothing at this address", "Nearest folder")
	b.follow(`main form button`)
	equal(b, "the search of the lost", b.path(), "/search?q=depot+qouta")
	if b.count(".hit") == 0 {
		t.Errorf("it finds nothing:\n%s", b.text("main"))
	}
	b.clean()
}

// From a watch's phone to a desk: no view makes anybody scroll sideways.
func noWiderThanTheWindow(t *testing.T, w world) {
	each(t, w, func(b *tab, v view) {
		for _, width := range []int64{320, 390, 768, 1280} {
			b.size(width)
			s := eval[sizes](b, sizesOf)
			if s.Room > width || s.Room < width-20 { // a scroll bar takes some
				t.Errorf("%s: %d pixels of room are not a window of %d", v.path, s.Room, width)
			}
			if s.Content > s.Room {
				t.Errorf("%s at %d: the page is %d wide where %d fit; too wide are\n\t%s", v.path, width, s.Content, s.Room, strings.Join(s.Wide, "\n\t"))
			}
		}
	})
}

// No view says anything on the console, breaks its policy, or asks another host for anything.
func everyViewKeepsToItself(t *testing.T, w world) {
	each(t, w, func(b *tab, v view) {
		if n := eval[int](b, `[...document.querySelectorAll('[style], [onclick], [onload], style, script:not([src], [data-theme])')].filter((e) => !e.closest('.picture')).length`); n > 0 {
			t.Errorf("%s: %d elements with what the policy forbids", v.path, n)
		}
		for i, want := range v.pictures {
			eval[bool](b, `(document.images[%s].scrollIntoView(), true)`, i) // they are loaded when they are near
			wait(t, fmt.Sprintf("picture %d of %s", i+1, v.path), func() (bool, string) {
				got := eval[string](b, `(i => i.src + ' ' + i.naturalWidth)(document.images[%s])`, i)
				return strings.HasSuffix(got, want), got
			})
		}
		equal(b, "pictures", b.count("img"), len(v.pictures))
	})
}

// What is copied can be pasted into a shell: no prompts, no output.
func copyCommands(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		call(b, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, Origin: w.readers.url,
		})
	}
	b.open("/playbooks/depot/restart")
	equal(b, "buttons", b.count("figure.cmd button"), 3)
	for _, c := range []struct{ figure, want string }{
		{"#stop-pack-start + figure", restartCommands},
		{"#one-line + figure", "journalctl -u depot --since \"-5min\" | grep -c \"error\"\n"},
		{"#no-shell + figure", "depot:\n  port: 7070 # as ever\n"},
	} {
		// What the button says, it says for two seconds only: it is written down while it says it.
		eval[bool](b, `(() => {
			window.said = [];
			for (const e of [document.querySelector(%s), document.querySelector('body > [role=status]')])
				new MutationObserver(() => said.push(e.tagName + ' ' + e.textContent)).observe(e, { childList: true, characterData: true, subtree: true });
			return true;
		})()`, c.figure+" button")
		b.click(c.figure + " button")
		wait(t, "the button to say so, and to whoever cannot see it too", func() (bool, string) {
			got := eval[[]string](b, `said`)
			return slices.Contains(got, "BUTTON Copied") && slices.Contains(got, "SPAN Copied"), fmt.Sprint(got)
		})
		if got := eval[string](b, `navigator.clipboard.readText()`); got != c.want {
			t.Errorf("copied:\n%q\nwant:\n%q", got, c.want)
		}
	}
	wait(t, "the button to be itself again", func() (bool, string) {
		got := b.text("#no-shell + figure button")
		return got == "Copy", got
	})

	// By hand: a selection over the whole block has no prompts in it either.
	got := eval[string](b, `(() => {
		const s = getSelection();
		s.selectAllChildren(document.querySelector('#stop-pack-start + figure pre'));
		return s.toString();
	})()`)
	if strings.Contains(got, "$ ") || !strings.Contains(got, "systemctl stop depot") {
		t.Errorf("selected by hand:\n%s", got)
	}
	b.clean()
}

// Who writes hears what is wrong with a page on the page itself, and that it is mended.
func authorsSee(t *testing.T, w world) {
	b := newTab(t, w.browser, w.authors)
	const good = "---\ntitle: The capstan is stuck\n---\n\nÖlen hilft: see [the beacon](beacon.md).\n"
	const bad = "---\ntitle: The capstan is stuck\nsumary: It does not turn.\n---\n\nÖlen hilft: see [the beacon](bacon.md).\n"
	const file = "playbooks/network/capstan.md"
	t.Cleanup(func() { _ = os.Remove(filepath.Join(w.authors.dir, filepath.FromSlash(file))) })

	w.authors.write(t, file, bad)
	b.watch.expect(w.authors.url + "/playbooks/network/capstan")
	b.loads("open the page", chromedp.Navigate(w.authors.url+"/playbooks/network/capstan"))
	bar := func() string { return b.text("aside.authors") }
	wait(t, "the page with its problems in the bar", func() (bool, string) {
		return b.count("aside.authors li") == 2, b.text("body") // it reloads by itself once it is there
	})
	// Line 3 holds the unknown key; on line 6 the destination or its link begins, counted in characters.
	for i, want := range []string{"3:1", "6:17"} {
		equal(b, "place of the problem", b.text(nth("aside.authors li", i)+" a"), want)
	}
	for _, s := range []string{"unknown front matter key sumary", "did you mean summary?", "nothing is at bacon.md"} {
		if !strings.Contains(bar(), s) {
			t.Errorf("the bar does not say %q:\n%s", s, bar())
		}
	}

	b.follow(`aside.authors a[href="/-/problems"]`)
	all := b.text("main")
	for _, s := range []string{file, "3:1", "6:17", "unknown front matter key sumary", "key-unknown", "nothing is at bacon.md", "link-dead"} {
		if !strings.Contains(all, s) {
			t.Errorf("/-/problems does not say %q:\n%s", s, all)
		}
	}
	b.follow(`main a[href="/playbooks/network/capstan"]`)

	w.authors.write(t, file, good)
	wait(t, "the bar to have nothing against the page", func() (bool, string) {
		return b.count("aside.authors li") == 0 && b.count("aside.authors") == 1, b.text("body")
	})
	if strings.Contains(b.text("body"), "bacon") {
		t.Errorf("the page still shows the old link:\n%s", b.text("body"))
	}
	b.open("/-/problems")
	if s := b.text("main"); strings.Contains(s, file) {
		t.Errorf("/-/problems still names the page:\n%s", s)
	}

	// Readers hear nothing of all this.
	r := newTab(t, w.browser, w.readers)
	r.open("/playbooks/network/beacon")
	equal(r, "bars for authors that readers see", r.count("aside.authors"), 0)
	r.openAs("/-/problems", 404)
	r.clean()
	b.clean()
}

// focused is where the keyboard is.
type focused struct {
	Name    string  // of the element, for a person
	Skip    bool    // it is the skip link
	Main    bool    // it is inside main
	Outline float64 // pixels of the outline, or of a border or shadow that stands in for it
	Seen    bool    // it is inside the window and has a size
	Body    bool    // nothing has the focus
}

const focusedOf = `(() => {
	const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
	return {
		Name: e.tagName + ' ' + (e.innerText || e.name || e.id || '').trim().slice(0, 40),
		Skip: e.matches('.skip'), Main: !!e.closest('main'), Body: e === document.body,
		Outline: s.outlineStyle === 'none' ? 0 : parseFloat(s.outlineWidth),
		Seen: r.width > 1 && r.height > 1 && r.bottom > 0 && r.right > 0 && r.top < innerHeight && r.left < innerWidth,
	};
})()`

// No mouse: Tab leads past everything, and the eye can follow it.
func keyboardAlone(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	tab := func() focused {
		t.Helper()
		b.press(kb.Tab)
		f := eval[focused](b, focusedOf)
		if !f.Body {
			if f.Outline < 2 {
				t.Errorf("%s: nothing shows that %s has the focus", b.path(), f.Name)
			}
			wait(t, f.Name+" to be in view", func() (bool, string) {
				f = eval[focused](b, focusedOf)
				return f.Seen, b.path()
			})
		}
		return f
	}
	for _, path := range []string{"/playbooks/depot/quota", "/search?q=barnacle", "/"} {
		b.open(path)
		if f := tab(); !f.Skip {
			t.Fatalf("%s: the first stop is %s, not the skip link", path, f.Name)
		}
		b.press(kb.Enter)
		wait(t, "the skip link to lead to main", func() (bool, string) {
			got := eval[string](b, `location.hash`)
			return got == "#main/", got
		})
		if f := tab(); !f.Main {
			t.Errorf("%s: the stop after the skip link is %s, not in main", path, f.Name)
		}
	}

	// All the way through a page and out again: nothing holds the keyboard, nothing is passed in the dark.
	b.open("/playbooks/depot/restart")
	var stops []string
	for range 80 {
		f := tab()
		if f.Body {
			break
		}
		stops = append(stops, f.Name)
	}
	way := strings.Join(stops, "\n")
	for _, s := range []string{"INPUT q", "BUTTON Find", "A Playbooks", "BUTTON Copy", "A Markdown", "A Search"} {
		if !strings.Contains(way, s) {
			t.Errorf("Tab never came by %s; its stops were\n%s", s, way)
		}
	}
	if len(stops) == 80 {
		t.Errorf("Tab does not leave the page; its stops were\n%s", way)
	}
	b.clean()
}

// Somebody prints a playbook for the wall of the machine room.
func onPaper(t *testing.T, w world) {
	b := newTab(t, w.browser, w.readers)
	for _, path := range []string{"/playbooks/depot/quota", "/playbooks/network/wide", "/search?q=barnacle", "/"} {
		b.media("screen", "dark")
		b.open(path)
		shown := `[...document.querySelectorAll(%s)].filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80))`
		const furniture = `header form, header nav, main nav, aside nav, main form[role=search], button`
		if len(eval[[]string](b, shown, furniture)) == 0 {
			t.Errorf("%s: on a screen none of %s is shown; what is tested?", path, furniture)
		}
		b.media("print", "dark")
		const gone = `header form, header nav, .skip, .crumbs, .toc, .beside, .facets, .ask form, button`
		for _, s := range eval[[]string](b, shown, gone) {
			t.Errorf("%s: on paper there is %s", path, s)
		}
		if n := len(eval[[]string](b, shown, "h1, header .mark")); n != 2 {
			t.Errorf("%s: on paper the name of the portal or the heading is missing", path)
		}
		equal(b, "paper", eval[string](b, hexOf, "body", "backgroundColor"), "#ffffff")
		equal(b, "ink", eval[string](b, hexOf, "body", "color"), "#000000")
		for _, s := range eval[[]string](b, faint) {
			t.Errorf("%s: too faint on paper: %s", path, s)
		}
	}
	b.clean()
}
