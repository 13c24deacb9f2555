package site_test

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rutter/content"
)

// TestBudgetOfPages holds the shipped library's pages to what was promised of a median page: bytes of HTML in gzip, and
// what else a browser has to fetch for it.
func TestBudgetOfPages(t *testing.T) {
	files := map[string]string{}
	err := fs.WalkDir(content.Library(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(content.Library(), p)
		files[p] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, files)
	fetched := regexp.MustCompile(`<(?:link rel="(?:stylesheet|icon)"|script type="module") |<img `)
	var sizes, requests []int
	for name := range files {
		if !strings.HasSuffix(name, ".md") {
			continue
		}
		body := p.get("/" + strings.TrimSuffix(strings.TrimSuffix(name, ".md"), "index")).body
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.DefaultCompression)
		_, _ = w.Write([]byte(body))
		_ = w.Close()
		sizes = append(sizes, b.Len())
		requests = append(requests, 1+len(fetched.FindAllString(body, -1)))
	}
	slices.Sort(sizes)
	slices.Sort(requests)
	size, n := sizes[len(sizes)/2], requests[len(requests)/2]
	t.Logf("%d pages: median %d bytes of gzip (largest %d), %d requests (most %d)", len(sizes), size, sizes[len(sizes)-1], n, requests[len(requests)-1])
	if size > 14<<10 || n > 4 {
		t.Errorf("a median page has %d bytes, at most 14336 are promised, and needs %d requests, at most 4 are promised", size, n)
	}
}
