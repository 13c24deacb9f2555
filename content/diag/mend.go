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
	for _, p := range ps {
		if !p.Edit.Mends() {
			continue
		}
		from := offsetOf(raw, p.Line, p.Column)
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

// offsetOf is the byte offset of a 1-based line and column in code points, -1 where the file has no such place. A byte
// order mark is no part of the first line; a lone CR ends a line, as it does where pages are read.
func offsetOf(raw []byte, line, column int) int {
	at := 0
	if bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) {
		at = 3
	}
	for range line - 1 {
		i := bytes.IndexAny(raw[at:], "\r\n")
		if i < 0 {
			return -1
		}
		if at += i + 1; raw[at-1] == '\r' && at < len(raw) && raw[at] == '\n' {
			at++
		}
	}
	for range column - 1 {
		if at >= len(raw) || raw[at] == '\n' || raw[at] == '\r' {
			return -1
		}
		_, n := utf8.DecodeRune(raw[at:])
		at += n
	}
	if line < 1 || column < 1 {
		return -1
	}
	return at
}
