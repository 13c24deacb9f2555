package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestCoverageGuide runs the commands of the guide page on what they say they were run on.
func TestCoverageGuide(t *testing.T) {
	guide, err := os.ReadFile("../../content/guides/rutter/coverage.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for name, text := range map[string]string{
		"DIR/playbooks/disk.md": "---\ntitle: The disk is full\nalerts: [NodeFilesystemAlmostOutOfSpace]\n---\n\n# Procedure\n",
		"rules/node.yaml": `groups:
- name: node
  rules:
  - alert: NodeFilesystemAlmostOutOfSpace
    expr: node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.05
    labels: {severity: critical}
    annotations:
      runbook_url: https://portal.example.org/r/NodeFilesystemAlmostOutOfSpace?instance={{ $labels.instance }}
  - alert: NodeClockSkew
    expr: abs(node_timex_offset_seconds) > 0.05
    labels: {severity: warning}
    annotations:
      runbook_url: https://portal.example.org/playbooks/clock
  - alert: NodeDown
    expr: up == 0
    labels: {severity: critical}
`,
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	blocks := regexp.MustCompile("(?s)```sh\n(rutter [^\n]*)\n```\n\n```output\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d commands with their output in the guide, want 2", len(blocks))
	}
	for _, b := range blocks {
		var out, log bytes.Buffer
		if code := run(strings.Fields(b[1])[1:], &out, &log); code != exitProblem || out.String() != b[2] {
			t.Errorf("%s ends with %d and prints\n%s\nthe guide says\n%s", b[1], code, out.String(), b[2])
		}
	}
}

// TestCoverageAnnotations: files are named as the workflow knows them, and no rule steers its terminal.
func TestCoverageAnnotations(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for name, text := range map[string]string{
		"docs/disk.md": "---\nalerts: [Nothing]\n---\n# Disk\n",
		"rules.yaml":   "groups:\n- name: a\n  rules:\n  - alert: \"Q\\e[31mred\\u202eX\"\n    expr: up == 0\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, log bytes.Buffer
	run([]string{"coverage", "--rules", "rules.yaml", "--format", "github", filepath.Join(dir, "docs")}, &out, &log)
	if strings.ContainsAny(out.String(), "\x1b\u202e") || !strings.Contains(out.String(), "::error file=rules.yaml,line=4,") || !strings.Contains(out.String(), "::warning file=docs/disk.md,line=2,") {
		t.Errorf("%q", out.String())
	}
}
