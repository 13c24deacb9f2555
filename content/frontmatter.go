package content

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"
	"github.com/pelletier/go-toml/v2"

	"rutter/content/diag"
)

// Limits on front matter, checked before any parser sees it: YAML parsers take seconds on small inputs made for
// the purpose.
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
	bodyLine int  // line of the file on which body begins, 1-based
	open     bool // the closing delimiter is missing
}

// cut finds front matter as Jekyll and its heirs write it: YAML between lines of ---, TOML between lines of +++
// (Hugo), or a JSON object (Hugo). A rule of --- that opens no such block is body.
func cut(src []byte) block {
	none := block{body: src, line: 1, bodyLine: 1}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	first, rest, _ := bytes.Cut(src, []byte("\n"))
	delim := string(bytes.TrimRight(first, " \t\r"))
	if strings.HasPrefix(delim, `{"`) || strings.HasPrefix(delim, `{ "`) {
		delim = "{"
	}
	switch delim {
	case "---", "+++":
		b := block{format: 'y', line: 2}
		if delim == "+++" {
			b.format = 't'
		}
		line, offset := 2, 0
		for offset < len(rest) {
			l := rest[offset:]
			end := bytes.IndexByte(l, '\n')
			next := offset + end + 1
			if end < 0 {
				end, next = len(l), len(rest)
			}
			switch t := string(bytes.TrimRight(l[:end], " \t\r")); {
			case t == delim, t == "..." && delim == "---":
				b.text, b.body, b.bodyLine = rest[:offset], rest[next:], line+1
				return b
			}
			line++
			offset = next
		}
		b.text, b.open = rest, true
		b.body, b.bodyLine = src, 1
		return b
	case "{":
		d := json.NewDecoder(bytes.NewReader(src))
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return none
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
	return none
}

// frontMatter parses a block. ok is false when it does not parse at all: then the page is not taken as it is.
// A field with a wrong value is a problem and stays empty; the others count.
func frontMatter(file string, b block) (m Meta, ps []diag.Problem, ok bool) {
	d := &decoder{file: file, line: b.line, meta: &m}
	if b.open {
		// A lone rule at the top of a page is more likely than a forgotten end, unless keys follow.
		if first, _, _ := bytes.Cut(b.text, []byte("\n")); !looksLikeKey(first) {
			return m, nil, true
		}
		d.problem(1, 1, diag.Error, "front-matter", "the front matter has no end", "close it with a line of ---")
		return m, d.problems, false
	}
	if b.format == 0 || len(bytes.TrimSpace(b.text)) == 0 {
		return m, nil, true
	}
	if line, text := tooMuch(b.text); text != "" {
		d.problem(line, 1, diag.Error, "front-matter", text, "keep front matter short and flat")
		return m, d.problems, false
	}
	text := b.text
	if b.format == 't' {
		var v map[string]any
		if err := toml.Unmarshal(text, &v); err != nil {
			line, col := 1, 1
			var de *toml.DecodeError
			if errors.As(err, &de) {
				line, col = de.Position()
			}
			d.problem(line, col, diag.Error, "front-matter", "the TOML does not parse: "+firstLine(err.Error()), "")
			return m, d.problems, false
		}
		out, err := yaml.Marshal(v)
		if err != nil {
			d.problem(1, 1, diag.Error, "front-matter", "the TOML cannot be read: "+firstLine(err.Error()), "")
			return m, d.problems, false
		}
		text, d.flat = out, true
	}
	f, err := yamlparser.ParseBytes(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), 0)
	if err != nil {
		line, col, msg := 1, 1, err.Error()
		var se *yaml.SyntaxError
		if errors.As(err, &se) {
			msg = se.Message
			if t := se.GetToken(); t != nil && t.Position != nil {
				line, col = t.Position.Line, t.Position.Column
			}
		}
		d.problem(line, col, diag.Error, "front-matter", "the front matter does not parse: "+firstLine(msg), "")
		return m, d.problems, false
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		return m, nil, true
	}
	pairs, isMap := mapping(f.Docs[0].Body)
	if !isMap {
		if _, null := f.Docs[0].Body.(*ast.NullNode); null {
			return m, nil, true
		}
		if _, comment := f.Docs[0].Body.(*ast.CommentGroupNode); comment {
			return m, nil, true
		}
		d.problem(1, 1, diag.Error, "front-matter", "the front matter is not a list of keys", "write key: value, a line each")
		return m, d.problems, false
	}
	for _, p := range pairs {
		d.field(p)
	}
	return m, d.problems, true
}

func looksLikeKey(l []byte) bool {
	k, _, ok := bytes.Cut(bytes.TrimSpace(l), []byte(":"))
	return ok && len(k) > 0 && !bytes.ContainsAny(k, " *#[`<")
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// tooMuch returns the 1-based line and what is too much about a block, or "".
func tooMuch(text []byte) (int, string) {
	if len(text) > maxFrontMatter {
		return 1, fmt.Sprintf("the front matter has %d bytes, at most %d are read", len(text), maxFrontMatter)
	}
	depth, keys, line := 0, 0, 0
	for l := range bytes.Lines(text) {
		line++
		dashes := 0
		for i, c := range l {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(depth-1, 0)
			case '-', '?':
				if i+1 < len(l) && (l[i+1] == ' ' || l[i+1] == '\t') && len(bytes.TrimLeft(l[:i], " \t-?")) == 0 {
					dashes++
				}
			case ':':
				if i+1 >= len(l) || l[i+1] == ' ' || l[i+1] == '\n' || l[i+1] == '\r' || depth > 0 {
					keys++
				}
			}
		}
		indent := len(l) - len(bytes.TrimLeft(l, " \t"))
		if depth > maxDepth || dashes > maxDepth || indent > 8*maxDepth {
			return line, fmt.Sprintf("the front matter nests more than %d deep", maxDepth)
		}
		if keys > maxKeys {
			return line, fmt.Sprintf("the front matter has more than %d keys", maxKeys)
		}
	}
	return 0, ""
}

// decoder fills a Meta from the nodes of a parsed block.
type decoder struct {
	file     string
	line     int  // line of the file on which the block begins
	flat     bool // positions are not the author's: report the block's first line
	meta     *Meta
	problems []diag.Problem
}

func (d *decoder) problem(line, col int, s diag.Severity, rule, text, fix string) {
	if d.flat {
		line, col = 1, 1
	}
	d.problems = append(d.problems, diag.Problem{
		File: d.file, Line: d.line + line - 1, Column: col, Severity: s, Rule: rule, Text: text, Fix: fix,
	})
}

func (d *decoder) at(n ast.Node, rule, text, fix string) {
	line, col := 1, 1
	if t := n.GetToken(); t != nil && t.Position != nil {
		line, col = t.Position.Line, t.Position.Column
	}
	d.problem(line, col, diag.Error, rule, text, fix)
}

// mapping returns the pairs of a mapping, however the parser chose to represent it.
func mapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func (d *decoder) field(p *ast.MappingValueNode) {
	key := keyOf(p)
	if f, ok := fields[key]; ok {
		if _, null := p.Value.(*ast.NullNode); null {
			return // a key left empty says nothing
		}
		f(d, p.Value)
		return
	}
	if foreign[strings.ToLower(key)] {
		return
	}
	fix := ""
	if near := nearest(key); near != "" {
		fix = "did you mean " + near + "?"
	}
	d.at(p.Key, "key-unknown", "unknown front matter key "+key, fix)
}

func keyOf(p *ast.MappingValueNode) string {
	if p.Key == nil || p.Key.GetToken() == nil {
		return ""
	}
	return p.Key.GetToken().Value
}
