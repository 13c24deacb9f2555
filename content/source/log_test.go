package source

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"rutter/content"
)

// FuzzLog: no log makes the reader fail, and it tells of no page but those that exist.
func FuzzLog(f *testing.F) {
	const id = "1234567890123456789012345678901234567890"
	head := "\x01" + id + "\x001600000000\x00A\x00s\x00R <r>\n\x00"
	line := "\n:100644 100644 " + id + " " + id
	f.Add([]byte(head + line + " M\x00a.md\x00" + head + line + " R90\x00b.md\x00a.md\x00"))
	f.Add([]byte(head + line + " D\x00a.md\x00" + head + line + " C90\x00a.md\x00b.md\x00" + head))
	f.Add([]byte(head + line + " R\x00a.md"))
	f.Add([]byte(line + " M\x00a.md\x00\x01\x00\x00\x00\x00\x00" + line + " \x00"))
	f.Add([]byte("\x01" + id + "\x00999999999999999999999\x00\xff\x00" + strings.Repeat("ü", 9000) + "\x00\x1f\n\n<\x00" + line + " A\x00sub/c.md\x00"))
	f.Fuzz(func(t *testing.T, log []byte) {
		files := map[string]file{"a.md": {}, "b.md": {}, "sub/c.md": {}}
		trail := newTrail(files, map[string]bool{strings.Repeat("0", 40): true})
		p := logReader{trail: trail}
		if err := tokens(bufio.NewReaderSize(bytes.NewReader(log), 16), p.token); err != nil {
			t.Fatal(err)
		}
		trail.commit(p.head, p.changes)
		base := content.NewHistory(trail.onto(nil, false))
		past := trail.onto(base, true)
		h := content.NewHistory(past)
		for page := range past.Pages {
			if _, ok := files[page]; !ok {
				t.Errorf("%q does not exist", page)
			}
			if _, ok := h.Moved(page); ok {
				t.Errorf("%q exists and has moved", page)
			}
			for _, c := range h.Changes(page) {
				if !content.IsPage(c.Path) || len(c.Subject) > maxSubject+len("…") || strings.ContainsAny(c.Author+c.Subject, "\n\x00\x1b") {
					t.Errorf("%+v", c)
				}
			}
		}
	})
}
