package static

import (
	"bytes"
	"compress/gzip"
	"regexp"
	"strings"
	"testing"
)

// TestBudget holds what every page loads to the sizes that were promised, in bytes of gzip.
func TestBudget(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	size := map[string]int{}
	for _, a := range set.All() {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write(a.Body)
		_ = w.Close()
		name := a.URL[len(Prefix):]
		size[name[:strings.LastIndexByte(name, '-')]+name[strings.LastIndexByte(name, '.'):]] = b.Len()
		if strings.HasSuffix(a.URL, ".js") && regexp.MustCompile("(?m)^ *//").Match(a.Body) {
			t.Errorf("%s has comments", a.URL)
		}
	}
	if css, js := size["rutter.css"], size["play.js"]; css > 10_000 || js > 8_000 || css == 0 || js == 0 {
		t.Errorf("CSS has %d bytes, at most 10000 are promised; JavaScript of a playbook %d, at most 8000: %v", css, js, size)
	}
	if n := size["difference.css"]; n > 2_500 || n == 0 {
		t.Errorf("the style sheet of differences has %d bytes, at most 2500 are promised", n)
	}
}
