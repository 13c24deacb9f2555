//go:build trials

// Trials run on material outside the repository. SHARED names its folder:
//
//	SHARED=PATH go test -tags trials ./content/...
package content_test

import (
	"bufio"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rutter/content"
	"rutter/content/source"
)

// TestTrialFrontMatter takes documents that YAML parsers, and readers, have stumbled over as front matter: none may
// make it panic or take long, none may show a page for staff to everyone, and every problem has its place.
func TestTrialFrontMatter(t *testing.T) {
	for _, name := range []string{"yaml-test-suite", "naughty-strings", "json-bodies", "trojan-source"} {
		f, err := os.Open(filepath.Join(os.Getenv("SHARED"), "cases", name+".jsonl.gz"))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(z)
		s.Buffer(nil, 64<<20)
		n, good := 0, 0
		for s.Scan() {
			var c struct{ ID, B64 string }
			if err := json.Unmarshal(s.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			b, err := base64.StdEncoding.DecodeString(c.B64)
			if err != nil {
				t.Fatal(err)
			}
			n++
			in := string(b)
			for _, src := range []string{
				"---\n" + in + "\n---\n# Body\n", "---\ntitle: " + in + "\n---\n# Body\n", "+++\n" + in + "\n+++\n# Body\n", in,
				"---\n" + in + "\n", "{\"title\": " + in + "}\n# Body\n",
			} {
				if asFrontMatter(t, c.ID, src) {
					good++
				}
			}
			for _, src := range []string{"---\n" + in + "\naudience: staff\n---\n", "---\naudience: staff\n" + in + "\n---\n", "+++\naudience = 'staff'\n" + in + "\n+++\n"} {
				inside := strings.ReplaceAll(strings.ReplaceAll("\n"+in+"\n", "\r\n", "\n"), "\r", "\n")
				if strings.Contains(inside, "\n---") || strings.Contains(inside, "\n+++") || strings.Contains(inside, "\n...") {
					continue // it ends the block, and what follows is text
				}
				if s := load(t, map[string]string{"a.md": src}); public(s).Len() != 0 {
					t.Errorf("%s: everyone sees a page for staff:\n%s", c.ID, src)
				}
			}
		}
		if s.Err() != nil || n == 0 {
			t.Fatalf("%s: %d cases, %v", name, n, s.Err())
		}
		t.Logf("%s: %d cases, %d of their forms without a problem", name, n, good)
		_ = f.Close()
	}
}

func asFrontMatter(t *testing.T, id, src string) (good bool) {
	t.Helper()
	start := time.Now()
	s := load(t, map[string]string{"a.md": src})
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("%s: %v", id, took)
	}
	d := s.Docs()[0]
	if d.Title == "" || d.URL != "/a" {
		t.Errorf("%s: %+v", id, d)
	}
	if _, _, err := s.For(content.NewViewer("staff")).Body(d, nil, nil); err != nil {
		t.Errorf("%s: %v", id, err)
	}
	last := strings.Count(src, "\n") + strings.Count(src, "\r") + 2
	for _, p := range s.Problems() {
		if p.Line < 1 || p.Line > last || p.Column < 0 {
			t.Errorf("%s: %+v", id, p)
		}
	}
	return len(s.Problems()) == 0
}

// TestTrialRealFolders: real folders are read whole, no page of theirs is broken, and every problem names a place.
func TestTrialRealFolders(t *testing.T) {
	roots := []string{"corpora/runbooks", "corpora/raw/openshift", "corpora/raw/prometheus-operator"}
	for i := range roots {
		roots[i] = filepath.Join(os.Getenv("SHARED"), roots[i])
	}
	if large := os.Getenv("LARGE"); large != "" {
		roots = append(roots, large)
	}
	for _, root := range roots {
		f, err := source.OpenFolder(root, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := f.Scan()
		if err != nil {
			t.Fatal(err)
		}
		b := content.Builder{}
		if _, _, err := b.Build(t.Context(), tr, nil, false); err != nil {
			t.Fatal(err)
		}
		s := b.CheckLinks()
		for _, d := range s.Docs() {
			if d.Broken || s.Stale(d.Path) {
				t.Errorf("%s: %v", d.Path, s.ProblemsOf(d.Path))
			}
		}
		rules := map[string]int{}
		for _, p := range s.Problems() {
			rules[p.Rule]++
			if p.File == "" || p.Line < 1 && p.Rule != "address-taken" && p.Rule != "address-reserved" {
				t.Errorf("no place: %s", p)
			}
		}
		t.Logf("%s: %d pages, %v", root, s.Len(), rules)
	}
}
