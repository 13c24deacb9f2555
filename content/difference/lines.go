package difference

import (
	"slices"
	"strings"
)

// Op is what became of a line.
type Op byte

// What became of a line.
const (
	Same    Op = ' '
	Removed Op = '-'
	Added   Op = '+'
)

// Line is a line of one text, or of both.
type Line struct {
	Op   Op
	Text string // without its end
	Bare bool   // it has no end: the last line of a text may not
}

// Hunk is lines in which two texts differ, with the lines around them. Old and Now are the numbers of the first line
// that it has of each, 1-based.
type Hunk struct {
	Old, Now int
	Lines    []Line
}

// Lines compares two texts line by line and returns where they differ, with as many lines around each place as context says.
// Equal texts have no hunks.
func Lines(old, now string, context int) []Hunk {
	a, b := slices.Collect(strings.Lines(old)), slices.Collect(strings.Lines(now))
	work := DefaultWork
	runs := append(Common(a, b, &work), Run{len(a), len(b), 0})
	var out []Hunk
	var h *Hunk // the last of out; nil where the next change begins another
	put := func(op Op, lines []string) {
		for _, l := range lines {
			text, ended := strings.CutSuffix(l, "\n")
			h.Lines = append(h.Lines, Line{op, text, !ended})
		}
	}
	old0, now0 := 0, 0 // where the gap before the run begins
	var before Run
	for i, r := range runs {
		if old0 < r.Old || now0 < r.Now {
			if h == nil {
				lead := min(context, before.Len)
				out = append(out, Hunk{Old: old0 - lead + 1, Now: now0 - lead + 1})
				h = &out[len(out)-1]
				put(Same, a[old0-lead:old0])
			}
			put(Removed, a[old0:r.Old])
			put(Added, b[now0:r.Now])
		}
		old0, now0, before = r.Old+r.Len, r.Now+r.Len, r
		if h == nil {
			continue
		}
		if last := i == len(runs)-2 && old0 == len(a) && now0 == len(b); last || r.Len > 2*context {
			put(Same, a[r.Old:r.Old+min(context, r.Len)])
			h = nil
		} else {
			put(Same, a[r.Old:old0])
		}
	}
	return out
}
