//go:build trials

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rutter/content/coverage"
)

// TestTrialCoverage holds the rules of kube-prometheus against the runbooks they were written with. Of 125 addresses 26
// had no page when both were taken; the addresses are in small letters, the files are not.
func TestTrialCoverage(t *testing.T) {
	shared := os.Getenv("SHARED")
	for _, c := range []struct{ dir, site string }{
		{"corpora/runbooks", "https://runbooks.prometheus-operator.dev/runbooks=/prometheus"},
		{"corpora/runbooks/prometheus", "https://runbooks.prometheus-operator.dev/runbooks=/"},
	} {
		var out, log bytes.Buffer
		cmd := coverageCmd{Dir: filepath.Join(shared, c.dir), Rules: []string{filepath.Join(shared, "cases/rules")}, URL: []string{c.site}, Format: "json", State: t.TempDir()}
		var e *exit
		if err := cmd.Run(&streams{&out, &log}); !errors.As(err, &e) || e.code != exitProblem {
			t.Fatal(err)
		}
		var r coverage.Report
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %s", c.dir, log.String())
		if r.Files != 8 || len(r.Alerts) != 125 || r.Rules != 139 || r.Recording != 95 {
			t.Errorf("%d files, %d alerts in %d rules, %d that record", r.Files, len(r.Alerts), r.Rules, r.Recording)
		}
		if r.URLs[coverage.Here] != 99 || r.URLs[coverage.Dead] != 26 || r.URLs[coverage.Elsewhere]+r.URLs[coverage.Beside] != 0 {
			t.Errorf("addresses: %v", r.URLs)
		}
		if r.Counts[coverage.Answered] != 99 || r.Counts[coverage.URLDead] != 26 || len(r.Problems) != 26 {
			t.Errorf("alerts: %v, %d problems", r.Counts, len(r.Problems))
		}
		for _, e := range r.Alerts { // an independent look: the file beside its own name
			group, name, _ := strings.Cut(strings.TrimPrefix(e.Rules[0].URL, "https://runbooks.prometheus-operator.dev/runbooks/"), "/")
			files, err := os.ReadDir(filepath.Join(shared, "corpora/runbooks/prometheus", group))
			there := err == nil && slices.ContainsFunc(files, func(f os.DirEntry) bool { return strings.EqualFold(f.Name(), name+".md") })
			if there != (e.State == coverage.Answered) {
				t.Errorf("%s is %s; that its file is there is %v", e.Name, e.State, there)
			}
		}
	}
}
