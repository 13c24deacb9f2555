package markdown

import (
	"bytes"
	"fmt"
	"maps"
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

// Page is one parsed body. Its fields are filled by [Parse], but for Inputs, and are not changed afterwards;
// [Page.HTML] consumes it and may be called once.
type Page struct {
	Title      string         // text of the first level-1 heading, "" when there is none
	TitleID    string         // its anchor, where it is the page's first heading and stands on the top level; else ""
	Lead       string         // text of the first paragraph, "" when there is none
	Headings   []Heading      // those on the top level of the page, in order
	Anchors    []string       // every id a link may point at, in no order: headings, <a id>, footnotes are left out
	Links      []Link         // links and images that are not plain web or mail addresses, in order
	Spans      []Span         // where the destinations of Links stand, in the same order
	Scopes     []Scope        // what headings say of versions, in order
	Inputs     []string       // names of the values that the commands of the page want, in order; filled by HTML
	NotWritten map[string]int // of values: in how many places each could not stand; filled by HTML
	Refused    bool           // the body was too dangerous to parse: the page shows its text

	rebase func(n ast.Node, dest string) string // see Rebase; nil where all is of one file

	src    []byte
	first  int // line of the author's file on which src begins
	root   ast.Node
	raw    bool                // raw HTML was seen
	titled *ast.Heading        // the heading that TitleID is of
	ended  map[string]bool     // names of elements, other than those that pass, see elements
	ids    map[ast.Node]string // heading → id
	owner  map[string]ast.Node // id → the raw HTML that has it

	scripts map[ast.Node]script // see readScripts
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
	File   string // that it stands in, where that is not the page's own
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
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(append(parser.DefaultInlineParsers(),
			util.Prioritized(codeSpans{parser.NewCodeSpanParser()}, 99))...), // before goldmark's own
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	)),
	goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
	goldmark.WithParserOptions(parser.WithAttribute()),
).Parser()

// Parse reads a body. file names it in problems; firstLine is the line of the author's file on which src begins
// (1, or the line after the front matter). Parse always returns a page that can be shown: where goldmark would
// run for too long the page is Refused, shows its text, and a problem says why.
func Parse(file string, src []byte, firstLine int) (*Page, []diag.Problem) {
	src = normalise(src)
	p := &parse{
		Page: &Page{src: src, first: firstLine, ids: map[ast.Node]string{}, owner: map[string]ast.Node{}},
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
	p.read()
	return p.Page, p.problems
}

// read parses what guard let pass. A fault of the parser on one page costs that page its markup and nothing else.
func (p *parse) read() {
	defer func() {
		if fault := recover(); fault != nil {
			*p.Page = *Plain(p.src)
			p.problems = append(p.problems, diag.Problem{
				File: p.file, Line: p.pos.first, Column: 1, Rule: "markdown-refused",
				Text: fmt.Sprintf("the parser fails on this page: %v", fault), Fix: "please report it",
			})
		}
	}()
	p.root = dialect.Parse(text.NewReader(p.src))
	p.reserve()
	p.ends()
	p.walk()
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
				p.Lead = oneLine(plain(n, p.src))
			}
		case *ast.Blockquote:
			markAlert(n, p.src)
		case *ast.Link:
			p.link(n.Pos(), Link{Dest: string(unescape(n.Destination))}, p.stretchOf(n.Destination))
		case *ast.Image:
			p.link(n.Pos(), Link{Dest: string(unescape(n.Destination)), Image: true}, p.stretchOf(n.Destination))
		case *ast.RawHTML:
			p.rawHTML(n)
			return ast.WalkSkipChildren, nil
		case *ast.HTMLBlock:
			p.rawHTML(n)
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
}

const anchorFix = "use letters, digits, - _ . or : only, and not fn: in front"

// reserve gives the ids that authors chose for their headings away first: an id made of an earlier heading's text
// must not take them.
func (p *parse) reserve() {
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		h, ok := n.(*ast.Heading)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		if v, ok := h.AttributeString("id"); ok {
			switch id, _ := v.([]byte); {
			case !validID(string(id)):
				p.report(h, diag.Warning, "anchor-invalid", "the anchor "+quoted("#"+string(id))+" is not usable", anchorFix)
			case p.ids.used[string(id)] > 0:
				p.report(h, diag.Warning, "anchor-duplicate", "the anchor #"+string(id)+" stands on a heading before this one", "choose another")
			default:
				p.Page.ids[h] = p.ids.take(string(id))
			}
		}
		scope, scoped := h.AttributeString(scopeAttr)
		h.RemoveAttributes()
		if scoped {
			h.SetAttributeString(scopeAttr, scope)
		}
		return ast.WalkSkipChildren, nil
	})
}

// ends notes which elements raw HTML ends anywhere in the page.
func (p *parse) ends() {
	if !bytes.Contains(p.src, []byte("</")) {
		return
	}
	e := elements{map[string]bool{}, map[string]bool{}}
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if k := n.Kind(); entering && (k == ast.KindRawHTML || k == ast.KindHTMLBlock) {
			e.add(rawOf(n, p.src))
		}
		return ast.WalkContinue, nil
	})
	maps.DeleteFunc(e.ended, func(name string, _ bool) bool { return !e.marked[name] })
	p.ended = e.ended
}

func (p *parse) heading(n *ast.Heading) {
	txt := oneLine(plain(n, p.src))
	if p.Title == "" && n.Level == 1 {
		p.Title = txt
	}
	id, ok := p.Page.ids[n]
	if !ok {
		id = p.ids.take(Slug(p.slugText(n)))
		p.Page.ids[n] = id
	}
	p.Anchors = append(p.Anchors, id)
	if scope := scopeOf(n); scope != "" {
		line, col := p.pos.at(n.Pos())
		p.Scopes = append(p.Scopes, Scope{scope, line, col})
	}
	if i := strings.LastIndex(txt, "{#"); i >= 0 && strings.IndexByte(txt[i:], '}') == len(txt)-i-1 {
		p.report(n, diag.Warning, "anchor-invalid", "the anchor "+quoted(txt[i:])+" is not usable and shows as text", anchorFix)
	}
	if n.Parent() == p.root && len(p.Headings) == 0 && n.Level == 1 && p.Title == txt {
		p.TitleID, p.titled = id, n
	}
	if n.Parent() == p.root {
		p.Headings = append(p.Headings, Heading{Level: n.Level, Text: txt, ID: id})
	}
}

// link notes a link that begins at an offset and has its destination at s, or reports that it leads nowhere.
func (p *parse) link(offset int, l Link, s stretch) {
	l.Line, l.Column = p.pos.at(offset)
	switch schemeOf(l.Dest) {
	case web, mail: // checked by nobody here, rendered as it is
	case unknown:
		p.problems = append(p.problems, diag.Problem{
			File: p.file, Line: l.Line, Column: l.Column, Rule: "link-scheme",
			Text: "a link to " + quoted(l.Dest) + " does nothing here", Fix: "use http, https, mailto or a relative link",
		})
	default:
		p.Links = append(p.Links, l)
		p.Spans = append(p.Spans, p.span(s))
	}
}

func quoted(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return "“" + s + "”"
}

// rawHTML looks for anchors and links in raw HTML and reports elements that are left out, each name once a node.
func (p *parse) rawHTML(n ast.Node) {
	p.raw = true
	told := map[string]bool{}
	where := origin{rest: pieces(n)}
	for _, t := range tagsOf(rawOf(n, p.src), p.ended) {
		at := where.of(t.offset)
		if t.id != "" && validID(t.id) && p.ids.used[t.id] == 0 {
			p.owner[t.id] = n
			p.Anchors = append(p.Anchors, p.ids.take(t.id))
		}
		for _, l := range t.sources {
			p.link(at, l.Link, p.within(&where, t.offset, l.attribute))
		}
		if t.dropped && !told[t.name] {
			told[t.name] = true
			line, col := p.pos.at(at)
			p.problems = append(p.problems, diag.Problem{
				File: p.file, Line: line, Column: col, Severity: diag.Warning, Rule: "html-inert",
				Text: "the element <" + t.name + "> is left out", Fix: "write it in Markdown",
			})
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

// oneLine turns every run of white space into one space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// slugText is a heading's text as its anchor is made of: GitHub leaves pictures out.
func (p *parse) slugText(n ast.Node) string {
	var b strings.Builder
	writeText(&b, n, p.src, false)
	return b.String()
}

// plain returns the text of a node without markup. Images give their alternative text; raw HTML gives nothing.
func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	writePlain(&b, n, src)
	return b.String()
}

func writePlain(b *strings.Builder, n ast.Node, src []byte) { writeText(b, n, src, true) }

func writeText(b *strings.Builder, n ast.Node, src []byte, pictures bool) {
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
			b.WriteString(labelOf(c, src))
		case *ast.RawHTML:
			b.WriteString(shownText(c, src))
		case *extast.FootnoteLink, *extast.FootnoteBacklink:
		case *ast.Image:
			if pictures {
				writeText(b, c, src, pictures)
			}
		default:
			writeText(b, c, src, pictures)
		}
	}
}

// Plain returns a page that shows src as text.
func Plain(src []byte) *Page {
	src = normalise(src)
	return &Page{src: src, Refused: true, Title: firstHeadingOf(src)}
}
