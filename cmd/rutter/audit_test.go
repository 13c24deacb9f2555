package main

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"rutter/site"
	"rutter/site/audit"
)

// guideTrail is the trail that the guide shows.
func guideTrail(t *testing.T, dir string) *audit.Log {
	t.Helper()
	l := audit.Open(filepath.Join(dir, site.AuditFile), slog.New(slog.NewTextHandler(io.Discard, nil)))
	at := func(h, m, s int) audit.Stamp {
		return audit.Stamp{Time: time.Date(2026, 11, 27, h, m, s, 434019786, time.UTC)}
	}
	e := audit.Entry{
		Time: at(21, 7, 12), Edition: "58e13ca5fa59", Revision: "82909194f960f6f0b5a3a0b34fda1c1be6f3d0a1", Who: "A. Author", Gate: audit.Passed,
		Pages: 2, Warnings: 1, Put: audit.ListPaths([]string{"disk.md", "old/quorum.md"}), Program: "rutter v0.1.0",
		Remark: "the first edition since the program was started; there was no index to compare it with",
	}
	l.Add(e)
	e.Remark, e.Warnings = "", 0
	e.Time, e.Edition, e.Revision = at(21, 40, 3), "465a74380d2e", "66bd6d9af1d4c3d2e1f00112233445566778899a"
	e.Gate, e.Reason, e.Put = audit.Refused, `queries.yaml:1: query-regression: "no space left" does not find disk.md`, audit.ListPaths([]string{"disk.md"})
	l.Add(e)
	e.Time, e.Edition, e.Revision = at(21, 44, 51), "5c4cc9d74715", "3b1f0e9d8c7b6a5948372615f4e3d2c1b0a99887"
	e.Gate, e.Reason, e.Moved = audit.Passed, "", audit.ListMoves([]audit.Move{{From: "old/quorum.md", To: "quorum.md"}})
	l.Add(e)
	l.Close()
	return l
}

// TestAuditGuide runs the commands of the guide as they stand there, on the trail it shows, and compares what they print.
func TestAuditGuide(t *testing.T) {
	guide, err := os.ReadFile("../../content/guides/rutter/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	bin, state := t.TempDir(), t.TempDir()
	if err := os.Symlink(os.Args[0], filepath.Join(bin, "rutter")); err != nil {
		t.Fatal(err)
	}
	guideTrail(t, state)
	sh := func(script string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(script, "/var/lib/rutter", state))
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		return strings.ReplaceAll(string(out), state, "/var/lib/rutter"), err
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```\n(?:\n```output\n(.*?)```\n)?").FindAllStringSubmatch(string(guide), -1)
	if len(blocks) < 4 {
		t.Fatalf("%d commands in the guide", len(blocks))
	}
	verify := ""
	for _, b := range blocks {
		if strings.Contains(b[1], "jq") {
			if _, err := exec.LookPath("jq"); err != nil {
				t.Log("there is no jq")
				continue
			}
		}
		if strings.Contains(b[1], "sha256sum") {
			verify = b[1]
		}
		if got, err := sh(b[1]); err != nil || got != b[2] {
			t.Errorf("%s\n%v: it prints\n%s\nthe guide says\n%s", b[1], err, got, b[2])
		}
	}

	shown := regexp.MustCompile(`(?m)^audit: 3 ([0-9a-f]{12})$`).FindStringSubmatch(string(guide))
	if shown == nil {
		t.Fatal("the guide does not show the line of /readyz")
	}
	if out, err := sh("rutter audit --state /var/lib/rutter --expect " + shown[1]); err != nil || !strings.Contains(out, "entry 3 of ") {
		t.Errorf("the hash that the guide shows of /readyz is not the newest: %s", out)
	}

	// What verifies without Rutter sees what Rutter sees.
	file := filepath.Join(state, site.AuditFile)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(raw), "\n")
	for name, text := range map[string]string{
		"changed": strings.Replace(string(raw), "A. Author", "A. Nobody", 1),
		"removed": lines[0] + lines[2],
		"moved":   lines[1] + lines[0] + lines[2],
		"begun":   lines[1] + lines[2],
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := sh(verify); err == nil {
			t.Errorf("%s: the guide's commands see nothing:\n%s", name, out)
		}
		if out, err := sh("rutter audit --state /var/lib/rutter"); err == nil || !strings.Contains(out, "rutter: /var/lib/rutter/audit.jsonl: line ") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// TestAuditBesideAPortal verifies a trail while it is written: no half of a line is taken for a broken trail.
func TestAuditBesideAPortal(t *testing.T) {
	dir := t.TempDir()
	l := guideTrail(t, dir)
	var writing sync.WaitGroup
	writing.Go(func() {
		for range 200 {
			l.Add(audit.Entry{Gate: audit.Passed, Put: audit.ListPaths([]string{strings.Repeat("long/", 1000)})})
			l.Close()
		}
	})
	for range 50 {
		var out, err bytes.Buffer
		if code := run([]string{"audit", "--state", dir, "--limit", "3"}, &out, &err); code != exitOK || strings.Count(out.String(), "passed") < 1 {
			t.Errorf("%d: %s", code, err.String())
		}
	}
	writing.Wait()
	var out, err bytes.Buffer
	if code := run([]string{"audit", "--state", dir}, &out, &err); code != exitOK || !strings.Contains(err.String(), "203 entries verified") || strings.Count(out.String(), "passed") != 20 {
		t.Errorf("%d: %s", code, err.String())
	}
}
