//go:build trials

package bleve

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"rutter/search"
)

// peak is the highest resident size of this process so far, in MiB, files mapped into it included.
func peak(t testing.TB) string {
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

// TestBuildLarge measures writing and merging the index of $LARGE, its pages being in memory.
func TestBuildLarge(t *testing.T) {
	docs := pagesOf(t, needFolder(t, "LARGE"))
	debug.FreeOSMemory()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	t.Logf("%d pages in memory, peak %s", len(docs), peak(t))
	s, _, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	if err := s.Update(ctx, len(docs), func(i int) (search.Document, error) { return docs[i], nil }, nil); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	t.Logf("Update %.1f s, allocated %d MB in %d M objects, peak %s", time.Since(start).Seconds(),
		(after.TotalAlloc-before.TotalAlloc)>>20, (after.Mallocs-before.Mallocs)/1000000, peak(t))
	start = time.Now()
	if err := s.Merge(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("Merge %.1f s, peak %s", time.Since(start).Seconds(), peak(t))
}
