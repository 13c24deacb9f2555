package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
)

// view is one address that stands for all of its kind.
type view struct {
	path     string
	status   int
	says     string   // a part of its heading, by which it is known to be the view that is meant
	pictures []string // the end of the address of each, and its width
}

const long = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

var readersViews = []view{
	{path: "/", status: 200, says: "What do you see?"},

	// Pages: with everything beside it, transcripts, a wide table, no front matter, pictures, three folders down,
	// a severity, figures.
	{path: "/playbooks/depot/quota", status: 200},
	{path: "/playbooks/depot/restart", status: 200},
	{path: "/playbooks/depot/move", status: 200},
	{path: "/playbooks/depot/clean", status: 200},
	{path: "/playbooks/network/wide", status: 200},
	{path: "/playbooks/network/untitled", status: 200},
	{path: "/guides/charts/picture", status: 200, pictures: []string{"/charts/picture.png 64", "/charts/picture.png 64"}},
	{path: "/guides/charts/deep/tides", status: 200},
	{path: "/advisories/2026-001", status: 200},
	{path: "/stories/a-winter", status: 200},

	// Folders: with a page, without, with pages alone. Then lists.
	{path: "/guides/", status: 200},
	{path: "/playbooks/", status: 200},
	{path: "/guides/log/", status: 200},
	{path: "/-/kind/advisory", status: 200},
	{path: "/guides/charts/diagram", status: 200},
	{path: "/-/offline", status: 200, says: "Without the network"},
	{path: "/-/products", status: 200, says: "Your products"},
	{path: "/advisories/noon", status: 200},
	{path: "/playbooks/depot/trim", status: 200},
	{path: "/-/phase/respond", status: 200},
	{path: "/-/product/Depot", status: 200},
	{path: "/-/tag/hull", status: 200},

	// What authors are told, and who answers for what.
	{path: "/-/rules", status: 200, says: "Rules of writing"},
	{path: "/-/rules/value-wrong", status: 200, says: "cannot be read"},
	{path: "/-/accountability", status: 200, says: "Accountability"},

	// Searches: nothing asked, facets and a pager, its last page, nothing found, a slip of the hand, too long.
	{path: "/search", status: 200, says: "What do you see?"},
	{path: "/search?q=barnacle", status: 200, says: "23 pages"},
	{path: "/search?q=barnacle&page=3", status: 200, says: "23 pages"},
	{path: "/search?q=wurblfx", status: 200, says: "Nothing for"},
	{path: "/search?q=barnacel", status: 200},
	{path: "/search?q=wurblfx" + long, status: 200},

	// Errors: something near, nothing near, a long address, a wrong request.
	{path: "/playbooks/depot/qouta", status: 404, says: "It may be one of these"},
	{path: "/wurblfx", status: 404, says: "No page here has this address"},
	{path: "/a/very/long/address/" + long, status: 404},
	{path: "/-/kind/guide?page=none", status: 400, says: "whole number"},
}

// authorsViews are those that look different to authors: the page broken has much against it, the beacon nothing.
var authorsViews = []view{
	{path: "/", status: 200},
	{path: "/playbooks/network/beacon", status: 200},
	{path: "/playbooks/broken/mast", status: 200},
	{path: "/-/problems", status: 200, says: "errors to mend"},
	{path: "/-/accountability", status: 200, says: "Accountability"},
	{path: "/-/rules/link-dead", status: 200},
	{path: "/search?q=barnacle", status: 200},
	{path: "/wurblfx", status: 404},
}

// broken has many problems, some of them long.
const broken = `---
title: The mast is broken
sumary: Unknown keys are problems.
riks: low
an_unknown_key_whose_name_is_as_long_as_a_mast_and_has_no_place_to_break_it_anywhere: 1
---

A [dead link](no/such/page-with-a-very-long-name-that-does-not-break-anywhere-0123456789-0123456789-0123456789.md),
a [dead anchor](../network/beacon.md#look-at-the-lmap), and a picture: ![the mast](mast.png)
`

// each visits every view of both portals, in a tab for each portal.
func each(t *testing.T, w world, look func(*tab, view)) {
	t.Helper()
	const file = "playbooks/broken/mast.md"
	if status, _ := get(w.authors.url + "/playbooks/broken/mast"); status != 200 {
		w.authors.write(t, file, broken)
		wait(t, "the page with problems", func() (bool, string) {
			status, _ := get(w.authors.url + "/playbooks/broken/mast")
			_, body := get(w.authors.url + "/-/problems")
			return status == 200 && strings.Contains(body, file) && strings.Contains(body, "link-dead"), fmt.Sprint(status, body)
		})
	}
	for _, p := range []struct {
		portal *portal
		views  []view
	}{{w.readers, readersViews}, {w.authors, authorsViews}} {
		b := newTab(t, w.browser, p.portal)
		for _, v := range p.views {
			b.size(1280)
			b.openAs(v.path, v.status)
			if h := b.text("h1"); !strings.Contains(h, v.says) {
				t.Errorf("%s is another view than is meant: %q", v.path, h)
			}
			look(b, v)
		}
		b.clean()
	}
}

// sizes is how wide a page is, and the room it has.
type sizes struct {
	Room, Content int64
	Wide          []string
}

// sizesOf measures the page and finds the innermost elements that stick out, leaving out what may be scrolled on
// its own.
const sizesOf = `(() => {
	const d = document.documentElement, room = d.clientWidth;
	const out = e => e.getBoundingClientRect().right > room + 0.5;
	const scrolls = e => { for (; e && e !== document.body; e = e.parentElement) if (getComputedStyle(e).overflowX !== 'visible') return true; return false };
	const wide = d.scrollWidth <= room ? [] : [...document.body.querySelectorAll('*')]
		.filter(e => out(e) && !scrolls(e.parentElement) && ![...e.children].some(out))
		.slice(0, 8).map(e => Math.round(e.getBoundingClientRect().right) + ': ' + e.outerHTML.slice(0, 160));
	return { Room: room, Content: d.scrollWidth, Wide: wide };
})()`

// hexOf is a colour of an element as #rrggbb.
const hexOf = `(() => {
	const m = getComputedStyle(document.querySelector(%s))[%s].match(/^rgba?\((\d+), (\d+), (\d+)(?:, 1)?\)$/);
	return m ? '#' + m.slice(1).map(n => (+n).toString(16).padStart(2, '0')).join('') : 'not opaque';
})()`

// colours is WCAG 2's arithmetic.
const colours = `
	const parse = s => { const m = s.match(/^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/); return m && [+m[1], +m[2], +m[3], m[4] === undefined ? 1 : +m[4]] };
	const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
	const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 }); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
	const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05) };
	const ground = e => {
		const layers = [];
		for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c && c[3] > 0) { layers.push(c); if (c[3] === 1) break } }
		return layers.reduceRight((below, c) => over(c, below), [255, 255, 255, 1]);
	};`

// contrastOf is the contrast of an element's text with what is behind it.
const contrastOf = `(() => {` + colours + `
	const e = document.querySelector(%s), g = ground(e);
	return ratio(over(parse(getComputedStyle(e).color), g), g);
})()`

// faint lists texts below WCAG 2 AA: 4.5, or 3 for large text. What is hidden, or shows on hover alone, is left out.
const faint = `(() => {` + colours + `
	const seen = new Set(), out = [];
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || seen.has(e)) continue;
		seen.add(e);
		if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || e.closest('.vh, [aria-hidden=true], :disabled')) continue;
		const s = getComputedStyle(e), g = ground(e), c = parse(s.color), size = parseFloat(s.fontSize);
		const need = size >= 24 || size >= 18.66 && +s.fontWeight >= 700 ? 3 : 4.5;
		const r = c ? ratio(over(c, g), g) : 0;
		if (r < need) out.push(r.toFixed(2) + ' ' + s.color + ' on ' + g.slice(0, 3).map(Math.round) + ': ' + e.outerHTML.slice(0, 120));
	}
	for (const e of document.querySelectorAll('input')) {
		if (!e.placeholder || !e.checkVisibility()) continue;
		const g = ground(e), r = ratio(over(parse(getComputedStyle(e, '::placeholder').color), g), g);
		if (r < 4.5) out.push(r.toFixed(2) + ' placeholder ' + e.placeholder);
	}
	return out;
})()`

// outline is what a page is made of, for ears.
type outline struct {
	Lang, Title string
	H1          int
	Levels      []int    // of the headings that are shown, in order
	NoAlt       []string // pictures without a text in their place
	Twice       []string // ids that two elements have
	Lost        []string // labels and descriptions of what is not there
	Unlabelled  []string // fields without a label: a placeholder goes away when one types
}

const outlineOf = `(() => {
	const shown = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(h => h.checkVisibility());
	const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
	const refs = [...document.querySelectorAll('[aria-labelledby], [aria-describedby], [aria-controls], label[for]')].flatMap(e =>
		['aria-labelledby', 'aria-describedby', 'aria-controls', 'for'].flatMap(a => (e.getAttribute(a) ?? '').split(/\s+/).filter(Boolean)));
	return {
		Lang: document.documentElement.lang, Title: document.title,
		H1: shown.filter(h => h.tagName === 'H1').length,
		Levels: shown.map(h => +h.tagName[1]),
		NoAlt: [...document.images].filter(i => !i.hasAttribute('alt')).map(i => i.outerHTML),
		Twice: ids.filter((id, i) => ids.indexOf(id) !== i),
		Lost: refs.filter(id => !document.getElementById(id)),
		Unlabelled: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
			.filter(e => !e.labels.length && !e.ariaLabel && !e.getAttribute('aria-labelledby')).map(e => e.outerHTML),
	};
})()`

// readAloud checks what a screen reader is given: the outline, the landmarks, and a name for everything that can
// be used.
func readAloud(t *testing.T, w world) {
	titles := map[string]string{}
	each(t, w, func(b *tab, v view) {
		o := eval[outline](b, outlineOf)
		complain := func(format string, args ...any) { t.Errorf(v.path+": "+format, args...) }
		if o.Lang != "en" {
			complain("the language is %q", o.Lang)
		}
		if o.Title == "" {
			complain("there is no title")
		}
		if other, ok := titles[o.Title]; ok && b.p == w.readers && v.status == 200 && !strings.HasPrefix(v.path, "/search") {
			complain("the title %q is that of %s too", o.Title, other)
		}
		titles[o.Title] = v.path
		if o.H1 != 1 {
			complain("%d headings of level 1", o.H1)
		}
		for i, level := range o.Levels {
			if i > 0 && level > o.Levels[i-1]+1 || i == 0 && level != 1 {
				complain("the levels of the headings jump: %v", o.Levels)
				break
			}
		}
		for _, s := range o.NoAlt {
			complain("no text in place of %s", s)
		}
		for _, s := range o.Twice {
			complain("two elements have the id %s", s)
		}
		for _, s := range o.Unlabelled {
			complain("no label for %s", s)
		}
		for _, s := range o.Lost {
			complain("something is labelled by #%s, which is not there", s)
		}

		landmarks := map[string]int{}
		names := map[string]bool{}
		for _, n := range call(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
			if n.Ignored {
				continue
			}
			role, name := text(n.Role), text(n.Name)
			switch role {
			case "main", "banner", "contentinfo":
				landmarks[role]++
			case "navigation", "search", "complementary", "form":
				if key := role + " " + name; names[key] {
					complain("two landmarks are %s %q", role, name)
				} else {
					names[key] = true
				}
			case "link", "button", "textbox", "searchbox", "checkbox", "radio", "combobox", "listbox", "switch", "slider", "spinbutton", "menuitem", "tab", "DisclosureTriangle", "heading", "image", "figure":
				decoration := role == "image" || role == "figure"
				if name == "" && !decoration {
					complain("a %s has no name (node %d)", role, n.BackendDOMNodeID)
				}
			}
		}
		for _, role := range []string{"main", "banner", "contentinfo"} {
			if landmarks[role] != 1 {
				complain("%d landmarks are %s", landmarks[role], role)
			}
		}
	})
}

// text is a value of the accessibility tree.
func text(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	return strings.TrimSpace(strings.Trim(string(v.Value), `"`))
}

// nth selects one of the elements that match among their siblings, from 0.
func nth(selector string, i int) string { return fmt.Sprintf("%s:nth-of-type(%d)", selector, i+1) }
