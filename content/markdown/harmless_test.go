package markdown_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// may lists the elements a body may hold, with their attributes; all may have id and class.
var may = map[string][]string{
	"a": {"href", "title", "role", "aria-hidden", "tabindex"}, "abbr": {"title"}, "b": nil, "bdi": nil, "bdo": {"dir"},
	"blockquote": nil, "br": nil, "caption": nil, "cite": nil, "code": nil, "dd": nil, "del": nil, "details": {"open"},
	"dfn": nil, "div": {"role"}, "dl": nil, "dt": nil, "em": nil, "figcaption": nil, "figure": nil,
	"h2": {"data-for"}, "h3": {"data-for"}, "h4": {"data-for"}, "h5": {"data-for"}, "h6": {"data-for"}, "hr": nil, "i": nil,
	"img": {"src", "alt", "title", "width", "height", "loading"}, "input": {"type", "checked", "disabled", "aria-label", "autocomplete"}, "label": {"for"},
	"ins": nil, "kbd": nil, "li": nil, "ol": {"start"}, "p": nil, "pre": nil, "q": nil, "rp": nil, "rt": nil,
	"ruby": nil, "s": nil, "samp": nil, "small": nil, "span": nil, "strong": nil, "sub": nil, "summary": nil,
	"sup": nil, "table": nil, "tbody": nil, "td": {"colspan", "rowspan", "data-l"}, "tfoot": nil,
	"th": {"colspan", "rowspan", "scope"}, "thead": nil, "tr": nil, "tt": nil, "u": nil, "ul": nil, "wbr": nil,
	"svg": {"aria-hidden"}, "use": {"href"}, "var": {"data-v", "data-q", "data-o"}, // ours alone: raw HTML has none of them
}

// harmless puts a body into a page, reads the page as a browser does, and tells what could act, load from
// elsewhere, or break the page around the body.
func harmless(body []byte) error {
	doc := bytes.Join([][]byte{[]byte("<!doctype html><html><head></head><body><main><article>"), body, []byte("</article><aside></aside></main></body></html>")}, nil)
	root, err := html.Parse(bytes.NewReader(doc))
	if err != nil {
		return harmlessTags(body) // nested too deeply for a tree
	}
	frame := map[string]*html.Node{}
	ids := map[string]bool{}
	var walk func(n *html.Node, inside bool) error
	walk = func(n *html.Node, inside bool) error {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "html", "head", "body", "main", "aside", "article":
				if inside || frame[n.Data] != nil {
					return fmt.Errorf("<%s> in the body", n.Data)
				}
				frame[n.Data] = n
			default:
				if !inside {
					return fmt.Errorf("<%s> fell out of the body", n.Data)
				}
				if err := harmlessElement(n.Data, n.Attr, ids); err != nil {
					return err
				}
			}
			inside = inside || n.Data == "article"
		}
		if n.Type == html.TextNode && !inside && strings.TrimSpace(n.Data) != "" {
			return fmt.Errorf("text %q fell out of the body", n.Data)
		}
		if n.Type == html.CommentNode {
			return fmt.Errorf("a comment %q", n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if err := walk(c, inside); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(root, false); err != nil {
		return err
	}
	if a := frame["article"]; a == nil || frame["aside"] == nil || a.Parent != frame["main"] || a.NextSibling != frame["aside"] {
		return fmt.Errorf("the body breaks the page around it")
	}
	return nil
}

// harmlessTags looks at the tags alone.
func harmlessTags(body []byte) error {
	z := html.NewTokenizer(bytes.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if err := harmlessElement(t.Data, t.Attr, nil); err != nil {
				return err
			}
		case html.CommentToken, html.DoctypeToken:
			return fmt.Errorf("%q", z.Raw())
		}
	}
}

func harmlessElement(name string, attrs []html.Attribute, ids map[string]bool) error {
	allowed, ok := may[name]
	if !ok {
		return fmt.Errorf("<%s>", name)
	}
	for _, a := range attrs {
		switch a.Key {
		case "class":
		case "id":
			if ids != nil && ids[a.Val] {
				return fmt.Errorf("the id %q twice", a.Val)
			}
			if ids != nil {
				ids[a.Val] = true
			}
			if a.Val == "" || strings.ContainsAny(strings.TrimPrefix(a.Val, "/t-"), " \t\n/") || strings.HasPrefix(a.Val, "/t-") != (name == "input") {
				return fmt.Errorf("the id %q", a.Val)
			}
		case "href", "src":
			if err := harmlessURL(name, a.Val); err != nil {
				return err
			}
			fallthrough
		default:
			if !slices.Contains(allowed, a.Key) {
				return fmt.Errorf("<%s %s=%q>", name, a.Key, a.Val)
			}
		}
	}
	if name == "use" && !slices.ContainsFunc(attrs, func(a html.Attribute) bool {
		return a.Key == "href" && slices.Contains([]string{"#shape:ring", "#shape:half", "#shape:stop", "#shape:ok", "#shape:back"}, a.Val)
	}) {
		return fmt.Errorf("a shape that is not ours")
	}
	if name == atom.Input.String() && !slices.Contains(attrs, html.Attribute{Key: "type", Val: "checkbox"}) {
		return fmt.Errorf("an input that is no checkbox")
	}
	return nil
}

// harmlessURL reads a URL as browsers do: controls and spaces around it go, tabs and line ends anywhere.
func harmlessURL(name, u string) error {
	u = strings.TrimFunc(u, func(r rune) bool { return r <= ' ' })
	u = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(u)
	i := strings.IndexAny(u, ":/?#\\")
	scheme := ""
	if i >= 0 && u[i] == ':' {
		scheme = strings.ToLower(u[:i])
	}
	elsewhere := scheme != "" || len(u) > 1 && strings.ContainsAny(u[:1], `/\`) && strings.ContainsAny(u[1:2], `/\`)
	switch {
	case name == "img" && elsewhere:
		return fmt.Errorf("a picture from elsewhere: %q", u)
	case scheme != "" && scheme != "http" && scheme != "https" && scheme != "mailto":
		return fmt.Errorf("a link to %q", u)
	}
	return nil
}
