package markdown

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark/text"
)

func TestZZBlank(t *testing.T) {
	for _, k := range []int{1, 2, 4, 8, 16} {
		for _, n := range []int{10_000,100_000,300_000, 1_000_000} {
			for _, bl := range []string{"\n", " \n", "\t\n"} {
			var b strings.Builder
			for i := range k {
				b.WriteString(strings.Repeat("  ", i) + "- a\n")
			}
			b.WriteString(strings.Repeat(bl, n/len(bl)))
			for _, tail := range []string{"", strings.Repeat("  ", k)+"b"} {
			t0 := time.Now()
			dialect.Parse(text.NewReader([]byte(b.String()+tail)))
			if d := time.Since(t0).Seconds(); d > 0.2 {
			fmt.Printf("deep-blank k=%d n=%d %q %q : %.3fs\n", k,n, bl, tail, d)
			}
			}
		}}
	}
}
