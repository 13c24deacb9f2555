package bleve

import (
	"slices"
	"strings"
	"unicode"

	"github.com/RoaringBitmap/roaring/v2"

	"rutter/search"
)

// A command or log line is known by its words standing together, options and all: the page that has the line itself
// is the one that is meant. The best pages by their words are read once more for that.

const (
	rereadPages  = 16  // pages that are read
	lineBoost    = 0.6 // of a page that has the whole line, on top of 1; in proportion to the square of the longest part it has
	lineShare    = 0.6 // the shortest part that counts
	longLine     = 12  // tokens; more of a line need not stand together
	phraseBoost  = 0.5 // of a page that has a quoted phrase, on top of 1
	exactPages   = 500 // pages that are read for a phrase that answers must have
	nameStands   = 0.5 // of a page whose name stands in a pasted text, on top of 1
	minNameWords = 3   // words of a name that is no identifier, to stand in a text by no chance
	minLine      = 3   // tokens; fewer are words that may stand anywhere
	readAtMost   = 1 << 18
)

// line is what a query wants to stand together.
type line struct {
	tokens  []string
	at      map[string][]int // token → places in the line
	phrases []string         // in their squashed form
	text    string           // of a paste, squashed and between spaces: names of pages may stand in it
	alerts  []string         // names that a payload says, by letters and digits alone
}

// lineOf returns what is to be looked for, nil for nothing: a query of plain words is none.
func lineOf(q search.Query) *line {
	l := &line{}
	shaped := false
	lineTokens(q.Text, func(t string) {
		shaped = shaped || !plain(t)
		l.tokens = append(l.tokens, t)
	})
	if !shaped || len(l.tokens) < minLine || len(l.tokens) > 4*search.MaxTerms {
		l.tokens = nil
	}
	for _, p := range q.Phrases {
		l.phrases = append(l.phrases, squash(p))
	}
	if q.Paste {
		l.text = " " + bareWords(q.Text) + " "
		for _, a := range q.Alerts {
			l.alerts = append(l.alerts, bareName(a))
		}
	}
	if l.tokens == nil && l.phrases == nil && l.text == "" {
		return nil
	}
	l.at = map[string][]int{}
	for i, t := range l.tokens {
		l.at[t] = append(l.at[t], i)
	}
	return l
}

// lineTokens calls f with the tokens of a text in lower case, without the punctuation around them that shells and
// sentences add.
func lineTokens(s string, f func(string)) {
	for i := 0; i < len(s); {
		for i < len(s) && s[i] <= ' ' {
			i++
		}
		from, capitals := i, false
		for i < len(s) && s[i] > ' ' {
			capitals = capitals || s[i] >= 'A' && s[i] <= 'Z' || s[i] >= 0x80
			i++
		}
		to := i
		for from < to && around[s[from]] {
			from++
		}
		for from < to && around[s[to-1]] {
			to--
		}
		switch t := s[from:to]; {
		case t == "":
		case capitals:
			f(strings.ToLower(t))
		default:
			f(t)
		}
	}
}

// around is the punctuation that may stand around a token.
var around = func() (t [256]bool) {
	for _, c := range []byte("`'\",;:()[]{}<>") {
		t[c] = true
	}
	return t
}()

// factor is what a page's score is multiplied by, and whether its name stands in the query.
func (l *line) factor(names, packed string) (out float32, named bool) {
	out = 1
	if l.text != "" && l.says(names) {
		out, named = out+nameStands, true
	}
	if share := l.longest(packed); share >= lineShare {
		out += lineBoost * share * share
	}
	for _, p := range l.phrases {
		if hasPhrase(names, packed, p) {
			out += phraseBoost
		}
	}
	return out, named
}

// says tells whether a pasted text has one of a page's names as it stands: an identifier, a text of three words or
// more, or whatever an alert in the text is called.
func (l *line) says(names string) bool {
	for n := range strings.SplitSeq(names, "\n") {
		if n == "" {
			continue
		}
		if slices.Contains(l.alerts, bareName(n)) {
			return true
		}
		if w := bareWords(n); (strings.Count(w, " ") >= minNameWords-1 || isIdentifier(n)) && strings.Contains(l.text, " "+w+" ") {
			return true
		}
	}
	return false
}

// bareWords is a text in lower case with one space in place of all that is no letter, digit or underscore.
func bareWords(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
}

// longest is the share of the line that stands together somewhere in the page.
func (l *line) longest(packed string) float32 {
	if len(l.tokens) == 0 {
		return 0
	}
	best := 0
	before, now := make([]int, len(l.tokens)+1), make([]int, len(l.tokens)+1)
	unpackSections(packed[:min(len(packed), readAtMost)], func(_, _, text string) {
		clear(before)
		any := false // before holds anything
		lineTokens(text, func(t string) {
			at := l.at[t]
			if at == nil && !any {
				return
			}
			clear(now)
			for _, i := range at {
				now[i+1] = before[i] + 1
				best = max(best, now[i+1])
			}
			before, now, any = now, before, at != nil
		})
	})
	return min(1, float32(best)/float32(min(len(l.tokens), longLine)))
}

// squash makes texts comparable: lower case, one space where there is any.
func squash(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// hasPhrase tells whether a squashed phrase stands in a page's names, headings or text.
func hasPhrase(names, packed, phrase string) bool {
	found := strings.Contains(squash(names), phrase)
	unpackSections(packed[:min(len(packed), readAtMost)], func(_, heading, text string) {
		found = found || strings.Contains(squash(heading), phrase) || strings.Contains(squash(text), phrase)
	})
	return found
}

// barrier says which pages may answer.
type barrier struct {
	without *roaring.Bitmap // pages that may not; nil for none
	only    *roaring.Bitmap // pages that may; nil for all
	phrase  string          // what they must have, squashed; "" for nothing
}

func (b barrier) passes(doc uint32) bool {
	return (b.without == nil || !b.without.Contains(doc)) && (b.only == nil || b.only.Contains(doc))
}

// barred finds the pages that an excluded word or a required phrase keeps out.
func (g *Generation) barred(a *analyzer, q search.Query) (b barrier, err error) {
	for _, w := range q.Without {
		has, err := g.having(a, strings.ToLower(w))
		if err != nil {
			return b, err
		}
		if b.without == nil {
			b.without = roaring.New()
		}
		b.without.Or(has)
	}
	if !q.Exact || len(q.Phrases) == 0 {
		return b, nil
	}
	var ws []string
	chunks(q.Phrases[0], func(c string) { words(c, func(w string) { ws = append(ws, w) }) })
	if len(ws) == 0 {
		return b, nil
	}
	b.phrase = squash(q.Phrases[0])
	for _, w := range ws {
		if stopWords[w] || germanStopWords[w] {
			continue
		}
		has, err := g.having(a, w)
		if err != nil {
			return b, err
		}
		if b.only == nil {
			b.only = has
		} else {
			b.only.And(has)
		}
	}
	return b, nil
}

// having returns the pages that have a word in any form.
func (g *Generation) having(a *analyzer, w string) (*roaring.Bitmap, error) {
	out := roaring.New()
	stems := []string{a.stem(w, langEnglish)}
	if g.german {
		stems = append(stems, a.stem(w, langGerman))
	}
	for _, field := range []string{fieldTitle, fieldHeadings, fieldBody, fieldWhole} {
		terms := slices.Compact(slices.Clone(stems))
		if field == fieldWhole {
			terms = []string{w}
		}
		for _, p := range g.parts {
			dict, err := p.seg.Dictionary(field)
			if err != nil {
				return nil, err
			}
			for _, t := range terms {
				pl, err := dict.PostingsList([]byte(t), p.deleted, nil)
				if err != nil {
					return nil, err
				}
				it := pl.Iterator(false, false, false, nil)
				for e, err := it.Next(); e != nil || err != nil; e, err = it.Next() {
					if err != nil {
						return nil, err
					}
					out.Add(uint32(p.base + int(e.Number())))
				}
			}
		}
	}
	return out, nil
}
