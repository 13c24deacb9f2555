package markdown

import (
	"html"

	"github.com/yuin/goldmark/ast"
)

// Scope is what a heading says of the versions its section is for: {applies_to="ESXi 7.0 U3"}.
type Scope struct {
	Text   string
	Line   int // of the heading
	Column int
}

const (
	scopeAttr = "applies_to"
	wordsAttr = "scope-words" // for the reader, string
	dataAttr  = "scope-data"  // for the browser, string
)

// scopeOf is the applies_to of a heading, "" where it says nothing.
func scopeOf(n ast.Node) string {
	v, _ := n.AttributeString(scopeAttr)
	b, _ := v.([]byte)
	return oneLine(string(b))
}

func (p *Page) placeScopes(scope Scoper) {
	if scope == nil || len(p.Scopes) == 0 {
		return
	}
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			if s := scopeOf(h); s != "" {
				words, data := scope(s)
				h.SetAttributeString(wordsAttr, words)
				h.SetAttributeString(dataAttr, data)
			}
		}
		return ast.WalkContinue, nil
	})
}

// dataOf is the attribute by which the browser tells whether a section fits what the reader uses.
func dataOf(n ast.Node) string {
	v, _ := n.AttributeString(dataAttr)
	if s, _ := v.(string); s != "" {
		return ` data-for="` + html.EscapeString(s) + `"`
	}
	return ""
}

// scopeLine stands below a heading that is not for every version.
func scopeLine(n ast.Node) string {
	v, _ := n.AttributeString(wordsAttr)
	if s, _ := v.(string); s != "" {
		return `<p class="scope">` + html.EscapeString(s) + "</p>\n"
	}
	return ""
}
