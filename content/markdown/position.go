package markdown

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// lines finds the line and column of a byte offset. Offsets that grow from call to call cost what lies between them.
type lines struct {
	src    []byte
	starts []int // offset of the first byte of each line; filled on first use
	first  int   // number of the first line in the author's file, 1-based

	last, lastColumn int // the last answer: an offset and its column, 0 for none
}

// at returns the 1-based line in the author's file and the 1-based column in code points.
func (l *lines) at(offset int) (line, column int) {
	if offset < 0 {
		return l.first, 0
	}
	if l.starts == nil {
		l.starts = append(l.starts, 0)
		for i := 0; ; {
			j := bytes.IndexByte(l.src[i:], '\n')
			if j < 0 {
				break
			}
			i += j + 1
			l.starts = append(l.starts, i)
		}
	}
	offset = min(offset, len(l.src))
	n := sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > offset }) - 1
	if l.lastColumn == 0 || l.last < l.starts[n] || l.last > offset {
		l.last, l.lastColumn = l.starts[n], 1
	}
	l.lastColumn += utf8.RuneCount(l.src[l.last:offset])
	l.last = offset
	return n + l.first, l.lastColumn
}
