package markdown

import (
	"context"
	"html"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
)

// Colour only helps the eye along, and chroma's lexers can be made to backtrack for minutes. So it is given to
// the languages that stand in pages on operations, to blocks of a size that somebody reads, and to so much of a
// page; all that is the same on every machine. Where a lexer still runs for too long the rest of the page stays
// plain.
const (
	maxColoured  = 16 << 10                // bytes of one block
	maxColour    = 64 << 10                // bytes of one page
	colourBudget = 1500 * time.Millisecond // of one page
)

// coloured lists the languages, by the names chroma has for them.
var coloured = set(`ApacheConf|Awk|Bash|Batchfile|Bicep|C|C#|C++|CMake|CSS|Caddyfile|Clojure|CUE|Dart|Diff|
	Docker|Elixir|Erlang|Fish|Go|GraphQL|Groovy|HCL|HTML|HTTP|Haskell|INI|ISCdhcpd|JSON|Java|JavaScript|Jsonnet|Kotlin|
	Lua|Makefile|MySQL|Nginx configuration file|Nix|PHP|PL/pgSQL|Perl|PostgreSQL SQL dialect|PowerShell|PromQL|
	Protocol Buffer|Puppet|Python|R|RPMSpec|Rego|Ruby|Rust|SQL|SYSTEMD|Scala|Sed|Swift|TOML|Terraform|Transact-SQL|
	TypeScript|VB.net|XML|YAML|YAML+Jinja|dns|markdown|properties|reg`)

func set(names string) map[string]bool {
	out := map[string]bool{}
	for n := range strings.SplitSeq(names, "|") {
		out[strings.TrimSpace(n)] = true
	}
	return out
}

// pen colours the blocks of one page.
type pen struct {
	left int // bytes
	ctx  context.Context
	put  context.CancelFunc
}

func newPen() *pen {
	p := &pen{left: maxColour}
	p.ctx, p.put = context.WithTimeout(context.Background(), colourBudget)
	return p
}

// colour returns the lines of body as HTML, coloured where the language is known. It never returns none.
func (p *pen) colour(body, lang string) []string {
	if lang != "" && len(body) <= min(maxColoured, p.left) && languageLabel(lang) != "" {
		p.left -= len(body)
		if lines, ok := p.try(body, lang); ok {
			return lines
		}
	}
	return strings.Split(html.EscapeString(body), "\n")
}

func (p *pen) try(body, lang string) (lines []string, ok bool) {
	defer func() {
		if recover() != nil { // a lexer's own fault is no reason to lose the page
			lines, ok = nil, false
		}
	}()
	lexer := languageOf(lang)
	if lexer == nil || !coloured[lexer.Config().Name] || p.ctx.Err() != nil {
		return nil, false
	}
	tokens, err := lexer.Tokenise(nil, body)
	if err != nil {
		return nil, false
	}
	l := liner{}
	for t := tokens(); t != chroma.EOF; t = tokens() {
		if p.ctx.Err() != nil {
			return nil, false
		}
		l.add(classOf(t.Type), t.Value)
	}
	return l.lines(strings.Count(body, "\n") + 1), true
}

// liner joins tokens of one class into a span and cuts them at line ends.
type liner struct {
	done  []string
	line  strings.Builder
	class string // of text
	text  strings.Builder
}

func (l *liner) add(class, text string) {
	if strings.TrimSpace(text) == "" {
		class = ""
	}
	if class != l.class {
		l.flush()
		l.class = class
	}
	for i, part := range strings.Split(text, "\n") {
		if i > 0 {
			l.flush()
			l.done = append(l.done, l.line.String())
			l.line.Reset()
		}
		l.text.WriteString(part)
	}
}

func (l *liner) flush() {
	text := html.EscapeString(l.text.String())
	l.text.Reset()
	switch {
	case text == "":
	case l.class == "" || strings.TrimSpace(text) == "":
		l.line.WriteString(text)
	default:
		l.line.WriteString(`<span class="` + l.class + `">` + text + `</span>`)
	}
}

// lines returns n lines: some lexers add a line end of their own.
func (l *liner) lines(n int) []string {
	l.flush()
	out := append(l.done, l.line.String())
	for len(out) < n {
		out = append(out, "")
	}
	return out[:n]
}

// classOf maps chroma's token types to the few classes the style sheet knows: everything else stays ink.
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
