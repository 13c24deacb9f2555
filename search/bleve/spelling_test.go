package bleve

import (
	"math/rand/v2"
	"testing"
)

// TestSpelling compares the automaton with the distance it stands for, worked out in full.
func TestSpelling(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	letters := []rune("abcü磁")
	some := func() []rune {
		w := make([]rune, r.IntN(9))
		for i := range w {
			w[i] = letters[r.IntN(len(letters))]
		}
		return w
	}
	near := 0
	for range 200_000 {
		word, term, edits := some(), some(), 1+r.IntN(maxEdits)
		s := newSpelling(string(word), edits)
		state := s.Start()
		for _, b := range []byte(string(term)) {
			state = s.Accept(state, b)
		}
		want := alignment(word, term) <= edits
		if want {
			near++
		}
		if got := s.IsMatch(state); got != want {
			t.Fatalf("%q and %q within %d: %v", string(word), string(term), edits, got)
		}
	}
	if near < 5000 {
		t.Errorf("only %d pairs were near", near)
	}
	s := newSpelling("disk", 1)
	if s.IsMatch(0) || s.CanMatch(0) || s.Accept(0, 'a') != 0 {
		t.Error("the dead state lives")
	}
	if state := s.Accept(s.Accept(s.Start(), 0xff), 'd'); s.IsMatch(state) {
		t.Error("bytes that are no letters match")
	}
}

// alignment is the optimal string alignment distance.
func alignment(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range b {
		d[0][j+1] = j + 1
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
