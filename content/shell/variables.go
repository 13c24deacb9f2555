package shell

import (
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Variables are what is known of the variables of a page, all its blocks together.
type Variables struct {
	set   map[string]bool     // the page sets them, and so asks nobody for them
	run   map[string]bool     // somebody else reads their values as code or as arithmetic; also NAME() and files
	flows map[string][]string // by variable, those of which its value is made
}

func newVariables() *Variables {
	return &Variables{map[string]bool{}, map[string]bool{}, map[string][]string{}}
}

// VariablesOf learns from the blocks of a page: first what is set, for what is not is a hole, then what is read as code.
func VariablesOf(blocks []string) *Variables {
	v := newVariables()
	var files []*syntax.File
	for _, src := range blocks {
		f, err := (*syntax.File)(nil), bounded(src)
		if err == nil {
			f, err = parse(blank(src, holesIn(src, nil)))
		}
		if err != nil {
			v.setByLine(src)
		} else {
			v.setBy(f)
		}
		files = append(files, f)
	}
	for i, src := range blocks {
		if files[i] != nil && len(v.set) > 0 && strings.Contains(src, "$") {
			files[i], _ = parse(blank(src, holesIn(src, v)))
		}
	}
	v.learn(slices.DeleteFunc(files, func(f *syntax.File) bool { return f == nil })...)
	return v
}

// learn finds which variables are read as code.
func (v *Variables) learn(files ...*syntax.File) {
	for range 2 { // what a later line runs may come from one before it
		for _, f := range files {
			v.learnScript(f, 0)
		}
		if len(v.run) == 0 {
			return
		}
	}
}

func (v *Variables) learnScript(f *syntax.File, depth int) {
	p := placer{vars: v, learning: true, depth: depth}
	p.walk(f, surrounding{place: Word})
}

// setByLine finds what a script sets that does not parse. What else is in it nobody knows: it may run each of its variables.
func (v *Variables) setByLine(src string) {
	for l := range strings.Lines(src) {
		l = strings.TrimPrefix(strings.TrimSpace(l), "export ")
		if name, _, ok := strings.Cut(l, "="); ok && syntax.ValidName(name) {
			v.set[name] = true
		}
	}
	for _, m := range mentioned.FindAllStringSubmatch(src, -1) {
		v.use(m[1] + m[2])
	}
}

// mentioned are variables, and words next to arithmetic.
var mentioned = regexp.MustCompile(`\$\{?[!#]?([A-Za-z_][A-Za-z0-9_]*)|(?:\(\(|\[\[) *([A-Za-z_][A-Za-z0-9_]*)`)

func (v *Variables) setBy(f *syntax.File) {
	named := func(n syntax.Node) { // in arithmetic
		if w, ok := n.(*syntax.Word); ok && syntax.ValidName(w.Lit()) {
			v.set[w.Lit()] = true
		}
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			if n.Name != nil && (!n.Naked || n.Value == nil) {
				v.set[n.Name.Value] = true
			}
		case *syntax.WordIter:
			v.set[n.Name.Value] = true
		case *syntax.ParamExp:
			if n.Exp != nil && n.Param != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) {
				v.set[n.Param.Value] = true
			}
		case *syntax.BinaryArithm:
			if n.Op == syntax.Assgn || n.Op >= syntax.AddAssgn && n.Op <= syntax.ShrAssgn {
				named(n.X)
			}
		case *syntax.UnaryArithm:
			if n.Op == syntax.Inc || n.Op == syntax.Dec {
				named(n.X)
			}
		case *syntax.CallExpr:
			args := textsOf(n.Args)
			if len(args) == 0 {
				return true
			}
			switch args[0] {
			case "read", "mapfile", "readarray", "getopts":
				for _, a := range args[1:] {
					if syntax.ValidName(a) {
						v.set[a] = true
					}
				}
			case "printf":
				if len(args) > 2 && args[1] == "-v" {
					v.set[args[2]] = true
				}
			}
		}
		return true
	})
}

// isRun tells whether a variable's value is read as code, by itself or by way of another.
func (v *Variables) isRun(name string) bool { return v != nil && (v.run[name] || codeVariables[name]) }

// use says that a variable's value is read as code, and so are those that it is made of.
func (v *Variables) use(name string) {
	if v.run[name] {
		return
	}
	v.run[name] = true
	for _, from := range v.flows[name] {
		v.use(from)
	}
}

func (v *Variables) flow(to, from string) {
	if !slices.Contains(v.flows[to], from) {
		v.flows[to] = append(v.flows[to], from)
	}
	if v.run[to] {
		v.use(from)
	}
}
