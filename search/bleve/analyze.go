package bleve

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/german"
)

// The searched fields. A term is what a tokeniser below makes of text, for documents and queries alike.
const (
	fieldTitle    = "t" // words of the title and the page's other names
	fieldHeadings = "h" // words of the headings
	fieldBody     = "b" // words of the body
	fieldWhole    = "i" // of title, headings and body: whole tokens (identifiers, options, paths, versions), and the forms of words that differ from their stem
	fieldTrigrams = "g" // trigrams of the title's and names' words
	fieldBigrams  = "w" // pairs of neighbouring words, in the body, a heading, or a name
)

// analyzer turns text into terms. It remembers stems, so it is not safe for concurrent use; analyzers keeps some.
type analyzer struct {
	stems  map[string]string // English
	german map[string]string
	pairs  map[uint32]int // of the page being counted
	lang   string         // of the page being counted: the name of a stemmer
}

const maxStems = 1 << 16

func newAnalyzer() *analyzer {
	return &analyzer{stems: make(map[string]string, 1024), german: map[string]string{}, pairs: make(map[uint32]int, 1024)}
}

// The stemmers there are. A page in another language has its words as they are, but for English endings.
const (
	langEnglish = "en"
	langGerman  = "de"
)

// stemmerOf returns the stemmer for a language, given as in BCP 47.
func stemmerOf(lang string) string {
	if l := strings.ToLower(lang); l == langGerman || strings.HasPrefix(l, langGerman+"-") {
		return langGerman
	}
	return langEnglish
}

// stops tells whether a word of the page being counted is left out.
func (a *analyzer) stops(w string) bool {
	if a.lang == langGerman {
		return germanStopWords[w]
	}
	return stopWords[w]
}

// chunks calls f with every run of text between white space, with the punctuation around it taken off: quotes,
// brackets, full stops, commas. A leading hyphen or slash and a trailing plus belong to the token (--force, /var, C++).
func chunks(s string, f func(chunk string)) {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			i += n
			continue
		}
		j := i + n
		for j < len(s) {
			r, n := utf8.DecodeRuneInString(s[j:])
			if unicode.IsSpace(r) || unicode.IsControl(r) {
				break
			}
			j += n
		}
		if c := trimChunk(s[i:j]); c != "" {
			f(c)
		}
		i = j
	}
}

// shown leaves out invisible format characters (soft hyphens, zero-width spaces), which stand within words. Queries
// come without them.
func shown(s string) string {
	if strings.IndexFunc(s, isFormat) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isFormat(r) {
			return -1
		}
		return r
	}, s)
}

func isFormat(r rune) bool { return r >= 0xad && unicode.Is(unicode.Cf, r) }

func trimChunk(c string) string {
	c = strings.TrimLeftFunc(c, func(r rune) bool { return !isWord(r) && r != '-' && r != '/' && r != '.' && r != '+' })
	c = strings.TrimRightFunc(c, func(r rune) bool { return !isWord(r) && r != '+' && r != '#' })
	if strings.IndexFunc(c, isWord) < 0 {
		return ""
	}
	return c
}

func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N)
}

const maxTerm = 64 // bytes; longer tokens are noise (hashes, base64) and are cut

// wholes calls f with the tokens of a chunk as they are written, in lower case: the chunk itself, and what stands
// between the punctuation that joins key and value (a=b, a,b, "a":b). Plain words are left out: words has them.
func wholes(chunk string, f func(term string)) {
	if plain(chunk) {
		return
	}
	if len(chunk) > maxTerm {
		chunk = cutTerm(chunk)
	}
	l := strings.ToLower(chunk)
	f(l)
	if strings.IndexFunc(l, isJoint) < 0 {
		return
	}
	for _, p := range strings.FieldsFunc(l, isJoint) {
		if p = trimChunk(p); p != "" && p != l && !plain(p) {
			f(p)
		}
	}
}

// plain tells whether words makes exactly one word of s, and nothing else is in it.
func plain(s string) bool {
	var prev rune
	for i, r := range s {
		if !isWord(r) || r == '_' || isCJK(r) || i > 0 && cutsWord(s, 0, i, prev, r) {
			return false
		}
		prev = r
	}
	return true
}

func isJoint(r rune) bool { return strings.ContainsRune("=,;:|()[]{}<>\"'`$&@", r) }

func cutTerm(s string) string {
	s = s[:maxTerm]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}

// words calls f with the words of a chunk, in lower case and not stemmed: letters and digits between punctuation,
// cut where a new word begins within (see cutsWord) and within CJK into pairs.
func words(chunk string, f func(word string)) {
	start := -1
	var prev rune
	flush := func(end int) {
		if start >= 0 && end > start {
			w := chunk[start:end]
			if len(w) > maxTerm {
				w = cutTerm(w)
			}
			f(strings.ToLower(w))
		}
		start = -1
	}
	var cjk []rune
	flushCJK := func() {
		if len(cjk) == 1 {
			f(string(cjk))
		}
		for i := 0; i+1 < len(cjk); i++ {
			f(string(cjk[i : i+2]))
		}
		cjk = cjk[:0]
	}
	for i, r := range chunk {
		switch {
		case isCJK(r):
			flush(i)
			cjk = append(cjk, r)
		case !isWord(r) || r == '_':
			flush(i)
			flushCJK()
		default:
			flushCJK()
			if start >= 0 && cutsWord(chunk, start, i, prev, r) {
				flush(i)
			}
			if start < 0 {
				start = i
			}
		}
		prev = r
	}
	flush(len(chunk))
	flushCJK()
}

// cutsWord tells whether a new word begins at s[i], which is r and stands after prev in a word that began at start:
// a capital after a small letter, unless that is the only one (vCenter, eBPF), and the last of several capitals where
// a word of small letters follows (APIServer, but not VMs, ESXi, IPv6).
func cutsWord(s string, start, i int, prev, r rune) bool {
	switch {
	case !unicode.IsUpper(r):
		return false
	case unicode.IsLower(prev):
		return i-start > utf8.RuneLen(prev)
	case !unicode.IsUpper(prev):
		return false
	}
	next, n := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
	after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r)+n:])
	return unicode.IsLower(next) && unicode.IsLower(after)
}

func isCJK(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// stem returns the stem of a lower-case word. Words with digits, and short ones, stay.
func (a *analyzer) stem(w, lang string) string {
	if len(w) < 4 || strings.ContainsAny(w, "0123456789") {
		return w
	}
	known := a.stems
	if lang == langGerman {
		known = a.german
	}
	if s, ok := known[w]; ok {
		return s
	}
	env := snowballstem.NewEnv(w)
	if lang == langGerman {
		german.Stem(env)
	} else {
		english.Stem(env)
	}
	s := strings.Clone(env.Current())
	if len(known) < maxStems {
		known[strings.Clone(w)] = s
	}
	return s
}

// stopWords say nothing about what a page is about. Words that name states of machines (out, off, on, up, down,
// not, no) are kept: "time-out" and "no space left" mean something here.
var stopWords = map[string]bool{
	"a": true, "an": true, "and": true, "are": true, "as": true, "at": true, "be": true, "been": true, "but": true,
	"by": true, "can": true, "do": true, "does": true, "for": true, "from": true, "has": true, "have": true,
	"how": true, "i": true, "if": true, "in": true, "into": true, "is": true, "it": true, "its": true, "my": true,
	"of": true, "or": true, "so": true, "such": true, "that": true, "the": true, "their": true, "then": true,
	"there": true, "these": true, "they": true, "this": true, "to": true, "was": true, "we": true, "were": true,
	"what": true, "when": true, "which": true, "will": true, "with": true, "you": true, "your": true,
}

// germanStopWords are those of German pages. "aus", "ein", "ab", "nicht" and "kein" name states and are kept.
var germanStopWords = map[string]bool{
	"als": true, "am": true, "auch": true, "bei": true, "bin": true, "bis": true, "da": true, "das": true, "dass": true,
	"dem": true, "den": true, "der": true, "des": true, "die": true, "dies": true, "diese": true, "dieser": true,
	"dieses": true, "du": true, "durch": true, "eine": true, "einem": true, "einen": true, "einer": true, "eines": true,
	"er": true, "es": true, "für": true, "hat": true, "haben": true, "ich": true, "ihr": true, "im": true, "in": true,
	"ist": true, "man": true, "mit": true, "nach": true, "oder": true, "sein": true, "sich": true, "sie": true,
	"sind": true, "so": true, "um": true, "und": true, "uns": true, "vom": true, "von": true, "war": true, "was": true,
	"wenn": true, "werden": true, "wie": true, "wir": true, "wird": true, "zu": true, "zum": true, "zur": true,
}

// trigrams calls f with the trigrams of a word, its beginning marked.
func trigrams(w string, f func(string)) {
	r := []rune("_" + w)
	if len(r) < 3 {
		return
	}
	for i := 0; i+3 <= len(r); i++ {
		f(string(r[i : i+3]))
	}
}

// fullName is the title's term for all words of a title or name together. No word has its first character.
func fullName(stems []string) string { return "=" + strings.Join(stems, "") }

// bareName is the term for a title, name or heading by its letters and digits alone: KubePodCrashLooping, "Kube pod
// crash looping" and kube-pod-crash-looping have the same. No word has its first character.
func bareName(s string) string {
	b := []byte{bareMark}
	for _, r := range s {
		if isWord(r) && r != '_' {
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
		if len(b) > maxTerm {
			break
		}
	}
	return string(b)
}

const bareMark = '~'

// tail is what a chunk ends in that is no word: C++, C#.
func tail(chunk string) string { return chunk[len(strings.TrimRight(chunk, "+#")):] }

// pair stands for two neighbouring words: 24 bits of the FNV-1a hash of both. That is one of 16 million, far more
// than there are pairs in a page, and its dictionary is half as large as one of words and quick to build.
func pair(a, b string) uint32 {
	const offset, prime = 2166136261, 16777619
	h := uint32(offset)
	for i := range len(a) {
		h = (h ^ uint32(a[i])) * prime
	}
	h = (h ^ ' ') * prime
	for i := range len(b) {
		h = (h ^ uint32(b[i])) * prime
	}
	return h>>24 ^ h&(1<<24-1)
}

// appendPair appends the term of a pair.
func appendPair(b []byte, pair uint32) []byte {
	return append(b, byte(pair>>16), byte(pair>>8), byte(pair))
}
