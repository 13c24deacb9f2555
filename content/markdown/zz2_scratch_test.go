package markdown

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestZZHunt(t *testing.T) {
	secs, _ := strconv.Atoi(os.Getenv("ZZH"))
	if secs == 0 {
		return
	}
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 1))
	toks := []string{"[", "]", "(", ")", "![", "[^", "*", "**", "_", "__", "~", "~~", "`", "``", "```", "~~~", ">", "- ", "1. ", "|", "-", "=", "#", "# ", "<", "</", "<!--", "-->", "<?", "<b>", "</b>", "<a ", "<div>", "</div>", "<br>", "\"", "'", "=", "{", "}", ":", ": ", "www.", "http://", "a@a.a", "@", ".", "&", ";", "&amp;", "\\", "\t", " ", "  ", "    ", "\n", "\n", "\n\n", "a", "b c", "é", "[a]: ", "[^1]: ", "[^1]", "[a]", "$ ", "!", "[x] ", "/"}
	pick := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(toks[r.IntN(len(toks))])
		}
		return b.String()
	}
	end := time.Now().Add(time.Duration(secs) * time.Second)
	n := 0
	for time.Now().Before(end) {
		n++
		p, u, s := pick(r.IntN(3)), pick(1+r.IntN(5)), pick(r.IntN(3))
		if r.IntN(3) == 0 {
			p += "\n\n"
		}
		size := 60_000
		src := []byte(p + rep(u, size) + s)
		if r.IntN(4) == 0 {
			u2 := pick(1 + r.IntN(4))
			src = []byte(p + rep(u, size/2) + rep(u2, size/2) + s)
			u += "\" + \"" + u2
		}
		done := make(chan int)
		var d1, d2, d3 time.Duration
		go func() {
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				fmt.Printf("STUCK %q %q %q\n", p, u, s)
			}
		}()
		t0 := time.Now()
		pg, _ := Parse("a.md", src, 1)
		d1 = time.Since(t0)
		pg.Sections()
		d2 = time.Since(t0) - d1
		out, err := pg.HTML(HTMLOptions{Resolve: func(s string, _ bool) (string, bool) { return "/" + s, false }})
		d3 = time.Since(t0) - d1 - d2
		close(done)
		if tot := time.Since(t0); tot > 400*time.Millisecond || len(out) > 60*size {
			fmt.Printf("%8.2fs parse %.2f sect %.2f html %.2f  refused=%v out=%d err=%v  %q+%q+%q\n", tot.Seconds(), d1.Seconds(), d2.Seconds(), d3.Seconds(), pg.Refused, len(out), err, p, u, s)
		}
	}
	fmt.Println("tried", n)
}
