package markdown

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark/text"
)

func TestZZLimits(t *testing.T) {
	for _, u := range []string{"*a ", "_a ", "~a ", "*a**b ", "a** b*c ", "a**b", "*a_ ", "_a __a ", "*a **a ", "a_b*c ", "**a *b** ","x*x_", "[", "[a](", "[a]", "![", "[a](b", "[[a]", "`a``b", "`", "[^a]","`a "} {
		for _, n := range []int{2000, 4000, 6000, 10000, 20000} {
			k := max(1, strings.Count(u,"*")+strings.Count(u,"_")+strings.Count(u, "~"))
			if strings.ContainsAny(u,"[`") { k = 1}
			if strings.Contains(u,"**") || strings.Contains(u, "__"){ k--}
			par := strings.Repeat(u, n/max(k,1))
			t0 := time.Now()
			dialect.Parse(text.NewReader([]byte(par)))
			d := time.Since(t0).Seconds()
			if d > 0.05 {
			fmt.Printf("%q n=%d size=%d : %.3fs\n", u, n, len(par), d) }
		}
	}
	// mixed backtick lengths
	for _, n := range []int{500,1000,2000,4000} {
		var b strings.Builder
		for i := range n { b.WriteString(strings.Repeat("`", i%200+1)+"a") }
		t0 := time.Now()
		dialect.Parse(text.NewReader([]byte(b.String())))
		fmt.Printf("ticks %d size=%d %.3f\n", n, b.Len(), time.Since(t0).Seconds())
		b.Reset()
		for i := range n { b.WriteString(strings.Repeat("`", i+1)+"a") }
		t0 = time.Now()
		dialect.Parse(text.NewReader([]byte(b.String())))
		fmt.Printf("ticks-grow %d size=%d %.3f\n", n, b.Len(), time.Since(t0).Seconds())
	}
}
