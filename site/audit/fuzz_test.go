package audit_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"rutter/site/audit"
)

// FuzzOpen continues whatever file there is. Of what was in it nothing may be lost, and what is appended must be an
// entry; a trail that was whole before must be whole after.
func FuzzOpen(f *testing.F) {
	file := filepath.Join(f.TempDir(), "audit.jsonl")
	l := audit.Open(file, quiet)
	for i := range 3 {
		l.Add(edition(i))
	}
	l.Close()
	raw, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{raw, raw[:len(raw)-1], raw[:len(raw)-100], raw[100:], nil, []byte("\n"), []byte("{"), []byte("\n{"), make([]byte, 10), append(bytes.Clone(raw), "\n\n"...)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, before []byte) {
		file := filepath.Join(t.TempDir(), "audit.jsonl")
		write(t, file, before)
		_, broken := audit.Verify(bytes.NewReader(before))
		l := audit.Open(file, quiet)
		l.Add(edition(9))
		l.Close()
		after := read(t, file)
		if l.Trouble() != "" {
			if !bytes.Equal(before, after) {
				t.Errorf("%q, which is no trail, was changed to %q", before, after)
			}
			if broken == nil {
				t.Errorf("%q is a trail: %s", before, l.Trouble())
			}
			return
		}
		torn, _ := os.ReadFile(file + ".torn-1")
		kept, ok := bytes.CutSuffix(before, torn)
		if !ok || !bytes.HasPrefix(after, kept) {
			t.Errorf("of %q there is %q and %q", before, after, torn)
		}
		if _, err := audit.Verify(bytes.NewReader(after)); err != nil && broken == nil {
			t.Error(err)
		}
		if seq, _ := l.Newest(); seq == 0 || !bytes.HasSuffix(after, []byte("\n")) {
			t.Errorf("entry %d ends %q", seq, after)
		}
	})
}
