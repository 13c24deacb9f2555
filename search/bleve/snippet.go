package bleve

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rutter/search"
)

const (
	maxSections = 3   // sections shown of one page
	snippetLen  = 170 // bytes of text in one snippet, about
	scanLimit   = 1 << 20
)

// match is one place in a text where a word of the query begins.
type match struct {
	from, to int // byte offsets of the word it stands in, from its matching beginning
	word     int // index of the query's word
}

// pick chooses the sections of a page to show: those in which the most of the query's weight stands.
func (g *Generation) pick(s *scratch, doc uint32, m *marker, weights []float32, hit *search.Hit) error {
	packed, err := g.sections(s, doc)
	if err != nil {
		return err
	}
	type candidate struct {
		order       int
		weight      float32
		id, heading string
		text        string
		matches     []match
	}
	var found []candidate
	order, scanned := 0, 0
	unpackSections(packed, func(id, heading, text string) {
		order++
		if scanned > scanLimit {
			return
		}
		scanned += len(text)
		c := candidate{order: order, id: id, heading: heading, text: text}
		var seen [search.MaxPasteTerms]uint8
		for _, h := range m.find(heading) {
			seen[h.word] = 2
		}
		c.matches = m.find(text)
		for _, h := range c.matches {
			seen[h.word] |= 1
		}
		for w, s := range seen[:len(weights)] {
			if s > 0 {
				c.weight += weights[w] * (0.5 + 0.5*float32(s))
			}
		}
		// A bonus for words that stand next to each other, as they do in the line somebody pasted.
		run := 0
		for i := 1; i < len(c.matches); i++ {
			a, b := c.matches[i-1], c.matches[i]
			if b.word == a.word+1 && b.from-a.to <= 3 {
				run++
			}
		}
		c.weight *= 1 + 0.1*float32(min(run, 10))
		if c.weight > 0 || order == 1 {
			found = append(found, c)
		}
	})
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.weight, a.weight) })
	for i, c := range found {
		if i == maxSections || i > 0 && c.weight < 0.6*found[0].weight {
			break
		}
		hit.Sections = append(hit.Sections, search.Section{
			ID: c.id, Heading: c.heading, Snippet: cutSnippet(c.text, c.matches, weights),
		})
	}
	return nil
}

// sections returns the packed sections of a page, which are read once for a search.
func (g *Generation) sections(s *scratch, doc uint32) (string, error) {
	if b, ok := s.packed[doc]; ok {
		return b, nil
	}
	b, err := g.stored(doc, fieldSections)
	s.packed[doc] = b
	return b, err
}

// stored returns a stored field of a page.
func (g *Generation) stored(doc uint32, name string) (value string, err error) {
	part, page := g.where(doc)
	err = g.parts[part].snap.VisitDocument(uint64(page), func(field string, _ byte, v []byte, _ []uint64) bool {
		if field == name {
			value = string(v)
		}
		return field != name
	})
	return value, err
}

// marker finds the beginnings of words that match the query.
type marker struct {
	stems  []string
	word   []int      // stem → index of the query's word
	may    []int      // bytes of an ending that may follow the stem
	first  [256][]int // first byte of the stem → stems
	begins [256]bool  // bytes that a matching word may begin with
}

// anyEnding is more than any word has.
const anyEnding = 1 << 20

func newMarker(ws []word) *marker {
	m := &marker{}
	add := func(stem string, word int) {
		may := anyEnding
		switch n := utf8.RuneCountInString(stem); {
		case n == 0:
			return
		case n <= 2: // "no" is not in "node"
			may = 0
		case n == 3:
			may = 2
		}
		m.first[stem[0]] = append(m.first[stem[0]], len(m.stems))
		m.stems, m.may, m.word = append(m.stems, stem), append(m.may, may), append(m.word, word)
	}
	for i, w := range ws[:min(len(ws), search.MaxPasteTerms)] {
		add(w.stem, i)
		add(w.other, i)
	}
	for b := range m.begins {
		if b < utf8.RuneSelf {
			m.begins[b] = m.first[byte(unicode.ToLower(rune(b)))] != nil
		} else {
			m.begins[b] = utf8.RuneStart(byte(b)) // its small form may begin with another byte
		}
	}
	return m
}

// find returns the matches in a text, in order. A word matches where it begins with the stem of a query's word. After
// a stem of three letters only an ending of two may follow, after a shorter one nothing.
func (m *marker) find(text string) []match {
	var out []match
	for i := 0; i < len(text); i++ {
		if !m.begins[text[i]] {
			continue
		}
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		var before class
		if i > 0 {
			last, _ := utf8.DecodeLastRuneInString(text[:i])
			before = classOf(last)
		}
		c := classOf(r)
		if c&letter != 0 && (before&letter == 0 || c&ideograph != 0 || c&upper != 0 && before&lower != 0) {
			if found, ok := m.at(text, i, r); ok {
				out = append(out, found)
			}
		}
		i += n - 1
	}
	return out
}

// at returns the match of the word that begins at text[i] with r.
func (m *marker) at(text string, i int, r rune) (match, bool) {
	for _, w := range m.first[firstByte(unicode.ToLower(r))] {
		end, ok := beginsWith(text[i:], m.stems[w])
		if !ok {
			continue
		}
		if stop := i + end + restOfWord(text[i:], end); stop-(i+end) <= m.may[w] {
			return match{from: i, to: stop, word: m.word[w]}, true
		}
	}
	return match{}, false
}

func firstByte(r rune) byte {
	if r < utf8.RuneSelf {
		return byte(r)
	}
	var buf [utf8.UTFMax]byte
	utf8.EncodeRune(buf[:], r)
	return buf[0]
}

// restOfWord is how many bytes of the word that s begins with stand after s[:from].
func restOfWord(s string, from int) int {
	last, _ := utf8.DecodeLastRuneInString(s[:from])
	before := classOf(last)
	i := from
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		c := classOf(r)
		if c&letter == 0 || c&ideograph != 0 || c&upper != 0 && before&lower != 0 {
			break
		}
		before = c
		i += n
	}
	return i - from
}

// class says what a character is to words.
type class uint8

const (
	letter class = 1 << iota // or digit
	upper
	lower
	ideograph // a word of its own
)

var asciiClasses = func() (t [utf8.RuneSelf]class) {
	for r := range rune(utf8.RuneSelf) {
		t[r] = slowClass(r)
	}
	return t
}()

func classOf(r rune) class {
	if r < utf8.RuneSelf {
		return asciiClasses[r]
	}
	return slowClass(r)
}

func slowClass(r rune) (c class) {
	if !isWord(r) || r == '_' {
		return 0
	}
	c = letter
	if unicode.IsUpper(r) {
		c |= upper
	}
	if unicode.IsLower(r) {
		c |= lower
	}
	if isCJK(r) {
		c |= ideograph
	}
	return c
}

// beginsWith tells whether s begins with stem, whatever the case, and where the stem ends in s. A stem that ends in
// i also matches y, as in utility and utilities.
func beginsWith(s, stem string) (int, bool) {
	i := 0
	for j, want := range stem {
		if i >= len(s) {
			return 0, false
		}
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		if l := unicode.ToLower(r); l != want && (want != 'i' || l != 'y' || j+1 != len(stem)) {
			return 0, false
		}
		i += n
	}
	return i, true
}

// cutSnippet cuts the stretch of text in which the most different words of the query stand, at word ends.
func cutSnippet(text string, ms []match, weights []float32) search.Snippet {
	if text == "" {
		return nil
	}
	from, best := 0, float32(-1)
	for i := range ms {
		var w float32
		seen := map[int]bool{}
		for j := i; j < len(ms) && ms[j].to-ms[i].from <= snippetLen; j++ {
			if !seen[ms[j].word] && ms[j].word < len(weights) {
				seen[ms[j].word] = true
				w += weights[ms[j].word]
			}
		}
		if w > best {
			best, from = w, ms[i].from
		}
		if i > 500 {
			break
		}
	}
	start := wordBefore(text, max(0, from-40))
	end := wordAfter(text, min(len(text), start+snippetLen))
	var out search.Snippet
	add := func(s string, marked bool) {
		if s == "" {
			return
		}
		if s = flat(s); len(out) > 0 && out[len(out)-1].Marked == marked {
			out[len(out)-1].Text += s
			return
		}
		out = append(out, search.Span{Text: s, Marked: marked})
	}
	if start > 0 {
		add("… ", false)
	}
	at, until := start, start // until is the end of the last mark
	for i, m := range ms {
		if m.from < at || m.to > end || !tells(ms, i, weights) {
			continue
		}
		if gap := text[at:m.from]; at == until && at > start && strings.TrimSpace(gap) == "" && len(gap) < 3 {
			add(gap, true) // words next to each other have one mark
		} else {
			add(gap, false)
		}
		add(text[m.from:m.to], true)
		at, until = m.to, m.to
	}
	add(text[at:end], false)
	if end < len(text) {
		add(" …", false)
	}
	return out
}

// tells tells whether a match is worth a mark: its word weighs something, or it stands next to another match.
func tells(ms []match, i int, weights []float32) bool {
	var most float32
	for _, w := range weights {
		most = max(most, w)
	}
	if ms[i].word < len(weights) && weights[ms[i].word] >= 0.3*most {
		return true
	}
	near := func(a, b match) bool { return b.from >= a.to && b.from-a.to < 3 && a.word != b.word }
	return i > 0 && near(ms[i-1], ms[i]) || i+1 < len(ms) && near(ms[i], ms[i+1])
}

// flat makes one line of a text.
func flat(s string) string {
	if !strings.ContainsAny(s, "\n\t\r") && !strings.Contains(s, "  ") {
		return s
	}
	out := strings.Join(strings.Fields(s), " ")
	if out == "" {
		return " "
	}
	if r, _ := utf8.DecodeRuneInString(s); unicode.IsSpace(r) {
		out = " " + out
	}
	if r, _ := utf8.DecodeLastRuneInString(s); unicode.IsSpace(r) {
		out += " "
	}
	return out
}

// wordBefore moves i back to where a word begins, but not far.
func wordBefore(s string, i int) int {
	for j := i; j > 0 && i-j < 40; j-- {
		if s[j-1] == ' ' || s[j-1] == '\n' {
			return j
		}
	}
	return runeStart(s, i)
}

// wordAfter moves i on to where a word ends, but not far.
func wordAfter(s string, i int) int {
	for j := i; j < len(s) && j-i < 40; j++ {
		if s[j] == ' ' || s[j] == '\n' {
			return j
		}
	}
	if i+40 >= len(s) {
		return len(s)
	}
	return runeStart(s, i)
}

func runeStart(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}
