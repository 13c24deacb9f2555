package markdown

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Stretches of a difference in which nothing changed are folded away, but for the blocks next to a change and the
// headings of the sections it stands in.
const (
	minFold      = 3 // blocks
	minFoldShort = 8 // items of lists and rows of tables
	maxNames     = 4 // headings that say what is folded
)

// lay puts the blocks of a difference into their place, folded.
func (d *differ) lay(to *html.Node, items []item) {
	least := minFold
	switch {
	case to.DataAtom == atom.Ol && hasClass(to, "course"):
	case to.DataAtom == atom.Ul, to.DataAtom == atom.Tbody:
		least = minFoldShort
	case to.DataAtom == atom.Div && !isFrame(to), to.DataAtom == atom.Li, to.DataAtom == atom.Dd, to.DataAtom == atom.Blockquote, to.DataAtom == atom.Details:
	default: // a number in a list is its place
		least = len(items) + 1
	}
	shown := seenItems(items)
	for len(items) > 0 {
		n := 0
		for n < len(items) && !shown[n] {
			n++
		}
		if n >= least {
			to.AppendChild(folded(to, items[:n]))
		} else {
			n = max(n, 1)
			for _, it := range items[:n] {
				for _, x := range it.nodes {
					to.AppendChild(x)
				}
			}
		}
		items, shown = items[n:], shown[n:]
	}
}

// seenItems tells which items stand in sight: those that changed, those beside them, and the headings above them.
func seenItems(items []item) []bool {
	shown := make([]bool, len(items))
	var heads []int // of the sections that the item stands in
	for i, it := range items {
		if it.level > 0 {
			for len(heads) > 0 && items[heads[len(heads)-1]].level >= it.level {
				heads = heads[:len(heads)-1]
			}
			heads = append(heads, i)
		}
		if !it.changed {
			continue
		}
		for _, h := range heads {
			shown[h] = true
		}
		for j := max(i-1, 0); j <= min(i+1, len(items)-1); j++ {
			shown[j] = true
		}
	}
	return shown
}

// folded puts items behind a line that says what they are.
func folded(to *html.Node, items []item) *html.Node {
	one, many := "block", "blocks"
	details, summary := newElement(atom.Details, "fold"), newElement(atom.Summary, "")
	details.AppendChild(summary)
	in, out := details, details
	switch to.DataAtom {
	case atom.Ol, atom.Ul:
		if one, many = "item", "items"; hasClass(to, "course") {
			one, many = "step", "steps"
		}
		in = bare(to)
		details.AppendChild(in)
		out = newElement(atom.Li, "fold")
		out.AppendChild(details)
	case atom.Tbody:
		one, many = "row", "rows"
		table, cell := newElement(atom.Table, "data"), newElement(atom.Td, "")
		in = newElement(atom.Tbody, "")
		table.AppendChild(in)
		details.AppendChild(table)
		cell.Attr = []html.Attribute{{Key: "colspan", Val: strconv.Itoa(columns(items))}}
		cell.AppendChild(details)
		out = newElement(atom.Tr, "fold")
		out.AppendChild(cell)
	}
	var names []string
	for _, it := range items {
		for _, n := range it.nodes {
			if isHeading(n) {
				names = append(names, textOf(n))
			}
			in.AppendChild(n)
		}
	}
	line := strconv.Itoa(len(items)) + " " + many + " unchanged"
	if len(items) == 1 {
		line = "1 " + one + " unchanged"
	}
	if len(names) > maxNames {
		names = append(names[:maxNames], "…")
	}
	summary.AppendChild(textNode(line))
	if len(names) > 0 {
		small := newElement(atom.Small, "")
		small.AppendChild(textNode(strings.Join(names, " · ")))
		summary.AppendChild(textNode(" "))
		summary.AppendChild(small)
	}
	return out
}

// columns is how many cells the widest of some rows has.
func columns(items []item) (out int) {
	for _, it := range items {
		for _, n := range it.nodes {
			i := 0
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				i++
			}
			out = max(out, i)
		}
	}
	return out
}

// textOf is the text in a node, on one line.
func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return oneLine(b.String())
}
