package export

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// linking are the attributes that hold addresses.
var linking = map[string]bool{"href": true, "src": true, "action": true, "data-set": true, "data-mermaid": true}

// rewrite makes an answer's links lead to files, by link, takes out what needs a server, and puts the policy into the page
// that no server will send with it.
func rewrite(body []byte, policy string, link func(address string) string) []byte {
	var out bytes.Buffer
	out.Grow(len(body))
	z := html.NewTokenizer(bytes.NewReader(body))
	skip := 0      // elements that are left out, and how deep in one the text is
	plain := false // within noscript, whose markup is text to a tokenizer
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.Bytes()
		}
		raw := bytes.Clone(z.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken && kind != html.EndTagToken {
			if plain {
				raw = rewrite(raw, "", link)
			}
			if skip == 0 {
				out.Write(raw)
			}
			continue
		}
		t := z.Token()
		plain = kind == html.StartTagToken && t.Data == "noscript"
		switch {
		case skip > 0 && kind == html.StartTagToken && t.Data == "p":
			skip++
			continue
		case skip > 0:
			if kind == html.EndTagToken && t.Data == "p" {
				skip--
			}
			continue
		case kind == html.EndTagToken:
			out.Write(raw)
			continue
		case t.Data == "link" && has(t, "rel", "search"):
			continue
		case t.Data == "p" && has(t, "class", "send"):
			skip = 1
			continue
		}
		if changed(&t, link) {
			out.WriteString(t.String())
		} else {
			out.Write(raw)
		}
		if t.Data == "meta" && len(t.Attr) == 1 && t.Attr[0].Key == "charset" && policy != "" {
			out.WriteString(`<meta http-equiv="Content-Security-Policy" content="` + html.EscapeString(policy) + `">`)
		}
	}
}

func has(t html.Token, name, value string) bool {
	for _, a := range t.Attr {
		if a.Key == name && a.Val == value {
			return true
		}
	}
	return false
}

// changed rewrites the addresses of a tag, and tells whether there were any.
func changed(t *html.Token, link func(string) string) bool {
	any := false
	attrs := t.Attr[:0]
	for _, a := range t.Attr {
		if a.Key == "data-box" || a.Key == "data-worker" {
			any = true
			continue
		}
		if linking[a.Key] && strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") {
			if a.Val, any = link(a.Val), true; a.Val == "" {
				continue // what only a server has
			}
		}
		attrs = append(attrs, a)
	}
	t.Attr = attrs
	return any
}

// parts takes an address of the portal apart; ok is false for what is none.
func parts(address string) (u *url.URL, ok bool) {
	u, err := url.Parse(address)
	return u, err == nil && u.Host == "" && strings.HasPrefix(u.Path, "/")
}
