package markdown

import (
	"strconv"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// A mark is a place in the rendered page that stands for a line of the author's file: what is told about the line leads
// there.

// Mark is a line that is to be found in the rendered page.
type Mark struct {
	Line  int // of the body, as Parse counts it
	Named int // what the link to it says: the line of the author's file
}

var kindMark = ast.NewNodeKind("Mark")

type mark struct {
	ast.BaseBlock
	line int
}

func (*mark) Kind() ast.NodeKind { return kindMark }

func (n *mark) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// placeMarks puts a mark before the block on the top level that each line is part of.
func (p *Page) placeMarks(at []Mark) {
	if len(at) == 0 {
		return
	}
	pos := lines{src: p.src, first: p.first}
	n := p.root.FirstChild()
	if n == nil {
		return
	}
	for _, m := range at {
		for next := n.NextSibling(); next != nil; next = next.NextSibling() {
			if begins, _ := pos.at(startOf(next)); begins > m.Line {
				break
			}
			n = next
		}
		p.root.InsertBefore(p.root, n, &mark{line: m.Named})
	}
}

// startOf is the offset at which a block begins, as far as the parser kept it.
func startOf(n ast.Node) int {
	for c := n; c != nil; c = c.FirstChild() {
		if at := c.Pos(); at >= 0 {
			return at
		}
		if c.Type() == ast.TypeBlock && c.Lines() != nil && c.Lines().Len() > 0 {
			return c.Lines().At(0).Start
		}
	}
	return 0
}

func (nodes) mark(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if m, ok := n.(*mark); ok && entering {
		_, _ = w.WriteString(`<a class="here" id="/line-` + strconv.Itoa(m.line) + `"></a>` + "\n")
	}
	return ast.WalkContinue, nil
}
