package accountability_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"rutter/content"
	"rutter/content/source"
	"rutter/site/accountability"
)

// of reports on files at noon of 28 November 2026.
func of(t *testing.T, owner string, files map[string]string) (accountability.Report, time.Time) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := source.FromFS(fsys)
	if err != nil {
		t.Fatal(err)
	}
	b := content.Builder{}
	if _, _, err := b.Build(t.Context(), tree, nil, false); err != nil {
		t.Fatal(err)
	}
	s := b.CheckLinks()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	return accountability.Of(s, s.For(content.Viewer{}), owner, now), now
}

func TestAges(t *testing.T) {
	for day, want := range map[string]int{
		"2026-11-28": 0, "2026-11-27": 1, "2026-11-30": -1, "2008-02-29": 6847, "0001-01-01": 739947, "9999-12-31": -2912110,
	} {
		r, _ := of(t, "", map[string]string{"a.md": "---\nreviewed: " + day + "\n---\n# A\n"})
		if age := r.Rows[0].AgeDays; age == nil || *age != want {
			t.Errorf("%s is %v days ago, want %d", day, *age, want)
		}
	}
}

// TestHostileOwner: a name cannot add lines to a mail, nor formulas to a sheet.
func TestHostileOwner(t *testing.T) {
	const owner = "=x\r\nBcc: somebody\u202e"
	r, now := of(t, owner, map[string]string{"a.md": "---\nowner: \"=x\\r\\nBcc: somebody\\u202e\"\n---\n# " + strings.Repeat("long title ", 20) + "\n"})
	if r.Pages != 1 || r.Rows[0].Owner != owner {
		t.Fatalf("the page is not found: %+v", r)
	}
	same := func(u string) string { return u }
	digest := r.Digest(owner, now, same)
	for line := range strings.Lines(digest) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 78 || strings.HasPrefix(line, "Bcc") || strings.ContainsAny(line, "\r\u202e") {
			t.Errorf("a line of %d columns: %q", n, line)
		}
	}
	if digest = r.Digest("a\nBcc: b", now, same); strings.Contains(digest, "\nBcc") {
		t.Errorf("who asked wrote a line: %q", digest)
	}
	var sheet bytes.Buffer
	if err := r.CSV(&sheet); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&sheet).ReadAll()
	if err != nil || len(rows) != 2 || !strings.HasPrefix(rows[1][3], "'=x") {
		t.Errorf("the sheet is %q, %v", rows, err)
	}
}
