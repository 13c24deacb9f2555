package shell

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// What is parsed is bounded: the parser calls itself for each bracket, and one page must not hold back the others. What is
// longer or nests deeper has no holes and no effect.
const (
	maxScript = 16 << 10 // bytes
	maxDepth  = 100      // brackets and compound commands within each other
)

var (
	errLong = errors.New("it is longer than 16 KiB")
	errDeep = errors.New("it nests too deeply: more than 100 brackets or compound commands stand within each other")
)

// bounded tells, by one pass over the text and without parsing it, why it is not to be parsed. It knows no quotes: what
// they hide costs a parser of 16 KiB little. Quotes and backticks nest only with brackets between them.
func bounded(src string) error {
	depth, deepest, word, first := 0, 0, 0, true
	open := func(n int) { depth = max(depth+n, 0); deepest = max(deepest, depth) }
	for i := 0; i <= len(src); i++ {
		c := byte('\n')
		if i < len(src) {
			c = src[i]
		}
		if c >= 'a' && c <= 'z' {
			continue
		}
		w := src[word:i]
		word = i + 1
		if w != "" && first {
			switch w {
			case "if", "while", "until", "for", "select", "case":
				open(1)
			case "fi", "done", "esac":
				open(-1)
			case "then", "do", "else", "elif", "time":
			default:
				first = false
			}
		}
		switch c {
		case '(', '{', '[':
			open(1)
			first = true
		case ')', '}', ']':
			open(-1)
			first = false
		case '\n', ';', '&', '|', '`', '!':
			first = true
		case ' ', '\t':
		default:
			first = false
		}
	}
	switch {
	case deepest > maxDepth:
		return errDeep
	case len(src) > maxScript:
		return errLong
	}
	return nil
}

// parse is the one way to the parser.
func parse(src string) (f *syntax.File, err error) {
	if err := bounded(src); err != nil {
		return nil, err
	}
	defer func() {
		if fault := recover(); fault != nil { // the parser's own is no reason to lose a page
			f, err = nil, fmt.Errorf("the parser fails on it: %v", fault)
		}
	}()
	return syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true)).Parse(strings.NewReader(src), "")
}

// Script is what is known of the commands of one block.
type Script struct {
	Effect Effect
	Holes  []Hole // in order; none overlaps another
	Err    error  // why it does not parse
}

// Read takes the commands of a block apart. vars are the variables of its page; nil where it has none but its own.
func Read(src string, vars *Variables) Script {
	if err := bounded(src); err != nil {
		return Script{Err: err}
	}
	if vars == nil {
		vars = VariablesOf([]string{src})
	}
	all := holesIn(src, vars)
	f, err := parse(blank(src, all))
	if err != nil {
		for i := range all {
			all[i].Place = Plain
		}
		return Script{Holes: all, Err: err}
	}
	return Script{Effect: effectOf(f), Holes: placed(f, src, all, vars)}
}

// Check returns where and why commands do not parse, placeholders taken for words; an empty msg where they do. line and
// column are 1-based, the column in bytes. What is only too long is not judged.
func Check(src string) (line, column int, msg string) {
	err := bounded(src)
	if err == nil {
		_, err = parse(blank(src, holesIn(src, nil)))
	}
	var pe syntax.ParseError
	var le syntax.LangError
	switch {
	case err == nil, err == errLong:
		return 0, 0, ""
	case errors.As(err, &pe):
		return int(pe.Pos.Line()), int(pe.Pos.Col()), strings.ReplaceAll(pe.Text, "foo(", "name(")
	case errors.As(err, &le):
		return int(le.Pos.Line()), int(le.Pos.Col()), strings.TrimSpace(le.Error())
	}
	return 1, 1, err.Error()
}

// Unfinished tells whether a shell would wait for another line: in quotes, a here-document, a loop, after a backslash.
func Unfinished(src string) bool {
	if trailing := len(src) - len(strings.TrimRight(src, `\`)); trailing%2 == 1 {
		return true
	}
	if bounded(src) != nil {
		return false
	}
	_, err := parse(blank(src, holesIn(src, nil)))
	return err != nil && (syntax.IsIncomplete(err) || strings.Contains(err.Error(), "unclosed here-document"))
}

// Known tells whether a text that nobody labelled reads like commands: it parses, and begins with a program that is known
// here and is no word of prose.
func Known(src string) bool {
	src = strings.TrimLeft(src, " \t\n")
	line, _, _ := strings.Cut(src, "\n")
	words := strings.Fields(strings.TrimPrefix(line, "sudo "))
	if len(words) < 2 {
		return false
	}
	name := base(words[0])
	if p, ok := programs[name]; !(ok && !p.prose || questions[name]) {
		return false
	}
	_, err := parse(blank(src, holesIn(src, nil)))
	return err == nil
}

// questions are programs that begin a block of commands and are in no table, for they read a language of their own.
var questions = set("psql mysql ssh awk gawk sed env")

// blank writes a plain word of the same length over each hole, which would be redirections and the like to a parser.
func blank(src string, holes []Hole) string {
	b := []byte(src)
	for _, h := range holes {
		for i := h.From; i < h.To; i++ {
			b[i] = 'x'
		}
	}
	return string(b)
}

// textOf is the text of a word as far as it stands in the script; what only the shell will know is unknown.
func textOf(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	var b strings.Builder
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(unescape(p.Value, "")) // \rm is rm
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			for _, x := range p.Parts {
				if l, ok := x.(*syntax.Lit); ok {
					b.WriteString(unescape(l.Value, "\"\\$`\n"))
				} else {
					b.WriteString(unknown)
				}
			}
		default:
			b.WriteString(unknown)
		}
	}
	return b.String()
}

// unknown stands for what a shell puts into a word: a word that is no name of a program, and no option.
const unknown = "$_"

// unescape takes the backslashes off, before any character or only those given.
func unescape(s, only string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (only == "" || strings.IndexByte(only, s[i+1]) >= 0) {
			if i++; s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func textsOf(ws []*syntax.Word) []string {
	out := make([]string, len(ws))
	for i, w := range ws {
		out[i] = textOf(w)
	}
	return out
}

// children calls f for what stands directly in a node.
func children(n syntax.Node, f func(syntax.Node)) {
	syntax.Walk(n, func(m syntax.Node) bool {
		if m == nil {
			return false
		}
		if m == n {
			return true
		}
		f(m)
		return false
	})
}

func base(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
