package search

import (
	"slices"
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

// FacetNames are the properties that answers are counted and narrowed by, in the order they are shown.
var FacetNames = [...]string{"kind", "product", "version", "phase", "tag"}

// Query is a bounded question.
type Query struct {
	Typed   string              // what was asked: valid UTF-8 without control characters, within the limits above
	Said    string              // Typed without the filters in it
	Text    string              // the words of it to look for; no character in it has a meaning of its own
	Phrases []string            // parts of Text that were quoted: pages that have them as they stand come first
	Exact   bool                // Text is one phrase, and only pages that have it answer
	Without []string            // words that an answer must not have
	Filters map[string][]string // by facet name: an answer has one of the values; no values means all
	Paste   bool                // Text is what was left of a log, a trace or the like
	Alerts  []string            // names of alerts in it, where it is a payload of such
	Terms   int                 // how many words of Text may be searched
	Limit   int                 // hits wanted, 1 to MaxLimit
	Offset  int                 // hits to skip, 0 to MaxOffset
	Notices []string            // what was changed or left out, in sentences for the reader
}

// Plain is a query for words, without anything read into them.
func Plain(text string) Query {
	q := Query{Terms: MaxTerms, Limit: DefaultLimit}
	q.Typed = q.clean(text)
	if n := utf8.RuneCountInString(q.Typed); n > MaxRunes {
		q.Typed = strings.TrimSpace(firstRunes(q.Typed, MaxRunes))
		q.Notices = append(q.Notices, "Only the first "+strconv.Itoa(MaxRunes)+" of "+strconv.Itoa(n)+" characters were searched.")
	}
	q.Text, q.Said = q.Typed, q.Typed
	return q
}

// Read makes a query of a text that may have been typed or pasted: of one line that is not too long as Parse does, of
// anything else as ParsePaste does.
func Read(text string, known func(facet string) []string) Query {
	if line := strings.TrimSpace(text); utf8.RuneCountInString(line) <= MaxRunes && !strings.ContainsAny(line, "\r\n") {
		return Parse(line, known)
	}
	return ParsePaste(text, false)
}

// Parse makes a query of what somebody typed: what looks like a log line is read as one (see Paste), the rest by
// the small language of language.go. known returns the values a facet has, for the filters; nil means none has any.
func Parse(text string, known func(facet string) []string) Query {
	q := Plain(text)
	if looksPasted(q.Typed) {
		q.Text, q.Paste, q.Alerts = essence(q.Typed), true, alertNames(q.Typed)
		return q
	}
	q.read(known)
	return q
}

// ParsePaste makes a query of a posted text. cut says that more was sent than MaxPasteBytes and not read.
func ParsePaste(text string, cut bool) Query {
	q := Query{Terms: MaxPasteTerms, Limit: DefaultLimit, Paste: true}
	if len(text) > MaxPasteBytes {
		text, cut = text[:MaxPasteBytes], true
	}
	if cut {
		text = withoutHalfRune(text)
		q.Notices = append(q.Notices, "Only the first "+strconv.Itoa(MaxPasteBytes)+" bytes were searched.")
	}
	text = q.valid(text)
	q.Text, q.Typed, q.Alerts = q.clean(essence(text)), q.clean(text), alertNames(text)
	q.Said = q.Typed
	return q
}

// Filter narrows the answer to pages with one of the values in a facet. Names that are no facets do nothing.
func (q *Query) Filter(facet string, values ...string) {
	if len(values) == 0 || !slices.Contains(FacetNames[:], facet) {
		return
	}
	if q.Filters == nil {
		q.Filters = map[string][]string{}
	}
	for _, v := range values {
		if !slices.Contains(q.Filters[facet], v) {
			q.Filters[facet] = append(q.Filters[facet], v)
		}
	}
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

// valid makes valid UTF-8 of a text, and says so where it was none.
func (q *Query) valid(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
		q.Notices = append(q.Notices, "The text was not valid UTF-8; what could not be read was left out.")
	}
	return s
}

// clean makes spaces of what is no UTF-8 and of control characters, which nobody means, leaves out invisible format
// characters (soft hyphens, zero-width spaces), which stand within words, and trims the ends.
func (q *Query) clean(s string) string {
	s = q.valid(s)
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
