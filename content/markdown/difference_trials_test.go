//go:build trials

package markdown_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rutter/content/markdown"
)

// TestTrialHostileDifferences: a hostile version beside a harmless one, and beside another hostile one, gives a difference
// that is soon there and harmless.
func TestTrialHostileDifferences(t *testing.T) {
	dir := filepath.Join(os.Getenv("SHARED"), "cases")
	for _, pattern := range []string{"xss", "md-*", "trojan-source", "naughty-strings"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern+".jsonl.gz"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s in %s: %v", pattern, dir, err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) { trialDifferences(t, file) })
		}
	}
}

func trialDifferences(t *testing.T, file string) {
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
	calm := []byte("# A page\n\nSome text, `code` and a [link](x.md).\n\n- an item\n\n| a |\n|---|\n| b |\n\n```sh\nls\n```\n")
	before, n, refused := calm, 0, 0
	var longest time.Duration
	for s.Scan() {
		var c hostileCase
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		input, err := base64.StdEncoding.DecodeString(c.B64)
		if err != nil {
			t.Fatal(err)
		}
		within := bytes.Replace(calm, []byte("text"), input, 1)
		for _, v := range [][2][]byte{{calm, input}, {input, calm}, {before, input}, {calm, within}, {within, calm}, {input, append([]byte("word "), input...)}} {
			n++
			start := time.Now()
			got, _, err := difference(v[0], v[1])
			longest = max(longest, time.Since(start))
			switch {
			case errors.Is(err, markdown.ErrAsText):
				refused++
				continue
			case err != nil:
				t.Errorf("%s: %v", c.ID, err)
			}
			if err := harmless(got); err != nil {
				t.Errorf("%s: %v\n%.300q\n%.300q\n%.800s", c.ID, err, v[0], v[1], got)
			}
		}
		before = input
	}
	if s.Err() != nil || n == 0 {
		t.Fatalf("%d cases, %v", n, s.Err())
	}
	t.Logf("%d differences, %d as text alone, the slowest took %v", n, refused, longest.Round(time.Millisecond))
	if longest > 2*slow {
		t.Errorf("a difference took %v", longest)
	}
}

// TestTrialEditsOfRealPages: real pages that were edited at random can be read in both versions from their difference.
func TestTrialEditsOfRealPages(t *testing.T) {
	pages := pagesBelow(t, filepath.Join(os.Getenv("SHARED"), "corpora", "runbooks"))
	for i, old := range pages {
		for k := range 4 {
			r := rand.New(rand.NewPCG(uint64(i), uint64(k)))
			sound(t, old, edited(r, old), !bytes.Contains(old, []byte("<")))
		}
	}
	t.Logf("%d differences of %d pages", 4*len(pages), len(pages))
}
