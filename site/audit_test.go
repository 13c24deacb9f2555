package site_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rutter/site"
	"rutter/site/audit"
)

// trail reads and verifies what a portal has recorded. It may be writing.
func trail(t *testing.T, state string) []audit.Entry {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(state, site.AuditFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var out []audit.Entry
	for e, err := range audit.Entries(bytes.NewReader(raw)) {
		var broken *audit.Broken
		if errors.As(err, &broken) && broken.Torn {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// told is an entry in few words.
func told(e audit.Entry) string {
	s := fmt.Sprintf("%d %s %d pages %d errors", e.Seq, e.Gate, e.Pages, e.Errors)
	for _, p := range e.Put.Paths {
		s += " +" + p
	}
	for _, m := range e.Moved.Paths {
		s += " " + m.From + ">" + m.To
	}
	for _, p := range e.Removed.Paths {
		s += " -" + p
	}
	if e.Dated {
		s += " dated"
	}
	if e.Reason != "" {
		s += " (" + e.Reason + ")"
	}
	return s
}

// recorded waits until the trail ends with entry n.
func (p *portal) recorded(state string, n int) audit.Entry {
	p.t.Helper()
	var last audit.Entry
	p.until(fmt.Sprintf("entry %d is recorded", n), func() bool {
		if all := trail(p.t, state); len(all) >= n {
			last = all[len(all)-1]
			return true
		}
		return false
	})
	return last
}

// TestAuditTrail makes five edits and one that the gate refuses, and wants the trail to have these and no more, also
// after a restart.
func TestAuditTrail(t *testing.T) {
	state := t.TempDir()
	in := func(o *site.Options) { o.State = state }
	p := start(t, map[string]string{
		"disk.md": "# The disk is full\n\nNo space left.\n", "queries.yaml": "- query: no space left\n  page: disk.md\n",
	}, in)
	p.recorded(state, 1)
	p.write("a.md", "# A\n\n[nowhere](gone.md)\n")
	p.recorded(state, 2)
	p.write("a.md", "# A\n\nmended\n")
	p.recorded(state, 3)
	if err := os.Rename(filepath.Join(p.dir, "a.md"), filepath.Join(p.dir, "b.md")); err != nil {
		t.Fatal(err)
	}
	p.recorded(state, 4)
	p.write("pic.png", "one")
	p.recorded(state, 5)
	p.write("disk.md", "# Ships\n\nNothing of it.\n")
	if e := p.recorded(state, 6); e.Gate != audit.Refused {
		t.Errorf("%+v", e)
	}
	p.write("disk.md", "# The disk is full\n\nNo space left, again.\n")
	newest := p.recorded(state, 7)
	want := []string{
		"1 passed 1 pages 0 errors +disk.md",
		"2 passed 2 pages 1 errors +a.md",
		"3 passed 2 pages 0 errors +a.md",
		"4 passed 2 pages 0 errors a.md>b.md",
		"5 passed 2 pages 0 errors +pic.png",
		`6 refused 2 pages 0 errors +disk.md (queries.yaml:1: query-regression: "no space left" does not find disk.md`,
		"7 passed 2 pages 0 errors +disk.md",
	}
	all := trail(t, state)
	for i, e := range all {
		if i < len(want) && !strings.HasPrefix(told(e), want[i]) || e.Program != "rutter test" || e.Revision != "" {
			t.Errorf("got %s, want %s", told(e), want[i])
		}
	}
	p.until("readiness names the newest entry", func() bool {
		return strings.Contains(p.get("/readyz").body, "\naudit: 7 "+newest.Hash[:12]+"\n")
	})
	if id := p.get("/").header.Get("Rutter-Edition"); newest.Edition != id {
		t.Errorf("edition %s is recorded, %s is served", newest.Edition, id)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.serve(in) // nothing is other
	p.get("/readyz").has(t, "audit: 7 ")
	p.write("c.md", "# C\n")
	if e := p.recorded(state, 8); told(e) != "8 passed 3 pages 0 errors +c.md" {
		t.Error(told(e))
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.write("c.md", "# C, too\n")
	p.serve(in, func(o *site.Options) { o.Version = "later" })
	if e := p.recorded(state, 9); told(e) != "9 passed 3 pages 0 errors +c.md" || !strings.Contains(e.Remark, "compared with the index of the run before") || e.Program != "rutter later" {
		t.Errorf("%s %q %s", told(e), e.Remark, e.Program)
	}
	if got := trail(t, state); len(got) != 9 {
		t.Errorf("%d entries", len(got))
	}
	start(t, map[string]string{"a.md": "# A\n"}, func(o *site.Options) { o.State = "" }).get("/readyz").lacks(t, "audit")
}

// TestAuditOfRepository wants an entry to name the revision and its author, one for a commit of what is served already,
// and none for a commit that changes nothing for readers.
func TestAuditOfRepository(t *testing.T) {
	p := &portal{t: t, dir: filepath.Join(t.TempDir(), "repo", "pages")}
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", filepath.Dir(p.dir), "-c", "user.name=N", "-c", "user.email=n@example.org"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	commit := func() string {
		t.Helper()
		git("add", "-A")
		git("commit", "-qm", "x")
		return git("rev-parse", "HEAD")
	}
	p.write("a.md", "# A\n")
	git("init", "-q")
	first := commit()
	state := t.TempDir()
	p.serve(func(o *site.Options) { o.State = state })
	check := func(n int, revision, want string) {
		t.Helper()
		if e := p.recorded(state, n); told(e) != want || e.Revision != revision || e.Who != "N" {
			t.Errorf("%s, %s by %s, want %s", told(e), e.Revision, e.Who, revision)
		}
	}
	check(1, first, "1 passed 1 pages 0 errors +a.md")
	p.write("b.md", "# B\n")
	check(2, first, "2 passed 2 pages 0 errors +b.md")
	second := commit()
	check(3, second, "3 passed 2 pages 0 errors dated")
	if err := os.WriteFile(filepath.Join(filepath.Dir(p.dir), "elsewhere"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	third := commit()
	git("checkout", "-q", first)
	check(4, first, "4 passed 1 pages 0 errors -b.md")
	git("checkout", "-q", third)
	check(5, third, "5 passed 2 pages 0 errors +b.md")
}

// TestAuditTrouble wants a portal to go on whose trail cannot be written, to tell, and to write it when it can be.
func TestAuditTrouble(t *testing.T) {
	state := t.TempDir()
	in := filepath.Join(state, site.AuditFile)
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	p := start(t, map[string]string{"a.md": "# A\n"}, func(o *site.Options) { o.State = state })
	p.write("b.md", "# B\n")
	p.until("the change is served", func() bool { return p.get("/b").status == 200 })
	p.until("it is told", func() bool {
		return strings.Contains(p.get("/readyz").body, "degraded: audit: "+in+" cannot be written (entries waiting: 2, lost: 0)")
	})
	if r := p.get("/readyz"); r.status != 200 {
		t.Errorf("readiness is %d", r.status)
	}
	if err := os.Remove(in); err != nil {
		t.Fatal(err)
	}
	p.recorded(state, 2)
	p.until("nothing is wrong any more", func() bool { return !strings.Contains(p.get("/readyz").body, "degraded") })
}

// TestAuditClock wants entries in years that package time writes no JSON for.
func TestAuditClock(t *testing.T) {
	state := t.TempDir()
	p := start(t, map[string]string{"a.md": "# A\n"}, func(o *site.Options) {
		o.State, o.Now = state, func() time.Time { return time.Date(10000, 1, 1, 12, 0, 0, 0, time.UTC) }
	})
	if e := p.recorded(state, 1); e.Time.String() != "10000-01-01T12:00:00Z" {
		t.Error(e.Time)
	}
}
