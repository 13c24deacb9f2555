package site

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"rutter/content"
	"rutter/site/view"
)

// columns is how wide text for terminals is.
const columns = 80

// wantsPlain tells whether somebody asks from a terminal, where HTML would be no help: by the Accept header, or by
// curl and Wget, which do not say.
func wantsPlain(r *request) bool {
	if wantsText(r.Header["Accept"]) {
		return true
	}
	accept, agent := r.Header.Get("Accept"), r.Header.Get("User-Agent")
	return (accept == "" || accept == "*/*") && (strings.HasPrefix(agent, "curl/") || strings.HasPrefix(agent, "Wget/"))
}

// searchText is the page of results in 80 columns.
func (s *Server) searchText(w http.ResponseWriter, r *request, p view.SearchPage) error {
	var b strings.Builder
	line := func(indent, text string) { wrap(&b, indent, text) }
	switch {
	case p.Missing != "":
		line("", "No page here is for "+p.Missing+" yet.")
	case p.Building:
		line("", "The search index is being built for the first time. Ask again in a moment.")
	case p.Failed:
		line("", "The search index gave an error and is being built anew. Ask again in a moment.")
	case p.Total == 0:
		line("", "No page here has these words. Leave out what is particular to your machine, or try fewer words.")
	case p.Unsure:
		line("", "Nothing here looks like an answer to this text. What follows shares some words with it.")
	case p.Total == 1:
		line("", "1 page")
	default:
		line("", fmt.Sprintf("%d pages", p.Total))
	}
	for _, n := range p.Notices {
		line("", n)
	}
	if p.Suggestion != nil {
		line("", "Did you mean: "+p.Suggestion.Label)
	}
	base := s.base(r)
	for _, h := range p.Hits {
		b.WriteByte('\n')
		line("", h.Title)
		for i, x := range h.Sections {
			if i == 0 {
				b.WriteString("  " + base + x.URL + "\n")
			}
			if x.Heading != "" && i > 0 {
				line("  ", x.Heading)
			}
			if t := x.Snippet.String(); t != "" {
				line("    ", t)
			}
		}
		if len(h.Sections) == 0 {
			b.WriteString("  " + base + h.URL + "\n")
		}
	}
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["Vary"] = typeText, cacheNever, varyAgent
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(b.String()))
	}
	return nil
}

// pageText is a page, or one section of it, in 80 columns. Its text is the author's own; blocks stay as they are.
func (s *Server) pageText(w http.ResponseWriter, r *request, d *content.Doc, section string, labels url.Values) error {
	sections, err := d.Sections()
	if err != nil {
		return err
	}
	var b strings.Builder
	wrap(&b, "", d.Title)
	b.WriteString(s.base(r) + d.URL + fragment(section) + "\n")
	for _, p := range labelPairs(labels) {
		if v, err := url.QueryUnescape(p); err == nil {
			wrap(&b, "  ", v)
		}
	}
	if d.Meta.Summary != "" && section == "" {
		b.WriteByte('\n')
		wrap(&b, "", d.Meta.Summary)
	}
	if section != "" {
		for _, x := range sections {
			if x.ID == section {
				b.WriteByte('\n')
				wrap(&b, "", x.Heading)
				b.WriteByte('\n')
				wrapBlocks(&b, x.Text)
			}
		}
	} else {
		text, err := d.Text()
		if err != nil {
			return err
		}
		b.WriteByte('\n')
		wrapBlocks(&b, strings.TrimLeft(text, "\r\n"))
	}
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["Vary"] = typeText, cacheNever, varyAgent
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(b.String()))
	}
	return nil
}

// wrapBlocks wraps paragraphs; fenced and indented code, tables, lists and headings keep their lines.
func wrapBlocks(b *strings.Builder, text string) {
	fenced := false
	var para []string
	flush := func() {
		if len(para) > 0 {
			wrap(b, "", strings.Join(para, " "))
			para = nil
		}
	}
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\r\n")
		t := strings.TrimSpace(l)
		fence := strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~")
		switch {
		case fence, fenced:
			flush()
			b.WriteString(printable(l) + "\n")
			fenced = fenced != fence
		case t == "":
			flush()
			b.WriteByte('\n')
		case strings.HasPrefix(l, "    ") || strings.HasPrefix(l, "\t") || strings.ContainsAny(t[:1], "#|>-*+:<") || t[0] >= '0' && t[0] <= '9':
			flush()
			b.WriteString(printable(l) + "\n")
		default:
			para = append(para, t)
		}
	}
	flush()
}

// wrap writes a text in lines of at most columns characters, without what a terminal would obey.
func wrap(b *strings.Builder, indent, text string) {
	n := 0
	for w := range strings.FieldsSeq(printable(text)) {
		size := utf8.RuneCountInString(w)
		if n > 0 && n+1+size > columns {
			b.WriteByte('\n')
			n = 0
		}
		if n == 0 {
			b.WriteString(indent)
			n = len(indent)
		} else {
			b.WriteByte(' ')
			n++
		}
		b.WriteString(w)
		n += size
	}
	if n > 0 {
		b.WriteByte('\n')
	}
}

// printable makes spaces of control characters: a terminal acts on some of them.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}
