package markdown

import (
	"hash/maphash"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"rutter/content/difference"
)

// token is a word, white space or a mark of a text, or an element in it that has none.
type token struct {
	text string     // "" of an element
	key  uint64     // the same for tokens that look the same: what is in strong is another word than what is not
	node *html.Node // the text or the element
	path []uint64   // the elements it stands in
	code bool       // one of them is code
	word bool       // neither white space nor a mark
}

// words compares two texts word by word and writes the new one, with what is gone and what came marked.
func (d *differ) words(to, old, now *html.Node) {
	a, b := d.tokens(old, nil, nil, false), d.tokens(now, nil, nil, false)
	keys := func(ts []token) []uint64 {
		out := make([]uint64, len(ts))
		for i, t := range ts {
			out[i] = t.key
		}
		return out
	}
	runs := calm(append(difference.Common(keys(a), keys(b), &d.work), difference.Run{Old: len(a), Now: len(b)}), a, b)
	w := weaver{now: b, same: make([]bool, len(b)), gone: map[int][]token{}}
	i, j := 0, 0
	for _, r := range runs {
		if i < r.Old {
			w.gone[j] = a[i:r.Old]
		}
		for k := range r.Len {
			w.same[r.Now+k] = true
		}
		i, j = r.Old+r.Len, r.Now+r.Len
	}
	w.weave(to, now, 0)
	w.remove(to)
	w.flush()
}

// calm leaves out runs that would only tear a change apart: white space and marks between words that changed, and a short
// word between several of them. The last run, which is empty, stays.
func calm(runs []difference.Run, old, now []token) []difference.Run {
	words := func(ts []token) (n int) {
		for _, t := range ts {
			if t.word {
				n++
			}
		}
		return n
	}
	var out []difference.Run
	i, j := 0, 0 // where the gap before the run begins
	for k, r := range runs {
		if k == len(runs)-1 {
			return append(out, r)
		}
		next := runs[k+1]
		before := [2]int{words(old[i:r.Old]), words(now[j:r.Now])}
		after := [2]int{words(old[r.Old+r.Len : next.Old]), words(now[r.Now+r.Len : next.Now])}
		n, size := 0, 0
		for _, t := range now[r.Now : r.Now+r.Len] {
			if t.word {
				n++
				size += len(t.text)
				if t.text == "" {
					size += 100 // an element says something
				}
			}
		}
		torn := min(before[0]+after[0], before[1]+after[1]) > 0 && min(before[0]+before[1], after[0]+after[1]) > 0
		if torn && (n == 0 || n == 1 && size <= 3 && min(before[0], before[1], after[0], after[1]) > 1) {
			continue
		}
		out = append(out, r)
		i, j = r.Old+r.Len, r.Now+r.Len
	}
	return out
}

func (d *differ) tokens(n *html.Node, ts []token, path []uint64, code bool) []token {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		var h maphash.Hash
		h.SetSeed(d.seed)
		for _, p := range path[max(len(path)-1, 0):] {
			maphash.WriteComparable(&h, p)
		}
		switch {
		case c.Type == html.TextNode:
			base := h.Sum64()
			for part := range split(c.Data, !code) {
				t := token{text: part, node: c, path: path, code: code, word: isWord(part)}
				shown := part
				if strings.Trim(part, space) == "" {
					shown = " "
				}
				h.Reset()
				maphash.WriteComparable(&h, base)
				_, _ = h.WriteString(shown)
				t.key = h.Sum64()
				ts = append(ts, t)
			}
		case c.FirstChild == nil && c.DataAtom != atom.Span || c.DataAtom == atom.Svg:
			hash(&h, c, false)
			ts = append(ts, token{key: h.Sum64(), node: c, path: path, word: true})
		default:
			hashTag(&h, c)
			inner := append(path[:len(path):len(path)], h.Sum64())
			ts = d.tokens(c, ts, inner, code || c.DataAtom == atom.Code)
		}
	}
	return ts
}

// split cuts a text into words and white space, and where marks is set the marks around words, a mark each. Scripts that do
// not part their words are cut into characters.
func split(s string, marks bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(s) > 0 {
			n := strings.IndexAny(s, space)
			switch {
			case n == 0:
				n = len(s) - len(strings.TrimLeft(s, space))
				if !yield(s[:n]) {
					return
				}
			default:
				if n < 0 {
					n = len(s)
				}
				if !splitWord(s[:n], marks, yield) {
					return
				}
			}
			s = s[n:]
		}
	}
}

func splitWord(s string, marks bool, yield func(string) bool) bool {
	if !marks {
		return yield(s)
	}
	end := len(strings.TrimRightFunc(s, unicode.IsPunct))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if i < end && !unicode.IsPunct(r) && !isolated(r) {
			for n < end-i { // the rest of the word, marks within it
				r, size := utf8.DecodeRuneInString(s[i+n:])
				if isolated(r) {
					break
				}
				n += size
			}
		}
		if !yield(s[i : i+n]) {
			return false
		}
		i += n
	}
	return true
}

func isolated(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func isWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPunct(r) && !unicode.IsSpace(r) })
}

// weaver writes a text in its new version, with what is gone between.
type weaver struct {
	now  []token
	same []bool
	gone map[int][]token // before which token of the new version
	i    int             // the next one
	open *html.Node      // an ins that may go on
	last *html.Node      // a text that may go on
	text strings.Builder // of it
}

func (w *weaver) weave(to, from *html.Node, deep int) {
	for c := from.FirstChild; c != nil; c = c.NextSibling {
		if w.i < len(w.now) && w.now[w.i].node == c {
			for w.i < len(w.now) && w.now[w.i].node == c {
				w.remove(to)
				w.put(to, c, w.now[w.i].text, w.same[w.i])
				w.i++
			}
			continue
		}
		if c.Type == html.TextNode {
			continue // without any token
		}
		if ts := w.gone[w.i]; len(ts) > 0 && !w.within(ts[0], deep) {
			w.remove(to)
		}
		n := bare(c)
		to.AppendChild(n)
		w.weave(n, c, deep+1)
	}
}

// within tells whether a token that is gone stood in an element like the one that the next token stands in.
func (w *weaver) within(t token, deep int) bool {
	if w.i == len(w.now) {
		return false
	}
	next := w.now[w.i]
	return len(t.path) > deep && len(next.path) > deep && t.path[deep] == next.path[deep]
}

func (w *weaver) put(to, node *html.Node, text string, same bool) {
	in := to
	if !same {
		if w.open == nil || to.LastChild != w.open {
			w.open = newElement(atom.Ins, "")
			to.AppendChild(w.open)
		}
		in = w.open
	}
	if text == "" {
		in.AppendChild(copied(node))
		return
	}
	if w.last == nil || in.LastChild != w.last {
		w.flush()
		w.last = textNode("")
		in.AppendChild(w.last)
	}
	w.text.WriteString(text)
}

// flush ends the text that might have gone on.
func (w *weaver) flush() {
	if w.last != nil {
		w.last.Data = w.text.String()
	}
	w.last = nil
	w.text.Reset()
}

// remove writes what is gone before the next token.
func (w *weaver) remove(to *html.Node) {
	ts := w.gone[w.i]
	if len(ts) == 0 {
		return
	}
	delete(w.gone, w.i)
	del := newElement(atom.Del, "")
	for len(ts) > 0 {
		n := 1
		for n < len(ts) && ts[n].code == ts[0].code && ts[n].text != "" && ts[0].text != "" {
			n++
		}
		if ts[0].text == "" {
			if ts[0].node.DataAtom == atom.Img {
				x := copied(ts[0].node)
				bury(x)
				del.AppendChild(x)
			}
		} else {
			var b strings.Builder
			for _, t := range ts[:n] {
				b.WriteString(t.text)
			}
			in := del
			if ts[0].code && !isCode(to) {
				in = newElement(atom.Code, "")
				del.AppendChild(in)
			}
			in.AppendChild(textNode(b.String()))
		}
		ts = ts[n:]
	}
	if del.FirstChild != nil {
		to.AppendChild(del)
	}
}

// isCode tells whether a node is code or stands in it.
func isCode(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n.DataAtom == atom.Code {
			return true
		}
	}
	return false
}

// copied is a node with all that is in it.
func copied(n *html.Node) *html.Node {
	out := bare(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out.AppendChild(copied(c))
	}
	return out
}
