//go:build trials

package bleve

import "testing"

func TestZZCount(t *testing.T) {
	docs := pagesOf(t, needFolder(t, "LARGE"))
	a := newAnalyzer()
	var post, toks [len(scored)]int
	uniq := [len(scored)]map[string]int{}
	for i := range uniq {
		uniq[i] = map[string]int{}
	}
	one := func(from, to int) (u, p [len(scored)]int) {
		m := [len(scored)]map[string]bool{}
		for i := range m {
			m[i] = map[string]bool{}
		}
		for _, d := range docs[from:to] {
			out, _ := a.analyze(d)
			for i, f := range out.fields[:len(scored)] {
				for k := range f.AnalyzedTokenFrequencies() {
					m[i][k] = true
					p[i]++
				}
			}
		}
		for i := range m {
			u[i] = len(m[i])
		}
		return
	}
	for _, n := range []int{100, 200, 400, 800} {
		u, p := one(5000, 5000+n)
		t.Log(n, u, p)
	}
	for _, d := range docs {
		out, ls := a.analyze(d)
		for i, f := range out.fields[:len(scored)] {
			post[i] += len(f.AnalyzedTokenFrequencies())
			toks[i] += int(ls[i])
			for k := range f.AnalyzedTokenFrequencies() {
				uniq[i][k]++
			}
		}
	}
	t.Log("postings", post, "tokens", toks)
	for i := range uniq {
		one := 0
		for _, n := range uniq[i] {
			if n == 1 {
				one++
			}
		}
		t.Log(scored[i], len(uniq[i]), "single", one)
	}
}
