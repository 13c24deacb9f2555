package site_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rutter/site"
)

// TestAsked wants authors to see what several readers missed, and what they found and did not open.
func TestAsked(t *testing.T) {
	state := t.TempDir()
	p := start(t, ops, func(o *site.Options) { o.Authors, o.State = true, state })
	for i := range 3 {
		reader := fmt.Sprintf("203.0.113.9, 198.51.100.%d", i) // the proxy of the tests is on this machine
		p.get("/search?q=raft+quorum", "X-Forwarded-For", reader)
		p.get("/search?q=disk+full", "X-Forwarded-For", reader)
		p.get("/search?q=keep+time", "X-Forwarded-For", reader)
		p.get("/search?q=%22full+disk+writes%22", "X-Forwarded-For", reader)
		p.get("/r/NodeOnFire", "X-Forwarded-For", reader)
		p.get("/search?q=my+own+host", "User-Agent", fmt.Sprintf("Browser/%d", i))
		p.get("/playbooks/linux/disk", "Referer", p.url+"/search?q=disk+full")
		p.get("/playbooks/linux/disk", "Referer", "http://elsewhere.example/search?q=keep+time")
	}
	r := p.get("/-/asked")
	r.has(t, "raft quorum", "keep time", "NodeOnFire", "full disk writes")
	if missing, _, _ := strings.Cut(r.body, "keep time"); !strings.Contains(missing, "NodeOnFire") || !strings.Contains(missing, "full disk writes") {
		t.Error("a name that nothing has, or a phrase, counts as found")
	}
	r.lacks(t, "my own host", ">disk full<")
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(state, site.AskedFile))
	if err != nil || !strings.Contains(string(raw), "raft quorum") || strings.Contains(string(raw), "127.0.0.1") || strings.Contains(string(raw), "198.51") || strings.Contains(string(raw), "Browser") {
		t.Errorf("written down: %s, %v", raw, err)
	}

	off := start(t, ops, func(o *site.Options) { o.Authors, o.Unasked = true, true })
	off.get("/-/asked").has(t, "--no-query-log")
	readers := start(t, ops)
	if r := readers.get("/-/asked"); r.status != 404 {
		t.Errorf("readers get %d", r.status)
	}
}
