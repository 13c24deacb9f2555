package content_test

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
	"rutter/content/source"
)

// TestStepByStepIsFromScratch walks at random through saves, deletions and renames: after every step the snapshot
// made from the one before, and the one a restarted program makes with the records of the one before, must be the
// one made from nothing.
func TestStepByStepIsFromScratch(t *testing.T) {
	names := []string{
		"a.md", "A.md", "b.md", "B/a.md", "README.md", "index.md", "x/README.md", "x/index.md", "x/a.md", "x/readme.txt", "x/y/b.md",
		"x/y/_index.md", "x/y/gone.md", "z/a.markdown", "z/a.md", "z/other.md", "old.md", "pic.png", "x/pic.png", "X/Pic.png",
	}
	texts := []string{
		"# One\n\n[b](b.md#two) [x](x/) ![p](pic.png) [fold](A.MD#two) [hint](nowhere/b.md)\n",
		"# Two\n\n## Two\n\n[a](../a) [y](y/b.html) [former](old) [former](/was/here.html#two) [case](X/Y/)\n",
		"---\ntitle: T\naliases: [old, /was/here]\nweight: 2\n---\ntext [r](/) [t](readme.txt) ![P](PIC.PNG)\n\n## Two\n",
		"---\naliases: [/was/here]\nalerts: [Disk]\nzzz: 1\n---\n# Three\n\n[up](../b.md) [pretty](../other#two)\n",
		"---\naudience: [staff]\nalerts: [disk]\naliases: [old]\n---\n# Hidden\n\n## Two\n\n[x](../x)\n",
		"plain [self](#nope) [gone](gone.md)\n",
		strings.Repeat(">", 999) + " refused\n",
	}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		files := map[string]string{}
		b := content.Builder{}
		var records map[string][]byte
		for step := range 40 {
			n := names[r.IntN(len(names))]
			before := maps.Clone(files)
			switch {
			case r.IntN(4) == 0:
				delete(files, n)
			case r.IntN(6) == 0 && files[n] != "":
				files[names[r.IntN(len(names))]] = files[n]
				delete(files, n)
			default:
				files[n] = texts[r.IntN(len(texts))]
			}
			for p, text := range files {
				if strings.HasPrefix(text, ">") && before[p] != text { // what cannot be parsed keeps its past: see to it that it has none
					delete(before, p)
				}
			}
			if _, _, err := b.Build(t.Context(), tree(t, before), nil, false); err != nil {
				t.Fatal(err)
			}
			if _, _, err := b.Build(t.Context(), tree(t, files), nil, r.IntN(5) == 0); err != nil {
				t.Fatal(err)
			}
			want := describe(load(t, files))
			if r.IntN(3) > 0 { // links need not be checked after every build
				got := b.CheckLinks()
				if d := cmp.Diff(want, describe(got)); d != "" {
					t.Fatalf("seed %d, step %d: %s", seed, step, d)
				}
				again := content.Builder{Recall: func(p string) []byte { return records[p] }}
				if _, _, err := again.Build(t.Context(), tree(t, files), nil, false); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(want, describe(again.CheckLinks())); d != "" {
					t.Fatalf("seed %d, step %d, after a restart: %s", seed, step, d)
				}
				records = map[string][]byte{}
				for _, d := range got.Docs() {
					records[d.Path] = got.Record(d)
				}
			}
		}
	}
}

// describe writes down all that readers and authors can see of a snapshot.
func describe(s *content.Snapshot) []string {
	out := []string{s.ID()}
	for _, v := range []content.View{public(s), s.For(content.NewViewer("staff"))} {
		for _, d := range v.All() {
			line := fmt.Sprintf("%s %q %q %s", d.Path, d.URL, d.Title, d.Kind)
			for _, l := range d.Links {
				t := v.Resolve(d, l.Dest)
				line += fmt.Sprintf(" [%s→%s %v]", l.Dest, t.URL, t.Found)
			}
			prev, next := v.Neighbours(d)
			for _, n := range []*content.Doc{prev, next} {
				if n != nil {
					line += " ~" + n.Path
				}
			}
			out = append(out, line)
		}
		for _, dir := range []string{"", "x", "x/y", "z", "B", "X"} {
			if f := v.Folder(dir); f != nil {
				line := fmt.Sprintf("folder %q %q", dir, f.Title)
				for _, d := range f.Docs {
					line += " " + d.Path
				}
				for _, x := range f.Folders {
					line += fmt.Sprintf(" %s/%d/%s", x.Path, x.Count, x.Title)
				}
				out = append(out, line)
			}
		}
		for _, file := range []string{"pic.png", "x/pic.png", "X/Pic.png", "x/readme.txt"} {
			_, ok := v.File(file)
			out = append(out, fmt.Sprintf("file %s %v", file, ok))
		}
		for _, key := range []string{"old", "was/here", "A", "x/Y/B", "x"} {
			to, ok := v.Moved(key)
			out = append(out, fmt.Sprintf("%s moved %q %v", key, to, ok))
		}
	}
	return append(out, problems(s)...)
}

func TestLastGoodVersionStays(t *testing.T) {
	b := content.Builder{}
	step := func(files map[string]string) *content.Snapshot {
		if _, _, err := b.Build(t.Context(), tree(t, files), nil, false); err != nil {
			t.Fatal(err)
		}
		return b.CheckLinks()
	}
	step(map[string]string{"a.md": "---\ntitle: Good\n---\nbody\n", "b.md": "# B\n"})
	s := step(map[string]string{"a.md": "---\ntitle: [bad\n---\nnew\n", "b.md": "# B, later\n"})
	d := public(s).Doc("a.md")
	if src, err := d.Source(); d.Title != "Good" || err != nil || !strings.Contains(string(src), "body") || !s.Stale("a.md") {
		t.Errorf("%q %q %v", d.Title, src, err)
	}
	if public(s).Doc("b.md").Title != "B, later" {
		t.Error("a bad page holds back another")
	}
	s = step(map[string]string{"a.md": "---\ntitle: Mended\n---\nnew\n", "b.md": "# B\n"})
	if d := public(s).Doc("a.md"); d.Title != "Mended" || s.Stale("a.md") || len(s.Problems()) != 0 {
		t.Errorf("%q %v", d.Title, problems(s))
	}
}

func TestNeverGoodIsShownAsText(t *testing.T) {
	s := load(t, map[string]string{"a.md": "---\ntitle: [bad\n---\n# Heading\n\n<b>text</b>\n", "secret.md": "---\naudience: [staff]\ntitle: [bad\n---\nx\n"})
	d := public(s).Doc("a.md")
	if d == nil || d.Title != "Heading" || !d.Broken {
		t.Fatalf("%+v", d)
	}
	html, _, err := public(s).Body(d, nil, nil)
	if err != nil || !strings.Contains(string(html), "&lt;b&gt;text") {
		t.Errorf("%s %v", html, err)
	}
	if public(s).Doc("secret.md") != nil {
		t.Error("a page whose audience cannot be read is shown to everyone")
	}
}

// failing lets one file be unreadable.
type failing struct {
	fstest.MapFS
	bad string
}

func (f failing) Open(name string) (fs.File, error) {
	if name == f.bad {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return f.MapFS.Open(name)
}

func TestUnreadableFileKeepsItsPage(t *testing.T) {
	m := fstest.MapFS{"a.md": {Data: []byte("# A\n\nold\n")}, "b.md": {Data: []byte("# B\n")}}
	list := func(bad string) content.Tree {
		tr, err := source.FromFS(m)
		if err != nil {
			t.Fatal(err)
		}
		tr.FS = failing{m, bad}
		return tr
	}
	b := content.Builder{}
	for _, bad := range []string{"", "a.md"} {
		if _, _, err := b.Build(t.Context(), list(bad), nil, false); err != nil {
			t.Fatal(err)
		}
	}
	s := b.CheckLinks()
	if d := public(s).Doc("a.md"); d == nil || d.Title != "A" || d.Broken {
		t.Errorf("%+v", d)
	}
	if d := cmp.Diff([]string{"a.md: file-unreadable: the file cannot be read: permission denied (see its permissions and size)"}, problems(s)); d != "" {
		t.Error(d)
	}
	if _, _, err := b.Build(t.Context(), list(""), nil, false); err != nil || len(b.CheckLinks().Problems()) != 0 {
		t.Error("readable again, and still a problem")
	}
}

func TestRecordsSaveReading(t *testing.T) {
	files := map[string]string{
		"a.md": "---\ntitle: Über\ntags: [x]\nnope: 1\n---\n# Other\n\nLead text [b](b.md#x)\n\n## 日本\n", "b.md": "# B\n", "bad.md": "---\na: [\n---\n# Bad\n",
	}
	first := content.Builder{}
	if _, _, err := first.Build(t.Context(), tree(t, files), nil, false); err != nil {
		t.Fatal(err)
	}
	s := first.CheckLinks()
	records := map[string][]byte{}
	for _, d := range s.Docs() {
		records[d.Path] = s.Record(d)
		if h, ok := content.RecordFingerprint(records[d.Path]); !ok || h != s.Fingerprint(d) {
			t.Errorf("%s: hash %x %v", d.Path, h, ok)
		}
	}
	second := content.Builder{Recall: func(p string) []byte { return records[p] }}
	if _, _, err := second.Build(t.Context(), tree(t, files), nil, false); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(describe(s), describe(second.CheckLinks())); d != "" {
		t.Error(d)
	}
	for p, rec := range records {
		for cut := range rec {
			broken := slices.Clone(rec[:cut])
			third := content.Builder{Recall: func(string) []byte { return broken }}
			if _, _, err := third.Build(t.Context(), tree(t, files), nil, false); err != nil {
				t.Fatalf("%s cut at %d: %v", p, cut, err)
			}
		}
	}
}

func FuzzRecord(f *testing.F) {
	s := load(f, map[string]string{"a.md": "# A\n\n[x](y.md)\n"})
	f.Add(s.Record(s.Docs()[0]))
	f.Fuzz(func(t *testing.T, rec []byte) {
		b := content.Builder{Recall: func(string) []byte { return rec }}
		got, _, err := b.Build(t.Context(), tree(t, map[string]string{"a.md": "# A\n"}), nil, false)
		if err != nil || public(got).Doc("a.md") == nil && len(got.Docs()) != 1 {
			t.Errorf("%v", err)
		}
	})
}

func TestStaffPagesAreInNoView(t *testing.T) {
	s := load(t, map[string]string{
		"staff/README.md": "---\ntitle: Secret folder\naudience: [staff]\n---\n", "staff/a.md": "---\ntitle: Secret\naudience: staff\ntags: [t]\naliases: [gone]\n---\n",
		"staff/pic.png": "x", "b.md": "---\ntags: [t]\n---\n[s](staff/a.md)\n", "mixed/x.md": "---\naudience: [public, staff]\n---\n# X\n", "odd.md": "---\naudience: {a: b}\n---\n",
		"c.md": "---\ntitle: C\naudience: []\n---\n",
	})
	pub, staff := public(s), s.For(content.NewViewer("staff"))
	for _, d := range pub.All() {
		if strings.Contains(d.Title, "Secret") || d.Path == "odd.md" || d.Path == "c.md" {
			t.Errorf("%s is public", d.Path)
		}
	}
	if pub.Len() != 2 || staff.Len() != 4 {
		t.Errorf("%d and %d pages", pub.Len(), staff.Len())
	}
	if pub.Folder("staff") != nil || staff.Folder("staff") == nil {
		t.Error("the folder of staff pages")
	}
	if _, ok := pub.File("staff/pic.png"); ok {
		t.Error("a picture among staff pages is public")
	}
	if _, ok := staff.File("staff/pic.png"); !ok {
		t.Error("staff cannot see their picture")
	}
	if _, ok := pub.Moved("gone"); ok {
		t.Error("an alias gives a staff page away")
	}
	if n := len(pub.Select(func(d *content.Doc) bool { return slices.Contains(d.Meta.Tags, "t") })); n != 1 {
		t.Errorf("%d pages with the tag", n)
	}
	for _, f := range pub.Folder("").Folders {
		if f.Path == "staff" {
			t.Error("the root lists the folder of staff pages")
		}
	}
	if got := pub.Resolve(pub.Doc("b.md"), "staff/a.md"); got.Doc != nil {
		t.Error("a link gives a staff page away")
	}
}

// TestEditCostsTheEdit counts the files a second build opens.
func TestEditCostsTheEdit(t *testing.T) {
	dir := t.TempDir()
	for i := range 50 {
		writeFile(t, dir, fmt.Sprintf("p%d.md", i), "# P\n")
	}
	var opened atomic.Int64
	b := content.Builder{}
	scan := func() content.Tree {
		tr := settled(t, dir)
		tr.FS = counting{tr.FS, &opened}
		return tr
	}
	if _, _, err := b.Build(t.Context(), scan(), nil, false); err != nil || opened.Load() != 50 {
		t.Fatalf("%d files opened, %v", opened.Load(), err)
	}
	opened.Store(0)
	if _, d, err := b.Build(t.Context(), scan(), nil, false); err != nil || opened.Load() != 0 || !d.Empty() {
		t.Errorf("nothing changed, and %d files were opened", opened.Load())
	}
	writeFile(t, dir, "p7.md", "# Changed\n")
	if _, d, err := b.Build(t.Context(), scan(), nil, false); err != nil || opened.Load() != 1 || len(d.Put) != 1 {
		t.Errorf("one file changed, and %d were opened", opened.Load())
	}
}

// TestHalfWrittenFileIsNotPublished catches a file where a program has emptied it and not yet written it anew.
func TestHalfWrittenFileIsNotPublished(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "a.md", "# Whole\n")
	b := content.Builder{}
	if _, _, err := b.Build(t.Context(), settled(t, dir), nil, false); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "a.md", "")
	busy := settled(t, dir)
	busy.Files[0].Racy = true
	s, diff, err := b.Build(t.Context(), busy, nil, false)
	if err != nil || !diff.Empty() || public(s).Doc("a.md").Title != "Whole" {
		t.Errorf("an emptied file was published: %+v %v", diff, err)
	}
	listed := settled(t, dir)
	writeFile(t, dir, "a.md", "# Half of it")
	if s, diff, err = b.Build(t.Context(), listed, nil, false); err != nil || !diff.Empty() || public(s).Doc("a.md").Title != "Whole" {
		t.Errorf("a file that grew since it was listed was published: %+v %v", diff, err)
	}
	if s, _, err = b.Build(t.Context(), settled(t, dir), nil, false); err != nil || public(s).Doc("a.md").Title != "Half of it" {
		t.Errorf("what it became is not there: %v", err)
	}
	writeFile(t, dir, "a.md", "")
	if s, _, err = b.Build(t.Context(), settled(t, dir), nil, false); err != nil || public(s).Doc("a.md").Title != "Half of it" || len(s.Problems()) != 1 {
		t.Errorf("a file that stays empty took the page, or is not told: %v %v", problems(s), err)
	}
}
