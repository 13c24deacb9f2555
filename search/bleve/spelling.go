package bleve

import "unicode/utf8"

// maxEdits is the most edits a spelling allows.
const maxEdits = 2

// spelling is an automaton over the bytes of a term that accepts all terms within so many edits of a word: a letter
// too many, too few, another one, or two neighbours that changed places (optimal string alignment). It has a state for
// every prefix it is asked of, made when it is asked: building the whole automaton takes a millisecond, walking what
// there is of it in a dictionary a tenth of that.
type spelling struct {
	word   []rune
	edits  int
	states []spelled // the first is the dead one, the second the beginning
}

// spelled is the distance of a prefix to the beginnings of the word that are within reach: cell c is that of the
// first len(prefix)-edits+c letters.
type spelled struct {
	depth     int32 // letters of the prefix
	last      rune
	row, prev band // of the prefix, and of the prefix without its last letter
	half      [utf8.UTFMax]byte
	halves    uint8 // bytes of a letter that is not complete
}

type band [2*maxEdits + 1]uint8

func newSpelling(word string, edits int) *spelling {
	s := &spelling{word: []rune(word), edits: edits}
	begin := spelled{}
	for c := range begin.row {
		begin.row[c] = s.capped(c - edits)
		begin.prev[c] = uint8(edits + 1)
	}
	s.states = append(s.states, spelled{}, begin)
	return s
}

// capped is a number of edits in a cell, where more than are allowed are all the same.
func (s *spelling) capped(n int) uint8 {
	if n < 0 || n > s.edits {
		n = s.edits + 1
	}
	return uint8(n)
}

// reset forgets the states of an earlier walk.
func (s *spelling) reset() { s.states = s.states[:2] }

// Start implements vellum.Automaton.
func (s *spelling) Start() int { return 1 }

// IsMatch implements vellum.Automaton.
func (s *spelling) IsMatch(state int) bool {
	x := &s.states[state]
	c := len(s.word) - int(x.depth) + s.edits
	return state != 0 && x.halves == 0 && c >= 0 && c <= 2*s.edits && int(x.row[c]) <= s.edits
}

// CanMatch implements vellum.Automaton.
func (s *spelling) CanMatch(state int) bool { return state != 0 }

// WillAlwaysMatch implements vellum.Automaton.
func (s *spelling) WillAlwaysMatch(int) bool { return false }

// Accept implements vellum.Automaton.
func (s *spelling) Accept(state int, b byte) int {
	if state == 0 {
		return 0
	}
	x := s.states[state]
	r := rune(b)
	if b >= utf8.RuneSelf || x.halves > 0 {
		x.half[x.halves] = b
		x.halves++
		if !utf8.FullRune(x.half[:x.halves]) {
			return s.add(x)
		}
		r, _ = utf8.DecodeRune(x.half[:x.halves])
		x.halves = 0
	}
	return s.letter(x, r)
}

// letter is the state after one more letter.
func (s *spelling) letter(x spelled, r rune) int {
	next := spelled{depth: x.depth + 1, last: r, prev: x.row}
	alive := false
	for c := range next.row {
		next.row[c] = uint8(s.edits + 1)
		j := int(next.depth) - s.edits + c // letters of the word
		if c > 2*s.edits || j < 0 || j > len(s.word) {
			continue
		}
		best := s.edits + 1
		if c+1 <= 2*s.edits {
			best = int(x.row[c+1]) + 1 // one too many in the term
		}
		if j > 0 {
			other := int(x.row[c])
			if s.word[j-1] != r {
				other++
			}
			best = min(best, other)
			if c > 0 {
				best = min(best, int(next.row[c-1])+1) // one too few
			}
			if j > 1 && x.depth > 0 && s.word[j-1] == x.last && s.word[j-2] == r {
				best = min(best, int(x.prev[c])+1)
			}
		}
		next.row[c] = s.capped(best)
		alive = alive || best <= s.edits
	}
	if !alive {
		return 0
	}
	return s.add(next)
}

func (s *spelling) add(x spelled) int {
	s.states = append(s.states, x)
	return len(s.states) - 1
}
