package bleve
import ("testing"; "time"
lev "github.com/blevesearch/vellum/levenshtein")
func TestZZLev(t *testing.T) {
	a := time.Now()
	b, _ := lev.NewLevenshteinAutomatonBuilder(1, true)
	t.Log(time.Since(a)); a = time.Now()
	b2, _ := lev.NewLevenshteinAutomatonBuilder(2, true)
	t.Log(time.Since(a)); a = time.Now()
	b.BuildDfa("kubepodcrashlooping", 1)
	t.Log(time.Since(a)); a = time.Now()
	b2.BuildDfa("kubepodcrashlooping", 2)
	t.Log(time.Since(a)); a = time.Now()
	b2.BuildDfa("certifcate", 2)
	t.Log(time.Since(a)); a = time.Now()
}
