//go:build trials

package bleve

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"rutter/content"
	"rutter/search"
)

// TestBuildLarge measures writing and merging the index of $LARGE, its pages being in memory.
func TestBuildLarge(t *testing.T) {
	docs := pagesOf(t, needFolder(t, "LARGE"))
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // forget the peak of reading them
		t.Log(err)
	}
	t.Logf("%d pages in memory, peak %s", len(docs), peak(t))
	s, _, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	if err := s.Update(t.Context(), len(docs), func(i int) (search.Document, error) { return docs[i], nil }, nil); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	t.Logf("Update %.1f s, allocated %d MB in %d M objects, peak %s", time.Since(start).Seconds(),
		(after.TotalAlloc-before.TotalAlloc)>>20, (after.Mallocs-before.Mallocs)/1_000_000, peak(t))
	start = time.Now()
	if err := s.Merge(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("Merge %.1f s, peak %s", time.Since(start).Seconds(), peak(t))
}

// peak is the highest resident size of this process so far, files mapped into it included.
func peak(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Log(err)
	}
	for line := range strings.Lines(string(raw)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(v)
		}
	}
	return "?"
}

// questions returns about n texts from judged sets.
func questions(b *testing.B, n int, sets ...string) []string {
	b.Helper()
	var all []string
	for _, set := range sets {
		for _, q := range readSet(b, filepath.Join(needFolder(b, "SHARED"), "relevance", set)) {
			all = append(all, q.text)
		}
	}
	var out []string
	for i := range n {
		out = append(out, all[i*len(all)/n])
	}
	return out
}

// BenchmarkSmall answers 200 different queries in turn over 395 pages, one at a time, with everything a page of
// results needs.
func BenchmarkSmall(b *testing.B) {
	docs := pagesOf(b, filepath.Join(needFolder(b, "SHARED"), "relevance/corpora/R"))
	g, texts := indexOfPages(b, docs), questions(b, 200, "alert_R", "cmd_R")
	b.Run("Search", func(b *testing.B) { latency(b, g, texts) })
}

// BenchmarkLarge does the same over $LARGE, asks for misspelt words, changes one page after the other, and asks again.
func BenchmarkLarge(b *testing.B) {
	docs := pagesOf(b, needFolder(b, "LARGE"))
	s, _, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.Update(b.Context(), len(docs), func(i int) (search.Document, error) { return docs[i], nil }, nil); err != nil {
		b.Fatal(err)
	}
	if err := s.Merge(b.Context()); err != nil {
		b.Fatal(err)
	}
	ask := func(texts []string) func(b *testing.B) {
		return func(b *testing.B) {
			g, err := s.Generation()
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = g.Close() }()
			latency(b, g, texts)
		}
	}
	texts := questions(b, 200, "anchor_D26", "cmd_D26")
	b.Run("Search", ask(texts))
	b.Run("Suggest", ask([]string{
		"trasnaction", "replicatoin facotr", "chnagefeed kafka", "certifcate", "qwertzuiop", "configuratoin setings", "kubernets", "xyzzy plugh frobnicate",
	}))
	b.Run("Update", func(b *testing.B) {
		var took []time.Duration
		for i := 0; b.Loop(); i++ {
			d := docs[(i*997)%len(docs)]
			start := time.Now()
			if err := s.Update(b.Context(), 1, func(int) (search.Document, error) { return d, nil }, nil); err != nil {
				b.Fatal(err)
			}
			g, err := s.Generation()
			if err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
			_ = g.Close()
		}
		report(b, took)
	})
	b.Run("SearchAfterUpdates", ask(texts))
}

func latency(b *testing.B, g *Generation, texts []string) {
	b.Helper()
	var took []time.Duration
	suggested := 0
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		res, err := g.Search(b.Context(), content.Viewer{}, search.Parse(texts[i%len(texts)], nil))
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
		if res.Suggestion != "" {
			suggested++
		}
	}
	report(b, took)
	b.ReportMetric(100*float64(suggested)/float64(len(took)), "%suggested")
}

func report(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	for name, share := range map[string]float64{"p50-ms": 0.5, "p99-ms": 0.99} {
		b.ReportMetric(float64(took[int(share*float64(len(took)-1))].Microseconds())/1000, name)
	}
}
