package markdown

import (
	"html"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// Tables are `data stack`: on a phone each row becomes a block and each cell shows its column's name, which
// therefore stands in the cell as data-l.

func (nodes) table(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		labels := []string{}
		if h, ok := n.FirstChild().(*extast.TableHeader); ok {
			for c := h.FirstChild(); c != nil; c = c.NextSibling() {
				labels = append(labels, html.EscapeString(oneLine(plain(c, src))))
			}
		}
		for row := n.FirstChild(); row != nil; row = row.NextSibling() {
			if row.Kind() != extast.KindTableRow {
				continue
			}
			i := 0
			for c := row.FirstChild(); c != nil && i < len(labels); c = c.NextSibling() {
				c.SetAttributeString("data-l", labels[i])
				i++
			}
		}
		class := "data stack"
		if n.LastChild() == nil || n.LastChild().Kind() != extast.KindTableRow {
			class = "data" // there is no row to stack
		}
		_, _ = w.WriteString("<div class=\"table\"><table class=\"" + class + "\">\n")
		return ast.WalkContinue, nil
	}
	if n.LastChild() != nil && n.LastChild().Kind() == extast.KindTableRow {
		_, _ = w.WriteString("</tbody>\n")
	}
	_, _ = w.WriteString("</table></div>\n")
	return ast.WalkContinue, nil
}

func (nodes) tableHeader(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<thead><tr>")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("</tr></thead>\n")
	if n.NextSibling() != nil {
		_, _ = w.WriteString("<tbody>\n")
	}
	return ast.WalkContinue, nil
}

func (nodes) tableRow(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<tr>")
	} else {
		_, _ = w.WriteString("</tr>\n")
	}
	return ast.WalkContinue, nil
}

func (nodes) tableCell(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n, _ := node.(*extast.TableCell)
	tag := "td"
	if n.Parent().Kind() == extast.KindTableHeader {
		tag = "th"
	}
	if !entering {
		_, _ = w.WriteString("</" + tag + ">")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<" + tag)
	if tag == "th" {
		_, _ = w.WriteString(` scope="col"`)
	}
	switch n.Alignment {
	case extast.AlignRight:
		_, _ = w.WriteString(` class="r"`)
	case extast.AlignCenter:
		_, _ = w.WriteString(` class="m"`)
	}
	if v, ok := n.AttributeString("data-l"); ok {
		if l, _ := v.(string); l != "" {
			_, _ = w.WriteString(` data-l="` + l + `"`)
		}
	}
	_ = w.WriteByte('>')
	return ast.WalkContinue, nil
}
