package site_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateAffected = flag.Bool("update-affected", false, "write the rows of testdata/affected.json")

// affectedCase is an advisory and what it must answer about ESXi. Rows are what its page gives to the browser, whose
// answers .ci/browser compares.
type affectedCase struct {
	Name     string            `json:"name"`
	Affected []string          `json:"affected"`
	Fixed    []string          `json:"fixed_in"`
	Asks     map[string]string `json:"asks"`
	Rows     []affectedRow     `json:"rows"`
}

type affectedRow struct {
	Is    string `json:"is"`
	Fixed bool   `json:"fixed"`
}

var (
	dataIs  = regexp.MustCompile(`<tr data-is="([^"]*)"( data-fixed)?`)
	answers = regexp.MustCompile(`<div class="answer [a-z]+" id="/is-([a-z]+)"( hidden)?`)
)

// TestAffected asks advisories, as those do who have no scripts.
func TestAffected(t *testing.T) {
	const file = "testdata/affected.json"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []affectedCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for i, c := range cases {
		affected, _ := json.Marshal(c.Affected)
		fixed, _ := json.Marshal(c.Fixed)
		pages[fmt.Sprintf("a%d.md", i)] = fmt.Sprintf("---\ntitle: A %d\nkind: advisory\nseverity: high\nstate: open\naffected: %s\nfixed_in: %s\n---\nText.\n", i, affected, fixed)
	}
	p := start(t, pages)
	for i := range cases {
		c := &cases[i]
		var rows []affectedRow
		for v, want := range c.Asks {
			body := p.get(fmt.Sprintf("/a%d?v.product=ESXi&v.version=%s", i, url.QueryEscape(v))).body
			got := ""
			for _, m := range answers.FindAllStringSubmatch(body, -1) {
				if m[2] == "" {
					got = m[1]
				}
			}
			if got != want {
				t.Errorf("%s: %q is %q, want %q", c.Name, v, got, want)
			}
			rows = rows[:0]
			for _, m := range dataIs.FindAllStringSubmatch(body, -1) {
				rows = append(rows, affectedRow{html.UnescapeString(m[1]), m[2] != ""})
			}
		}
		if *updateAffected {
			c.Rows = rows
		}
		if d := cmp.Diff(rows, c.Rows); d != "" {
			t.Errorf("%s: look, then run with -update-affected:\n%s", c.Name, d)
		}
	}
	if *updateAffected {
		var out strings.Builder
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		if err := e.Encode(cases); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
