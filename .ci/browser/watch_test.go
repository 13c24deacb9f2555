package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// watch keeps what no page of the portal may do: say something on the console, break its content security policy,
// or ask another host for anything.
type watch struct {
	home string // scheme and host of the portal

	mu       sync.Mutex
	expected []string // addresses whose failure the test wants
	seen     []string
}

func newWatch(home string) *watch { return &watch{home: home} }

// expect lets one address answer with an error.
func (w *watch) expect(url string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected = append(w.expected, url)
}

// take returns what was seen since the last call.
func (w *watch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.seen
	w.seen = nil
	return s
}

func (w *watch) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(w.seen, s) {
		w.seen = append(w.seen, s)
	}
}

// event hears everything a tab tells, in order.
func (w *watch) event(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		switch ev.Type {
		case runtime.ConsoleAPICalledTypeError, runtime.ConsoleAPICalledTypeWarning, runtime.ConsoleAPICalledTypeAssert:
			var words []string
			for _, a := range ev.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			w.note("console.%s: %s", ev.Type, strings.Join(words, " "))
		}
	case *runtime.EventExceptionThrown:
		d := ev.ExceptionDetails
		text := d.Text
		if d.Exception != nil {
			text += " " + d.Exception.Description
		}
		w.note("exception at %s:%d: %s", d.URL, d.LineNumber+1, text)
	case *log.EventEntryAdded:
		e := ev.Entry
		if e.Level != log.EntryLevelError && e.Level != log.EntryLevelWarning {
			return
		}
		if e.Source == log.EntrySourceNetwork && slices.Contains(w.expected, e.URL) {
			return
		}
		w.note("log, %s, %s: %s (%s)", e.Source, e.Level, e.Text, e.URL)
	case *audits.EventIssueAdded:
		if ev.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			d := ev.Issue.Details.ContentSecurityPolicyIssueDetails
			w.note("policy: %s blocks %q", d.ViolatedDirective, d.BlockedURL)
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(ev.Request.URL)
		if err != nil || u.Scheme+"://"+u.Host != w.home {
			w.note("request to another host: %.200s", ev.Request.URL)
		}
	}
}

// TestWatch shows that the watch sees what it is for; without it, a deaf watch would pass every journey.
func TestWatch(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/policy":
			w.Header().Set("Content-Security-Policy", "default-src 'none'")
			_, _ = w.Write([]byte(`<!DOCTYPE html><title>x</title><p style="color:red">x</p>`))
		case "/other":
			_, _ = w.Write([]byte(`<!DOCTYPE html><title>x</title><img src="` + other.URL + `/x.png" alt="">`))
		case "/console":
			_, _ = w.Write([]byte(`<!DOCTYPE html><title>x</title><script>console.error("one thing"); throw new Error("another thing")</script>`))
		case "/expected":
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`<!DOCTYPE html><title>x</title><p>Nothing here, and that is right.</p>`))
		case "/missing":
			_, _ = w.Write([]byte(`<!DOCTYPE html><title>x</title><img src="/expected" alt="">`))
		default:
			_, _ = w.Write([]byte(`<!DOCTYPE html><title>x</title><p>Nothing is wrong here.</p>`))
		}
	}))
	defer bad.Close()
	browser := startBrowser(t)
	for _, c := range []struct {
		path   string
		status int
		want   []string
	}{
		{"/", 200, nil},
		{"/policy", 200, []string{"policy: "}},
		{"/other", 200, []string{"request to another host: " + other.URL}},
		{"/console", 200, []string{"console.error: ", "another thing"}},
		{"/missing", 200, []string{"log, network, error"}},
		{"/expected", 404, nil},
	} {
		b := newTab(t, browser, &portal{url: bad.URL})
		b.openAs(c.path, c.status)
		eval[bool](b, "true")
		all := strings.Join(b.watch.take(), "\n")
		if c.want == nil && all != "" {
			t.Errorf("%s: the watch saw %s", c.path, all)
		}
		for _, s := range c.want {
			if !strings.Contains(all, s) {
				t.Errorf("%s: the watch did not see %q, but %q", c.path, s, all)
			}
		}
	}
}
