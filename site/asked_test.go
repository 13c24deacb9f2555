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
		agent := fmt.Sprintf("Browser/%d", i)
		p.get("/search?q=raft+quorum", "User-Agent", agent)
		p.get("/search?q=disk+full", "User-Agent", agent)
		p.get("/search?q=keep+time", "User-Agent", agent)
		p.get("/search?q=my+own+host", "User-Agent", "Browser/0")
		p.get("/playbooks/linux/disk", "Referer", p.url+"/search?q=disk+full")
		p.get("/playbooks/linux/disk", "Referer", "http://elsewhere.example/search?q=keep+time")
	}
	r := p.get("/-/asked")
	r.has(t, "raft quorum", "keep time")
	r.lacks(t, "my own host", ">disk full<")
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(state, site.AskedFile))
	if err != nil || !strings.Contains(string(raw), "raft quorum") || strings.Contains(string(raw), "127.0.0.1") || strings.Contains(string(raw), "Browser") {
		t.Errorf("written down: %s, %v", raw, err)
	}

	off := start(t, ops, func(o *site.Options) { o.Authors, o.Unasked = true, true })
	off.get("/-/asked").has(t, "--no-query-log")
	readers := start(t, ops)
	if r := readers.get("/-/asked"); r.status != 404 {
		t.Errorf("readers get %d", r.status)
	}
}
