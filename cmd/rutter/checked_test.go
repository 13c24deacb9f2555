package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSARIF reads a report back as its readers do, and holds what SARIF 2.1.0 demands of the parts that are used.
func TestSARIF(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a b.md": "---\nsummery: x\n---\n# A\n\n[gone](gone.md \"<é>\") and [öde](x:y)\n",
		"c.md":   "# C\n\n## Leer\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if code := run([]string{"check", "--format", "sarif", dir}, &out, io.Discard); code != exitProblem {
		t.Fatalf("it ended with %d", code)
	}
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			ColumnKind string
			Tool       struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID                   string
						ShortDescription     struct{ Text string }
						Help                 struct{ Text, Markdown string }
						DefaultConfiguration struct{ Level string }
					}
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
				Fixes []struct {
					ArtifactChanges []struct {
						Replacements []struct {
							DeletedRegion   struct{ StartLine, StartColumn, EndColumn int }
							InsertedContent struct{ Text string }
						}
					}
				}
			}
		}
	}
	d := json.NewDecoder(&out)
	if err := d.Decode(&log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || log.Runs[0].ColumnKind != "unicodeCodePoints" || log.Runs[0].Tool.Driver.Name == "" {
		t.Fatalf("it is no SARIF of ours: %+v", log)
	}
	levels := map[string]bool{"error": true, "warning": true, "note": true}
	rules := log.Runs[0].Tool.Driver.Rules
	for _, r := range rules {
		if r.ID == "" || r.ShortDescription.Text == "" || r.Help.Text == "" || !levels[r.DefaultConfiguration.Level] {
			t.Errorf("rule %+v", r)
		}
	}
	if n := len(log.Runs[0].Results); n != 4 {
		t.Errorf("%d results, want 4", n)
	}
	fixes := 0
	for _, r := range log.Runs[0].Results {
		if r.RuleIndex < 0 || r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID || !levels[r.Level] || r.Message.Text == "" || len(r.Locations) != 1 {
			t.Errorf("result %+v", r)
			continue
		}
		l := r.Locations[0].PhysicalLocation
		if strings.ContainsAny(l.ArtifactLocation.URI, ` \`) || l.Region.StartLine < 1 {
			t.Errorf("location %+v", l)
		}
		for _, f := range r.Fixes {
			x := f.ArtifactChanges[0].Replacements[0]
			if fixes++; x.DeletedRegion.EndColumn-x.DeletedRegion.StartColumn != len("summery") || x.InsertedContent.Text != "summary" {
				t.Errorf("fix %+v", x)
			}
		}
	}
	if fixes != 1 {
		t.Errorf("%d fixes, want 1", fixes)
	}
}
