//go:build trials

package bleve

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
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

// mix returns what people type: judged queries (links' texts, commands, errors), titles as they are, cut off and
// misspelt, and words that nearly every page has.
func mix(b *testing.B, docs []search.Document, sets ...string) []string {
	b.Helper()
	var out []string
	for _, set := range sets {
		all := readSet(b, filepath.Join(needFolder(b, "SHARED"), "relevance", set))
		for i := range 60 {
			out = append(out, all[i*len(all)/60].text)
		}
	}
	for i := range 60 {
		title := docs[i*len(docs)/60].Title
		half := title[:len(title)*2/3]
		swapped := title
		if n := len(title) / 2; n > 1 {
			swapped = title[:n-1] + title[n:n+1] + title[n-1:n] + title[n+1:]
		}
		out = append(out, title, half, swapped)
	}
	return append(out, "use the cluster", "how to create a table", "check the logs", "data", "error in the database", "see the node status", "add a new user", "set the value")
}

// BenchmarkSmall answers different queries in turn over 395 pages, one at a time, with everything a page of results
// needs.
func BenchmarkSmall(b *testing.B) {
	docs := pagesOf(b, filepath.Join(needFolder(b, "SHARED"), "relevance/corpora/R"))
	g, texts := indexOfPages(b, docs), mix(b, docs, "alert_R", "cmd_R")
	b.Run("Search", func(b *testing.B) { latency(b, g, texts) })
	b.Run("Throughput", func(b *testing.B) { throughput(b, g, texts) })
}

// BenchmarkLarge does the same over $LARGE, changes one page after the other, and asks again.
func BenchmarkLarge(b *testing.B) {
	docs := pagesOf(b, needFolder(b, "LARGE"))
	dir := b.TempDir()
	s, _, err := Open(dir)
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
	with := func(run func(b *testing.B, g *Generation, texts []string)) func(b *testing.B) {
		texts := mix(b, docs, "anchor_D26", "cmd_D26")
		return func(b *testing.B) {
			g, err := s.Generation()
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = g.Close() }()
			run(b, g, texts)
		}
	}
	b.Run("Search", with(latency))
	b.Run("AsYouType", with(func(b *testing.B, g *Generation, texts []string) {
		var typed []string
		for _, t := range texts {
			r := []rune(t)
			for n := 2; n <= min(len(r), 24); n += 3 {
				typed = append(typed, string(r[:n]))
			}
		}
		latency(b, g, typed)
	}))
	b.Run("Throughput", with(throughput))
	b.Run("Update", func(b *testing.B) {
		var took []time.Duration
		for i := range 200 {
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
	g, err := s.Generation()
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d segments after the updates", len(g.parts))
	_ = g.Close()
	b.Run("SearchAfter200Updates", with(latency))
}

// throughput asks from all processors at once.
func throughput(b *testing.B, g *Generation, texts []string) {
	b.Helper()
	var next atomic.Int64
	start := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			q := search.Parse(texts[int(next.Add(1))%len(texts)], nil)
			if _, err := g.Search(b.Context(), content.Viewer{}, q); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(next.Load())/time.Since(start).Seconds(), "searches/s")
}

func latency(b *testing.B, g *Generation, texts []string) {
	b.Helper()
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		_, err := g.Search(b.Context(), content.Viewer{}, search.Parse(texts[i%len(texts)], nil))
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	report(b, took)
}

func report(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	for name, share := range map[string]float64{"p50-ms": 0.5, "p99-ms": 0.99} {
		b.ReportMetric(float64(took[int(share*float64(len(took)-1))].Microseconds())/1000, name)
	}
}
