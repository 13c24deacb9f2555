package content

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"
	"github.com/pelletier/go-toml/v2/unstable"

	"rutter/content/diag"
	"rutter/content/markdown"
)

// Forms of a destination in front matter, beside those of a body.
const (
	plainForm   markdown.Form = 'p' // YAML without quotation marks
	quotedForm  markdown.Form = 'q' // 'YAML'
	escapedForm markdown.Form = 'e' // "YAML, JSON and TOML"
	literalForm markdown.Form = 'l' // 'TOML'
)

// written is a link with the bytes of the author's file that are its destination, without the marks around them. Where
// these are not known its form is 0.
type written struct {
	markdown.Link
	from, to int
	form     markdown.Form
}

// destinationsOf returns the links of a page in the order of Doc.Links.
func destinationsOf(raw []byte) []written {
	f := newAuthored(raw)
	b := cut(raw)
	out := f.front(b, "uses")
	page, _ := markdown.Parse("", b.body, b.bodyLine)
	for i, l := range page.Links {
		out = append(out, f.body(l, page.Spans[i]))
	}
	return out
}

// authored is a file as its author wrote it, with the places of its lines.
type authored struct {
	raw    []byte
	starts []int // of lines, which \n, \r\n or \r end; nil where places cannot be told
}

func newAuthored(raw []byte) *authored {
	f := &authored{raw: raw}
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 { // what is parsed is then another text
		return f
	}
	f.starts = diag.LineStarts(raw)
	return f
}

// eol is what ends the first line of the file.
func (f *authored) eol() string {
	i := bytes.IndexAny(f.raw, "\r\n")
	switch {
	case i < 0 || f.raw[i] == '\n':
		return "\n"
	case i+1 < len(f.raw) && f.raw[i+1] == '\n':
		return "\r\n"
	}
	return "\r"
}

// line returns where a line begins, and its text without its end.
func (f *authored) line(n int) (start int, text []byte, ok bool) {
	if n < 1 || n > len(f.starts) {
		return 0, nil, false
	}
	start = f.starts[n-1]
	end := len(f.raw)
	if n < len(f.starts) {
		end = f.starts[n]
	}
	return start, bytes.TrimRight(f.raw[start:end], "\r\n"), true
}

// offset is that of a line and a column in code points.
func (f *authored) offset(line, col int) (int, bool) {
	start, text, ok := f.line(line)
	if !ok {
		return 0, false
	}
	at := 0
	for range col - 1 {
		if at >= len(text) {
			return 0, false
		}
		_, n := utf8.DecodeRune(text[at:])
		at += n
	}
	return start + at, true
}

func (f *authored) body(l markdown.Link, s markdown.Span) written {
	start, text, ok := f.line(s.Line)
	if !ok || s.Form == 0 || s.To > len(text) {
		return written{Link: l}
	}
	w := written{Link: l, from: start + s.From, to: start + s.To, form: s.Form}
	if w.meant(f.raw) != l.Dest {
		return written{Link: l}
	}
	return w
}

// meant is the destination that the bytes stand for.
func (w written) meant(raw []byte) string {
	s := string(raw[w.from:w.to])
	switch w.form {
	case markdown.Bare, markdown.Angled:
		return markdown.Unescape(s)
	case markdown.Double, markdown.Single, markdown.Open:
		return html.UnescapeString(s)
	case quotedForm:
		return strings.ReplaceAll(s, "''", "'")
	case escapedForm:
		var out string
		if json.Unmarshal([]byte(`"`+s+`"`), &out) == nil {
			return out
		}
		return ""
	}
	return s
}

// front returns the texts that a key of front matter has, as links.
func (f *authored) front(b block, key string) []written {
	switch {
	case b.format == 0 || b.open || b.broken != nil:
		return nil
	case b.format == 't':
		return f.frontTOML(b, key)
	}
	d, pairs := topOf(b)
	var out []written
	for _, p := range pairs {
		if d.keyOf(p) == key && !isNull(d.real(p.Value)) {
			d.each(p.Value, func(n ast.Node) {
				if s, ok := d.scalar(n); ok && s != "" {
					line, col := d.placeOf(n)
					l := markdown.Link{Dest: s, Line: d.line + line - 1, Column: col}
					out = append(out, f.scalar(d, d.real(n), l))
				}
			})
		}
	}
	return out
}

// topOf parses a block of YAML or JSON, and returns its keys; none where it does not parse or is too much.
func topOf(b block) (*decoder, []*ast.MappingValueNode) {
	d := &decoder{line: b.line, meta: &Meta{}, text: strings.Split(string(b.text), "\n"), anchors: map[string]ast.Node{}}
	if _, much := tooMuch(b.text); much != "" {
		return d, nil
	}
	doc, err := yamlparser.ParseBytes(bytes.ReplaceAll(b.text, []byte("\r\n"), []byte("\n")), 0)
	if err != nil || len(doc.Docs) == 0 || doc.Docs[0].Body == nil {
		return d, nil
	}
	ast.Walk(collector(d.anchors), doc.Docs[0].Body)
	pairs, _ := mapping(d.real(doc.Docs[0].Body))
	return d, pairs
}

// scalar finds the text of a value of YAML.
func (f *authored) scalar(d *decoder, n ast.Node, l markdown.Link) written {
	none := written{Link: l}
	line, col := d.placeOf(n)
	at, ok := f.offset(d.line+line-1, col)
	if !ok || at >= len(f.raw) {
		return none
	}
	if q := f.raw[at]; q != '\'' && q != '"' && at > 0 && (f.raw[at-1] == '\'' || f.raw[at-1] == '"') && bytes.ContainsAny(f.raw[at:], "'\"") {
		if w := f.quoted(at-1, l); w.form != 0 { // the parser gave the place behind the mark
			return w
		}
	}
	if f.raw[at] == '\'' || f.raw[at] == '"' {
		return f.quoted(at, l)
	}
	w := written{Link: l, from: at, to: at + len(l.Dest), form: plainForm}
	if w.to > len(f.raw) || string(f.raw[w.from:w.to]) != l.Dest {
		return none
	}
	return w
}

// quoted finds the text between the quotation marks that begin at an offset.
func (f *authored) quoted(at int, l markdown.Link) written {
	q := f.raw[at]
	w := written{Link: l, from: at + 1, form: quotedForm}
	if q == '"' {
		w.form = escapedForm
	}
	for i := at + 1; i < len(f.raw); i++ {
		switch c := f.raw[i]; {
		case c == '\n' || c == '\r':
			return written{Link: l}
		case c == '\\' && q == '"':
			i++
		case c == q && q == '\'' && i+1 < len(f.raw) && f.raw[i+1] == q:
			i++
		case c == q:
			if w.to = i; strings.TrimSpace(w.meant(f.raw)) != l.Dest {
				return written{Link: l}
			}
			return w
		}
	}
	return written{Link: l}
}

// frontTOML is front for TOML. A link stands at its key, as the decoder has it.
func (f *authored) frontTOML(b block, key string) (out []written) {
	start, _, ok := f.line(b.line)
	if _, much := tooMuch(b.text); much != "" || !ok || !bytes.HasPrefix(f.raw[start:], b.text) {
		return nil
	}
	keys, e := tomlKeys(b.text)
	if e != nil {
		return nil
	}
	v := tomlValue(b.text, key)
	place := keys[key]
	for _, r := range v.texts {
		if r.text == "" {
			continue
		}
		w := written{Link: markdown.Link{Dest: r.text, Line: b.line + place.line - 1, Column: place.column}}
		raw := b.text[r.from:r.to]
		if len(raw) > 1 && raw[0] == raw[len(raw)-1] && !bytes.HasPrefix(raw, []byte(`"""`)) && !bytes.HasPrefix(raw, []byte(`'''`)) {
			w.from, w.to, w.form = start+r.from+1, start+r.to-1, literalForm
			if raw[0] == '"' {
				w.form = escapedForm
			}
			if strings.TrimSpace(w.meant(f.raw)) != r.text {
				w = written{Link: w.Link}
			}
		}
		out = append(out, w)
	}
	return out
}

// tomlTexts are the texts a top-level key of TOML has.
type tomlTexts struct {
	found bool
	at    int // offset of the value's first byte: [ of an array
	texts []struct {
		text     string
		from, to int // with the marks
	}
}

func tomlValue(text []byte, key string) (v tomlTexts) {
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.Table || e.Kind == unstable.ArrayTable {
			return v
		}
		if e.Kind != unstable.KeyValue {
			continue
		}
		it := e.Key()
		if !it.Next() || string(it.Node().Data) != key || it.Next() {
			continue
		}
		it = e.Key()
		it.Next()
		r := it.Node().Raw
		v.found, v.at = true, int(r.Offset+r.Length)
		for v.at < len(text) && bytes.IndexByte([]byte(" \t="), text[v.at]) >= 0 {
			v.at++
		}
		take := func(n *unstable.Node) {
			if n.Kind == unstable.String {
				v.texts = append(v.texts, struct {
					text     string
					from, to int
				}{strings.TrimSpace(string(n.Data)), int(n.Raw.Offset), int(n.Raw.Offset + n.Raw.Length)})
			}
		}
		take(e.Value())
		if e.Value().Kind == unstable.Array {
			for c := e.Value().Children(); c.Next(); {
				take(c.Node())
			}
		}
	}
	return v
}

// edit puts a text in the place of some bytes.
type edit struct {
	from, to int
	text     string
}

// edited returns a file with edits made, each once. They must not overlap.
func edited(raw []byte, edits []edit) []byte {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b edit) int { return a.from - b.from })
	edits = slices.Compact(edits)
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, raw[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, raw[at:]...)
}

// position is the line and column of an offset.
func (f *authored) position(at int) (line, col int) {
	line = sort.Search(len(f.starts), func(i int) bool { return f.starts[i] > at })
	if line == 0 {
		return 1, 1
	}
	return line, 1 + utf8.RuneCount(f.raw[f.starts[line-1]:at])
}

var reference = regexp.MustCompile(`^&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);`)

// pathEnd is the offset at which the path of a destination ends and rest, its query and fragment, begins.
func (w written) pathEnd(raw []byte, rest string) (int, bool) {
	if rest == "" {
		return w.to, true
	}
	escapes := w.form == markdown.Bare || w.form == markdown.Angled
	for i := w.from; i < w.to; {
		switch c := raw[i]; {
		case c == '\\' && escapes && i+1 < w.to:
			if raw[i+1] == '#' || raw[i+1] == '?' {
				return i, w.follows(raw, i, rest)
			}
			i += 2
		case c == '&' && (escapes || w.form == markdown.Double || w.form == markdown.Single || w.form == markdown.Open):
			i += max(1, len(reference.Find(raw[i:w.to])))
		case c == '#' || c == '?':
			return i, w.follows(raw, i, rest)
		default:
			i++
		}
	}
	return 0, false
}

func (w written) follows(raw []byte, at int, rest string) bool {
	w.from = at
	return strings.TrimRight(w.meant(raw), " ") == rest
}

// quote writes a text that is no address in the form of a value of YAML, between the marks it has.
func (w written) quote(s string) string {
	switch w.form {
	case quotedForm:
		return strings.ReplaceAll(s, "'", "''")
	case escapedForm:
		q := jsonText(s)
		return q[1 : len(q)-1]
	}
	return yamlText(s)
}

// pagesOfQueries returns what queries.yaml names as pages, as links.
func (f *authored) pagesOfQueries() (out []written) {
	if _, much := (bounds{queriesFile, 4 * maxFrontMatter, 20 * maxKeys}).exceeded(f.raw); much != "" {
		return nil
	}
	raw := bytes.TrimPrefix(f.raw, []byte("\xef\xbb\xbf"))
	doc, err := yamlparser.ParseBytes(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), 0)
	if err != nil || len(doc.Docs) == 0 || doc.Docs[0].Body == nil {
		return nil
	}
	d := &decoder{line: 1, meta: &Meta{}, text: strings.Split(string(raw), "\n")}
	take := func(n ast.Node) {
		if s, ok := d.scalar(n); ok && s != "" {
			line, col := d.placeOf(n)
			out = append(out, f.scalar(d, n, markdown.Link{Dest: s, Line: line, Column: col}))
		}
	}
	body := d.real(doc.Docs[0].Body)
	if seq, ok := body.(*ast.SequenceNode); ok {
		for _, n := range seq.Values {
			pairs, _ := mapping(d.real(n))
			for _, p := range pairs {
				if d.keyOf(p) == "page" {
					take(p.Value)
				}
			}
		}
		return out
	}
	pairs, _ := mapping(body)
	for _, p := range pairs {
		take(p.Value)
	}
	return out
}
