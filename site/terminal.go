package site

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
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
	case !p.Asked:
		line("", "Ask with ?q= and what you see, or send a whole log:")
		b.WriteString("\n    curl --data-binary @app.log " + s.base(r) + "/search\n")
	case p.Missing != "" && p.Total > 0:
		line("", "No page here is for "+p.Missing+" yet. Those below share words with it.")
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
	if p.Stub != nil {
		b.WriteByte('\n')
		line("", "To write it, or to ask for it, send these lines to the authors of this portal; they save them as "+p.Stub.Path+":")
		b.WriteByte('\n')
		for l := range strings.Lines(p.Stub.Text) {
			b.WriteString(strings.TrimRight("    "+printable(strings.TrimRight(l, "\n")), " ") + "\n")
		}
	}
	return s.sendText(w, r, b.String())
}

// sendText sends a text for terminals, which nobody keeps.
func (s *Server) sendText(w http.ResponseWriter, r *request, text string) error {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["Vary"] = typeText, cacheNever, varyAgent
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(text))
	}
	return nil
}

// pageText is a page, or one section of it, in 80 columns. Its text is the author's own; blocks stay as they are.
func (s *Server) pageText(w http.ResponseWriter, r *request, d *content.Doc, section, asked string, labels url.Values) error {
	sections, err := d.Sections()
	if err != nil {
		return err
	}
	var b strings.Builder
	if asked != "" {
		wrap(&b, "", "Nothing here is named "+asked+". This page has a name that differs in one letter.")
		b.WriteByte('\n')
	}
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
		text = strings.TrimLeft(text, "\r\n")
		if heading, rest, _ := strings.Cut(text, "\n"); strings.TrimSpace(heading) == "# "+d.Title {
			text = strings.TrimLeft(rest, "\r\n") // it stands there already
		}
		b.WriteByte('\n')
		wrapBlocks(&b, text)
	}
	return s.sendText(w, r, b.String())
}

// listItem is the mark of an item of a list, or of a quote.
var listItem = regexp.MustCompile(`^\s*(?:[-*+]|\d{1,9}[.)]|>+)\s+`)

// maxIndent is how far in an item may begin, its mark included.
const maxIndent = 16

// wrapBlocks wraps paragraphs, items of lists and quotes; fenced and indented code, tables and headings keep their lines.
func wrapBlocks(b *strings.Builder, text string) {
	fence := "" // what closes the block of code
	var para []string
	first, indent := "", "" // before the first line of para, and before the others
	flush := func() {
		if len(para) > 0 {
			hang(b, first, indent, strings.Join(para, " "))
		}
		para, first, indent = nil, "", ""
	}
	for l := range strings.Lines(text) {
		l = printable(strings.TrimRight(l, "\r\n"))
		t := strings.TrimSpace(l)
		mark := fenceOf(t)
		item := listItem.FindString(l)
		switch {
		case fence != "":
			b.WriteString(l + "\n")
			if strings.HasPrefix(mark, fence) && strings.Trim(t, fence[:1]) == "" {
				fence = ""
			}
		case mark != "":
			flush()
			b.WriteString(l + "\n")
			fence = mark
		case t == "":
			flush()
			b.WriteByte('\n')
		case item != "" && len(item) < maxIndent:
			flush()
			first, indent = item, strings.Repeat(" ", len(item))
			if strings.Contains(item, ">") {
				indent = item
			}
			para = []string{t[len(strings.TrimSpace(item)):]}
		case para == nil && (strings.HasPrefix(l, "    ") || strings.HasPrefix(l, "\t")), strings.ContainsAny(t[:1], "#|<") || strings.HasPrefix(t, ": "):
			flush()
			b.WriteString(l + "\n")
		default:
			para = append(para, t)
		}
	}
	flush()
}

// fenceOf returns the mark with which a line begins or ends a block of code, "" for none.
func fenceOf(t string) string {
	for _, c := range []string{"`", "~"} {
		if n := len(t) - len(strings.TrimLeft(t, c)); n >= 3 {
			return t[:n]
		}
	}
	return ""
}

// wrap writes a text in lines of at most columns characters, without what a terminal would obey.
func wrap(b *strings.Builder, indent, text string) { hang(b, indent, indent, text) }

// hang does the same, the first line begun in its own way.
func hang(b *strings.Builder, first, indent, text string) {
	n := 0
	begin := first
	for w := range strings.FieldsSeq(printable(text)) {
		size := utf8.RuneCountInString(w)
		if n > 0 && n+1+size > columns {
			b.WriteByte('\n')
			n = 0
		}
		if n == 0 {
			b.WriteString(begin)
			n, begin = len(begin), indent
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
