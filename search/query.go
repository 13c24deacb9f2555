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
	q.Text = q.clean(text)
	if n := utf8.RuneCountInString(q.Text); n > MaxRunes {
		q.Text = strings.TrimSpace(firstRunes(q.Text, MaxRunes))
		q.Notices = append(q.Notices, "Only the first "+strconv.Itoa(MaxRunes)+" of "+strconv.Itoa(n)+" characters were searched.")
	}
	return q
}

// ParsePaste makes a query of a posted text. cut says that more was sent than MaxPasteBytes and not read.
func ParsePaste(text string, cut bool) Query {
	q := Query{Terms: MaxPasteTerms, Limit: DefaultLimit}
	if len(text) > MaxPasteBytes {
		text, cut = text[:MaxPasteBytes], true
	}
	if cut {
		text = withoutHalfRune(text)
		q.Notices = append(q.Notices, "Only the first "+strconv.Itoa(MaxPasteBytes)+" bytes were searched.")
	}
	q.Text = q.clean(text)
	return q
}

// firstRunes returns the first n code points of a text that has more.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// withoutHalfRune takes off the beginning of a character whose rest was cut off.
func withoutHalfRune(s string) string {
	for n := 1; n < utf8.UTFMax && n <= len(s); n++ {
		if tail := s[len(s)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRuneInString(tail) {
				return s[:len(s)-n]
			}
			break
		}
	}
	return s
}

// clean makes spaces of what is no UTF-8 and of control characters, which nobody means, leaves out invisible format
// characters (soft hyphens, zero-width spaces), which stand within words, and trims the ends.
func (q *Query) clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
		q.Notices = append(q.Notices, "The text was not valid UTF-8; what could not be read was left out.")
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsControl(r) || r == utf8.RuneError:
			return ' '
		}
		return r
	}, s))
}
