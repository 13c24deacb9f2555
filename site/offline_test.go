package site_test

import (
	"regexp"
	"strings"
	"testing"
)

// TestWorkerNeeds holds the worker to what any page may load: what it does not name would be missing from a page that
// is kept and was never opened.
func TestWorkerNeeds(t *testing.T) {
	p := start(t, library)
	r := p.get("/sw.js")
	if strings.Contains(r.body, "SHELL;") || strings.Contains(r.body, "mermaid") {
		t.Errorf("the list: %.300s", r.body)
	}
	for _, name := range []string{"rutter.js", "play.js", "pick.js", "box.js", "diagram.js", "find.js", "keep.js", "rutter.css", "icon.svg"} {
		stem, ext, _ := strings.Cut(name, ".")
		at := regexp.MustCompile(`"(/-/static/` + stem + `-[0-9a-f]{12}\.` + ext + `)"`).FindStringSubmatch(r.body)
		if at == nil {
			t.Errorf("%s is not in the list: %.600s", name, r.body)
			continue
		}
		if got := p.get(at[1]); got.status != 200 {
			t.Errorf("%s: %d", at[1], got.status)
		}
	}
	for _, path := range []string{"/", "/playbooks/linux/disk", "/nothing/here", "/-/offline"} { // how the worker knows the portal
		if p.get(path).header.Get("Rutter-Edition") == "" {
			t.Errorf("%s has no Rutter-Edition", path)
		}
	}
}
