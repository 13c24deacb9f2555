package markdown

import (
	"strconv"
	"strings"
	"unicode"
)

// Slug turns a heading's text, without its pictures, into an anchor by GitHub's algorithm: lower case; letters,
// marks, decimal digits, connectors, hyphens and spaces stay, all else goes; each space becomes a hyphen. Works for
// CJK and umlauts. It returns "" where nothing is left.
//
// Source: github-slugger, which mirrors gjtorikian/html-pipeline's TableOfContentsFilter.
func Slug(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == ' ' || r == '\n' || r == '\t':
			b.WriteByte('-')
		case r == '-' || unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Pc):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// anchors hands out the ids of one page, each once.
type anchors struct {
	used map[string]int // id → the suffix to try next when it is asked for again
}

// take returns base, or base-1, base-2 … where it is taken; "section" stands in for an empty base.
func (a *anchors) take(base string) string {
	if base == "" {
		base = "section"
	}
	if a.used == nil {
		a.used = map[string]int{}
	}
	n, taken := a.used[base]
	if !taken {
		a.used[base] = 1
		return base
	}
	for ; ; n++ {
		id := base + "-" + strconv.Itoa(n)
		if _, taken := a.used[id]; !taken {
			a.used[base], a.used[id] = n+1, 1
			return id
		}
	}
}

// validID tells whether an id an author wrote may stand in the page. No slash: the ids of the page's own
// frame begin with one and so can never be taken; and none that footnotes have, such as fn:1 and fnref2:1.
func validID(id string) bool {
	if id == "" || len(id) > 200 || strings.HasPrefix(id, "fn") && strings.Contains(id, ":") || strings.HasPrefix(id, "shape:") {
		return false
	}
	for _, r := range id {
		if r != '-' && r != '_' && r != '.' && r != ':' && !unicode.In(r, unicode.L, unicode.M, unicode.Nd) {
			return false
		}
	}
	return true
}
