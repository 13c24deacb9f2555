package search

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on what one query may hold. Nothing over them is an error: what was left out is said in Notices.
const (
	MaxRunes      = 256      // code points of a typed query
	MaxTerms      = 64       // words of it that are searched
	MaxPasteBytes = 64 << 10 // bytes of a posted text
	MaxPasteTerms = 128      // words of it that are searched
	MaxLimit      = 100      // hits of one answer
	MaxOffset     = 1000     // hits skipped before them
	DefaultLimit  = 10       // hits of one answer where nothing is said
)

// Query is a bounded question. Its text is plain: no character in it has a meaning of its own.
type Query struct {
	Text     string   // valid UTF-8 without control characters, at most the limits above
	Terms    int      // how many words of Text may be searched
	Kinds    []string // only pages of one of these kinds; none means all
	Products []string // only pages for one of these products; none means all
	Limit    int      // hits wanted, 1 to MaxLimit
	Offset   int      // hits to skip, 0 to MaxOffset
	Notices  []string // what was changed or left out, in sentences for the reader
}

// Parse makes a query of what somebody typed.
func Parse(text string) Query {
	q := Query{Terms: MaxTerms, Limit: DefaultLimit}
	text = q.clean(text)
	if n := utf8.RuneCountInString(text); n > MaxRunes {
		cut := 0
		for range MaxRunes {
			_, w := utf8.DecodeRuneInString(text[cut:])
			cut += w
		}
		text = text[:cut]
		q.Notices = append(q.Notices, "Only the first "+strconv.Itoa(MaxRunes)+" of "+strconv.Itoa(n)+" characters were searched.")
	}
	q.Text = strings.TrimSpace(text)
	return q
}

// ParsePaste makes a query of a posted text. cut says that more was sent than MaxPasteBytes and not read.
func ParsePaste(text string, cut bool) Query {
	q := Query{Terms: MaxPasteTerms, Limit: DefaultLimit}
	if len(text) > MaxPasteBytes {
		text, cut = text[:MaxPasteBytes], true
	}
	if cut {
		q.Notices = append(q.Notices, "Only the first "+strconv.Itoa(MaxPasteBytes)+" bytes were searched.")
	}
	q.Text = strings.TrimSpace(q.clean(text))
	return q
}

// clean replaces invalid UTF-8 and turns control characters, which nobody means, into spaces.
func (q *Query) clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
		q.Notices = append(q.Notices, "The text was not valid UTF-8; what could not be read was left out.")
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, s)
}
