package browser

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestWithoutTheNetwork reads a page, keeps a list, and goes on when the portal is gone: with a note on every page of
// how old it is, and with a search. A page that is taken away is forgotten once the portal says so.
func TestWithoutTheNetwork(t *testing.T) {
	dir := folder(t)
	l, err := net.Listen("tcp", "127.0.0.1:0") // its number, for the same origin twice
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	p := serve(t, dir, "--authors", "no", "--addr", addr)
	b := newTab(t, startBrowser(t), p)
	b.open("/")
	wait(t, "the worker to take over", func() (bool, string) {
		return eval[bool](b, `Boolean(navigator.serviceWorker?.controller)`), ""
	})
	b.open("/playbooks/depot/restart")
	b.open("/-/product/LampOS")
	wait(t, "the offer to keep the list", func() (bool, string) { return b.count(".keep:not([hidden])") == 1, b.text("main") })
	b.click(".keep button")
	wait(t, "the list to be kept", func() (bool, string) { return b.text(".keep button") == "Keep them anew", b.text(".keep") })
	b.open("/playbooks/depot/move?v.berth=north-1") // with values: never kept
	kept := eval[[]string](b, `caches.open('rutter-pages').then((c) => c.keys()).then((ks) => ks.map((k) => new URL(k.url).pathname + new URL(k.url).search))`)
	if s := strings.Join(kept, " "); !strings.Contains(s, "/playbooks/depot/restart") || !strings.Contains(s, "/playbooks/depot/trim") || !strings.Contains(s, "/advisories/noon") || strings.Contains(s, "north-1") || strings.Contains(s, "/playbooks/depot/move") {
		t.Errorf("kept: %v", kept)
	}
	b.clean()

	p.stop()
	b.open("/playbooks/depot/trim")
	b.has("Trim the lamp", "You are offline, or the portal is.", "This copy is of 20")
	b.open("/playbooks/depot/restart")
	b.has("You are offline")
	equal(b, "its style", eval[string](b, `getComputedStyle(document.querySelector('.offline')).borderLeftStyle`), "solid")
	b.open("/search?q=old+way")
	wait(t, "the search over what is kept", func() (bool, string) {
		return b.text(".hit h2") == "Trim the lamp", b.text("main")
	})
	equal(b, "the section", b.text(".hit .secs a"), "The old way")
	b.has("Kept in this browser", "LampOS 2 pages")
	if got := b.loads("a page that was never read", chromedp.Navigate(p.url+"/playbooks/depot/quota")); got != http.StatusServiceUnavailable {
		t.Errorf("a page that is not kept answers %d", got)
	}
	b.watch.take() // what the network could not give is on the console

	if err := os.Remove(filepath.Join(dir, "playbooks", "depot", "restart.md")); err != nil {
		t.Fatal(err)
	}
	p = serve(t, dir, "--authors", "no", "--addr", addr)
	b.p = p
	b.openAs("/playbooks/depot/restart", http.StatusNotFound)
	wait(t, "the page to be forgotten", func() (bool, string) {
		got := eval[bool](b, `caches.open('rutter-pages').then((c) => c.match(location.origin + '/playbooks/depot/restart')).then(Boolean)`)
		return !got, ""
	})
	b.open("/-/offline")
	wait(t, "the list of what is kept", func() (bool, string) { return b.count(".kept:not([hidden])") == 1, b.text("main") })
	b.click(".kept > p button")
	wait(t, "all to be forgotten", func() (bool, string) { return b.count(".kept .rows li") == 0, b.text(".kept") })
	b.watch.take()
}

// TestExport serves an export as any web server would, below a path of its own, and searches in it.
func TestExport(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	if said, err := exec.Command(program(t), "export", folder(t), out).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	web := httptest.NewServer(http.StripPrefix("/docs/", http.FileServer(http.Dir(out))))
	t.Cleanup(web.Close)
	b := newTab(t, startBrowser(t), &portal{url: web.URL, dir: out})
	b.open("/docs/index.html")
	b.click("main input[type=search]")
	b.press("depot quota exceeded")
	b.enter()
	wait(t, "results", func() (bool, string) { return b.text(".hit h2") == "The depot's quota is used up", b.text("main") })
	b.follow(".hit h2 a")
	equal(b, "where it leads", b.path(), "/docs/playbooks/depot/quota.html")
	equal(b, "its heading", b.text("h1"), "The depot's quota is used up")
	b.open("/docs/search.html?q=barnacl")
	wait(t, "words by their beginning", func() (bool, string) {
		return strings.HasPrefix(b.text("main [role=status]"), "23 pages"), b.text("main")
	})
	b.open("/docs/playbooks/depot/move.html")
	b.click("#\\/v-berth")
	b.press("north-1")
	equal(b, "values work", strings.Contains(b.text("figure.cmd"), "north-1"), true)
	equal(b, "what needs a server", b.count(".send"), 0)

	text, err := os.ReadFile("../../site/export/testdata/words.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Text  string
		Words []string
	}
	if err := json.Unmarshal(text, &all); err != nil || len(all) < 15 {
		t.Fatal(err, len(all))
	}
	b.open("/docs/search.html")
	for _, x := range all {
		got := eval[[]string](b, `import(document.querySelector('script[src*=find]').src).then((m) => m.words(%s))`, x.Text)
		equal(b, x.Text, strings.Join(got, "|"), strings.Join(x.Words, "|"))
	}
	b.clean()
}
