package bleve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"rutter/content"
	"rutter/search"
)

// BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009): idf · tf·k1 / (tf + k1·(1 − b +
// b·length/mean)), idf = ln(1 + (N − df + 0.5)/(df + 0.5)). Bleve has the same but for the root of tf in place of tf.
// The constants are not its 1.2 and 0.75 but those of Trotman, Jia and Crane ("Towards an Efficient and Effective
// Search Engine", 2012), which suit many collections better, ours among them.
const (
	k1 = 0.9
	b  = 0.4
)

// boosts weigh the fields against each other, in the order of scored. Measured on the judged queries, where they
// are far from sharp: a third more or less of one changes the mean nDCG by less than 0.005.
var boosts = [len(scored)]float32{1.6, 1.1, 1.0, 1.3, 0.3, 1.2}

const (
	// shapedBoost is for whole tokens that are more than a word: nobody types --force or 0x80070005 by chance.
	shapedBoost = 3
	// nameBoost is for a title or name that the query says from end to end: it comes first.
	nameBoost = 1.5
	// headingBoost is for a heading that the query says from end to end.
	headingBoost = 1.5
	// strangeBoost is for the trigrams of words that no title has: they may be misspelt or cut off.
	strangeBoost = 3
)

const (
	// tooCommon leaves out, per field, terms that more than this share of pages have, and at least commonPages: they
	// cost most and say least. They stay where nothing else remains, and where pages are few.
	tooCommon   = 0.12
	commonPages = 500
	// coverBase is the share of its score that a page would keep if it had none of the query's words; it has the
	// rest in proportion to the weight of the words it has.
	coverBase = 0.4
	// A page counts as an answer that has this share of the best page's score, or of the words found in it.
	countShare = 0.15
	coverShare = 0.8
	// gramShare is the share of the query's trigrams that makes a page an answer that has none of its words.
	gramShare = 0.4
	// deadlineEvery is how many postings are read between two looks at the deadline.
	deadlineEvery = 1 << 14
)

// term is one term to look up in one field.
type term struct {
	field int // index into scored
	text  string
	word  int     // index of the query's word it came from
	boost float32 // on top of its field's
}

// covers tells whether a page that has the term counts as having its word.
func (t term) covers() bool { return t.word != none && t.field != trigramField }

const none = -1

// word is one word of a query.
type word struct {
	text  string // in lower case
	stem  string
	other string // its stem in another language of the index, "" where that is the same
	chunk string // of the query's text, in which the word stands
	at    int    // offset of the chunk
}

// maxGrams bounds the title trigrams looked up for one query.
const maxGrams = 255

// fewestGrams is how many of the query's trigrams a page must have that has none of its words: two words share some
// by chance.
func fewestGrams(terms []term) uint8 {
	n := 0
	for _, t := range terms {
		if t.field == trigramField {
			n++
		}
	}
	return uint8(math.Ceil(gramShare * float64(n)))
}

// planner collects the terms to look up for a query. Their number is bounded per field.
type planner struct {
	a      *analyzer
	q      *search.Query
	german bool // the index has pages in German
	words  []word
	terms  []term
	seen   map[term]bool
	of     [len(scored)]int // terms per field
	index  map[string]int   // of words, by stem
	stems  []string
	others []string
	cut    bool
}

// plan turns a query into its different words and the terms to look up for them.
func (a *analyzer) plan(q *search.Query, german bool) (ws []word, terms []term) {
	p := &planner{a: a, q: q, german: german && germanQuery(q.Text), seen: map[term]bool{}, index: map[string]int{}}
	prev, prevOther, at := "", "", 0
	chunks(q.Text, func(c string) {
		if p.cut {
			return
		}
		at += strings.Index(q.Text[at:], c)
		first := none // index of the chunk's first word
		words(c, func(w string) {
			n, s, o := p.word(w, c, at)
			if n == none {
				return
			}
			if first == none {
				first = n
			}
			if prev != "" {
				p.add(fieldBigrams, string(appendPair(nil, pair(prev, s))), none, q.Terms)
				if o != s || prevOther != prev {
					p.add(fieldBigrams, string(appendPair(nil, pair(prevOther, o))), none, q.Terms)
				}
			}
			prev, prevOther = s, o
		})
		p.stems, p.others = append(p.stems, tail(c)), append(p.others, tail(c))
		at += len(c)
		switch {
		case p.cut:
			return
		case first != none && plain(c): // may be the small letters of a token with capitals
			p.add(fieldWhole, strings.ToLower(c), first, q.Terms)
		}
		wholes(c, func(w string) { p.add(fieldWhole, w, first, q.Terms) })
	})
	p.names()
	if p.cut {
		q.Notices = append(q.Notices, "Only the first "+strconv.Itoa(q.Terms)+" words were searched.")
	}
	return p.words, p.terms
}

// word plans for one word and returns its index and stems. The index is none for a stop word, and for a word too many.
func (p *planner) word(w, chunk string, at int) (n int, s, other string) {
	if stopWords[w] && (!p.german || germanStopWords[w]) || p.german && germanStopWords[w] {
		return none, "", ""
	}
	s = p.a.stem(w, langEnglish)
	other = s
	if p.german {
		other = p.a.stem(w, langGerman)
	}
	n, again := p.index[s]
	if !again {
		if p.cut = p.cut || len(p.words) == p.q.Terms; p.cut {
			return none, "", ""
		}
		n, p.index[s] = len(p.words), len(p.words)
		x := word{text: w, stem: s, chunk: chunk, at: at}
		if other != s {
			x.other = other
		}
		p.words = append(p.words, x)
	}
	p.stems, p.others = append(p.stems, s), append(p.others, other)
	for _, f := range []string{fieldTitle, fieldHeadings, fieldBody} {
		p.add(f, s, n, p.q.Terms)
		if other != s {
			p.add(f, other, n, p.q.Terms)
		}
	}
	trigrams(w, func(g string) { p.add(fieldTrigrams, g, n, maxGrams) })
	return n, s, other
}

// add plans for one term, unless it is planned already or the field has its most.
func (p *planner) add(field, text string, word, most int) {
	f := indexOf(field)
	key := term{field: f, text: text}
	if p.seen[key] || p.of[f] >= most {
		return
	}
	p.seen[key] = true
	p.of[f]++
	t := term{field: f, text: text, word: word, boost: 1}
	if field == fieldWhole && !plain(text) {
		t.boost = shapedBoost
	}
	p.terms = append(p.terms, t)
}

// names plans for titles, names and headings that the query says from end to end.
func (p *planner) names() {
	if len(p.words) == 0 {
		return
	}
	for _, stems := range [][]string{p.stems, p.others} {
		for _, f := range []struct {
			field string
			boost float32
		}{{fieldTitle, nameBoost}, {fieldHeadings, headingBoost}} {
			n := len(p.terms)
			p.add(f.field, fullName(stems), none, 2*p.q.Terms+2)
			for i := range p.terms[n:] {
				p.terms[n+i].boost = f.boost
			}
		}
	}
}

// germanQuery tells whether a query may be in German: stems and stop words of both languages would blur an English one.
// A single word may always be.
func germanQuery(text string) bool {
	english, other, n := 0, 0, 0
	for w := range strings.FieldsSeq(strings.ToLower(text)) {
		n++
		if stopWords[w] && !germanStopWords[w] {
			english++
		}
		if germanStopWords[w] && !stopWords[w] || strings.ContainsAny(w, "äöüß") {
			other++
		}
	}
	return n < 4 || other > english
}

func indexOf(field string) int { return slices.Index(scored[:], field) }

var titleField, trigramField = indexOf(fieldTitle), indexOf(fieldTrigrams)

// scratch is the working memory of one search; searches take turns with it.
type scratch struct {
	score  []float32 // by page number over all parts
	cover  []float32 // weight of the query's words found in the page
	last   []int32   // the word last counted into cover, plus one; none for a pair of words alone, 0 for trigrams alone
	grams  []uint8   // trigrams of the query found in the page's names
	hits   []uint32  // pages with a score
	picked []uint32  // pages of the answer, in order
	seen   []ranked  // pages the viewer may see
	iter   segment.PostingsIterator
	packed map[uint32]string // stored sections of pages that were looked at
}

var scratches = sync.Pool{New: func() any { return &scratch{packed: map[uint32]string{}} }}

func (s *scratch) grow(n int) {
	if cap(s.score) < n {
		s.score, s.cover, s.last, s.grams = make([]float32, n), make([]float32, n), make([]int32, n), make([]uint8, n)
	}
	s.score, s.cover, s.last, s.grams = s.score[:n], s.cover[:n], s.last[:n], s.grams[:n]
}

// reset clears only what was touched.
func (s *scratch) reset() {
	for _, h := range s.hits {
		s.score[h], s.cover[h], s.last[h], s.grams[h] = 0, 0, 0, 0
	}
	s.hits, s.picked = s.hits[:0], s.picked[:0]
	clear(s.packed)
}

// analyzers are pooled: one remembers the stems it has seen.
var analyzers = sync.Pool{New: func() any { return newAnalyzer() }}

// Search implements search.Index.
func (g *Generation) Search(ctx context.Context, v content.Viewer, q search.Query) (res search.Results, err error) {
	defer g.blame(ctx, &err)
	defer guard(&err)()
	a, _ := analyzers.Get().(*analyzer)
	defer analyzers.Put(a)
	ws, terms := a.plan(&q, g.german)
	res.Notices, res.Terms = q.Notices, max(len(ws), min(len(terms), 1))
	if len(terms) == 0 && len(q.Filters) == 0 {
		return res, ctx.Err()
	}
	s, _ := scratches.Get().(*scratch)
	sound := false
	defer func() {
		if sound { // after an error nobody knows what is in it
			s.reset()
			scratches.Put(s)
		}
	}()

	hidden := g.hidden(v)
	found, err := g.lookup(terms, hidden)
	if err != nil {
		return res, err
	}
	near, slips, err := g.nearNames(hidden, &q, len(ws), untitled(found, len(ws)))
	if err != nil {
		return res, err
	}
	if len(near) > 0 {
		names, err := g.lookup(near, hidden)
		if err != nil {
			return res, err
		}
		found = append(found, names...)
	}
	boostStrange(found, len(ws))
	weights := g.weigh(found, len(ws))
	rare := g.withoutCommon(found)
	if err := g.score(ctx, s, rare, weights); err != nil {
		return res, err
	}
	if len(terms) == 0 {
		g.everything(s)
	}
	bar, err := g.barred(a, q)
	if err != nil {
		return res, err
	}
	if err := g.collect(ctx, s, v, hidden, q, bar, known(found, rare, weights), fewestGrams(terms), &res); err != nil {
		return res, err
	}
	m := newMarker(ws)
	for i, doc := range s.picked {
		if err := ctx.Err(); err != nil {
			return res, err
		}
		if err := g.pick(s, doc, m, weights, &res.Hits[i]); err != nil {
			return res, err
		}
	}
	if len(slips) > 0 && !strings.Contains(q.Text, " ") {
		res.Suggestion, err = g.asNamed(v, slips)
	}
	if err == nil && res.Suggestion == "" && !q.Paste {
		res.Suggestion, err = g.suggest(v, a, q, ws, found)
	}
	sound = err == nil
	return res, err
}

// blame says ErrUnusable of what damaged files caused, and only of that: an error over sound files is a mistake of
// this program, and building the index anew would not mend it.
func (g *Generation) blame(ctx context.Context, err *error) {
	switch {
	case *err == nil || ctx.Err() != nil:
	case errors.Is(g.Verify(), ErrUnusable):
		*err = fmt.Errorf("%w: %w", ErrUnusable, *err)
	case errors.Is(*err, ErrUnusable):
		*err = fmt.Errorf("bleve: search failed over sound files: %v", *err) // not %w: it is no longer ErrUnusable
	}
}

// located is a term with its postings in each part.
type located struct {
	term
	df    uint64
	lists []segment.PostingsList // by part; nil where it does not occur
}

// lookup finds the postings of the terms that occur on pages that are not hidden.
func (g *Generation) lookup(terms []term, hidden hiding) ([]located, error) {
	dicts := make([]segment.TermDictionary, len(g.parts)*len(scored))
	var all []located
	for _, t := range terms {
		l := located{term: t, lists: make([]segment.PostingsList, len(g.parts))}
		for i := range g.parts {
			d := &dicts[i*len(scored)+t.field]
			if *d == nil {
				var err error
				if *d, err = g.parts[i].seg.Dictionary(scored[t.field]); err != nil {
					return nil, err
				}
			}
			pl, err := (*d).PostingsList([]byte(t.text), hidden[i], nil)
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
	return all, nil
}

// withoutCommon leaves out the terms that are too common to say anything, unless they are all there is.
func (g *Generation) withoutCommon(all []located) []located {
	limit := max(uint64(tooCommon*float64(g.pages)), commonPages)
	rare := slices.DeleteFunc(slices.Clone(all), func(l located) bool { return l.df > limit })
	if len(rare) == 0 {
		return all
	}
	return rare
}

// boostStrange raises the trigrams of words that no title has.
func boostStrange(found []located, words int) {
	titled := make([]bool, words)
	for _, t := range found {
		if t.field == titleField && t.word != none {
			titled[t.word] = true
		}
	}
	for i, t := range found {
		if t.field == trigramField && !titled[t.word] {
			found[i].boost = strangeBoost
		}
	}
}

// untitled tells whether one of the query's words is in no title.
func untitled(found []located, words int) bool {
	titled := map[int]bool{}
	for _, t := range found {
		if t.field == titleField && t.word != none {
			titled[t.word] = true
		}
	}
	return len(titled) < words
}

// weigh returns the weight of each of the query's words: the lowest idf under which it was found, or that of a word
// no page has.
func (g *Generation) weigh(found []located, words int) []float32 {
	weights := make([]float32, words)
	for i := range weights {
		weights[i] = -1
	}
	for _, t := range found {
		if t.covers() {
			w := float32(idf(uint64(g.pages), t.df))
			if weights[t.word] < 0 || w < weights[t.word] {
				weights[t.word] = w
			}
		}
	}
	for i, w := range weights {
		if w < 0 {
			weights[i] = float32(idf(uint64(g.pages), 0))
		}
	}
	return weights
}

// known is the weight of all words that a page could be found by: those looked for, and those no page has.
func known(found, rare []located, weights []float32) (sum float32) {
	looked, left := make([]bool, len(weights)), make([]bool, len(weights))
	for _, t := range found {
		if t.covers() {
			left[t.word] = true
		}
	}
	for _, t := range rare {
		if t.covers() {
			looked[t.word] = true
		}
	}
	for i, w := range weights {
		if looked[i] || !left[i] {
			sum += w
		}
	}
	return sum
}

// score adds every term's BM25 to the pages that have it, and the weight of every word to its pages' coverage.
func (g *Generation) score(ctx context.Context, s *scratch, terms []located, weights []float32) error {
	n := 0
	for _, p := range g.parts {
		n += p.count
	}
	s.grow(n)
	slices.SortStableFunc(terms, func(a, b located) int { return cmp.Compare(a.word, b.word) })
	read := 0
	for _, t := range terms {
		mean := g.mean(t.field)
		weight := boosts[t.field] * t.boost * float32(idf(uint64(g.pages), t.df))
		for i, pl := range t.lists {
			if pl == nil {
				continue
			}
			base := g.parts[i].base
			s.iter = pl.Iterator(true, true, false, s.iter)
			for {
				p, err := s.iter.Next()
				if err != nil {
					return err
				}
				if p == nil {
					break
				}
				if read++; read%deadlineEvery == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				doc := base + int(p.Number())
				if s.score[doc] == 0 {
					s.hits = append(s.hits, uint32(doc))
				}
				s.score[doc] += bm25(weight, float32(p.Frequency()), lengthOf(p), mean)
				switch {
				case t.field == trigramField:
					s.grams[doc]++
				case t.covers() && s.last[doc] != int32(t.word)+1:
					s.last[doc] = int32(t.word) + 1
					s.cover[doc] += weights[t.word]
				case s.last[doc] == 0:
					s.last[doc] = none
				}
			}
		}
	}
	return ctx.Err()
}

// everything makes all pages hits, for a query that only filters.
func (g *Generation) everything(s *scratch) {
	for _, p := range g.parts {
		for n := range p.count {
			if p.deleted == nil || !p.deleted.Contains(uint32(n)) {
				doc := p.base + n
				s.hits = append(s.hits, uint32(doc))
				s.score[doc], s.last[doc] = 1, none
			}
		}
	}
}

// mean is the mean length of a field. It is never 0: all terms of a field may be such as do not count for its length.
func (g *Generation) mean(field int) float32 {
	return float32(max(g.total[field], 1)) / float32(max(g.pages, 1))
}

// bm25 is a term's score in a field of so many terms where it occurs tf times.
func bm25(weight, tf, length, mean float32) float32 {
	return weight * tf * k1 / (tf + k1*(1-b+b*length/mean))
}

// lengthOf is the length of the field that a posting is of. The engine keeps it as a whole number and tells it as
// 1/sqrt, which takes longer than all the rest of the formula.
func lengthOf(p segment.Posting) float32 {
	if l, ok := p.(interface{ NormUint64() uint64 }); ok {
		return float32(l.NormUint64())
	}
	n := p.Norm()
	return float32(1 / (n * n))
}

func idf(n, df uint64) float64 {
	return math.Log(1 + (float64(n)-float64(df)+0.5)/(float64(df)+0.5))
}

// where returns the part a page number belongs to and its number there.
func (g *Generation) where(doc uint32) (part, page int) {
	for part+1 < len(g.parts) && int(doc) >= g.parts[part+1].base {
		part++
	}
	return part, int(doc) - g.parts[part].base
}
