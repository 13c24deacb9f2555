package markdown

import (
	"html"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// A procedure is a course of steps: the headings below one that says Procedure or Steps, or headings with numbers in
// order. Each is ticked off; what a step says of proving, undoing and stopping stands apart.

var (
	kindCourse = ast.NewNodeKind("Course")
	kindStep   = ast.NewNodeKind("Step")
	kindSay    = ast.NewNodeKind("Say")
)

type (
	course struct{ ast.BaseBlock }
	step   struct{ ast.BaseBlock }
	say    struct {
		ast.BaseBlock
		what string
	}
)

func (*course) Kind() ast.NodeKind { return kindCourse }
func (*step) Kind() ast.NodeKind   { return kindStep }
func (*say) Kind() ast.NodeKind    { return kindSay }

func (n *course) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }
func (n *step) Dump(src []byte, level int)   { ast.DumpHelper(n, src, level, nil, nil) }
func (n *say) Dump(src []byte, level int)    { ast.DumpHelper(n, src, level, nil, nil) }

const (
	stepAttr = "step" // the number of the step a heading begins, int
	timeAttr = "time" // how long it takes, as the author wrote it, string
)

var (
	procedures = regexp.MustCompile(`(?i)^(the )?(procedure|steps|vorgehen|schritte|ablauf)$`)
	numbered   = regexp.MustCompile(`(?i)^(?:step |schritt )?([1-9][0-9]{0,2})(?:[.:)](?: +|$)| [-–—] *)`)
	takes      = regexp.MustCompile(`(?i) *\(([0-9]+(?:[–-][0-9]+)? ?(?:s|sec|seconds?|min|minutes?|minuten?|h|hours?|stunden?)(?: (?:each|per [a-z]+|je))?)\)$`)
	says       = map[string]string{
		"verify": "Verify", "check": "Verify", "prüfen": "Verify", "roll back": "Roll back", "rollback": "Roll back", "undo": "Roll back",
		"zurück": "Roll back", "stop if": "Stop if", "halt, wenn": "Stop if",
	}
	signs = map[string]string{"Verify": "ok", "Roll back": "back", "Stop if": "stop"}
)

const minSteps = 2

// placeSteps makes courses of the page's procedures.
func (p *Page) placeSteps() {
	for n := p.root.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || has(h, altAttr) {
			continue
		}
		var heads []*ast.Heading
		if procedures.MatchString(oneLine(plain(h, p.src))) {
			heads = below(h)
		} else if number(h, p.src) == 1 {
			heads = p.counted(h)
		}
		if len(heads) >= minSteps && p.whole(heads) {
			n = p.course(heads)
		}
	}
}

// whole tells whether no step begins or ends within raw HTML that another ends or begins: a list could not hold it.
func (p *Page) whole(heads []*ast.Heading) bool {
	open, i := 0, 0
	for n := ast.Node(heads[0]); n != nil; n = n.NextSibling() {
		x, ok := n.(*ast.Heading)
		switch {
		case ok && i < len(heads) && x == heads[i]:
			if i++; open != 0 {
				return false
			}
		case ok && x.Level <= heads[0].Level:
			return open == 0
		case n.Kind() == ast.KindHTMLBlock:
			raw := strings.ToLower(string(rawOf(n, p.src)))
			open += strings.Count(raw, "<details") - strings.Count(raw, "</details")
		}
	}
	return open == 0
}

// below returns the headings of the first level there is below one, up to its end.
func below(h *ast.Heading) (out []*ast.Heading) {
	level := 0
	for n := h.NextSibling(); n != nil; n = n.NextSibling() {
		x, ok := n.(*ast.Heading)
		switch {
		case !ok:
		case x.Level <= h.Level:
			return out
		case level == 0 || x.Level < level:
			level, out = x.Level, []*ast.Heading{x}
		case x.Level == level:
			out = append(out, x)
		}
	}
	return out
}

// counted returns the headings that count on from one with the number 1, on its level.
func (p *Page) counted(h *ast.Heading) []*ast.Heading {
	out := []*ast.Heading{h}
	for n := h.NextSibling(); n != nil; n = n.NextSibling() {
		x, ok := n.(*ast.Heading)
		if !ok || x.Level > h.Level {
			continue
		}
		if x.Level < h.Level || number(x, p.src) != len(out)+1 {
			break
		}
		out = append(out, x)
	}
	return out
}

// number is that with which a heading begins, 0 for none.
func number(h *ast.Heading, src []byte) int {
	if t, ok := h.FirstChild().(*ast.Text); !ok || len(t.Segment.Value(src)) == 0 {
		return 0
	}
	m := numbered.FindStringSubmatch(oneLine(plain(h, src)))
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// course puts steps that begin with headings into a list, in the place of the first, and returns it.
func (p *Page) course(heads []*ast.Heading) ast.Node {
	level := heads[0].Level
	parent := heads[0].Parent()
	c := &course{}
	parent.InsertBefore(parent, heads[0], c)
	inOrder := true
	for i, h := range heads {
		merged(h, p.src)
		inOrder = inOrder && number(h, p.src) == i+1
	}
	for i, h := range heads {
		s := &step{}
		c.AppendChild(c, s)
		var next ast.Node = h
		for next != nil {
			n := next
			if x, ok := n.(*ast.Heading); ok && n != ast.Node(h) && x.Level <= level {
				break
			}
			if next = n.NextSibling(); n.Kind() == kindCourse {
				break
			}
			s.AppendChild(s, n) // which takes it out of where it was
		}
		h.SetAttributeString(stepAttr, i+1)
		p.trim(h, inOrder)
		for n := s.FirstChild(); n != nil; n = n.NextSibling() {
			if x := p.say(n); x != nil {
				n = x
			}
		}
	}
	return c
}

// merged joins the texts that stand beside each other in a node: the parser leaves some of them in pieces.
func merged(n ast.Node, src []byte) {
	for c := n.FirstChild(); c != nil; {
		t, ok := c.(*ast.Text)
		next := c.NextSibling()
		if x, is := next.(*ast.Text); ok && is && !t.SoftLineBreak() && !t.HardLineBreak() && t.Segment.Stop == x.Segment.Start && t.Segment.Padding == 0 && x.Segment.Padding == 0 {
			t.Segment = t.Segment.WithStop(x.Segment.Stop)
			t.SetSoftLineBreak(x.SoftLineBreak())
			t.SetHardLineBreak(x.HardLineBreak())
			n.RemoveChild(n, x)
			continue
		}
		c = next
	}
}

// trim takes the number, which the point of the course shows, and the time off the heading of a step.
func (p *Page) trim(h *ast.Heading, numbers bool) {
	if t, ok := h.FirstChild().(*ast.Text); ok && numbers {
		t.Segment = t.Segment.WithStart(t.Segment.Start + len(numbered.Find(t.Segment.Value(p.src))))
	}
	if t, ok := h.LastChild().(*ast.Text); ok {
		if m := takes.FindSubmatch(t.Segment.Value(p.src)); m != nil {
			h.SetAttributeString(timeAttr, string(m[1]))
			t.Segment = t.Segment.WithStop(t.Segment.Stop - len(m[0]))
		}
	}
}

// saysOf is what a paragraph says apart, "" for any other block.
func (p *Page) saysOf(n ast.Node) string {
	if n.Kind() != ast.KindParagraph {
		return ""
	}
	strong, ok := n.FirstChild().(*ast.Emphasis)
	if !ok || strong.Level != 2 {
		return ""
	}
	return says[strings.ToLower(strings.Trim(oneLine(plain(strong, p.src)), ".: "))]
}

// say sets a paragraph apart that begins with **Verify.**, **Roll back.** or **Stop if**, and returns what it stands in;
// nil for any other block. Where the paragraph says nothing more, the block after it is what is said.
func (p *Page) say(n ast.Node) ast.Node {
	what := p.saysOf(n)
	if what == "" {
		return nil
	}
	para, strong := n, n.FirstChild()
	s := &say{what: what}
	s.SetBlankPreviousLines(para.HasBlankPreviousLines())
	parent := para.Parent()
	parent.InsertBefore(parent, para, s)
	s.AppendChild(s, para)
	para.RemoveChild(para, strong)
	merged(para, p.src)
	if t, ok := para.FirstChild().(*ast.Text); ok {
		v := string(t.Segment.Value(p.src))
		t.Segment = t.Segment.WithStart(t.Segment.Start + len(v) - len(strings.TrimLeft(v, " .:")))
		if t.Segment.IsEmpty() && !t.SoftLineBreak() {
			para.RemoveChild(para, t)
		}
	}
	if next := s.NextSibling(); para.ChildCount() == 0 && next != nil && next.Kind() != ast.KindHeading && p.saysOf(next) == "" {
		s.RemoveChild(s, para)
		s.AppendChild(s, next)
	}
	return s
}

func (nodes) course(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<ol class=\"course steps\">\n")
	} else {
		_, _ = w.WriteString("</ol>\n")
	}
	return ast.WalkContinue, nil
}

func (nodes) step(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<li class=\"step\">\n")
	} else {
		_, _ = w.WriteString("</li>\n")
	}
	return ast.WalkContinue, nil
}

func (nodes) say(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	x, ok := n.(*say)
	if !ok {
		return ast.WalkContinue, nil
	}
	if !entering {
		_, _ = w.WriteString("</div></div>\n")
		return ast.WalkContinue, nil
	}
	class := "say"
	if x.what == "Stop if" {
		class = "say stop"
	}
	_, _ = w.WriteString(`<div class="` + class + `"><strong><svg aria-hidden="true"><use href="#shape:` + signs[x.what] + `"></use></svg>` + x.what + "</strong><div>\n")
	return ast.WalkContinue, nil
}

// stepHead begins or ends the heading of a step: a tick with a label, and the time.
func stepHead(w util.BufWriter, n ast.Node, tag, id string, step int, entering bool) {
	if entering {
		_, _ = w.WriteString("<" + tag + ` id="` + html.EscapeString(id) + `"` + dataOf(n) + `><input class="tick" type="checkbox" id="/t-` + html.EscapeString(id) +
			`"><label for="/t-` + html.EscapeString(id) + `"><span class="vh">Step ` + strconv.Itoa(step) + ` done: </span>`)
		return
	}
	_, _ = w.WriteString("</label>")
	if v, ok := n.AttributeString(timeAttr); ok {
		time, _ := v.(string)
		_, _ = w.WriteString("<small>" + html.EscapeString(time) + "</small>")
	}
	_, _ = w.WriteString(`<a class="anchor" href="#` + escapeURL(id) + `" aria-hidden="true" tabindex="-1">#</a></` + tag + ">\n" + scopeLine(n))
}
