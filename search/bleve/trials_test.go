//go:build trials

// Trials measure with the material in the folder $SHARED names, which is not part of the repository:
//
//	SHARED=PATH go test -tags trials -run TestRelevance -v ./search/bleve
//	LARGE=/tmp/large/L go test -tags trials -run - -bench . ./search/bleve
package bleve

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rutter/content"
	"rutter/search"
	"rutter/search/searchtest"
)

// needFolder returns the folder an environment variable names, or skips.
func needFolder(t testing.TB, env string) string {
	t.Helper()
	dir := os.Getenv(env)
	if dir == "" {
		t.Skipf("%s names no folder", env)
	}
	return dir
}

// pagesOf reads a content folder as the portal does and returns what its index would be told.
func pagesOf(t testing.TB, dir string) []search.Document {
	t.Helper()
	docs, err := searchtest.Documents(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// indexOfPages returns a generation over docs, merged into one segment as after a first start.
func indexOfPages(t testing.TB, docs []search.Document) *Generation {
	t.Helper()
	s, _, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	ctx := context.Background()
	if err := s.Update(ctx, len(docs), func(i int) (search.Document, error) { return docs[i], nil }, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Merge(ctx); err != nil {
		t.Fatal(err)
	}
	g, err := s.Generation()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

// judged is one query of a set.
type judged struct {
	text, kind string
	grades     map[string]int // by page
}

// readSet reads SET/queries.tsv and SET/qrels.tsv.
func readSet(t testing.TB, dir string) []*judged {
	t.Helper()
	byID := map[string]*judged{}
	var out []*judged
	lines := func(name string, f func(fields []string)) {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for sc := bufio.NewScanner(bytes.NewReader(raw)); sc.Scan(); {
			if fields := strings.Split(sc.Text(), "\t"); len(fields) == 3 {
				f(fields)
			}
		}
	}
	lines("queries.tsv", func(f []string) {
		byID[f[0]] = &judged{text: f[1], kind: f[2], grades: map[string]int{}}
		out = append(out, byID[f[0]])
	})
	lines("qrels.tsv", func(f []string) {
		if q := byID[f[0]]; q != nil {
			q.grades[f[1]], _ = strconv.Atoi(f[2])
		}
	})
	return out
}

// ndcg is nDCG@10 with gain 2^grade - 1 and discount 1/log2(rank+1), as $SHARED/relevance/evaluate.py has it.
func (q *judged) ndcg(got []string) float64 {
	gain := func(grade, i int) float64 { return (math.Exp2(float64(grade)) - 1) / math.Log2(float64(i)+2) }
	var dcg, ideal float64
	for i, p := range got[:min(len(got), 10)] {
		dcg += gain(q.grades[p], i)
	}
	var grades []int
	for _, g := range q.grades {
		grades = append(grades, g)
	}
	slices.Sort(grades)
	slices.Reverse(grades)
	for i, g := range grades[:min(len(grades), 10)] {
		ideal += gain(g, i)
	}
	if ideal == 0 {
		return 0
	}
	return dcg / ideal
}

// TestRelevance prints macro nDCG@10 (the mean over the kinds of query) of the judged sets. It must stay well above
// what Bleve has by default.
func TestRelevance(t *testing.T) {
	shared := needFolder(t, "SHARED")
	indexes := map[string]*Generation{}
	for set, bleves := range map[string]float64{"alert_R": .738, "cmd_R": .856, "anchor_D26": .639, "cmd_D26": .879} {
		_, corpus, _ := strings.Cut(set, "_")
		if indexes[corpus] == nil {
			indexes[corpus] = indexOfPages(t, pagesOf(t, filepath.Join(shared, "relevance/corpora", corpus)))
		}
		var sb strings.Builder
		macro := relevance(t, indexes[corpus], readSet(t, filepath.Join(shared, "relevance", set)), &sb)
		t.Logf("%-10s macro nDCG@10 %.4f, Bleve's %.3f\n%s", set, macro, bleves, &sb)
		if macro < bleves+0.04 {
			t.Errorf("%s: macro nDCG@10 %.4f", set, macro)
		}
	}
}

// relevance answers the queries of a set and returns the mean of the kinds' mean nDCG@10; a line per kind goes to w.
func relevance(t testing.TB, g *Generation, set []*judged, w *strings.Builder) float64 {
	t.Helper()
	type mean struct{ sum, n float64 }
	kinds := map[string]mean{}
	for _, q := range set {
		res, err := g.Search(context.Background(), content.Viewer{}, search.Parse(q.text, nil))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range res.Hits {
			got = append(got, h.Path)
		}
		k := kinds[q.kind]
		kinds[q.kind] = mean{k.sum + q.ndcg(got), k.n + 1}
	}
	var sum float64
	var names []string
	for name, k := range kinds {
		sum += k.sum / k.n
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		k := kinds[name]
		fmt.Fprintf(w, "    %-16s %5.0f queries  %.4f\n", name, k.n, k.sum/k.n)
	}
	return sum / float64(len(kinds))
}
