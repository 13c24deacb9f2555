package bleve_test

import (
	"testing"

	"rutter/search"
	"rutter/search/bleve"
	"rutter/search/searchtest"
)

// open makes a store over docs in a temporary folder and returns a generation of it.
func open(t *testing.T, docs []search.Document) search.Index {
	t.Helper()
	s, kept, err := bleve.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if len(kept) > 0 {
		t.Fatalf("a new store keeps %d pages", len(kept))
	}
	if err := s.Update(t.Context(), len(docs), func(i int) (search.Document, error) { return docs[i], nil }, nil); err != nil {
		t.Fatal(err)
	}
	g, err := s.Generation()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

func TestConformance(t *testing.T) { searchtest.TestIndex(t, open) }
