package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long anything may take on a slow machine that others use too. Nothing waits for so long when all
// is well: every wait ends with the thing it waits for.
const patience = 30 * time.Second

// beat is how often a state is looked at again that no event tells of.
const beat = 25 * time.Millisecond

// chromiumPath finds the browser; without it nothing here can be tested, so that is a failure.
func chromiumPath(t *testing.T) string {
	t.Helper()
	name := os.Getenv("CHROMIUM")
	if name == "" {
		name = "chromium"
	}
	p, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("there is no %s: install the package chromium, or name the program in CHROMIUM (%v)", name, err)
	}
	return p
}

// program is the rutter that is tested: $RUTTER, else the one that make build leaves.
func program(t *testing.T) string {
	t.Helper()
	p := os.Getenv("RUTTER")
	if p == "" {
		p = filepath.Join("..", "..", "rutter")
	}
	p, err := filepath.Abs(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(p); err != nil {
		t.Fatalf("there is no program to test: run make build, or name it in RUTTER (%v)", err)
	}
	return p
}

// startBrowser starts a Chromium with an empty profile of its own, which chromedp makes and removes. The context that
// it returns makes tabs.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	var said lockedBuffer
	alloc, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(chromiumPath(t)),
		chromedp.Flag("headless", true),
		chromedp.Flag("no-sandbox", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("no-first-run", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-dev-shm-usage", true), // it is small in a container
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.WindowSize(1280, 900),
		chromedp.CombinedOutput(&said),
	)
	quiet := func(string, ...any) {} // messages that are newer than the library; what matters comes back as errors
	ctx, cancel := chromedp.NewContext(alloc, chromedp.WithLogf(quiet), chromedp.WithErrorf(quiet))
	if err := start(ctx); err != nil {
		cancel()
		stop()
		t.Fatalf("chromium does not start: %v\n%s", err, said.String())
	}
	t.Cleanup(func() {
		bye, done := context.WithTimeout(ctx, patience)
		defer done()
		if err := chromedp.Cancel(bye); err != nil {
			t.Logf("chromium did not end by itself: %v", err)
		}
		stop()
	})
	return ctx
}

// start runs the browser. The context of the first call lives as long as the browser, so the deadline is outside.
func start(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- chromedp.Do(ctx) }()
	select {
	case err := <-done:
		return err
	case <-time.After(2 * patience):
		return context.DeadlineExceeded
	}
}

// portal is a running rutter.
type portal struct {
	url  string // without a slash at the end
	dir  string // of its content
	stop func() // ends it; it ends with its test all the same
}

// serve starts a portal over a folder and waits until it is ready. It is ended with SIGTERM, and must then end
// with 0.
func serve(t *testing.T, dir string, flags ...string) *portal {
	t.Helper()
	args := append([]string{"serve", dir, "--addr", "127.0.0.1:0", "--state", t.TempDir()}, flags...) // the last of a flag counts
	cmd := exec.Command(program(t), args...)
	var log lockedBuffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1)
	ended := make(chan error, 1)
	go func() {
		s := bufio.NewScanner(out)
		for s.Scan() {
			select {
			case lines <- s.Text():
			default:
			}
		}
		ended <- cmd.Wait()
	}()
	var once sync.Once
	p := &portal{dir: dir, stop: func() {
		once.Do(func() {
			_ = cmd.Process.Signal(syscall.SIGTERM)
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("rutter %s: %v", strings.Join(args, " "), err)
				}
			case <-time.After(patience):
				_ = cmd.Process.Kill()
				t.Errorf("rutter %s did not end on SIGTERM", strings.Join(args, " "))
			}
		})
	}}
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("rutter %s:\n%s", strings.Join(args, " "), log.String())
		}
	})
	select {
	case l := <-lines:
		_, url, ok := strings.Cut(l, " at http://")
		if !ok {
			t.Fatalf("rutter does not name its address: %q", l)
		}
		p.url = "http://" + strings.TrimSuffix(strings.TrimSpace(url), "/")
	case <-time.After(patience):
		t.Fatal("rutter does not name its address")
	}
	wait(t, "/readyz to answer 200", func() (bool, string) {
		status, body := get(p.url + "/readyz")
		return status == http.StatusOK, body
	})
	return p
}

// get asks without a browser; status 0 is no answer.
func get(url string) (status int, body string) {
	c := http.Client{Timeout: 5 * time.Second}
	r, err := c.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = r.Body.Close() }()
	var b bytes.Buffer
	_, _ = b.ReadFrom(r.Body)
	return r.StatusCode, b.String()
}

// wait looks until something is so. state is what was seen last, for the failure.
func wait(t *testing.T, what string, look func() (ok bool, state string)) {
	t.Helper()
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	deadline := time.After(patience)
	for {
		ok, state := look()
		if ok {
			return
		}
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("waited %s for %s; last seen: %s", patience, what, state)
		}
	}
}

// write puts a file into the portal's folder.
func (p *portal) write(t *testing.T, name, text string) {
	t.Helper()
	f := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(f), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tab is one tab of the browser, watched all the time: what its watch saw fails the test at its end.
type tab struct {
	t     *testing.T
	p     *portal
	ctx   context.Context
	watch *watch
}

// newTab opens a tab for one test.
func newTab(t *testing.T, browser context.Context, p *portal) *tab {
	t.Helper()
	w := newWatch(p.url)
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithListener(w.event))
	b := &tab{t: t, p: p, ctx: ctx, watch: w}
	if err := start(ctx); err != nil {
		cancel()
		t.Fatalf("a tab does not open: %v", err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			b.screenshot()
		}
		cancel()
	})
	call(b, audits.Enable, cdp.Empty{})
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	b.size(1280)
	b.media("", "")
	return b
}

// clean fails the test with everything the watch saw. It is the last line of a journey.
func (b *tab) clean() {
	b.t.Helper()
	eval[bool](b, "true") // what came before this answer has been told
	for _, s := range b.watch.take() {
		b.t.Error(s)
	}
}

// screenshot leaves a picture behind, where it outlives the test.
func (b *tab) screenshot() {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Logf("no screenshot: %v", err)
		return
	}
	dir, err := os.MkdirTemp("", "rutter-browser-")
	if err != nil {
		b.t.Logf("no screenshot: %v", err)
		return
	}
	name := filepath.Join(dir, strings.NewReplacer("/", "_", " ", "-").Replace(b.t.Name())+".png")
	if err := os.WriteFile(name, png, 0o644); err != nil {
		b.t.Logf("no screenshot: %v", err)
		return
	}
	b.t.Logf("screenshot: %s", name)
}

// do takes steps, all within one deadline.
func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// call sends one command of the protocol.
func call[P, R any](b *tab, cmd cdp.Command[P, R], params P) R {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, cmd, params)
	if err != nil {
		b.t.Fatalf("%s: %v", cmd.Method, err)
	}
	return r
}

// eval asks the page. Arguments take the place of %s in the expression, as JavaScript values.
func eval[T any](b *tab, expression string, args ...any) T {
	b.t.Helper()
	for i, a := range args {
		j, err := json.Marshal(a)
		if err != nil {
			b.t.Fatal(err)
		}
		args[i] = string(j)
	}
	if len(args) > 0 {
		expression = fmt.Sprintf(expression, args...)
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		if err != nil && ctx.Err() == nil && left.MatchString(err.Error()) {
			continue // the page was left while it was asked: an author's page reloads by itself
		}
		if err != nil {
			b.t.Fatalf("%s: %v", expression, err)
		}
		return v
	}
}

// left is what the browser says of a question to a page that is no longer there.
var left = regexp.MustCompile(`navigated or closed|context was destroyed|Cannot find context|Execution context`)

// loads takes steps that lead to another page, waits until it is there and returns its status; 0 for a place on
// the same page.
func (b *tab) loads(what string, steps ...chromedp.Action[chromedp.Void]) int {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	r, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	if r == nil {
		return 0
	}
	return int(r.Status)
}

// open goes to an address of the portal, which must be there.
func (b *tab) open(path string) {
	b.t.Helper()
	b.openAs(path, http.StatusOK)
}

// openAs goes to an address that answers with a certain status.
func (b *tab) openAs(path string, status int) {
	b.t.Helper()
	if status >= 400 {
		b.watch.expect(b.p.url + path)
	}
	if got := b.loads("open "+path, chromedp.Navigate(b.p.url+path)); got != status {
		b.t.Fatalf("%s answers %d, not %d", path, got, status)
	}
}

// reload asks for the same page again and returns its status.
func (b *tab) reload() int {
	b.t.Helper()
	return b.loads("reload", chromedp.Reload())
}

// follow clicks a link.
func (b *tab) follow(selector string) {
	b.t.Helper()
	b.loads("follow "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// click clicks what leads nowhere else.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// press types keys, wherever the focus is.
func (b *tab) press(keys string, modifiers ...chromedp.Modifier) {
	b.t.Helper()
	b.do("press "+keys, typing(keys, modifiers...))
}

// enter presses Enter and waits for the page that it leads to.
func (b *tab) enter() {
	b.t.Helper()
	b.loads("press Enter", typing(kb.Enter))
}

// typing presses keys as a hand does: a key that the page takes for itself types nothing. chromedp.KeyEvent sends
// the character apart from the key, so that it is typed in any case.
func typing(keys string, modifiers ...chromedp.Modifier) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, r := range keys {
			events := kb.Encode(r)
			down, up := *events[0], *events[len(events)-1]
			for _, m := range modifiers {
				down.Modifiers |= int64(m)
				up.Modifiers |= int64(m)
			}
			if len(events) == 3 && len(modifiers) == 0 {
				down.Type, down.Text, down.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, events[1].Text, events[1].UnmodifiedText
			}
			for _, e := range []input.DispatchKeyEventParams{down, up} {
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, e); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// size makes the window so wide: a phone below 500 pixels.
func (b *tab) size(width int64) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500,
	})
}

// media emulates a medium and the reader's preference of colours; "" is no wish. Nothing moves: a click on what
// scrolls gently away would miss it.
func (b *tab) media(medium, scheme string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium,
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"},
		},
	})
}

// text is the text of the first element that matches, as it is read; "" for none.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, `document.querySelector(%s)?.innerText?.trim() ?? ''`, selector)
}

// count is the number of elements that match.
func (b *tab) count(selector string) int {
	b.t.Helper()
	return eval[int](b, `document.querySelectorAll(%s).length`, selector)
}

// path is where the tab is: path, query and fragment.
func (b *tab) path() string {
	b.t.Helper()
	return eval[string](b, `location.pathname + location.search + location.hash`)
}

// has fails the test where the page does not show one of the texts.
func (b *tab) has(texts ...string) {
	b.t.Helper()
	all := b.text("body")
	for _, s := range texts {
		if !strings.Contains(all, s) {
			b.t.Errorf("%s does not show %q; it shows:\n%s", b.path(), s, all)
		}
	}
}

// equal compares what is with what should be.
func equal[T comparable](b *tab, what string, got, want T) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: %v, want %v (at %s)", what, got, want, b.path())
	}
}

// lockedBuffer keeps what a process says.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
