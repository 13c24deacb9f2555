package bleve

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"rutter/content"
	"rutter/search"
)

// BM25 as Bleve computes it (search.BM25_k1, search.BM25_b; Robertson and Zaragoza, "The Probabilistic Relevance
// Framework", 2009): idf · tf·k1 / (tf + k1·(1 − b + b·length/mean)), idf = ln(1 + (N − df + 0.5)/(df + 0.5)).
const (
	k1 = 1.2
	b  = 0.75
)

// boosts weigh the fields against each other, in the order of scored. Measured on the judged queries: see the
// portal's guide on search.
var boosts = [len(scored)]float32{2.2, 1.1, 1.0, 1.3, 0.25, 0.9}

const (
	// tooCommon leaves out, per field, terms that more than this share of pages have: they cost most and say
	// nothing. They stay where nothing else remains.
	tooCommon = 0.2
	// countShare is the share of the best page's score below which a page does not count as an answer.
	countShare = 0.15
	// deadlineEvery is how many postings are read between two looks at the deadline.
	deadlineEvery = 1 << 14
)

// term is one term to look up in one field.
type term struct {
	field int // index into scored
	text  string
	word  int // index of the query's word it came from, for coverage; -1 counts for none
}

// plan turns a query into terms. It returns the words (as stems, for marking) and the terms.
func (a *analyzer) plan(q *search.Query) (marks []string, count int, terms []term) {
	seen := map[term]bool{}
	add := func(t term) {
		key := t
		key.word = 0
		if !seen[key] {
			seen[key] = true
			terms = append(terms, t)
		}
	}
	word, cut := -1, false
	prev := ""
	chunks(q.Text, func(c string) {
		wholes(c, func(w string) {
			if stopWords[w] {
				return
			}
			if word+1 >= q.Terms {
				cut = true
				return
			}
			add(term{indexOf(fieldWhole), w, word + 1})
		})
		words(c, func(w string) {
			if stopWords[w] {
				return
			}
			if word+1 >= q.Terms {
				cut = true
				return
			}
			word++
			s := a.stem(w)
			marks = append(marks, s)
			for _, f := range []string{fieldTitle, fieldHeadings, fieldBody} {
				add(term{indexOf(f), s, word})
			}
			trigrams(w, func(g string) { add(term{indexOf(fieldTrigrams), g, -1}) })
			if prev != "" {
				add(term{indexOf(fieldBigrams), string(appendPair(nil, pair(prev, s))), -1})
			}
			prev = s
		})
	})
	if cut {
		q.Notices = append(q.Notices, "Only the first "+strconv.Itoa(q.Terms)+" words were searched.")
	}
	return marks, word + 1, terms
}

func indexOf(field string) int { return slices.Index(scored[:], field) }

// scratch is the working memory of one search; searches take turns with it.
type scratch struct {
	score  []float32 // by page number over all parts
	cover  []float32 // weight of the query's words found in the page
	last   []int32   // the word last counted into cover, plus one
	hits   []uint32  // pages with a score
	picked []uint32  // pages of the answer, in order
	iter   segment.PostingsIterator
}

var scratches = sync.Pool{New: func() any { return &scratch{} }}

func (s *scratch) grow(n int) {
	if cap(s.score) < n {
		s.score, s.cover, s.last = make([]float32, n), make([]float32, n), make([]int32, n)
	}
	s.score, s.cover, s.last = s.score[:n], s.cover[:n], s.last[:n]
}

// reset clears only what was touched.
func (s *scratch) reset() {
	for _, h := range s.hits {
		s.score[h], s.cover[h], s.last[h] = 0, 0, 0
	}
	s.hits, s.picked = s.hits[:0], s.picked[:0]
}

// analyzers are pooled: one remembers the stems it has seen.
var analyzers = sync.Pool{New: func() any { return newAnalyzer() }}

// Search implements search.Index.
func (g *Generation) Search(ctx context.Context, v content.Viewer, q search.Query) (res search.Results, err error) {
	defer func() {
		if r := recover(); r != nil { // damaged files under the engine's mapped memory
			err = fmt.Errorf("%w: %v", ErrUnusable, r)
		}
	}()
	a, _ := analyzers.Get().(*analyzer)
	defer analyzers.Put(a)
	marks, words, terms := a.plan(&q)
	res.Notices, res.Terms = q.Notices, max(words, min(len(terms), 1))
	if len(terms) == 0 {
		return res, nil
	}
	s, _ := scratches.Get().(*scratch)
	defer scratches.Put(s)
	defer s.reset()

	found, err := g.lookup(terms)
	if err != nil {
		return res, err
	}
	weights, err := g.score(ctx, s, found, words)
	if err != nil {
		return res, err
	}
	g.collect(s, v, q, weights, &res)
	for i, doc := range s.picked {
		if err := ctx.Err(); err != nil {
			return res, err
		}
		if err := g.pick(doc, marks, weights, &res.Hits[i]); err != nil {
			return res, err
		}
	}
	return res, nil
}

// located is a term with its postings in each part.
type located struct {
	term
	df    uint64
	lists []segment.PostingsList // by part; nil where it does not occur
}

// lookup finds the postings of all terms and leaves out those that are too common.
func (g *Generation) lookup(terms []term) ([]located, error) {
	dicts := make([]segment.TermDictionary, len(g.parts)*len(scored))
	var all []located
	for _, t := range terms {
		l := located{term: t, lists: make([]segment.PostingsList, len(g.parts))}
		for i, p := range g.parts {
			d := &dicts[i*len(scored)+t.field]
			if *d == nil {
				var err error
				if *d, err = p.seg.Dictionary(scored[t.field]); err != nil {
					return nil, err
				}
			}
			pl, err := (*d).PostingsList([]byte(t.text), p.deleted, nil)
			if err != nil {
				return nil, err
			}
			if n := pl.Count(); n > 0 {
				l.df += n
				l.lists[i] = pl
			}
		}
		if l.df > 0 {
			all = append(all, l)
		}
	}
	limit := uint64(tooCommon * float64(g.pages))
	rare := slices.DeleteFunc(slices.Clone(all), func(l located) bool { return l.df > max(limit, 10) })
	if len(rare) == 0 {
		return all, nil
	}
	return rare, nil
}

// score adds every term's BM25 to the pages that have it. It returns the weight of each of the query's words: the
// highest idf under which it was found, or that of a word no page has.
func (g *Generation) score(ctx context.Context, s *scratch, terms []located, words int) ([]float32, error) {
	base := make([]int, len(g.parts))
	n := 0
	for i, p := range g.parts {
		base[i] = n
		n += int(p.seg.Count())
	}
	s.grow(n)
	unknown := float32(idf(uint64(g.pages), 0))
	weights := make([]float32, words)
	for i := range weights {
		weights[i] = -1
	}
	for _, t := range terms {
		if t.word >= 0 && t.word < words {
			weights[t.word] = max(weights[t.word], float32(idf(uint64(g.pages), t.df)))
		}
	}
	for i, w := range weights {
		if w < 0 {
			weights[i] = unknown
		}
	}
	slices.SortStableFunc(terms, func(a, b located) int { return cmp.Compare(a.word, b.word) })
	read := 0
	for _, t := range terms {
		mean := float32(g.total[t.field]) / float32(max(g.pages, 1))
		weight := boosts[t.field] * float32(idf(uint64(g.pages), t.df))
		for i, pl := range t.lists {
			if pl == nil {
				continue
			}
			s.iter = pl.Iterator(true, true, false, s.iter)
			for {
				p, err := s.iter.Next()
				if err != nil {
					return nil, err
				}
				if p == nil {
					break
				}
				if read++; read%deadlineEvery == 0 && ctx.Err() != nil {
					return nil, ctx.Err()
				}
				doc := base[i] + int(p.Number())
				tf := float32(p.Frequency())
				norm := float32(p.Norm())
				add := weight * tf * k1 / (tf + k1*(1-b+b/(norm*norm)/mean))
				if s.score[doc] == 0 {
					s.hits = append(s.hits, uint32(doc))
				}
				s.score[doc] += add
				if t.word >= 0 && t.word < words && s.last[doc] != int32(t.word)+1 {
					s.last[doc] = int32(t.word) + 1
					s.cover[doc] += weights[t.word]
				}
			}
		}
	}
	return weights, nil
}

func idf(n, df uint64) float64 {
	return math.Log(1 + (float64(n)-float64(df)+0.5)/(float64(df)+0.5))
}

// where returns the part a page number belongs to and its number there.
func (g *Generation) where(doc uint32) (part, uint64) {
	n := uint64(doc)
	for _, p := range g.parts {
		if c := p.seg.Count(); n >= c {
			n -= c
			continue
		}
		return p, n
	}
	return part{}, 0
}

// ranked is a page in the order of the answer.
type ranked struct {
	doc   uint32
	score float32
	path  string
}

// collect keeps what the viewer may see, counts it, and puts the wanted part in order.
func (g *Generation) collect(s *scratch, v content.Viewer, q search.Query, weights []float32, res *search.Results) {
	var sum float32
	for _, w := range weights {
		sum += w
	}
	groups := v.Audiences()
	visible := make([]ranked, 0, len(s.hits))
	var best float32
	for _, doc := range s.hits {
		p, n := g.where(doc)
		if !p.facets.audience.any(n, groups) {
			continue
		}
		score := s.score[doc]
		if sum > 0 {
			score *= 0.4 + 0.6*s.cover[doc]/sum
		}
		best = max(best, score)
		visible = append(visible, ranked{doc: doc, score: score})
	}
	kinds, products := map[string]int{}, map[string]int{}
	hits := visible[:0]
	for _, r := range visible {
		if r.score < countShare*best {
			continue
		}
		p, n := g.where(r.doc)
		k := len(q.Kinds) == 0 || p.facets.kind.any(n, q.Kinds)
		pr := len(q.Products) == 0 || p.facets.product.any(n, q.Products)
		if pr {
			p.facets.kind.count(n, kinds)
		}
		if k {
			p.facets.product.count(n, products)
		}
		if k && pr {
			hits = append(hits, r)
		}
	}
	res.Total = len(hits)
	res.Facets = []search.Facet{facet("kind", kinds, q.Kinds), facet("product", products, q.Products)}
	for i := range hits {
		if hits[i].score >= countShare*best {
			p, n := g.where(hits[i].doc)
			id, _ := p.seg.DocID(n)
			hits[i].path = string(id)
		}
	}
	slices.SortFunc(hits, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.path, b.path))
	})
	if len(hits) > 0 && sum > 0 {
		res.Confidence = float64(s.cover[hits[0].doc] / sum)
	}
	from := min(q.Offset, len(hits))
	for _, h := range hits[from:min(from+max(q.Limit, 1), len(hits))] {
		res.Hits = append(res.Hits, search.Hit{Path: h.path, Score: float64(h.score)})
		s.picked = append(s.picked, h.doc)
	}
}

func (c *column) any(page uint64, wanted []string) bool {
	for _, v := range c.of[page] {
		if slices.Contains(wanted, c.values[v]) {
			return true
		}
	}
	return false
}

func (c *column) count(page uint64, into map[string]int) {
	for _, v := range c.of[page] {
		into[c.values[v]]++
	}
}

func facet(name string, counts map[string]int, selected []string) search.Facet {
	f := search.Facet{Name: name}
	for v, n := range counts {
		f.Values = append(f.Values, search.FacetCount{Value: v, Count: n, Selected: slices.Contains(selected, v)})
	}
	for _, v := range selected {
		if counts[v] == 0 {
			f.Values = append(f.Values, search.FacetCount{Value: v, Selected: true})
		}
	}
	slices.SortFunc(f.Values, func(a, b search.FacetCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return f
}
