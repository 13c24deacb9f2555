package markdown

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// codeSpans is goldmark's parser of code spans with a memory: where a run of backticks found none of its length up
// to the end of the block, later runs of that length need not look again. Without it backticks cost their number
// times the length of their paragraph.
type codeSpans struct{ parser.InlineParser }

var unclosedKey = parser.NewContextKey()

// unclosed is a stretch of the source in which no run of some length closes another.
type unclosed struct{ from, to int }

func (c codeSpans) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	n := 0
	for n < len(line) && line[n] == '`' {
		n++
	}
	known, _ := pc.Get(unclosedKey).(map[int]unclosed)
	if u, ok := known[n]; ok && u.from <= segment.Start && segment.Start < u.to {
		block.Advance(n)
		return ast.NewTextSegment(segment.WithStop(segment.Start + n))
	}
	node := c.InlineParser.Parse(parent, block, pc)
	if _, failed := node.(*ast.Text); failed && parent.Type() == ast.TypeBlock && parent.Lines().Len() > 0 {
		if known == nil {
			known = map[int]unclosed{}
			pc.Set(unclosedKey, known)
		}
		known[n] = unclosed{segment.Start, parent.Lines().At(parent.Lines().Len() - 1).Stop}
	}
	return node
}
