package diag

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"
)

// Mend applies the edits of a file's problems to its bytes and returns how many it applied. An edit that overlaps one
// before it is left out: the next look at the file finds it again, if it is still one.
func Mend(raw []byte, ps []Problem) (out []byte, applied int) {
	type cut struct {
		from, to int
		put      string
	}
	var cuts []cut
	begins := LineStarts(raw)
	for _, p := range ps {
		if !p.Edit.Mends() {
			continue
		}
		from := offsetOf(raw, begins, p.Line, p.Column)
		if from >= 0 && bytes.HasPrefix(raw[from:], []byte(p.Edit.Was)) {
			cuts = append(cuts, cut{from, from + len(p.Edit.Was), p.Edit.Put})
		}
	}
	slices.SortStableFunc(cuts, func(a, b cut) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	done := 0
	for _, c := range cuts {
		if c.from < done || applied > 0 && c.from == done && c.from == c.to {
			continue
		}
		out = append(append(out, raw[done:c.from]...), c.put...)
		done = c.to
		applied++
	}
	return append(out, raw[done:]...), applied
}

// LineStarts are the offsets at which the lines of a file begin; there is one at least. A byte order mark is no part of the first; a lone CR ends a
// line, as it does where pages are read.
func LineStarts(raw []byte) []int {
	at := 0
	if bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) {
		at = 3
	}
	begins := []int{at}
	for i, c := range raw {
		if c == '\n' || c == '\r' && (i+1 == len(raw) || raw[i+1] != '\n') {
			begins = append(begins, i+1)
		}
	}
	return begins
}

// offsetOf is the byte offset of a 1-based line and column in code points, -1 where the file has no such place.
func offsetOf(raw []byte, begins []int, line, column int) int {
	if line < 1 || column < 1 || line > len(begins) {
		return -1
	}
	at := begins[line-1]
	for range column - 1 {
		if at >= len(raw) || raw[at] == '\n' || raw[at] == '\r' {
			return -1
		}
		_, n := utf8.DecodeRune(raw[at:])
		at += n
	}
	return at
}
