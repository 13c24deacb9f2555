package browser

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// manuscript is a page of forty sections, of which one grows.
func manuscript(grown int, word string) string {
	var s strings.Builder
	s.WriteString("---\nkind: playbook\ninputs:\n  - name: berth\n---\n\n# Paint the buoy\n\n")
	for i := range 40 {
		fmt.Fprintf(&s, "## Coat %d\n\nLet it dry.\n\n", i)
		if i == 2 {
			for range grown {
				s.WriteString("Another paragraph that pushes down all that follows.\n\n")
			}
		}
	}
	s.WriteString("```sh\nbuoyctl paint <berth>\n```\n\n" + word + "\n")
	return s.String()
}

// followsItsFile: a page that an author has open shows what was saved, keeps its place and what was filled in, and says
// what is wrong with the file and where.
func followsItsFile(t *testing.T, w world) {
	const file = "playbooks/network/buoy.md"
	w.authors.write(t, file, manuscript(0, "first word"))
	wait(t, "the page", func() (bool, string) {
		status, body := get(w.authors.url + "/playbooks/network/buoy")
		return status == 200 && strings.Contains(body, "first word"), ""
	})
	b := newTab(t, w.browser, w.authors)
	b.open("/playbooks/network/buoy")
	eval[bool](b, `(() => { const f = document.getElementById('/v-berth'); f.value = 'north-3'; f.dispatchEvent(new Event('input', { bubbles: true })); document.getElementById('coat-20').scrollIntoView(); return true })()`)
	top := func() float64 {
		return eval[float64](b, `document.getElementById('coat-20').getBoundingClientRect().top`)
	}
	was := top()

	// shown is when, in milliseconds since 1970, the page that is shown was there.
	shown := func() float64 {
		return eval[float64](b, `performance.timeOrigin + performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd`)
	}
	var took []float64
	for i := range 10 {
		word := fmt.Sprintf("word number %d", i)
		begun := float64(time.Now().UnixMicro()) / 1000
		w.authors.write(t, file, manuscript(i+1, word))
		wait(t, "the page to show what was saved", func() (bool, string) {
			return eval[bool](b, `document.readyState === 'complete' && document.querySelector('main').textContent.includes(%s)`, word), ""
		})
		took = append(took, shown()-begun)
		if now := top(); math.Abs(now-was) > 2 {
			t.Fatalf("save %d: the heading stood at %.0f and stands at %.0f", i, was, now)
		}
	}
	equal(b, "what was filled in", eval[string](b, `document.getElementById('/v-berth').value`), "north-3")
	slices.Sort(took)
	t.Logf("from the save to the page in ms: median %.0f, most %.0f", took[5], took[9])
	if took[5] > 500 { // 100 are promised on a machine that does nothing else
		t.Errorf("a save takes %.0f ms to show", took[5])
	}

	w.authors.write(t, file, manuscript(1, "See [the other one](gone.md)."))
	wait(t, "the problem to be told", func() (bool, string) { return b.count(".authors li .sev") == 1, b.text("body") })
	equal(b, "the line", b.text(`.authors li a[href^="#/line"]`), "175:5")
	b.click(`.authors li a[href^="#/line"]`)
	equal(b, "the place the line leads to", eval[bool](b, `(() => { const r = [...document.querySelectorAll('main p')].at(-1).getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight })()`), true)
	b.click(".authors summary")
	w.authors.write(t, file, manuscript(1, "Mended [the other one](gone.md)."))
	wait(t, "the mended page", func() (bool, string) {
		return eval[bool](b, `document.readyState === 'complete' && document.querySelector('main').textContent.includes('Mended')`), ""
	})
	equal(b, "the list that was closed is open", eval[bool](b, `document.querySelector('.authors details').open`), false)
	b.clean()
}
