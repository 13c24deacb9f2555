package view_test

import (
	"bytes"
	"flag"
	"html"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rutter/static"
)

var preview = flag.String("preview", "", "write every view in every state to this folder, to be looked at")

// TestPreview writes all states of all views as pages that a browser opens from a folder, and a page that leads to them.
// With make preview they can be looked at without any content.
func TestPreview(t *testing.T) {
	dir := *preview
	if dir == "" {
		dir = t.TempDir()
	}
	set, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	put := func(name string, body []byte) {
		t.Helper()
		f := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(f), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	names := strings.NewReplacer("/-/static/s.css", "static/rutter.css", "/-/static/c.css", "static/difference.css", "/-/static/s.js", "static/rutter.js", "/-/static/p.js", "static/play.js", "/-/static/v.js", "static/pick.js", "/-/static/b.js", "static/box.js", "/-/static/f.js", "static/find.js", "/-/static/k.js", "static/keep.js", "/-/static/i.svg", "static/icon.svg", "/-/static/a.css", "static/authors.css", "/-/static/l.js", "static/live.js")
	for _, a := range set.All() {
		base := strings.TrimPrefix(a.URL, static.Prefix)
		put("static/"+base[:strings.LastIndexByte(base, '-')]+filepath.Ext(base), a.Body)
	}
	var list strings.Builder
	for _, name := range slices.Sorted(maps.Keys(states)) {
		var b bytes.Buffer
		if err := states[name].Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		page := names.Replace(b.String())
		if strings.Contains(page, `"/-/static/`) {
			t.Errorf("%s names an asset that the preview does not have", name)
		}
		put(name+".html", []byte(page))
		list.WriteString(`<li><a href="` + html.EscapeString(name) + `.html">` + html.EscapeString(name) + "</a></li>\n")
	}
	put("index.html", []byte(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Every view in every state</title><link rel="stylesheet" href="static/rutter.css"><main class="page list"><h1>Every view in every state</h1><ul class="rows">`+list.String()+"</ul></main></html>\n"))
}
