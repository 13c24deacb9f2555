package markdown_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rutter/content/diag"
	"rutter/content/markdown"
)

var update = flag.Bool("update", false, "write what the tests compare with")

// TestGolden reads testdata/*.txtar. Each shows one feature: input.md is the body, want.html what the page shows.
// More files say more, each only where it stands in the archive:
//
//	title      the title the page shows, where it is not the body's own
//	problems   what the author is told
//	links      destinations to look up, with their places
//	headings   level, anchor and text
//	anchors    every id a link may point at
//	sections   what the search index gets
//
// In a test, destinations that contain "gone" lead nowhere and all others to /at/ plus what the author wrote.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			part := func(name string) int {
				return slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
			}
			if part("input.md") < 0 || part("want.html") < 0 {
				t.Fatal("no input.md or no want.html")
			}
			title := ""
			if i := part("title"); i >= 0 {
				title = strings.TrimSpace(string(a.Files[i].Data))
			}
			got := shown(t, a.Files[part("input.md")].Data, title)
			for name, text := range got {
				i := part(name)
				if i < 0 {
					if name == "problems" && text != "" {
						t.Errorf("problems nobody expects:\n%s", text)
					}
					continue
				}
				if *update {
					a.Files[i].Data = []byte(text)
				} else if d := cmp.Diff(string(a.Files[i].Data), text); d != "" {
					t.Errorf("%s:\n%s", name, d)
				}
			}
			if err := harmless([]byte(got["want.html"])); err != nil {
				t.Error(err)
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// shown is all that a page of src shows and tells, by the names of a golden file's parts.
func shown(t *testing.T, src []byte, title string) map[string]string {
	t.Helper()
	p, problems := markdown.Parse("input.md", src, 1)
	if title == "" {
		title = p.Title
	}
	diag.Sort(problems)
	out := map[string]string{"problems": lines(problems)}
	var links, headings, sections bytes.Buffer
	for _, l := range p.Links {
		kind := "link"
		if l.Image {
			kind = "image"
		}
		fmt.Fprintf(&links, "%d:%d: %s %s\n", l.Line, l.Column, kind, l.Dest)
	}
	for _, h := range p.Headings {
		fmt.Fprintf(&headings, "%d #%s %s\n", h.Level, h.ID, h.Text)
	}
	for _, s := range p.Sections() {
		fmt.Fprintf(&sections, "[#%s %s]\n%s\n", s.ID, s.Heading, s.Text)
	}
	out["links"], out["headings"], out["sections"] = links.String(), headings.String(), sections.String()
	out["anchors"] = lines(p.Anchors)
	html, err := p.HTML(markdown.HTMLOptions{Title: title, Resolve: resolve, Scope: func(s string) (string, string) { return "For " + s, s }})
	if err != nil {
		t.Fatal(err)
	}
	out["want.html"] = string(html)
	if len(html) > 0 && html[len(html)-1] != '\n' {
		out["want.html"] += "\n"
	}
	return out
}

// resolve stands for the content folder.
func resolve(dest string, _ bool) (string, bool) {
	return "/at/" + dest, !strings.Contains(dest, "gone")
}

func lines[T any](vs []T) string {
	var b strings.Builder
	for _, v := range vs {
		fmt.Fprintln(&b, v)
	}
	return b.String()
}
