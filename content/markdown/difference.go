package markdown

import (
	"bytes"
	"cmp"
	"errors"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"rutter/content/difference"
)

// Stats is what changed between two versions of a body: kinds of blocks in the order in which they were met.
type Stats []Count

// Count is how many blocks of a kind changed. A block within one that changed does not count again.
type Count struct {
	What                   What
	Added, Removed, Edited int
}

// What is a kind of block, as a reader would call one.
type What string

// The kinds of blocks. Part is what has no better name.
const (
	HeadingBlock What = "heading"
	Paragraph    What = "paragraph"
	Step         What = "step"
	Item         What = "list item"
	List         What = "list"
	Row          What = "table row"
	Table        What = "table"
	CodeBlock    What = "block of code"
	Quote        What = "quote"
	Note         What = "note"
	Part         What = "part"
)

// ErrAsText is returned by Difference where a version is shown as its text, and so has no blocks to compare.
var ErrAsText = errors.New("markdown: a version of the page is shown as its text")

// Difference renders what changed between two versions of a page. Blocks that both have stand as the new version shows
// them, long stretches of them folded away; what only one version has is marked with del or ins, and in a block that was
// edited the words are. Form controls are left out, as are the anchors beside headings; del and ins of the author's own are
// written as s and u. What is gone has no ids and no links.
//
// was is the title that the old version showed; o is for the new one, and both are rendered with its Resolve. Like HTML it
// consumes its pages.
func Difference(old, now *Page, was string, o HTMLOptions) ([]byte, Stats, error) {
	before, err := treeOf(old, HTMLOptions{Title: was, Resolve: o.Resolve, Scope: o.Scope})
	if err != nil {
		return nil, nil, err
	}
	after, err := treeOf(now, o)
	if err != nil {
		return nil, nil, err
	}
	d := differ{seed: maphash.MakeSeed(), work: difference.DefaultWork, near: maxNear}
	root := newElement(atom.Div, "")
	d.lay(root, d.list(after, d.children(before), d.children(after)))
	numberSteps(root)
	var b bytes.Buffer
	for c := root.FirstChild; c != nil; c = c.NextSibling {
		if err := html.Render(&b, c); err != nil {
			return nil, nil, err
		}
		b.WriteByte('\n')
	}
	return b.Bytes(), d.stats, nil
}

// treeOf renders a page and reads it as a browser does, without what a difference leaves out.
func treeOf(p *Page, o HTMLOptions) (*html.Node, error) {
	if p.Refused {
		return nil, ErrAsText
	}
	body, err := p.HTML(o)
	if err != nil {
		return nil, err
	}
	root := newElement(atom.Div, "")
	nodes, err := html.ParseFragment(bytes.NewReader(body), root)
	if err != nil { // nested too deeply for a tree
		return nil, errors.Join(ErrAsText, err)
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	still(root)
	return root, nil
}

// still takes out of a tree what reacts to its reader.
func still(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type != html.ElementNode:
		case c.DataAtom == atom.Input:
			if !hasClass(c, "tick") {
				mark := newElement(atom.Span, "task")
				mark.AppendChild(textNode(map[bool]string{true: "☑ ", false: "☐ "}[hasAttr(c, "checked")]))
				n.InsertBefore(mark, c)
			}
			n.RemoveChild(c)
		case c.DataAtom == atom.A && hasClass(c, "anchor"), c.DataAtom == atom.Span && hasClass(c, "vh"):
			n.RemoveChild(c)
		case c.DataAtom == atom.Label:
			if next = c.FirstChild; next == nil {
				next = c.NextSibling
			}
			for c.FirstChild != nil {
				x := c.FirstChild
				c.RemoveChild(x)
				n.InsertBefore(x, c)
			}
			n.RemoveChild(c)
		default:
			switch c.DataAtom {
			case atom.Del:
				c.DataAtom, c.Data = atom.S, "s"
			case atom.Ins:
				c.DataAtom, c.Data = atom.U, "u"
			}
			c.Attr = slices.DeleteFunc(c.Attr, func(a html.Attribute) bool {
				return strings.HasPrefix(a.Key, "data-") && a.Key != "data-l"
			})
			still(c)
		}
		c = next
	}
}

// bury takes off a tree that is gone what would lead from it, to it, or load something.
func bury(n *html.Node) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		return a.Key == "id" || a.Key == "href" && n.DataAtom == atom.A || a.Key == "role"
	})
	switch n.DataAtom {
	case atom.A:
		n.DataAtom, n.Data, n.Attr = atom.Span, "span", nil
	case atom.Img:
		alt := cmp.Or(attr(n, "alt"), noAlt)
		n.DataAtom, n.Data = atom.Span, "span"
		n.Attr = []html.Attribute{{Key: "class", Val: "picture-gone"}}
		n.AppendChild(textNode(alt))
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		bury(c)
	}
}

// differ holds what the comparison of two trees needs.
type differ struct {
	seed  maphash.Seed // not known to authors: none can write two blocks that differ and pass for the same
	work  difference.Work
	near  int // pairs of blocks that may still be asked how near they are
	stats Stats
	quiet int // blocks around that count already
}

func (d *differ) count(w What, f func(*Count)) {
	if d.quiet > 0 {
		return
	}
	i := slices.IndexFunc(d.stats, func(c Count) bool { return c.What == w })
	if i < 0 {
		i = len(d.stats)
		d.stats = append(d.stats, Count{What: w})
	}
	f(&d.stats[i])
}

// item is a block of the difference, as it is shown.
type item struct {
	nodes   []*html.Node
	level   int // of a heading, else 0
	changed bool
}

// list compares the blocks in a place: those of the old version and those of the new one.
func (d *differ) list(parent *html.Node, old, now []*block) (out []item) {
	if len(old) == len(now) && parent.DataAtom == atom.Tr { // a cell belongs to its column
		for i := range old {
			out = append(out, d.both(old[i], now[i]))
		}
		return out
	}
	keys := func(bs []*block) []uint64 {
		out := make([]uint64, len(bs))
		for i, b := range bs {
			out[i] = b.key
		}
		return out
	}
	i, j := 0, 0
	for _, r := range append(difference.Common(keys(old), keys(now), &d.work), difference.Run{Old: len(old), Now: len(now)}) {
		out = append(out, d.gap(parent, old[i:r.Old], now[j:r.Now])...)
		for k := range r.Len {
			out = append(out, d.both(old[r.Old+k], now[r.Now+k]))
		}
		i, j = r.Old+r.Len, r.Now+r.Len
	}
	return out
}

// gap compares blocks that are not the same: some of them were edited, the others came or went.
func (d *differ) gap(parent *html.Node, old, now []*block) (out []item) {
	pairs := append(d.pairs(parent, old, now), pair{len(old), len(now)})
	i, j := 0, 0
	for _, p := range pairs {
		for ; i < p.old; i++ {
			d.count(old[i].what(), func(c *Count) { c.Removed++ })
			out = append(out, item{nodes: gone(old[i]), changed: true})
		}
		for ; j < p.now; j++ {
			d.count(now[j].what(), func(c *Count) { c.Added++ })
			out = append(out, item{nodes: came(now[j]), level: now[j].level(), changed: true})
		}
		if i < len(old) && j < len(now) {
			out = append(out, d.both(old[i], now[j]))
			i++
			j++
		}
	}
	return out
}

// both is a block that both versions have, edited or not.
func (d *differ) both(old, now *block) item {
	it := item{level: now.level(), changed: old.key != now.key}
	if !it.changed {
		it.nodes = now.nodes()
		return it
	}
	if w := now.what(); now.unit() {
		d.count(w, func(c *Count) { c.Edited++ })
		d.quiet++
		defer func() { d.quiet-- }()
	}
	n := bare(now.node)
	switch {
	case old.node.DataAtom == atom.Pre && now.node.DataAtom == atom.Pre:
		d.lines(n, old.node, now.node)
	case old.kids == nil && now.kids == nil:
		addClass(n, "edited")
		d.words(n, old.node, now.node)
	default:
		if n.DataAtom == atom.Details && !hasAttr(n, "open") {
			n.Attr = append(n.Attr, html.Attribute{Key: "open"})
		}
		d.lay(n, d.list(n, d.parts(old), d.parts(now)))
	}
	it.nodes = standing(n)
	return it
}

// lines compares what is preformatted line by line.
func (d *differ) lines(to, old, now *html.Node) {
	a, b := linesOf(old), linesOf(now)
	keys := func(ls [][]*html.Node) []uint64 {
		out := make([]uint64, len(ls))
		for i, l := range ls {
			var h maphash.Hash
			h.SetSeed(d.seed)
			for _, n := range l {
				hash(&h, n, true)
			}
			out[i] = h.Sum64()
		}
		return out
	}
	first := true
	put := func(n ...*html.Node) {
		if !first {
			to.AppendChild(textNode("\n"))
		}
		first = false
		for _, c := range n {
			to.AppendChild(c)
		}
	}
	i, j := 0, 0
	for _, r := range append(difference.Common(keys(a), keys(b), &d.work), difference.Run{Old: len(a), Now: len(b)}) {
		for ; i < r.Old; i++ {
			put(sealed(atom.Del, a[i]))
		}
		for ; j < r.Now; j++ {
			put(sealed(atom.Ins, b[j]))
		}
		for ; j < r.Now+r.Len; j++ {
			put(b[j]...)
		}
		i = r.Old + r.Len
	}
}

// linesOf takes the lines out of what is preformatted.
func linesOf(pre *html.Node) [][]*html.Node {
	out := [][]*html.Node{nil}
	for pre.FirstChild != nil {
		c := pre.FirstChild
		pre.RemoveChild(c)
		if c.Type != html.TextNode {
			out[len(out)-1] = append(out[len(out)-1], c)
			continue
		}
		for i, l := range strings.Split(c.Data, "\n") {
			if i > 0 {
				out = append(out, nil)
			}
			if l != "" {
				out[len(out)-1] = append(out[len(out)-1], textNode(l))
			}
		}
	}
	return out
}

// gone is a block that only the old version has.
func gone(b *block) []*html.Node { return marked(b, atom.Del) }

// came is a block that only the new version has.
func came(b *block) []*html.Node { return marked(b, atom.Ins) }

// marked puts a block into del or ins; what may stand only within one certain element has it within itself.
func marked(b *block, mark atom.Atom) []*html.Node {
	nodes := b.nodes()
	switch n := b.node; n.DataAtom {
	case atom.Li, atom.Dt, atom.Dd, atom.Td, atom.Th, atom.Summary, atom.Figcaption, atom.Caption, atom.Tr, atom.Thead, atom.Tbody, atom.Tfoot:
		sealWithin(n, mark, true)
		return []*html.Node{n}
	}
	return []*html.Node{sealed(mark, nodes)}
}

// sealWithin marks what stands in an element, and says so where told is set.
func sealWithin(n *html.Node, mark atom.Atom, told bool) {
	addClass(n, classOfMark(mark))
	switch n.DataAtom {
	case atom.Tr, atom.Thead, atom.Tbody, atom.Tfoot:
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode {
				sealWithin(c, mark, told)
				told = told && n.DataAtom != atom.Tr
			}
		}
		return
	}
	seal := sealed(mark, emptied(n))
	if !told {
		seal.RemoveChild(seal.FirstChild)
	}
	if mark == atom.Del {
		bury(n)
	}
	n.AppendChild(seal)
}

// sealed puts nodes into del or ins, with a word for those who do not see it.
func sealed(mark atom.Atom, nodes []*html.Node) *html.Node {
	e := newElement(mark, classOfMark(mark))
	word := newElement(atom.Span, "vh")
	word.AppendChild(textNode(map[bool]string{true: "removed: ", false: "added: "}[mark == atom.Del]))
	e.AppendChild(word)
	for _, n := range nodes {
		if mark == atom.Del {
			bury(n)
		}
		e.AppendChild(n)
	}
	return e
}

func classOfMark(mark atom.Atom) string {
	if mark == atom.Del {
		return "gone"
	}
	return "came"
}

// numberSteps writes the numbers of steps, which ticks have elsewhere, before the headings of those that stand.
func numberSteps(root *html.Node) {
	var walk func(n *html.Node, next *int)
	walk = func(n *html.Node, next *int) {
		switch {
		case n.DataAtom == atom.Ol && hasClass(n, "course") && next == nil:
			next = new(int)
		case n.DataAtom == atom.Li && hasClass(n, "step") && next != nil && !hasClass(n, "gone"):
			*next++
			spot, word := newElement(atom.Span, "spot"), newElement(atom.Span, "vh")
			word.AppendChild(textNode("Step "))
			spot.AppendChild(word)
			spot.AppendChild(textNode(strconv.Itoa(*next)))
			n.InsertBefore(spot, n.FirstChild)
			return // no course stands within another
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, next)
		}
	}
	walk(root, nil)
}
