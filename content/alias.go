package content

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"rutter/content/markdown"
)

// bareText is what YAML takes for text without quotation marks, in a list between brackets too.
var bareText = regexp.MustCompile(`^/?\p{L}[\p{L}\p{M}\p{N}/._ -]*$`)

var yamlWords = set(`true false yes no on off null y n`)

// yamlText writes a text as a value of YAML on one line.
func yamlText(s string) string {
	if bareText.MatchString(s) && !yamlWords[strings.ToLower(s)] && s == strings.TrimSpace(s) {
		return s
	}
	return jsonText(s)
}

// jsonText writes a text between double quotation marks as JSON, YAML and TOML read it.
func jsonText(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(strings.ToValidUTF8(s, "\uFFFD")) // of a text: cannot fail
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\x7f", `\u007f`)
}

// withAlias returns the edit that adds a former address to a page's front matter. ok is false where this would need
// more understanding of the block than there is.
func (f *authored) withAlias(alias string) (e edit, ok bool) {
	b := cut(f.raw)
	eol := f.eol()
	if len(f.starts) == 0 || b.broken != nil {
		return edit{}, false
	}
	top := f.starts[0]
	switch {
	case b.format == 0 || b.open:
		block := "---" + eol + "aliases: [" + yamlText(alias) + "]" + eol + "---" + eol
		if rest := f.raw[top:]; len(rest) > 0 && rest[0] != '\n' && rest[0] != '\r' {
			block += eol
		}
		return edit{top, top, block}, true
	case b.format == 't':
		return f.aliasTOML(b, alias)
	}
	d, pairs := topOf(b)
	for _, p := range pairs {
		if d.keyOf(p) == "aliases" {
			return f.aliasAt(d, p, b, alias)
		}
	}
	if b.format == 'j' {
		return f.aliasJSON(alias)
	}
	at, _, ok := f.line(b.bodyLine - 1) // the line that ends the block
	indent := ""
	if len(pairs) > 0 {
		line, col := d.placeOf(pairs[0].Key)
		_, text, _ := f.line(d.line + line - 1)
		indent = string(text[:min(col-1, len(text))])
	}
	return edit{at, at, indent + "aliases: [" + yamlText(alias) + "]" + eol}, ok
}

// aliasJSON adds the key to an object behind its opening brace, in the way the next key is written.
func (f *authored) aliasJSON(alias string) (edit, bool) {
	at := f.starts[0] + 1
	rest := f.raw[at:]
	space := rest[:len(rest)-len(bytes.TrimLeft(rest, " \t\r\n"))]
	text := string(space) + `"aliases": [` + jsonText(alias) + "]"
	if !bytes.HasPrefix(rest[len(space):], []byte("}")) {
		text += ","
	}
	return edit{at, at, text}, true
}

func (f *authored) aliasTOML(b block, alias string) (edit, bool) {
	start, _, ok := f.line(b.line)
	if !ok || !bytes.HasPrefix(f.raw[start:], b.text) {
		return edit{}, false
	}
	v := tomlValue(b.text, "aliases")
	switch {
	case !v.found:
		return edit{start, start, "aliases = [" + jsonText(alias) + "]" + f.eol()}, true
	case v.at < len(b.text) && b.text[v.at] == '[':
		at := start + v.at + 1
		if len(v.texts) == 0 {
			return edit{at, at, jsonText(alias)}, true
		}
		return edit{at, at, jsonText(alias) + ", "}, true
	case len(v.texts) == 1:
		r := v.texts[0]
		return edit{start + r.from, start + r.to, "[" + jsonText(alias) + ", " + string(b.text[r.from:r.to]) + "]"}, true
	}
	return edit{}, false
}

// aliasAt adds to the value that aliases has.
func (f *authored) aliasAt(d *decoder, p *ast.MappingValueNode, b block, alias string) (edit, bool) {
	text := yamlText(alias)
	if b.format == 'j' {
		text = jsonText(alias)
	}
	switch n := d.real(p.Value).(type) {
	case *ast.SequenceNode:
		line, col := d.placeOf(n)
		if n.Start != nil && n.Start.Position != nil {
			line, col = n.Start.Position.Line, n.Start.Position.Column
		}
		start, l, ok := f.line(d.line + line - 1)
		if !ok {
			return edit{}, false
		}
		if !n.IsFlowStyle {
			indent := l[:len(l)-len(bytes.TrimLeft(l, " \t"))]
			if !bytes.HasPrefix(l[len(indent):], []byte("-")) {
				return edit{}, false
			}
			return edit{start, start, string(indent) + "- " + text + f.eol()}, true
		}
		at, ok := f.offset(d.line+line-1, col)
		if !ok || at >= len(f.raw) || f.raw[at] != '[' {
			return edit{}, false
		}
		for at++; at < len(f.raw) && f.raw[at] == ' '; {
			at++
		}
		if len(n.Values) > 0 {
			text += ", "
		}
		return edit{at, at, text}, true
	case *ast.NullNode:
		line, col := d.placeOf(p.Key)
		at, ok := f.offset(d.line+line-1, col)
		colon := bytes.IndexByte(f.raw[at:], ':')
		if !ok || colon < 0 {
			return edit{}, false
		}
		to := at + colon + 1
		if t := n.GetToken(); t != nil && t.Position != nil && t.Value != "" { // null, ~
			if i := bytes.Index(f.raw[to:], []byte(t.Value)); i >= 0 && len(bytes.TrimSpace(f.raw[to:to+i])) == 0 {
				return edit{to, to + i + len(t.Value), " [" + text + "]"}, true
			}
		}
		return edit{to, to, " [" + text + "]"}, true
	}
	s, ok := d.scalar(p.Value)
	w := f.scalar(d, d.real(p.Value), markdown.Link{Dest: s})
	if !ok || w.form == 0 {
		return edit{}, false
	}
	old := yamlText(s)
	if w.form != plainForm {
		w.from, w.to = w.from-1, w.to+1
		old = string(f.raw[w.from:w.to])
	}
	return edit{w.from, w.to, "[" + text + ", " + old + "]"}, true
}
