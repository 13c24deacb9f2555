//go:build trials

// Trials run on material outside the repository. SHARED names its folder, LARGE one with thousands of real pages:
//
//	SHARED=PATH LARGE=/tmp/large/L go test -tags trials ./content/...
package markdown_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rutter/content/markdown"
)

// hostileCase is one line of a file of cases.
type hostileCase struct{ ID, B64 string }

// TestTrialHostileCases: every case is parsed and rendered soon, without a panic, into nothing that could act.
func TestTrialHostileCases(t *testing.T) {
	dir := filepath.Join(os.Getenv("SHARED"), "cases")
	for _, pattern := range []string{"xss", "md-*", "trojan-source", "naughty-strings"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern+".jsonl.gz"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s in %s: %v", pattern, dir, err)
		}
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl.gz"), func(t *testing.T) { trial(t, file) })
		}
	}
}

func trial(t *testing.T, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(z)
	s.Buffer(nil, 64<<20)
	n, refused := 0, 0
	for s.Scan() {
		var c hostileCase
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		input, err := base64.StdEncoding.DecodeString(c.B64)
		if err != nil {
			t.Fatal(err)
		}
		n++
		// Alone, and where an attribute, a cell or a code block may swallow what ends it.
		forms := [][]byte{input}
		if len(input) < 10_000 {
			forms = append(forms,
				[]byte("[a]("+string(input)+")"), []byte("![a](<"+string(input)+">)"), []byte("| a |\n|---|\n| "+string(input)+" |\n"),
				[]byte("<details title='"+string(input)+"'>"), []byte("```"+string(input)+"\n"+string(input)+"\n"), []byte("# "+string(input)),
				[]byte("> [!NOTE]\n> "+string(input)), []byte("<a href=\""+string(input)+"\">x</a>"), []byte("[a]: "+string(input)+"\n\n[a]"))
		}
		for i, form := range forms {
			if hostile(t, c.ID, form) && i == 0 {
				refused++
			}
		}
	}
	if s.Err() != nil || n == 0 {
		t.Fatalf("%d cases, %v", n, s.Err())
	}
	t.Logf("%d cases, %d refused", n, refused)
}

func hostile(t *testing.T, id string, input []byte) (refused bool) {
	t.Helper()
	start := time.Now()
	p, _ := markdown.Parse(id, input, 1)
	p.Sections()
	html, err := p.HTML(markdown.HTMLOptions{Title: p.Title, Resolve: resolve})
	if took := time.Since(start); err != nil || took > slow {
		t.Errorf("%s: %v, %v", id, took, err)
	}
	if err := harmless(html); err != nil {
		t.Errorf("%s: %v\n%.300s\n%.500s", id, err, input, html)
	}
	return p.Refused
}

// TestTrialRealPages: no real page is refused or takes long, and what stands on it is harmless.
func TestTrialRealPages(t *testing.T) {
	roots := []string{filepath.Join(os.Getenv("SHARED"), "corpora", "runbooks"), filepath.Join(os.Getenv("SHARED"), "corpora", "raw")}
	if large := os.Getenv("LARGE"); large != "" {
		roots = append(roots, large)
	}
	for _, root := range roots {
		n := 0
		var longest time.Duration
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
				return err
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			n++
			start := time.Now()
			p, problems := markdown.Parse(path, src, 1)
			html, err := p.HTML(markdown.HTMLOptions{Title: p.Title, Resolve: resolve})
			longest = max(longest, time.Since(start))
			if p.Refused || err != nil {
				t.Errorf("%s: %v %v", path, problems, err)
			}
			if err := harmless(html); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			if bytes.Contains(html, []byte("<pre class=\"plain\">")) {
				t.Errorf("%s is shown as text", path)
			}
			return nil
		})
		if err != nil || n == 0 {
			t.Fatalf("%s: %d pages, %v", root, n, err)
		}
		t.Logf("%s: %d pages, the slowest took %v", root, n, longest.Round(time.Millisecond))
		if longest > slow {
			t.Errorf("%s: a page took %v", root, longest)
		}
	}
}
