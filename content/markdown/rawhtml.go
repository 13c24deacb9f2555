package markdown

import (
	"bytes"
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
	id      string // id or name attribute
	sources []Link // relative href and src
	dropped bool
}

func tagsOf(raw []byte) []tag {
	var out []tag
	each(raw, func(z *html.Tokenizer, tt html.TokenType, _ []byte) {
		if tt != html.StartTagToken && tt != html.SelfClosingTagToken {
			return
		}
		t := z.Token()
		o := tag{name: t.Data, dropped: vanishes(t)}
		if _, ok := inert[t.Data]; ok {
			for _, a := range t.Attr {
				switch {
				case a.Key == "id" || a.Key == "name" && t.DataAtom == atom.A:
					o.id = a.Val
				case a.Key == "src" && t.DataAtom == atom.Img, a.Key == "href" && t.DataAtom == atom.A:
					o.sources = append(o.sources, Link{Dest: a.Val, Image: t.DataAtom == atom.Img})
				}
			}
		}
		out = append(out, o)
	})
	return out
}

// vanishes tells whether a tag that is not inert is left out; the others are placeholders such as <namespace>,
// which an author meant to be read.
func vanishes(t html.Token) bool {
	if _, ok := inert[t.Data]; ok {
		return false
	}
	if _, ok := dropped[t.Data]; ok {
		return true
	}
	if t.Type == html.EndTagToken {
		return atom.Lookup([]byte(t.Data)) != 0
	}
	return len(t.Attr) > 0
}

// each calls f for every token of raw, leaving out comments and the content of elements whose content goes.
func each(raw []byte, f func(z *html.Tokenizer, tt html.TokenType, raw []byte)) {
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
			continue
		case html.StartTagToken, html.EndTagToken:
			name := nameOf(rawTok)
			if skip != "" {
				if tt == html.EndTagToken && name == skip {
					skip = ""
				}
				continue
			}
			if tt == html.StartTagToken && dropped[name] {
				f(z, tt, rawTok)
				skip = name
				continue
			}
		}
		if skip == "" {
			f(z, tt, rawTok)
		}
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

// rawOf returns the source of a raw HTML node.
func rawOf(n ast.Node, src []byte) []byte {
	var buf bytes.Buffer
	segments := func(s *text.Segments) {
		for i := range s.Len() {
			seg := s.At(i)
			buf.Write(seg.Value(src))
		}
	}
	switch n := n.(type) {
	case *ast.RawHTML:
		segments(n.Segments)
	case *ast.HTMLBlock:
		segments(n.Lines())
		if n.HasClosure() {
			buf.Write(n.ClosureLine.Value(src))
		}
	}
	return buf.Bytes()
}

// shownText is the text of a raw HTML node, for the search index.
func shownText(n ast.Node, src []byte) string {
	var b strings.Builder
	each(rawOf(n, src), func(z *html.Tokenizer, tt html.TokenType, raw []byte) {
		t := z.Token()
		switch {
		case tt == html.TextToken:
			b.WriteString(t.Data)
		case t.DataAtom == atom.Br:
			b.WriteByte('\n')
		case t.DataAtom == atom.Img:
			for _, a := range t.Attr {
				if a.Key == "alt" {
					b.WriteString(a.Val)
				}
			}
		case inert[t.Data] == nil && !isInert(t.Data) && !vanishes(t):
			b.Write(raw)
		}
	})
	return b.String()
}

func isInert(name string) bool {
	_, ok := inert[name]
	return ok
}

// sanitise writes what passes of a raw HTML node.
func sanitise(raw []byte, resolve Resolver) []byte {
	var b bytes.Buffer
	each(raw, func(z *html.Tokenizer, tt html.TokenType, rawTok []byte) {
		t := z.Token()
		switch {
		case tt == html.TextToken:
			b.WriteString(html.EscapeString(t.Data))
		case !isInert(t.Data):
			if !vanishes(t) {
				b.WriteString(html.EscapeString(string(rawTok)))
			}
		case tt == html.EndTagToken:
			b.WriteString("</" + t.Data + ">")
		default:
			writeStartTag(&b, t, resolve)
		}
	})
	return b.Bytes()
}

func writeStartTag(b *bytes.Buffer, t html.Token, resolve Resolver) {
	var attrs []string
	add := func(k, v string) { attrs = append(attrs, k+`="`+v+`"`) }
	hasSource := false
	for _, a := range t.Attr {
		switch {
		case a.Key == "id" || a.Key == "name" && t.DataAtom == atom.A:
			if validID(a.Val) {
				add("id", html.EscapeString(a.Val))
			}
		case a.Key == "href" && t.DataAtom == atom.A:
			if to, ok := target(a.Val, false, resolve); ok {
				add("href", to)
			}
		case a.Key == "src" && t.DataAtom == atom.Img:
			if to, ok := target(a.Val, true, resolve); ok && schemeOf(a.Val) == relative {
				hasSource = true
				add("src", to)
				add("loading", "lazy")
			}
		default:
			for _, k := range inert[t.Data] {
				if a.Key == k {
					add(k, html.EscapeString(a.Val))
				}
			}
		}
	}
	if t.DataAtom == atom.Img && !hasSource {
		for _, a := range t.Attr { // no picture from elsewhere: what it shows, in words
			if a.Key == "alt" {
				b.WriteString(html.EscapeString(a.Val))
			}
		}
		return
	}
	b.WriteString("<" + t.Data)
	for _, a := range attrs {
		b.WriteString(" " + a)
	}
	b.WriteByte('>')
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
