package bleve

import (
	"math/rand/v2"
	"testing"
)

// slow is the same distance by the whole table.
func slow(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			default:
				cost := 1
				if a[i-1] == b[j-1] {
					cost = 0
				}
				d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], d[i-2][j-2]+1)
				}
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestDistance(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		b := make([]byte, r.IntN(9))
		for i := range b {
			b[i] = "abc"[r.IntN(3)]
		}
		return string(b)
	}
	for range 200_000 {
		a, b := text(), text()
		for most := 1; most <= 2; most++ {
			if got, want := distance(a, b, most), min(slow(a, b), most+1); got != want {
				t.Fatalf("%q, %q, at most %d: got %d, want %d", a, b, most, got, want)
			}
		}
	}
}

func TestIdentifiers(t *testing.T) {
	for text, want := range map[string]string{
		"alert KubePodCrashLooping is firing": "KubePodCrashLooping",
		"vmk_NO_MEMORY: (code=12)":            "vmk_NO_MEMORY",
		"ORA-01555: snapshot too old":         "ORA-01555",
		"plain words and Sentences here":      "",
		"state=\"CrashLoopBackOff\"":          "CrashLoopBackOff",
		"ERROR WARN":                          "",
	} {
		got := ""
		if ids := identifiers(text); len(ids) > 0 {
			got = ids[0]
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
