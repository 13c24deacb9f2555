package bleve

import (
	"cmp"
	"container/heap"
	"math"
	"slices"

	"rutter/content"
	"rutter/search"
)

// ranked is a page in the order of the answer.
type ranked struct {
	doc   uint32
	score float32
	path  string
}

// collect keeps what the viewer may see, counts it, and puts the wanted part in order. sum is the weight of all the
// words a page could have been found by, grams how many trigrams a page needs that has none of them.
func (g *Generation) collect(s *scratch, v content.Viewer, q search.Query, sum float32, grams uint8, res *search.Results) {
	seen := g.visible(s, v, sum, grams)
	best := ranked{}
	for _, r := range seen {
		if r.score > best.score {
			best = r
		}
	}
	enough, most := countShare*best.score, float32(0)
	if best.score > 0 {
		most = max(coverShare*s.cover[best.doc], math.SmallestNonzeroFloat32)
	}
	kinds, products := g.tally("kind", q.Kinds), g.tally("product", q.Products)
	hits := seen[:0]
	for _, r := range seen {
		if r.score < enough && s.cover[r.doc] < most {
			continue
		}
		i, n := g.where(r.doc)
		k, p := kinds.wanted(i, n), products.wanted(i, n)
		if p {
			kinds.count(i, n)
		}
		if k {
			products.count(i, n)
		}
		if k && p {
			hits = append(hits, r)
		}
	}
	res.Total = len(hits)
	res.Facets = []search.Facet{kinds.facet(), products.facet()}
	hits = g.top(hits, q.Offset+max(q.Limit, 1))
	if len(hits) > 0 && sum > 0 {
		res.Confidence = min(1, float64(s.cover[hits[0].doc]/sum))
	}
	for _, h := range hits[min(q.Offset, len(hits)):] {
		res.Hits = append(res.Hits, search.Hit{Path: h.path, Score: float64(h.score)})
		s.picked = append(s.picked, h.doc)
	}
}

// visible returns the pages that the viewer may see, in no order. A page that has only some of the query's words loses
// part of its score.
func (g *Generation) visible(s *scratch, v content.Viewer, sum float32, grams uint8) []ranked {
	audience := g.tally("audience", v.Audiences())
	out := make([]ranked, 0, len(s.hits))
	for _, doc := range s.hits {
		if s.last[doc] == 0 && s.grams[doc] < grams {
			continue
		}
		if i, n := g.where(doc); !audience.wanted(i, n) {
			continue
		}
		score := s.score[doc]
		if sum > 0 {
			score *= coverBase + (1-coverBase)*s.cover[doc]/sum
		}
		out = append(out, ranked{doc: doc, score: score})
	}
	return out
}

// top returns the n best of hits in order: by score, then by path, so that the order is the same however the index
// came about.
func (g *Generation) top(hits []ranked, n int) []ranked {
	if n < len(hits) {
		var low lowest
		for _, h := range hits {
			if len(low) < n {
				heap.Push(&low, h.score)
			} else if h.score > low[0] {
				low[0] = h.score
				heap.Fix(&low, 0)
			}
		}
		hits = slices.DeleteFunc(hits, func(h ranked) bool { return h.score < low[0] })
	}
	for i := range hits {
		p, page := g.where(hits[i].doc)
		id, _ := g.parts[p].seg.DocID(uint64(page))
		hits[i].path = string(id)
	}
	slices.SortFunc(hits, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.path, b.path))
	})
	return hits[:min(n, len(hits))]
}

// lowest is a heap with the lowest score at its root.
type lowest []float32

func (l lowest) Len() int           { return len(l) }
func (l lowest) Less(i, j int) bool { return l[i] < l[j] }
func (l lowest) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l *lowest) Push(x any)        { *l = append(*l, x.(float32)) } // nothing else is pushed
func (l *lowest) Pop() any          { panic("lowest only grows") }

// tally looks at one property of pages: which have one of the selected values, and how many have each.
type tally struct {
	name     string
	selected []string
	columns  []*column
	wants    [][]bool // by part and value
	counts   [][]int  // by part and value
}

func (g *Generation) tally(name string, selected []string) *tally {
	t := &tally{name: name, selected: selected}
	for i := range g.parts {
		c := g.parts[i].facets.column(name)
		wants := make([]bool, len(c.values))
		for i, v := range c.values {
			wants[i] = slices.Contains(selected, v)
		}
		t.columns = append(t.columns, c)
		t.wants = append(t.wants, wants)
		t.counts = append(t.counts, make([]int, len(c.values)))
	}
	return t
}

// wanted tells whether a page of a part has one of the selected values. Where none is selected, all are.
func (t *tally) wanted(part, page int) bool {
	if len(t.selected) == 0 {
		return true
	}
	for _, v := range t.columns[part].of[page] {
		if t.wants[part][v] {
			return true
		}
	}
	return false
}

func (t *tally) count(part, page int) {
	for _, v := range t.columns[part].of[page] {
		t.counts[part][v]++
	}
}

// facet returns the counts, the most frequent value first. Selected values are in it even where no page has them.
func (t *tally) facet() search.Facet {
	sum := map[string]int{}
	for i, counts := range t.counts {
		for v, n := range counts {
			if n > 0 {
				sum[t.columns[i].values[v]] += n
			}
		}
	}
	for _, v := range t.selected {
		sum[v] += 0
	}
	f := search.Facet{Name: t.name}
	for v, n := range sum {
		f.Values = append(f.Values, search.FacetCount{Value: v, Count: n, Selected: slices.Contains(t.selected, v)})
	}
	slices.SortFunc(f.Values, func(a, b search.FacetCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return f
}
