package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// alertKinds are GitHub's five alerts with the word the page shows.
var alertKinds = map[string]string{
	"note": "Note", "tip": "Tip", "important": "Important", "warning": "Warning", "caution": "Caution",
}

const alertAttr = "alert"

// markAlert turns a quote that begins with a line `[!NOTE]` into an alert: the line goes, the kind becomes an
// attribute of the quote for the renderer.
func markAlert(q *ast.Blockquote, src []byte) {
	p, ok := q.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return
	}
	first := p.Lines().At(0)
	line := bytes.TrimSpace(first.Value(src))
	if len(line) < 5 || !bytes.HasPrefix(line, []byte("[!")) || line[len(line)-1] != ']' {
		return
	}
	kind := strings.ToLower(string(line[2 : len(line)-1]))
	if alertKinds[kind] == "" {
		return
	}
	for c := p.FirstChild(); c != nil && c.Pos() < first.Stop; c = p.FirstChild() {
		p.RemoveChild(p, c)
	}
	if p.FirstChild() == nil {
		q.RemoveChild(q, p)
	}
	q.SetAttributeString(alertAttr, kind)
}
