package content

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"rutter/content/diag"
	"rutter/content/markdown"
)

// Limits on front matter, checked before any parser sees it: YAML and TOML parsers take seconds on small inputs
// made for the purpose.
const (
	maxFrontMatter = 64 << 10
	maxDepth       = 16
	maxKeys        = 200
)

// block is a file cut into its front matter and its body.
type block struct {
	format   byte   // 'y' YAML, 't' TOML, 'j' JSON, 0 none
	text     []byte // the front matter without its delimiters
	line     int    // line of the file on which text begins, 1-based
	body     []byte
	bodyLine int   // line of the file on which body begins, 1-based
	open     bool  // the closing delimiter is missing
	broken   error // of JSON, whose end is not known where it does not parse
}

// cut finds front matter as Jekyll and its heirs write it: YAML between lines of ---, TOML between lines of +++
// (Hugo), or a JSON object (Hugo). A rule of --- that opens no such block is body.
func cut(src []byte) block {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if bytes.Count(src, []byte("\r")) != bytes.Count(src, []byte("\r\n")) { // an old Mac's line ends
		src = bytes.ReplaceAll(bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	first, rest, _ := bytes.Cut(src, []byte("\n"))
	switch delim := string(bytes.TrimRight(first, " \t\r")); {
	case delim == "---":
		return cutLines(src, rest, 'y', delim)
	case delim == "+++":
		return cutLines(src, rest, 't', delim)
	case isJSON(src):
		return cutJSON(src)
	}
	return block{body: src, line: 1, bodyLine: 1}
}

// cutLines finds the closing delimiter in what follows the first line.
func cutLines(src, rest []byte, format byte, delim string) block {
	line, offset := 2, 0
	for offset < len(rest) {
		l := rest[offset:]
		end := bytes.IndexByte(l, '\n')
		next := offset + end + 1
		if end < 0 {
			end, next = len(l), len(rest)
		}
		if t := string(bytes.TrimRight(l[:end], " \t\r")); t == delim || t == "..." && format == 'y' {
			return block{format: format, text: rest[:offset], line: 2, body: rest[next:], bodyLine: line + 1}
		}
		line++
		offset = next
	}
	return block{format: format, text: rest, line: 2, open: true, body: src, bodyLine: 1}
}

// lateFrontMatter finds a block with keys that other lines than empty ones keep from being front matter: empty lines
// before it. hide says that it names an audience: better one page hidden than shown to the wrong people.
func lateFrontMatter(file string, src []byte) (p *diag.Problem, hide bool) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	rest := bytes.TrimLeft(src, " \t\r\n")
	before := len(src) - len(rest)
	if before == 0 {
		return nil, false
	}
	b := cut(rest)
	if b.format == 0 || b.format != 'j' && !looksLikeKeys(b) {
		return nil, false
	}
	return &diag.Problem{
		File: file, Line: 1 + bytes.Count(src[:before], []byte("\n")), Column: 1, Rule: "front-matter-late",
		Text: "front matter is read on the first line only, so this is shown as text", Fix: "take out what stands before it",
	}, mentionsAudience(b.text)
}

// isJSON tells whether a file begins with a JSON object, whole or not. Templates such as {{ x }} do not.
func isJSON(src []byte) bool {
	after, ok := bytes.CutPrefix(src, []byte("{"))
	after = bytes.TrimLeft(after, " \t\r\n")
	return ok && len(after) > 0 && (after[0] == '"' || after[0] == '}')
}

func cutJSON(src []byte) block {
	d := json.NewDecoder(bytes.NewReader(src))
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return block{format: 'j', text: src[:min(len(src), maxFrontMatter)], line: 1, body: src, bodyLine: 1, broken: err}
	}
	end := int(d.InputOffset())
	b := block{format: 'j', text: src[:end], line: 1}
	after := src[end:]
	if i := bytes.IndexByte(after, '\n'); i >= 0 && len(bytes.TrimSpace(after[:i])) == 0 {
		end += i + 1
	}
	b.body, b.bodyLine = src[end:], 1+bytes.Count(src[:end], []byte("\n"))
	return b
}

// frontMatterFound is what front matter holds beside the Meta.
type frontMatterFound struct {
	links []markdown.Link           // destinations among the values
	spots map[string]markdown.Place // see [Doc.Spot]
}

// frontMatter parses a block. ok is false when it does not parse at all: then the page is not taken as it is.
// A field with a wrong value is a problem and stays empty; the others count.
func frontMatter(file string, b block) (m Meta, more frontMatterFound, ps []diag.Problem, ok bool) {
	d := &decoder{file: file, line: b.line, meta: &m}
	fail := func(line, col int, text, fix string) (Meta, frontMatterFound, []diag.Problem, bool) {
		d.problem(line, col, text, fix)
		return m, frontMatterFound{}, d.problems, false
	}
	switch {
	case b.broken != nil:
		line, col := placeOf(b.text, b.broken)
		return fail(line, col, "the JSON does not parse: "+firstLine(b.broken.Error()), "")
	case b.open:
		// A lone rule at the top of a page is more likely than a forgotten end, unless keys follow.
		if !looksLikeKeys(b) {
			return m, more, nil, true
		}
		return fail(1, 1, "the front matter has no end", "close it with a line of "+map[byte]string{'y': "---", 't': "+++"}[b.format])
	case b.format == 0 || len(bytes.TrimSpace(b.text)) == 0:
		return m, more, nil, true
	}
	if line, text := tooMuch(b.text); text != "" {
		return fail(line, 1, text, "keep front matter short and flat")
	}
	text := b.text
	if b.format == 't' {
		t, err := readTOML(text)
		if err != nil {
			return fail(err.line, err.column, err.text, err.fix)
		}
		text, d.keys = t.json, t.keys
	}
	if line, col, msg, fix := d.yaml(text); msg != "" {
		return fail(line, col, msg, fix)
	}
	if at := audienceLine.FindIndex(text); b.format == 'y' && at != nil && m.Audience == nil {
		m.Audience = []string{Nobody} // the parser took the line for something else
		line := 1 + bytes.Count(text[:at[0]], []byte("\n"))
		d.report(line, 1, "value-wrong", "audience is not read as a key, so nobody sees the page", "see the lines before it")
	}
	return m, frontMatterFound{d.links, d.spots}, d.problems, true
}

// placeOf returns the 1-based line and column at which JSON stops to parse.
func placeOf(text []byte, err error) (line, col int) {
	at := len(text)
	var se *json.SyntaxError
	if errors.As(err, &se) {
		at = max(0, min(int(se.Offset)-1, at))
	}
	before := text[:at]
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// looksLikeKeys tells whether keys follow an opening delimiter that has no end. An audience further down counts as
// well: better one page hidden by mistake than shown to the wrong people.
func looksLikeKeys(b block) bool {
	sep := byte(':')
	if b.format == 't' {
		sep = '='
	}
	n := 0
	for l := range bytes.Lines(b.text) {
		k, _, found := bytes.Cut(bytes.TrimSpace(l), []byte{sep})
		k = bytes.Trim(k, " \t\"'")
		switch {
		case found && bytes.EqualFold(k, []byte("audience")):
			return true
		case n == 0 && len(k) > 0 && k[0] != '#' || n == 0 && found:
			if found && len(k) > 0 && !bytes.ContainsAny(k, " *#[`<") {
				return true
			}
			n++
		}
	}
	return false
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// tooMuch returns the 1-based line and what is too much about a block, or "".
func tooMuch(text []byte) (int, string) {
	return bounds{"the front matter", maxFrontMatter, maxKeys}.exceeded(text)
}

// bounds are what a YAML text may hold before a parser sees it: parsers take long over what is made to take long.
type bounds struct {
	what        string
	bytes, keys int
}

// TooMuchYAML returns the 1-based line and what is too much about a YAML text that what names, or "": more bytes or keys
// than given, or more depth than any file here needs. No parser should see such a text.
func TooMuchYAML(what string, text []byte, bytes, keys int) (line int, about string) {
	return bounds{what, bytes, keys}.exceeded(text)
}

func (b bounds) exceeded(text []byte) (int, string) {
	if len(text) > b.bytes {
		return 1, fmt.Sprintf("%s has %d bytes, at most %d are read", b.what, len(text), b.bytes)
	}
	depth, keys, line := 0, 0, 0
	for l := range bytes.Lines(text) {
		line++
		dashes, leading := 0, true        // - and ? that begin the line; nothing else has come yet
		last, quote := byte(':'), byte(0) // the last byte that is not white space; the quotation mark that is open
		for i, c := range l {
			if quote != 0 {
				if c == quote && l[i-1] != '\\' {
					quote = 0
				}
				continue
			}
			switch c {
			case ' ', '\t', '\n', '\r':
				continue
			case '"', '\'':
				if begins(last) && bytes.IndexByte(l[i+1:], c) >= 0 {
					quote = c
				}
			case '[', '{':
				if depth > 0 || begins(last) { // within a text they mean nothing
					depth++
				}
			case ']', '}':
				depth = max(depth-1, 0)
			case '-', '?':
				if leading && i+1 < len(l) && (l[i+1] == ' ' || l[i+1] == '\t') {
					dashes++
				}
			case ':':
				if i+1 >= len(l) || l[i+1] == ' ' || l[i+1] == '\n' || l[i+1] == '\r' || depth > 0 {
					keys++
				}
			}
			last = c
			leading = leading && (c == '-' || c == '?')
		}
		indent := len(l) - len(bytes.TrimLeft(l, " \t"))
		if depth > maxDepth || dashes > maxDepth || indent > 8*maxDepth {
			return line, fmt.Sprintf("%s nests more than %d deep", b.what, maxDepth)
		}
		if keys > b.keys {
			return line, fmt.Sprintf("%s has more than %d keys", b.what, b.keys)
		}
	}
	return 0, ""
}

// begins tells whether a value may begin after a byte.
func begins(c byte) bool { return strings.IndexByte(":-,[{?=", c) >= 0 }
