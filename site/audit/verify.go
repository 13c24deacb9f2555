package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
)

// maxLine is more than the longest entry takes.
const maxLine = 512 << 10

// Broken says where a trail is not one.
type Broken struct {
	Line int
	Why  string
	Torn bool // the file ends within the line
}

func (b *Broken) Error() string { return fmt.Sprintf("line %d: %s", b.Line, b.Why) }

// Summary is what a whole trail says.
type Summary struct {
	Entries int    `json:"entries"`        // in it
	Served  int    `json:"served"`         // editions that readers were given
	Refused int    `json:"refused"`        // editions that they were not
	Lost    int    `json:"lost"`           // entries that could not be written, by what later ones say
	Remarks int    `json:"remarks"`        // entries with a remark
	First   Stamp  `json:"first,omitzero"` // time of the first entry
	Last    Stamp  `json:"last,omitzero"`  // time of the newest
	Hash    string `json:"hash"`           // of the newest, "" when there is none
}

// Add counts the next entry.
func (s *Summary) Add(e Entry) {
	if s.Entries++; s.Entries == 1 {
		s.First = e.Time
	}
	s.Last, s.Hash = e.Time, e.Hash
	s.Lost += e.Lost
	if e.Served() {
		s.Served++
	} else {
		s.Refused++
	}
	if e.Remark != "" {
		s.Remarks++
	}
}

// Verify reads a trail to its end. An error is of reading, or a *Broken that names the first line that was changed,
// removed, inserted or moved; the summary is of what stands before it.
func Verify(r io.Reader) (Summary, error) {
	var s Summary
	for e, err := range Entries(r) {
		if err != nil {
			return s, err
		}
		s.Add(e)
	}
	return s, nil
}

// Entries reads a trail entry by entry, and verifies as it goes. It ends with the first error, see Verify.
func Entries(r io.Reader) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		b := bufio.NewReaderSize(r, maxLine)
		prev := ""
		for n := 1; ; n++ {
			line, err := b.ReadSlice('\n')
			if errors.Is(err, io.EOF) && len(line) == 0 {
				return
			}
			var e Entry
			switch {
			case err == nil:
				e, err = follows(line[:len(line)-1], n, prev)
			case errors.Is(err, io.EOF):
				err = &Broken{n, "the line is not whole: the program was stopped while it wrote it, or the end was cut off", true}
			case errors.Is(err, bufio.ErrBufferFull):
				err = &Broken{Line: n, Why: errNoEntry.Error() + ": it is too long"}
			}
			if !yield(e, err) || err != nil {
				return
			}
			prev = e.Hash
		}
	}
}

// follows reads line n, which stands below the one whose hash is prev.
func follows(line []byte, n int, prev string) (Entry, error) {
	e, err := parse(line)
	switch {
	case err != nil:
		return e, &Broken{Line: n, Why: err.Error()}
	case n == 1 && (e.Prev != "" || e.Seq != 1):
		return e, &Broken{Line: n, Why: fmt.Sprintf("it is entry %d: the beginning of the trail is missing", e.Seq)}
	case e.Prev != prev:
		return e, &Broken{Line: n, Why: fmt.Sprintf("it is entry %d and does not continue the line above: lines were removed, inserted or moved", e.Seq)}
	case e.Seq != uint64(n): //nolint:gosec // a line's number is never negative
		return e, &Broken{Line: n, Why: fmt.Sprintf("it says that it is entry %d", e.Seq)}
	}
	return e, nil
}
