package site_test

import (
	"net/http"
	"strings"
	"testing"

	"rutter/content/lint"
	"rutter/site"
)

// TestRules: every rule has its page, and a problem leads to it.
func TestRules(t *testing.T) {
	p := start(t, map[string]string{"a.md": "# Alpha\n\n## Nothing\n\n[gone](gone.md)\n\n## Empty\n"}, func(o *site.Options) { o.Authors = true })
	list := p.get("/-/rules")
	for _, r := range lint.All() {
		list.has(t, `href="/-/rules/`+r.ID+`"`)
		if page := p.get("/-/rules/" + r.ID); page.status != http.StatusOK || !strings.Contains(page.body, r.ID) {
			t.Errorf("%s: %d", r.ID, page.status)
		}
	}
	if r := p.get("/-/rules/nothing"); r.status != http.StatusNotFound {
		t.Errorf("a rule that is none has %d", r.status)
	}
	p.get("/-/problems").has(t, `href="/-/rules/link-dead"`, `href="/-/rules/section-empty"`)
}
