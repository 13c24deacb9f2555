package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
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

// front stands before a portal as a proxy does, and fails as proxies do.
type front struct {
	*portal
	mu    sync.Mutex
	mode  string // "" passes on; "away" hangs up; a number is the proxy's own answer
	newer bool   // the portal is a later one: its assets have other names, and the old are gone
	bad   string // a path that the proxy answers with 502
	slow  string // a path that waits for let
	let   chan struct{}
	asked []string
}

var assetName = regexp.MustCompile(`(/-/static/[a-z0-9.-]+-[0-9a-f]{12})(\.(?:js|css|svg))`)

func newFront(t *testing.T, flags ...string) *front {
	t.Helper()
	p := serve(t, folder(t), flags...)
	f := &front{}
	to, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
			if _, newer := f.how(); newer {
				r.Out.URL.Path = strings.Replace(r.Out.URL.Path, ".v2.", ".", 1)
				r.Out.Header.Del("Accept-Encoding")
				r.Out.Header.Del("If-None-Match")
			}
		},
		ModifyResponse: func(r *http.Response) error {
			if mode, _ := f.how(); mode == "private" { // as a page for some alone will be
				r.Header.Set("Cache-Control", "private, no-cache")
				r.Header.Del("Etag")
				return nil
			}
			if typ := r.Header.Get("Content-Type"); !strings.HasPrefix(typ, "text/html") && !strings.HasPrefix(typ, "text/javascript") {
				return nil
			}
			if _, newer := f.how(); !newer {
				return nil
			}
			b, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			b = assetName.ReplaceAll(b, []byte("$1.v2$2"))
			r.Body = io.NopCloser(bytes.NewReader(b))
			r.Header.Del("Etag")
			r.Header.Set("Content-Length", strconv.Itoa(len(b)))
			return nil
		},
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.asked = append(f.asked, r.URL.Path)
		f.mu.Unlock()
		if slow, let := f.holding(); r.URL.Path == slow {
			<-let
		}
		mode, newer := f.how()
		switch status, err := strconv.Atoi(mode); {
		case mode == "away":
			panic(http.ErrAbortHandler)
		case r.URL.Path == f.failing():
			http.Error(w, "the proxy says no", http.StatusBadGateway)
		case err == nil:
			http.Error(w, "the proxy says "+mode, status)
		case newer && assetName.MatchString(r.URL.Path) && !strings.Contains(r.URL.Path, ".v2."):
			http.NotFound(w, r)
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(web.Close)
	f.portal = &portal{url: web.URL, dir: p.dir}
	return f
}

func (f *front) how() (mode string, newer bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mode, f.newer
}

func (f *front) set(mode string, newer bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mode, f.newer, f.asked = mode, newer, nil
}

// hold makes a path wait until f.let is closed.
func (f *front) hold(path string) {
	f.set("", false)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.slow, f.let = path, make(chan struct{})
}

func (f *front) holding() (path string, let chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.slow, f.let
}

func (f *front) failing() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bad
}

func (f *front) fail(path string) {
	f.set("", false)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bad = path
}

// times is how often a path was asked for since the last set.
func (f *front) times(path string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.asked {
		if p == path {
			n++
		}
	}
	return n
}

// visit opens the first page of a fresh browser and waits until the worker acts.
func visit(t *testing.T, browser context.Context, f *front, path string) *tab {
	t.Helper()
	b := newTab(t, browser, f.portal)
	b.open(path)
	wait(t, "the worker to take over", func() (bool, string) {
		return eval[bool](b, `Boolean(navigator.serviceWorker?.controller)`), ""
	})
	return b
}

// blocks is what the policy of the page keeps from acting in it: a handler in its HTML.
func (b *tab) blocks() string {
	b.t.Helper()
	return eval[string](b, `new Promise((done) => {
		document.addEventListener('securitypolicyviolation', (e) => done(e.violatedDirective), { once: true });
		window.acted = () => done('nothing');
		const e = document.createElement('button');
		e.setAttribute('onclick', 'acted()');
		document.body.append(e);
		e.click();
	})`)
}

// isKept tells whether the browser keeps a path.
func (b *tab) isKept(path string) bool {
	b.t.Helper()
	return eval[bool](b, `caches.match(location.origin + %s).then(Boolean)`, path)
}

func (b *tab) waitKept(path string, want bool) {
	b.t.Helper()
	wait(b.t, path, func() (bool, string) {
		return b.isKept(path) == want, eval[string](b, `caches.open('rutter-pages').then((c) => c.keys()).then((ks) => ks.map((k) => k.url).join(' '))`)
	})
}

// keepSet presses the button of a list and returns what it says in the end.
func (b *tab) keepSet(path string) string {
	b.t.Helper()
	b.open(path)
	return b.pressKeep()
}

func (b *tab) pressKeep() string {
	b.t.Helper()
	wait(b.t, "the offer to keep the list", func() (bool, string) { return b.count(".keep:not([hidden])") == 1, b.text("main") })
	b.click(".keep button")
	wait(b.t, "the button to come back", func() (bool, string) {
		return b.count(".keep button:not(:disabled)") == 1 && !strings.HasPrefix(b.text(".keep small"), "Fetching"), b.text(".keep")
	})
	return b.text(".keep small")
}

// tidied waits until the worker has dropped what no page needs: it puts something there that none does.
func (b *tab) tidied(begin func()) {
	b.t.Helper()
	eval[bool](b, `caches.open('rutter-shell').then((c) => c.put('/-/static/none-000000000000.js', new Response(''))).then(() => true)`)
	begin()
	b.waitKept("/-/static/none-000000000000.js", false)
}

// TestWithoutAWholePortal has between the browser and the portal a proxy that fails in the ways of proxies.
func TestWithoutAWholePortal(t *testing.T) {
	browser := startBrowser(t)

	t.Run("first page and policy", func(t *testing.T) {
		f := newFront(t, "--authors", "no")
		b := visit(t, browser, f, "/guides/charts/picture")
		b.waitKept("/guides/charts/picture", true)
		b.waitKept("/guides/charts/picture.png", true)
		equal(b, "online", b.blocks(), "script-src-attr")
		b.open("/guides/charts/diagram")
		b.waitKept("/guides/charts/diagram", true)
		for _, mode := range []string{"500", "502", "503"} {
			f.set(mode, false)
			b.open("/guides/charts/picture")
			b.has("The portal does not answer as it should.", "This copy is of 20")
			if got := b.loads("what is kept", chromedp.Navigate(f.url+"/-/offline")); got != http.StatusOK {
				t.Errorf("%s: what is kept answers %d", mode, got)
			}
			wait(t, "what is kept", func() (bool, string) { return b.count(".kept:not([hidden])") == 1, b.text("main") })
		}
		b.open("/guides/charts/picture")
		equal(b, "the policy of what is kept", b.blocks(), "script-src-attr")
		f.set("away", false)
		b.open("/guides/charts/picture")
		b.has("You are offline, or the portal is.")
		equal(b, "kept", b.blocks(), "script-src-attr")
		wait(t, "the picture", func() (bool, string) {
			return eval[bool](b, `(() => { const i = document.querySelector('main img'); i.scrollIntoView(); return i.naturalWidth > 0; })()`), ""
		})
		for path, want := range map[string]string{"/guides/charts/picture": "style-src 'self';", "/guides/charts/diagram": "style-src 'self' 'unsafe-inline'"} {
			got := eval[map[string]string](b, `caches.match(location.origin + %s).then((r) => Object.fromEntries(r.headers))`, path)
			if !strings.Contains(got["content-security-policy"], want) || got["content-length"] != "" || got["content-encoding"] != "" {
				t.Errorf("%s is kept with %v", path, got)
			}
		}

		for _, status := range []int{401, 403, 404, 410} { // of the proxy, not of the portal
			f.set(strconv.Itoa(status), false)
			b.openAs("/guides/charts/picture", status)
		}
		f.set("", false)
		b.open("/playbooks/depot/restart") // what the worker does, it does in turn
		b.waitKept("/playbooks/depot/restart", true)
		equal(b, "the page is kept", b.isKept("/guides/charts/picture"), true)
		call(b, network.ClearBrowserCache, cdp.Empty{}) // which has the proxy's 410
		f.set("private", false)
		b.open("/guides/charts/picture")
		b.waitKept("/guides/charts/picture", false)
		b.watch.take()
	})

	t.Run("a set is kept whole", func(t *testing.T) {
		f := newFront(t, "--authors", "no")
		b := visit(t, browser, f, "/")
		if got := b.keepSet("/-/kind/guide"); !regexp.MustCompile(`^(\d+) of (\d+) are kept\.$`).MatchString(got) {
			t.Errorf("the button says %q", got)
		}
		b.keepSet("/-/product/LampOS")
		b.keepSet("/-/kind/advisory")
		call(b, network.ClearBrowserCache, cdp.Empty{})
		f.set("away", false)
		b.open("/guides/charts/picture")
		wait(t, "the picture", func() (bool, string) {
			return eval[bool](b, `(() => { const i = document.querySelector('main img'); i.scrollIntoView(); return i.naturalWidth > 0; })()`), ""
		})
		b.open("/guides/charts/diagram")
		wait(t, "the diagram", func() (bool, string) { return b.count("figure.diagram .picture svg") == 1, b.text("main") })
		b.open("/playbooks/depot/trim")
		b.has("You are offline")
		for _, path := range eval[[]string](b, `[...document.querySelectorAll('script[src], link[rel=stylesheet], script[data-box]')].flatMap((e) => [e.getAttribute('src') ?? e.getAttribute('href'), e.dataset.box].filter(Boolean))`) {
			equal(b, path, b.isKept(path), true)
		}

		b.watch.take()
		// The button comes back.
		f.set("", false)
		b.open("/-/tag/hull")
		f.set("away", false)
		equal(b, "the button says", b.pressKeep(), "Nothing could be fetched: the portal does not answer.")
		f.set("", false)

		// A list that is forgotten takes its pages along, but not those of another list.
		b.open("/-/offline")
		wait(t, "the lists", func() (bool, string) { return b.count(".kept .sets li") == 3, b.text(".kept") })
		eval[bool](b, `[...document.querySelectorAll('.kept .sets li')].find((e) => e.innerText.includes('LampOS')).querySelector('button').click() ?? true`)
		wait(t, "the list to be forgotten", func() (bool, string) { return b.count(".kept .sets li") == 2, b.text(".kept") })
		b.waitKept("/playbooks/depot/trim", false)
		equal(b, "a page of another list", b.isKept("/advisories/noon"), true)
		b.watch.take()
	})

	t.Run("pages for one alone", func(t *testing.T) {
		f := newFront(t, "--authors", "yes")
		b := visit(t, browser, f, "/")
		equal(b, "the button says", b.keepSet("/-/product/LampOS"), "These pages are not kept: the portal says they are for you alone.")
		b.open("/-/offline")
		wait(t, "what is kept", func() (bool, string) { return b.count(".kept:not([hidden])") == 1, b.text("main") })
		equal(b, "lists", b.count(".kept .sets li"), 0)
		equal(b, "pages", b.count(".kept .rows li"), 0)
		b.watch.take()
	})

	t.Run("a later program", func(t *testing.T) {
		f := newFront(t, "--authors", "no")
		b := visit(t, browser, f, "/")
		b.open("/playbooks/depot/restart")
		b.waitKept("/playbooks/depot/restart", true)
		b.open("/guides/charts/picture")
		b.waitKept("/guides/charts/picture", true)
		css := eval[string](b, `document.querySelector('link[rel=stylesheet]').getAttribute('href')`)
		f.set("", true)
		later := strings.Replace(css, ".css", ".v2.css", 1)
		b.tidied(func() {
			eval[bool](b, `navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => true)`)
			b.waitKept(later, true)
		})
		equal(b, "the old style", b.isKept(css), true)
		call(b, network.ClearBrowserCache, cdp.Empty{})
		f.set("away", true)
		b.open("/playbooks/depot/restart")
		b.has("You are offline")
		equal(b, "its style", eval[string](b, `getComputedStyle(document.querySelector('.offline')).borderLeftStyle`), "solid")
		f.set("", true)
		for _, path := range []string{"/", "/playbooks/depot/restart", "/guides/charts/picture"} { // kept anew, with the new names
			b.open(path)
			wait(t, path+" to be kept anew", func() (bool, string) {
				return eval[bool](b, `caches.match(location.origin + %s).then((r) => r.text()).then((s) => s.includes('.v2.css'))`, path), ""
			})
		}
		b.tidied(func() {
			eval[bool](b, `navigator.serviceWorker.controller.postMessage({ forget: '/-/set/none' }) ?? true`)
		})
		equal(b, "the old style, when no page names it", b.isKept(css), false)
		b.watch.take()
	})

	t.Run("one refresh at a time", func(t *testing.T) {
		f := newFront(t, "--authors", "no")
		b := visit(t, browser, f, "/")
		b.keepSet("/-/product/LampOS")
		type set struct {
			Source string   `json:"source"`
			URLs   []string `json:"urls"`
			Date   string   `json:"date"`
			Tried  float64  `json:"tried"`
		}
		record := func() set {
			return eval[[]set](b, `caches.match(location.origin + '/-/kept').then((r) => r.json())`)[0]
		}
		age := func() {
			eval[bool](b, `caches.open('rutter-pages').then(async (c) => {
				const all = await (await c.match('/-/kept')).json();
				for (const s of all) { s.date = '2026-01-01T00:00:00Z'; s.tried = 0; }
				await c.put('/-/kept', new Response(JSON.stringify(all), { headers: { 'content-type': 'application/json' } }));
				return true;
			})`)
		}
		source := record().Source
		age()
		f.hold(source)
		for _, path := range []string{"/playbooks/depot/clean", "/guides/charts/picture", "/playbooks/depot/move", "/playbooks/network/beacon"} {
			b.open(path)
			b.waitKept(path, true)
		}
		close(f.let)
		wait(t, "the list to be fetched anew", func() (bool, string) { return !strings.HasPrefix(record().Date, "2026-01-01"), record().Date })
		equal(b, "lists asked for", f.times(source), 1)

		age()
		f.fail(source)
		b.open("/playbooks/depot/restart")
		wait(t, "a try", func() (bool, string) { return f.times(source) == 1 && record().Tried > 0, "" })
		for _, path := range []string{"/playbooks/depot/quota", "/guides/charts/deep/tides", "/playbooks/network/wide"} {
			b.open(path)
			b.waitKept(path, true)
		}
		b.tidied(func() {
			eval[bool](b, `navigator.serviceWorker.controller.postMessage({ forget: '/-/set/none' }) ?? true`)
		})
		equal(b, "tries within an hour", f.times(source), 1)
		equal(b, "pages of the list", len(record().URLs), 2)
		b.watch.take()
	})
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
