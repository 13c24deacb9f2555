package content_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rutter/content"
	"rutter/content/source"
)

// TestAudienceNeverFallsOpen: whatever an author does wrong where the audience is named, the public does not see
// the page, and the author hears of it.
func TestAudienceNeverFallsOpen(t *testing.T) {
	for name, src := range map[string]string{
		"left empty":                  "---\naudience:\n---\n",
		"null":                        "---\naudience: ~\n---\n",
		"an empty list":               "---\naudience: []\n---\n",
		"an empty text":               "---\naudience: ''\n---\n",
		"a mapping":                   "---\naudience: {staff: true}\n---\n",
		"a list of mappings":          "---\naudience: [{group: staff}]\n---\n",
		"one wrong entry":             "---\naudience: [public, {group: staff}]\n---\n",
		"a null entry":                "---\naudience: [public, ~]\n---\n",
		"an alias of nothing":         "---\naudience: *groups\n---\n",
		"commented out":               "---\naudience:\n# - staff\n---\n",
		"a capital":                   "---\nAudience: [staff]\n---\n",
		"a slip":                      "---\naudiance: [staff]\n---\n",
		"another slip":                "---\naudience_: [staff]\n---\n",
		"twice":                       "---\naudience: staff\naudience: public\n---\n",
		"no end":                      "---\naudience: staff\n\n# Secret\n",
		"no end, after a comment":     "---\n# who\naudience: staff\n\n# Secret\n",
		"no end, further down":        "---\n\nAudience : staff\n\n# Secret\n",
		"no closing bracket":          "---\naudience: [staff\n---\n",
		"an error elsewhere":          "---\naudience: staff\ntitle: [\n---\n",
		"a slip and an error":         "---\naudince: staff\ntitle: [\n---\n",
		"too deep":                    "---\naudience: staff\nx: " + strings.Repeat("[", 99) + "\n---\n",
		"too long":                    "---\naudience: staff\nx: " + strings.Repeat("x", 70_000) + "\n---\n",
		"a tab":                       "---\n\taudience: staff\n---\n",
		"TOML, an error elsewhere":    "+++\naudience = ['staff']\ntitle = [\n+++\n",
		"TOML, no end":                "+++\naudience = ['staff']\n",
		"TOML, an empty list":         "+++\naudience = []\n+++\n",
		"TOML, a table":               "+++\n[audience]\nstaff = true\n+++\n",
		"beyond what is read":         "---\nx: " + strings.Repeat("x", 70_000) + "\naudience: staff\n---\n",
		"within a text":               "---\nx: \"a\naudience: staff\nb\"\n---\n",
		"after a stray star":          "---\n*\naudience: \n---\n",
		"JSON, an error":              "{\n\"audience\": [\"staff\"\n}\n",
		"JSON on one line":            "{\"audience\": [\"staff\"}\n",
		"JSON, far down":              "{\"title\":\"x\",\"summary\":\"" + strings.Repeat("y", 70_000) + "\",\"audience\":[\"staff\"],\n\nbody",
		"below an empty line":         "\n---\naudience: staff\n---\n# C\n",
		"below spaces, TOML":          "  \n\n+++\naudience = \"staff\"\n+++\n",
		"a merge of nothing":          "---\n<<: [*gone]\n---\n",
		"JSON without an end":         "{\"audience\": [\"staff\"],\n",
		"JSON, null":                  "{\"audience\": null}\n",
		"JSON, a stray byte":          "{\"audience\": [\"staff\"], \x01}\n",
		"a slip that the tools share": "---\naudiences: [staff]\n---\n",
	} {
		s := load(t, map[string]string{"a.md": src})
		if public(s).Len() != 0 || public(s).Doc("a.md") != nil {
			t.Errorf("%s: everyone sees the page", name)
		}
		if len(s.Problems()) == 0 {
			t.Errorf("%s: nobody is told", name)
		}
	}
	for name, src := range map[string]string{
		"a list":                      "---\naudience: [staff]\n---\n",
		"one text":                    "---\naudience: staff\n---\n",
		"an anchor":                   "---\naudience: &a [staff]\n---\n",
		"an alias":                    "---\nhead: &a [staff]\naudience: *a\n---\n",
		"a tag":                       "---\naudience: !!seq [staff]\n---\n",
		"a tag on a key":              "---\n!!str audience: staff\n---\n",
		"a question mark":             "---\n? audience\n: staff\n---\n",
		"a list of merges":            "---\nhead: &a\n  audience: staff\n<<: [*a]\n---\n",
		"a chain of merges":           "---\nhead: &a\n  audience: staff\nparams: &b\n  <<: *a\n<<: *b\n---\n",
		"a merge of a list in a list": "---\nhead: &a\n  audience: staff\nparams: &b\n  title: x\n<<: [*b, *a]\n---\n",
		"a merge":                     "---\nhead: &a\n  audience: staff\n<<: *a\n---\n",
		"in quotes":                   "---\n\"audience\": 'staff'\n---\n",
		"old Mac":                     "---\raudience: staff\r---\r",
		"Windows":                     "\xef\xbb\xbf---\r\naudience: staff\r\n---\r\n",
		"TOML":                        "+++\naudience = \"staff\"\n+++\n",
		"JSON":                        "{\"audience\": [\"staff\"]}\n",
		"JSON, indented":              "{\n\t\"audience\": [\n\t\t\"staff\"\n\t]\n}\n",
	} {
		s := load(t, map[string]string{"a.md": src})
		if public(s).Len() != 0 || s.For(content.NewViewer("staff")).Len() != 1 || len(s.Problems()) != 0 {
			t.Errorf("%s: public %d, staff %d, %v", name, public(s).Len(), s.For(content.NewViewer("staff")).Len(), problems(s))
		}
	}
}

// TestUnreadableKeepsItsAudience: after a restart nothing is left of a page that cannot be read but its record,
// which tells whom it is for.
func TestUnreadableKeepsItsAudience(t *testing.T) {
	m := fstest.MapFS{"staff/secret-project.md": {Data: []byte("---\naudience: [staff]\n---\n# S\n")}}
	tr, err := source.FromFS(m)
	if err != nil {
		t.Fatal(err)
	}
	first := content.Builder{}
	s, _, err := first.Build(t.Context(), tr, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	rec := s.Record(s.Docs()[0])
	tr.FS = failing{m, "staff/secret-project.md"}
	second := content.Builder{Recall: func(string) []byte { return rec }}
	if s, _, err = second.Build(t.Context(), tr, nil, false); err != nil {
		t.Fatal(err)
	}
	if public(s).Len() != 0 || s.For(content.NewViewer("staff")).Len() != 1 {
		t.Errorf("%d public pages", public(s).Len())
	}
}

// TestGroupsAreNames: no name of a group makes somebody a member of another.
func TestGroupsAreNames(t *testing.T) {
	for _, g := range []string{"", "x,staff", "staff,", ",staff", "staff\x00", "x\x00staff", "STAFF", "staff ", "nobody"} {
		if v := content.NewViewer(g); v.MaySee([]string{"staff"}) || !v.MaySee([]string{"public"}) || !v.MaySee(nil) {
			t.Errorf("a member of %q sees %v", g, v.Audiences())
		}
	}
	if v := content.NewViewer("nobody"); v.MaySee([]string{"nobody"}) {
		t.Error("somebody is nobody")
	}
	v := content.NewViewer("b", "a", "b", "")
	if got, want := v.Audiences(), []string{"public", "a", "b"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if v != content.NewViewer("a", "b") || v == content.NewViewer("ab") {
		t.Error("viewers of the same groups are one viewer")
	}
}

// TestFilesBesidePages: a file is for those who may see what lies beside it.
func TestFilesBesidePages(t *testing.T) {
	s := load(t, map[string]string{
		"README.md": "# R\n", "open.png": "x", "img/deep/pic.png": "x",
		"s/README.md": "---\naudience: staff\n---\n", "s/diagram.png": "x", "s/img/pic.png": "x", "s/open/a.md": "# A\n", "s/open/b.png": "x",
		"t/img/pic.png": "x", "t/sub/a.md": "# A\n", "u/x/a.md": "---\naudience: staff\n---\n", "u/y.png": "x", "u/z/y.png": "x",
	})
	pub, staff := public(s), s.For(content.NewViewer("staff"))
	for file, want := range map[string]bool{
		"open.png": true, "img/deep/pic.png": true, "s/diagram.png": false, "s/img/pic.png": false, "s/open/b.png": true,
		"t/img/pic.png": true, "u/y.png": false, "u/z/y.png": false,
	} {
		if _, ok := pub.File(file); ok != want {
			t.Errorf("%s: public %v, want %v", file, ok, want)
		}
		f, err := pub.Open(file)
		if (err == nil) != want {
			t.Errorf("%s: open: %v", file, err)
		}
		if err == nil {
			_ = f.Close()
		}
		if _, ok := staff.File(file); !ok {
			t.Errorf("%s: not for staff", file)
		}
	}
	if _, err := pub.Open("nowhere.png"); err != fs.ErrNotExist {
		t.Errorf("%v", err)
	}
}
