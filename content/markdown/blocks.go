package markdown

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// block is a block of a page that is compared with another version of it.
type block struct {
	node  *html.Node // the synthetic parent, without a name, of text that stands beside blocks
	kind  string     // blocks of one kind may be versions of each other
	key   uint64     // the same for blocks that look the same
	kids  []*block   // the blocks in it; nil where it has text alone
	torn  bool       // text that stands beside blocks was taken out of the node or of one in it, see nodes
	words []uint32   // see differ.wordsOf
	told  bool       // words is filled
}

// phrasing are the elements that stand within text.
var phrasing = wordsOf("a abbr b bdi bdo br cite code del dfn em i img ins kbd q rp rt ruby s samp small span strong sub sup svg tt u use var wbr")

// isBlock tells whether a node is a block or has one in it.
func isBlock(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	return !phrasing[n.Data] || holdsBlocks(n)
}

// children are the blocks in a node. Text that stands beside them is a block as well, and loses its place in the node.
func (d *differ) children(n *html.Node) []*block {
	out := []*block{}
	var run *html.Node
	flush := func() {
		if run != nil {
			trimRight(run)
			out = append(out, d.block(run, false))
			run = nil
		}
	}
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case isBlock(c):
			flush()
			out = append(out, d.block(c, true))
		case run == nil && c.Type == html.TextNode && strings.Trim(c.Data, space) == "":
		default:
			if run == nil {
				run = &html.Node{Type: html.ElementNode}
			}
			n.RemoveChild(c)
			run.AppendChild(c)
		}
		c = next
	}
	flush()
	return out
}

// trimRight takes white space off the end of text that stands beside blocks.
func trimRight(run *html.Node) {
	if t := run.LastChild; t.Type == html.TextNode {
		t.Data = strings.TrimRight(t.Data, space)
	}
}

// space is what HTML takes for white space.
const space = " \t\n\f\r"

func (d *differ) block(n *html.Node, mayHold bool) *block {
	b := &block{node: n, kind: kindOf(n)}
	var h maphash.Hash
	h.SetSeed(d.seed)
	if mayHold && n.DataAtom != atom.Pre && holdsBlocks(n) {
		b.kids = d.children(n)
		hashTag(&h, n)
		for _, k := range b.kids {
			b.torn = b.torn || k.torn || k.node.Data == ""
			maphash.WriteComparable(&h, k.key)
		}
	} else {
		hash(&h, n, n.DataAtom == atom.Pre)
	}
	b.key = h.Sum64()
	return b
}

func holdsBlocks(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if isBlock(c) {
			return true
		}
	}
	return false
}

// parts are the blocks in a block; of one that has text alone it is the text.
func (d *differ) parts(b *block) []*block {
	if b.kids != nil {
		return b.kids
	}
	if b.node.FirstChild == nil {
		return nil
	}
	run := &html.Node{Type: html.ElementNode}
	for _, n := range emptied(b.node) {
		run.AppendChild(n)
	}
	return []*block{d.block(run, false)}
}

func kindOf(n *html.Node) string {
	switch {
	case isHeading(n):
		return "h"
	case n.DataAtom == atom.Div || n.DataAtom == atom.P || hasClass(n, "step"):
		class, _, _ := strings.Cut(attr(n, "class"), " ")
		return n.Data + "." + class
	}
	return n.Data
}

func isHeading(n *html.Node) bool {
	return len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6'
}

func (b *block) level() int {
	if isHeading(b.node) {
		return int(b.node.Data[1] - '0')
	}
	return 0
}

// what is the kind of the block in the reader's words.
func (b *block) what() What {
	switch n := b.node; n.DataAtom {
	case atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return HeadingBlock
	case 0, atom.P:
		return Paragraph
	case atom.Li:
		if hasClass(n, "step") {
			return Step
		}
		return Item
	case atom.Ul, atom.Ol:
		return List
	case atom.Tr:
		return Row
	case atom.Table:
		return Table
	case atom.Figure, atom.Pre:
		return CodeBlock
	case atom.Blockquote:
		return Quote
	case atom.Div:
		switch b.kind {
		case "div.alert":
			return Note
		case "div.table":
			return Table
		case "div.say":
			return Paragraph
		}
	}
	return Part
}

// unit tells whether the block counts as one where something in it changed.
func (b *block) unit() bool {
	switch b.what() {
	case Step, Item, Row, CodeBlock, Note:
		return true
	}
	return b.kids == nil || b.kind == "div.say"
}

// nodes are what stands for the block in the page, whole.
func (b *block) nodes() []*html.Node {
	detach(b.node)
	if b.torn {
		emptied(b.node)
		for _, k := range b.kids {
			for _, n := range k.nodes() {
				b.node.AppendChild(n)
			}
		}
	}
	return standing(b.node)
}

// hash writes what a reader sees of a node: not its ids, and of white space only that there is some.
func hash(h *maphash.Hash, n *html.Node, pre bool) {
	switch {
	case n.Type == html.TextNode && pre:
		_, _ = h.WriteString(n.Data)
	case n.Type == html.TextNode:
		blank := false
		for i := range len(n.Data) {
			c := n.Data[i]
			if strings.IndexByte(space, c) >= 0 {
				blank = true
				continue
			}
			if blank {
				_ = h.WriteByte(' ')
				blank = false
			}
			_ = h.WriteByte(c)
		}
		if blank {
			_ = h.WriteByte(' ')
		}
	case n.Type == html.ElementNode:
		hashTag(h, n)
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			hash(h, c, pre)
		}
		_, _ = h.WriteString("\x00/")
	}
}

func hashTag(h *maphash.Hash, n *html.Node) {
	_, _ = h.WriteString("\x00" + n.Data)
	for _, a := range n.Attr {
		if a.Key != "id" && a.Key != "data-l" {
			_, _ = h.WriteString("\x00" + a.Key + "\x00" + a.Val)
		}
	}
	_, _ = h.WriteString("\x00>")
}

// pair is the places of two blocks that are versions of each other.
type pair struct{ old, now int }

const (
	maxNear  = 300_000 // pairs of blocks that are asked how near they are, of a page
	maxGap   = 100     // blocks that are compared with each other at once
	maxWords = 200     // words of a block that are looked at
	nearText = 0.4     // share of words at which a text is taken for another one's version
	nearList = 0.2     // the same of blocks that hold blocks: what is in them is compared again
)

// pairs finds, among blocks that are not the same, those that are versions of each other, in order.
func (d *differ) pairs(parent *html.Node, old, now []*block) (out []pair) {
	if isFrame(parent) {
		i := 0
		for j, b := range now {
			if k := slices.IndexFunc(old[i:], func(o *block) bool { return o.kind == b.kind }); k >= 0 {
				out = append(out, pair{i + k, j})
				i += k + 1
			}
		}
		return out
	}
	parts := (max(len(old), len(now)) + maxGap - 1) / maxGap
	for k := range parts { // in proportion
		i, j := k*len(old)/parts, k*len(now)/parts
		for _, p := range d.nearest(old[i:(k+1)*len(old)/parts], now[j:(k+1)*len(now)/parts]) {
			out = append(out, pair{i + p.old, j + p.now})
		}
	}
	return out
}

// isFrame tells whether an element has parts that are what they are by their place.
func isFrame(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Figure, atom.Table, atom.Details:
		return true
	case atom.Div:
		return hasClass(n, "table") || hasClass(n, "say")
	}
	return false
}

// nearest finds the pairs whose nearness adds up to most.
func (d *differ) nearest(old, now []*block) (out []pair) {
	n, m := len(old), len(now)
	if n == 0 || m == 0 || d.near < n*m {
		return nil
	}
	d.near -= n * m
	near := make([]float32, n*m)
	for i, o := range old {
		for j, b := range now {
			near[i*m+j] = d.nearness(o, b)
		}
	}
	best := make([]float32, (n+1)*(m+1))
	at := func(i, j int) *float32 { return &best[i*(m+1)+j] }
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			*at(i, j) = max(*at(i+1, j), *at(i, j+1))
			if v := near[i*m+j]; v > 0 {
				*at(i, j) = max(*at(i, j), v+*at(i+1, j+1))
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch v := near[i*m+j]; {
		case v > 0 && *at(i, j) == v+*at(i+1, j+1):
			out = append(out, pair{i, j})
			i++
			j++
		case *at(i, j) == *at(i+1, j):
			i++
		default:
			j++
		}
	}
	return out
}

// nearness is the share of words that two blocks have in common, 0 where they are no versions of each other.
func (d *differ) nearness(a, b *block) float32 {
	if a.kind != b.kind {
		return 0
	}
	if a.key == b.key {
		return 1
	}
	x, y := d.wordsOf(a), d.wordsOf(b)
	enough := float32(nearText)
	if a.kids != nil && b.kids != nil || a.node.DataAtom == atom.Pre {
		enough = nearList
	}
	total := float32(len(x) + len(y))
	if total == 0 || 2*float32(min(len(x), len(y)))/total < enough {
		return 0
	}
	common := 0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch c := cmp.Compare(x[i], y[j]); {
		case c == 0:
			common++
			i++
			j++
		case c < 0:
			i++
		default:
			j++
		}
	}
	if share := 2 * float32(common) / total; share >= enough {
		return share
	}
	return 0
}

// wordsOf is the first words of a block, sorted, as numbers.
func (d *differ) wordsOf(b *block) []uint32 {
	if b.told {
		return b.words
	}
	b.told = true
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			for w := range strings.FieldsFuncSeq(n.Data, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				if len(b.words) == maxWords {
					return
				}
				b.words = append(b.words, uint32(maphash.String(d.seed, w)))
			}
		}
		for c := n.FirstChild; c != nil && len(b.words) < maxWords; c = c.NextSibling {
			walk(c)
		}
	}
	if b.kids == nil {
		walk(b.node)
	}
	for _, k := range b.kids { // whose text beside blocks stands in them alone
		b.words = append(b.words, d.wordsOf(k)...)
		if len(b.words) > maxWords {
			b.words = b.words[:maxWords]
			break
		}
	}
	slices.Sort(b.words)
	return b.words
}

func newElement(a atom.Atom, class string) *html.Node {
	n := &html.Node{Type: html.ElementNode, DataAtom: a, Data: a.String()}
	if class != "" {
		n.Attr = []html.Attribute{{Key: "class", Val: class}}
	}
	return n
}

func textNode(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

// bare is an element without what is in it.
func bare(n *html.Node) *html.Node {
	return &html.Node{Type: n.Type, DataAtom: n.DataAtom, Data: n.Data, Attr: slices.Clone(n.Attr)}
}

// emptied takes out all that is in a node.
func emptied(n *html.Node) (out []*html.Node) {
	for n.FirstChild != nil {
		c := n.FirstChild
		n.RemoveChild(c)
		out = append(out, c)
	}
	return out
}

// standing is the node, or what is in it where it stands for text beside blocks.
func standing(n *html.Node) []*html.Node {
	if n.Data == "" {
		return emptied(n)
	}
	return []*html.Node{n}
}

func detach(n *html.Node) {
	if n.Parent != nil {
		n.Parent.RemoveChild(n)
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func hasClass(n *html.Node, class string) bool {
	for c := range strings.FieldsSeq(attr(n, "class")) {
		if c == class {
			return true
		}
	}
	return false
}

func addClass(n *html.Node, class string) {
	for i, a := range n.Attr {
		if a.Key == "class" {
			n.Attr[i].Val = a.Val + " " + class
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: "class", Val: class})
}
