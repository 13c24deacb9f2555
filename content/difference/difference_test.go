package difference_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rutter/content/difference"
)

// shown writes hunks as a patch has them.
func shown(hunks []difference.Hunk) string {
	var b strings.Builder
	for _, h := range hunks {
		fmt.Fprintf(&b, "@ %d %d\n", h.Old, h.Now)
		for _, l := range h.Lines {
			fmt.Fprintf(&b, "%c%s", l.Op, l.Text)
			if l.Bare {
				b.WriteString("$")
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func TestLines(t *testing.T) {
	for _, tt := range []struct{ name, old, now, want string }{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"nothing", "", "", ""},
		{"from nothing", "", "a\nb\n", "@ 1 1\n+a\n+b\n"},
		{"to nothing", "a\n", "", "@ 1 1\n-a\n"},
		{"context", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n", "@ 3 3\n 3\n 4\n-5\n+x\n 6\n 7\n"},
		{"at the ends", "a\n2\n3\n4\n5\n6\nb\n", "2\n3\n4\n5\n6\n", "@ 1 1\n-a\n 2\n 3\n@ 5 4\n 5\n 6\n-b\n"},
		{"near each other", "1\n2\n3\n4\n5\n6\n", "1\nx\n3\n4\ny\n6\n", "@ 1 1\n 1\n-2\n+x\n 3\n 4\n-5\n+y\n 6\n"},
		{"an end is missing", "a\nb\n", "a\nb", "@ 1 1\n a\n-b\n+b$\n"},
		{"moved", "a\nb\nc\n", "b\nc\na\n", "@ 1 1\n-a\n b\n c\n+a\n"},
		{"the same line again", "x\nx\nx\n", "x\nx\n", "@ 1 1\n x\n x\n-x\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, shown(difference.Lines(tt.old, tt.now, 2))); d != "" {
				t.Error(d)
			}
		})
	}
}

// apply makes the new text of the old one and its hunks, and tells where they do not fit.
func apply(old string, hunks []difference.Hunk) (string, error) {
	lines := slices.Collect(strings.Lines(old))
	var out []string
	at := 0
	for _, h := range hunks {
		if h.Old-1 < at || h.Old-1 > len(lines) {
			return "", fmt.Errorf("a hunk at %d, behind %d of %d lines", h.Old, at, len(lines))
		}
		out = append(out, lines[at:h.Old-1]...)
		at = h.Old - 1
		if h.Now != len(out)+1 {
			return "", fmt.Errorf("a hunk is said to be at %d and is at %d", h.Now, len(out)+1)
		}
		for _, l := range h.Lines {
			text := l.Text + "\n"
			if l.Bare {
				text = l.Text
			}
			if l.Op != difference.Added {
				if at == len(lines) || lines[at] != text {
					return "", fmt.Errorf("line %d is not %q", at+1, text)
				}
				at++
			}
			if l.Op != difference.Removed {
				out = append(out, text)
			}
		}
	}
	return strings.Join(append(out, lines[at:]...), ""), nil
}

func text(r *rand.Rand, words int) string {
	var b strings.Builder
	for range r.IntN(40) {
		fmt.Fprintf(&b, "%d\n", r.IntN(words))
	}
	if r.IntN(3) == 0 {
		b.WriteString("end")
	}
	return b.String()
}

func TestLinesApply(t *testing.T) {
	for seed := range 5000 {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		words := 1 + r.IntN(60)
		old, now, context := text(r, words), text(r, words), r.IntN(5)
		hunks := difference.Lines(old, now, context)
		got, err := apply(old, hunks)
		if err != nil || got != now {
			t.Fatalf("%d: %v\n%q\n%q\n%q\n%s", seed, err, old, now, got, shown(hunks))
		}
		for _, h := range hunks {
			if !slices.ContainsFunc(h.Lines, func(l difference.Line) bool { return l.Op != difference.Same }) {
				t.Fatalf("%d: a hunk without a change:\n%s", seed, shown(hunks))
			}
		}
	}
}

// TestCommonIsCommon: runs are in order, within both, and equal.
func TestCommonIsCommon(t *testing.T) {
	for seed := range 5000 {
		r := rand.New(rand.NewPCG(uint64(seed), 2))
		a, b := make([]int, r.IntN(50)), make([]int, r.IntN(50))
		kinds := 1 + r.IntN(80)
		for i := range a {
			a[i] = r.IntN(kinds)
		}
		for i := range b {
			b[i] = r.IntN(kinds)
		}
		work := difference.DefaultWork
		i, j := 0, 0
		for _, run := range difference.Common(a, b, &work) {
			if run.Len == 0 || run.Old < i || run.Now < j || !slices.Equal(a[run.Old:run.Old+run.Len], b[run.Now:run.Now+run.Len]) {
				t.Fatalf("%d: %v in\n%v\n%v", seed, run, a, b)
			}
			i, j = run.Old+run.Len, run.Now+run.Len
		}
	}
}

// TestCommonWithoutWork: what nobody has time for counts as different but for its ends.
func TestCommonWithoutWork(t *testing.T) {
	work := difference.Work(0)
	got := difference.Common([]int{1, 5, 3, 6, 2}, []int{1, 7, 3, 8, 2}, &work)
	if want := []difference.Run{{0, 0, 1}, {4, 4, 1}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestCommonIsBounded: what has no item once, and what has anchors within anchors, ends soon as well.
func TestCommonIsBounded(t *testing.T) {
	const n = 200_000
	for name, item := range map[string]func(i, side int) int{
		"few items": func(i, side int) int { return (i*i + side*i/7) % 5 },
		"twice":     func(i, side int) int { return (i*(7+4*side) + side) % (n / 2) },
		"turned":    func(i, side int) int { return i*(1-side) + (n-i)*side },
	} {
		a, b := make([]int, n), make([]int, n)
		for i := range n {
			a[i], b[i] = item(i, 0), item(i, 1)
		}
		start := time.Now()
		work := difference.DefaultWork
		difference.Common(a, b, &work)
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: %v", name, took)
		} else {
			t.Log(name, took)
		}
	}
}
