package markdown

import (
	"bytes"
	"fmt"
)

// Limits on what is handed to goldmark, which is not linear: the delimiter and bracket stacks cost the square of
// their length within one paragraph, and a record is kept of every open container on every line. Each limit is some fifty times what the largest of 15,000 real pages holds
// and keeps the worst known input of half a megabyte to about half a second.
const (
	maxSize       = 4 << 20   // bytes in a file
	maxContainers = 250       // quotes and lists inside each other
	maxOpen       = 1_000_000 // containers open on a line, summed over all lines
	maxDelimiters = 20_000    // runs of * _ ~ in one paragraph
	maxBrackets   = 5_000     // [ in one paragraph
	maxFootnotes  = 4_000     // [^ in one file
	maxPipes      = 200_000   // | in one paragraph
	maxTags       = 100_000   // < in one file

	// What all paragraphs may cost together, in steps of about a nanosecond.
	maxWork = 400_000_000
)

// refusal says why a body is not parsed.
type refusal struct {
	line int // 1-based
	text string
	fix  string
}

// guard returns the first reason not to parse src, or nil. It reads src once, line by line, and follows blocks
// only as far as it can be sure of them; where it is in doubt it counts what may be code as text.
func guard(src []byte) *refusal {
	if len(src) > maxSize {
		return &refusal{1, fmt.Sprintf("the file has %d bytes, at most %d are read", len(src), maxSize), "split the page"}
	}
	g := guardian{blank: true}
	for rest := src; len(rest) > 0; {
		var l []byte
		l, rest, _ = bytes.Cut(rest, []byte("\n"))
		g.line++
		if r := g.read(l); r != nil {
			return r
		}
	}
	return g.endParagraph()
}

// guardian is what guard knows at one line.
type guardian struct {
	line  int
	depth int // containers that may be open, at most
	open  int // their sum over all lines
	blank bool
	code  fence
	doubt bool // goldmark may see other fences: none is trusted any more

	paragraph
	footnotes, tags int
	work            int
}

// paragraph counts what stands between two lines that surely end a paragraph.
type paragraph struct {
	first                       int // its first line
	delimiters, brackets, pipes int
	tag                         bool // a line begins with <: fences in it may be part of HTML
}

// fence is an open block of code. The zero fence is none.
type fence struct {
	char   byte
	length int
	indent int
	sure   bool // at the edge, where goldmark cannot see it in any other way
}

func (g *guardian) read(l []byte) *refusal {
	indent, last, markers, body := containers(l)
	if g.code.char != 0 {
		done, counts := g.inCode(indent, markers, body)
		if done {
			g.blank = true
			return g.endParagraph()
		}
		if !counts {
			return g.openMore()
		}
	}
	if r := g.nesting(last, markers, len(body) == 0); r != nil {
		return r
	}
	if len(body) == 0 || startsBlock(indent, markers, l) {
		if r := g.endParagraph(); r != nil {
			return r
		}
	}
	if len(body) == 0 {
		return nil
	}
	if c, n := fenceOf(body); c != 0 && g.code.char == 0 {
		g.code = fence{char: c, length: n, indent: indent}
		g.doubt = g.doubt || g.tag || markers > 0
		g.code.sure = !g.doubt && indent < 2
		return g.endParagraph()
	}
	if g.code.char == 0 && body[0] == '<' {
		g.tag = true
		// HTML that may go on over blank lines hides fences until its end.
		g.doubt = g.doubt || hidesFences(body)
	}
	g.count(body)
	return g.tooMuch()
}

// inCode reads a line of a block of code. done tells that the block ends with it, counts that the line may be
// text all the same.
func (g *guardian) inCode(indent, markers int, body []byte) (done, counts bool) {
	c, n := fenceOf(body)
	closes := c == g.code.char && n >= g.code.length && len(bytes.Trim(body[n:], " \t")) == 0
	switch {
	case g.code.sure:
		done = closes && markers == 0 && indent < 4
		if done {
			g.depth = 0
		}
	case closes:
		done = true
		g.doubt = g.doubt || markers > 0 || indent != g.code.indent
	case len(body) > 0 || markers > 0:
		g.doubt = g.doubt || indent < g.code.indent // the list it stands in may have ended
	}
	counts = g.doubt && !done
	if done {
		g.code = fence{}
	}
	return done, counts
}

// nesting follows how many containers may be open: those a line begins, those its white space can belong to, and,
// within a paragraph, those it continues lazily.
func (g *guardian) nesting(last, markers int, blank bool) *refusal {
	own := min(last/2, g.depth) + markers
	if blank || !g.blank {
		g.depth = max(g.depth, own)
	} else {
		g.depth = own
	}
	g.blank = blank
	if g.depth > maxContainers {
		return &refusal{g.line, fmt.Sprintf("over %d quotes and lists stand inside each other", maxContainers), "nest less deeply"}
	}
	return g.openMore()
}

// openMore adds up the containers open on this line.
func (g *guardian) openMore() *refusal {
	if g.open += g.depth; g.open > maxOpen {
		return &refusal{g.line, "too many lines stand in nested quotes and lists", "nest less deeply, or split the page"}
	}
	return nil
}

// count adds up what costs time in a line of text.
func (g *guardian) count(body []byte) {
	if g.first == 0 {
		g.first = g.line
	}
	var prev byte
	tildes, braces := 0, 0 // of the run that ends here; of the line
	for i, c := range body {
		switch c {
		case '*', '_', '~':
			if c != prev {
				g.delimiters++
				tildes = 0
			}
			if c == '~' {
				g.work += 2 * tildes // a run is read again from each of them
				tildes++
			}
		case '[':
			g.brackets++
			if i+1 < len(body) && body[i+1] == '^' {
				g.footnotes++
			}
		case '|':
			g.pipes++
		case '<':
			g.tags++
		case '{':
			braces++
		}
		prev = c
	}
	g.work += braces * len(body) // a heading may end in attributes, which are looked for at each
}

// tooMuch says what is over its limit. Where the line may be code the limits are wider: logs are full of
// underscores.
func (g *guardian) tooMuch() *refusal {
	limit := 1
	if g.code.char != 0 {
		limit = 3
	}
	var what string
	switch {
	case g.delimiters > limit*maxDelimiters:
		what = fmt.Sprintf("this paragraph has over %d runs of *, _ or ~", maxDelimiters)
	case g.brackets > limit*maxBrackets:
		what = fmt.Sprintf("this paragraph has over %d opening brackets", maxBrackets)
	case g.pipes > limit*maxPipes:
		what = fmt.Sprintf("this table has over %d cells", maxPipes)
	case g.footnotes > limit*maxFootnotes:
		what = fmt.Sprintf("the page has over %d footnotes", maxFootnotes)
	case g.tags > limit*maxTags:
		what = fmt.Sprintf("the page has over %d tags", maxTags)
	default:
		return nil
	}
	return &refusal{g.first, what, "put it into a fenced code block, or split it"}
}

// endParagraph adds up what the paragraph costs.
func (g *guardian) endParagraph() *refusal {
	p := g.paragraph
	g.paragraph = paragraph{}
	g.work += 16*p.brackets*p.brackets + p.delimiters*p.delimiters/2
	if g.work > maxWork {
		return &refusal{p.first, "this paragraph, with those before it, has too many brackets, braces, or runs of *, _ or ~", "put it into a fenced code block, or split it"}
	}
	return nil
}

// startsBlock tells whether a line surely ends the paragraph before it: a heading, or an item of a bullet list,
// less than four columns in.
func startsBlock(indent, markers int, l []byte) bool {
	if indent > 3 {
		return false
	}
	l = bytes.TrimLeft(l, " ")
	switch {
	case markers == 1:
		return len(l) > 2 && (l[0] == '-' || l[0] == '+' || l[0] == '*')
	case markers == 0:
		n := 0
		for n < len(l) && l[n] == '#' {
			n++
		}
		return n >= 1 && n <= 6 && n < len(l) && l[n] == ' '
	}
	return false
}

// hidesFences tells whether HTML begins that does not end with the next blank line.
func hidesFences(body []byte) bool {
	if len(body) > 1 && (body[1] == '!' || body[1] == '?') {
		return !bytes.HasPrefix(body, []byte("<!--")) || !bytes.Contains(body[4:], []byte("-->"))
	}
	for _, name := range [...]string{"script", "pre", "style", "textarea"} {
		if len(body) > len(name) && bytes.EqualFold(body[1:1+len(name)], []byte(name)) {
			return true
		}
	}
	return false
}

// containers splits a line into the columns of white space before the first and before the last container marker
// (or before the text where there is none), the number of markers that begin on it, and what follows them.
func containers(l []byte) (indent, last, markers int, body []byte) {
	i, col := 0, 0
	mark := func(width int) {
		if markers == 0 {
			indent = col
		}
		last = col
		i += width
		col += width
		markers++
	}
	rule := isRule(l)
	for i < len(l) {
		switch c := l[i]; {
		case c == ' ':
			i++
			col++
		case c == '\t':
			i++
			col += 4 - col%4
		case c == '>':
			mark(1)
		case (c == '-' || c == '+' || c == '*') && !rule && (i+1 == len(l) || l[i+1] == ' ' || l[i+1] == '\t'):
			mark(1)
		case c == ':' && (i+1 == len(l) || l[i+1] == ' ' || l[i+1] == '\t'): // a definition
			mark(1)
		case c == '[' && i+1 < len(l) && l[i+1] == '^': // a footnote
			end := bytes.Index(l[i:], []byte("]:"))
			if end < 0 || bytes.IndexByte(l[i+1:i+end], '[') >= 0 {
				return orText(indent, col, markers), max(last, col), markers, l[i:]
			}
			mark(end + 2)
		case c >= '0' && c <= '9':
			j := i
			for j < len(l) && j-i < 10 && l[j] >= '0' && l[j] <= '9' {
				j++
			}
			if j == len(l) || l[j] != '.' && l[j] != ')' || j+1 < len(l) && l[j+1] != ' ' && l[j+1] != '\t' {
				return orText(indent, col, markers), max(last, col), markers, l[i:]
			}
			mark(j + 1 - i)
		default:
			return orText(indent, col, markers), max(last, col), markers, l[i:]
		}
	}
	return orText(indent, col, markers), max(last, col), markers, nil
}

func orText(indent, col, markers int) int {
	if markers == 0 {
		return col
	}
	return indent
}

// isRule tells whether a line is a thematic break such as * * *, wherever it stands.
func isRule(l []byte) bool {
	l = bytes.TrimLeft(l, " \t>")
	if len(l) < 3 || l[0] != '-' && l[0] != '*' {
		return false
	}
	n := 0
	for _, c := range l {
		switch c {
		case l[0]:
			n++
		case ' ', '\t':
		default:
			return false
		}
	}
	return n >= 3
}

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
