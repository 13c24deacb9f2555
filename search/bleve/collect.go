package bleve

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"rutter/content"
	"rutter/search"
)

// ranked is a page in the order of the answer.
type ranked struct {
	doc   uint32
	score float32
	group int32 // of the versions of one page; none for a page there is one of
	rank  int32 // of its version among all; the newest has the highest
	from  int32 // place of its group among the answers
	fails int8  // filters it does not pass
	fail  int8  // the one, where it is one
	path  string
}

// collect keeps what the viewer may see, counts it, and puts the wanted part in order. sum is the weight of all the
// words a page could have been found by, grams how many trigrams a page needs that has none of them.
func (g *Generation) collect(ctx context.Context, s *scratch, v content.Viewer, hidden hiding, q search.Query, bar barrier, sum float32, grams uint8, res *search.Results) error {
	seen := g.answers(s, g.visible(s, v, bar, sum, grams))
	if bar.phrase != "" {
		var err error
		if len(seen) > exactPages {
			res.Notices = append(res.Notices, fmt.Sprintf("Very many pages have these words; the best %d were read for the phrase.", exactPages))
		}
		if seen, err = g.withPhrase(ctx, s, seen, bar.phrase); err != nil {
			return err
		}
	}
	filters := g.filters(q)
	kept := seen[:0]
	for _, r := range seen {
		i, n := g.where(r.doc)
		for f := range filters {
			if !filters[f].wanted(i, n) {
				r.fails++
				r.fail = int8(f)
			}
		}
		if r.fails > 1 {
			continue
		}
		r.group = none
		if es := g.parts[i].facets[seriesColumn].of[n]; len(es) > 0 {
			r.group, r.rank = int32(g.vocab[seriesColumn].of[i][es[0]]), g.versionRank(i, n)
		}
		kept = append(kept, r)
	}
	if len(g.ranks) > 0 {
		slices.SortFunc(kept, func(a, b ranked) int {
			if a.group != b.group {
				return cmp.Compare(a.group, b.group)
			}
			return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.doc, b.doc))
		})
	}
	hits := g.grouped(kept, filters, res)
	res.Total = len(hits)
	wanted := q.Offset + max(q.Limit, 1)
	l := lineOf(q)
	if l != nil && q.Offset < rereadPages {
		wanted = max(wanted, rereadPages)
	}
	hits = g.top(hits, wanted)
	named, err := g.reread(ctx, s, l, hits[:min(len(hits), rereadPages)])
	if err != nil {
		return err
	}
	if len(hits) > 0 {
		if res.Confidence, err = g.confidence(s, hidden, q, hits[0].doc, sum, slices.Contains(named, hits[0].doc)); err != nil {
			return err
		}
	}
	for _, h := range hits[min(q.Offset, len(hits)):min(q.Offset+max(q.Limit, 1), len(hits))] {
		hit := search.Hit{Path: h.path, Score: float64(h.score)}
		if h.group != none {
			hit.Versions = g.versions(kept[h.from:])
		}
		res.Hits = append(res.Hits, hit)
		s.picked = append(s.picked, h.doc)
	}
	return nil
}

// confidence is the share of the weight of a query's words and identifiers that a page has. Where the page's own name
// stands in the query it is half at least: however much else a log says, that name is what it is about.
func (g *Generation) confidence(s *scratch, hidden hiding, q search.Query, doc uint32, sum float32, named bool) (float64, error) {
	if sum == 0 {
		return 1, nil // no words were asked for, so none is missing
	}
	has, all, err := g.identified(hidden, q.Text, doc)
	if err != nil {
		return 0, err
	}
	share := min(1, float64((s.cover[doc]+has)/(sum+all)))
	if named {
		share = search.Confident + (1-search.Confident)*share
	}
	return share, nil
}

// identified returns the weight of a text's identifiers, and of those that a page has: the parts of one say less than
// the whole. TypeError is more than a type and an error.
func (g *Generation) identified(hidden hiding, text string, doc uint32) (has, all float32, err error) {
	part, page := g.where(doc)
	for _, id := range identifiers(text) {
		id = strings.ToLower(id)
		df, err := g.count(hidden, fieldWhole, id)
		if err != nil {
			return 0, 0, err
		}
		w := float32(idf(uint64(g.pages), df))
		all += w
		if df == 0 {
			continue
		}
		dict, err := g.parts[part].seg.Dictionary(fieldWhole)
		if err != nil {
			return 0, 0, err
		}
		pl, err := dict.PostingsList([]byte(id), nil, nil)
		if err != nil {
			return 0, 0, err
		}
		it := pl.Iterator(false, false, false, nil)
		if p, err := it.Advance(uint64(page)); err != nil {
			return 0, 0, err
		} else if p != nil && p.Number() == uint64(page) {
			has += w
		}
	}
	return has, all, nil
}

// visible returns the pages that the viewer may see and that are not barred, in no order. A page that has only some of
// the query's words loses part of its score.
func (g *Generation) visible(s *scratch, v content.Viewer, bar barrier, sum float32, grams uint8) []ranked {
	audience := g.viewed(v)
	out := s.seen[:0]
	for _, doc := range s.hits {
		if s.last[doc] == 0 && s.grams[doc] < grams || !bar.passes(doc) {
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
	s.seen = out // for the next search
	return out
}

// answers leaves out pages that were found by little only.
func (g *Generation) answers(s *scratch, seen []ranked) []ranked {
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
	return slices.DeleteFunc(seen, func(r ranked) bool { return r.score < enough && s.cover[r.doc] < most })
}

// withPhrase keeps the pages that have a phrase as it stands. Of very many only the best are read.
func (g *Generation) withPhrase(ctx context.Context, s *scratch, seen []ranked, phrase string) ([]ranked, error) {
	slices.SortFunc(seen, func(a, b ranked) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc)) })
	out := seen[:0]
	for i, r := range seen {
		if i >= exactPages {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		packed, err := g.sections(s, r.doc)
		if err != nil {
			return nil, err
		}
		names, err := g.stored(r.doc, fieldNames)
		if err != nil {
			return nil, err
		}
		if hasPhrase(names, packed, phrase) {
			out = append(out, r)
		}
	}
	return out, nil
}

// grouped counts the facets and makes one of the versions of a page: the newest of those that answer about as well as
// the best. ps come sorted by group and version, the newest first.
func (g *Generation) grouped(ps []ranked, filters []*filter, res *search.Results) (hits []ranked) {
	counts := make([]*counter, len(filters))
	for f := range counts {
		counts[f] = newCounter(len(g.vocab[f].values))
	}
	for from := 0; from < len(ps); {
		to := from + 1
		for to < len(ps) && ps[from].group != none && ps[to].group == ps[from].group {
			to++
		}
		for f := range counts {
			counts[f].next()
			for _, p := range ps[from:to] {
				if p.fails == 0 || p.fail == int8(f) {
					i, n := g.where(p.doc)
					for _, v := range g.parts[i].facets[f].of[n] {
						counts[f].add(g.vocab[f].of[i][v])
					}
				}
			}
		}
		if best, ok := newest(ps[from:to]); ok {
			best.from = int32(from)
			hits = append(hits, best)
		}
		from = to
	}
	for f, name := range search.FacetNames {
		res.Facets = append(res.Facets, counts[f].facet(name, g.vocab[f].values, filters[f].selected))
	}
	return hits
}

// sameScore is the share of the best version's score from which a newer one is shown in its place.
const sameScore = 0.8

// newest returns the page that stands for a group, with the score of the best.
func newest(ps []ranked) (out ranked, ok bool) {
	var best float32
	for _, p := range ps {
		if p.fails == 0 {
			best = max(best, p.score)
		}
	}
	for _, p := range ps {
		if p.fails == 0 && p.score >= sameScore*best {
			p.score = best
			return p, true
		}
	}
	return out, false
}

// versions returns the pages of a group that answer, the newest first; ps begins with the group. A group of one has
// none.
func (g *Generation) versions(ps []ranked) (out []search.Version) {
	for _, p := range ps {
		if p.group != ps[0].group {
			break
		}
		if p.fails == 0 {
			out = append(out, search.Version{Name: g.value(p.doc, editionColumn), Path: g.path(p.doc)})
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// compareVersions orders names of versions: numbers by value, so that v2.10 comes after v2.9.
func compareVersions(a, b string) int {
	for a != "" && b != "" {
		x, y := leadingNumber(a), leadingNumber(b)
		if x != "" && y != "" {
			m, _ := strconv.Atoi(x)
			n, _ := strconv.Atoi(y)
			if c := cmp.Compare(m, n); c != 0 {
				return c
			}
			a, b = a[len(x):], b[len(y):]
			continue
		}
		if c := cmp.Compare(a[0], b[0]); c != 0 {
			return c
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func leadingNumber(s string) string { return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))] }

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
		hits[i].path = g.path(hits[i].doc)
	}
	slices.SortFunc(hits, byRank)
	return hits[:min(n, len(hits))]
}

func byRank(a, b ranked) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.path, b.path))
}

// reread puts the best pages into their final order by what stands together in them, and returns those whose name
// stands in the query.
func (g *Generation) reread(ctx context.Context, s *scratch, l *line, hits []ranked) (named []uint32, err error) {
	if l == nil {
		return nil, nil
	}
	for i, h := range hits {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		packed, err := g.sections(s, h.doc)
		if err != nil {
			return nil, err
		}
		names := ""
		if l.text != "" || len(l.phrases) > 0 {
			if names, err = g.stored(h.doc, fieldNames); err != nil {
				return nil, err
			}
		}
		factor, says := l.factor(names, packed)
		if hits[i].score *= factor; says {
			named = append(named, h.doc)
		}
	}
	slices.SortFunc(hits, byRank)
	return named, nil
}

// lowest is a heap with the lowest score at its root.
type lowest []float32

func (l lowest) Len() int           { return len(l) }
func (l lowest) Less(i, j int) bool { return l[i] < l[j] }
func (l lowest) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l *lowest) Push(x any)        { *l = append(*l, x.(float32)) } // nothing else is pushed
func (l *lowest) Pop() any          { panic("lowest only grows") }

// filter tells which pages have one of the selected values in a column.
type filter struct {
	g        *Generation
	column   int
	selected []string
	wants    [][]bool // by part and value
}

func (g *Generation) filter(column int, selected []string) *filter {
	f := &filter{g: g, column: column, selected: selected}
	if len(selected) == 0 {
		return f
	}
	for i := range g.parts {
		values := g.parts[i].facets[column].values
		wants := make([]bool, len(values))
		for i, v := range values {
			wants[i] = slices.Contains(selected, v)
		}
		f.wants = append(f.wants, wants)
	}
	return f
}

// filters returns the query's, by facet.
func (g *Generation) filters(q search.Query) []*filter {
	out := make([]*filter, len(search.FacetNames))
	for i, name := range search.FacetNames {
		out[i] = g.filter(i, q.Filters[name])
	}
	return out
}

// hiding is, by part, the pages that a viewer does not meet: those that were deleted, and those for others. What is
// looked up without them is as if they were not in the index: no count, weight or name tells of them.
type hiding []*roaring.Bitmap

func (g *Generation) hidden(v content.Viewer) hiding {
	out := make(hiding, len(g.parts))
	everyone := len(g.vocab[audienceColumn].values) == 1 && g.vocab[audienceColumn].values[0] == content.Everyone
	sees := g.viewed(v)
	for i, p := range g.parts {
		out[i] = p.deleted
		if everyone {
			continue
		}
		b := roaring.New()
		for n := range p.count {
			if !sees.wanted(i, n) {
				b.Add(uint32(n))
			}
		}
		if p.deleted != nil {
			b.Or(p.deleted)
		}
		out[i] = b
	}
	return out
}

// viewed is the filter of what a viewer may see.
func (g *Generation) viewed(v content.Viewer) *filter { return g.filter(audienceColumn, v.Audiences()) }

// wanted tells whether a page of a part has one of the selected values. Where none is selected, all are.
func (f *filter) wanted(part, page int) bool {
	if len(f.selected) == 0 {
		return true
	}
	for _, v := range f.g.parts[part].facets[f.column].of[page] {
		if f.wants[part][v] {
			return true
		}
	}
	return false
}

// Values implements search.Index.
func (g *Generation) Values(v content.Viewer, facet string) []string {
	c := slices.Index(search.FacetNames[:], facet)
	if c < 0 {
		return nil
	}
	sees := g.viewed(v)
	has := make([]bool, len(g.vocab[c].values))
	for i, p := range g.parts {
		for n, vs := range p.facets[c].of {
			if len(vs) > 0 && (p.deleted == nil || !p.deleted.Contains(uint32(n))) && sees.wanted(i, n) {
				for _, x := range vs {
					has[g.vocab[c].of[i][x]] = true
				}
			}
		}
	}
	var out []string
	for i, ok := range has {
		if ok {
			out = append(out, g.vocab[c].values[i])
		}
	}
	slices.Sort(out)
	return out
}

// counter counts answers by value, each group of versions once.
type counter struct {
	n    []int
	last []int // the group that was counted last, by value
	now  int
}

func newCounter(values int) *counter {
	return &counter{n: make([]int, values), last: make([]int, values)}
}

func (c *counter) next() { c.now++ }

func (c *counter) add(value uint32) {
	if c.last[value] != c.now {
		c.last[value] = c.now
		c.n[value]++
	}
}

// maxFacetValues bounds what is shown of a facet.
const maxFacetValues = 100

// facet returns the counts, the most frequent value first. Selected values are in it even where no page has them.
func (c *counter) facet(name string, values, selected []string) search.Facet {
	f := search.Facet{Name: name}
	left := slices.Clone(selected)
	for i, n := range c.n {
		at := slices.Index(left, values[i])
		if at >= 0 {
			left = slices.Delete(left, at, at+1)
		}
		if n > 0 || at >= 0 {
			f.Values = append(f.Values, search.FacetCount{Value: values[i], Count: n, Selected: at >= 0})
		}
	}
	for _, v := range left {
		f.Values = append(f.Values, search.FacetCount{Value: v, Selected: true})
	}
	slices.SortFunc(f.Values, func(a, b search.FacetCount) int {
		if name == "version" {
			return compareVersions(b.Value, a.Value)
		}
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	if len(f.Values) > maxFacetValues {
		more := 0
		f.Values = slices.DeleteFunc(f.Values, func(v search.FacetCount) bool { more++; return more > maxFacetValues && !v.Selected })
	}
	return f
}
