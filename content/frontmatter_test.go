package content_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
)

func TestFrontMatterProblems(t *testing.T) {
	for name, c := range map[string]struct {
		src  string
		want []string
	}{
		"none":              {"# A\n", []string{}},
		"empty":             {"---\n---\n# A\n", []string{}},
		"comment only":      {"---\n# nothing\n---\n# A\n", []string{}},
		"empty keys":        {"---\ntitle:\ntags:\n---\n", []string{}},
		"a rule is none":    {"---\n\n# A\n", []string{}},
		"unknown keys":      {"---\ntitel: A\nsumary: B\nzzz: C\n---\n", []string{"a.md:2:1: key-unknown: unknown front matter key titel (did you mean title?)", "a.md:3:1: key-unknown: unknown front matter key sumary (did you mean summary?)", "a.md:4:1: key-unknown: unknown front matter key zzz"}},
		"hyphen for under":  {"---\nreview-every: 6 months\n---\n", []string{"a.md:2:1: key-unknown: unknown front matter key review-every (did you mean review_every?)"}},
		"foreign keys":      {"---\ndraft: true\nsidebar_position: 2\npermalink: /x\nhide: [toc]\nbookFlatSection: true\nlastUpdated: false\n---\n", []string{}},
		"jekyll published":  {"---\npublished: false\n---\n", []string{}},
		"wrong values":      {"---\nkind: novel\nreviewed: yesterday\nweight: heavy\nphase: [respond, relax]\nreview_every: now and then\ntitle: [a]\n---\n", []string{"a.md:2:7: value-wrong: kind is not one of playbook, guide, advisory, story (write one of playbook, guide, advisory, story)", "a.md:3:11: value-wrong: reviewed is not a date as YYYY-MM-DD (write a date as YYYY-MM-DD)", "a.md:4:9: value-wrong: weight is not a whole number (write a whole number)", "a.md:5:18: value-wrong: phase is not one of deploy, scale, manage, anticipate, plan, respond (write one of deploy, scale, manage, anticipate, plan, respond)", "a.md:6:15: value-wrong: review_every is not a period such as 6 months (write a period such as 6 months)", "a.md:7:8: value-wrong: title is not one piece of text (write one piece of text)"}},
		"windows line ends": {"---\r\ntitle: A\r\nnope: 1\r\n---\r\n# A\r\n", []string{"a.md:3:1: key-unknown: unknown front matter key nope"}},
		"no end":            {"---\ntitle: A\nmore text\n", []string{"a.md:2:1: front-matter: the front matter has no end (close it with a line of ---)"}},
		"toml":              {"+++\ntitle = \"A\"\nnope = 1\n+++\n# B\n", []string{"a.md:3:1: key-unknown: unknown front matter key nope"}},
		"json":              {"{\n  \"title\": \"A\",\n  \"nope\": 1\n}\n# B\n", []string{"a.md:3:3: key-unknown: unknown front matter key nope"}},
		"a list":            {"---\n- a\n- b\n---\n", []string{"a.md:2:1: front-matter: the front matter is not a list of keys (write key: value, a line each)"}},
		"too deep":          {"---\na: " + strings.Repeat("[", 40) + "\n---\n", []string{"a.md:2:1: front-matter: the front matter nests more than 16 deep (keep front matter short and flat)"}},
		"too large":         {"---\na: " + strings.Repeat("x", 70_000) + "\n---\n", []string{"a.md:2:1: front-matter: the front matter has 70004 bytes, at most 65536 are read (keep front matter short and flat)"}},
		"too many keys":     {"---\n" + strings.Repeat("a:\n", 300) + "---\n", []string{"a.md:202:1: front-matter: the front matter has more than 200 keys (keep front matter short and flat)"}},
		"toml, more":        {"+++\n# c\ntitle = \"A\"\ntitel = 1\nkind = \"novel\"\n\"ü\".x = 2\n[params]\nany = 1\n[ owned ]\nx = 2\n[[results]]\nbefore = 1\n+++\n", []string{"a.md:4:1: key-unknown: unknown front matter key titel (did you mean title?)", "a.md:5:1: value-wrong: kind is not one of playbook, guide, advisory, story (write one of playbook, guide, advisory, story)", "a.md:6:1: key-unknown: unknown front matter key ü", "a.md:9:3: key-unknown: unknown front matter key owned (did you mean owner?)", "a.md:11:3: value-wrong: an entry of results is not a measure with what came out (write a measure with what came out)"}},
		"json, more":        {"{\n\t\"title\": \"A\", \"ü\": 1, \"tagz\": [],\n\t\"weight\": \"x\"}\n\n[x](gone.md)\n", []string{"a.md:2:16: key-unknown: unknown front matter key ü", "a.md:2:24: key-unknown: unknown front matter key tagz (did you mean tags?)", "a.md:3:12: value-wrong: weight is not a whole number (write a whole number)", "a.md:5:1: link-dead: nothing is at gone.md"}},
		"no such day":       {"---\nreviewed: 2026-02-30\nupdated: 2026-2-3\npublished: 20260203\nupdates: [{date: 2026-13-01, text: x}]\n---\n", []string{"a.md:2:11: value-wrong: reviewed is not a date as YYYY-MM-DD (write a date as YYYY-MM-DD)", "a.md:3:10: value-wrong: updated is not a date as YYYY-MM-DD (write a date as YYYY-MM-DD)", "a.md:4:12: value-wrong: published is not a date as YYYY-MM-DD (write a date as YYYY-MM-DD)", "a.md:5:11: value-wrong: an entry of updates is not a date as YYYY-MM-DD with a text (write a date as YYYY-MM-DD with a text)"}},
		"brackets in texts": {"---\nerrors:\n" + strings.Repeat("- a range [0, 1) {\n- 'x [ { [ ['\n- \"a [: b\"\n", 30) + "---\n", []string{}},
		"colons in texts":   {"---\nerrors:\n" + strings.Repeat("- 'a: b: c: d'\n", 150) + "---\n", []string{}},
		"not UTF-8":         {"---\ntitle: \"\u00fc \xff\"\n---\n", []string{"a.md:2:11: encoding: the file is not valid UTF-8 (save it as UTF-8)"}},
		"dotted keys":       {"+++\n" + strings.Repeat("a.", 40) + "a = 1\n+++\n", []string{"a.md:2:1: front-matter: the front matter nests more than 16 deep (keep front matter short and flat)"}},
		"dotted and inline": {"+++\nx = {" + strings.Repeat("a.", 40) + "a = 1}\n+++\n", []string{"a.md:2:1: front-matter: the front matter nests more than 16 deep (keep front matter short and flat)"}},
		"many TOML keys":    {"+++\n" + manyKeys(300) + "+++\n", []string{"a.md:202:1: front-matter: the front matter has more than 200 keys (keep front matter short and flat)"}},
		"template is none":  {"{{ define }}\n# A\n", []string{}},
		"brace is none":     {"{: .class }\n# A\n", []string{}},
		"body line counts":  {"---\ntitle: A\n---\n\n[x](gone.md)\n", []string{"a.md:5:1: link-dead: nothing is at gone.md"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, problems(load(t, map[string]string{"a.md": c.src}))); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestSyntaxErrorIsOneProblemAtItsPlace: the parser's message stands at the line in the block plus the block's.
func TestSyntaxErrorIsOneProblemAtItsPlace(t *testing.T) {
	for src, want := range map[string]string{
		"---\ntitle: A\nother: [1, 2\n---\n":               "3:8: front-matter: the front matter does not parse: sequence end token",
		"---\r\ntitle: A\r\nother: {a: 1\r\n---\r\n":       "3:8: front-matter: the front matter does not parse: could not find flow mapping",
		"---\ntitle: A\nsummary: \"B\nkind: guide\n---\n":  "3:10: front-matter: the front matter does not parse: could not find end character",
		"---\ntitle: The disk: full\n---\n":                "2:8: front-matter: the front matter does not parse: mapping value is not allowed in this context (put quotation marks",
		"---\ntitle: A\n\tsummary: B\n---\n":               "3:1: front-matter: the front matter does not parse: a tab stands in front of a key (indent with spaces)",
		"---\n# c\n\ntitle: @b\n---\n":                     "4:8: front-matter: the front matter does not parse: '@' is a reserved character",
		"---\ntitle: A\nkind: guide\ntitle: B\n---\n":      "4:1: front-matter: the front matter does not parse: mapping key \"title\" already defined on line 2",
		"---\ntags:\n- a\n- b\nx\n---\n":                   "5:1: front-matter: the front matter does not parse: ",
		"---\nü: 1\n日本: [a\n---\n":                         "3:5: front-matter: the front matter does not parse: ",
		"+++\ntitle = \"A\"\nweight = = 3\n+++\n":          "3:10: front-matter: the TOML does not parse: ",
		"+++\r\ntitle = \"A\"\r\ntitle = \"B\"\r\n+++\r\n": "3:1: front-matter: the TOML does not parse: ",
		"+++\nx = nan\n+++\n":                              "2:1: front-matter: the TOML holds a number that is none",
		"{\n  \"title\": \"A\",\n  \"weight\": 3,\n}\n":    "4:1: front-matter: the JSON does not parse: ",
		"{\"title\": \"Ü\", x}\n":                          "1:16: front-matter: the JSON does not parse: ",
		"{\n  \"title\": \"A\"\n":                          "3:1: front-matter: the JSON does not parse: unexpected EOF",
		"+++\ntitle = \"A\"\n# B\n":                        "2:1: front-matter: the front matter has no end (close it with a line of +++)",
		"\xef\xbb\xbf---\ntitle: [\n---\n":                 "2:8: front-matter: ",
	} {
		got := problems(load(t, map[string]string{"a.md": src}))
		if len(got) != 1 || !strings.HasPrefix(got[0], "a.md:"+want) {
			t.Errorf("%q:\n%q, want\n%q", src, got, "a.md:"+want)
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d = 1\n", i)
	}
	return b.String()
}

// TestFrontMatterIsReadSoon: what front matter is made of cannot hold a portal up.
func TestFrontMatterIsReadSoon(t *testing.T) {
	const most = 16 << 10 // a quarter of what is read: the time some of these take grows with the square
	for _, p := range []string{"[", "{", "a: [\n", "[a: ", "{a: ", "- ", "- [", "? ", ": ", "&a ", "*a ", "a: &a [*a, *a]\n", "!!a ", "'", "\"", "|", "a: |\n", "\t", "a", "\"\\", "a: b\n", "- a\n", "#", "\n", "a.", "[a.", "{a=", "[[a]]\n", "a=[", "<<: *a\n"} {
		for _, delims := range [][2]string{{"---\n", "\n---\n"}, {"+++\n", "\n+++\n"}, {"{\"a\":", "}\n"}, {"---\na: ", "\n---\n"}, {"+++\na = ", "\n+++\n"}} {
			start := time.Now()
			load(t, map[string]string{"a.md": delims[0] + strings.Repeat(p, most/len(p)-10) + delims[1]})
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("%q repeated after %q takes %v", p, delims[0], took)
			}
		}
	}
}

func TestFrontMatterValues(t *testing.T) {
	const src = `---
title: "The disk: full"
summary: >
  Two
  lines.
kind: Playbook
reviewed: 2026-11-22
review_every: 12 months
applies_to:
  - product: Linux
    versions: "5 or newer"
  - ESXi >=7.0 <=8.0 U3
phase: respond
tags: disk
alerts: [A, B]
inputs:
  - name: host
    label: Host
    type: hostname
  - other
weight: 3
published: 2020-02-03T04:05:06Z
results:
  - measure: time
    before: 2 h
    after: 1 h
environment:
  Hosts: 3
---
`
	d := public(load(t, map[string]string{"x.md": src})).Doc("x.md")
	want := content.Meta{
		Title: "The disk: full", Summary: "Two lines.", Kind: content.Playbook, Reviewed: "2026-11-22", ReviewEvery: "12 months",
		AppliesTo: []content.Application{{Product: "Linux", Versions: "5 or newer"}, {Product: "ESXi", Versions: ">=7.0 <=8.0 U3"}},
		Phases:    []content.Phase{"respond"}, Tags: []string{"disk"}, Alerts: []string{"A", "B"},
		Inputs: []content.Input{{Name: "host", Label: "Host", Type: "hostname"}, {Name: "other", Type: "text"}}, Weight: 3, Published: "2020-02-03",
		Results: []content.Result{{Measure: "time", Before: "2 h", After: "1 h"}}, Environment: []content.Pair{{Label: "Hosts", Value: "3"}},
	}
	if diff := cmp.Diff(want, d.Meta); diff != "" {
		t.Error(diff)
	}
}

func TestTitleAndKind(t *testing.T) {
	v := public(load(t, map[string]string{
		"playbooks/a.md":            "---\ntitle: From front matter\n---\n# From heading\n",
		"advisories/b.md":           "# From *heading*\n",
		"stories/disk-is_full.md":   "text\n",
		"KubePodCrashLooping.md":    "text\n",
		"guides/folder/README.md":   "text\n",
		"anything/c.md":             "+++\ntitle = \"From TOML\"\n+++\n",
		"anything/d.md":             "{\"title\": \"From JSON\"}\n\ntext\n",
		"anything/e.md":             "---\ntitle: >\n  On two\n  lines\n\n  or three\n---\n",
		"anything/Über größe.md":    "x\n",
		"playbooks/guide-inside.md": "---\nkind: guide\n---\n",
	}))
	for path, want := range map[string][2]string{
		"playbooks/a.md":            {"From front matter", "playbook"},
		"advisories/b.md":           {"From heading", "advisory"},
		"stories/disk-is_full.md":   {"Disk is full", "story"},
		"KubePodCrashLooping.md":    {"KubePodCrashLooping", "guide"},
		"guides/folder/README.md":   {"Folder", "guide"},
		"anything/c.md":             {"From TOML", "guide"},
		"anything/d.md":             {"From JSON", "guide"},
		"anything/e.md":             {"On two lines or three", "guide"},
		"anything/Über größe.md":    {"Über größe", "guide"},
		"playbooks/guide-inside.md": {"Guide inside", "guide"},
	} {
		d := v.Doc(path)
		if d == nil || d.Title != want[0] || string(d.Kind) != want[1] {
			t.Errorf("%s: %+v, want %v", path, d, want)
		}
	}
}

func FuzzFrontMatter(f *testing.F) {
	for _, s := range []string{"---\ntitle: A\n---\n", "+++\na=1\n+++\n", "{\"a\":1}\n", "---\n- a: &x [*x]\n---\n", "---\n\t\n...\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		s := load(t, map[string]string{"a.md": src})
		d := s.Docs()[0]
		if d.Title == "" || d.URL == "" {
			t.Errorf("%+v", d)
		}
		for _, p := range s.Problems() {
			if p.Line > strings.Count(src, "\n")+strings.Count(src, "\r")+2 {
				t.Errorf("%s: beyond the end of the file", p)
			}
		}
	})
}
