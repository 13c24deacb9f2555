// Package diag is a Problem: what is wrong at file:line:column, and what its author should do.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Severity tells how much a Problem matters. Errors make `rutter check` exit with 1.
type Severity int

// The severities, in the order an author should look at them.
const (
	Error Severity = iota
	Warning
	Note
)

// String is the severity's English word in lower case.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "note"
	}
}

// Problem is one thing an author can mend.
type Problem struct {
	File     string // slash-separated, relative to the content folder; "" when it concerns the whole folder
	Line     int    // 1-based line in the author's file; 0 when no line is to blame
	Column   int    // 1-based column in code points; 0 when the whole line is meant
	Severity Severity
	Rule     string // stable id in kebab-case, for instance "link-dead"
	Text     string // what is wrong, without a full stop
	Fix      string // what to do, without a full stop; may be empty
	Edit     Edit   // what does it by itself; the zero Edit where somebody has to think
}

// Edit is a correction that needs no thought. It begins at the Problem's Line and Column.
type Edit struct {
	Was string // what is taken out; where something else stands there, nothing is done
	Put string // what takes its place
}

// Mends tells whether the edit changes anything.
func (e Edit) Mends() bool { return e != Edit{} }

// String is the one-line form `file:line:column: rule: what is wrong (what to do)`.
// A Problem with no place in its file leaves the numbers out.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		b.WriteByte(':')
		if p.Line > 0 {
			fmt.Fprintf(&b, "%d:", p.Line)
			if p.Column > 0 {
				fmt.Fprintf(&b, "%d:", p.Column)
			}
		}
		b.WriteByte(' ')
	}
	b.WriteString(p.Rule)
	b.WriteString(": ")
	b.WriteString(p.Text)
	if p.Fix != "" {
		b.WriteString(" (")
		b.WriteString(p.Fix)
		b.WriteByte(')')
	}
	line := Printable(b.String())
	if strings.HasPrefix(line, "::") { // a file that is named like a command of a workflow is none
		line = "./" + line
	}
	return line
}

// Printable keeps a hostile file name or link from breaking the line or steering the terminal.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x20 || r == 0x7f, r >= 0x80 && r < 0xa0:
			return utf8.RuneError
		case r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return utf8.RuneError
		}
		return r
	}, s)
}

// Sort puts problems in reading order: file, line, column, rule, text; what is left decides among equals, so that
// the order is always the same.
func Sort(ps []Problem) {
	slices.SortFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			strings.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Rule, b.Rule),
			strings.Compare(a.Text, b.Text),
			strings.Compare(a.Fix, b.Fix),
			cmp.Compare(a.Severity, b.Severity),
		)
	})
}

// Count returns how many problems there are of each severity.
func Count(ps []Problem) (errors, warnings, notes int) {
	for _, p := range ps {
		switch p.Severity {
		case Error:
			errors++
		case Warning:
			warnings++
		default:
			notes++
		}
	}
	return errors, warnings, notes
}
