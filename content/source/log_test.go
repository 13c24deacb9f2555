package source

import (
	"bufio"
	"bytes"
	"slices"
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

func TestBoundedVersions(t *testing.T) {
	for _, c := range []struct{ pages, each, left, most int }{
		{10, 30, 10, 30}, {10, 1000, 10, maxVersions}, {1000, 100, 1000, 50}, {15_000, 60, 15_000, 3}, {100_000, 9, maxAllVersions / 2, 2},
	} {
		jobs := make([]versions, c.pages)
		for i := range jobs {
			jobs[i].blobs = make([]content.ObjectID, min(c.each, maxVersions))
		}
		got := bounded(jobs)
		n := 0
		for _, j := range got {
			n += len(j.blobs)
		}
		if len(got) != c.left || len(got[0].blobs) != c.most || n > maxAllVersions {
			t.Errorf("%d pages of %d versions: %d pages of %d, %d in all", c.pages, c.each, len(got), len(got[0].blobs), n)
		}
	}
}

// TestBatch reads what the program says of objects: those within the limits, oldest first.
func TestBatch(t *testing.T) {
	large := strings.Repeat("x", maxVersionBytes+1)
	for name, c := range map[string]struct {
		says string
		n    int
		want []string
		bad  bool
	}{
		"two":                  {"id blob 3\nnew\nid blob 3\nold\n", 2, []string{"old", "new"}, false},
		"one is missing":       {"id blob 3\nnew\nid missing\nid blob 0\n\n", 3, []string{"", "new"}, false},
		"one is too large":     {"id blob 1\n1\nid blob 1048577\n" + large + "\nid blob 1\n3\n", 3, []string{"3", "1"}, false},
		"the last one is":      {"id blob 1048577\n" + large + "\nid blob 1\n2\n", 2, nil, false},
		"one is a folder":      {"id tree 3\n\x00\n\n\nid blob 1\n2\n", 2, nil, false},
		"too little":           {"id blob 3\nne", 1, nil, true},
		"nothing":              {"", 1, nil, true},
		"no number":            {"id blob x\n", 1, nil, true},
		"a number below zero":  {"id blob -1\n", 1, nil, true},
		"it ends while passed": {"id tree 30\nxx", 1, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := batch{r: bufio.NewReader(strings.NewReader(c.says))}
			raw, err := b.page(c.n)
			var got []string
			for _, r := range raw {
				got = append(got, string(r))
			}
			if !slices.Equal(got, c.want) || (err != nil) != c.bad {
				t.Errorf("%q %v", got, err)
			}
		})
	}
}
