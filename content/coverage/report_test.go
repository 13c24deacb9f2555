package coverage_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
	"rutter/content/coverage"
	"rutter/content/source"
)

var pages = map[string]string{
	"index.md":               "# Harbour\n",
	"playbooks/disk.md":      "---\ntitle: The disk is full\nalerts: [DiskFull, DiskGone]\napplies_to: [Linux]\n---\n# Procedure\n\n## Find it\n\ndf\n",
	"playbooks/DiskSlow.md":  "# DiskSlow\n",
	"playbooks/idle.md":      "---\nalerts:\n- NodeDwon\n- \"Größe\"\n---\n# Idle\n",
	"playbooks/secret.md":    "---\naudience: staff\nalerts: [StaffOnly]\n---\n# Secret\n",
	"guides/old.md":          "---\naliases: [/former]\n---\n# Old\n",
	"guides/load.txt":        "x\n",
	"advisories/a.md":        "---\nid: A-1\nstate: open\nseverity: high\naffected: [Linux]\n---\n# LoadHigh after the update\n",
	"advisories/fixed.md":    "---\nid: A-2\nstate: fixed\nseverity: high\naffected: [Linux]\n---\n# LoadHigh as well\n",
	"guides/with space/x.md": "# A space\n",
}

func snapshot(t testing.TB) *content.Snapshot {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range pages {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := source.FromFS(files)
	if err != nil {
		t.Fatal(err)
	}
	var b content.Builder
	s, _, err := b.Build(t.Context(), tree, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// doorway leads where the real one would.
func doorway(name string) (coverage.Place, error) {
	switch strings.ToLower(strings.ReplaceAll(name, "-", "")) {
	case "diskfull", "diskgone":
		return coverage.Place{Path: "playbooks/disk.md"}, nil
	case "diskslow":
		return coverage.Place{Path: "playbooks/DiskSlow.md"}, nil
	case "find it":
		return coverage.Place{Path: "playbooks/disk.md", Section: "find-it"}, nil
	case "diskfulll":
		return coverage.Place{Path: "playbooks/disk.md", Near: true}, nil
	case "staffonly":
		return coverage.Place{Path: "playbooks/secret.md"}, nil
	}
	return coverage.Place{}, nil
}

func site(t testing.TB, s string) coverage.Site {
	t.Helper()
	out, err := coverage.ParseSite(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func options(t testing.TB) coverage.Options {
	return coverage.Options{Lookup: doorway, Sites: []coverage.Site{site(t, "https://kb.example.org"), site(t, "https://runbooks.example.net/rb=/playbooks")}}
}

func rule(name string, url string) coverage.Alert {
	a := coverage.Alert{Name: name, File: "r.yaml", Line: 7, Column: 3, RunbookURL: url}
	if url != "" {
		a.URLLine, a.URLColumn = 9, 5
	}
	return a
}

// TestStates has an alert with one runbook address, or none, in each row.
func TestStates(t *testing.T) {
	s := snapshot(t)
	for _, c := range []struct {
		name, url string
		state     coverage.State
		leads     coverage.Where
		page      string
		problem   string
	}{
		{name: "DiskFull", state: coverage.Answered, page: "/playbooks/disk"},
		{name: "disk-full", state: coverage.Answered, page: "/playbooks/disk"},
		{name: "Find it", state: coverage.Answered, page: "/playbooks/disk#find-it"},
		{name: "NodeDown", state: coverage.Unanswered, problem: "r.yaml:7:3: alert-unanswered: no page answers the alert NodeDown (name it in alerts of its page, or write one)"},
		{name: "DiskFulll", state: coverage.Unanswered, problem: "r.yaml:7:3: alert-unanswered: no page answers the alert DiskFulll (if playbooks/disk.md is meant, name the alert there)"},
		{name: "StaffOnly", state: coverage.Unanswered, problem: "r.yaml:7:3: alert-unanswered: no page answers the alert StaffOnly (name it in alerts of its page, or write one)"},

		{name: "X", url: "https://kb.example.org/playbooks/disk", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/disk"},
		{name: "X", url: "http://KB.example.org:80/playbooks/disk/", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/disk"},
		{name: "X", url: "https://kb.example.org/playbooks/disk.md", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/disk"},
		{name: "X", url: "https://kb.example.org/playbooks/DISK.html", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/disk"},
		{name: "X", url: "https://kb.example.org/playbooks/disk#find-it", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/disk#find-it"},
		{name: "X", url: "https://kb.example.org/playbooks/disk?host={{ $labels.instance }}&q=#find-it", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/disk#find-it"},
		{name: "X", url: "https://kb.example.org/playbooks/disk#find-it?host={{ $labels.instance }}", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/disk#find-it"},
		{name: "X", url: "https://kb.example.org/playbooks/disk#{{ $labels.part }}", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/disk"},
		{name: "X", url: "https://kb.example.org/former", state: coverage.Answered, leads: coverage.Here, page: "/guides/old"},
		{name: "X", url: "https://kb.example.org/guides/with%20space/x", state: coverage.Answered, leads: coverage.Here, page: "/guides/with%20space/x"},
		{name: "X", url: "https://kb.example.org/r/DiskFull?host={{ $labels.instance }}", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/disk"},
		{name: "X", url: "https://kb.example.org/r/Find%20it", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/disk#find-it"},
		{name: "DiskFull", url: "https://kb.example.org/r/{{ $labels.alertname }}", state: coverage.Answered, leads: coverage.Beside, page: "/playbooks/disk"},
		{name: "DiskFull", url: "https://kb.example.org/guides/old", state: coverage.Answered, leads: coverage.Here, page: "/guides/old"},
		{name: "X", url: "https://runbooks.example.net/rb/diskslow", state: coverage.Answered, leads: coverage.Here, page: "/playbooks/DiskSlow"},

		{name: "X", url: "https://kb.example.org/", state: coverage.Answered, leads: coverage.Here, page: "/"},
		{name: "X", url: "https://kb.example.org/playbooks/", state: coverage.Unanswered, leads: coverage.Beside, problem: "r.yaml:7:3: alert-unanswered: no page answers the alert X (name it in alerts of its page, or write one)"},
		{name: "DiskFull", url: "https://kb.example.org/search?q=disk", state: coverage.Answered, leads: coverage.Beside, page: "/playbooks/disk"},
		{name: "DiskFull", url: "https://kb.example.org/guides/load.txt", state: coverage.Answered, leads: coverage.Beside, page: "/playbooks/disk"},

		{name: "X", url: "https://kb.example.org/playbooks/gone", state: coverage.URLDead, leads: coverage.Dead, problem: "r.yaml:9:5: runbook-dead: nothing is at /playbooks/gone, where the alert X leads (name it in alerts of its page, or write one)"},
		{name: "DiskFull", url: "https://kb.example.org/playbooks/gone", state: coverage.URLDead, leads: coverage.Dead, page: "/playbooks/disk", problem: "r.yaml:9:5: runbook-dead: nothing is at /playbooks/gone, where the alert DiskFull leads (its page is /playbooks/disk)"},
		{name: "X", url: "https://kb.example.org/playbooks/disk#find", state: coverage.URLDead, leads: coverage.Dead, problem: "r.yaml:9:5: runbook-dead: /playbooks/disk has no heading #find, where the alert X leads"},
		{name: "X", url: "https://kb.example.org/playbooks/disk#fnid-it", state: coverage.URLDead, leads: coverage.Dead, problem: "r.yaml:9:5: runbook-dead: /playbooks/disk has no heading #fnid-it, where the alert X leads (did you mean #find-it?)"},
		{name: "X", url: "https://kb.example.org/r/Nobody", state: coverage.URLDead, leads: coverage.Dead, problem: "r.yaml:9:5: runbook-dead: nothing has the name of /r/Nobody, where the alert X leads (name it in alerts of its page, or write one)"},
		{name: "X", url: "https://kb.example.org/r/DiskFulll", state: coverage.URLDead, leads: coverage.Dead, problem: "r.yaml:9:5: runbook-dead: nothing has the name of /r/DiskFulll, where the alert X leads (name it in alerts of its page, or write one)"},
		{name: "X", url: "https://runbooks.example.net/rb/r/DiskFull", state: coverage.URLDead, leads: coverage.Dead, problem: "r.yaml:9:5: runbook-dead: nothing is at /playbooks/r/DiskFull, where the alert X leads (name it in alerts of its page, or write one)"},
		{name: "X", url: "https://runbooks.example.net/rb/../../guides/old", state: coverage.Answered, leads: coverage.Here, page: "/guides/old"},
		{name: "X", url: "https://kb.example.org/.git/config", state: coverage.URLDead, leads: coverage.Dead, problem: "r.yaml:9:5: runbook-dead: nothing is at /.git/config, where the alert X leads (name it in alerts of its page, or write one)"},
		{name: "X", url: "https://kb.example.org/playbooks/secret", state: coverage.URLDead, leads: coverage.Dead, problem: "r.yaml:9:5: runbook-dead: nothing is at /playbooks/secret, where the alert X leads (name it in alerts of its page, or write one)"},

		{name: "X", url: "https://elsewhere.example.com/x", state: coverage.URLElse, leads: coverage.Elsewhere},
		{name: "X", url: "https://kb.example.org.evil.example/x", state: coverage.URLElse, leads: coverage.Elsewhere},
		{name: "X", url: "https://runbooks.example.net/rbx/disk", state: coverage.URLElse, leads: coverage.Elsewhere},
		{name: "X", url: "https://kb.example.org/{{ $labels.job }}/disk", state: coverage.URLElse, leads: coverage.Elsewhere},
		{name: "X", url: "see the wiki", state: coverage.URLElse, leads: coverage.Elsewhere},
		{name: "X", url: "javascript:alert(1)", state: coverage.URLElse, leads: coverage.Elsewhere},
		{name: "X", url: "https://%zz/", state: coverage.URLElse, leads: coverage.Elsewhere},
		{name: "DiskFull", url: "https://elsewhere.example.com/x", state: coverage.Answered, leads: coverage.Elsewhere, page: "/playbooks/disk"},
	} {
		t.Run(c.name+" "+c.url, func(t *testing.T) {
			r, err := coverage.Map(s.For(content.Viewer{}), coverage.Set{Files: 1, Alerts: []coverage.Alert{rule(c.name, c.url)}}, options(t))
			if err != nil {
				t.Fatal(err)
			}
			e := r.Alerts[0]
			page := ""
			if e.Page != nil {
				page = e.Page.URL
			}
			if e.State != c.state || e.Rules[0].Leads != c.leads || page != c.page {
				t.Errorf("%s, leads %s, page %q; want %s, %s, %q", e.State, e.Rules[0].Leads, page, c.state, c.leads, c.page)
			}
			problem := ""
			for _, p := range r.Problems {
				if p.Rule != coverage.RuleUnknown {
					problem += p.Diag().String()
				}
			}
			if d := cmp.Diff(c.problem, problem); d != "" {
				t.Error(d)
			}
			if failed := c.state == coverage.Unanswered || c.state == coverage.URLDead; r.Failed(false) != failed {
				t.Errorf("failed is %v", !failed)
			}
			if !r.Failed(true) { // the names of idle.md are in no rule
				t.Error("a warning does not fail where it is to")
			}
			if r.Counts[c.state] != 1 || c.url != "" && r.URLs[c.leads] != 1 {
				t.Errorf("counts: %v %v", r.Counts, r.URLs)
			}
		})
	}
}

// TestReport wants rules of one name as one alert, and what else an author can use.
func TestReport(t *testing.T) {
	s := snapshot(t)
	o := options(t)
	o.Asked = []coverage.Search{{Query: "node down", None: 4}, {Query: "NodeDown alert NodeDown", None: 2}, {Query: "NodeDown", None: 0}, {Query: "down", None: 9}}
	alerts := []coverage.Alert{
		{Name: "NodeDown", File: "r.yaml", Line: 3, Column: 12, Severity: "warning", Summary: "It is down."},
		{Name: "DiskFull", File: "r.yaml", Line: 5, Column: 12, Severity: "critical", RunbookURL: "https://kb.example.org/gone", URLLine: 6, URLColumn: 1},
		{Name: "NodeDown", File: "s.yaml", Line: 3, Column: 12, Severity: "critical"},
		{Name: "DiskFull", File: "s.yaml", Line: 5, Column: 12, Severity: "critical", RunbookURL: "https://kb.example.org/gone", URLLine: 6, URLColumn: 1},
		{Name: "LoadHigh", File: "s.yaml", Line: 9, Column: 12, RunbookURL: "https://elsewhere.example.com/"},
		{Name: "DiskSlow", File: "s.yaml", Line: 12, Column: 12},
	}
	r, err := coverage.Map(s.For(content.Viewer{}), coverage.Set{Files: 2, Recording: 3, Alerts: alerts}, o)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range r.Alerts {
		line := fmt.Sprintf("%s %s %v missed %d rules %d", e.State, e.Name, e.Severities, e.Missed, len(e.Rules))
		for _, a := range e.Advisories {
			line += " " + a.Path
		}
		got = append(got, line)
	}
	if d := cmp.Diff([]string{
		"unanswered NodeDown [warning critical] missed 6 rules 2",
		"url-dead DiskFull [critical] missed 0 rules 2 advisories/a.md",
		"url-elsewhere LoadHigh [] missed 0 rules 1 advisories/a.md",
		"answered DiskSlow [] missed 0 rules 1",
	}, got); d != "" {
		t.Error(d)
	}
	if r.Files != 2 || r.Rules != 6 || r.Recording != 3 || r.URLs[coverage.Dead] != 1 || r.URLs[coverage.Elsewhere] != 1 {
		t.Errorf("%+v", r)
	}
	if len(r.Idle) != 1 || r.Idle[0].Path != "playbooks/idle.md" {
		t.Errorf("idle: %v", r.Idle)
	}
	var problems []string
	for _, p := range r.Problems {
		problems = append(problems, p.Severity+" "+p.Diag().String())
	}
	if d := cmp.Diff([]string{
		"warning playbooks/disk.md:3:20: alert-unknown: no rule has the alert DiskGone (take it out, or name the file of its rule too)",
		"warning playbooks/idle.md:3:3: alert-unknown: no rule has the alert NodeDwon (did you mean NodeDown?)",
		"warning playbooks/idle.md:4:4: alert-unknown: no rule has the alert Größe (take it out, or name the file of its rule too)",
		"error r.yaml:3:12: alert-unanswered: no page answers the alert NodeDown, which readers searched for in vain, 6 times (name it in alerts of its page, or write one)",
		"error r.yaml:6:1: runbook-dead: nothing is at /gone, where the alert DiskFull leads (its page is /playbooks/disk)",
	}, problems); d != "" {
		t.Error(d)
	}
	staff, err := coverage.Map(s.For(content.NewViewer("staff")), coverage.Set{Alerts: []coverage.Alert{rule("StaffOnly", "https://kb.example.org/playbooks/secret")}}, o)
	if err != nil || staff.Counts[coverage.Answered] != 1 {
		t.Errorf("staff see %v %v", staff.Counts, err)
	}
}

// TestNothingRead: rules without an alert cover nothing, and must not pass for covered.
func TestNothingRead(t *testing.T) {
	r, err := coverage.Map(snapshot(t).For(content.Viewer{}), coverage.Set{Files: 1, Recording: 1}, options(t))
	if err != nil || !r.Failed(false) || len(r.Unknown) > 0 {
		t.Errorf("%+v %v", r, err)
	}
}

// TestLookupFails: an index that cannot answer makes no report.
func TestLookupFails(t *testing.T) {
	broken := errors.New("broken")
	for _, url := range []string{"", "https://kb.example.org/r/X"} {
		o := options(t)
		o.Lookup = func(name string) (coverage.Place, error) {
			if url == "" || name == "X" {
				return coverage.Place{}, broken
			}
			return coverage.Place{}, nil
		}
		if _, err := coverage.Map(snapshot(t).For(content.Viewer{}), coverage.Set{Alerts: []coverage.Alert{rule("A", url)}}, o); !errors.Is(err, broken) {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestParseSite(t *testing.T) {
	for _, c := range []struct{ flag, prefix, folder string }{
		{"https://kb.example.org", "https://kb.example.org", "/"},
		{"https://kb.example.org/=/", "https://kb.example.org", "/"},
		{"http://kb.example.org:8080/docs/=/playbooks/", "http://kb.example.org:8080/docs", "/playbooks"},
		{"https://kb.example.org/a=b=/x", "https://kb.example.org/a=b", "/x"},
		{"https://kb.example.org=x", "", ""},
		{"https://kb.example.org?a=/x", "", ""},
		{"kb.example.org=/", "", ""},
		{"ftp://kb.example.org", "", ""},
		{"https://", "", ""},
		{"", "", ""},
	} {
		s, err := coverage.ParseSite(c.flag)
		if (err != nil) != (c.prefix == "") || s.Prefix != c.prefix || s.Folder != c.folder {
			t.Errorf("%q: %q %q %v", c.flag, s.Prefix, s.Folder, err)
		}
	}
}

// FuzzAddress: no runbook address breaks the map, and what is dead or here is of this portal.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https://kb.example.org/playbooks/disk?x={{ $labels.x }}#find-it", "https://kb.example.org/r/{{ x }}", "https://kb.example.org/%2e%2e/%00", "//kb.example.org", "https://kb.example.org#{{"} {
		f.Add(s)
	}
	s := snapshot(f)
	o := options(f)
	f.Fuzz(func(t *testing.T, url string) {
		r, err := coverage.Map(s.For(content.Viewer{}), coverage.Set{Alerts: []coverage.Alert{rule("X", url)}}, o)
		if err != nil {
			t.Fatal(err)
		}
		lower := strings.ToLower(url)
		ours := strings.Contains(lower, "kb.example.org") || strings.Contains(lower, "runbooks.example.net")
		if leads := r.Alerts[0].Rules[0].Leads; !ours && slices.Contains([]coverage.Where{coverage.Here, coverage.Beside, coverage.Dead}, leads) {
			t.Errorf("%q is %s", url, leads)
		}
	})
}
