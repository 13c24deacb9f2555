package markdown

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
)

// Form is how a destination is written, which says what may stand in it.
type Form byte

// The forms of a destination.
const (
	Bare   Form = 'b' // [text](destination), [label]: destination
	Angled Form = '<' // [text](<destination>)
	Double Form = '"' // href="destination"
	Single Form = '\''
	Open   Form = '=' // href=destination
)

// Span is where a destination stands in the author's file: the bytes From to To of a line, without the marks around
// them. The zero Span is known to nobody.
type Span struct {
	Line     int // 1-based
	From, To int // bytes from the beginning of the line
	Form     Form
}

// stretch is a Span before its line is known: offsets in the source.
type stretch struct {
	from, to int
	form     Form
}

// nowhere is the stretch of a destination that is not found as it was written.
var nowhere = stretch{-1, -1, 0}

// stretchOf finds a destination that the parser cut out of the source. One that it put together from pieces is nowhere.
func (p *parse) stretchOf(dest []byte) stretch {
	if len(dest) == 0 {
		return nowhere
	}
	at := cap(p.src) - cap(dest)
	if at < 1 || at+len(dest) > len(p.src) || &p.src[at] != &dest[0] {
		return nowhere
	}
	if p.src[at-1] == '<' {
		return stretch{at, at + len(dest), Angled}
	}
	return stretch{at, at + len(dest), Bare}
}

// within finds the value of an attribute of a tag that begins at an offset of raw HTML. Offsets must grow from call to call.
func (p *parse) within(where *origin, offset int, a attribute) stretch {
	if a.form == 0 || a.from == a.to {
		return nowhere
	}
	from, last := where.of(offset+a.from), where.of(offset+a.to-1)
	if from < 0 || last-from != a.to-1-a.from { // it goes on behind the mark of a quote
		return nowhere
	}
	return stretch{from, last + 1, a.form}
}

// span puts a stretch into the lines of the author's file.
func (p *parse) span(s stretch) Span {
	if s.from < 0 || s.from > s.to || bytes.IndexByte(p.src[s.from:s.to], '\n') >= 0 {
		return Span{}
	}
	line, start := p.pos.of(s.from)
	return Span{Line: line, From: s.from - start, To: s.to - start, Form: s.form}
}

// Unescape resolves the backslashes and character references of a destination as it is written in Markdown.
func Unescape(dest string) string { return string(unescape([]byte(dest))) }

// attribute is where the value of an attribute stands in a tag.
type attribute struct {
	key      string
	from, to int
	form     Form
}

// attributesOf finds the values in a raw tag, by the rules of the tokenizer: it returns as many attributes as that does,
// or nil where it would be guessing.
func attributesOf(raw []byte, t html.Token) []attribute {
	var out []attribute
	i := 1 + len(t.Data)
	for i < len(raw) {
		for i < len(raw) && (strings.IndexByte(space, raw[i]) >= 0 || raw[i] == '/') {
			i++
		}
		if i >= len(raw) || raw[i] == '>' {
			break
		}
		start := i
		for i++; i < len(raw) && strings.IndexByte(space+"/=>", raw[i]) < 0; {
			i++
		}
		a := attribute{key: string(bytes.ToLower(raw[start:i])), from: i, to: i, form: Open}
		j := i
		for j < len(raw) && strings.IndexByte(space, raw[j]) >= 0 {
			j++
		}
		if j < len(raw) && raw[j] == '=' {
			for j++; j < len(raw) && strings.IndexByte(space, raw[j]) >= 0; {
				j++
			}
			i = a.value(raw, j)
		}
		out = append(out, a)
	}
	if len(out) != len(t.Attr) {
		return nil
	}
	for i, a := range out {
		if a.key != t.Attr[i].Key || html.UnescapeString(string(raw[a.from:a.to])) != t.Attr[i].Val {
			return nil
		}
	}
	return out
}

// value reads the value that begins at an offset, and returns the offset behind it.
func (a *attribute) value(raw []byte, at int) int {
	if at >= len(raw) {
		a.from, a.to = at, at
		return at
	}
	if q := raw[at]; q == '"' || q == '\'' {
		a.form, a.from = Form(q), at+1
		end := bytes.IndexByte(raw[at+1:], q)
		if end < 0 {
			a.to = len(raw)
			return a.to
		}
		a.to = at + 1 + end
		return a.to + 1
	}
	a.from, a.to = at, at
	for a.to < len(raw) && strings.IndexByte(space+">", raw[a.to]) < 0 {
		a.to++
	}
	return a.to
}
