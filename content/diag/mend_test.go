package diag_test

import (
	"testing"

	"rutter/content/diag"
)

func TestMend(t *testing.T) {
	at := func(line, column int, was, put string) diag.Problem {
		return diag.Problem{Line: line, Column: column, Edit: diag.Edit{Was: was, Put: put}}
	}
	for _, c := range []struct {
		name, raw string
		ps        []diag.Problem
		want      string
		applied   int
	}{
		{"two in a line, in any order", "a bb c\n", []diag.Problem{at(1, 6, "c", "C"), at(1, 1, "a", "AA")}, "AA bb C\n", 2},
		{"columns are code points", "\ufeff標題 é: x\r\n標: y", []diag.Problem{at(1, 4, "é", "e"), at(2, 1, "標", "題")}, "\ufeff標題 e: x\r\n題: y", 2},
		{"lines that CR, LF and both end", "a\rb\r\rc\r\nd\ne", []diag.Problem{at(2, 1, "b", "B"), at(4, 1, "c", "C"), at(6, 1, "e", "E")}, "a\rB\r\rC\r\nd\nE", 3},
		{"something else stands there", "abc\n", []diag.Problem{at(1, 2, "x", "y"), at(1, 3, "cd", "y")}, "abc\n", 0},
		{"there is no such place", "abc\r\nd\n", []diag.Problem{at(1, 5, "", "y"), at(9, 1, "", "y"), at(0, 1, "", "y"), at(1, 0, "", "y")}, "abc\r\nd\n", 0},
		{"overlapping", "abcd\n", []diag.Problem{at(1, 1, "abc", "x"), at(1, 2, "bcd", "y")}, "xd\n", 1},
		{"bytes that are no UTF-8", "\xff\xfe x\n", []diag.Problem{at(1, 4, "x", "y")}, "\xff\xfe y\n", 1},
		{"put in, once in one place", "ab", []diag.Problem{at(1, 3, "", "c"), at(1, 3, "", "c")}, "abc", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, n := diag.Mend([]byte(c.raw), c.ps)
			if string(got) != c.want || n != c.applied {
				t.Errorf("got %q, %d applied; want %q, %d", got, n, c.want, c.applied)
			}
		})
	}
}
