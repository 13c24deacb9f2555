package markdown

import (
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

const linesAttr = "lines" // a block's lines as HTML, []string

// code renders a block of code as a figure: what it is, then its lines, each an element of its own so that a
// wrapped line hangs. A line break still stands between them for browsers without the style sheet.
func (nodes) code(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	lang, title := infoOf(node, src)
	_, _ = w.WriteString(`<figure class="cmd">`)
	if label := languageLabel(lang); label != "" || title != "" {
		_, _ = w.WriteString("<figcaption>")
		if label != "" {
			_, _ = w.WriteString("<b>" + html.EscapeString(label) + "</b>")
		}
		if title != "" {
			_, _ = w.WriteString("<span>" + html.EscapeString(title) + "</span>")
		}
		_, _ = w.WriteString("</figcaption>")
	}
	_, _ = w.WriteString("<pre>")
	if v, ok := node.AttributeString(linesAttr); ok {
		lines, _ := v.([]string)
		_, _ = w.WriteString(strings.Join(lines, "\n"))
	}
	_, _ = w.WriteString("</pre></figure>\n")
	return ast.WalkContinue, nil
}

// placeCode gives every block of code its lines.
func (p *Page) placeCode() {
	pen := newPen()
	defer pen.put()
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if k := n.Kind(); entering && (k == ast.KindFencedCodeBlock || k == ast.KindCodeBlock) {
			lang, _ := infoOf(n, p.src)
			body := strings.TrimRight(codeOf(n, p.src), "\n")
			if isShell(lang) && isTranscript(body) {
				n.SetAttributeString(linesAttr, pen.transcript(body))
			} else {
				n.SetAttributeString(linesAttr, wrapped(pen.colour(body, lang)))
			}
		}
		return ast.WalkContinue, nil
	})
}

// codeOf is the text of a block of code.
func codeOf(n ast.Node, src []byte) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		s := n.Lines().At(i)
		b.Write(s.Value(src))
	}
	return b.String()
}

// infoOf reads a block's language and title. A block by indentation has none.
func infoOf(n ast.Node, src []byte) (lang, title string) {
	if f, ok := n.(*ast.FencedCodeBlock); ok && f.Info != nil {
		return parseInfo(string(unescape(f.Info.Segment.Value(src))))
	}
	return "", ""
}

const maxLanguage = 40 // bytes of a language's name

// parseInfo splits a fence's info string: the language, and a title="…" as Docusaurus and MkDocs write it.
func parseInfo(info string) (lang, title string) {
	lang, rest, _ := strings.Cut(strings.TrimSpace(info), " ")
	if strings.HasPrefix(lang, "title=") {
		lang, rest = "", info
	}
	if len(lang) > maxLanguage {
		lang = ""
	}
	lang = strings.ToLower(strings.Trim(lang, "{}."))
	if i := strings.IndexAny(lang, "{,:"); i >= 0 {
		lang = lang[:i]
	}
	if _, after, ok := strings.Cut(rest, `title="`); ok {
		title, _, _ = strings.Cut(after, `"`)
	}
	return lang, title
}

// languageLabel is the word over a block. Output has none; a language nobody knows is shown as it was written.
func languageLabel(lang string) string {
	switch lang {
	case "", "text", "txt", "plain", "plaintext", "none", "output", "log", "nohighlight":
		return ""
	case "sh", "bash", "zsh", "shell", "console", "shell-session", "terminal", "ksh", "fish":
		return "Shell"
	case "ps1", "powershell", "pwsh":
		return "PowerShell"
	}
	if l := languageOf(lang); l != nil {
		return l.Config().Name
	}
	return lang
}

func isShell(lang string) bool {
	switch lang {
	case "sh", "bash", "zsh", "shell", "console", "shell-session", "terminal", "ksh":
		return true
	}
	return false
}

// isTranscript tells whether a shell block holds prompts, and so perhaps output as well.
func isTranscript(body string) bool { return strings.HasPrefix(strings.TrimLeft(body, " \n"), "$ ") }

// transcript marks prompts, which are not part of the command, and output, which is nobody's command.
func (p *pen) transcript(body string) []string {
	lines := strings.Split(body, "\n")
	continued := false
	for i, l := range lines {
		cmd, prompt := strings.CutPrefix(strings.TrimLeft(l, " "), "$ ")
		switch {
		case prompt:
			lines[i] = `<code><span class="prompt">$ </span>` + p.colour(cmd, "bash")[0] + "</code>"
		case continued:
			lines[i] = "<code>" + p.colour(l, "bash")[0] + "</code>"
		default:
			lines[i] = "<samp>" + html.EscapeString(l) + "</samp>"
			continue
		}
		continued = strings.HasSuffix(l, `\`)
	}
	return lines
}

// wrapped makes an element of each line.
func wrapped(lines []string) []string {
	for i, l := range lines {
		lines[i] = "<code>" + l + "</code>"
	}
	return lines
}
