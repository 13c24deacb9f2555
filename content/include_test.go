package content_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
	"rutter/content/diag"
	"rutter/content/source"
)

// folderOf builds a snapshot of files, and returns what changes them and builds the next.
func folderOf(t *testing.T, files map[string]string) (*content.Snapshot, func(map[string]string) (*content.Snapshot, content.Diff)) {
	t.Helper()
	fsys := fstest.MapFS{}
	b := &content.Builder{}
	build := func(changed map[string]string) (*content.Snapshot, content.Diff) {
		t.Helper()
		for name, text := range changed {
			if text == "" {
				delete(fsys, name)
			} else {
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
		}
		tree, err := source.FromFS(fsys)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range tree.Files { // as a folder's files have one
			h := int64(0)
			for _, c := range fsys[f.Path].Data {
				h = h*31 + int64(c)
			}
			tree.Files[i].Stamp = content.Stamp{Size: int64(len(fsys[f.Path].Data)), ModTime: h}
		}
		_, diff, err := b.Build(context.Background(), tree, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		return b.CheckLinks(), diff
	}
	s, _ := build(files)
	return s, build
}

func bodyOf(t *testing.T, s *content.Snapshot, page string, who ...string) string {
	t.Helper()
	w := s.For(content.Viewer{})
	d := w.Doc(page)
	if d == nil {
		for _, x := range s.Docs() {
			if x.Path == page {
				d = x
			}
		}
	}
	html, _, err := w.Body(d, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

func told(s *content.Snapshot) (out []string) {
	for _, p := range s.Problems() {
		out = append(out, p.String())
	}
	return out
}

func TestIncludes(t *testing.T) {
	for _, c := range []struct {
		name     string
		files    map[string]string
		has      []string
		lacks    []string
		problems []string
	}{
		{
			name:  "a snippet beside all pages, without its title and front matter",
			files: map[string]string{"a/b.md": "# B\n\nbefore\n\n![[drain]]\n\nafter\n", "_snippets/drain.md": "---\nowner: x\n---\n# Drain a node\n\nTake it *out*.\n"},
			has:   []string{"before", "<em>out</em>", "after"}, lacks: []string{"Drain a node", "![[", "owner"},
		},
		{
			name:  "beside the page, and from the root",
			files: map[string]string{"a/b.md": "# B\n\n![[near.md]]\n\n![[/far]]\n", "a/near.md": "# N\n\nnearword\n", "far.md": "farword\n"},
			has:   []string{"nearword", "farword"},
		},
		{
			name:  "one section with its heading",
			files: map[string]string{"a.md": "# A\n\n![[b#two]]\n", "b.md": "# B\n\n## One\n\noneword\n\n## Two\n\ntwoword\n\n### Deeper\n\ndeepword\n\n## Three\n\nthreeword\n"},
			has:   []string{"Two", "twoword", "deepword"}, lacks: []string{"oneword", "threeword"},
		},
		{
			name:  "in an item and in a quote",
			files: map[string]string{"a.md": "# A\n\n- item\n\n  ![[s]]\n\n> ![[s]]\n", "_snippets/s.md": "line one\nline two\n"},
			has:   []string{"<blockquote", "line one\nline two"}, lacks: []string{"![["},
		},
		{
			name:  "not in code, nor within a line",
			files: map[string]string{"a.md": "# A\n\n```md\n![[s]]\n```\n\nsee ![[s]] here\n", "_snippets/s.md": "never\n"},
			has:   []string{"![[s]]"}, lacks: []string{"never"},
		},
		{
			name:  "a picture as other tools write it",
			files: map[string]string{"a.md": "# A\n\n![[flow.png|The flow]]\n", "flow.png": "x"},
			has:   []string{`src="/flow.png"`, `alt="The flow"`},
		},
		{
			name:  "links lead from the file they stand in",
			files: map[string]string{"x/a.md": "# A\n\n![[/y/b]]\n", "y/b.md": "[c](c.md#c) <a href=\"c.md\">d</a> [out](https://example.org/) [r]\n\n[r]: c.md\n", "y/c.md": "# C\n"},
			has:   []string{`href="/y/c#c"`, `href="https://example.org/"`}, lacks: []string{"/x/c"},
		},
		{
			name:     "dead links and the place they stand at",
			files:    map[string]string{"x/a.md": "# A\n\n![[s]]\n\n[mine](gone.md)\n", "_snippets/s.md": "---\ntitle: S\n---\nfirst\n\n[its](gone.md)\n"},
			problems: []string{"_snippets/s.md:6:1: link-dead: nothing is at /_snippets/gone.md", "x/a.md:5:1: link-dead: nothing is at gone.md"},
		},
		{
			name:     "nothing there",
			files:    map[string]string{"a.md": "# A\n\n  ![[nothing]]\n\n![[../../etc/passwd]]\n\n![[.git/config]]\n", "b.md": "# B\n\n![[a#none]]\n"},
			has:      []string{"![[nothing]]"},
			problems: []string{"a.md:3:3: include-dead: there is no file nothing to include (name one beside the page, from the root of the folder, or in _snippets)", "a.md:5:1: include-dead: there is no file ../../etc/passwd to include (name one beside the page, from the root of the folder, or in _snippets)", "a.md:7:1: include-dead: there is no file .git/config to include (name one beside the page, from the root of the folder, or in _snippets)", "b.md:3:1: include-dead: a.md has no heading #none (name one of its headings)"},
		},
		{
			name:     "circles",
			files:    map[string]string{"a.md": "# A\n\n![[s]]\n", "_snippets/s.md": "sword\n\n![[t]]\n", "_snippets/t.md": "tword\n\n![[s]]\n"},
			has:      []string{"sword", "tword", "![[s]]"},
			problems: []string{"_snippets/t.md:3:1: include-loop: s includes itself: a.md → _snippets/s.md → _snippets/t.md → _snippets/s.md (break the circle)"},
		},
		{
			name:     "what is not for everyone",
			files:    map[string]string{"a.md": "# A\n\n![[s]]\n", "_snippets/s.md": "---\naudience: staff\n---\nsecret\n", "b.md": "---\naudience: [staff]\n---\n# B\n\n![[s]]\n"},
			lacks:    []string{"secret"},
			problems: []string{"a.md:3:1: include-hidden: _snippets/s.md is not for everyone who may read this page (give the page an audience that is within that of the file, or include another)"},
		},
		{
			name:     "what nobody sees, for its front matter stands too late or does not parse",
			files:    map[string]string{"a.md": "# A\n\n![[s]]\n\n![[t]]\n", "_snippets/s.md": "\n---\naudience: staff\n---\nsecret\n", "_snippets/t.md": "---\nowner: [\n---\nsecret\n"},
			lacks:    []string{"secret"},
			problems: []string{"a.md:3:1: include-hidden: _snippets/s.md is not for everyone who may read this page (give the page an audience that is within that of the file, or include another)", "a.md:5:1: include-hidden: the front matter of _snippets/t.md does not parse, so that nobody knows whom it is for (mend it, or include another)"},
		},
		{
			name:  "what is said to be public",
			files: map[string]string{"a.md": "# A\n\n![[s]]\n", "_snippets/s.md": "---\naudience: public\n---\nplainword\n"},
			has:   []string{"plainword"},
		},
		{
			name:  "constants, in text and code, with places kept",
			files: map[string]string{"portal.yaml": "constants:\n  registry: registry.example.org\n  n: 1\n", "a.md": "# A\n\nfrom {{registry}} and {{ n }} [x](gone.md) {{other}}\n\n```sh\npodman pull {{registry}}/x\n```\n"},
			has:   []string{"from registry.example.org and 1 ", "{{other}}", "podman pull registry.example.org/x"}, lacks: []string{"{{registry}}"},
			problems: []string{"a.md:3:31: link-dead: nothing is at gone.md"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := folderOf(t, c.files)
			page := "a.md"
			for name := range c.files {
				if strings.HasSuffix(name, "/b.md") && name == "a/b.md" || name == "x/a.md" {
					page = name
				}
			}
			body := bodyOf(t, s, page)
			for _, x := range c.has {
				if !strings.Contains(body, x) {
					t.Errorf("%q is missing in:\n%s", x, body)
				}
			}
			for _, x := range c.lacks {
				if strings.Contains(body, x) {
					t.Errorf("%q stands in:\n%s", x, body)
				}
			}
			if d := cmp.Diff(c.problems, told(s)); d != "" {
				t.Errorf("problems (-want +got):\n%s", d)
			}
			for _, d := range s.Docs() {
				if strings.HasPrefix(d.Path, "_snippets/") {
					t.Errorf("%s is a page", d.Path)
				}
			}
		})
	}
}

// TestIncludesFollow: a page is another one when what it includes is.
func TestIncludesFollow(t *testing.T) {
	s, change := folderOf(t, map[string]string{"a.md": "# A\n\n![[s]]\n", "b.md": "# B\n", "_snippets/s.md": "old\n\n![[deep]]\n", "portal.yaml": "constants:\n  who: Harbour\n", "c.md": "# C\n\n{{who}}\n"})
	first := s.ID()
	expect := func(what string, diff content.Diff, pages ...string) {
		t.Helper()
		var got []string
		for _, d := range diff.Put {
			got = append(got, d.Path)
		}
		if d := cmp.Diff(pages, got); d != "" {
			t.Errorf("%s changed (-want +got):\n%s", what, d)
		}
	}
	s, diff := change(map[string]string{"_snippets/s.md": "new\n\n![[deep]]\n"})
	expect("a snippet", diff, "a.md")
	if b := bodyOf(t, s, "a.md"); !strings.Contains(b, "new") || strings.Contains(b, "old") || s.ID() == first {
		t.Errorf("after the snippet changed: %s", b)
	}
	s, diff = change(map[string]string{"_snippets/deep.md": "deepword\n"})
	expect("a snippet that was missing", diff, "a.md")
	if b := bodyOf(t, s, "a.md"); !strings.Contains(b, "deepword") || len(s.Problems()) > 0 {
		t.Errorf("after it came: %s %v", b, s.Problems())
	}
	_, diff = change(map[string]string{"b.md": "# B\n\nother\n"})
	expect("another page", diff, "b.md")
	s, diff = change(map[string]string{"portal.yaml": "constants:\n  who: Port\n"})
	expect("a constant", diff, "c.md")
	if b := bodyOf(t, s, "c.md"); !strings.Contains(b, "Port") {
		t.Errorf("after the constant changed: %s", b)
	}
	s, diff = change(map[string]string{"_snippets/s.md": ""})
	expect("a snippet that went", diff, "a.md")
	if b := bodyOf(t, s, "a.md"); !strings.Contains(b, "![[s]]") || len(s.Problems()) != 1 {
		t.Errorf("after it went: %s %v", b, s.Problems())
	}
}

// TestIncludesOfLastGood: a page whose file is broken keeps its last good version, and that follows what it includes.
func TestIncludesOfLastGood(t *testing.T) {
	_, change := folderOf(t, map[string]string{"a.md": "# A\n\nmine\n\n![[s]]\n", "_snippets/s.md": "first\n"})
	s, _ := change(map[string]string{"a.md": "---\nowner: [\n---\n# A\n\nnever\n"})
	if b := bodyOf(t, s, "a.md"); !strings.Contains(b, "first") {
		t.Fatalf("the last good version is gone: %s", b)
	}
	s, _ = change(map[string]string{"_snippets/s.md": "second\n"})
	if b := bodyOf(t, s, "a.md"); !strings.Contains(b, "second") || !strings.Contains(b, "mine") {
		t.Errorf("what it includes changed: %s", b)
	}
	s, _ = change(map[string]string{"_snippets/s.md": "---\naudience: staff\n---\nsecond\n"})
	if b := bodyOf(t, s, "a.md"); strings.Contains(b, "second") || !strings.Contains(b, "mine") {
		t.Errorf("what it includes is for staff now: %s", b)
	}
	if ps := told(s); len(ps) != 1 || !strings.Contains(ps[0], "front-matter") {
		t.Errorf("problems: %v", ps)
	}
}

// TestIncludesSavedTwice: a file that was saved within the time that stamps cannot tell apart is looked at again.
func TestIncludesSavedTwice(t *testing.T) {
	fsys := fstest.MapFS{"a.md": {Data: []byte("# A\n\n![[s]]\n")}}
	b := &content.Builder{}
	for _, word := range []string{"first", "other"} {
		fsys["_snippets/s.md"] = &fstest.MapFile{Data: []byte(word + "\n")}
		tree, err := source.FromFS(fsys)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range tree.Files {
			tree.Files[i].Stamp, tree.Files[i].Racy = content.Stamp{Size: int64(len(fsys[f.Path].Data)), ModTime: 1}, f.Path != "a.md"
		}
		s, _, err := b.Build(t.Context(), tree, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		if body := bodyOf(t, s, "a.md"); !strings.Contains(body, word) {
			t.Errorf("after %s was saved: %s", word, body)
		}
	}
}

// TestIncludesTooLong: a file whose end is left out is told.
func TestIncludesTooLong(t *testing.T) {
	s, _ := folderOf(t, map[string]string{"a.md": "# A\n\n![[s]]\n\nafter\n", "_snippets/s.md": strings.Repeat("many words in a line, and a few more\n\n", 80000)})
	var got []string
	for _, p := range s.Problems() {
		if p.Rule == "include-much" {
			got = append(got, p.String())
		}
	}
	if d := cmp.Diff([]string{"a.md:3:1: include-much: with _snippets/s.md the page grows beyond 2 MiB, so the end of that is left out (split it)"}, got); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
}

// TestIncludesCountedOnce: what several pages include has its problems once, in the counts as in the list.
func TestIncludesCountedOnce(t *testing.T) {
	s, _ := folderOf(t, map[string]string{"a.md": "# A\n\n![[s]]\n", "b.md": "# B\n\n![[s]]\n", "c.md": "# C\n\n![[s]]\n[x](gone.md)\n", "_snippets/s.md": "[x](gone.md)\n\n## One\n\nx\n\n#### Two\n\nx\n"})
	errors, warnings, notes := s.Counts()
	if got := len(told(s)); errors+warnings+notes != got || errors != 2 {
		t.Errorf("%d errors, %d warnings, %d notes, and %d in the list", errors, warnings, notes, got)
	}
}

// TestIncludesTooLongALine: what stands behind the line that was too long is left out with it.
func TestIncludesTooLongALine(t *testing.T) {
	s, _ := folderOf(t, map[string]string{"a.md": "# A\n\n![[s]]\n\n[x](gone-a.md)\n", "_snippets/s.md": "short\n\n" + strings.Repeat("words ", 400000) + "\n\n[x](gone-s.md)\n"})
	want := []string{
		"a.md:3:1: include-much: with _snippets/s.md the page grows beyond 2 MiB, so the end of that is left out (split it)",
		"a.md:5:1: link-dead: nothing is at gone-a.md",
	}
	if d := cmp.Diff(want, told(s)); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
}

// TestConstantsTooLong: they count as what is included does, and a line of many costs no more than as many lines of one.
func TestConstantsTooLong(t *testing.T) {
	file := map[string]string{"portal.yaml": "constants:\n  a: " + strings.Repeat("ü", 200) + "\n", "_snippets/s.md": "x {{a}}\n"}
	file["a.md"] = "# A\n\n~~~\n" + strings.Repeat("{{a}}", 100_000) + "\n~~~\n\n[x](gone.md) {{a}}\n"
	start := time.Now()
	s, _ := folderOf(t, file)
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("it took %v", d)
	}
	n := 0 // of constants: each is 400 bytes in place of 5
	for 9+5*100_000+395*n+400 <= 2<<20 {
		n++
	}
	want := []string{
		fmt.Sprintf("a.md:4:%d: include-much: the page grows beyond 2 MiB, so this constant and those after it stay as they are written (split it)", 5*n+1),
		"a.md:7:1: link-dead: nothing is at gone.md",
	}
	if d := cmp.Diff(want, told(s)); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
}

// TestIncludesBehindCode: three marks on a line with more of them are code within the line and open no block.
func TestIncludesBehindCode(t *testing.T) {
	s, _ := folderOf(t, map[string]string{"a.md": "# A\n\n```ls -l``` lists them.\n\n![[s]]\n", "_snippets/s.md": "[x](gone.md)\n"})
	if d := cmp.Diff([]string{"_snippets/s.md:1:1: link-dead: nothing is at /_snippets/gone.md"}, told(s)); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
}

// TestIncludesNotMended: where a constant stands in the line, what would be taken out is not what stands in the file.
func TestIncludesNotMended(t *testing.T) {
	fsys := fstest.MapFS{
		"portal.yaml": {Data: []byte("constants:\n  shell: bash\n")},
		"a.md":        {Data: []byte("# A\n\n```{{shell}}\n$ date\nSat Nov 28\n$ date\nSat Nov 28\n```\n")},
	}
	tree, err := source.FromFS(fsys)
	if err != nil {
		t.Fatal(err)
	}
	edit := diag.Edit{Was: "bash", Put: "console"}
	b := &content.Builder{Rules: content.Rules{Page: func(p content.Parsed) []diag.Problem {
		return []diag.Problem{{File: p.Path, Line: 3, Column: 4, Rule: "x", Edit: edit}, {File: p.Path, Line: 4, Column: 1, Rule: "x", Edit: edit}}
	}}}
	s, _, err := b.Build(t.Context(), tree, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if ps := s.ProblemsOf("a.md"); len(ps) != 2 || ps[0].Edit.Mends() || ps[1].Edit != edit {
		t.Errorf("problems: %+v", ps)
	}
}

// TestIncludesWhatIsListed: no link leads to what is hidden.
func TestIncludesWhatIsListed(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".hidden"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, ".hidden/x.md", "secret\n")
	writeFile(t, dir, "seen.md", "seenword\n")
	writeFile(t, dir, "a.md", "# A\n\n![[file]]\n\n![[folder/x]]\n\n![[good]]\n")
	for name, to := range map[string]string{"file.md": ".hidden/x.md", "folder": ".hidden", "good.md": "seen.md"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	b := &content.Builder{}
	s, _, err := b.Build(t.Context(), settled(t, dir), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if body := bodyOf(t, s, "a.md"); strings.Contains(body, "secret") || !strings.Contains(body, "seenword") {
		t.Errorf("the page is %s", body)
	}
	d, err := s.For(content.Viewer{}).Difference("a.md", nil, []byte("# A\n\n![[file]]\n"))
	if err != nil || strings.Contains(string(d.Body), "secret") {
		t.Errorf("the difference is %s, %v", d.Body, err)
	}
}

// TestIncludesWhole: programs that read a page get what its readers see.
func TestIncludesWhole(t *testing.T) {
	s, _ := folderOf(t, map[string]string{
		"portal.yaml": "constants:\n  who: Harbour\n", "_snippets/s.md": "---\nowner: x\n---\nsnippetword\n",
		"a.md": "---\nowner: y\n---\n# A\n\n{{who}}\n\n![[s]]\n", "b.md": "---\nowner: y\n---\n# B\n",
	})
	for page, want := range map[string]string{"a.md": "---\nowner: y\n---\n# A\n\nHarbour\n\nsnippetword\n", "b.md": "---\nowner: y\n---\n# B\n"} {
		if got, err := public(s).Doc(page).Whole(); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", page, got, err)
		}
	}
}

// TestIncludesAreBounded: a page that doubles with every file, and one of very many lines, end soon and say why.
func TestIncludesAreBounded(t *testing.T) {
	doubling := map[string]string{"a.md": "# A\n\n![[s0]]\n"}
	for i := range 9 {
		doubling[fmt.Sprintf("_snippets/s%d.md", i)] = fmt.Sprintf("![[s%d]]\n\n![[s%d]]\n", i+1, i+1)
	}
	doubling["_snippets/s9.md"] = "word\n"
	large := map[string]string{"a.md": "# A\n\n" + strings.Repeat("![[s]]\n\n", 100), "_snippets/s.md": strings.Repeat("many words in a line\n", 5000)}
	for name, files := range map[string]map[string]string{"doubling": doubling, "large": large} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			s, _ := folderOf(t, files)
			ps := s.Problems()
			if len(ps) == 0 || ps[0].Rule != "include-much" {
				t.Errorf("problems: %v", ps)
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestIncludesStepByStep: however files come, go and change, a folder that was followed is the one that is read at once,
// and nothing of a file that is not for everyone is ever shown to everyone, broken pages that keep a good version included.
func TestIncludesStepByStep(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		pick := func(of ...string) string { return of[r.IntN(len(of))] }
		hidden := map[string]bool{} // files that are for staff now
		text := func(name string, snippet bool) string {
			head := pick("", "", "", "---\nowner: x\n---\n", "---\naudience: public\n---\n")
			delete(hidden, name)
			switch r.IntN(7) {
			case 0:
				head, hidden[name] = pick("---\naudience: staff\n---\n", "---\naudience: [staff, other]\n---\n", "\n---\naudience: staff\n---\n", "+++\naudience = \"staff\"\n+++\n", "{\"audience\": \"staff\"}\n"), true
			case 1:
				if !snippet {
					head = "---\nowner: [\n---\n"
				}
			}
			b := head + "# T\n\nword-" + strings.NewReplacer("/", "-", ".md", "-end", "_", "").Replace(name) + pick("", " more", " {{who}}", " [l](x.md)") + "\n"
			for range r.IntN(3) {
				b += "\n" + pick("", "> ", "- x\n\n  ") + "![[" + pick("s", "t", "x", "/a/x", "b", "gone") + pick("", "", "#h") + "]]\n"
			}
			return b + pick("", "\n## H\n\nlast\n")
		}
		names := []string{"a/x.md", "a/b.md", "b.md", "x.md", "_snippets/s.md", "_snippets/t.md", "a/s.md", "_snippets/x.md"}
		files := map[string]string{}
		_, change := folderOf(t, files)
		for step := range 25 {
			changed := map[string]string{}
			for range 1 + r.IntN(3) {
				name := pick(names...)
				switch r.IntN(12) {
				case 0:
					changed["portal.yaml"] = pick("", "constants:\n  who: me\n", "constants:\n  who: you\n", "lang: de\n")
				case 1, 2:
					changed[name] = ""
					delete(hidden, name)
				default:
					changed[name] = text(name, strings.HasPrefix(name, "_"))
				}
			}
			for name, text := range changed {
				if files[name] = text; text == "" {
					delete(files, name)
				}
			}
			s, _ := change(changed)
			once, _ := folderOf(t, files)
			what := fmt.Sprintf("seed %d step %d", seed, step)
			stale := map[string]bool{}
			for _, p := range s.Bad() {
				stale[p.File] = true
			}
			for _, d := range s.For(content.Viewer{}).All() {
				body, _, err := s.For(content.Viewer{}).Body(d, nil, nil)
				if err != nil {
					t.Fatal(what, err)
				}
				for name := range hidden {
					word := "word-" + strings.NewReplacer("/", "-", ".md", "-end", "_", "").Replace(name)
					if name != d.Path && (strings.Contains(string(body), word) || strings.Contains(d.Lead, word)) {
						t.Fatalf("%s: %s shows everyone %s, which is for staff:\n%s", what, d.Path, name, body)
					}
				}
				if stale[d.Path] {
					continue
				}
				if other := bodyOf(t, once, d.Path); string(body) != other {
					t.Fatalf("%s: %s is\n%s\nand read at once\n%s", what, d.Path, body, other)
				}
			}
			if len(stale) == 0 {
				if d := cmp.Diff(told(once), told(s)); d != "" {
					t.Fatalf("%s: problems (-at once +step by step):\n%s", what, d)
				}
				if s.ID() != once.ID() {
					t.Fatalf("%s: it is another revision", what)
				}
			}
		}
	}
}
