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

// sanitiser writes what passes of the raw HTML of one page, in the order of the page.
type sanitiser struct {
	page    *Page
	resolve Resolver
	open    []string // elements that are open, outermost first
	node    ast.Node // the one being written
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
		if !vanishes(t, raw) {
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
	if !endless[name] {
		i := lastIndex(s.open, name)
		if i < 0 {
			return
		}
		s.open = s.open[:i]
	}
	s.b.WriteString("</" + name + ">")
}

func (s *sanitiser) start(t html.Token) {
	if !endless[t.Data] {
		if len(s.open) >= maxRawOpen || formatting[t.Data] && s.formatting() >= maxFormatting {
			return
		}
		s.open = append(s.open, t.Data)
	}
	s.b.WriteString("<" + t.Data)
	s.attributes(t)
	s.b.WriteByte('>')
}

func (s *sanitiser) attributes(t html.Token) {
	for _, a := range t.Attr {
		switch {
		case a.Key == "id" || a.Key == "name" && t.DataAtom == atom.A:
			if s.page.owner[a.Val] == s.node { // each id once
				delete(s.page.owner, a.Val)
				s.attribute("id", html.EscapeString(a.Val))
			}
		case a.Key == "href" && t.DataAtom == atom.A:
			if to, found, ok := target(a.Val, false, s.resolve); ok {
				s.attribute("href", to)
				if !found {
					s.attribute("class", "dead")
				}
			}
		case slices.Contains(inert[t.Data], a.Key):
			s.attribute(a.Key, html.EscapeString(a.Val))
		}
	}
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
		if slices.Contains(s.open, "a") || inLink(s.node) {
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
	for _, name := range s.open {
		if formatting[name] {
			n++
		}
	}
	return n
}

// closers ends the formatting that a block left open.
func (s *sanitiser) closers() string {
	var b strings.Builder
	for i := len(s.open) - 1; i >= 0; i-- {
		if name := s.open[i]; formatting[name] {
			b.WriteString("</" + name + ">")
			s.open = slices.Delete(s.open, i, i+1)
		}
	}
	return b.String()
}

func lastIndex(s []string, v string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == v {
			return i
		}
	}
	return -1
}
