//go:build trials

package content

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestTrialDestinations: of the links of real pages, nearly all stand where they can be rewritten.
func TestTrialDestinations(t *testing.T) {
	roots := []string{filepath.Join(os.Getenv("SHARED"), "corpora/runbooks"), filepath.Join(os.Getenv("SHARED"), "corpora/raw")}
	if large := os.Getenv("LARGE"); large != "" {
		roots = append(roots, large)
	}
	for _, root := range roots {
		links, lost := 0, 0
		err := fs.WalkDir(os.DirFS(root), ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !IsPage(p) {
				return err
			}
			raw, err := os.ReadFile(filepath.Join(root, p))
			if err != nil {
				return err
			}
			doc, _, _ := readDoc(p, raw, false, reading{})
			ws := destinationsOf(raw)
			if len(ws) != len(doc.Links) {
				t.Errorf("%s: %d destinations of %d links", p, len(ws), len(doc.Links))
			}
			for i, w := range ws {
				if links++; w.form == 0 && w.Dest != "" {
					lost++
					t.Logf("%s:%d:%d: %q", p, w.Line, w.Column, w.Dest)
				}
				if i < len(doc.Links) && w.Link != doc.Links[i] {
					t.Errorf("%s: %+v, want %+v", p, w.Link, doc.Links[i])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d links, %d cannot be rewritten", root, links, lost)
		if lost > links/1000 {
			t.Errorf("%d of %d", lost, links)
		}
	}
}
