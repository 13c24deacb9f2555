package markdown

import (
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// placeFormer puts anchors that the page once had at the beginning of the headings that took their place, and those of
// headings that the page does not show at its top. An anchor that the page has, or may not have, is left out.
func (p *Page) placeFormer(former map[string][]string) {
	if len(former) == 0 {
		return
	}
	taken := map[string]bool{}
	for _, id := range p.Anchors {
		taken[id] = true
	}
	targets := func(now string) ast.Node {
		var b strings.Builder
		for _, id := range former[now] {
			if !taken[id] && (validID(id) || id != "" && Slug(id) == id) {
				taken[id] = true
				b.WriteString(`<span id="` + html.EscapeString(id) + `" class="former"></span>`)
			}
		}
		if b.Len() == 0 {
			return nil
		}
		n := ast.NewRawHTML()
		n.SetAttributeString(htmlAttr, []byte(b.String()))
		return n
	}
	placed := map[string]bool{}
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		h, ok := n.(*ast.Heading)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		placed[p.ids[h]] = true
		if t := targets(p.ids[h]); t != nil {
			h.InsertBefore(h, h.FirstChild(), t)
		}
		return ast.WalkSkipChildren, nil
	})
	for _, now := range slices.Sorted(maps.Keys(former)) {
		if t := targets(now); !placed[now] && t != nil {
			p.atTop(t)
		}
	}
}

// atTop puts a node of no size at the beginning of the page: into the first block that holds text, so that the block
// keeps its place as the first one.
func (p *Page) atTop(t ast.Node) {
	for n := p.root.FirstChild(); n != nil; n = n.FirstChild() {
		switch n.Kind() {
		case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading:
			first := n.FirstChild()
			if first != nil && first.Kind() == extast.KindTaskCheckBox {
				first = first.NextSibling()
			}
			n.InsertBefore(n, first, t)
			return
		case ast.KindBlockquote, ast.KindList, ast.KindListItem, kindCourse, kindStep:
			continue
		}
		break
	}
	p.root.InsertBefore(p.root, p.root.FirstChild(), t)
}
