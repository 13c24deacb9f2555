package markdown

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Elements of raw HTML may stay open over many blocks, and HTML5 opens some of them again in every block that
// follows. So few may be open at once, and those end with the block they stand in.
const (
	maxRawOpen    = 100
	maxFormatting = 8
)

var (
	formatting = wordsOf("a b code em i s small strong tt u")
	// endless elements end where the next one of their kind begins; they are not followed.
	endless = wordsOf("br dd dt hr img li p rp rt tbody td tfoot th thead tr wbr")
)

func wordsOf(s string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		out[w] = true
	}
	return out
}

// element is an open element: what the author opened, and as what it was written.
type element struct{ name, as string }

// sanitiser writes what passes of the raw HTML of one page, in the order of the page.
type sanitiser struct {
	page    *Page
	resolve Resolver
	open    []element // what is open, outermost first
	node    ast.Node  // the one being written
	b       bytes.Buffer
}

// write returns what passes of a raw HTML node.
func (s *sanitiser) write(n ast.Node) []byte {
	s.node = n
	s.b.Reset()
	each(rawOf(n, s.page.src), s.token)
	return bytes.Clone(s.b.Bytes())
}

func (s *sanitiser) token(z *html.Tokenizer, tt html.TokenType, raw []byte, skipped bool) {
	if skipped {
		return
	}
	t := z.Token()
	switch {
	case tt == html.TextToken:
		s.b.WriteString(html.EscapeString(t.Data))
	case !isInert(t.Data):
		if !vanishes(t, raw, s.page.ended) {
			s.b.WriteString(html.EscapeString(string(raw)))
		}
	case tt == html.EndTagToken:
		s.end(t.Data)
	case t.DataAtom == atom.Img:
		s.image(t)
	default:
		s.start(t)
	}
}

func (s *sanitiser) end(name string) {
	if endless[name] {
		s.b.WriteString("</" + name + ">")
		return
	}
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.open[i].name == name {
			s.b.WriteString("</" + s.open[i].as + ">")
			s.open = s.open[:i]
			return
		}
	}
}

func (s *sanitiser) start(t html.Token) {
	href, leads, found := "", false, false
	for _, a := range t.Attr {
		if a.Key == "href" && t.DataAtom == atom.A && !leads {
			href, found, leads = target(a.Val, false, s.resolve)
		}
	}
	as := t.Data
	if t.DataAtom == atom.A && !leads {
		as = "span" // an anchor, or a link that may not be one
	}
	if !endless[t.Data] {
		if len(s.open) >= maxRawOpen || formatting[as] && s.formatting() >= maxFormatting {
			return
		}
		s.open = append(s.open, element{t.Data, as})
	}
	id := s.id(t)
	if id != "" && formatting[as] { // which HTML5 may open again, id and all
		s.b.WriteString("<span")
		s.attribute("id", id)
		s.b.WriteString("></span>")
		id = ""
	}
	s.b.WriteString("<" + as)
	if id != "" {
		s.attribute("id", id)
	}
	if leads {
		s.attribute("href", href)
		if !found {
			s.attribute("class", "dead")
		}
	}
	for i, a := range t.Attr {
		if slices.Contains(inert[t.Data], a.Key) && !slices.ContainsFunc(t.Attr[:i], func(b html.Attribute) bool { return b.Key == a.Key }) {
			s.attribute(a.Key, html.EscapeString(a.Val))
		}
	}
	s.b.WriteByte('>')
}

// id is the tag's id where it has it to itself, escaped, else "".
func (s *sanitiser) id(t html.Token) string {
	for _, a := range t.Attr {
		if (a.Key == "id" || a.Key == "name" && t.DataAtom == atom.A) && s.page.owner[a.Val] == s.node {
			delete(s.page.owner, a.Val)
			return html.EscapeString(a.Val)
		}
	}
	return ""
}

func (s *sanitiser) attribute(k, v string) { s.b.WriteString(" " + k + `="` + v + `"`) }

// image writes a picture that lies here. One from elsewhere becomes a link to it, as in Markdown.
func (s *sanitiser) image(t html.Token) {
	alt, src := html.EscapeString(altOf(t)), ""
	for _, a := range t.Attr {
		if a.Key == "src" {
			src = a.Val
		}
	}
	to, found, ok := target(src, true, s.resolve)
	switch {
	case !ok || src == "" || schemeOf(src) == mail:
		s.b.WriteString(alt)
	case schemeOf(src) == web:
		if alt == "" {
			alt = noAlt
		}
		if s.inLink() {
			s.b.WriteString(alt)
			break
		}
		s.b.WriteString(`<a href="` + to + `">` + alt + `</a>`)
	case !found:
		s.b.WriteString(`<span class="dead">` + alt + `</span>`)
	default:
		s.b.WriteString(`<img src="` + to + `" alt="` + alt + `" loading="lazy"`)
		for _, a := range t.Attr {
			if a.Key != "alt" && slices.Contains(inert["img"], a.Key) {
				s.attribute(a.Key, html.EscapeString(a.Val))
			}
		}
		s.b.WriteByte('>')
	}
}

func (s *sanitiser) inLink() bool {
	return inLink(s.node) || slices.ContainsFunc(s.open, func(e element) bool { return e.as == "a" })
}

func inLink(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}

// formatting counts the open elements that HTML5 would open again in the next block.
func (s *sanitiser) formatting() int {
	n := 0
	for _, e := range s.open {
		if formatting[e.as] {
			n++
		}
	}
	return n
}

// closers ends the formatting that a block left open.
func (s *sanitiser) closers() string {
	var b strings.Builder
	for i := len(s.open) - 1; i >= 0; i-- {
		if as := s.open[i].as; formatting[as] {
			b.WriteString("</" + as + ">")
			s.open = slices.Delete(s.open, i, i+1)
		}
	}
	return b.String()
}
