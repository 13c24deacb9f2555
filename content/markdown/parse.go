package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"rutter/content/diag"
)

// Page is one parsed body. Its fields are filled by [Parse] and are not changed afterwards;
// [Page.HTML] consumes it and may be called once.
type Page struct {
	Title    string    // text of the first level-1 heading, "" when there is none
	Lead     string    // text of the first paragraph, "" when there is none
	Headings []Heading // those on the top level of the page, in order
	Anchors  []string  // every id a link may point at, in no order: headings, <a id>, footnotes are left out
	Links    []Link    // links and images that are not plain web or mail addresses, in order
	Refused  bool      // the body was too dangerous to parse: the page shows its text

	src    []byte
	root   ast.Node
	raw    bool // raw HTML was seen
	ids    map[ast.Node]string
	linked map[ast.Node]int // link or image → index in Links
}

// Heading is one heading of the page.
type Heading struct {
	Level int    // as written, 1 to 6
	Text  string // without markup
	ID    string // the anchor, unique in the page
}

// Link is a link or an image as the author wrote it.
type Link struct {
	Dest   string // destination, unescaped by Markdown's rules, not by the URL's
	Image  bool
	Line   int // where it begins
	Column int
}

// parse holds what Parse needs while it walks.
type parse struct {
	*Page
	file     string
	pos      lines
	ids      anchors
	problems []diag.Problem
}

// dialect is goldmark's parser. It holds no state between pages and is safe for concurrent use.
var dialect = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
	goldmark.WithParserOptions(parser.WithAttribute()),
).Parser()

// Parse reads a body. file names it in problems; firstLine is the line of the author's file on which src begins
// (1, or the line after the front matter). Parse always returns a page that can be shown: where goldmark would
// run for too long the page is Refused, shows its text, and a problem says why.
func Parse(file string, src []byte, firstLine int) (*Page, []diag.Problem) {
	src = normalise(src)
	p := &parse{
		Page: &Page{src: src, ids: map[ast.Node]string{}, linked: map[ast.Node]int{}},
		file: file,
		pos:  lines{src: src, first: firstLine},
	}
	if r := guard(src); r != nil {
		p.Refused = true
		p.Title = firstHeadingOf(src)
		p.problems = append(p.problems, diag.Problem{
			File: file, Line: r.line + firstLine - 1, Column: 1, Rule: "markdown-refused",
			Text: r.text + ", so the page is not rendered", Fix: r.fix,
		})
		return p.Page, p.problems
	}
	p.root = dialect.Parse(text.NewReader(src))
	p.walk()
	return p.Page, p.problems
}

// normalise gives goldmark one kind of line end and no NUL; offsets then count in what it returns, lines and
// columns stay those of the author's file.
func normalise(src []byte) []byte {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(src, '\r') >= 0 {
		src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
		src = bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
	}
	if bytes.IndexByte(src, 0) >= 0 {
		src = bytes.ReplaceAll(src, []byte{0}, []byte("\uFFFD"))
	}
	return bytes.ToValidUTF8(src, []byte("\uFFFD"))
}

// firstHeadingOf finds a title in a body that is not parsed.
func firstHeadingOf(src []byte) string {
	for l := range bytes.Lines(src[:min(len(src), 64<<10)]) {
		if h, ok := bytes.CutPrefix(l, []byte("# ")); ok {
			return string(bytes.TrimSpace(h[:min(len(h), 200)]))
		}
	}
	return ""
}

func (p *parse) report(n ast.Node, s diag.Severity, rule, text, fix string) {
	line, col := p.pos.at(n.Pos())
	p.problems = append(p.problems, diag.Problem{
		File: p.file, Line: line, Column: col, Severity: s, Rule: rule, Text: text, Fix: fix,
	})
}

// walk visits every node once and collects what the rest of the program asks for.
func (p *parse) walk() {
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			p.heading(n)
		case *ast.Paragraph:
			if p.Lead == "" && n.Parent() == p.root {
				p.Lead = strings.Join(strings.Fields(plain(n, p.src)), " ")
			}
		case *ast.Blockquote:
			markAlert(n, p.src)
		case *ast.Link:
			p.link(n, string(unescape(n.Destination)), false)
		case *ast.Image:
			p.link(n, string(unescape(n.Destination)), true)
		case *ast.RawHTML:
			p.rawHTML(n, n.Segments)
			return ast.WalkSkipChildren, nil
		case *ast.HTMLBlock:
			p.rawHTML(n, n.Lines())
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
}

func (p *parse) heading(n *ast.Heading) {
	txt := strings.Join(strings.Fields(plain(n, p.src)), " ")
	if p.Title == "" && n.Level == 1 {
		p.Title = txt
	}
	base := Slug(txt)
	if v, ok := n.AttributeString("id"); ok {
		if b, ok := v.([]byte); ok && validID(string(b)) {
			base = string(b)
		} else {
			p.report(n, diag.Warning, "anchor-invalid", "this anchor is not usable", "use letters, digits, - _ . or : only")
		}
	}
	n.RemoveAttributes()
	id := p.anchor(base)
	p.Page.ids[n] = id
	if n.Parent() == p.root {
		p.Headings = append(p.Headings, Heading{Level: n.Level, Text: txt, ID: id})
	}
}

func (p *parse) anchor(base string) string {
	id := p.ids.take(base)
	p.Anchors = append(p.Anchors, id)
	return id
}

func (p *parse) link(n ast.Node, dest string, image bool) {
	switch schemeOf(dest) {
	case web, mail:
		return // checked by nobody here, rendered as it is
	case unknown:
		p.report(n, diag.Error, "link-scheme", "a link to "+quoted(dest)+" does nothing here", "use http, https, mailto or a relative link")
		return
	}
	line, col := p.pos.at(n.Pos())
	p.linked[n] = len(p.Links)
	p.Links = append(p.Links, Link{Dest: dest, Image: image, Line: line, Column: col})
}

func quoted(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return "“" + s + "”"
}

// rawHTML looks for anchors in raw HTML and reports elements that do nothing here, each name once a node.
func (p *parse) rawHTML(n ast.Node, segs *text.Segments) {
	p.raw = true
	var buf bytes.Buffer
	for i := range segs.Len() {
		s := segs.At(i)
		buf.Write(s.Value(p.src))
	}
	if b, ok := n.(*ast.HTMLBlock); ok && b.HasClosure() {
		buf.Write(b.ClosureLine.Value(p.src))
	}
	for _, t := range tagsOf(buf.Bytes()) {
		if t.id != "" && validID(t.id) {
			p.anchor(t.id)
		}
		for _, src := range t.sources {
			if schemeOf(src.Dest) == relative {
				line, col := p.pos.at(n.Pos())
				src.Line, src.Column = line, col
				p.Links = append(p.Links, src)
			}
		}
		if t.dropped {
			p.report(n, diag.Warning, "html-inert", "the element <"+t.name+"> is left out", "write it in Markdown")
			break
		}
	}
}

// unescape resolves backslash escapes and character references.
func unescape(v []byte) []byte {
	if bytes.IndexByte(v, '\\') < 0 && bytes.IndexByte(v, '&') < 0 {
		return v
	}
	return util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(v)))
}

// plain returns the text of a node without markup. Images give their alternative text; raw HTML gives nothing.
func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	writePlain(&b, n, src)
	return b.String()
}

func writePlain(b *strings.Builder, n ast.Node, src []byte) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			v := c.Segment.Value(src)
			if c.IsRaw() || c.Parent().Kind() == ast.KindCodeSpan {
				b.Write(v)
			} else {
				b.Write(unescape(v))
			}
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.AutoLink:
			b.Write(c.Label(src))
		case *ast.RawHTML:
			if s := shownText(c, src); s != "" {
				b.WriteString(s)
			}
		case *extast.FootnoteLink, *extast.FootnoteBacklink:
		default:
			writePlain(b, c, src)
		}
	}
}

// Plain returns a page that shows src as text.
func Plain(src []byte) *Page {
	src = normalise(src)
	return &Page{src: src, Refused: true, Title: firstHeadingOf(src)}
}
