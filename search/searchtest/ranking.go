package searchtest

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"rutter/content"
	"rutter/content/source"
	"rutter/search"
)

//go:embed testdata
var testdata embed.FS

// Ranking asks the made-up library in testdata/pages.txtar every question of testdata/questions.txt and reports, a
// line each, at which rank the wanted page came and what came first where that is another. Its last line has
// recall@1, recall@5 and MRR (the mean of 1/rank over the first ten). A caller compares it with a golden file, so
// that a change of the ranking is seen in review.
func Ranking(t *testing.T, open Open) string {
	t.Helper()
	docs, err := libraryPages()
	if err != nil {
		t.Fatal(err)
	}
	x := open(t, docs)
	questions, err := fs.ReadFile(testdata, "testdata/questions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var n, first, five, reciprocal float64
	for line := range strings.Lines(string(questions)) {
		text, want, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			continue
		}
		if !slices.ContainsFunc(docs, func(d search.Document) bool { return d.Path == want }) {
			t.Fatalf("questions.txt: there is no page %s", want)
		}
		res := ask(t, x, content.Viewer{}, search.Parse(text, nil))
		rank := slices.Index(paths(res), want) + 1
		n++
		fmt.Fprintf(&b, "%-2d %s\t%s", rank, text, want)
		if rank != 1 && len(res.Hits) > 0 {
			fmt.Fprintf(&b, "\tfirst: %s", res.Hits[0].Path)
		}
		if res.Suggestion != "" {
			fmt.Fprintf(&b, "\tsuggested: %s", res.Suggestion)
		}
		b.WriteByte('\n')
		if rank == 1 {
			first++
		}
		if rank > 0 && rank <= 5 {
			five++
		}
		if rank > 0 {
			reciprocal += 1 / float64(rank)
		}
	}
	fmt.Fprintf(&b, "%.0f questions, recall@1 %.3f, recall@5 %.3f, MRR %.3f\n", n, first/n, five/n, reciprocal/n)
	return b.String()
}

// libraryPages reads the pages of the library as the portal would.
func libraryPages() ([]search.Document, error) {
	raw, err := fs.ReadFile(testdata, "testdata/pages.txtar")
	if err != nil {
		return nil, err
	}
	files := fstest.MapFS{}
	for _, f := range txtar.Parse(raw).Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return Documents(files)
}

// Documents reads a content folder and returns what an index is told of its pages.
func Documents(fsys fs.FS) ([]search.Document, error) {
	tree, err := source.FromFS(fsys)
	if err != nil {
		return nil, err
	}
	var b content.Builder
	snap, _, err := b.Build(context.Background(), tree, nil, false)
	if err != nil {
		return nil, err
	}
	var out []search.Document
	for _, d := range snap.Docs() {
		doc, err := search.NewDocument(snap, d)
		if err != nil {
			return nil, err
		}
		out = append(out, doc)
	}
	return out, nil
}
