package browser

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestLook(t *testing.T) {
	p := serve(t, folder(t), "--authors", "no")
	b := newTab(t, startBrowser(t), p)
	b.open(os.Getenv("LOOK"))
	if os.Getenv("LOOKW") != "" {
		b.size(390)
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/look.png", png, 0o644)
	t.Log(b.text("html"))
	b.clean()
}
