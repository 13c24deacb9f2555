package shell

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxScripts is how deep scripts within scripts are looked at.
const maxScripts = 3

// placed gives holes their places, and leaves out what is none: a variable in single quotes, a line that could end a
// here-document.
func placed(f *syntax.File, src string, holes []Hole, vars *Variables) []Hole {
	p := placer{src: src, holes: slices.Clone(holes), vars: vars}
	p.walk(f, surrounding{place: Word})
	var out []Hole
	for _, h := range p.holes {
		switch {
		case h.Place == none:
			continue
		case h.Place == 0: // the parser shows no text there
			h.Place = Plain
		case h.Place == Word && h.To < len(src) && strings.IndexByte("<>", src[h.To]) >= 0:
			h.Place = Always // a number before it would be a file descriptor
		}
		out = append(out, h)
	}
	return out
}

// none is the place of what only looks like a hole.
const none Place = '-'

// surrounding is where in a script one is.
type surrounding struct {
	place Place // of a value that stands there as it is
	run   bool  // somebody else reads it, as code or as arithmetic: so the variables in it count
}

// in is the context of something within another. A value is never less safe for standing deeper: what is Plain stays
// Plain, what is a number stays one or becomes Plain.
func (c surrounding) in(p Place) surrounding {
	if c.place == Plain || c.place == Number && p != Plain {
		return c
	}
	c.place = p
	return c
}

// code is the context of what somebody else reads: a shell that is given a script, an interpreter, a database.
func (c surrounding) code() surrounding { return surrounding{Plain, true} }

// number is the context of arithmetic, in which shells evaluate whatever a name holds.
func (c surrounding) number() surrounding { c.run = true; return c.in(Number) }

// placer goes through a script from the outside in, once or more to learn of its variables and once for its holes.
type placer struct {
	src      string
	holes    []Hole
	vars     *Variables
	learning bool
	target   string // the variable whose value is looked at
	depth    int
}

func (p *placer) isRun(name string) bool { return p.vars.isRun(name) }

func (p *placer) walk(n syntax.Node, c surrounding) {
	switch n := n.(type) {
	case *syntax.Comment:
		p.mark(n, Plain) // zsh runs what stands in a comment, where it is typed
	case *syntax.Lit:
		if p.mark(n, c.place); c.run && p.learning && syntax.ValidName(n.Value) {
			p.vars.use(n.Value)
		}
	case *syntax.SglQuoted:
		p.quoted(n, c)
	case *syntax.DblQuoted:
		p.each(n, c.in(Double))
	case *syntax.CmdSubst:
		if n.Backquotes { // they take a layer of backslashes off
			p.each(n, c.in(Plain))
		} else {
			p.each(n, c.in(Word))
		}
	case *syntax.ProcSubst:
		p.each(n, c.in(Word))
	case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.CStyleLoop:
		p.each(n, c.number())
	case *syntax.ParamExp:
		p.expansion(n, c)
	case *syntax.ExtGlob:
		p.each(n, c.in(Plain))
	case *syntax.Stmt:
		p.statement(n, c)
	case *syntax.BinaryCmd:
		x := c
		if (n.Op == syntax.Pipe || n.Op == syntax.PipeAll) && p.takesCode(n.Y) {
			x = c.code()
		}
		p.walk(n.X, x)
		p.walk(n.Y, c)
	case *syntax.BinaryTest:
		if n.Op >= syntax.TsEql && n.Op <= syntax.TsGtr {
			c = c.number()
		}
		p.each(n, c)
	case *syntax.UnaryTest:
		if n.Op == syntax.TsVarSet || n.Op == syntax.TsRefVar {
			c = c.code()
		}
		p.each(n, c)
	case *syntax.CaseItem:
		children(n, func(m syntax.Node) {
			if _, ok := m.(*syntax.Word); ok {
				p.walk(m, c.in(Always)) // esac would be the end
			} else {
				p.walk(m, c)
			}
		})
	case *syntax.Assign:
		p.assign(n, c)
	case *syntax.ArrayElem:
		if n.Index != nil {
			p.walk(n.Index, c.code())
		}
		if n.Value != nil {
			p.walk(n.Value, c)
		}
	case *syntax.WordIter:
		p.mark(n.Name, Plain)
		p.valueOf(n.Name.Value, func() {
			for _, w := range n.Items {
				p.walk(w, p.asValue(n.Name.Value, c))
			}
		})
	case *syntax.FuncDecl:
		if n.Name != nil {
			p.mark(n.Name, Plain)
			if p.learning && p.takesCode(n.Body) {
				p.vars.use(n.Name.Value + "()")
			}
		}
		p.walk(n.Body, c)
	case *syntax.CoprocClause:
		if n.Name != nil {
			p.walk(n.Name, c.in(Plain))
		}
		p.walk(n.Stmt, c)
	case *syntax.DeclClause:
		p.declaration(n, c)
	case *syntax.CallExpr:
		p.call(n, c)
	default:
		p.each(n, c)
	}
}

func (p *placer) each(n syntax.Node, c surrounding) {
	children(n, func(m syntax.Node) { p.walk(m, c) })
}

// mark says of the holes in a piece of text where they stand.
func (p *placer) mark(n syntax.Node, place Place) { p.between(n, func(h *Hole) { h.Place = place }) }

func (p *placer) between(n syntax.Node, f func(*Hole)) {
	from, to := int(n.Pos().Offset()), int(n.End().Offset())
	i := sort.Search(len(p.holes), func(i int) bool { return p.holes[i].From >= from })
	for ; i < len(p.holes) && p.holes[i].To <= to; i++ {
		f(&p.holes[i])
	}
}

// dead takes out the variables in a text that this shell does not expand.
func (p *placer) dead(n syntax.Node) {
	p.between(n, func(h *Hole) {
		if p.src[h.From] == '$' {
			h.Place = none
		}
	})
}

func (p *placer) quoted(n *syntax.SglQuoted, c surrounding) {
	if n.Dollar {
		p.mark(n, Plain)
		return
	}
	p.mark(n, c.in(Single).place)
	p.dead(n)
}

func (p *placer) expansion(n *syntax.ParamExp, c surrounding) {
	inside := c.in(Plain)
	run := inside
	run.run = true
	if n.Param != nil {
		p.mark(n.Param, Plain)
		name := n.Param.Value
		if strings.Trim(name, "0123456789*") == "" {
			name = "@" // what set gives
		}
		// ${!X} and ${X@P} evaluate what X holds.
		if p.learning && (c.run || n.Excl || n.Exp != nil && n.Exp.Op == syntax.OtherParamOps) {
			p.vars.use(name)
		}
		if p.learning && p.target != "" {
			p.vars.flow(p.target, name)
		}
	}
	if n.NestedParam != nil {
		p.walk(n.NestedParam, inside)
	}
	if n.Index != nil {
		p.walk(n.Index, run)
	}
	if n.Slice != nil {
		for _, x := range []syntax.ArithmExpr{n.Slice.Offset, n.Slice.Length} {
			if x != nil {
				p.walk(x, run)
			}
		}
	}
	if n.Repl != nil {
		for _, w := range []*syntax.Word{n.Repl.Orig, n.Repl.With} {
			if w != nil {
				p.walk(w, inside)
			}
		}
	}
	if n.Exp != nil && n.Exp.Word != nil {
		if n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull {
			p.valueOf(n.Param.Value, func() { p.walk(n.Exp.Word, inside) })
		} else {
			p.walk(n.Exp.Word, inside)
		}
	}
}

// statement looks at where a command's input comes from and where its output goes before it looks at the command.
func (p *placer) statement(n *syntax.Stmt, c surrounding) {
	own, input := c, c
	if len(n.Redirs) > 0 && n.Cmd != nil && p.takesCode(n.Cmd) {
		input = c.code()
	}
	for _, r := range n.Redirs {
		if p.writesCode(r) {
			own, input = c.code(), c.code()
		}
	}
	children(n, func(m syntax.Node) {
		r, ok := m.(*syntax.Redirect)
		if !ok {
			p.walk(m, own)
			return
		}
		if r.N != nil {
			p.mark(r.N, Plain)
		}
		switch {
		case r.Hdoc != nil:
		case r.Op == syntax.RdrIn, r.Op == syntax.RdrInOut, r.Op == syntax.WordHdoc:
			p.walk(r.Word, input.in(Word))
			return
		default:
			p.walk(r.Word, own.in(Word))
			return
		}
		if scriptText.MatchString(textOf(r.Hdoc)) {
			input = c.code()
		}
		if literal(r.Word) {
			p.walk(r.Hdoc, input.in(Text))
			p.dead(r.Hdoc)
		} else {
			p.walk(r.Hdoc, input.in(Here))
		}
		p.between(r.Hdoc, func(h *Hole) {
			if h.Place != none && p.mayEnd(*h, textOf(r.Word)) { // a number is no delimiter
				h.Place = Number
			}
		})
	})
}

// mayEnd tells whether a value could make a line of a here-document the one that ends it.
func (p *placer) mayEnd(h Hole, delimiter string) bool {
	from := strings.LastIndexByte(p.src[:h.From], '\n') + 1
	before := strings.TrimLeft(p.src[from:h.From], "\t")
	after, _, _ := strings.Cut(p.src[h.To:], "\n")
	if i := strings.IndexAny(before, "<${"); i >= 0 { // a hole before this one
		before = before[:i]
	}
	if i := strings.LastIndexAny(after, ">}$"); i >= 0 {
		if after[i] == '$' {
			i = len(after) - 1
		}
		after = after[i+1:]
	}
	return len(before)+len(after) < len(delimiter) && strings.HasPrefix(delimiter, before) && strings.HasSuffix(delimiter, after) && strings.Trim(delimiter, "0123456789-") != ""
}

// literal tells whether the delimiter of a here-document is quoted in any way, so that the shell expands nothing in it.
func literal(w *syntax.Word) bool {
	if w == nil {
		return false
	}
	l := w.Lit()
	return l == "" || strings.Contains(l, `\`)
}

func (p *placer) assign(n *syntax.Assign, c surrounding) {
	name := ""
	if n.Name != nil {
		name = n.Name.Value
		p.mark(n.Name, Plain)
	}
	if n.Index != nil {
		p.walk(n.Index, c.code())
	}
	p.valueOf(name, func() {
		if n.Value != nil {
			p.walk(n.Value, p.asValue(name, c))
		}
		if n.Array != nil {
			p.walk(n.Array, p.asValue(name, c))
		}
	})
}

// asValue is the context of what a variable is set to.
func (p *placer) asValue(name string, c surrounding) surrounding {
	if p.isRun(name) {
		return c.code()
	}
	return c.in(Word)
}

func (p *placer) valueOf(name string, f func()) {
	before := p.target
	p.target = name
	f()
	p.target = before
}

func (p *placer) declaration(n *syntax.DeclClause, c surrounding) {
	whole, reference := false, n.Variant.Value == "nameref"
	for _, a := range n.Args {
		if a.Naked && a.Name == nil {
			if o := textOf(a.Value); strings.HasPrefix(o, "-") {
				whole = whole || strings.Contains(o, "i")
				reference = reference || strings.Contains(o, "n") && n.Variant.Value != "export"
			}
			p.walk(a.Value, c.code()) // the name of a variable
			continue
		}
		if p.learning && a.Name != nil && (whole || reference) {
			p.vars.use(a.Name.Value)
		}
		switch {
		case whole:
			p.each(a, c.number())
		case reference:
			p.each(a, c.code())
		default:
			p.assign(a, c)
		}
	}
}

func (p *placer) call(n *syntax.CallExpr, c surrounding) {
	for _, a := range n.Assigns {
		p.assign(a, c)
	}
	if len(n.Args) == 0 {
		return
	}
	args := textsOf(n.Args)
	readers := readersOf(args)
	for i, w := range n.Args {
		in := c.in(Word)
		if i == 0 {
			in = c.in(Always)
		}
		switch {
		case readers[i] == Number:
			in = c.number()
		case readers[i] == Plain, i > 0 && p.isRun(args[0]+"()"), args[0] == "set" && p.isRun("@"):
			in = c.code()
			if p.learning && p.depth < maxScripts && strings.ContainsAny(args[i], "$([") { // its own variables
				if f, err := parse(args[i]); err == nil {
					p.vars.learnScript(f, p.depth+1)
				}
			}
		case i > 0 && scriptText.MatchString(args[i]): // for whoever reads the word
			in = c.code()
		case i > 0 && substituted(w) && takesInput(args):
			in = c.code() // a script by way of <(…)
		}
		p.walk(w, in)
	}
	for i, a := range args {
		if in, ok := interpreterOf(base(a)); ok && p.learning && in.language != opaque && in.language != filter {
			for _, f := range args[i+1:] { // perhaps one that was written before
				p.vars.use(fileKey + f)
			}
			return
		}
	}
}

// fileKey is before the names of files among the variables that are run.
const fileKey = "file "

func substituted(w *syntax.Word) bool {
	for _, x := range w.Parts {
		if _, ok := x.(*syntax.ProcSubst); ok {
			return true
		}
	}
	return false
}

// takesCode tells whether anything in a command may take its input for code or for arithmetic.
func (p *placer) takesCode(n syntax.Node) (yes bool) {
	syntax.Walk(n, func(m syntax.Node) bool {
		switch m := m.(type) {
		case *syntax.CallExpr:
			args := textsOf(m.Args)
			if len(args) == 0 {
				break
			}
			yes = yes || takesInput(args) || p.isRun(args[0]+"()")
			for _, a := range args[1:] {
				switch args[0] {
				case "read", "mapfile", "readarray":
					yes = yes || p.isRun(a)
				case "tee", "sudo", "dd":
					yes = yes || p.codeFile(strings.TrimPrefix(a, "of="))
				}
			}
		case *syntax.Redirect:
			yes = yes || p.writesCode(m)
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause:
			yes = true
		case *syntax.BinaryTest:
			yes = yes || m.Op >= syntax.TsEql && m.Op <= syntax.TsGtr
		}
		return !yes
	})
	return yes
}

var (
	// codeFiles are the files that somebody will run, by their names.
	codeFiles = regexp.MustCompile(`\.(sh|bash|zsh|ksh|py|pl|rb|js|php|lua|awk|sed|sql|service|timer|mk)$|cron|profile|rc$|rc\.local|sudoers|authorized_keys|/s?bin/|init\.d/|Makefile|Dockerfile`)
	// scriptText is of a text that is a script, or holds one, as the manifest of a container does.
	scriptText = regexp.MustCompile(`(?m)^\s*#!|(ba|da|z|k|a)?sh\b["',\s-]*-[a-z]*c\b|^\s*Exec[A-Z]\w*=|\b(runcmd|script): *[|\[]?`)
)

func (p *placer) codeFile(name string) bool {
	return codeFiles.MatchString(name) || p.isRun(fileKey+name)
}

// writesCode tells whether a redirection leads into a file, or a program, that runs what it is given.
func (p *placer) writesCode(r *syntax.Redirect) bool {
	switch r.Op {
	case syntax.RdrOut, syntax.AppOut, syntax.RdrAll, syntax.AppAll, syntax.RdrClob:
		return p.codeFile(textOf(r.Word)) || substituted(r.Word) && p.takesCode(r.Word)
	}
	return false
}
