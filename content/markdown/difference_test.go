package markdown_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"rutter/content/markdown"
)

// difference compares two bodies as two versions of a page.
func difference(old, now []byte) ([]byte, markdown.Stats, error) {
	a, _ := markdown.Parse("old.md", old, 1)
	b, _ := markdown.Parse("now.md", now, 1)
	return markdown.Difference(a, b, a.Title, markdown.HTMLOptions{Title: b.Title, Resolve: resolve})
}

// TestDifference reads testdata/difference/*.txtar: old.md and now.md are two versions, want.html is what a reader is
// shown of them, and stats what is counted.
func TestDifference(t *testing.T) {
	files, err := filepath.Glob("testdata/difference/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil || len(a.Files) != 4 {
				t.Fatal(len(a.Files), err)
			}
			got, stats, err := difference(a.Files[0].Data, a.Files[1].Data)
			if err != nil {
				t.Fatal(err)
			}
			var counts strings.Builder
			for _, c := range stats {
				fmt.Fprintf(&counts, "%s +%d -%d ~%d\n", c.What, c.Added, c.Removed, c.Edited)
			}
			for i, text := range []string{string(got), counts.String()} {
				if f := &a.Files[2+i]; *update {
					f.Data = []byte(text)
				} else if d := cmp.Diff(string(f.Data), text); d != "" {
					t.Errorf("%s:\n%s", f.Name, d)
				}
			}
			sound(t, a.Files[0].Data, a.Files[1].Data, true)
			if *update {
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// sound checks what holds for every difference: it is harmless, without what came it has the old text and without what
// is gone the new one, and of a page written by Markdown alone a browser reads the tree that was meant.
func sound(t *testing.T, old, now []byte, markdownAlone bool) markdown.Stats {
	t.Helper()
	got, stats, err := difference(old, now)
	if errors.Is(err, markdown.ErrAsText) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	fail := func(format string, args ...any) {
		t.Helper()
		t.Fatalf(format+"\nold:\n%.3000s\nnow:\n%.3000s\ngot:\n%.6000s", append(args, old, now, got)...)
	}
	if err := harmless(got); err != nil {
		fail("%v", err)
	}
	if bytes.Contains(got, []byte("<input")) || bytes.Contains(got, []byte("<label")) {
		fail("a form control")
	}
	tree := fragment(t, got)
	if markdownAlone {
		var b bytes.Buffer
		for c := tree.FirstChild; c != nil; c = c.NextSibling {
			_ = html.Render(&b, c)
		}
		if !bytes.Equal(b.Bytes(), got) {
			fail("a browser reads something else: %s", cmp.Diff(string(got), b.String()))
		}
	}
	for side, src := range [][]byte{old, now} {
		p, _ := markdown.Parse("", src, 1)
		body, _ := p.HTML(markdown.HTMLOptions{Title: p.Title, Resolve: resolve})
		want := shownText(fragment(t, body), 0)
		if got := shownText(tree, []atom.Atom{atom.Ins, atom.Del}[side]); got != want {
			fail("the text of version %d is not what it was: %s", side, cmp.Diff(strings.SplitAfter(want, "."), strings.SplitAfter(got, ".")))
		}
	}
	return stats
}

func fragment(t *testing.T, body []byte) *html.Node {
	t.Helper()
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(bytes.NewReader(body), root)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root
}

// shownText is the text of a body, or of a difference without one of its sides, without white space.
func shownText(n *html.Node, without atom.Atom) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		has := func(class string) bool {
			return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool {
				return a.Key == "class" && slices.Contains(strings.Fields(a.Val), class)
			})
		}
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.DataAtom == without && without != 0, has("vh"), has("anchor"), has("spot"), has("picture-gone"):
			return
		case n.DataAtom == atom.Summary && n.PrevSibling == nil && slices.Contains(n.Parent.Attr, html.Attribute{Key: "class", Val: "fold"}):
			return
		case n.DataAtom == atom.Input && !has("tick"):
			b.WriteString(map[bool]string{true: "☑", false: "☐"}[slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" })])
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return strings.ContainsRune(" \t\r\n\f", r) }), "")
}

// edited changes a page here and there, as authors and their editors do.
func edited(r *rand.Rand, src []byte) []byte {
	lines := strings.SplitAfter(string(src), "\n")
	some := func() int { return r.IntN(len(lines)) }
	for range 1 + r.IntN(8) {
		if len(lines) == 0 {
			break
		}
		switch i := some(); r.IntN(9) {
		case 0:
			lines = slices.Delete(lines, i, min(i+1+r.IntN(4), len(lines)))
		case 1:
			lines = slices.Insert(lines, i, "\n", "A new paragraph with `code` and **more**.\n", "\n")
		case 2:
			j := some()
			lines[i], lines[j] = lines[j], lines[i]
		case 3, 4, 5:
			words := strings.SplitAfter(lines[i], " ")
			switch k := r.IntN(len(words)); r.IntN(4) {
			case 0:
				words[k] = "changed "
			case 1:
				words[k] = ""
			case 2:
				words[k] += "with *another* word "
			default:
				words[k] = "**" + strings.TrimRight(words[k], " \n") + "** "
			}
			lines[i] = strings.TrimRight(strings.Join(words, ""), "\n") + "\n"
		case 6:
			lines = slices.Insert(lines, i, lines[i])
		case 7:
			lines[i] = strings.TrimSuffix(lines[i], "\n")
		default:
			lines = slices.Insert(lines, i, []string{"- an item\n", "1. one\n", "## A heading\n", "| a | b |\n", "```sh\n", "> [!NOTE]\n", "![p](x.png)\n"}[r.IntN(7)])
		}
	}
	return []byte(strings.Join(lines, ""))
}

// pagesBelow reads the Markdown files of a folder.
func pagesBelow(t *testing.T, dir string) (out [][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		src, err := os.ReadFile(path)
		if _, body, ok := bytes.Cut(bytes.TrimPrefix(src, []byte("---\n")), []byte("\n---\n")); ok {
			src = body
		}
		out = append(out, src)
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%s: %d pages, %v", dir, len(out), err)
	}
	return out
}

// TestDifferenceOfEdits: whatever was edited, both versions can be read from the difference.
func TestDifferenceOfEdits(t *testing.T) {
	pages := slices.Concat(pagesBelow(t, "../playbooks"), pagesBelow(t, "../guides"), pagesBelow(t, "../advisories"))
	n := 200
	if testing.Short() {
		n /= 10
	}
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 11))
		old := pages[r.IntN(len(pages))]
		sound(t, old, edited(r, old), !bytes.Contains(old, []byte("<")))
	}
}

// TestDifferenceOfRandomPages: the same of what nobody would write.
func TestDifferenceOfRandomPages(t *testing.T) {
	n := 2000
	if testing.Short() {
		n /= 10
	}
	decode := strings.NewReplacer("·", " ", "¶", "\n", "→", "\t")
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 12))
		var some []string
		for range 3 + r.IntN(60) {
			some = append(some, decode.Replace(morsels[r.IntN(len(morsels))]))
		}
		old := strings.Join(some, "")
		for range 1 + r.IntN(5) {
			some[r.IntN(len(some))] = decode.Replace(morsels[r.IntN(len(morsels))])
		}
		sound(t, []byte(old), []byte(strings.Join(some, "")), false)
	}
}

// TestDifferenceOfNothing: a page that is the same, and one that was written anew in other lines, did not change.
func TestDifferenceOfNothing(t *testing.T) {
	for _, src := range pagesBelow(t, "../playbooks") {
		if stats := sound(t, src, src, false); len(stats) > 0 {
			t.Errorf("%v changed in the same page:\n%s", stats, src)
		}
	}
	if stats := sound(t, []byte("One two\nthree.\n\n- a\n- b\n"), []byte("One\ntwo three.\n\n* a\n* b\n"), true); len(stats) > 0 {
		t.Errorf("%v changed", stats)
	}
}

func TestDifferenceAsText(t *testing.T) {
	refused := []byte(strings.Repeat("> ", 300) + "deep")
	for _, v := range [][2][]byte{{refused, []byte("a")}, {[]byte("a"), refused}} {
		if got, _, err := difference(v[0], v[1]); !errors.Is(err, markdown.ErrAsText) {
			t.Errorf("%v: %s", err, got)
		}
	}
}

// longPage has 2,000 blocks.
func longPage(edit func(i int) bool) []byte {
	var b strings.Builder
	for i := range 400 {
		word := "remains"
		if edit(i) {
			word = "was edited and says something more of it"
		}
		fmt.Fprintf(&b, "## Section %d\n\nParagraph %d with **some** words and `code-%d`, which %s.\n\n```sh\nkubectl get pods -n ns%d\ndf -h /var/%d\n```\n\n- first %d\n- second %d\n\n> A quote of %d, which %s.\n\n", i, i, i*7, word, i, i, i, i, i, word)
	}
	return []byte(b.String())
}

// TestDifferenceIsBounded: long pages are compared soon, whatever became of them.
func TestDifferenceIsBounded(t *testing.T) {
	old := longPage(func(int) bool { return false })
	shuffled := func() []byte {
		parts := strings.SplitAfter(string(old), "\n\n")
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		return []byte(strings.Join(parts, ""))
	}()
	same := []byte(strings.Repeat("word ", 60_000) + "\n\n" + strings.Repeat("- x\n", 3000))
	other := []byte(strings.Repeat("word other ", 40_000) + "\n\n" + strings.Repeat("- x\n- y\n", 2000))
	for _, tt := range []struct {
		name     string
		old, now []byte
	}{
		{"a tenth edited", old, longPage(func(i int) bool { return i%10 == 0 })},
		{"all edited", old, longPage(func(int) bool { return true })},
		{"shuffled", old, shuffled},
		{"all gone", old, nil},
		{"another page", old, bytes.ToUpper(bytes.ReplaceAll(old, []byte("e"), []byte("ei")))},
		{"words", same, other},
	} {
		a, _ := markdown.Parse("", tt.old, 1)
		b, _ := markdown.Parse("", tt.now, 1)
		start := time.Now()
		got, _, err := markdown.Difference(a, b, "", markdown.HTMLOptions{Resolve: resolve})
		took := time.Since(start)
		t.Logf("%s: %v, %d bytes", tt.name, took.Round(time.Millisecond), len(got))
		if err != nil || took > slow {
			t.Errorf("%s: %v %v", tt.name, took, err)
		}
	}
}

func BenchmarkDifference(b *testing.B) {
	typical, err := os.ReadFile("../playbooks/linux/root-file-system-full.md")
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 3))
	long := longPage(func(int) bool { return false })
	for _, v := range []struct {
		name     string
		old, now []byte
	}{
		{"typical", typical, edited(r, typical)},
		{"long", long, longPage(func(i int) bool { return i%10 == 0 })},
	} {
		b.Run(v.name+"/parse-and-html", func(b *testing.B) {
			for b.Loop() {
				for _, src := range [][]byte{v.old, v.now} {
					p, _ := markdown.Parse("", src, 1)
					_, _ = p.HTML(markdown.HTMLOptions{Resolve: resolve})
				}
			}
		})
		b.Run(v.name+"/all", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := difference(v.old, v.now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
