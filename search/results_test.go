package search

import (
	"html"
	"strings"
	"testing"
)

func TestSnippet(t *testing.T) {
	s := Snippet{{Text: `<b> & "`}, {Text: "</mark><i>", Marked: true}, {Text: "'"}}
	if got, want := s.HTML(), "&lt;b&gt; &amp; &#34;<mark>&lt;/mark&gt;&lt;i&gt;</mark>&#39;"; got != want {
		t.Errorf("HTML: got %s, want %s", got, want)
	}
	if got, want := s.String(), `<b> & "</mark><i>'`; got != want {
		t.Errorf("String: got %s, want %s", got, want)
	}
	if Snippet(nil).HTML() != "" || Snippet(nil).String() != "" {
		t.Error("an empty snippet has text")
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("<script>", "</mark>")
	f.Fuzz(func(t *testing.T, a, b string) {
		s := Snippet{{Text: a}, {Text: b, Marked: true}, {Text: a}}
		bare := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(s.HTML())
		if strings.ContainsAny(bare, "<>\"'") || html.UnescapeString(bare) != html.UnescapeString(html.EscapeString(s.String())) {
			t.Errorf("%q, %q: %s", a, b, s.HTML())
		}
	})
}
