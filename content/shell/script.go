package shell

import (
	"errors"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxScript bounds what is parsed, in bytes. A longer block has no holes and no effect.
const maxScript = 16 << 10

// Script is what is known of the commands of one block.
type Script struct {
	Effect Effect
	Holes  []Hole // in order; none overlaps another
	Err    error  // why it does not parse
}

// Assigned adds the variables that a script sets to a set, so that other blocks of the page do not ask for them.
func Assigned(src string, names map[string]bool) {
	f, err := parse(blank(src, holesIn(src, nil)))
	if err != nil {
		for l := range strings.Lines(src) {
			l = strings.TrimPrefix(strings.TrimSpace(l), "export ")
			if name, _, ok := strings.Cut(l, "="); ok && syntax.ValidName(name) {
				names[name] = true
			}
		}
		return
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			if n.Name != nil {
				names[n.Name.Value] = true
			}
		case *syntax.WordIter:
			names[n.Name.Value] = true
		case *syntax.CallExpr:
			if len(n.Args) > 1 && n.Args[0].Lit() == "read" {
				for _, a := range n.Args[1:] {
					names[a.Lit()] = true
				}
			}
		}
		return true
	})
}

// Read takes the commands of a block apart. assigned are the variables that the page sets, see Assigned.
func Read(src string, assigned map[string]bool) Script {
	if len(src) > maxScript {
		return Script{}
	}
	holes := holesIn(src, assigned)
	f, err := parse(blank(src, holes))
	if err != nil {
		for i := range holes {
			holes[i].Place = Plain
		}
		return Script{Holes: holes, Err: err}
	}
	s := Script{Effect: effectOf(f)}
	ps := placesIn(f)
	for _, h := range holes {
		h.Place = ps.at(h, src)
		if src[h.From] == '$' && (h.Place == Single || h.Place == Text) {
			continue // there it is no variable to the shell
		}
		s.Holes = append(s.Holes, h)
	}
	return s
}

// Check returns where and why commands do not parse, placeholders taken for words; an empty msg where they do. line and
// column are 1-based, the column in bytes.
func Check(src string) (line, column int, msg string) {
	if len(src) > maxScript {
		return 0, 0, ""
	}
	_, err := parse(blank(src, holesIn(src, nil)))
	if err == nil {
		return 0, 0, ""
	}
	var pe syntax.ParseError
	if errors.As(err, &pe) {
		return int(pe.Pos.Line()), int(pe.Pos.Col()), strings.ReplaceAll(pe.Text, "foo(", "name(")
	}
	var le syntax.LangError
	if errors.As(err, &le) {
		return int(le.Pos.Line()), int(le.Pos.Col()), strings.TrimSpace(le.Error())
	}
	return 1, 1, err.Error()
}

func parse(src string) (f *syntax.File, err error) {
	return syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true)).Parse(strings.NewReader(src), "")
}

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

// span is a part of a script in which values are written in one way.
type span struct {
	from, to int
	place    Place
}

// places are the spans of a script; of those around an offset the shortest counts.
type places []span

func (ps places) at(h Hole, src string) Place {
	best := span{to: len(src) + 1, place: Word}
	for _, s := range ps {
		if s.from <= h.From && h.To <= s.to && (s.to-s.from < best.to-best.from || s.to-s.from == best.to-best.from && best.place != Plain) {
			best = s
		}
	}
	if best.place == Word && h.To < len(src) && strings.IndexByte("<>", src[h.To]) >= 0 {
		return Always // a number before it would be a file descriptor
	}
	return best.place
}

// inner are the programs that give their arguments to another shell.
var inner = set(`ssh eval su watch`)

// code are the options whose argument is a program.
var code = set(`-c -e --command --eval --execute -lc -ec`)

func placesIn(f *syntax.File) (ps places) {
	add := func(n syntax.Node, p Place) {
		ps = append(ps, span{int(n.Pos().Offset()), int(n.End().Offset()), p})
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Comment:
			add(n, Text)
		case *syntax.SglQuoted:
			if n.Dollar {
				add(n, Plain)
			} else {
				add(n, Single)
			}
		case *syntax.DblQuoted:
			add(n, Double)
		case *syntax.CmdSubst:
			if n.Backquotes {
				add(n, Plain)
			} else {
				add(n, Word)
			}
		case *syntax.ProcSubst:
			add(n, Word)
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.CStyleLoop:
			add(n, Number)
		case *syntax.ParamExp:
			add(n, Plain)
		case *syntax.Redirect:
			if n.Hdoc != nil {
				if quoted(n.Word) {
					add(n.Hdoc, Text)
				} else {
					add(n.Hdoc, Here)
				}
			}
		case *syntax.CallExpr:
			if len(n.Args) > 0 {
				add(n.Args[0], Always)
				ps = append(ps, nested(n)...)
			}
		}
		return true
	})
	return ps
}

// quoted tells whether the delimiter of a here-document is quoted in any way.
func quoted(w *syntax.Word) bool {
	if w == nil {
		return false
	}
	l := w.Lit()
	return l == "" || strings.Contains(l, `\`)
}

// nested are the arguments of a command that another shell or program will read as code: a value that is quoted for this
// shell would not be for that one.
func nested(c *syntax.CallExpr) (ps places) {
	args := c.Args
	all := false
	for i, a := range args {
		l := a.Lit()
		if name := l[strings.LastIndexByte(l, '/')+1:]; i < 3 && inner[name] {
			all = true
			continue
		}
		if all || i > 0 && code[args[i-1].Lit()] {
			from, to := int(a.Pos().Offset()), int(a.End().Offset())
			for _, p := range a.Parts { // narrower than the quotes
				ps = append(ps, span{int(p.Pos().Offset()), int(p.End().Offset()), Plain})
				if q, ok := p.(*syntax.DblQuoted); ok {
					for _, x := range q.Parts {
						ps = append(ps, span{int(x.Pos().Offset()), int(x.End().Offset()), Plain})
					}
				}
			}
			ps = append(ps, span{from, to, Plain})
		}
	}
	return ps
}
