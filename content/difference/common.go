package difference

import (
	"cmp"
	"slices"
)

// Run is a stretch that two sequences have in common: Len items, from Old in the one and from Now in the other.
type Run struct{ Old, Now, Len int }

const (
	maxCells = 1 << 18 // of the table for one stretch: 512 by 512 items
	maxDeep  = 64      // stretches within each other
)

// Work is how much two sequences that are compared may cost, in steps of a few nanoseconds. What it does not reach for counts
// as different.
type Work int

// DefaultWork is about a tenth of a second at most.
const DefaultWork Work = 20_000_000

// Common returns what two sequences have in common, in order, no run touching the next one in both. It takes what it costs
// off work.
func Common[T comparable](old, now []T, work *Work) []Run {
	names := make(map[T]int32, len(old))
	number := func(s []T) []int32 {
		out := make([]int32, len(s))
		for i, v := range s {
			n, ok := names[v]
			if !ok {
				n = int32(len(names))
				names[v] = n
			}
			out[i] = n
		}
		return out
	}
	m := matcher{old: number(old), now: number(now), work: work}
	m.seen = make([]seen, len(names))
	m.match(stretch{0, len(old), 0, len(now)}, 0)
	return m.runs
}

type matcher struct {
	old, now []int32
	seen     []seen // by item; all zero between calls of unique
	table    []uint16
	work     *Work
	runs     []Run
}

// seen is how often, and where last, an item stands in a stretch.
type seen struct{ old, now, at int }

// stretch is a part of both sequences.
type stretch struct{ oldFrom, oldTo, nowFrom, nowTo int }

func (s stretch) empty() bool { return s.oldFrom == s.oldTo || s.nowFrom == s.nowTo }

func (m *matcher) add(old, now, n int) {
	if n == 0 {
		return
	}
	if i := len(m.runs) - 1; i >= 0 && m.runs[i].Old+m.runs[i].Len == old && m.runs[i].Now+m.runs[i].Len == now {
		m.runs[i].Len += n
		return
	}
	m.runs = append(m.runs, Run{old, now, n})
}

func (m *matcher) match(s stretch, deep int) {
	start := s
	for !s.empty() && m.old[s.oldFrom] == m.now[s.nowFrom] {
		s.oldFrom++
		s.nowFrom++
	}
	m.add(start.oldFrom, start.nowFrom, s.oldFrom-start.oldFrom)
	end := s
	for !s.empty() && m.old[s.oldTo-1] == m.now[s.nowTo-1] {
		s.oldTo--
		s.nowTo--
	}
	if !s.empty() {
		m.between(s, deep)
	}
	m.add(s.oldTo, s.nowTo, end.oldTo-s.oldTo)
}

// between compares a stretch whose ends differ.
func (m *matcher) between(s stretch, deep int) {
	n, k := s.oldTo-s.oldFrom, s.nowTo-s.nowFrom
	if *m.work -= Work(n + k); *m.work < 0 {
		return
	}
	if deep < maxDeep {
		if anchors := m.unique(s); len(anchors) > 0 {
			for _, a := range anchors {
				m.match(stretch{s.oldFrom, a.Old, s.nowFrom, a.Now}, deep+1)
				m.add(a.Old, a.Now, 1)
				s.oldFrom, s.nowFrom = a.Old+1, a.Now+1
			}
			m.match(s, deep+1)
			return
		}
	}
	if cells := n * k; cells <= maxCells && Work(cells) <= *m.work {
		*m.work -= Work(cells)
		m.longest(s)
	}
}

// unique returns the longest list of items that stand once in both parts of a stretch, in the same order.
func (m *matcher) unique(s stretch) []Run {
	for i := s.oldFrom; i < s.oldTo; i++ {
		m.seen[m.old[i]].old++
	}
	for i := s.nowFrom; i < s.nowTo; i++ {
		x := &m.seen[m.now[i]]
		x.now++
		x.at = i
	}
	var both []Run
	for i := s.oldFrom; i < s.oldTo; i++ {
		if x := m.seen[m.old[i]]; x.old == 1 && x.now == 1 {
			both = append(both, Run{Old: i, Now: x.at, Len: 1})
		}
	}
	for i := s.oldFrom; i < s.oldTo; i++ {
		m.seen[m.old[i]] = seen{}
	}
	for i := s.nowFrom; i < s.nowTo; i++ {
		m.seen[m.now[i]] = seen{}
	}
	return growing(both)
}

// growing is the longest list of runs, in order, of which Now grows.
func growing(runs []Run) []Run {
	if len(runs) == 0 {
		return nil
	}
	var ends []int // by length less one: the run that ends the list with the smallest Now
	before := make([]int, len(runs))
	for i, r := range runs {
		k, _ := slices.BinarySearchFunc(ends, r.Now, func(j, now int) int { return cmp.Compare(runs[j].Now, now) })
		before[i] = -1
		if k > 0 {
			before[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, i)
		} else {
			ends[k] = i
		}
	}
	out := make([]Run, len(ends))
	at := ends[len(ends)-1]
	for k := len(ends) - 1; k >= 0; k-- {
		out[k] = runs[at]
		at = before[at]
	}
	return out
}

// longest finds the longest common subsequence of a stretch in a table.
func (m *matcher) longest(s stretch) {
	n, k := s.oldTo-s.oldFrom, s.nowTo-s.nowFrom
	wide := k + 1
	if size := (n + 1) * wide; cap(m.table) < size {
		m.table = make([]uint16, size)
	}
	t := m.table[:(n+1)*wide]
	clear(t[n*wide:])
	for i := n - 1; i >= 0; i-- {
		t[i*wide+k] = 0
		for j := k - 1; j >= 0; j-- {
			if m.old[s.oldFrom+i] == m.now[s.nowFrom+j] {
				t[i*wide+j] = t[(i+1)*wide+j+1] + 1
			} else {
				t[i*wide+j] = max(t[(i+1)*wide+j], t[i*wide+j+1])
			}
		}
	}
	for i, j := 0, 0; i < n && j < k; {
		switch {
		case m.old[s.oldFrom+i] == m.now[s.nowFrom+j]:
			m.add(s.oldFrom+i, s.nowFrom+j, 1)
			i++
			j++
		case t[(i+1)*wide+j] >= t[i*wide+j+1]:
			i++
		default:
			j++
		}
	}
}
