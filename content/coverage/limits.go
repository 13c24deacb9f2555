package coverage

import (
	"bytes"
	"fmt"

	"rutter/content"
)

// What rules hardly use and the parser takes ever longer over, the more there is of it: tags, anchors, aliases, keys
// of several lines, brackets that close nothing, what looks like the end of a document, values left empty.
const (
	maxMarks     = 500
	maxEmpty     = 1000 // values that are to follow and do not
	maxDocuments = 500
	maxLines     = 60_000 // of a document, with something on them
)

// part is one YAML document of a file.
type part struct {
	text []byte
	line int // of the file on which it begins, 1-based
}

// parts cuts a file at its document markers, which nothing else can look like: they stand at the beginning of a line.
func parts(text []byte) (out []part) {
	start, offset, line, from := 0, 0, 0, 1
	add := func(end int) {
		if !empty(text[start:end]) {
			out = append(out, part{text[start:end], from})
		}
	}
	for l := range bytes.Lines(text) {
		line++
		if mark := bytes.HasPrefix(l, []byte("---")) || bytes.HasPrefix(l, []byte("...")); mark && (len(l) == 3 || bytes.IndexByte([]byte(" \t\n"), l[3]) >= 0) {
			add(offset)
			start, from = offset+3, line
		}
		offset += len(l)
	}
	add(len(text))
	return out
}

// empty tells whether a document holds only comments and directives.
func empty(text []byte) bool {
	for l := range bytes.Lines(text) {
		if l = bytes.TrimSpace(l); len(l) > 0 && l[0] != '#' && l[0] != '%' {
			return false
		}
	}
	return true
}

// tooMuch returns the line on which a document holds more than is read, and what; "" where it does not.
func tooMuch(text []byte) (line int, what string) {
	if line, what = content.TooMuchYAML("the file", text, maxBytes, maxKeys); what != "" {
		return line, what
	}
	marks, empties, lines := 0, 0, 0
	open, indent := false, 0 // of the last line with something on it
	for l := range bytes.Lines(text) {
		line++
		switch marks += marksOf(l); {
		case marks > maxMarks:
			return line, fmt.Sprintf("the file has more than %d tags, anchors, aliases and other rare marks", maxMarks)
		case bytes.Count(l, []byte{'\''})+bytes.Count(l, []byte{'"'}) > maxMarks:
			return line, fmt.Sprintf("a line has more than %d quotation marks", maxMarks)
		case len(l) > maxLine:
			return line, fmt.Sprintf("a line has %d bytes, at most %d are read", len(l), maxLine)
		}
		t := bytes.TrimSpace(l)
		if len(t) == 0 || t[0] == '#' {
			continue
		}
		if lines++; lines > maxLines {
			return line, fmt.Sprintf("the file has more than %d lines", maxLines)
		}
		in := len(l) - len(bytes.TrimLeft(l, " \t"))
		if open && in <= indent && !bytes.HasPrefix(t, []byte("- ")) {
			empties++
		}
		if empties > maxEmpty {
			return line, fmt.Sprintf("the file has more than %d empty values", maxEmpty)
		}
		open, indent = opens(t), in
	}
	return 0, ""
}

// opens tells whether the value of a line is to follow.
func opens(t []byte) bool {
	if i := bytes.Index(t, []byte(" #")); i >= 0 {
		t = t[:i]
	}
	t = bytes.TrimRight(t, "+-0123456789 \t") // of |- and the like, and a dash alone
	return len(t) == 0 || bytes.IndexByte([]byte(":|>"), t[len(t)-1]) >= 0
}

// marksOf counts what may be a mark in a line. In a text it may be none, which costs nothing but the limit.
func marksOf(l []byte) (n int) {
	if len(l) > 1 && (bytes.IndexByte([]byte("%`@]}"), l[0]) >= 0 || bytes.HasPrefix(l, []byte("...")) || bytes.HasPrefix(l, []byte("---"))) {
		n++
	}
	before := byte(' ')
	first := true
	for i, c := range l {
		next := byte('\n')
		if i+1 < len(l) {
			next = l[i+1]
		}
		begins := bytes.IndexByte([]byte(" \t-?:,[{"), before) >= 0
		switch {
		case c == '!' && begins && next != '=' && next != '~', (c == '&' || c == '*') && begins && next != ' ' && next != '\n':
			n++
		case c == '?' && first && (next == ' ' || next == '\n' || next == '\t'):
			n++
		}
		if first && i > 0 && bytes.IndexByte([]byte("%`@"), c) >= 0 {
			n++
		}
		first = first && bytes.IndexByte([]byte(" \t-?"), c) >= 0
		before = c
	}
	return n
}
