package source_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rutter/content"
	"rutter/content/source"
)

// bigPage is version v of page i: some 3 KB with eight headings, one of which has another text every fourth version.
func bigPage(i, v int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: Page %d\nowner: platform\n---\n\n# Page %d\n\n", i, i)
	for h := range 8 {
		fmt.Fprintf(&b, "## Check part %d of it, revision %d\n\n", h, (v+h*3)/24)
		for range 3 {
			fmt.Fprintf(&b, "Look at the `state` of part %d and compare it with what the [overview](../overview.md) says.\n", h)
		}
		fmt.Fprintf(&b, "\n```sh\nsystemctl status part-%d-%d\n```\n\n- one\n- two, changed in %d\n\n", i, h, v)
	}
	return b.String()
}

// bigRepo makes a repository without a work tree of 10,000 commits over 1,000 pages; every hundredth renames one.
func bigRepo(tb testing.TB, commits, pages int) (dir string) {
	tb.Helper()
	dir = filepath.Join(tb.TempDir(), "big.git")
	var s bytes.Buffer
	when := 1_500_000_000
	commit := func(subject, changes string) {
		when += 60
		_, _ = fmt.Fprintf(&s, "commit refs/heads/main\ncommitter Test <test@example.org> %d +0000\ndata %d\n%s\n%s", when, len(subject), subject, changes)
	}
	file := func(p, text string) string { return fmt.Sprintf("M 644 inline %s\ndata %d\n%s\n", p, len(text), text) }
	paths, version := make([]string, pages), make([]int, pages)
	var first strings.Builder
	for i := range pages {
		paths[i] = fmt.Sprintf("area%d/page%d.md", i%20, i)
		first.WriteString(file(paths[i], bigPage(i, 0)))
	}
	commit("Begin", first.String())
	for n := 1; n < commits; n++ {
		i := n * 7919 % pages
		changes := ""
		if n%100 == 0 {
			to := fmt.Sprintf("area%d/page%d-%d.md", (i+n)%20, i, n)
			changes = "R " + paths[i] + " " + to + "\n"
			paths[i] = to
		}
		version[i]++
		commit(fmt.Sprintf("Change page %d\n\nReviewed-by: Test <test@example.org>\n", i), changes+file(paths[i], bigPage(i, version[i])))
	}
	for _, c := range [][]string{{"init", "-q", "--bare", "-b", "main", dir}, {"-C", dir, "fast-import", "--quiet"}} {
		cmd := exec.Command("git", c...)
		if c[0] != "init" {
			cmd.Stdin = &s
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			tb.Fatalf("git %v: %v\n%s", c, err, out)
		}
	}
	return dir
}

// BenchmarkBigHistory reads all that git knows of 1,000 pages with 10,000 commits: at once, and one commit more.
func BenchmarkBigHistory(b *testing.B) {
	dir := bigRepo(b, 10_000, 1000)
	rev := func(name string) string {
		out, err := exec.Command("git", "-C", dir, "rev-parse", name).Output()
		if err != nil {
			b.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	last, before := rev("main"), rev("main~1")
	var h *content.History
	b.Run("all", func(b *testing.B) {
		var m0, m1 runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m0)
		for b.Loop() {
			var err error
			if h, err = source.GitAt(dir, "", func() string { return last }).History(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&m1)
		edits, former := 0, 0
		for p, e := range h.Past().Pages {
			edits, former = edits+len(e), former+len(h.Anchors(p))
		}
		if len(h.Past().Pages) != 1000 || edits != 10_999 {
			b.Fatalf("%d pages, %d changes", len(h.Past().Pages), edits)
		}
		b.ReportMetric(float64(m1.HeapAlloc-m0.HeapAlloc)/(1<<20), "MB-kept")
		b.ReportMetric(float64(former), "former-anchors")
	})
	b.Run("git log alone", func(b *testing.B) {
		for b.Loop() {
			if out, err := exec.Command("git", "-C", dir, "log", "--date-order", "--raw", "-M", "-l1000", "--no-abbrev", "-z", "--format=%H %ct %aN %s %(trailers:key=Reviewed-by)", last, "--", "*.md", "*.markdown").Output(); err != nil || len(out) == 0 {
				b.Fatal(err)
			}
		}
	})
	b.Run("one more", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			at := before
			g := source.GitAt(dir, "", func() string { return at })
			if _, err := g.History(b.Context()); err != nil {
				b.Fatal(err)
			}
			at = last
			b.StartTimer()
			if _, err := g.History(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("changes of a page", func(b *testing.B) {
		for b.Loop() {
			if len(h.Changes("area1/page1.md")) == 0 {
				b.Fatal("none")
			}
		}
	})
}
