package site

import (
	"bytes"
	"net/http"
	"strings"

	"golang.org/x/net/html"
)

// prefixed puts the address of a preview before the addresses in an answer.
type prefixed struct {
	http.ResponseWriter
	base   string // percent-encoded, without a slash at its end
	status int
	body   *bytes.Buffer // of an answer that has addresses in it; nil of any other
}

// Unwrap lets streams through.
func (p *prefixed) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *prefixed) WriteHeader(status int) {
	if p.status != 0 {
		return
	}
	p.status = status
	h := p.Header()
	if to := h.Get("Location"); strings.HasPrefix(to, "/") {
		h.Set("Location", p.base+to)
	}
	if to := h.Get("Link"); to != "" {
		h.Set("Link", strings.ReplaceAll(to, "</", "<"+p.base+"/"))
	}
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Cache-Control", "no-store") // the next revision of a branch is another page
	h.Del("Etag")
	typ, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	switch {
	case h.Get("Content-Security-Policy") == sandboxed: // a file is handed out as it lies there
	case typ == "text/html", typ == "application/json":
		p.body = &bytes.Buffer{}
		h.Del("Content-Length")
		return
	}
	p.ResponseWriter.WriteHeader(status)
}

func (p *prefixed) Write(b []byte) (int, error) {
	if p.status == 0 {
		p.WriteHeader(http.StatusOK)
	}
	if p.body != nil {
		return p.body.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

// finish sends what was held back.
func (p *prefixed) finish() {
	if p.body == nil {
		return
	}
	body := p.body.Bytes()
	if strings.HasPrefix(p.Header().Get("Content-Type"), "text/html") {
		body = withBase(body, p.base, true)
	} else {
		body = bytes.ReplaceAll(body, []byte(`"url":"/`), []byte(`"url":"`+p.base+`/`))
	}
	p.ResponseWriter.WriteHeader(p.status)
	_, _ = p.ResponseWriter.Write(body)
}

// withBase puts a base before the addresses of a page, but those of assets, which are the same for all, and of links to the
// live portal. Within noscript, whose markup is text to a tokenizer, it is asked once more, and not again.
func withBase(page []byte, base string, whole bool) []byte {
	var out bytes.Buffer
	out.Grow(len(page) + len(page)/8)
	z := html.NewTokenizer(bytes.NewReader(page))
	noscript := false
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.Bytes()
		}
		raw := bytes.Clone(z.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			if kind == html.TextToken && noscript {
				raw = withBase(raw, base, false)
			}
			noscript = false
			out.Write(raw)
			continue
		}
		t := z.Token()
		noscript = whole && kind == html.StartTagToken && t.Data == "noscript"
		changed, live := false, false
		for _, a := range t.Attr {
			live = live || a.Key == "rel" && a.Val == "alternate"
		}
		for i, a := range t.Attr {
			switch a.Key {
			case "href", "src", "action", "formaction", "data-live", "data-url":
				if !live && strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") && !strings.HasPrefix(a.Val, "/-/static/") {
					t.Attr[i].Val, changed = base+a.Val, true
				}
			}
		}
		if changed {
			out.WriteString(t.String())
		} else {
			out.Write(raw)
		}
	}
}
