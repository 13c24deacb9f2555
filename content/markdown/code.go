package markdown

import (
	"context"
	"html"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

const (
	maxHighlight    = 64 << 10               // bytes of one block that are coloured
	highlightBudget = 250 * time.Millisecond // a lexer's regular expressions can be made to backtrack; then the block stays plain
)

// code renders a block of code as a figure: what it is, then its lines, each an element of its own so that a
// wrapped line hangs. A line break still stands between them for browsers without the style sheet.
func (nodes) code(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering || has(node, shownAttr) {
		return ast.WalkContinue, nil
	}
	lang, title, body := codeOf(node, src)

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
	switch {
	case isShell(lang) && isTranscript(body):
		writeTranscript(w, body, lang)
	default:
		writeLines(w, highlight(body, lang))
		if next := node.NextSibling(); isShell(lang) && next != nil && next.Kind() == ast.KindFencedCodeBlock {
			if l, t, output := codeOf(next, src); isOutput(l) && t == "" {
				next.SetAttributeString(shownAttr, true)
				writeOutput(w, output)
			}
		}
	}
	_, _ = w.WriteString("</pre></figure>\n")
	return ast.WalkContinue, nil
}

// shownAttr marks a block of output that is shown with the command before it.
const shownAttr = "shown"

// codeOf returns the language, title and text of a block of code.
func codeOf(node ast.Node, src []byte) (lang, title, body string) {
	var b strings.Builder
	for i := range node.Lines().Len() {
		s := node.Lines().At(i)
		b.Write(s.Value(src))
	}
	if n, ok := node.(*ast.FencedCodeBlock); ok && n.Info != nil {
		lang, title = parseInfo(string(unescape(n.Info.Segment.Value(src))))
	}
	return lang, title, strings.TrimRight(b.String(), "\n")
}

// isOutput tells whether a block in this language, right below a command, is what the command prints.
func isOutput(lang string) bool {
	switch lang {
	case "text", "txt", "output", "console-output", "log":
		return true
	}
	return false
}

func writeOutput(w util.BufWriter, output string) {
	for i, l := range strings.Split(output, "\n") {
		class := ""
		if i == 0 {
			class = ` class="first"`
		}
		_, _ = w.WriteString("\n<samp" + class + ">" + html.EscapeString(l) + "</samp>")
	}
}

// parseInfo splits a fence's info string: the language, and a title="…" as Docusaurus and MkDocs write it.
func parseInfo(info string) (lang, title string) {
	lang, rest, _ := strings.Cut(strings.TrimSpace(info), " ")
	lang = strings.ToLower(strings.Trim(lang, "{}."))
	if i := strings.IndexAny(lang, "{,:"); i >= 0 {
		lang = lang[:i]
	}
	if _, after, ok := strings.Cut(rest, `title="`); ok {
		title, _, _ = strings.Cut(after, `"`)
	}
	return lang, title
}

// languageLabel is the word over a block. Output and unknown languages have none.
func languageLabel(lang string) string {
	switch lang {
	case "", "text", "txt", "plain", "plaintext", "none", "output", "log", "nohighlight":
		return ""
	case "sh", "bash", "zsh", "shell", "console", "shell-session", "terminal", "ksh", "fish":
		return "Shell"
	case "ps1", "powershell", "pwsh":
		return "PowerShell"
	}
	if l := lexers.Get(lang); l != nil {
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

// writeTranscript marks prompts, which are not part of the command, and output, which is nobody's command.
func writeTranscript(w util.BufWriter, body, lang string) {
	continued := false
	for i, l := range strings.Split(body, "\n") {
		if i > 0 {
			_ = w.WriteByte('\n')
		}
		cmd, prompt := strings.CutPrefix(strings.TrimLeft(l, " "), "$ ")
		switch {
		case prompt, continued:
			_, _ = w.WriteString("<code>")
			if prompt {
				_, _ = w.WriteString(`<span class="prompt">$ </span>`)
			} else {
				cmd = l
			}
			_, _ = w.WriteString(highlight(cmd, lang)[0] + "</code>")
			continued = strings.HasSuffix(l, `\`)
		default:
			_, _ = w.WriteString("<samp>" + html.EscapeString(l) + "</samp>")
		}
	}
}

func writeLines(w util.BufWriter, lines []string) {
	for i, l := range lines {
		if i > 0 {
			_ = w.WriteByte('\n')
		}
		_, _ = w.WriteString("<code>" + l + "</code>")
	}
}

// highlight returns the lines of body as HTML, coloured where the language is known. It never returns none.
func highlight(body, lang string) []string {
	if lang != "" && len(body) <= maxHighlight {
		if lines, ok := colour(body, lang); ok {
			return lines
		}
	}
	return strings.Split(html.EscapeString(body), "\n")
}

func colour(body, lang string) ([]string, bool) {
	lexer := lexers.Get(lang)
	if lexer == nil || languageLabel(lang) == "" {
		return nil, false
	}
	ctx, cancel := context.WithTimeout(context.Background(), highlightBudget)
	defer cancel()
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, body)
	if err != nil {
		return nil, false
	}
	var lines []string
	var b strings.Builder
	for t := tokens(); t != chroma.EOF; t = tokens() {
		if ctx.Err() != nil {
			return nil, false
		}
		class := classOf(t.Type)
		for i, part := range strings.Split(t.Value, "\n") {
			if i > 0 {
				lines = append(lines, b.String())
				b.Reset()
			}
			if part == "" {
				continue
			}
			if class == "" || strings.TrimSpace(part) == "" {
				b.WriteString(html.EscapeString(part))
			} else {
				b.WriteString(`<span class="` + class + `">` + html.EscapeString(part) + `</span>`)
			}
		}
	}
	if b.Len() > 0 || len(lines) == 0 {
		lines = append(lines, b.String())
	}
	return lines, true
}

// classOf maps chroma's token types to the few classes the style sheet knows. Colour here only helps the eye
// along: everything else stays ink.
func classOf(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Comment):
		return "hc"
	case t.InCategory(chroma.Keyword):
		return "hk"
	case t.InSubCategory(chroma.LiteralString):
		return "hs"
	case t.InSubCategory(chroma.LiteralNumber):
		return "hn"
	case t == chroma.NameTag || t == chroma.NameAttribute || t == chroma.NameVariable || t.InSubCategory(chroma.NameVariable):
		return "hv"
	case t == chroma.GenericInserted:
		return "hi"
	case t == chroma.GenericDeleted:
		return "hd"
	}
	return ""
}
