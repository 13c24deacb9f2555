package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// Section is one heading with the text below it, up to the next heading of any level.
// The text before the first heading is a section without heading and anchor.
type Section struct {
	ID      string // anchor; "" for the text before the first heading
	Heading string // without markup
	Text    string // paragraphs, items, cells and code, a line each; no markup
}

// Sections returns the text of the page, cut at its headings. The level-1 heading that is the page's title does
// not cut. The slice is never empty.
func (p *Page) Sections() []Section {
	if p.Refused {
		return []Section{{Text: string(p.src)}}
	}
	var out []Section
	cur := Section{}
	titled := false
	var b strings.Builder
	flush := func() {
		cur.Text = strings.TrimSpace(b.String())
		if cur.ID != "" || cur.Text != "" {
			out = append(out, cur)
		}
		b.Reset()
	}
	for n := p.root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			if h.Level == 1 && !titled && cur.ID == "" && strings.TrimSpace(b.String()) == "" {
				titled = true
				continue
			}
			titled = true
			flush()
			cur = Section{ID: p.ids[h], Heading: oneLine(plain(h, p.src))}
			continue
		}
		p.blockText(&b, n)
	}
	flush()
	if len(out) == 0 {
		out = append(out, Section{})
	}
	return out
}

// blockText writes the text of a block and of the blocks in it, a line each.
func (p *Page) blockText(b *strings.Builder, n ast.Node) {
	switch n := n.(type) {
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			b.Write(s.Value(p.src))
		}
		b.WriteByte('\n')
	case *ast.HTMLBlock:
		b.WriteString(shownText(n, p.src))
		b.WriteByte('\n')
	case *ast.Paragraph, *ast.TextBlock, *ast.Heading, *extast.DefinitionTerm:
		writePlain(b, n, p.src)
		b.WriteByte('\n')
	case *extast.TableCell:
		writePlain(b, n, p.src)
		if n.NextSibling() != nil {
			b.WriteString("  ")
		} else {
			b.WriteByte('\n')
		}
	case *extast.FootnoteBacklink:
	default:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			p.blockText(b, c)
		}
	}
}
