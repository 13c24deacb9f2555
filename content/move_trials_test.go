//go:build trials

package content_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"testing"
	"time"

	"rutter/content"
	"rutter/content/source"
)

// TestTrialMove moves pages of real folders one after another, on disk: every link leads where it led, and what was dead
// stays dead.
func TestTrialMove(t *testing.T) {
	roots := []string{"corpora/runbooks", "corpora/raw/openshift", "corpora/raw/prometheus-operator"}
	for i := range roots {
		roots[i] = filepath.Join(os.Getenv("SHARED"), roots[i])
	}
	if large := os.Getenv("LARGE"); large != "" {
		roots = append(roots, large)
	}
	for _, root := range roots {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(root)); err != nil {
			t.Fatal(err)
		}
		f, err := source.OpenFolder(dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		var b content.Builder
		build := func() *content.Snapshot {
			tr, err := f.Scan()
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := b.Build(t.Context(), tr, nil, false); err != nil {
				t.Fatal(err)
			}
			return b.CheckLinks()
		}
		s := build()
		dead, links, rewritten := 0, 0, 0
		for _, to := range leads(s) {
			for _, l := range to {
				if links++; l == "dead" {
					dead++
				}
			}
		}
		r := rand.New(rand.NewPCG(2026, 11))
		var took time.Duration
		refused := 0
		for i := 0; i < 50; {
			docs := s.Docs()
			from := docs[r.IntN(len(docs))].Path
			to := path.Join([]string{"", "moved", "a b/c", path.Dir(docs[r.IntN(len(docs))].Path)}[r.IntN(4)], []string{path.Base(from), fmt.Sprintf("page %d.md", i)}[r.IntN(2)])
			start := time.Now()
			m, err := s.Move(from, to)
			took += time.Since(start)
			var no *content.RefusedError
			if errors.As(err, &no) {
				if refused++; refused > 50 {
					t.Fatal(err)
				}
				for _, p := range no.Problems {
					t.Logf("mv %s %s: %s", from, to, p)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			i++
			if err := f.Move(m); err != nil {
				t.Fatal(err)
			}
			for _, w := range m.Rewrites {
				rewritten += len(w.Changes)
			}
			next := build()
			same(t, s, next, m)
			s = next
		}
		t.Logf("%s: %d pages, %d links, %d dead before and after; 50 moves, %d refused, %d places rewritten, a plan takes %v", root, s.Len(), links, dead, refused, rewritten, took/time.Duration(50+refused))
	}
}
