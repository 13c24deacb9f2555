package bleve_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rutter/search/searchtest"
)

var update = flag.Bool("update", false, "write testdata/ranking.golden anew")

// TestRanking compares the first pages of a made-up library with those it had at the last commit. A change that is
// meant is written with -update and read in review.
func TestRanking(t *testing.T) {
	const golden = "testdata/ranking.golden"
	got := searchtest.Ranking(t, open)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("the ranking changed; if that is meant, run go test ./search/bleve -run TestRanking -update: %s", d)
	}
}
