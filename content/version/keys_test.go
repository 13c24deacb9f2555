package version_test

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rutter/content/version"
)

var update = flag.Bool("update", false, "write testdata/keys.json")

// TestKeys keeps what the browser's own reading of versions is compared with, see static/pick.js.
func TestKeys(t *testing.T) {
	type entry struct{ Text, Lo, Hi, Build string }
	var got []entry
	for _, list := range ascending {
		for _, same := range list {
			for s := range strings.SplitSeq(same, "|") {
				v := parse(t, s)
				lo, hi, build := v.Keys()
				got = append(got, entry{s, lo, hi, build})
			}
		}
	}
	for _, s := range []string{"", "latest", "1.0.0.0.1", "v1.28.5-gke.1217000+x", "007.00", "build 12 ", "1.2.3-SNAPSHOT", "2019 Cumulative Update 12", "9u", "1.2 release candidate 3", "10 22H2 19045.3803", "Windows 11, version 23H2", "ESXi70U3o", "ESXi 7.0U3o-22348816-standard", "12c1", "12cx", "9i R2", "3c", "22h3", "22h2a", "122h2", "1.0.0-a.1", "1.0a 2", "2.0m1", "15.5(3)m", "5.15.0-10060-tuxedo", "8.0 U2b-23305546x", "8.0 U2bc (23305546)", "1.8.0_392-b08", "21.8u392", "5_1", "1:1:2", "7.0 größer", "10.0.19045.3803", "2.6.32.59-0.7", strings.Repeat("9", 80)} {
		v, _ := version.Parse(s)
		lo, hi, build := v.Keys()
		got = append(got, entry{s, lo, hi, build})
	}
	slices.SortFunc(got, func(a, b entry) int { return strings.Compare(a.Text, b.Text) })
	text, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/keys.json"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(text)+"\n"); d != "" {
		t.Errorf("keys changed; look, then run with -update:\n%s", d)
	}
}
