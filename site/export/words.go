package export

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// The terms of the exported index. static/find.js makes the same of a query; a test in a browser compares them.

var (
	runs    = regexp.MustCompile(`[\p{L}\p{M}\p{N}_]+`)
	spaced  = regexp.MustCompile(`[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]+`)
	humps   = regexp.MustCompile(`(\p{Ll}|\p{N})(\p{Lu})`)
	between = regexp.MustCompile(`[ _]+`)
)

const maxTerm = 60 // UTF-16 code units

// Words are the terms of a text: words in small letters, identifiers whole and in their parts, pairs of characters where
// words have no spaces between them, a plural as its singular.
func Words(text string) []string {
	var out []string
	add := func(w string) {
		if units(w) <= maxTerm {
			out = append(out, w)
		}
	}
	for _, run := range runs.FindAllString(norm.NFC.String(text), -1) {
		rest := spaced.ReplaceAllStringFunc(run, func(s string) string {
			cs := []rune(s)
			if len(cs) == 1 {
				add(s)
			}
			for i := range len(cs) - 1 {
				add(string(cs[i : i+2]))
			}
			return " "
		})
		for w := range strings.SplitSeq(rest, " ") {
			whole := strings.ToLower(strings.Trim(w, "_"))
			if whole == "" {
				continue
			}
			parts := slices.DeleteFunc(between.Split(humps.ReplaceAllString(w, "$1 $2"), -1), func(s string) bool { return s == "" })
			if len(parts) > 1 {
				add(whole)
			}
			for _, p := range parts {
				add(singular(strings.ToLower(p)))
			}
		}
	}
	return out
}

func singular(w string) string {
	if units(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "is") && !strings.HasSuffix(w, "us") {
		return w[:len(w)-1]
	}
	return w
}

// weight is what a term counts in a section of so many terms.
func weight(n, length int) int {
	return max(1, int(math.Round(16*float64(n)/(0.4+float64(length)/200))))
}

// bucket is the file that a term is in, by its first two characters.
func bucket(term string, n int) int {
	h := uint32(2166136261)
	for i, c := range []rune(term) {
		if i == 2 {
			break
		}
		h = (h ^ uint32(c)) * 16777619
	}
	return int(h % uint32(n))
}

// units counts a text as JavaScript does.
func units(s string) int { return len(utf16.Encode([]rune(s))) }
