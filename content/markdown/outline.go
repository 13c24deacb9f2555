package markdown

import (
	"iter"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"

	"rutter/content/shell"
)

// What the checker asks of a page stands here: where its headings, words, steps and values are. All of it is to be
// called before HTML, which consumes the page.

// Place is a position in the author's file: a 1-based line, and a 1-based column in code points.
type Place struct{ Line, Column int }

// Outlined is a heading as the author wrote it.
type Outlined struct {
	Place
	Level int
	Text  string
	ID    string // its anchor
	Empty bool   // nothing stands below it, not even a heading of a deeper level
}

// Outline goes through the headings on the top level of the page, the title included.
func (p *Page) Outline() iter.Seq[Outlined] {
	return func(yield func(Outlined) bool) {
		pos := lines{src: p.src, first: p.first}
		for n := p.top(); n != nil; n = n.NextSibling() {
			h, ok := n.(*ast.Heading)
			if !ok {
				continue
			}
			part := Outlined{Level: h.Level, Text: oneLine(plain(h, p.src)), ID: p.ids[h], Empty: p.nothingBelow(h)}
			part.Line, part.Column = pos.at(h.Pos())
			if !yield(part) {
				return
			}
		}
	}
}

// top is the first block of the page, nil where it was not parsed.
func (p *Page) top() ast.Node {
	if p.root == nil {
		return nil
	}
	return p.root.FirstChild()
}

// nothingBelow tells whether a heading is followed by another that is no part of it, or by the end. A comment is
// nothing to a reader.
func (p *Page) nothingBelow(h *ast.Heading) bool {
	for n := h.NextSibling(); n != nil; n = n.NextSibling() {
		if x, ok := n.(*ast.Heading); ok {
			return x.Level <= h.Level
		}
		if n.Kind() != ast.KindHTMLBlock || !strings.HasPrefix(strings.TrimSpace(string(rawOf(n, p.src))), "<!--") {
			return false
		}
	}
	return true
}

// Words is a run of the page's text without markup.
type Words struct {
	Place
	Text string
}

// Prose goes through the text of the page but its code and its headings, in pieces that hold no markup and no line end.
func (p *Page) Prose() iter.Seq[Words] {
	return func(yield func(Words) bool) {
		if p.root == nil {
			return
		}
		pos := lines{src: p.src, first: p.first}
		_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch n.Kind() {
			case ast.KindCodeSpan, ast.KindFencedCodeBlock, ast.KindCodeBlock, ast.KindHTMLBlock, ast.KindRawHTML, ast.KindAutoLink, ast.KindHeading:
				return ast.WalkSkipChildren, nil
			}
			t, ok := n.(*ast.Text)
			if !ok {
				return ast.WalkContinue, nil
			}
			if before, ok := n.PreviousSibling().(*ast.Text); ok && continues(before, t) {
				return ast.WalkContinue, nil // it was part of the piece before
			}
			end := t
			for next, ok := end.NextSibling().(*ast.Text); ok && continues(end, next); next, ok = end.NextSibling().(*ast.Text) {
				end = next
			}
			w := Words{Text: string(p.src[t.Segment.Start:end.Segment.Stop])}
			w.Line, w.Column = pos.at(t.Segment.Start)
			if !yield(w) {
				return ast.WalkStop, nil
			}
			return ast.WalkContinue, nil
		})
	}
}

// continues tells whether a text goes on where the one before ended: the parser leaves some in pieces.
func continues(before, t *ast.Text) bool {
	return !before.SoftLineBreak() && !before.HardLineBreak() && before.Segment.Stop == t.Segment.Start && before.Segment.Padding == 0 && t.Segment.Padding == 0
}

// Act is a block of commands that changes something for good, and what the page says of proving and undoing it.
type Act struct {
	Place           // where its commands begin
	Step     string // text of the heading it stands below, "" at the top of the page
	Verified bool   // its step, or a section of the page after it, says how to see that it worked
	Undone   bool   // its step, or a section of the page, says how to undo it, when to stop, or that it cannot be undone
}

// script is a block of commands as a shell reads it.
type script struct {
	shell.Script
	back func(int) int // where in the block an offset into what was read is
}

// readScripts reads the page's blocks of commands, once for all that ask.
func (p *Page) readScripts() map[ast.Node]script {
	if p.scripts == nil {
		p.scripts = map[ast.Node]script{}
		commands, at, _ := p.commands()
		vars := shell.VariablesOf(commands)
		for n, b := range p.blocks() {
			if isShell(b.lang) {
				p.scripts[n] = script{shell.Read(commands[0], vars), at[0]}
				commands, at = commands[1:], at[1:]
			}
		}
	}
	return p.scripts
}

// Destructive goes through the blocks of commands that destroy something.
func (p *Page) Destructive() iter.Seq[Act] {
	return func(yield func(Act) bool) {
		if p.root == nil {
			return
		}
		var kill []ast.Node
		scripts := p.readScripts()
		for n := range p.blocks() {
			if s, ok := scripts[n]; ok && s.Effect == shell.Destroys {
				kill = append(kill, n)
			}
		}
		if len(kill) == 0 {
			return
		}
		pos, said := lines{src: p.src, first: p.first}, p.acts()
		for _, n := range kill {
			if n.Lines().Len() == 0 {
				continue
			}
			act := said.of(n)
			act.Line, act.Column = pos.at(n.Lines().At(0).Start)
			if !yield(act) {
				return
			}
		}
	}
}

// acts is what a page says of its blocks of commands; each section is read once, however many blocks are in it.
type acts struct {
	page   *Page
	at     map[ast.Node]int      // the order of the page's outermost blocks
	head   map[ast.Node]ast.Node // by outermost block: the heading it stands below, nil at the top of the page
	said   map[ast.Node]Act      // by heading: what its section says
	proven int                   // the last heading that says, for the whole page, how to see that it worked; -1 for none
	undone bool                  // a heading says how to undo it
}

func (p *Page) acts() *acts {
	a := &acts{page: p, at: map[ast.Node]int{}, head: map[ast.Node]ast.Node{}, said: map[ast.Node]Act{}, proven: -1}
	var head ast.Node
	for n := p.root.FirstChild(); n != nil; n = n.NextSibling() {
		a.at[n] = len(a.at)
		if n.Kind() == ast.KindHeading {
			head = n
			text := strings.ToLower(oneLine(plain(n, p.src)))
			if contains(text, verifyWords) {
				a.proven = a.at[n]
			}
			a.undone = a.undone || contains(text, undoWords)
		}
		a.head[n] = head
	}
	return a
}

// of reads what is said of a block: in the section it stands in, and in sections made for it.
func (a *acts) of(block ast.Node) Act {
	top := block
	for top.Parent() != nil && top.Parent() != a.page.root {
		top = top.Parent()
	}
	head := a.head[top]
	act, ok := a.said[head]
	if !ok {
		act = a.page.sectionSays(head)
		a.said[head] = act
	}
	act.Verified = act.Verified || a.proven > a.at[top]
	act.Undone = act.Undone || a.undone
	return act
}

// sectionSays reads the section below a heading, or what stands above the first one where head is nil.
func (p *Page) sectionSays(head ast.Node) (a Act) {
	level := 0
	n := p.root.FirstChild()
	if h, ok := head.(*ast.Heading); ok {
		a.Step, level, n = oneLine(plain(h, p.src)), h.Level, h.NextSibling()
	}
	for ; n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && (level == 0 || h.Level <= level) {
			break
		}
		p.said(n, &a)
	}
	return a
}

// said notes what a block, or a block in it, says of proving and undoing.
func (p *Page) said(n ast.Node, a *Act) {
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Kind() != ast.KindParagraph && n.Kind() != ast.KindTextBlock && n.Kind() != ast.KindHeading {
			return ast.WalkContinue, nil
		}
		switch p.saysOf(n) {
		case "Verify":
			a.Verified = true
		case "Roll back", "Stop if":
			a.Undone = true
		}
		text := strings.ToLower(oneLine(plain(n, p.src)))
		a.Verified = a.Verified || contains(text, verifyWords)
		a.Undone = a.Undone || contains(text, undoWords)
		return ast.WalkSkipChildren, nil
	})
}

// Words by which authors say, in their own way, how a command is proven and how it is undone.
var (
	verifyWords = []string{"verif", "confirm that", "check that", "check whether", "make sure", "validat", "prüfe"}
	undoWords   = []string{
		"roll back", "rollback", "rolls back", "undo", "undone", "revert", "restore", "back out", "no way back", "irreversib", "cannot be recovered", "cannot be taken back", "for good", "zurück", "rückgängig",
	}
)

func contains(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// Value is a placeholder in the page's code, which a reader is to fill in.
type Value struct {
	Place
	Name string // as in [Page.Inputs]
}

// Values goes through the values that the code of the page wants, each name once: those in commands, and of declared
// inputs those in other code.
func (p *Page) Values(declared map[string]bool) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if p.root == nil {
			return
		}
		pos := lines{src: p.src, first: p.first}
		seen := map[string]bool{}
		found := func(name string, offset int) bool {
			if seen[name] {
				return true
			}
			seen[name] = true
			v := Value{Name: name}
			v.Line, v.Column = pos.at(offset)
			return yield(v)
		}
		scripts := p.readScripts()
		for n, b := range p.blocks() {
			if n.Lines().Len() == 0 {
				continue
			}
			for _, h := range shell.Named(b.on) {
				if !found(h.Name, n.Lines().At(0).Start) {
					return
				}
			}
			var holes []shell.Hole
			back := func(i int) int { return i }
			if s, ok := scripts[n]; ok {
				holes, back = s.Holes, s.back
			} else if !isOutput(b.lang) {
				holes = declaredHoles(codeOf(n, p.src), declared)
			}
			for _, h := range holes {
				if !found(h.Name, inBlock(n, back(h.From))) {
					return
				}
			}
		}
		_ = ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering || n.Kind() != ast.KindCodeSpan {
				return ast.WalkContinue, nil
			}
			for _, h := range shell.Named(oneLine(plain(n, p.src))) {
				if declared[h.Name] && !found(h.Name, n.Pos()) {
					return ast.WalkStop, nil
				}
			}
			return ast.WalkSkipChildren, nil
		})
	}
}

// inBlock is the offset in the page of an offset into the text of a block of code, whose lines may be indented.
func inBlock(n ast.Node, at int) int {
	return (&origin{rest: n.Lines().Sliced(0, n.Lines().Len())}).of(at)
}

// Rebase tells the page that some of its lines came from other files: the links there lead from where those lie, and say so.
// place returns for a line of the page the file, "" for the page's own, and the place in it.
func (p *Page) Rebase(place func(line, column int) (file string, realLine, realColumn int)) {
	for i, l := range p.Links {
		file, line, column := place(l.Line, l.Column)
		p.Links[i].Line, p.Links[i].Column = line, column
		if file != "" {
			p.Links[i].File, p.Links[i].Dest = file, rebased(file, l.Dest)
		}
	}
	pos := lines{src: p.src, first: p.first}
	p.rebase = func(n ast.Node, dest string) string {
		for c := n; c != nil; c = c.Parent() {
			if at := c.Pos(); at >= 0 {
				line, column := pos.at(at)
				if file, _, _ := place(line, column); file != "" {
					return rebased(file, dest)
				}
				return dest
			}
		}
		return dest
	}
}

// rebased is a destination that a file names, from the root of the folder. Addresses and places on the page are as they
// were.
func rebased(file, dest string) string {
	if dest == "" || dest[0] == '/' || dest[0] == '#' || schemeOf(dest) != relative {
		return dest
	}
	d, rest := dest, ""
	if i := strings.IndexAny(dest, "#?"); i >= 0 {
		d, rest = dest[:i], dest[i:]
	}
	joined := path.Join("/", path.Dir(file), d)
	if strings.HasSuffix(d, "/") {
		joined += "/"
	}
	return joined + rest
}
