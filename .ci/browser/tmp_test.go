package browser

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestLook(t *testing.T) {
	p := serve(t, folder(t), "--authors", "yes")
	p.write(t, "playbooks/broken/mast.md", broken)
	b := newTab(t, startBrowser(t), p)
	for n, path := range map[string]string{"home": "/", "page": "/playbooks/depot/restart", "search": "/search?q=barnacle", "lost": "/playbooks/depot/qouta", "problems": "/-/problems", "broken": "/playbooks/broken/mast", "none": "/search?q=quxzyquxzy+wurblfx", "slip": "/search?q=barnacel"} {
		b.loads("x", chromedp.Navigate(p.url+path))
		b.size(390)
		png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile("/tmp/look-"+n+".png", png, 0o644)
		b.size(1280)
	}
	b.open("/playbooks/depot/restart")
	for range 40 {
		b.press(kb.Tab)
		f := eval[focused](b, focusedOf)
		t.Log(f)
		if f.Body {
			break
		}
	}
}
