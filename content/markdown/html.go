package markdown

import (
	"bytes"
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// Resolver turns a relative destination as the author wrote it into the URL to link to. It is called for
// destinations without a scheme only. found is false where nothing stands there; the link is then kept, so that
// the reader's click meets the page that helps, and marked.
type Resolver func(dest string, image bool) (url string, found bool)

// Scoper reads the applies_to of a heading: in words, and for the browser.
type Scoper func(appliesTo string) (words, data string)

// HTMLOptions say how a body stands in its page.
type HTMLOptions struct {
	Title   string            // the title the page shows; the body's first heading is left out where it says the same
	Resolve Resolver          // never nil
	Values  map[string]string // of inputs, by name, to be written into the commands
	Scope   Scoper            // nil where headings say nothing of versions
	Marks   []Mark            // lines that a link to #/line-N leads to, sorted
	Inputs  map[string]bool   // names that the author declared: they stand for values in code of every language, as <name>

	// Former are anchors that the page once had, by the anchor of the heading that took their place, "" for the top
	// of the page. They can be pointed at and show nothing.
	Former map[string][]string
}

const (
	htmlAttr  = "html"  // sanitised raw HTML, []byte
	levelAttr = "level" // level a heading is shown at, int
	altAttr   = "alt-title"
	deadAttr  = "dead"

	noAlt = "Picture" // stands for a picture without a text of its own
)

// HTML renders the body. It changes the page's tree, so it may be called once. It never fails on what an author
// wrote; the error is for what may come.
func (p *Page) HTML(o HTMLOptions) (out []byte, err error) {
	if p.Refused {
		return p.plainHTML(), nil
	}
	defer func() {
		if recover() != nil { // a fault of the renderer on one page is no reason to lose it
			out, err = p.plainHTML(), nil
		}
	}()
	p.placeMarks(o.Marks)
	p.placeHeadings(o.Title)
	p.placeSteps()
	p.resolve(o.Resolve)
	p.placeCode(o.Values, o.Inputs)
	p.placeSpans(o.Values, o.Inputs)
	p.placeScopes(o.Scope)
	p.placeFormer(o.Former)
	if out, err = p.render(); err != nil || !p.raw {
		return out, err
	}
	if out, err = balance(out); err == nil {
		return out, nil
	}
	p.showRaw()
	return p.render()
}

func (p *Page) plainHTML() []byte {
	return []byte("<pre class=\"plain\">" + html.EscapeString(string(p.src)) + "</pre>\n")
}

func (p *Page) render() ([]byte, error) {
	var b bytes.Buffer
	b.Grow(len(p.src) + len(p.src)/2)
	if err := writer.Render(&b, p.src, p.root); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// placeHeadings takes out or marks the body's own title and moves all other headings so that the highest stands
// at level 2, below the page's title.
func (p *Page) placeHeadings(title string) {
	if h := p.titled; h != nil {
		if strings.EqualFold(oneLine(plain(h, p.src)), oneLine(title)) {
			p.root.RemoveChild(p.root, h)
		} else {
			h.SetAttributeString(altAttr, true)
		}
	}
	top := 7
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering && !has(h, altAttr) {
			top = min(top, h.Level)
		}
		return ast.WalkContinue, nil
	})
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			h.SetAttributeString("id", p.ids[h])
			h.SetAttributeString(levelAttr, min(h.Level+2-top, 6))
		}
		return ast.WalkContinue, nil
	})
}

func has(n ast.Node, attr string) bool {
	_, ok := n.AttributeString(attr)
	return ok
}

// resolve writes final, escaped destinations and sanitised raw HTML into the tree, so that the renderer needs no
// state.
func (p *Page) resolve(r Resolver) {
	raw := sanitiser{page: p, resolve: r}
	from := func(n ast.Node) Resolver { // included text has links of its own file
		if p.rebase == nil {
			return r
		}
		return func(dest string, image bool) (string, bool) { return r(p.rebase(n, dest), image) }
	}
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			if n.Type() == ast.TypeBlock && n.Kind() != ast.KindHTMLBlock {
				if ends := raw.closers(); ends != "" {
					last := ast.NewRawHTML()
					last.SetAttributeString(htmlAttr, []byte(ends))
					n.AppendChild(n, last)
				}
			}
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			n.Destination = p.destination(n, string(unescape(n.Destination)), false, from(n))
		case *ast.Image:
			n.Destination = p.destination(n, string(unescape(n.Destination)), true, from(n))
		case *ast.RawHTML:
			raw.resolve = from(n)
			n.SetAttributeString(htmlAttr, raw.write(n))
		case *ast.HTMLBlock:
			raw.resolve = from(n)
			b := raw.write(n)
			n.SetAttributeString(htmlAttr, append(b, raw.closers()...))
		}
		return ast.WalkContinue, nil
	})
}

// showRaw shows raw HTML as text: what is left when it cannot be balanced.
func (p *Page) showRaw() {
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if k := n.Kind(); entering && (k == ast.KindRawHTML || k == ast.KindHTMLBlock) {
			n.SetAttributeString(htmlAttr, []byte(html.EscapeString(string(rawOf(n, p.src)))))
		}
		return ast.WalkContinue, nil
	})
}

func (p *Page) destination(n ast.Node, dest string, image bool, r Resolver) []byte {
	to, found, _ := target(dest, image, r)
	if !found {
		n.SetAttributeString(deadAttr, true)
	}
	return []byte(to)
}

// target returns the escaped destination to write, whether it leads somewhere, and false where the link may not
// exist.
func target(dest string, image bool, r Resolver) (url string, found, ok bool) {
	switch schemeOf(dest) {
	case relative:
		url, found = r(dest, image)
		return escapeURL(url), found, true
	case web, mail:
		return escapeURL(strings.TrimSpace(dest)), true, true
	}
	return "", true, false
}

// writer renders the dialect. It holds no state between pages and is safe for concurrent use.
var writer = renderer.NewRenderer(renderer.WithNodeRenderers(
	util.Prioritized(nodes{}, 100),
	util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
	util.Prioritized(extension.NewDefinitionListHTMLRenderer(), 500),
	util.Prioritized(extension.NewFootnoteHTMLRenderer(extension.WithFootnoteBacklinkTitle("Back to the text")), 500),
	util.Prioritized(ghtml.NewRenderer(), 1000),
))

// nodes renders the nodes that are shown in our own way.
type nodes struct{}

func (r nodes) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, r.heading)
	reg.Register(kindCourse, r.course)
	reg.Register(kindStep, r.step)
	reg.Register(kindMark, r.mark)
	reg.Register(kindSay, r.say)
	reg.Register(ast.KindBlockquote, r.blockquote)
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindAutoLink, r.autoLink)
	reg.Register(ast.KindRawHTML, r.rawHTML)
	reg.Register(ast.KindHTMLBlock, r.rawHTML)
	reg.Register(ast.KindFencedCodeBlock, r.code)
	reg.Register(ast.KindCodeBlock, r.code)
	reg.Register(ast.KindCodeSpan, r.span)
	reg.Register(extast.KindTaskCheckBox, r.checkbox)
	reg.Register(extast.KindTable, r.table)
	reg.Register(extast.KindTableHeader, r.tableHeader)
	reg.Register(extast.KindTableRow, r.tableRow)
	reg.Register(extast.KindTableCell, r.tableCell)
}

func (nodes) heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	id, _ := n.AttributeString("id")
	level, _ := n.AttributeString(levelAttr)
	ids, _ := id.(string)
	if has(n, altAttr) {
		if entering {
			_, _ = w.WriteString(`<p class="alt-title" id="` + html.EscapeString(ids) + `">`)
		} else {
			_, _ = w.WriteString("</p>\n")
		}
		return ast.WalkContinue, nil
	}
	l, _ := level.(int)
	tag := "h" + strconv.Itoa(max(l, 2))
	if v, ok := n.AttributeString(stepAttr); ok {
		i, _ := v.(int)
		stepHead(w, n, tag, ids, i, entering)
		return ast.WalkContinue, nil
	}
	if entering {
		_, _ = w.WriteString("<" + tag + ` id="` + html.EscapeString(ids) + `"` + dataOf(n) + ">")
	} else {
		_, _ = w.WriteString(`<a class="anchor" href="#` + escapeURL(ids) + `" aria-hidden="true" tabindex="-1">#</a></` + tag + ">\n" + scopeLine(n))
	}
	return ast.WalkContinue, nil
}

func (nodes) blockquote(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	v, ok := n.AttributeString(alertAttr)
	switch kind, _ := v.(string); {
	case !ok && entering:
		_, _ = w.WriteString("<blockquote>\n")
	case !ok:
		_, _ = w.WriteString("</blockquote>\n")
	case entering:
		_, _ = w.WriteString(`<div class="alert ` + kind + `" role="note"><p class="alert-kind">` + alertKinds[kind] + "</p>\n")
	default:
		_, _ = w.WriteString("</div>\n")
	}
	return ast.WalkContinue, nil
}

func (nodes) link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n, _ := node.(*ast.Link)
	inert := len(n.Destination) == 0
	switch {
	case inert && entering:
		_, _ = w.WriteString("<span>")
	case inert:
		_, _ = w.WriteString("</span>")
	case entering:
		_, _ = w.WriteString(`<a href="`)
		_, _ = w.Write(n.Destination)
		_ = w.WriteByte('"')
		if has(n, deadAttr) {
			_, _ = w.WriteString(` class="dead"`)
		}
		if n.Title != nil {
			_, _ = w.WriteString(` title="` + html.EscapeString(string(unescape(n.Title))) + `"`)
		}
		_ = w.WriteByte('>')
	default:
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

// image shows local pictures. One that lives elsewhere becomes a link to it: a page loads nothing from others.
func (nodes) image(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n, _ := node.(*ast.Image)
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	alt := html.EscapeString(oneLine(plain(n, src)))
	dest := string(n.Destination)
	switch schemeOf(dest) {
	case web:
		if alt == "" {
			alt = noAlt
		}
		if inLink(n) {
			_, _ = w.WriteString(alt)
			break
		}
		_, _ = w.WriteString(`<a href="` + dest + `">` + alt + `</a>`)
	case relative:
		if dest == "" || has(n, deadAttr) {
			_, _ = w.WriteString(`<span class="dead">` + alt + `</span>`)
			break
		}
		_, _ = w.WriteString(`<img src="` + dest + `" alt="` + alt + `" loading="lazy"`)
		if n.Title != nil {
			_, _ = w.WriteString(` title="` + html.EscapeString(string(unescape(n.Title))) + `"`)
		}
		_ = w.WriteByte('>')
	default:
		_, _ = w.WriteString(alt)
	}
	return ast.WalkSkipChildren, nil
}

func (nodes) autoLink(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n, _ := node.(*ast.AutoLink)
	if !entering {
		return ast.WalkContinue, nil
	}
	label := html.EscapeString(labelOf(n, src))
	if dest, ok := autoTarget(n, src); ok {
		_, _ = w.WriteString(`<a href="` + escapeURL(dest) + `">` + label + `</a>`)
	} else {
		_, _ = w.WriteString(label)
	}
	return ast.WalkContinue, nil
}

// autoTarget returns where an autolink leads; false where it may not be a link.
func autoTarget(n *ast.AutoLink, src []byte) (string, bool) {
	dest := string(n.URL(src))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(dest), "mailto:") {
		dest = "mailto:" + dest
	}
	s := schemeOf(dest)
	return dest, s == web || s == mail
}

// labelOf is what an autolink shows. One that may not be a link keeps its angle brackets: <host:port> is a
// placeholder.
func labelOf(n *ast.AutoLink, src []byte) string {
	label := string(n.Label(src))
	if _, ok := autoTarget(n, src); !ok && n.Pos() >= 0 && n.Pos() < len(src) && src[n.Pos()] == '<' {
		return "<" + label + ">"
	}
	return label
}

func (nodes) rawHTML(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		if v, ok := n.AttributeString(htmlAttr); ok {
			b, _ := v.([]byte)
			_, _ = w.Write(b)
		}
	}
	return ast.WalkSkipChildren, nil
}

func (nodes) checkbox(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	if n, _ := node.(*extast.TaskCheckBox); n.IsChecked {
		_, _ = w.WriteString(`<input type="checkbox" checked disabled aria-label="Done"> `)
	} else {
		_, _ = w.WriteString(`<input type="checkbox" disabled aria-label="To do"> `)
	}
	return ast.WalkContinue, nil
}
