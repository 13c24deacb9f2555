package coverage

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"

	"rutter/content/diag"
)

// Limits on one file of rules, checked before a parser sees it, and on what is made of it: parsers take long over what
// is made to take long, and aliases let a small file say much.
const (
	maxBytes  = 1 << 20
	maxKeys   = 50_000
	maxLine   = 4 << 10 // bytes of a line outside a text
	maxAlerts = 10_000
	maxReads  = 500_000 // keys and list entries that are looked at
	maxHops   = 32      // from an alias to what it stands for
	maxNested = 4       // lists in lists of objects

	maxName = 256  // code points that are kept of a name
	maxText = 500  // of a summary
	maxURL  = 2048 // of an address
)

// The ids of the problems that are found here.
const (
	RuleUnanswered = "alert-unanswered" // an alert has no page
	RuleDead       = "runbook-dead"     // a runbook address leads to nothing of this portal
	RuleUnknown    = "alert-unknown"    // a page names an alert that no rule has
	RuleUnreadable = "rules-unreadable" // rules could not be read
)

// Alert is one alerting rule.
type Alert struct {
	Name       string
	Group      string // of rules it stands in
	Severity   string // its label, "" for none
	Summary    string // its annotation, "" for none
	RunbookURL string // its annotation runbook_url, "" for none

	File               string
	Line, Column       int // of its name, 1-based, in code points
	URLLine, URLColumn int // of its runbook address; 0 for none
}

// Rules reads a file of Prometheus rules: one with groups, a PrometheusRule of Kubernetes, a list of such objects, or
// several of these as YAML documents. Recording rules are only counted. What cannot be read is a problem, and the rest
// of the file counts.
func Rules(file string, raw []byte) (alerts []Alert, recording int, ps []diag.Problem) {
	r := &reader{file: file, left: maxReads}
	r.read(raw)
	return r.alerts, r.recording, r.problems
}

// reader collects what a file says.
type reader struct {
	file      string
	line      int                 // on which the document begins
	anchors   map[string]ast.Node // of the document that is being read
	left      int                 // of maxReads
	over      bool                // more was said than is read
	alerts    []Alert
	recording int
	problems  []diag.Problem
}

// report reports a problem at a place of the document.
func (r *reader) report(line, col int, severity diag.Severity, text, fix string) {
	if r.line > 0 && line > 0 {
		line += r.line - 1
	}
	r.problems = append(r.problems, diag.Problem{
		File: r.file, Line: line, Column: col, Severity: severity, Rule: RuleUnreadable, Text: text, Fix: fix,
	})
}

// at reports a problem at a node.
func (r *reader) at(n ast.Node, text, fix string) {
	line, col := placeOf(n)
	r.report(line, col, diag.Error, text, fix)
}

func (r *reader) read(raw []byte) {
	text := bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if len(text) > maxBytes {
		r.report(1, 1, diag.Error, fmt.Sprintf("the file has more than %d bytes, which is not read", maxBytes), "split the file")
		return
	}
	if !utf8.Valid(text) {
		r.report(0, 0, diag.Error, "the file is no UTF-8 text", "save it as UTF-8")
		return
	}
	text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	docs := parts(text)
	if len(docs) > maxDocuments {
		r.report(docs[maxDocuments].line, 1, diag.Error, fmt.Sprintf("the file has more than %d documents", maxDocuments), "split the file")
		return
	}
	for _, d := range docs {
		r.line = d.line
		r.document(d.text)
	}
	if r.line = 0; r.over {
		r.report(1, 1, diag.Error, fmt.Sprintf("the file says more than is read: %d alerts, or %d keys, aliases written out", maxAlerts, maxReads), "split the file")
	}
}

// document reads one document of a file.
func (r *reader) document(text []byte) {
	if line, what := tooMuch(text); what != "" {
		r.report(line, 1, diag.Error, what, "split the file, and write it plainly")
		return
	}
	f, err := parse(text)
	if err != nil {
		line, col, msg := syntax(err)
		if templated(text, line) {
			r.report(line, col, diag.Warning, "the file is a template of Helm or Jinja, which is skipped", "render it first, and name what comes out")
			return
		}
		r.report(line, col, diag.Error, "the rules do not parse: "+msg, "")
		return
	}
	for _, d := range f.Docs {
		r.anchors = map[string]ast.Node{}
		if d.Body != nil {
			ast.Walk(collector(r.anchors), d.Body)
			r.object(d.Body, 0)
		}
	}
}

// parse calls the parser, which is not sure never to panic on what was made to break it.
func parse(text []byte) (f *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("the parser gave up")
		}
	}()
	return yamlparser.ParseBytes(text, 0)
}

// syntax is where the parser stopped, and why.
func syntax(err error) (line, col int, msg string) {
	var se *yaml.SyntaxError
	if errors.As(err, &se) {
		msg = se.Message // its Error is a drawing of the place, and slow
		if t := se.GetToken(); t != nil && t.Position != nil {
			line, col = t.Position.Line, t.Position.Column
		}
	} else {
		msg = err.Error()
	}
	msg, _, _ = strings.Cut(strings.TrimSpace(msg), "\n")
	return line, col, clip(msg, maxText)
}

// templated tells whether Helm or Jinja would put something in the place of structure, on the line at which the parser
// stopped or beside it. What stands elsewhere may be within a value: annotations of alerts are templates themselves.
func templated(text []byte, line int) bool {
	n := 0
	for l := range bytes.Lines(text) {
		if n++; n < line-1 || n > line+1 {
			continue
		}
		t := bytes.TrimLeft(l, " \t-")
		if _, value, ok := bytes.Cut(t, []byte(": ")); ok && !fillsIn(t) {
			t = bytes.TrimLeft(value, " ")
		}
		if fillsIn(t) {
			return true
		}
	}
	return false
}

func fillsIn(t []byte) bool {
	return bytes.HasPrefix(t, []byte("{{")) || bytes.HasPrefix(t, []byte("{%"))
}

// collector notes what the anchors of a document stand for.
type collector map[string]ast.Node

func (c collector) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok && a.Name != nil && a.Name.GetToken() != nil {
		c[a.Name.GetToken().Value] = a.Value
	}
	return c
}

// object reads a document, or an entry of a list of objects.
func (r *reader) object(n ast.Node, depth int) {
	n = r.real(n)
	if list, ok := n.(*ast.SequenceNode); ok && depth < maxNested {
		for _, x := range list.Values {
			if !r.spend() {
				return
			}
			r.object(x, depth+1)
		}
		return
	}
	if groups := r.get(n, "groups"); groups != nil {
		r.groups(groups)
		return
	}
	if groups := r.get(r.get(n, "spec"), "groups"); groups != nil {
		r.groups(groups)
		return
	}
	if items, ok := r.real(r.get(n, "items")).(*ast.SequenceNode); ok {
		r.object(items, depth+1)
	}
}

func (r *reader) groups(n ast.Node) {
	for _, g := range r.list(n, "groups is not a list", "write a list of groups, each with name and rules") {
		name, _ := r.text(r.get(g, "name"))
		rules := r.get(g, "rules")
		if rules == nil {
			continue
		}
		for _, rule := range r.list(rules, "rules is not a list", "write a list of rules, each with alert or record") {
			r.rule(rule, clip(name, maxName))
		}
	}
}

// list is the entries of a list, none where nothing is said.
func (r *reader) list(n ast.Node, text, fix string) (out []ast.Node) {
	real := r.real(n)
	switch real := real.(type) {
	case nil, *ast.NullNode:
	case *ast.SequenceNode:
		for _, x := range real.Values {
			if !r.spend() {
				return out
			}
			out = append(out, x)
		}
	default:
		r.at(n, text, fix)
	}
	return out
}

func (r *reader) rule(n ast.Node, group string) {
	if r.get(n, "record") != nil {
		r.recording++
		return
	}
	alert := r.get(n, "alert")
	if alert == nil {
		r.at(n, "a rule has neither alert nor record", "name it")
		return
	}
	name, ok := r.text(alert)
	if !ok || strings.TrimSpace(name) == "" {
		r.at(alert, "the name of an alert is not a text", "write alert: Name")
		return
	}
	if len(r.alerts) == maxAlerts {
		r.over = true
		return
	}
	a := Alert{Name: clip(name, maxName), Group: group, File: r.file}
	a.Line, a.Column = r.placeOf(alert)
	severity, _ := r.text(r.get(r.get(n, "labels"), "severity"))
	notes := r.get(n, "annotations")
	summary, _ := r.text(r.get(notes, "summary"))
	a.Severity, a.Summary = clip(severity, maxName), clip(summary, maxText)
	if u := r.get(notes, "runbook_url"); u != nil {
		if a.RunbookURL, _ = r.text(u); a.RunbookURL != "" {
			a.URLLine, a.URLColumn = r.placeOf(u)
			a.RunbookURL = clip(a.RunbookURL, maxURL)
		}
	}
	r.alerts = append(r.alerts, a)
}

// spend notes that a key or entry is looked at; false when there were too many.
func (r *reader) spend() bool {
	r.left--
	r.over = r.over || r.left < 0
	return r.left >= 0
}

// real returns the value behind anchors, aliases, tags and question marks. An alias that means nothing, or itself,
// stays what it is, which is no value of any kind.
func (r *reader) real(n ast.Node) ast.Node {
	for range maxHops {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.TagNode:
			n = v.Value
		case *ast.MappingKeyNode:
			n = v.Value
		case *ast.AliasNode:
			if v.Value == nil || v.Value.GetToken() == nil || r.anchors[v.Value.GetToken().Value] == nil {
				return n
			}
			n = r.anchors[v.Value.GetToken().Value]
		default:
			return n
		}
	}
	return n
}

// get returns the value of a key, its own or one that << merges; nil for none, and for null.
func (r *reader) get(n ast.Node, key string) ast.Node { return r.merged(n, key, 0) }

func (r *reader) merged(n ast.Node, key string, depth int) ast.Node {
	var pairs []*ast.MappingValueNode
	switch n := r.real(n).(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	case *ast.SequenceNode: // << of several
		if depth == 0 {
			return nil
		}
		for _, x := range n.Values {
			if !r.spend() {
				return nil
			}
			if v := r.merged(x, key, depth+1); v != nil {
				return v
			}
		}
		return nil
	}
	for _, p := range pairs {
		if !r.spend() {
			return nil
		}
		if k, ok := r.text(p.Key); ok && k == key {
			if _, null := r.real(p.Value).(*ast.NullNode); null {
				return nil
			}
			return p.Value
		}
	}
	for _, p := range pairs {
		if _, ok := p.Key.(*ast.MergeKeyNode); ok && depth < maxHops && r.spend() {
			if v := r.merged(p.Value, key, depth+1); v != nil {
				return v
			}
		}
	}
	return nil
}

// text is a scalar as it was written; false for everything that is none.
func (r *reader) text(n ast.Node) (string, bool) {
	if n == nil {
		return "", false
	}
	switch n := r.real(n).(type) {
	case *ast.StringNode:
		return strings.TrimSpace(n.Value), true
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		if t := n.GetToken(); t != nil {
			return t.Value, true
		}
	}
	return "", false
}

// placeOf is where a node stands in the file.
func (r *reader) placeOf(n ast.Node) (line, col int) {
	line, col = placeOf(n)
	return line + r.line - 1, col
}

// placeOf is where a node stands in its document; 0 where it does not say.
func placeOf(n ast.Node) (line, col int) {
	if n == nil {
		return 0, 0
	}
	switch v := n.(type) { // a mapping's own token is its first colon
	case *ast.MappingNode:
		if len(v.Values) > 0 {
			return placeOf(v.Values[0])
		}
	case *ast.MappingValueNode:
		return placeOf(v.Key)
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line, t.Position.Column
	}
	return 0, 0
}

// clip keeps at most n code points.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
