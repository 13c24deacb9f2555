package search

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

const invalid = "The text was not valid UTF-8; what could not be read was left out."

func TestPlain(t *testing.T) {
	n := func(s string, n int) string { return strings.Repeat(s, n) }
	for _, c := range []struct {
		name, in, want string
		notices        []string
	}{
		{"empty", "", "", nil},
		{"words", "disk full", "disk full", nil},
		{"ends", " \t disk full\r\n", "disk full", nil},
		{"no syntax", `a:b "c" -d +e* AND (f)`, `a:b "c" -d +e* AND (f)`, nil},
		{"control characters", "a\x00b\x1fc\x7fd\u0085e", "a b c d e", nil},
		{"lines", "a\nb\tc", "a b c", nil},
		{"soft hyphen and zero width", "Kube\u00adPod\u200bCrash\ufeff", "KubePodCrash", nil},
		{"direction marks", "\u202edisk\u202c", "disk", nil},
		{"invalid UTF-8", "di\xffsk \xc3(", "di sk  (", []string{invalid}},
		{"only invalid UTF-8", "\xff\xfe", "", []string{invalid}},
		{"256 characters", n("ö", 256), n("ö", 256), nil},
		{"257 characters", n("ö", 257), n("ö", 256), []string{"Only the first 256 of 257 characters were searched."}},
		{"space does not count", n(" ", 300) + "disk" + n(" ", 300), "disk", nil},
		{"cut before a space", n("x", 256) + " y", n("x", 256), []string{"Only the first 256 of 258 characters were searched."}},
		{"both", "\xff" + n("磁", 300), n("磁", 256), []string{invalid, "Only the first 256 of 300 characters were searched."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := Query{Typed: c.want, Said: c.want, Text: c.want, Terms: 64, Limit: 10, Notices: c.notices}
			if d := cmp.Diff(want, Plain(c.in)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParsePaste(t *testing.T) {
	const first = "Only the first 65536 bytes were searched."
	n := func(s string, n int) string { return strings.Repeat(s, n) }
	for _, c := range []struct {
		name, in string
		cut      bool
		want     string
		notices  []string
	}{
		{"empty", "", false, "", nil},
		{"more than may be typed", n("x", 300), false, n("x", 300), nil},
		{"65,536 bytes", n("x", 65536), false, n("x", 65536), nil},
		{"65,537 bytes", n("x", 65537), false, n("x", 65536), []string{first}},
		{"cut by the caller", "x", true, "x", []string{first}},
		{"cut within a character", n("x", 65535) + "ö", false, n("x", 65535), []string{first}},
		{"cut within a long character", n("x", 65534) + "🚒", false, n("x", 65534), []string{first}},
		{"cut after a character", n("x", 65534) + "öx", false, n("x", 65534) + "ö", []string{first}},
		{"cut by the caller within a character", "磁盘"[:5], true, "磁", []string{first}},
		{"not cut, and half a character", "磁盘"[:5], false, "磁", []string{invalid}},
		{"invalid before the cut", "\xff" + n("x", 65536), false, n("x", 65535), []string{first, invalid}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := Query{Typed: c.want, Said: c.want, Text: c.want, Paste: true, Terms: 128, Limit: 10, Notices: c.notices}
			if d := cmp.Diff(want, ParsePaste(c.in, c.cut)); d != "" {
				t.Error(d)
			}
		})
	}
}

// FuzzParse wants queries within their limits, and a query to stay as it is when it is asked again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "disk full", "\xff\xfe", "磁盘"[:4], "a\x00b", strings.Repeat("ö ", 400), "\u00ad", "\u202e", "\uFFFD"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, cut bool) {
		typed, pasted := Parse(s, everything), ParsePaste(s, cut)
		if n := utf8.RuneCountInString(typed.Text); n > MaxRunes {
			t.Errorf("%d characters", n)
		}
		if len(pasted.Text) > MaxPasteBytes {
			t.Errorf("%d bytes", len(pasted.Text))
		}
		for _, q := range []Query{typed, pasted} {
			if !utf8.ValidString(q.Text) || strings.ContainsFunc(q.Text, unicode.IsControl) || q.Text != strings.TrimSpace(q.Text) {
				t.Errorf("text %q", q.Text)
			}
			if len(q.Notices) > 2 || slices.Contains(q.Notices, "") {
				t.Errorf("notices %q", q.Notices)
			}
		}
		if again := Plain(typed.Typed); again.Text != typed.Typed || len(again.Notices) > 0 {
			t.Errorf("%q became %q, %q", typed.Typed, again.Text, again.Notices)
		}
	})
}

// everything says that a facet has the values that tests ask for.
func everything(facet string) []string {
	return map[string][]string{
		"kind": {"playbook", "guide"}, "product": {"Docker Engine", "ESXi"}, "version": {"v26.1", "7.0"}, "tag": {"disk"}, "phase": {"respond"},
	}[facet]
}
