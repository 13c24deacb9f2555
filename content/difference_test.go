package content_test

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
	"rutter/content/difference"
)

func TestDifference(t *testing.T) {
	const old = "---\nowner: db\ntags: [a, b]\n---\n# Disk full\n\nLook at [the other](b.md).\n\nSame.\n"
	const now = "---\nowner: web\ntags: [a, b]\nreviewed: 2026-11-01\n---\n# Disk is full\n\nLook at [the other page](b.md).\n\nSame.\n"
	s := load(t, map[string]string{"a.md": now, "b.md": "# B\n\nText.\n"})
	d, err := public(s).Difference("a.md", []byte(old), []byte(now))
	if err != nil {
		t.Fatal(err)
	}
	want := []content.FieldChange{{"title", "Disk full", "Disk is full"}, {"owner", "db", "web"}, {"reviewed", "", "2026-11-01"}}
	if diff := cmp.Diff(want, d.Fields); diff != "" {
		t.Error(diff)
	}
	const body = "<p class=\"edited\">Look at <a href=\"/b\">the other<ins> page</ins></a>.</p>\n<p>Same.</p>\n"
	if diff := cmp.Diff(body, string(d.Body)); diff != "" {
		t.Error(diff)
	}
	if len(d.Stats) != 1 || d.Stats[0].Edited != 1 || len(d.Source) != 1 || d.Source[0].Lines[1] != (difference.Line{Op: difference.Removed, Text: "owner: db"}) {
		t.Errorf("%v %+v", d.Stats, d.Source)
	}
}

func TestDifferenceOfComingAndGoing(t *testing.T) {
	s := load(t, map[string]string{"b.md": "# B\n\nText.\n"})
	page := []byte("---\nowner: db\n---\n# A\n\nText.\n")
	for _, tt := range []struct {
		name     string
		old, now []byte
		mark     string
		field    content.FieldChange
	}{
		{"came", nil, page, `<ins class="came"><span class="vh">added: </span><p>Text.</p></ins>`, content.FieldChange{"owner", "", "db"}},
		{"went", page, nil, `<del class="gone"><span class="vh">removed: </span><p>Text.</p></del>`, content.FieldChange{"owner", "db", ""}},
	} {
		d, err := public(s).Difference("a.md", tt.old, tt.now)
		if err != nil || string(d.Body) != tt.mark+"\n" || len(d.Fields) != 2 || d.Fields[1] != tt.field || len(d.Source) != 1 {
			t.Errorf("%s: %v %+v\n%s", tt.name, err, d.Fields, d.Body)
		}
		if (d.Old == nil) != (tt.old == nil) || (d.Now == nil) != (tt.now == nil) {
			t.Errorf("%s: %v %v", tt.name, d.Old, d.Now)
		}
	}
	if _, err := public(s).Difference("a.md", nil, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestDifferenceAsSource: a version that is shown as its text has no blocks; its lines can be compared all the same.
func TestDifferenceAsSource(t *testing.T) {
	s := load(t, map[string]string{"a.md": "# A\n"})
	good := "# A\n\nText.\n"
	for name, bad := range map[string]string{
		"front matter": "---\nowner: [db\n---\n# A\n\nText.\n",
		"refused":      strings.Repeat("> ", 300) + "deep\n",
	} {
		d, err := public(s).Difference("a.md", []byte(good), []byte(bad))
		if err != nil || d.Body != nil || len(d.Source) == 0 {
			t.Errorf("%s: %v\n%s\n%v", name, err, d.Body, d.Source)
		}
	}
}

// TestDifferenceIsForItsViewer: a version that was for others stays with them, whoever may see the page today, and so do all
// versions of a page that is for others today.
// TestDifferenceOfLargePages: they are compared line by line alone.
func TestDifferenceOfLargePages(t *testing.T) {
	large := strings.Repeat("many words in a paragraph\n\n", 1<<20/27)
	s := load(t, map[string]string{"a.md": "# A\n\n" + large, "b.md": "# B\n\n![[s]]\n", "_snippets/s.md": large})
	for page, old := range map[string]string{"a.md": "# A\n\n" + large + "\nlast\n", "b.md": "# B\n\nmore\n\n![[s]]\n"} {
		now := map[string]string{"a.md": "# A\n\n" + large, "b.md": "# B\n\n![[s]]\n"}[page]
		d, err := public(s).Difference(page, []byte(old), []byte(now))
		if err != nil || d.Body != nil || len(d.Stats) > 0 || len(d.Source) != 1 {
			t.Errorf("%s: %v, %d bytes of HTML, %d pieces of source", page, err, len(d.Body), len(d.Source))
		}
	}
}

func TestDifferenceIsForItsViewer(t *testing.T) {
	const staff, everyone, broken = "---\naudience: [staff]\n---\n# A\n\nSecret.\n", "# A\n\nText.\n", "---\naudience: [staff\n---\n# A\n\nSecret.\n"
	for _, tt := range []struct{ page, old, now string }{
		{everyone, staff, everyone}, {everyone, everyone, staff}, {staff, everyone, everyone}, {everyone, broken, everyone},
	} {
		s := load(t, map[string]string{"a.md": tt.page, "b.md": "# B\n"})
		if d, err := public(s).Difference("a.md", []byte(tt.old), []byte(tt.now)); !errors.Is(err, fs.ErrNotExist) || d.Source != nil {
			t.Errorf("%q: %v %+v", tt, err, d)
		}
		if _, err := s.For(content.NewViewer("staff")).Difference("a.md", []byte(tt.old), []byte(tt.now)); (err == nil) == (tt.old == broken) {
			t.Errorf("%q: staff: %v", tt, err)
		}
	}
}

// TestDifferenceIsLegible: what nobody would see in a source is named.
func TestDifferenceIsLegible(t *testing.T) {
	s := load(t, map[string]string{"a.md": "# A\n"})
	d, err := public(s).Difference("a.md", []byte("x\r\ny\r\n"), []byte("x\ny \u202e z\n"))
	if err != nil || len(d.Source) != 1 {
		t.Fatal(err, d.Source)
	}
	want := []difference.Line{{Op: difference.Same, Text: "x"}, {Op: difference.Removed, Text: "y"}, {Op: difference.Added, Text: "y ⟨U+202E⟩ z"}}
	if diff := cmp.Diff(want, d.Source[0].Lines); diff != "" {
		t.Error(diff)
	}
}

// TestMetaChangesKnowsEveryKey: no key can change unseen.
func TestMetaChangesKnowsEveryKey(t *testing.T) {
	typ := reflect.TypeFor[content.Meta]()
	for i := range typ.NumField() {
		f := typ.Field(i)
		var m content.Meta
		fill(reflect.ValueOf(&m).Elem().Field(i))
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		got := content.MetaChanges(content.Meta{}, m)
		if len(got) != 1 || got[0].Key != key || got[0].Old != "" || got[0].New == "" {
			t.Errorf("%s: %+v", key, got)
		}
		if got := content.MetaChanges(m, m); len(got) > 0 {
			t.Errorf("%s: %+v", key, got)
		}
		for _, part := range parts(f.Type) { // of every part of an entry
			var a, b content.Meta
			fill(reflect.ValueOf(&a).Elem().Field(i))
			fill(reflect.ValueOf(&b).Elem().Field(i))
			x := reflect.ValueOf(&b).Elem().Field(i).Index(0).FieldByName(part)
			x.Set(reflect.Zero(x.Type()))
			if got := content.MetaChanges(a, b); len(got) != 1 {
				t.Errorf("%s.%s: %+v", key, part, got)
			}
		}
	}
}

// parts are the names of the fields of a list's entries.
func parts(typ reflect.Type) (out []string) {
	if typ.Kind() != reflect.Slice || typ.Elem().Kind() != reflect.Struct {
		return nil
	}
	for i := range typ.Elem().NumField() {
		if f := typ.Elem().Field(i); f.Tag.Get("json") != "-" {
			out = append(out, f.Name)
		}
	}
	return out
}

// fill gives a value something in every part.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Int:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

func TestMetaChangesAreReadable(t *testing.T) {
	old := content.Meta{Tags: []string{"a"}, AppliesTo: []content.Application{{"ESXi", "7.0"}}}
	now := content.Meta{
		Tags: []string{"a", "b"}, AppliesTo: []content.Application{{"ESXi", ">=7.0 <=8.0"}, {"vCenter Server", ""}},
		Inputs:  []content.Input{{Name: "host", Type: "hostname", Required: true, Default: "db1"}},
		Updates: []content.Update{{"2026-11-01", "Fixed."}},
		Results: []content.Result{{Measure: "Time", Before: "6 h", After: "48 min", Measured: "records"}},
	}
	want := []content.FieldChange{
		{"applies_to", "ESXi 7.0", "ESXi >=7.0 <=8.0; vCenter Server"},
		{"tags", "a", "a; b"},
		{"inputs", "", "host (hostname, required, by default db1)"},
		{"updates", "", "2026-11-01: Fixed."},
		{"results", "", "Time: 6 h → 48 min (records)"},
	}
	if d := cmp.Diff(want, content.MetaChanges(old, now)); d != "" {
		t.Error(d)
	}
}
