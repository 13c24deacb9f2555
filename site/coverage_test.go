package site_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rutter/content/coverage"
	"rutter/site"
)

const alertRules = `groups:
- name: ops
  rules:
  - record: up:sum
    expr: sum(up)
  - alert: KubePodCrashLooping
    labels: {severity: warning}
    annotations:
      summary: It ends again and again.
      runbook_url: https://kb.example.org/r/KubePodCrashLooping?pod={{ $labels.pod }}
  - alert: OOMKilled
  - alert: KubePodCrashLoopin
  - alert: NodeOnFire
  - alert: NodeOnFire
  - alert: DiskFull
    annotations:
      runbook_url: https://kb.example.org/playbooks/linux/dsik
  - alert: Mirrored
    annotations:
      runbook_url: https://runbooks.example.net/x/linux/Disk
  - alert: Else
    annotations:
      runbook_url: https://elsewhere.example.com/<script>
`

// covered lets authors see alertRules held against the pages.
func covered(t *testing.T) func(*site.Options) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte(alertRules), 0o644); err != nil {
		t.Fatal(err)
	}
	return withRules(t, file)
}

func withRules(t *testing.T, file string) func(*site.Options) {
	t.Helper()
	rules, err := coverage.Open([]string{file}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	mirror, err := coverage.ParseSite("https://runbooks.example.net/x=/playbooks")
	if err != nil {
		t.Fatal(err)
	}
	return func(o *site.Options) {
		o.Authors, o.Rules, o.BaseURL, o.Sites = true, rules, "https://kb.example.org", []coverage.Site{mirror}
	}
}

func (p *portal) report() (r coverage.Report) {
	p.t.Helper()
	if err := json.Unmarshal([]byte(p.get("/api/v1/coverage").body), &r); err != nil {
		p.t.Fatal(err)
	}
	return r
}

// TestCoverage wants the map to say of each alert what its doorway does.
func TestCoverage(t *testing.T) {
	p := start(t, ops, covered(t))
	states := map[string]coverage.State{}
	for _, e := range p.report().Alerts {
		states[e.Name] = e.State
		r := p.get("/r/" + e.Name)
		if leads := r.status == 302 && !strings.Contains(r.header.Get("Location"), "?for="); leads != (e.Page != nil && e.Name != "Mirrored") {
			t.Errorf("%s is %s, and its doorway answers %d %s", e.Name, e.State, r.status, r.header.Get("Location"))
		}
	}
	for name, want := range map[string]coverage.State{
		"KubePodCrashLooping": coverage.Answered, "OOMKilled": coverage.Answered, "Mirrored": coverage.Answered,
		"KubePodCrashLoopin": coverage.Unanswered, "NodeOnFire": coverage.Unanswered, "DiskFull": coverage.URLDead, "Else": coverage.URLElse,
	} {
		if states[name] != want {
			t.Errorf("%s is %s, want %s", name, states[name], want)
		}
	}
	page := p.get("/-/coverage")
	page.has(t, "<h1>3 alerts to mend</h1>", `href="/r/NodeOnFire"`, "https://<wbr>elsewhere.example.com/<wbr>&lt;script&gt;", `<a href="/playbooks/kubernetes/crash#oomkilled">`)
	if page.status != 200 || page.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", page.status, page.header)
	}
	p.get("/-/problems").has(t, `href="/-/coverage"`)
	if r := p.do("POST", "/-/coverage", strings.NewReader("")); r.status != 405 {
		t.Errorf("POST answers %d", r.status)
	}
}

// TestCoverageOfAsked wants an alert that readers missed to say so.
func TestCoverageOfAsked(t *testing.T) {
	clock := atomic.Int64{}
	clock.Store(time.Now().UnixNano())
	p := start(t, ops, covered(t), func(o *site.Options) { o.Now = func() time.Time { return time.Unix(0, clock.Load()) } })
	p.get("/-/coverage").lacks(t, "searched for in vain")
	for i := range 3 {
		p.get("/r/NodeOnFire", "X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i))
	}
	clock.Add(int64(2 * time.Minute)) // a report is good for a minute
	p.get("/-/coverage").has(t, "searched for in vain 3 times")
}

// TestCoverageFollows wants a change of the pages, and one of the rules, to be in the next report.
func TestCoverageFollows(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte(alertRules), 0o644); err != nil {
		t.Fatal(err)
	}
	clock := atomic.Int64{}
	clock.Store(time.Now().UnixNano())
	p := start(t, ops, withRules(t, file), func(o *site.Options) { o.Now = func() time.Time { return time.Unix(0, clock.Load()) } })
	if n := p.report().Counts[coverage.Unanswered]; n != 2 {
		t.Errorf("%d unanswered, want 2", n)
	}
	p.write("playbooks/fire.md", "---\nalerts: [NodeOnFire]\n---\n# Fire\n")
	p.until("the new page answers", func() bool { return p.report().Counts[coverage.Unanswered] == 1 })
	if err := os.WriteFile(file, []byte("groups: [{rules: [{alert: Another}]}]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	clock.Add(int64(10 * time.Second))
	r := p.get("/-/coverage")
	r.has(t, `href="/r/Another"`)
	r.lacks(t, "NodeOnFire</a>")
	if err := os.WriteFile(file, []byte("groups: [\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	clock.Add(int64(10 * time.Second))
	p.get("/-/coverage").has(t, `href="/r/Another"`, "the rules do not parse")
}

// TestCoverageIsForAuthors: readers, and authors without rules, get what is at any unknown address.
func TestCoverageIsForAuthors(t *testing.T) {
	for name, set := range map[string]func(*site.Options){
		"readers": func(o *site.Options) { covered(t)(o); o.Authors = false },
		"none":    func(o *site.Options) { o.Authors = true },
	} {
		p := start(t, ops, set)
		if r := p.get("/-/coverage"); r.status != 404 || !strings.Contains(r.body, "Nothing at this address") {
			t.Errorf("%s: the page answers %d", name, r.status)
		}
		if r := p.get("/api/v1/coverage"); r.status != 404 || r.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: the JSON answers %d %s", name, r.status, r.header.Get("Content-Type"))
		}
		p.get("/-/problems").lacks(t, "/-/coverage")
	}
}
