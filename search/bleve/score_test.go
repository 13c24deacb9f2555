package bleve

import (
	"math"
	"slices"
	"testing"

	blevescore "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/scorer"
	"github.com/google/go-cmp/cmp"

	"rutter/content"
	"rutter/search"
)

// oraclePages differ in length, in how often they have a word, and in where.
func oraclePages() []search.Document {
	page := func(path, title string, sections ...search.Part) search.Document {
		return search.Document{Path: path, Title: title, Kind: "guide", Audience: []string{content.Everyone}, Sections: sections}
	}
	return []search.Document{
		page("a.md", "Disk full", search.Part{Text: "disk disk disk full"}),
		page("b.md", "Full moon", search.Part{Text: "The moon is full.", Heading: "Disk"}),
		page("c.md", "Disks", search.Part{ID: "x", Heading: "Disk full", Text: "journalctl --vacuum-size=200M /var/log/syslog"}),
		page("d.md", "Network", search.Part{Text: "A link is down and the disk is far away from all of this, which is long."}),
		page("e.md", "Nothing", search.Part{}),
		page("f.md", "Syslog", search.Part{Text: "Read /var/log/syslog, then /var/log/syslog again."}),
	}
}

// newStore makes a store over docs, written one by one so that there are several segments.
func newStore(t *testing.T, docs []search.Document) *Store {
	t.Helper()
	s, _, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for _, d := range docs {
		put(t, s, d)
	}
	return s
}

func put(t *testing.T, s *Store, docs ...search.Document) {
	t.Helper()
	err := s.Update(t.Context(), len(docs), func(i int) (search.Document, error) { return docs[i], nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func generation(t *testing.T, s *Store) *Generation {
	t.Helper()
	g, err := s.Generation()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

// TestScoreIsBleves compares every score of every term with what Bleve's own scorer makes of Bleve's own postings. They
// differ in one thing, which is taken out here: Bleve puts the root of a term's frequency into the formula. With it
// the judged queries find less.
func TestScoreIsBleves(t *testing.T) {
	defer func(k, b float64) { blevescore.BM25_k1, blevescore.BM25_b = k, b }(blevescore.BM25_k1, blevescore.BM25_b)
	blevescore.BM25_k1, blevescore.BM25_b = k1, b
	g := generation(t, newStore(t, oraclePages()))
	if len(g.parts) < 2 {
		t.Errorf("%d segments, the test wants several", len(g.parts))
	}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-5*math.Abs(b) })
	compared := 0
	for field, name := range scored {
		for _, text := range termsOf(t, g, name) {
			want := blevesScores(t, g, field, text)
			if d := cmp.Diff(want, ourScores(t, g, field, text), near); d != "" {
				t.Errorf("%s:%q: %s", name, text, d)
			}
			compared += len(want)
		}
	}
	if compared < 50 {
		t.Errorf("only %d scores compared", compared)
	}
}

func termsOf(t *testing.T, g *Generation, field string) []string {
	t.Helper()
	var out []string
	for _, p := range g.parts {
		dict, err := p.seg.Dictionary(field)
		if err != nil {
			t.Fatal(err)
		}
		it := dict.AutomatonIterator(nil, nil, nil)
		for e, err := it.Next(); e != nil || err != nil; e, err = it.Next() {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, e.Term)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func blevesScores(t *testing.T, g *Generation, field int, text string) map[string]float64 {
	t.Helper()
	postings, err := g.reader.TermFieldReader(t.Context(), []byte(text), scored[field], true, true, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = postings.Close() }()
	mean := float64(g.total[field]) / float64(g.pages)
	s := scorer.NewTermQueryScorer([]byte(text), scored[field], 1, uint64(g.pages), postings.Count(), mean, blevescore.SearcherOptions{})
	sc := &blevescore.SearchContext{DocumentMatchPool: blevescore.NewDocumentMatchPool(1, 0), IndexReader: g.reader}
	out := map[string]float64{}
	for p, err := postings.Next(nil); p != nil || err != nil; p, err = postings.Next(nil) {
		if err != nil {
			t.Fatal(err)
		}
		id, err := g.reader.ExternalID(p.ID)
		if err != nil {
			t.Fatal(err)
		}
		p.Freq *= p.Freq // of which Bleve takes the root
		m := s.Score(sc, p)
		out[id] = m.Score
		sc.DocumentMatchPool.Put(m)
	}
	return out
}

// ourScores is what score adds for one term, less the boosts.
func ourScores(t *testing.T, g *Generation, field int, text string) map[string]float64 {
	t.Helper()
	found, err := g.lookup([]term{{field: field, text: text, word: 0, boost: 1 / boosts[field]}}, g.hidden(content.Viewer{}))
	if err != nil {
		t.Fatal(err)
	}
	s := &scratch{}
	if err := g.score(t.Context(), s, found, g.weigh(found, 1)); err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, doc := range s.hits {
		part, page := g.where(doc)
		id, err := g.parts[part].seg.DocID(uint64(page))
		if err != nil {
			t.Fatal(err)
		}
		out[string(id)] = float64(s.score[doc])
	}
	return out
}

// TestScoreAfterUpdates wants scores that do not depend on how the index came about.
func TestScoreAfterUpdates(t *testing.T) {
	docs := oraclePages()
	ask := func(g *Generation) search.Results {
		res, err := g.Search(t.Context(), content.Viewer{}, search.Parse("disk full syslog", nil))
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	s := newStore(t, docs)
	want := ask(generation(t, s))
	put(t, s, search.Document{Path: "gone.md", Title: "Disk", Kind: "guide", Audience: []string{content.Everyone}})
	put(t, s, docs[3])
	put(t, s, docs[0], docs[5])
	if err := s.Update(t.Context(), 0, nil, []string{"gone.md", "never was.md"}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, ask(generation(t, s))); d != "" {
		t.Errorf("after updates: %s", d)
	}
	if err := s.Merge(t.Context()); err != nil {
		t.Fatal(err)
	}
	g := generation(t, s)
	if len(g.parts) != 1 {
		t.Errorf("%d segments after merging", len(g.parts))
	}
	if d := cmp.Diff(want, ask(g)); d != "" {
		t.Errorf("after merging: %s", d)
	}
	if d := cmp.Diff(want, ask(generation(t, newStore(t, docs[:])))); d != "" {
		t.Errorf("anew: %s", d)
	}
}
