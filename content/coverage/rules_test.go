package coverage_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rutter/content/coverage"
	"rutter/content/diag"
)

const plain = `groups:
- name: node.rules
  rules:
  - record: instance:load
    expr: avg(node_load1)
  - alert: DiskFull
    expr: node_filesystem_avail_bytes{fstype!~"tmpfs|nsfs"} == 0
    for: 5m
    labels:
      severity: critical
    annotations:
      summary: The disk is full.
      description: |
        {{ $labels.instance }} has no space.
        {{ range query "up" }}{{ .Value }}{{ end }}
      runbook_url: https://kb.example.org/disk?host={{ $labels.instance }}#find
`

func alert(name, group string, line, col int, set ...func(*coverage.Alert)) coverage.Alert {
	a := coverage.Alert{Name: name, Group: group, File: "r.yaml", Line: line, Column: col}
	for _, s := range set {
		s(&a)
	}
	return a
}

func runbook(url string, line, col int) func(*coverage.Alert) {
	return func(a *coverage.Alert) { a.RunbookURL, a.URLLine, a.URLColumn = url, line, col }
}

func severity(s string) func(*coverage.Alert) { return func(a *coverage.Alert) { a.Severity = s } }

func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, text string
		alerts     []coverage.Alert
		recording  int
		problems   []string
	}{
		{name: "nothing", text: ""},
		{name: "comments", text: "# none\n---\n# none\n"},
		{name: "a file of Prometheus", text: plain, recording: 1, alerts: []coverage.Alert{
			alert("DiskFull", "node.rules", 6, 12, severity("critical"), runbook("https://kb.example.org/disk?host={{ $labels.instance }}#find", 16, 20), func(a *coverage.Alert) { a.Summary = "The disk is full." }),
		}},
		{name: "other line ends, and a byte order mark", text: "\ufeff" + strings.ReplaceAll("groups:\n- name: g\n  rules:\n  - alert: A\n", "\n", "\r\n"), alerts: []coverage.Alert{alert("A", "g", 4, 12)}},
		{name: "columns are code points", text: "groups: [{name: größe, rules: [{alert: \"Ä\", labels: {severity: é}}]}]\n", alerts: []coverage.Alert{alert("Ä", "größe", 1, 40, severity("é"))}},
		{name: "JSON", text: `{"groups": [{"name": "g", "rules": [{"alert": "A", "annotations": {"runbook_url": "https://x/"}}]}]}`, alerts: []coverage.Alert{alert("A", "g", 1, 47, runbook("https://x/", 1, 83))}},
		{name: "an object of Kubernetes", text: "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n  groups:\n  - name: g\n    rules:\n    - alert: A\n", alerts: []coverage.Alert{alert("A", "g", 7, 14)}},
		{name: "a list of objects", text: "kind: List\nitems:\n- kind: PrometheusRule\n  spec:\n    groups:\n    - name: g\n      rules:\n      - alert: A\n- kind: Service\n  spec: {}\n", alerts: []coverage.Alert{alert("A", "g", 8, 16)}},
		{name: "a list of files", text: "- groups:\n  - name: g\n    rules:\n    - alert: A\n", alerts: []coverage.Alert{alert("A", "g", 4, 14)}},
		{name: "documents", text: "%YAML 1.2\n---\ngroups:\n- {name: g, rules: [{alert: A}]}\n...\n---\nkind: Service\n--- # more\ngroups:\n- {name: h, rules: [{alert: B}]}\n", alerts: []coverage.Alert{alert("A", "g", 4, 29), alert("B", "h", 10, 29)}},
		{
			name: "aliases and merged keys", text: "groups:\n- name: g\n  rules:\n  - alert: A\n    labels: &l {severity: page}\n  - alert: B\n    labels: *l\n  - alert: C\n    labels:\n      <<: *l\n      team: x\n",
			alerts: []coverage.Alert{alert("A", "g", 4, 12, severity("page")), alert("B", "g", 6, 12, severity("page")), alert("C", "g", 8, 12, severity("page"))},
		},
		{name: "names that are no text", text: "groups:\n- name: 1\n  rules:\n  - alert: 404\n  - alert: [A]\n  - alert:\n  - expr: up\n  - x\n", alerts: []coverage.Alert{alert("404", "1", 4, 12)}, problems: []string{
			"r.yaml:5:12: rules-unreadable: the name of an alert is not a text (write alert: Name)",
			"r.yaml:6:5: rules-unreadable: a rule has neither alert nor record (name it)",
			"r.yaml:7:5: rules-unreadable: a rule has neither alert nor record (name it)",
			"r.yaml:8:5: rules-unreadable: a rule has neither alert nor record (name it)",
		}},
		{name: "no lists", text: "groups: x\n---\ngroups: [{rules: {}}]\n", problems: []string{
			"r.yaml:1:9: rules-unreadable: groups is not a list (write a list of groups, each with name and rules)",
			"r.yaml:3:18: rules-unreadable: rules is not a list (write a list of rules, each with alert or record)",
		}},
		{name: "one document that does not parse", text: "groups: [\n---\ngroups:\n- {name: g, rules: [{alert: A}]}\n", alerts: []coverage.Alert{alert("A", "g", 4, 29)}, problems: []string{"r.yaml:1:9: rules-unreadable: the rules do not parse: sequence end token ']' not found"}},
		{name: "a chart of Helm", text: "{{- if .Values.rules }}\ngroups:\n- name: g\n  rules:\n  {{- range .Values.alerts }}\n  - alert: {{ .name }}\n  {{- end }}\n{{- end }}\n", problems: []string{"r.yaml:1:2: rules-unreadable: the file is a template of Helm or Jinja, which is skipped (render it first, and name what comes out)"}},
		{name: "a name that Helm fills in", text: "groups:\n- name: g\n  rules:\n  - alert: {{ .Values.name }}\n  - alert: B\n", problems: []string{"r.yaml:4:13: rules-unreadable: the file is a template of Helm or Jinja, which is skipped (render it first, and name what comes out)"}},
		{name: "a name that Jinja fills in", text: "groups:\n- name: g\n  rules:\n  - alert: {{name}}\n", problems: []string{"r.yaml:4:13: rules-unreadable: the file is a template of Helm or Jinja, which is skipped (render it first, and name what comes out)"}},
		{name: "a mistake in a file whose annotations are templates", text: plain + "  - alert: [\n", alerts: nil, problems: []string{"r.yaml:17:12: rules-unreadable: the rules do not parse: sequence end token ']' not found"}},
		{name: "not UTF-8", text: "groups:\n- name: \xff\n", problems: []string{"r.yaml: rules-unreadable: the file is no UTF-8 text (save it as UTF-8)"}},
		{name: "a long name", text: "groups: [{rules: [{alert: " + strings.Repeat("ä", 300) + "}]}]", alerts: []coverage.Alert{alert(strings.Repeat("ä", 256), "", 1, 27)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			alerts, recording, ps := coverage.Rules("r.yaml", []byte(c.text))
			if d := cmp.Diff(c.alerts, alerts); d != "" {
				t.Error(d)
			}
			if recording != c.recording {
				t.Errorf("%d recording rules, want %d", recording, c.recording)
			}
			var got []string
			for _, p := range ps {
				got = append(got, p.String())
			}
			if d := cmp.Diff(c.problems, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestTemplatesAreWarnings: what Helm fills in is nobody's mistake.
func TestTemplatesAreWarnings(t *testing.T) {
	_, _, ps := coverage.Rules("r.yaml", []byte("{{ include \"x\" . }}\ngroups: [\n"))
	if len(ps) != 1 || ps[0].Severity != diag.Warning {
		t.Errorf("got %v", ps)
	}
}

// bombs are texts made to keep a parser busy, or to say much with little. Each is refused, or read, within a second.
func bombs() map[string]string {
	const size = 1 << 20
	fill := func(before, s, after string) string {
		return before + strings.Repeat(s, (size-len(before)-len(after))/len(s)) + after
	}
	laughs := "a0: &a0 [x]\n"
	for i := range 20 {
		laughs += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), i)
	}
	groups := "g: &g {name: g, rules: [" + strings.Repeat("{alert: A}, ", 250) + "{alert: A}]}\ngroups: &s\n" + strings.Repeat("- *g\n", 400)
	return map[string]string{
		"too large":              fill("groups: []\n#", "x", "\n") + "more",
		"aliases of aliases":     laughs + "groups: *a20\n",
		"aliases to groups":      groups,
		"an alias to itself":     "groups: &a\n- *a\n",
		"merging itself":         "groups:\n- &g\n  <<: *g\n  rules: &r\n  - <<: *g\n    alert: A\n  - *r\n",
		"merging many":           "m: &m\n  <<: [" + strings.Repeat("*m, ", 400) + "*m]\ngroups: [{<<: *m}]\n",
		"brackets":               fill("", "[", ""),
		"brackets in lines":      fill("", "[\n", ""),
		"tagged brackets":        fill("groups: ", "!t [", ""),
		"anchored brackets":      fill("", "&a [", ""),
		"anchored, in lines":     fill("", "&a [\n", ""),
		"braces":                 fill("groups: ", "{a: ", ""),
		"dashes":                 fill("", "- ", ""),
		"dashes in lines":        fill("", "- \n", ""),
		"dashes with remarks":    fill("groups:\n- ", "\na:\n- #  ", ""),
		"keys of several lines":  fill("", "? ", ""),
		"marked keys":            fill("", "? a\n", ""),
		"quotes":                 fill("", "'a' ", ""),
		"quotes in lines":        fill("a: ", "'a'\n", ""),
		"open quotes":            fill("", "\"\n", ""),
		"ends of documents":      fill("", "...a:\n", ""),
		"ends and keys":          fill("a: ", "...a:\n\n", ""),
		"documents":              fill("", "---\na: b\n", ""),
		"empty documents":        fill("", "---\n", ""),
		"same keys":              fill("", "a:\n", ""),
		"keys":                   fill("", "a: b\n", ""),
		"literals":               fill("a: ", "|\n", ""),
		"folded":                 fill("", "a: >\n", ""),
		"a deep step each":       steps(),
		"closing":                fill("", "]\n", ""),
		"directives":             fill("", "% x\n", ""),
		"reserved":               fill("", "@|\n", ""),
		"backslashes":            fill("a: ", "\\\n", ""),
		"half a quote":           fill("groups:\n- ", strings.Repeat("'@", 100)+"\n", ""),
		"entries of texts":       fill("groups:\n- ", "- |\n", ""),
		"short lines":            fill("a: ", "\na", ""),
		"short lines to close":   fill("a: ", "\na}", ""),
		"two documents":          fill("a: ", "\na", "")[:1<<19] + "\n---\n" + fill("a: ", "\na", "")[:1<<18],
		"tabs":                   fill("a:\n", "\t\n", ""),
		"remarks":                fill("", "#\n", ""),
		"one long line":          fill("a: ", "x ", ""),
		"templates":              fill("", "{{ x }}\n", ""),
		"many alerts":            fill("groups:\n- rules:\n", "  - alert: A\n", ""),
		"alerts in braces":       fill("groups: [{rules: [\n", "{alert: A},\n", "]}]"),
		"alerts with everything": fill("groups:\n- name: g\n  rules:\n", "  - alert: A\n    expr: up{a=\"b\"} == 0\n    labels: {severity: critical}\n    annotations:\n      runbook_url: 'https://x/'\n", ""),
	}
}

// busy is the time that processors spent on this program: what else the machine does must not matter.
func busy(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func steps() string {
	var b strings.Builder
	for i := 0; b.Len() < 1<<19; i++ {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestBombs(t *testing.T) {
	most := time.Second
	if testing.Short() { // as under the race detector, which makes everything take several times as long
		most = 20 * time.Second
	}
	for name, text := range bombs() {
		t.Run(name, func(t *testing.T) {
			start := busy(t)
			alerts, _, _ := coverage.Rules("r.yaml", []byte(text))
			took := busy(t) - start
			t.Logf("%d bytes: %v, %d alerts", len(text), took, len(alerts))
			if took >= most {
				t.Errorf("it took %v", took)
			}
			if len(alerts) > 10_000 {
				t.Errorf("%d alerts", len(alerts))
			}
		})
	}
}

// TestRefusedIsSaid: what is left out is a problem, so that nobody takes it for covered.
func TestRefusedIsSaid(t *testing.T) {
	all := bombs()
	for _, name := range []string{"too large", "aliases to groups", "tagged brackets", "quotes", "ends of documents", "many alerts", "dashes in lines", "documents"} {
		if _, _, ps := coverage.Rules("r.yaml", []byte(all[name])); len(ps) == 0 || ps[0].Severity != diag.Error {
			t.Errorf("%s: %v", name, ps)
		}
	}
}

func FuzzRules(f *testing.F) {
	f.Add([]byte(plain))
	for _, text := range bombs() {
		if len(text) < 1<<14 {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte("--- {groups: [{rules: [{alert: A, annotations: {runbook_url: \"{{ $x }}\"}}]}]}\n...\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		lines := strings.Count(strings.ReplaceAll(string(raw), "\r", "\n"), "\n") + 1
		alerts, _, ps := coverage.Rules("r.yaml", raw)
		for _, a := range alerts {
			if a.Name == "" || a.Line < 1 || a.Line > lines || a.Column < 1 || (a.RunbookURL != "") != (a.URLLine > 0) || a.URLLine > lines {
				t.Errorf("%+v in %d lines", a, lines)
			}
		}
		for _, p := range ps {
			if p.Line < 0 || p.Line > lines || p.Rule != coverage.RuleUnreadable {
				t.Errorf("%v in %d lines", p, lines)
			}
		}
	})
}
