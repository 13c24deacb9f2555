package lint_test

import (
	"strings"
	"testing"

	"rutter/content/diag"
)

// TestSimilarByTheLanguageOfThePortal: a page without a language of its own has the portal's.
func TestSimilarByTheLanguageOfThePortal(t *testing.T) {
	text := strings.Repeat("Wenn die Platte voll ist, hält der Dienst an und nimmt nichts mehr auf, bis jemand Platz schafft. ", 4) + "\n"
	for lang, want := range map[string]int{"de": 1, "en": 0} {
		n := 0
		for _, p := range check(t, map[string][]byte{
			"portal.yaml": []byte("lang: " + lang + "\n"),
			"a.md":        []byte("---\nlang: de\n---\n# Voll\n\n" + text),
			"b.md":        []byte("# Platte\n\n" + text),
		}) {
			if p.Rule == "page-similar" && p.Severity == diag.Note {
				n++
			}
		}
		if n != want {
			t.Errorf("portal in %s: %d pages are said to be similar, want %d", lang, n, want)
		}
	}
}
