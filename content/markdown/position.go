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
	offset = min(offset, len(l.src))
	line, start := l.of(offset)
	if l.lastColumn == 0 || l.last < start || l.last > offset {
		l.last, l.lastColumn = start, 1
	}
	l.lastColumn += utf8.RuneCount(l.src[l.last:offset])
	l.last = offset
	return line, l.lastColumn
}

// of returns the 1-based line in the author's file and the offset at which it begins.
func (l *lines) of(offset int) (line, start int) {
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
	n := sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > offset }) - 1
	return n + l.first, l.starts[n]
}
