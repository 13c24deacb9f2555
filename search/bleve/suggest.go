package bleve

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"rutter/content"
	"rutter/search"
)

const (
	maxUnknown   = 3  // words of a query that are spelt anew; with more, it is no misspelling
	minMisspelt  = 4  // letters; shorter words are near to everything
	minTwoEdits  = 6  // letters from which two edits are allowed
	maxNear      = 64 // terms that are compared by how many pages have them
	maxPagesSeen = 64 // pages counted of one term; more make no difference
	maxNearScan  = 64 << 10
)

// suggest returns the query's text with the words that no page has replaced by the nearest ones that pages have, or
// "" where every word is known or nothing is near. Only pages the viewer may see count.
func (g *Generation) suggest(v content.Viewer, a *analyzer, q search.Query, ws []word, found []located) (string, error) {
	sp := &speller{g: g, a: a, audience: g.viewed(v)}
	unknown, err := sp.unknown(ws, found)
	if err != nil || len(unknown) == 0 || len(unknown) > maxUnknown {
		return "", err
	}
	var out strings.Builder
	done := 0
	for _, w := range unknown {
		if w.at < done {
			continue // the whole chunk was replaced
		}
		from, better, err := sp.respell(w)
		if err != nil {
			return "", err
		}
		if strings.EqualFold(better, from) {
			continue
		}
		i := w.at + strings.Index(strings.ToLower(w.chunk), from)
		if i < done || i+len(from) > len(q.Text) || !strings.EqualFold(q.Text[i:min(i+len(from), len(q.Text))], from) {
			continue // letters whose small form has another length
		}
		out.WriteString(q.Text[done:i])
		out.WriteString(better)
		done = i + len(from)
	}
	if done == 0 {
		return "", nil
	}
	return out.String() + q.Text[done:], nil
}

// speller looks for words near to others in the eyes of one viewer.
type speller struct {
	g        *Generation
	a        *analyzer
	audience *filter
}

// unknown returns the words that no visible page has.
func (sp *speller) unknown(ws []word, found []located) (out []word, err error) {
	has := make([]bool, len(ws))
	for _, t := range found {
		if t.covers() && !has[t.word] {
			pages, _, err := sp.pages(t.lists, 1)
			if err != nil {
				return nil, err
			}
			has[t.word] = pages > 0
		}
	}
	for i, w := range ws {
		if !has[i] {
			out = append(out, w)
		}
	}
	return out, nil
}

// pages counts the visible pages in lists, up to most, and returns the first.
func (sp *speller) pages(lists []segment.PostingsList, most int) (n int, first uint32, err error) {
	for i, l := range lists {
		if l == nil {
			continue
		}
		it := l.Iterator(false, false, false, nil)
		for n < most {
			p, err := it.Next()
			if err != nil {
				return 0, 0, err
			}
			if p == nil {
				break
			}
			if page := int(p.Number()); sp.audience.wanted(i, page) {
				if n++; n == 1 {
					first = uint32(sp.g.parts[i].base + page)
				}
			}
		}
	}
	return n, first, nil
}

// respell returns what to write instead of a word, and instead of which part of its chunk, in lower case: of the
// whole chunk where that is near to a whole token (KubePodCrahsLooping), else of the word alone.
func (sp *speller) respell(w word) (from, better string, err error) {
	if hasDigit(w.chunk) {
		return "", "", nil // a near error code, version or host is another one
	}
	if !plain(w.chunk) && len(w.chunk) <= maxTerm {
		from = strings.ToLower(w.chunk)
		c, err := sp.nearest(from, fieldWhole)
		if err != nil {
			return "", "", err
		}
		if c.term != "" {
			better, err = sp.asWritten(c)
			return from, better, err
		}
	}
	c, err := sp.nearest(w.text, fieldWhole, fieldBody, fieldTitle, fieldHeadings)
	if err != nil || c.term == "" {
		return "", "", err
	}
	better, err = sp.asWritten(c)
	if err == nil && plain(better) {
		better = strings.ToLower(better)
		if i := strings.Index(strings.ToLower(w.chunk), w.text); i >= 0 && i < len(w.chunk) && isUpper(w.chunk[i:]) {
			r, n := utf8.DecodeRuneInString(better)
			better = string(unicode.ToUpper(r)) + better[n:]
		}
	}
	return w.text, better, err
}

func hasDigit(s string) bool { return strings.IndexFunc(s, unicode.IsDigit) >= 0 }

func isUpper(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r)
}

// near is a term close to a word.
type near struct {
	term  string
	field string
	edits int
	pages int    // visible ones that have it, up to maxPagesSeen
	page  uint32 // the first of them
}

// nearest returns the term with the fewest edits to a word, of those the one that most pages have; the zero near
// where nothing is near enough.
func (sp *speller) nearest(word string, fields ...string) (near, error) {
	n := utf8.RuneCountInString(word)
	if n < minMisspelt || strings.IndexFunc(word, isCJK) >= 0 {
		return near{}, nil
	}
	best, err := sp.within(word, 1, fields)
	if err == nil && best.term == "" && n >= minTwoEdits {
		best, err = sp.within(word, 2, fields)
	}
	return best, err
}

// within returns the best term within so many edits. With two, both must begin with the same letter: that is where
// hardly any mistakes are made, and it makes the search ten times as fast.
func (sp *speller) within(word string, edits int, fields []string) (best near, err error) {
	spelt := newSpelling(word, edits)
	var from, to []byte
	if edits > 1 {
		_, n := utf8.DecodeRuneInString(word)
		from, to = []byte(word[:n]), []byte(word[:n])
		to[n-1]++
	}
	seen := 0
	for _, f := range fields {
		for i := range sp.g.parts {
			dict, err := sp.g.parts[i].seg.Dictionary(f)
			if err != nil {
				return near{}, err
			}
			spelt.reset()
			it := dict.AutomatonIterator(spelt, from, to)
			for e, err := it.Next(); e != nil || err != nil; e, err = it.Next() {
				if err != nil {
					return near{}, err
				}
				if seen++; seen > maxNear {
					return best, nil
				}
				c, err := sp.weigh(near{term: e.Term, field: f, edits: edits})
				if err != nil {
					return near{}, err
				}
				if c.pages > 0 && c.betterThan(best) {
					best = c
				}
			}
		}
	}
	return best, nil
}

// weigh fills in how many visible pages have the term.
func (sp *speller) weigh(c near) (near, error) {
	lists := make([]segment.PostingsList, len(sp.g.parts))
	for i := range sp.g.parts {
		dict, err := sp.g.parts[i].seg.Dictionary(c.field)
		if err != nil {
			return c, err
		}
		if lists[i], err = dict.PostingsList([]byte(c.term), sp.g.parts[i].deleted, nil); err != nil {
			return c, err
		}
	}
	var err error
	c.pages, c.page, err = sp.pages(lists, maxPagesSeen)
	return c, err
}

func (c near) betterThan(o near) bool {
	return o.term == "" || cmp.Or(cmp.Compare(c.pages, o.pages), strings.Compare(o.term, c.term)) > 0
}

// asWritten returns how the first page that has a term writes it: a whole token with its capitals, a word for a stem.
// It returns the term itself where it does not find it near the page's beginning.
func (sp *speller) asWritten(c near) (string, error) {
	var forms []string
	whole := c.field == fieldWhole
	look := func(text string) {
		chunks(text[:min(len(text), maxNearScan)], func(chunk string) {
			if whole && strings.EqualFold(chunk, c.term) {
				forms = append(forms, chunk)
			}
			if !whole {
				words(chunk, func(w string) {
					if sp.a.stem(w, langEnglish) == c.term || sp.g.german && sp.a.stem(w, langGerman) == c.term {
						forms = append(forms, w)
					}
				})
			}
		})
	}
	names, err := sp.g.stored(c.page, fieldNames)
	if err != nil {
		return "", err
	}
	look(names)
	if packed, err := sp.g.stored(c.page, fieldSections); err != nil {
		return "", err
	} else if len(forms) == 0 || !whole {
		unpackSections(packed[:min(len(packed), maxNearScan)], func(_, heading, text string) {
			look(heading)
			look(text)
		})
	}
	switch {
	case len(forms) == 0 || slices.Contains(forms, c.term):
		return c.term, nil
	case whole:
		return forms[0], nil
	}
	return slices.MinFunc(forms, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }), nil
}
