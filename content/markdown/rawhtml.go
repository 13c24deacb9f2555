package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// inert lists the elements of raw HTML that pass, with the attributes they keep. None of them can run code, load
// anything from elsewhere, submit, or be styled. href, src, id and name are handled apart.
var inert = map[string][]string{
	"a": nil, "abbr": {"title"}, "b": nil, "bdi": nil, "bdo": {"dir"}, "blockquote": nil, "br": nil,
	"caption": nil, "cite": nil, "code": nil, "dd": nil, "del": nil, "details": {"open"}, "dfn": nil, "div": nil,
	"dl": nil, "dt": nil, "em": nil, "figcaption": nil, "figure": nil, "hr": nil, "i": nil,
	"img": {"alt", "title", "width", "height"}, "ins": nil, "kbd": nil, "li": nil, "ol": {"start"}, "p": nil,
	"pre": nil, "q": nil, "rp": nil, "rt": nil, "ruby": nil, "s": nil, "samp": nil, "small": nil, "span": nil,
	"strong": nil, "sub": nil, "summary": nil, "sup": nil, "table": nil, "tbody": nil,
	"td": {"colspan", "rowspan"}, "tfoot": nil, "th": {"colspan", "rowspan"}, "thead": nil, "tr": nil,
	"tt": nil, "u": nil, "ul": nil, "wbr": nil,
}

// dropped lists elements that never show, not even as text. Of the ones marked true the content goes as well.
var dropped = map[string]bool{
	"script": true, "style": true, "iframe": true, "noscript": true, "template": true, "textarea": true,
	"noframes": true, "noembed": true, "xmp": true, "plaintext": true, "svg": true, "math": true,
	"frame": false, "frameset": false, "embed": false, "applet": false, "form": false, "button": false,
	"select": false, "optgroup": false, "fieldset": false, "legend": false, "meta": false, "base": false,
	"html": false, "head": false, "body": false, "canvas": false, "audio": false, "video": false, "track": false,
	"picture": false, "center": false, "font": false, "big": false, "marquee": false, "blink": false,
	"nobr": false, "dialog": false, "article": false, "aside": false, "nav": false, "main": false,
	"header": false, "footer": false, "section": false, "h1": false, "h2": false, "h3": false, "h4": false,
	"h5": false, "h6": false, "colgroup": false, "col": false, "hgroup": false, "search": false,
}

// tag is what the rest of the package wants to know of one tag of raw HTML.
type tag struct {
	name    string
	offset  int         // in the raw HTML
	id      string      // id or name attribute
	sources []reference // href and src
	dropped bool
}

// reference is an href or a src, with where it stands in its tag; its form is 0 where that is not known.
type reference struct {
	Link
	attribute
}

// tagsOf returns the tags that open something.
func tagsOf(raw []byte, ended map[string]bool) []tag {
	var out []tag
	offset := 0
	each(raw, func(z *html.Tokenizer, tt html.TokenType, rawTok []byte, skipped bool) {
		at := offset
		if offset += len(rawTok); skipped || tt != html.StartTagToken && tt != html.SelfClosingTagToken {
			return
		}
		t := z.Token()
		o := tag{name: t.Data, offset: at, dropped: vanishes(t, rawTok, ended)}
		if isInert(t.Data) {
			where := attributesOf(rawTok, t)
			for i, a := range t.Attr {
				switch {
				case a.Key == "id" || a.Key == "name" && t.DataAtom == atom.A:
					o.id = a.Val
				case a.Key == "src" && t.DataAtom == atom.Img, a.Key == "href" && t.DataAtom == atom.A:
					r := reference{Link: Link{Dest: a.Val, Image: t.DataAtom == atom.Img}}
					if where != nil {
						r.attribute = where[i]
					}
					o.sources = append(o.sources, r)
				}
			}
		}
		out = append(out, o)
	})
	return out
}

// vanishes tells whether a tag that is not inert is left out; the others are placeholders such as <namespace> or
// <pod name>, which an author meant to be read. ended are the names of elements the
// page ends, see elements.
func vanishes(t html.Token, raw []byte, ended map[string]bool) bool {
	if isInert(t.Data) {
		return false
	}
	if _, ok := dropped[t.Data]; ok {
		return true
	}
	if ended[t.Data] || t.Type == html.SelfClosingTagToken {
		return true
	}
	known := atom.Lookup([]byte(t.Data)) != 0
	if t.Type == html.EndTagToken {
		return known || strings.Contains(t.Data, "-") // of an element of somebody's own
	}
	return len(t.Attr) > 0 && (known || bytes.IndexByte(raw, '=') >= 0)
}

// elements collects from raw HTML what tells that a name is that of an element: it is ended somewhere, and it is written
// like a component's (<Tabs>) or has attributes. A placeholder is neither.
type elements struct{ ended, marked map[string]bool }

func (e elements) add(raw []byte) {
	each(raw, func(z *html.Tokenizer, tt html.TokenType, rawTok []byte, skipped bool) {
		name := nameOf(rawTok)
		switch {
		case skipped || isInert(name):
		case tt == html.EndTagToken:
			e.ended[name] = true
		case tt == html.StartTagToken && (component.Match(rawTok) || bytes.IndexByte(rawTok, '=') >= 0):
			e.marked[name] = true
		}
	})
}

// component is the beginning of a tag as MDX has it: a capital, and not capitals alone.
var component = regexp.MustCompile(`^<[A-Z][A-Za-z0-9.]*[a-z]`)

// each calls f for every token of raw. skipped marks comments and the content of elements whose content goes.
func each(raw []byte, f func(z *html.Tokenizer, tt html.TokenType, raw []byte, skipped bool)) {
	z := html.NewTokenizer(bytes.NewReader(raw))
	z.SetMaxBuf(maxSize)
	skip := ""
	for {
		tt := z.Next()
		if tt == html.ErrorToken {
			return
		}
		rawTok := bytes.Clone(z.Raw())
		switch tt {
		case html.CommentToken, html.DoctypeToken:
			f(z, tt, rawTok, true)
			continue
		case html.StartTagToken, html.EndTagToken:
			name := nameOf(rawTok)
			if skip != "" {
				if tt == html.EndTagToken && name == skip {
					skip = ""
				}
				f(z, tt, rawTok, true)
				continue
			}
			if tt == html.StartTagToken && dropped[name] {
				f(z, tt, rawTok, false)
				skip = name
				continue
			}
		}
		f(z, tt, rawTok, skip != "")
	}
}

// nameOf returns the lower-case element name of a raw tag.
func nameOf(raw []byte) string {
	s := bytes.TrimLeft(raw, "</")
	if i := bytes.IndexAny(s, " \t\n\f\r/>"); i >= 0 {
		s = s[:i]
	}
	return strings.ToLower(string(s))
}

// pieces returns the parts of the source that a raw HTML node is made of.
func pieces(n ast.Node) []text.Segment {
	var out []text.Segment
	switch n := n.(type) {
	case *ast.RawHTML:
		for i := range n.Segments.Len() {
			out = append(out, n.Segments.At(i))
		}
	case *ast.HTMLBlock:
		for i := range n.Lines().Len() {
			out = append(out, n.Lines().At(i))
		}
		if n.HasClosure() {
			out = append(out, n.ClosureLine)
		}
	}
	return out
}

// rawOf returns the source of a raw HTML node.
func rawOf(n ast.Node, src []byte) []byte {
	var buf bytes.Buffer
	for _, s := range pieces(n) {
		buf.Write(s.Value(src))
	}
	return buf.Bytes()
}

// origin finds where the bytes of what rawOf returns stand in the source. Offsets must grow from call to call.
type origin struct {
	rest   []text.Segment
	before int // bytes in the segments that are behind
}

func (o *origin) of(i int) int {
	for len(o.rest) > 0 {
		s := o.rest[0]
		size := s.Padding + s.Len()
		if i < o.before+size || len(o.rest) == 1 {
			return s.Start + max(0, i-o.before-s.Padding)
		}
		o.before += size
		o.rest = o.rest[1:]
	}
	return -1
}

// shownText is the text of a raw HTML node, for the search index.
func shownText(n ast.Node, src []byte) string {
	var b strings.Builder
	each(rawOf(n, src), func(z *html.Tokenizer, tt html.TokenType, raw []byte, skipped bool) {
		if skipped {
			return
		}
		t := z.Token()
		switch {
		case tt == html.TextToken:
			b.WriteString(t.Data)
		case t.DataAtom == atom.Br:
			b.WriteByte('\n')
		case t.DataAtom == atom.Img:
			b.WriteString(altOf(t))
		case !isInert(t.Data) && !vanishes(t, raw, nil):
			b.Write(raw)
		}
	})
	return b.String()
}

func isInert(name string) bool {
	_, ok := inert[name]
	return ok
}

func altOf(t html.Token) string {
	for _, a := range t.Attr {
		if a.Key == "alt" {
			return a.Val
		}
	}
	return ""
}

// balance closes what raw HTML left open and drops what it closed too often, by the rules of HTML5.
func balance(fragment []byte) ([]byte, error) {
	nodes, err := html.ParseFragment(bytes.NewReader(fragment), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, n := range nodes {
		if err := html.Render(&b, n); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
