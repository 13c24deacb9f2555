package content

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"

	"rutter/content/diag"
	"rutter/content/markdown"
)

// decoder fills a Meta from the nodes of a parsed block.
type decoder struct {
	file     string
	line     int              // line of the file on which the block begins
	keys     map[string]place // where the nodes are not the author's: the places of the keys
	key      string           // the one being read
	own      map[string]bool  // those of the block
	anchors  map[string]ast.Node
	text     []string // the block's lines
	meta     *Meta
	links    []markdown.Link // destinations among the values
	spots    map[string]markdown.Place
	problems []diag.Problem
}

// place is a position in a block, 1-based, columns in code points.
type place struct{ line, column int }

// yaml reads a block. A block that does not parse gives its place in it and what is wrong.
func (d *decoder) yaml(text []byte) (line, col int, msg, fix string) {
	d.text = strings.Split(string(text), "\n")
	f, err := yamlparser.ParseBytes(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), 0)
	if err != nil {
		line, col, msg, fix = d.syntax(err)
		return line, col, "the front matter does not parse: " + msg, fix
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		return 0, 0, "", ""
	}
	body := f.Docs[0].Body
	d.anchors = map[string]ast.Node{}
	ast.Walk(collector(d.anchors), body)
	switch real := d.real(body); real.(type) {
	case *ast.NullNode, *ast.CommentGroupNode:
	default:
		pairs, isMap := mapping(real)
		if !isMap {
			return 1, 1, "the front matter is not a list of keys", "write key: value, a line each"
		}
		d.fields(pairs)
	}
	return 0, 0, "", ""
}

var (
	placeInText = regexp.MustCompile(`at \[(\d+):\d+\]`)
	badByte     = regexp.MustCompile(`found character '(.)' that cannot start any token`)
)

// syntax puts goccy's message into the author's lines.
func (d *decoder) syntax(err error) (line, col int, msg, fix string) {
	line, col, msg = 1, 1, err.Error()
	var se *yaml.SyntaxError
	if errors.As(err, &se) {
		msg = se.Message
		if t := se.GetToken(); t != nil && t.Position != nil {
			line, col = t.Position.Line, t.Position.Column
		}
	}
	msg = placeInText.ReplaceAllStringFunc(firstLine(msg), func(s string) string {
		n, _ := strconv.Atoi(placeInText.FindStringSubmatch(s)[1])
		return fmt.Sprintf("on line %d", d.line+n-1)
	})
	if m := badByte.FindStringSubmatch(msg); m != nil && m[1] == "\t" {
		return line, col, "a tab stands in front of a key", "indent with spaces"
	}
	if strings.HasPrefix(msg, "mapping value is not allowed") {
		fix = "put quotation marks around a value with a colon in it"
	}
	return line, col, msg, fix
}

// collector notes what the anchors of a document stand for.
type collector map[string]ast.Node

func (c collector) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok && a.Name != nil && a.Name.GetToken() != nil {
		c[a.Name.GetToken().Value] = a.Value
	}
	return c
}

// real returns the value behind anchors, aliases, tags and question marks: &a x, *a, !!str x, ? x. An alias that
// means nothing stays as it is, which is no value of any kind.
func (d *decoder) real(n ast.Node) ast.Node {
	for range 2 * maxDepth {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.TagNode:
			n = v.Value
		case *ast.MappingKeyNode:
			n = v.Value
		case *ast.AliasNode:
			to := ast.Node(nil)
			if v.Value != nil && v.Value.GetToken() != nil {
				to = d.anchors[v.Value.GetToken().Value]
			}
			if to == nil {
				return n
			}
			n = to
		default:
			return n
		}
	}
	return n
}

// scalar is the text of a scalar; false for everything that is none, and for null.
func (d *decoder) scalar(n ast.Node) (string, bool) {
	switch n := d.real(n).(type) {
	case *ast.StringNode:
		return strings.TrimSpace(n.Value), true
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		if t := n.GetToken(); t != nil {
			return t.Value, true // as it was written
		}
	}
	return "", false
}

func isNull(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return n == nil || null
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

// keyOf is a key as text.
func (d *decoder) keyOf(p *ast.MappingValueNode) string {
	if p.Key == nil {
		return ""
	}
	k := d.real(p.Key)
	if s, ok := d.scalar(k); ok {
		return s
	}
	if a, ok := k.(*ast.AliasNode); ok && a.Value != nil { // of nothing
		k = a.Value
	}
	if k != nil && k.GetToken() != nil {
		return k.GetToken().Value
	}
	return ""
}

// problem reports an error at a place of the block.
func (d *decoder) problem(line, col int, text, fix string) {
	d.report(line, col, "front-matter", text, fix)
}

func (d *decoder) report(line, col int, rule, text, fix string) {
	d.problems = append(d.problems, diag.Problem{
		File: d.file, Line: d.line + line - 1, Column: col, Rule: rule, Text: text, Fix: fix,
	})
}

// at reports an error at a node, or, where nodes are not the author's, at its key.
func (d *decoder) at(n ast.Node, rule, text, fix string) {
	line, col := d.placeOf(n)
	d.report(line, col, rule, text, fix)
}

// link notes a destination, which is checked as those in the text are.
func (d *decoder) link(n ast.Node, dest string) {
	line, col := d.placeOf(n)
	d.links = append(d.links, markdown.Link{Dest: dest, Line: d.line + line - 1, Column: col})
}

// placeOf is where a node stands in the block.
func (d *decoder) placeOf(n ast.Node) (line, col int) {
	line, col = 1, 1
	if d.keys != nil {
		if p, ok := d.keys[d.key]; ok {
			line, col = p.line, p.column
		}
	} else if t := n.GetToken(); t != nil && t.Position != nil {
		line, col = t.Position.Line, t.Position.Column
		col += d.tabsBefore(line, col, t.Value)
	}
	return line, col
}

// tabsBefore is how far to the right of its column a token stands: goccy leaves out tabs at the beginning of some
// lines.
func (d *decoder) tabsBefore(line, col int, token string) int {
	if line > len(d.text) || token == "" {
		return 0
	}
	l := []rune(d.text[line-1])
	first := []rune(token)[0]
	stands := func(at int) bool {
		if at >= len(l) {
			return false
		}
		return l[at] == first || at+1 < len(l) && (l[at] == '"' || l[at] == '\'') && l[at+1] == first
	}
	for tabs := range len(l) {
		if at := col - 1 + tabs; at >= 0 && stands(at) {
			return tabs
		}
		if l[tabs] != '\t' {
			break
		}
	}
	return 0
}

// fields reads the pairs of a block, and those of the mappings it merges with <<.
func (d *decoder) fields(pairs []*ast.MappingValueNode) {
	own := map[string]bool{}
	for _, p := range pairs {
		own[d.keyOf(p)] = true
	}
	d.own = own
	for _, p := range pairs {
		if _, merge := p.Key.(*ast.MergeKeyNode); merge {
			left := maxKeys
			if !d.merged(p.Value, own, 0, &left) {
				d.at(p.Key, "value-wrong", "what << merges cannot be read", "merge keys of the front matter, or write them out")
				if !own["audience"] {
					d.meta.Audience = []string{Nobody} // it may be in there
				}
			}
			continue
		}
		d.field(p)
	}
}

// merged reads what << stands for: keys, a list of such, and what they merge in their turn. The first to name a key
// wins. left bounds how many keys are read. It returns false for what it cannot read to its end.
func (d *decoder) merged(n ast.Node, own map[string]bool, depth int, left *int) bool {
	n = d.real(n)
	if depth > maxDepth {
		return false
	}
	if list, ok := n.(*ast.SequenceNode); ok {
		for _, x := range list.Values {
			if !d.merged(x, own, depth+1, left) {
				return false
			}
		}
		return true
	}
	pairs, ok := mapping(n)
	if !ok {
		return false
	}
	var merges []ast.Node
	for _, p := range pairs {
		if *left--; *left < 0 {
			return false
		}
		if _, merge := p.Key.(*ast.MergeKeyNode); merge {
			merges = append(merges, p.Value)
			continue
		}
		if k := d.keyOf(p); !own[k] {
			own[k] = true
			d.field(p)
		}
	}
	for _, m := range merges {
		if !d.merged(m, own, depth+1, left) {
			return false
		}
	}
	return true
}

func (d *decoder) field(p *ast.MappingValueNode) {
	key := d.keyOf(p)
	d.key = key
	value := d.real(p.Value)
	if f, ok := fields[key]; ok {
		d.spot(key, p.Key, value)
		switch {
		case !isNull(value):
			f.read(d, value, f)
		case key == "audience":
			d.noAudience(p.Key)
		}
		return // any other key left empty says nothing
	}
	if foreign[strings.ToLower(key)] {
		return
	}
	fix := ""
	near := nearest(key)
	if near != "" {
		fix = "did you mean " + near + "?"
	}
	if near == "audience" && d.meta.Audience == nil {
		d.meta.Audience = []string{Nobody} // what it was to say is not known
	}
	d.at(p.Key, "key-unknown", "unknown front matter key "+key, fix)
	if near != "" && near != "audience" && d.keys == nil && !d.own[near] && editDistance(strings.ToLower(key), near, 1) <= 1 {
		d.rewrite(key, near)
	}
}

// spotted are the keys whose places are kept, with those of their entries: rules that look at several pages speak of them.
var spotted = set("title aliases alerts inputs")

func (d *decoder) spot(key string, at ast.Node, value ast.Node) {
	if !spotted[key] {
		return
	}
	if d.spots == nil {
		d.spots = map[string]markdown.Place{}
	}
	put := func(name string, n ast.Node) {
		line, col := d.placeOf(n)
		d.spots[name] = markdown.Place{Line: d.line + line - 1, Column: col}
	}
	put(key, at)
	if seq, ok := value.(*ast.SequenceNode); ok && d.keys == nil {
		for i, v := range seq.Values {
			put(key+"."+strconv.Itoa(i), v)
		}
	}
}

// rewrite has the last problem mended by writing now over what stands at its place, if old does.
func (d *decoder) rewrite(old, now string) {
	p := &d.problems[len(d.problems)-1]
	l := ""
	if i := p.Line - d.line; i >= 0 && i < len(d.text) {
		l = d.text[i]
	}
	if r := []rune(l); p.Column > 0 && p.Column <= len(r) && strings.HasPrefix(string(r[p.Column-1:]), old) {
		p.Edit = diag.Edit{Was: old, Put: now}
	}
}

// mentionsAudience tells whether front matter that does not parse holds the key audience, however it is misspelt.
func mentionsAudience(text []byte) bool {
	start := 0
	for i := range len(text) + 1 {
		if i < len(text) && (text[i] == '_' || text[i] == '-' || text[i] >= 'a' && text[i] <= 'z' || text[i] >= 'A' && text[i] <= 'Z') {
			continue
		}
		const key = "audience"
		if n := i - start; n >= len(key)-2 && n <= len(key)+2 && editDistance(strings.ToLower(string(text[start:i])), key, 2) <= 2 {
			return true
		}
		start = i + 1
	}
	return false
}

var audienceLine = regexp.MustCompile(`(?m)^["']?audience["']?[ \t]*:`)
