package markdown

import (
	"bytes"
	"fmt"
)

// Limits on what is handed to goldmark, which is not linear: the delimiter and bracket stacks cost the square of
// their length within one paragraph, containers the square of their depth. Each limit is some fifty times what
// the largest of 15,000 real pages holds and keeps the worst known input under about a second.
const (
	maxSize       = 4 << 20 // bytes in a file
	maxDelimiters = 6_000   // runs of * _ ~ in one paragraph
	maxBrackets   = 10_000  // [ in one paragraph
	maxBackticks  = 4_000   // runs of ` in one paragraph
	maxMarkers    = 32      // container markers (> - + * 1.) before the text of one line
	maxIndent     = 120     // columns before a list marker: sixty levels of lists
	maxFootnotes  = 4_000   // [^ in one file
	maxPipes      = 200_000 // | in one paragraph
)

// refusal says why a body is not parsed.
type refusal struct {
	line int // 1-based
	text string
	fix  string
}

// guard returns the first reason not to parse src, or nil.
func guard(src []byte) *refusal {
	if len(src) > maxSize {
		return &refusal{1, fmt.Sprintf("the file has %d bytes, at most %d are read", len(src), maxSize), "split the page"}
	}
	var delims, brackets, backticks, pipes, footnotes int
	var fence byte // the fence character of an open code block, 0 outside
	var fenceLen int
	line, first := 0, 1
	for rest := src; len(rest) > 0; {
		line++
		var l []byte
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			l, rest = rest[:i], rest[i+1:]
		} else {
			l, rest = rest, nil
		}
		indent, markers, body := containers(l)
		if len(body) == 0 {
			delims, brackets, backticks, pipes, first = 0, 0, 0, 0, line+1
			continue
		}
		if c, n := fenceOf(body); fence == 0 && c != 0 {
			fence, fenceLen = c, n
			delims, brackets, backticks, pipes, first = 0, 0, 0, 0, line+1
			continue
		} else if fence != 0 {
			if c == fence && n >= fenceLen && len(bytes.TrimRight(body[n:], " \t\r")) == 0 {
				fence = 0
			}
		}
		// Goldmark may see the end of a code block where this scan does not (its container ended, an HTML block
		// hid the fence), so code is counted too, against wider limits: logs are full of underscores.
		limit := 1
		if fence != 0 {
			limit = 3
		}
		if markers > maxMarkers {
			return &refusal{line, fmt.Sprintf("%d quotes or lists begin on this line, at most %d may", markers, maxMarkers), "nest less deeply"}
		}
		if markers > 0 && indent > maxIndent {
			return &refusal{line, fmt.Sprintf("a list stands %d columns in, at most %d may", indent, maxIndent), "nest less deeply"}
		}
		var prev byte
		for i, c := range body {
			switch c {
			case '*', '_', '~':
				if c != prev {
					delims++
				}
			case '`':
				if prev != '`' {
					backticks++
				}
			case '[':
				brackets++
				if i+1 < len(body) && body[i+1] == '^' {
					footnotes++
				}
			case '|':
				pipes++
			}
			prev = c
		}
		var what string
		switch {
		case delims > limit*maxDelimiters:
			what = fmt.Sprintf("this paragraph has over %d runs of *, _ or ~", maxDelimiters)
		case brackets > limit*maxBrackets:
			what = fmt.Sprintf("this paragraph has over %d opening brackets", maxBrackets)
		case backticks > limit*maxBackticks:
			what = fmt.Sprintf("this paragraph has over %d runs of backticks", maxBackticks)
		case pipes > limit*maxPipes:
			what = fmt.Sprintf("this table has over %d cells", maxPipes)
		case footnotes > limit*maxFootnotes:
			what = fmt.Sprintf("the page has over %d footnotes", maxFootnotes)
		default:
			continue
		}
		return &refusal{first, what, "put it into a fenced code block, or split it"}
	}
	return nil
}

// containers splits a line into the columns of leading white space, the number of container markers that begin
// on it, and what follows them.
func containers(l []byte) (indent, markers int, body []byte) {
	i, col, same := 0, 0, true
	var mark byte
	for i < len(l) {
		switch c := l[i]; {
		case c == ' ':
			i++
			col++
		case c == '\t':
			i++
			col += 4 - col%4
		case c == '>':
			i++
			col++
			markers++
			same = false
		case (c == '-' || c == '+' || c == '*') && (i+1 == len(l) || l[i+1] == ' ' || l[i+1] == '\t'):
			if mark != 0 && c != mark {
				same = false
			}
			mark = c
			if markers == 0 {
				indent = col
			}
			i++
			col++
			markers++
		case c >= '0' && c <= '9':
			j := i
			for j < len(l) && j-i < 10 && l[j] >= '0' && l[j] <= '9' {
				j++
			}
			if j == len(l) || l[j] != '.' && l[j] != ')' || j+1 < len(l) && l[j+1] != ' ' && l[j+1] != '\t' {
				return indentOf(indent, col, markers), markers, trimCR(l[i:])
			}
			if markers == 0 {
				indent = col
			}
			col += j + 1 - i
			i = j + 1
			markers++
			same = false
		default:
			return indentOf(indent, col, markers), markers, trimCR(l[i:])
		}
	}
	if same && markers > 2 { // "* * *" is a rule
		return 0, 0, nil
	}
	return indentOf(indent, col, markers), markers, nil
}

func indentOf(indent, col, markers int) int {
	if markers == 0 {
		return col
	}
	return indent
}

func trimCR(b []byte) []byte { return bytes.TrimRight(b, "\r") }

// fenceOf returns the character and length of a code fence that body begins with, or 0.
func fenceOf(body []byte) (byte, int) {
	if len(body) < 3 || body[0] != '`' && body[0] != '~' {
		return 0, 0
	}
	n := 0
	for n < len(body) && body[n] == body[0] {
		n++
	}
	if n < 3 || body[0] == '`' && bytes.IndexByte(body[n:], '`') >= 0 {
		return 0, 0
	}
	return body[0], n
}
