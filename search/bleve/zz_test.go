//go:build trials

package bleve

import "testing"

func TestZZCount(t *testing.T) {
	docs := pagesOf(t, needFolder(t, "LARGE"))
	a := newAnalyzer()
	uniq := map[string]bool{}
	post, wholeN, plainN := 0, 0, 0
	for _, d := range docs[:3000] {
		m := map[string]bool{}
		pl := map[string]bool{}
		for _, s := range d.Sections {
			chunks(s.Text, func(c string) {
				words(c, func(w string) {
					if stopWords[w] { return }
					if a.stem(w) != w {
						m[w] = true
					} else { pl[w] = true }
				})
			})
		}
		post += len(m)
		plainN += len(pl)
		for w := range m {
			uniq[w] = true
		}
		out, _ := a.analyze(d)
		wholeN += len(out.fields[3].AnalyzedTokenFrequencies())
	}
	t.Log("inflected postings", post, "unique", len(uniq), "other words", plainN, "whole", wholeN)
}
