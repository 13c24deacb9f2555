package markdown

import (
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// languages finds a lexer by what may stand behind a fence: its name, another name, a file's extension or a file's
// whole name, all in lower case. Chroma's own search tries every pattern of every language, which takes
// milliseconds for a word that is none.
var languages = sync.OnceValue(func() map[string]chroma.Lexer {
	out := map[string]chroma.Lexer{}
	add := func(name string, l chroma.Lexer) {
		name = strings.ToLower(name)
		if old, taken := out[name]; !taken || rank(l) > rank(old) {
			out[name] = l
		}
	}
	all := lexers.GlobalLexerRegistry.Lexers
	for _, l := range all {
		for _, pattern := range l.Config().Filenames {
			if name := strings.TrimPrefix(pattern, "*."); name != "" && !strings.ContainsAny(name, "*?[") {
				add(name, l)
			}
		}
	}
	byName := map[string]chroma.Lexer{}
	for _, l := range all {
		for _, alias := range l.Config().Aliases {
			byName[strings.ToLower(alias)] = l
		}
	}
	for _, l := range all {
		byName[strings.ToLower(l.Config().Name)] = l
	}
	for name, l := range byName { // names come before extensions
		out[name] = l
	}
	return out
})

// rank decides between languages that share an extension: those that are coloured come first, then chroma's order.
func rank(l chroma.Lexer) float64 {
	r := float64(l.Config().Priority)
	if r == 0 { // not set
		r = 1
	}
	if coloured[l.Config().Name] {
		r += 1000
	}
	return r
}

// languageOf returns the lexer of a language, nil where nobody knows it.
func languageOf(name string) chroma.Lexer { return languages()[name] }
