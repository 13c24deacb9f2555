package markdown

import (
	"html"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"rutter/content/shell"
)

const (
	linesAttr  = "lines"  // a block's lines as HTML, []string
	effectAttr = "effect" // what its commands do, shell.Effect
	onAttr     = "on"     // the machine they are for, as HTML, string
)

var (
	figures = [...]string{`<figure class="cmd">`, `<figure class="cmd">`, `<figure class="cmd change">`, `<figure class="cmd kill">`}
	shapes  = [...]string{"", "ring", "half", "stop"}
)

// code renders a block of code as a figure: what it is, then its lines, each an element of its own so that a
// wrapped line hangs. A line break still stands between them for browsers without the style sheet.
func (nodes) code(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	f := infoOf(node, src)
	if f.lang == "mermaid" { // drawn by the browser; its text until then, and without
		_, _ = w.WriteString("<figure class=\"diagram\"><pre>" + html.EscapeString(strings.TrimRight(codeOf(node, src), "\n")) + "</pre></figure>\n")
		return ast.WalkContinue, nil
	}
	v, _ := node.AttributeString(effectAttr)
	effect, _ := v.(shell.Effect)
	f.dryRun = f.dryRun && isShell(f.lang) && effect != shell.Destroys // which no word of an author makes harmless
	if f.dryRun {
		effect = shell.Unknown
		_, _ = w.WriteString(`<figure class="cmd try">`)
	} else {
		_, _ = w.WriteString(figures[effect])
	}
	on := ""
	if v, ok := node.AttributeString(onAttr); ok {
		on, _ = v.(string)
	}
	if label := languageLabel(f.lang); label != "" || f.title != "" || on != "" || effect != shell.Unknown {
		_, _ = w.WriteString("<figcaption>")
		switch {
		case f.dryRun:
			_, _ = w.WriteString(`<b><svg aria-hidden="true"><use href="#shape:ring"></use></svg>Dry run</b>`)
		case effect != shell.Unknown:
			_, _ = w.WriteString(`<b><svg aria-hidden="true"><use href="#shape:` + shapes[effect] + `"></use></svg>` + effect.String() + "</b>")
		case label != "":
			_, _ = w.WriteString("<b>" + html.EscapeString(label) + "</b>")
		}
		if on != "" {
			_, _ = w.WriteString("<span>on " + on + "</span>")
		}
		if f.title != "" {
			_, _ = w.WriteString("<span>" + html.EscapeString(f.title) + "</span>")
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

// placeCode gives every block of code its lines, and those of shells what they do and where the reader's values stand. In
// blocks of other languages only declared inputs have places: there, what stands in angle brackets may be anything.
func (p *Page) placeCode(values map[string]string, declared map[string]bool) {
	pen := newPen()
	defer pen.put()
	commands, at, transcripts := p.commands()
	vars := shell.VariablesOf(commands)
	for n, b := range p.blocks() {
		body := strings.TrimRight(codeOf(n, p.src), "\n")
		if b.on != "" {
			on, vars := p.place(b.on, shell.Named(b.on), values)
			n.SetAttributeString(onAttr, vars.Replace(html.EscapeString(on)))
		}
		if isOutput(b.lang) && (b.lang != "text" && b.lang != "txt" || p.followsShell(n)) {
			lines := strings.Split(html.EscapeString(body), "\n")
			for i, l := range lines {
				lines[i] = "<samp>" + l + "</samp>"
			}
			n.SetAttributeString(linesAttr, lines)
			continue
		}
		if !isShell(b.lang) {
			body, written := p.place(body, declaredHoles(body, declared), values)
			lines := wrapped(pen.colour(body, b.lang))
			for i, l := range lines {
				lines[i] = written.Replace(l)
			}
			n.SetAttributeString(linesAttr, lines)
			continue
		}
		script, t := shell.Read(commands[0], vars), transcripts[0]
		for i, h := range script.Holes {
			script.Holes[i].From, script.Holes[i].To = at[0](h.From), at[0](h.To)
		}
		commands, at, transcripts = commands[1:], at[1:], transcripts[1:]
		n.SetAttributeString(effectAttr, script.Effect)
		body, written := p.place(body, script.Holes, values)
		var lines []string
		if t != nil {
			lines = pen.transcript(body, t)
		} else {
			lines = wrapped(pen.colour(body, b.lang))
		}
		for i, l := range lines {
			lines[i] = written.Replace(l)
		}
		n.SetAttributeString(linesAttr, lines)
	}
}

// declaredHoles are the places of declared inputs in code that is no shell's. Values there are plain: what quotes them in
// that language is not known here.
func declaredHoles(body string, declared map[string]bool) []shell.Hole {
	if len(declared) == 0 || !strings.Contains(body, "<") {
		return nil
	}
	holes := slices.DeleteFunc(shell.Named(body), func(h shell.Hole) bool { return !declared[h.Name] || body[h.From] != '<' })
	for i := range holes {
		holes[i].Place = shell.Plain
	}
	return holes
}

// commands are the texts of the page's blocks of commands, without prompts and output, where in the block an offset into
// each is, and what is known of their prompts.
func (p *Page) commands() (texts []string, at []func(int) int, ts []transcript) {
	for n, b := range p.blocks() {
		if isShell(b.lang) {
			body := strings.TrimRight(codeOf(n, p.src), "\n")
			t := transcriptOf(body, b.lang)
			text, back := t.commands(body)
			texts, at, ts = append(texts, text), append(at, back), append(ts, t)
		}
	}
	return texts, at, ts
}

// placeSpans makes holes of the placeholders in code within the text, as far as the commands of the page want their
// values, or the author declared them.
func (p *Page) placeSpans(values map[string]string, declared map[string]bool) {
	vars := sync.OnceValue(func() *shell.Variables {
		commands, _, _ := p.commands()
		return shell.VariablesOf(commands)
	})
	_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Kind() != ast.KindCodeSpan {
			return ast.WalkContinue, nil
		}
		body := oneLine(plain(n, p.src))
		if !strings.ContainsAny(body, "<$") && !strings.Contains(body, "{{") {
			return ast.WalkSkipChildren, nil
		}
		var known *shell.Variables
		if strings.Contains(body, "=") { // of a variable that a block may run
			known = vars()
		}
		holes := slices.DeleteFunc(shell.Read(body, known).Holes, func(h shell.Hole) bool { return !slices.Contains(p.Inputs, h.Name) && !declared[h.Name] })
		if len(holes) == 1 && holes[0].To-holes[0].From == len(body) { // the value itself, no command
			holes[0].Place = shell.Text
		}
		if len(holes) > 0 {
			body, vars := p.place(body, holes, values)
			n.SetAttributeString(linesAttr, vars.Replace(html.EscapeString(body)))
		}
		return ast.WalkSkipChildren, nil
	})
}

// span renders code within the text.
func (nodes) span(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<code>")
	if v, ok := n.AttributeString(linesAttr); ok {
		s, _ := v.(string)
		_, _ = w.WriteString(s)
	} else {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if t, ok := c.(*ast.Text); ok {
				_, _ = w.WriteString(html.EscapeString(strings.ReplaceAll(string(t.Segment.Value(src)), "\n", " ")))
			}
		}
	}
	_, _ = w.WriteString("</code>")
	return ast.WalkSkipChildren, nil
}

// Code is a block of code of a page.
type Code struct {
	Lang   string // as the author named it, in lower case; "sh" for commands that bash should be able to read
	Text   string // of a transcript only its commands, all else blank
	Line   int    // of the author's file, on which Text begins
	Column int    // where its lines begin
	Fence  string // the language as it stands in the fence, "" where none does
	Named  Place  // where Fence stands
	Open   bool   // nothing ends it but the end of what it stands in
	Mixed  bool   // it is named as a script and holds prompts and output, as a console does
	Record string // of one that is Mixed, all that is in it
}

// Code goes through the page's blocks of code. It is to be called before HTML.
func (p *Page) Code() iter.Seq[Code] {
	return func(yield func(Code) bool) {
		if p.root == nil {
			return
		}
		pos := lines{src: p.src, first: p.first}
		for n, f := range p.blocks() {
			if _, fenced := n.(*ast.FencedCodeBlock); !fenced || n.Lines().Len() == 0 {
				continue
			}
			c := Code{Lang: f.lang, Text: codeOf(n, p.src)}
			if x, _ := n.(*ast.FencedCodeBlock); x.Info != nil {
				text := string(x.Info.Segment.Value(p.src))
				c.Fence, _, _ = strings.Cut(strings.TrimLeft(text, " "), " ")
				c.Named.Line, c.Named.Column = pos.at(x.Info.Segment.Start + len(text) - len(strings.TrimLeft(text, " ")))
			}
			if isShell(f.lang) {
				t := transcriptOf(c.Text, f.lang)
				if c.Mixed = isScript(c.Fence) && t.holdsOutput(c.Text); c.Mixed {
					c.Record = c.Text
				}
				c.Text, _ = t.commands(c.Text)
				if t != nil || c.Lang == "bash" || c.Lang == "shell" {
					c.Lang = "sh"
				}
			}
			c.Line, c.Column = pos.at(n.Lines().At(0).Start)
			last := n.Lines().At(n.Lines().Len() - 1).Stop
			c.Open = !endsFence.Match(p.src[min(last, len(p.src)):])
			if !yield(c) {
				return
			}
		}
	}
}

// endsFence is the line after a block's last one, where that ends the block.
var endsFence = regexp.MustCompile("^[ \t>]*(?:`{3,}|~{3,})[ \t]*(?:\n|$)")

// isOutput tells whether a block is what a program said: nobody copies it.
func isOutput(lang string) bool {
	switch lang {
	case "text", "txt", "output", "log", "console-output":
		return true
	}
	return false
}

// followsShell tells whether a block stands right below one of commands: then it is what they print.
func (p *Page) followsShell(n ast.Node) bool {
	before := n.PreviousSibling()
	if before == nil || before.Kind() != ast.KindFencedCodeBlock {
		return false
	}
	return isShell(infoOf(before, p.src).lang)
}

// blocks goes through the blocks of code of a page.
func (p *Page) blocks() iter.Seq2[ast.Node, info] {
	return func(yield func(ast.Node, info) bool) {
		_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if k := n.Kind(); entering && (k == ast.KindFencedCodeBlock || k == ast.KindCodeBlock) {
				f := infoOf(n, p.src)
				if f.lang == "" {
					if body := codeOf(n, p.src); transcriptOf(body, "") != nil || shell.Known(body) {
						f.lang = "sh"
					}
				}
				if !yield(n, f) {
					return ast.WalkStop, nil
				}
			}
			return ast.WalkContinue, nil
		})
	}
}

// firstMark is the first of the characters that stand for holes while a block is coloured: Unicode leaves them to
// whoever wants them. A block that has one of its own has no holes.
const (
	firstMark = '\uE000'
	lastMark  = '\uF8FF'
)

// place writes a mark over each hole of a block, and returns what is to be written over the marks in the end.
func (p *Page) place(body string, holes []shell.Hole, values map[string]string) (string, *strings.Replacer) {
	if len(holes) > lastMark-firstMark || strings.ContainsFunc(body, func(r rune) bool { return r >= firstMark && r <= lastMark }) {
		holes = nil
	}
	var b strings.Builder
	var pairs []string
	done := 0
	for i, h := range holes {
		mark := string(rune(firstMark + i))
		b.WriteString(body[done:h.From] + mark)
		text, ok := variable(h, body[h.From:h.To], values[h.Name])
		if !ok && values[h.Name] != "" {
			if p.NotWritten == nil {
				p.NotWritten = map[string]int{}
			}
			p.NotWritten[h.Name]++
		}
		pairs = append(pairs, mark, text)
		done = h.To
		if !slices.Contains(p.Inputs, h.Name) {
			p.Inputs = append(p.Inputs, h.Name)
		}
	}
	b.WriteString(body[done:])
	return b.String(), strings.NewReplacer(pairs...)
}

// variable is a hole as HTML: with the reader's value where there is one that can stand there, else as it was written.
func variable(h shell.Hole, written, value string) (string, bool) {
	head := `<var data-v="` + html.EscapeString(h.Name) + `" data-q="` + string(rune(h.Place)) + `"`
	if text, ok := h.Place.Write(value); ok {
		return head + ` data-o="` + html.EscapeString(written) + `">` + html.EscapeString(text) + "</var>", true
	}
	return head + ` class="nil">` + html.EscapeString(written) + "</var>", false
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

// info is what the fence of a block of code says, or what is known of a block without one.
type info struct {
	lang   string
	title  string
	on     string // the machine its commands are for, as on=db1
	dryRun bool   // it tries what the block below does
}

// infoOf reads what the fence of a block says. A block by indentation has none.
func infoOf(n ast.Node, src []byte) info {
	if f, ok := n.(*ast.FencedCodeBlock); ok && f.Info != nil {
		return parseInfo(string(unescape(f.Info.Segment.Value(src))))
	}
	return info{}
}

const maxLanguage = 40 // bytes of a language's name

// parseInfo splits a fence's info string: the language, a title="…" as Docusaurus and MkDocs write it, and our own
// on=HOST and dry-run.
func parseInfo(text string) (f info) {
	lang, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if strings.HasPrefix(lang, "title=") {
		lang, rest = "", text
	}
	if len(lang) > maxLanguage {
		lang = ""
	}
	lang = strings.ToLower(strings.Trim(lang, "{}."))
	if i := strings.IndexAny(lang, "{,:"); i >= 0 {
		lang = lang[:i]
	}
	f.lang = lang
	if before, after, ok := strings.Cut(rest, `title="`); ok {
		f.title, after, _ = strings.Cut(after, `"`)
		rest = before + after
	}
	for w := range strings.FieldsSeq(strings.Trim(rest, "{}")) {
		if v, ok := strings.CutPrefix(w, "on="); ok {
			f.on = strings.Trim(v, `"`)
		}
		f.dryRun = f.dryRun || w == "dry-run"
	}
	return f
}

// languageLabel is the word over a block. Output has none; a language nobody knows is shown as it was written.
func languageLabel(lang string) string {
	switch lang {
	case "", "text", "txt", "plain", "plaintext", "none", "output", "log", "nohighlight":
		return ""
	case "sh", "bash", "zsh", "shell", "console", "shell-session", "shellsession", "sh-session", "terminal", "ksh", "dash", "ash", "fish":
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
	case "sh", "bash", "zsh", "shell", "console", "shell-session", "shellsession", "sh-session", "terminal", "ksh", "dash", "ash", "fish":
		return true
	}
	return false
}

// isScript tells whether a fence names a shell that reads a file of commands, where a prompt has no place.
func isScript(fence string) bool {
	switch fence {
	case "sh", "bash", "zsh", "ksh", "dash", "shell":
		return true
	}
	return false
}

// wrapped makes an element of each line.
func wrapped(lines []string) []string {
	for i, l := range lines {
		lines[i] = "<code>" + l + "</code>"
	}
	return lines
}
