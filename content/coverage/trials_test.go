//go:build trials

package coverage_test

import (
	"bufio"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rutter/content/coverage"
)

// TestTrialRules takes texts that YAML parsers, and readers, have stumbled over as files of rules, as names and as
// documents beside a good one: none may make it panic or take long, and the good one is read.
func TestTrialRules(t *testing.T) {
	for _, name := range []string{"yaml-test-suite", "naughty-strings", "json-bodies", "trojan-source"} {
		f, err := os.Open(filepath.Join(os.Getenv("SHARED"), "cases", name+".jsonl.gz"))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(z)
		s.Buffer(nil, 64<<20)
		n, lost, longest := 0, 0, time.Duration(0)
		for s.Scan() {
			var c struct{ ID, B64 string }
			if err := json.Unmarshal(s.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			b, err := base64.StdEncoding.DecodeString(c.B64)
			if err != nil {
				t.Fatal(err)
			}
			n++
			in := string(b)
			for _, text := range []string{in, "groups:\n- name: " + in + "\n  rules:\n  - alert: " + in + "\n", "groups: [{rules: [{alert: A, annotations: {runbook_url: " + in + "}}]}]\n"} {
				start := busy(t)
				coverage.Rules("r.yaml", []byte(text))
				longest = max(longest, busy(t)-start)
			}
			alerts, _, ps := coverage.Rules("r.yaml", []byte("groups: [{rules: [{alert: Good}]}]\n---\n"+in+"\n"))
			if len(alerts) == 0 || alerts[0].Name != "Good" {
				if len(ps) == 0 {
					t.Errorf("%s: the document before it is lost and nothing says so", c.ID)
				}
				lost++
			}
		}
		if err := s.Err(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d cases, the longest took %v, %d refused with the file they stand in", name, n, longest, lost)
		if longest > time.Second {
			t.Errorf("%s: one took %v", name, longest)
		}
		_ = f.Close()
	}
}
