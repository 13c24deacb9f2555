package bleve

import (
	"slices"
	"strings"
	"testing"

	"rutter/search"
)

// TestMarker wants words to be found where they begin, and short ones only whole.
func TestMarker(t *testing.T) {
	for _, c := range []struct {
		query, text string
		want        []string
	}{
		{"no space", "no space left on node7: not now, NO.", []string{"no", "space", "NO"}},
		{"up", "up, upper, UPS, backup", []string{"up"}},
		{"pod", "pods, Pod, podman, podium", []string{"pods", "Pod"}},
		{"pods", "pods, Pod, podman", []string{"pods", "Pod"}},
		{"certificate", "Certificates are certified", []string{"Certificates", "certified"}},
		{"utilities", "a utility", []string{"utility"}},
		{"crash looping", "KubePodCrashLooping", []string{"Crash", "Looping"}},
		{"memory", "vmk_NO_MEMORY", []string{"MEMORY"}},
		{"vcenter", "the vCenter", []string{"vCenter"}},
		{"磁盘", "服务器磁盘空间", []string{"磁盘"}},
		{"Störung", "Eine STÖRUNG, störungsfrei", []string{"STÖRUNG", "störungsfrei"}},
		{"é", "é, été", []string{"é"}},
		{"5", "5, 15, 5xx, 5.15", []string{"5", "5"}},
		{"x", "", nil},
	} {
		q := search.Parse(c.query, nil)
		ws, _ := newAnalyzer().plan(&q, false)
		var got []string
		for _, m := range newMarker(ws).find(c.text) {
			got = append(got, c.text[m.from:m.to])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in %q: got %q, want %q", c.query, c.text, got, c.want)
		}
	}
}

// TestSnippetCut wants the stretch with the most of the query, whole words, on one line.
func TestSnippetCut(t *testing.T) {
	text := "alpha " + strings.Repeat("filler ", 60) + "\n\nthe journal\tis vacuumed here: alpha " + strings.Repeat("more ", 60)
	q := search.Parse("alpha journal vacuum", nil)
	ws, _ := newAnalyzer().plan(&q, false)
	ms := newMarker(ws).find(text)
	s := cutSnippet(text, ms, []float32{1, 1, 1})
	got := s.String()
	if !strings.Contains(got, "the journal is vacuumed here: alpha") {
		t.Errorf("got %q", got)
	}
	if len(got) > snippetLen+100 || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
	if s := cutSnippet("short", nil, nil); s.String() != "short" {
		t.Errorf("got %q", s)
	}
	for i := range 300 { // never inside a character
		text := strings.Repeat("ö", i) + " journal " + strings.Repeat("磁盘", i)
		for _, span := range cutSnippet(text, newMarker(ws).find(text), []float32{1, 1, 1}) {
			if strings.ContainsRune(span.Text, '\uFFFD') || strings.ToValidUTF8(span.Text, "?") != span.Text {
				t.Fatalf("%d: %q", i, span.Text)
			}
		}
	}
}
