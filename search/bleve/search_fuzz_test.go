package bleve

import (
	"strings"
	"testing"

	"rutter/content"
	"rutter/search"
)

// FuzzSearch wants an answer to whatever is asked.
func FuzzSearch(f *testing.F) {
	s, _, err := Open(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	docs := oraclePages()
	if err := s.Update(f.Context(), len(docs), func(i int) (search.Document, error) { return docs[i], nil }, nil); err != nil {
		f.Fatal(err)
	}
	g, err := s.Generation()
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = g.Close() })
	for _, q := range []string{"", "disk full", "dsik jounralctl", "/var/log/sylsog", "--vacuum", "磁盘 İ ﬁ", "a-b a-c", "KubePodCrahsLooping"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, q := range []search.Query{search.Parse(text, nil), search.ParsePaste(text, false)} {
			res, err := g.Search(t.Context(), content.Viewer{}, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range res.Hits {
				for _, s := range h.Sections {
					if bare := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(s.Snippet.HTML()); strings.ContainsAny(bare, "<>") {
						t.Errorf("snippet %s", s.Snippet.HTML())
					}
				}
			}
			if res.Suggestion != "" && res.Suggestion == q.Text {
				t.Errorf("%q is suggested for itself", q.Text)
			}
		}
	})
}
