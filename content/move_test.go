package content_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
)

// moved carries a move out on files held in memory.
func moved(t testing.TB, files map[string]string, m *content.Move) map[string]string {
	t.Helper()
	out := maps.Clone(files)
	for _, r := range m.Rewrites {
		if out[r.Path] != string(r.Was) {
			t.Fatalf("%s: the move is planned for another text", r.Path)
		}
		out[r.Path] = string(r.Text)
	}
	for p := range files {
		if to := named(m, p); to != p {
			out[to] = out[p]
			delete(out, p)
		}
	}
	return out
}

// named is what a file is called after a move.
func named(m *content.Move, p string) string {
	if p == m.From {
		return m.To
	}
	if rest, ok := strings.CutPrefix(p, m.From+"/"); ok {
		return m.To + "/" + rest
	}
	return p
}

// leads lists where every link of every page leads, by page, in order: the file, or the address with its fragment.
func leads(s *content.Snapshot) map[string][]string {
	out := map[string][]string{}
	v := public(s)
	for _, d := range s.Docs() {
		out[d.Path] = []string{}
		for _, l := range d.Links {
			t := v.Resolve(d, l.Dest)
			to := "dead"
			switch {
			case t.Doc != nil:
				to = t.Doc.Path + "\x00" + t.Frag
			case t.Found:
				to, _, _ = strings.Cut(t.URL, "#")
			}
			out[d.Path] = append(out[d.Path], to)
		}
	}
	return out
}

// same tells that every link leads after a move where it led before, and that there are no more problems.
func same(t testing.TB, before, after *content.Snapshot, m *content.Move) {
	t.Helper()
	was, is := leads(before), leads(after)
	for p, links := range was {
		now, ok := is[named(m, p)]
		if !ok || len(now) != len(links) {
			t.Fatalf("mv %s %s: %s has %d links, had %d", m.From, m.To, p, len(now), len(links))
		}
		for i, to := range links {
			file, frag, page := strings.Cut(to, "\x00")
			if page && named(m, file)+"\x00"+frag != now[i] {
				t.Fatalf("mv %s %s: link %d of %s leads to %s, led to %s", m.From, m.To, i, p, now[i], to)
			}
			if u, err := url.PathUnescape(strings.Trim(to, "/")); err == nil && strings.HasPrefix(to, "/") && !strings.HasSuffix(to, "/") && strings.Trim(now[i], "/") != "" {
				if v, _ := url.PathUnescape(now[i][1:]); v != named(m, u) {
					t.Fatalf("mv %s %s: link %d of %s leads to %s, led to %s", m.From, m.To, i, p, now[i], to)
				}
			}
			if (now[i] == "dead") != (to == "dead") {
				t.Fatalf("mv %s %s: link %d of %s is %s, was %s", m.From, m.To, i, p, now[i], to)
			}
		}
	}
	if a, b := len(after.Problems()), len(before.Problems()); a > b {
		t.Fatalf("mv %s %s: %d problems, were %d:\n%s", m.From, m.To, a, b, strings.Join(problems(after), "\n"))
	}
}

func TestMove(t *testing.T) {
	for _, tt := range []struct {
		name, from, to string
		files, want    map[string]string
	}{
		{
			"styles are kept", "a/x.md", "b/c/y.md",
			map[string]string{
				"a/x.md":  "---\ntitle: X\n---\n[z](z.md) [z](z) [z](/a/z) ![p](p.png)\n",
				"a/z.md":  "[1](x.md) [2](x) [3](x.html) [4](./x.md) [5](/a/x) [6](/a/x.md#h \"t\") [7](<x.md>) [8](x.md?q=1#h) [9](X.MD)\n",
				"a/p.png": "", "top.md": "[x](a/x.md)\n",
			},
			map[string]string{
				"b/c/y.md": "---\ntitle: X\naliases: [/a/x]\n---\n[z](../../a/z.md) [z](../../a/z) [z](/a/z) ![p](../../a/p.png)\n",
				"a/z.md":   "[1](../b/c/y.md) [2](../b/c/y) [3](../b/c/y.html) [4](../b/c/y.md) [5](/b/c/y) [6](/b/c/y.md#h \"t\") [7](<../b/c/y.md>) [8](../b/c/y.md?q=1#h) [9](../b/c/y.md)\n",
				"a/p.png":  "", "top.md": "[x](b/c/y.md)\n",
			},
		},
		{
			"references, HTML, front matter, code", "x.md", "sub/x.md",
			map[string]string{
				"x.md": "# X\n\n[z]\n\n[z]: z.md\n",
				"z.md": "---\nuses: [x.md, 'x.md#h', \"x\"]\nsuperseded_by: x.md\n---\n[x][r] [r] [R][]\n\n`[x](x.md)`\n\n    [x](x.md)\n\n<a title='a>b' href=\"x.md\">x</a>\n\n```\n[r]: x.md\n```\n\n[r]: <x.md> 'title'\n",
			},
			map[string]string{
				"sub/x.md": "---\naliases: [/x]\n---\n\n# X\n\n[z]\n\n[z]: ../z.md\n",
				"z.md":     "---\nuses: [sub/x.md, 'sub/x.md#h', \"sub/x\"]\nsuperseded_by: sub/x.md\n---\n[x][r] [r] [R][]\n\n`[x](x.md)`\n\n    [x](x.md)\n\n<a title='a>b' href=\"sub/x.md\">x</a>\n\n```\n[r]: x.md\n```\n\n[r]: <sub/x.md> 'title'\n",
			},
		},
		{
			"CRLF and a BOM stay", "x.md", "y.md",
			map[string]string{"x.md": "\ufeff---\r\ntitle: X\r\n---\r\n[z](z.md)\r\n", "z.md": "\ufeffÜ [x](x.md)\r\n\r\n[x](x.md)\r\n"},
			map[string]string{"y.md": "\ufeff---\r\ntitle: X\r\naliases: [/x]\r\n---\r\n[z](z.md)\r\n", "z.md": "\ufeffÜ [x](y.md)\r\n\r\n[x](y.md)\r\n"},
		},
		{
			"names that need encoding", "x.md", "a b/ü (1) & 100% #1.md",
			map[string]string{"x.md": "", "z.md": "[x](x.md) [x](<x.md>) <a href='x.md'>x</a> [x](x%2emd)\n"},
			map[string]string{
				"a b/ü (1) & 100% #1.md": "---\naliases: [/x]\n---\n",
				"z.md":                   "[x](a%20b/ü%20%281%29%20%26%20100%25%20%231.md) [x](<a%20b/ü%20%281%29%20%26%20100%25%20%231.md>) <a href='a%20b/ü%20%281%29%20%26%20100%25%20%231.md'>x</a> [x](a%20b/%C3%BC%20%281%29%20%26%20100%25%20%231.md)\n",
			},
		},
		{
			"what is written out stays written out", "a b (1).md", "sub/a b (1).md",
			map[string]string{"a b (1).md": "# A\n", "z.md": "[x](<a b (1).md>) [x](a%20b%20(1).md) <img src=\"p q.png\">\n", "p q.png": ""},
			map[string]string{"sub/a b (1).md": "---\naliases: [\"/a b (1)\"]\n---\n\n# A\n", "z.md": "[x](<sub/a b (1).md>) [x](sub/a%20b%20(1).md) <img src=\"p q.png\">\n", "p q.png": ""},
		},
		{
			"a folder with all that is in it", "a", "n/b",
			map[string]string{"a/README.md": "[x](x.md) [top](../top.md) [p](sub/p.png)\n", "a/x.md": "[a](./) [a](README.md)\n", "a/sub/p.png": "", "top.md": "[a](a/) [a](a) [a](a/README.md) [p](a/sub/p.png) [a](/a/)\n"},
			map[string]string{"n/b/README.md": "---\naliases: [/a/]\n---\n\n[x](x.md) [top](../../top.md) [p](sub/p.png)\n", "n/b/x.md": "---\naliases: [/a/x]\n---\n\n[a](./) [a](README.md)\n", "n/b/sub/p.png": "", "top.md": "[a](n/b/) [a](n/b) [a](n/b/README.md) [p](n/b/sub/p.png) [a](/n/b/)\n"},
		},
		{
			"a picture", "p.png", "img/q.png",
			map[string]string{"p.png": "", "a/x.md": "![p](../p.png) ![p](/p.png) <img src=../p.png>\n"},
			map[string]string{"img/q.png": "", "a/x.md": "![p](../img/q.png) ![p](/img/q.png) <img src=../img/q.png>\n"},
		},
		{
			"dead links go on naming the same place", "a/x.md", "x.md",
			map[string]string{"a/x.md": "[d](gone.md#h) [d](../../out.md) [d](/gone)\n"},
			map[string]string{"x.md": "---\naliases: [/a/x]\n---\n\n[d](a/gone.md#h) [d](../out.md) [d](/gone)\n"},
		},
		{
			"links as Hugo writes them", "docs/guide/one.md", "docs/two.md",
			map[string]string{"docs/guide/one.md": "", "docs/guide/x.md": "[1](../one/) [2](/guide/one/)\n"},
			map[string]string{"docs/two.md": "---\naliases: [/docs/guide/one]\n---\n", "docs/guide/x.md": "[1](../../two/) [2](/two/)\n"},
		},
		{
			"queries", "a/x.md", "b/x.md",
			map[string]string{"a/x.md": "", "queries.yaml": "- query: x\n  page: a/x.md # here\n- page: '/a/x'\n  query: y\n- {query: z, page: \"a/x\"}\n- query: q\n  page: other.md\n"},
			map[string]string{"b/x.md": "---\naliases: [/a/x]\n---\n", "queries.yaml": "- query: x\n  page: b/x.md # here\n- page: '/b/x'\n  query: y\n- {query: z, page: \"b/x\"}\n- query: q\n  page: other.md\n"},
		},
		{
			"an alias in every kind of list", "f", "g",
			map[string]string{
				"f/1.md": "---\naliases:\n  # kept\n  - /one\n  - /two\ntitle: A\n---\n", "f/2.md": "---\naliases: [ /one2, \"/two2\" ]\n---\n", "f/3.md": "---\naliases: /one3\n---\n",
				"f/4.md": "---\naliases:\ntitle: A\n---\n", "f/5.md": "---\naliases: []\n---\n", "f/6.md": "+++\ntitle = \"A\"\n[params]\nx = 1\n+++\n",
				"f/7.md": "+++\naliases = ['/one7']\n+++\n", "f/8.md": "+++\naliases = \"/one8\" # c\n+++\n", "f/9.md": "{\"title\": \"A\", \"aliases\": [\"/one9\"]}\n",
				"f/10.md": "{\n  \"title\": \"A\"\n}\n\nText\n", "f/11.md": "{}\n", "f/12.md": "---\n---\n# A\n", "f/13.md": "---\n\nA rule above.\n", "f/14.md": "---\naliases: null\n---\n",
			},
			map[string]string{
				"g/1.md": "---\naliases:\n  # kept\n  - /f/1\n  - /one\n  - /two\ntitle: A\n---\n", "g/2.md": "---\naliases: [ /f/2, /one2, \"/two2\" ]\n---\n", "g/3.md": "---\naliases: [/f/3, /one3]\n---\n",
				"g/4.md": "---\naliases: [/f/4]\ntitle: A\n---\n", "g/5.md": "---\naliases: [/f/5]\n---\n", "g/6.md": "+++\naliases = [\"/f/6\"]\ntitle = \"A\"\n[params]\nx = 1\n+++\n",
				"g/7.md": "+++\naliases = [\"/f/7\", '/one7']\n+++\n", "g/8.md": "+++\naliases = [\"/f/8\", \"/one8\"] # c\n+++\n", "g/9.md": "{\"title\": \"A\", \"aliases\": [\"/f/9\", \"/one9\"]}\n",
				"g/10.md": "{\n  \"aliases\": [\"/f/10\"],\n  \"title\": \"A\"\n}\n\nText\n", "g/11.md": "{\"aliases\": [\"/f/11\"]}\n", "g/12.md": "---\naliases: [/f/12]\n---\n# A\n", "g/13.md": "---\naliases: [/f/13]\n---\n\n---\n\nA rule above.\n", "g/14.md": "---\naliases: [/f/14]\n---\n",
			},
		},
		{
			"there and back", "b/x.md", "a/x.md",
			map[string]string{"b/x.md": "---\naliases: [/a/x]\n---\n", "z.md": "[x](b/x.md) [x](a/x.md)\n"},
			map[string]string{"a/x.md": "---\naliases: [/b/x, /a/x]\n---\n", "z.md": "[x](a/x.md) [x](a/x.md)\n"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := load(t, tt.files)
			m, err := before.Move(tt.from, tt.to)
			if err != nil {
				var r *content.RefusedError
				if errors.As(err, &r) {
					t.Log(r.Problems)
				}
				t.Fatal(err)
			}
			got := moved(t, tt.files, m)
			for _, p := range slices.Sorted(maps.Keys(tt.want)) {
				if got[p] != tt.want[p] {
					t.Errorf("%s:\n%q, want\n%q", p, got[p], tt.want[p])
				}
			}
			if len(got) != len(tt.want) {
				t.Errorf("%v", slices.Sorted(maps.Keys(got)))
			}
			same(t, before, load(t, got), m)
		})
	}
}

func TestMoveRefuses(t *testing.T) {
	files := map[string]string{
		"a.md": "# A\n", "b/c.md": "# C\n", "p.png": "", "bad.md": "---\ntitle: [\n---\n", "late.md": "\n---\naudience: staff\n---\n",
		"mac.md": "[a](late.md)\xff\n", "two.md": "---\nuses: >\n  b/c.md\n---\n",
	}
	s := load(t, files)
	for _, tt := range []struct{ from, to, want string }{
		{"gone.md", "x.md", "there is no page, file or folder gone.md"},
		{"a.md", "b/c.md", "b/c.md exists"},
		{"a.md", "b", "b exists"},
		{"a.md", "a.md", "a.md is there already"},
		{"a.md", "../x.md", "../x.md is no place in the folder"},
		{"a.md", "/x.md", "/x.md is no place in the folder"},
		{"a.md", "b/.x.md", "what lies at b/.x.md is hidden"},
		{"a.md", "queries.yaml", "hidden"},
		{"a.md", "x", "a page ends in .md: x would be none"},
		{"p.png", "p.md", "p.png is no page, and p.md would be one"},
		{"b", "b/d", "b cannot be moved into itself"},
		{"a.md", "a.md/x.md", "cannot be moved into itself"},
		{"b", "a.md/x", "a.md is a file"},
		{"a.md", "x\ny.md", "cannot be opened"},
		{"bad.md", "x.md", "bad.md:2:8: front-matter: "},
		{"late.md", "x.md", "late.md:1:1: move: the alias /late cannot be added"},
		{"mac.md", "b/x.md", "mac.md:1:1: move: the alias /mac cannot be added"},
		{"b/c.md", "b/d.md", "two.md:2:7: move: the link to b/c.md cannot be rewritten as it is written"},
		{"a.md", "b/c.markdown", "b/c.md: address-taken: its address belongs to b/c.markdown"},
	} {
		m, err := s.Move(tt.from, tt.to)
		var r *content.RefusedError
		if !errors.As(err, &r) {
			t.Errorf("mv %s %s: %v, %v", tt.from, tt.to, m, err)
			continue
		}
		got := r.Error()
		for _, p := range r.Problems {
			got += "\n" + p.String()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("mv %s %s: %s, want %s", tt.from, tt.to, got, tt.want)
		}
	}
	if m, err := s.Move("a.md", "x.md"); err != nil || !slices.Equal(m.Unread, []string{"bad.md"}) {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err := s.Move("a.md", "stories/a.md"); err != nil || fmt.Sprint(m.Turned) != "[{stories/a.md story}]" {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestMoveAtRandom moves pages, folders and pictures of made-up folders one after another: every link leads where it led.
func TestMoveAtRandom(t *testing.T) {
	trees, moves := 60, 12
	if testing.Short() {
		trees = 10
	}
	done, stuck := 0, 0
	for seed := range trees {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		files := madeUp(r)
		s := load(t, files)
		for range moves {
			m, err := s.Move(anyOf(r, s, files))
			var refused *content.RefusedError
			if errors.As(err, &refused) {
				if len(refused.Problems) > 0 && refused.Problems[0].Rule == "move" {
					stuck++
					t.Logf("seed %d: %v", seed, refused.Problems)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			done++
			files = moved(t, files, m)
			next := load(t, files)
			same(t, s, next, m)
			s = next
		}
	}
	t.Logf("%d moves, %d that could not be rewritten", done, stuck)
	if stuck > done/20 || done < trees*moves/3 {
		t.Errorf("%d moves, %d that could not be rewritten", done, stuck)
	}
}

// anyOf picks something to move and a place for it, which may be taken.
func anyOf(r *rand.Rand, s *content.Snapshot, files map[string]string) (from, to string) {
	all := slices.Sorted(maps.Keys(files))
	from = all[r.IntN(len(all))]
	dirs := []string{"", "a", "a/b", "d e", "new/deep/er", "ü"}
	if dir := path.Dir(from); dir != "." && r.IntN(4) == 0 {
		return dir, path.Join(dirs[r.IntN(len(dirs))], fmt.Sprint("moved", r.IntN(100)))
	}
	name := []string{path.Base(from), "README.md", "index.md", "x (1).md", "ä#b.md", "plain.md", "Q&A.md"}[r.IntN(7)]
	if !content.IsPage(from) {
		name = fmt.Sprintf("pic %d.png", r.IntN(9))
	}
	return from, path.Join(dirs[r.IntN(len(dirs))], name)
}

// madeUp is a folder with links in every way they are written.
func madeUp(r *rand.Rand) map[string]string {
	names := []string{"README.md", "one.md", "a/README.md", "a/two.md", "a/b/index.md", "a/b/three.md", "d e/four (4).md", "d e/fünf.md", "a/x.markdown", "a/one.md", "a/b/p.png", "d e/q r.png"}
	files := map[string]string{}
	for _, n := range names {
		if !content.IsPage(n) {
			files[n] = "x"
			continue
		}
		eol := []string{"\n", "\n", "\r\n"}[r.IntN(3)]
		var b strings.Builder
		b.WriteString([]string{"", "\ufeff"}[r.IntN(2)])
		switch r.IntN(5) {
		case 0:
			b.WriteString("---" + eol + "title: T" + eol + "uses:" + eol + "- " + way(r, n, names) + eol + "---" + eol)
		case 1:
			b.WriteString("+++" + eol + "title = 'T'" + eol + "uses = ['" + way(r, n, names) + "']" + eol + "+++" + eol)
		}
		b.WriteString("# H" + eol + eol)
		for range 1 + r.IntN(6) {
			to := way(r, n, names)
			switch r.IntN(7) {
			case 0:
				fmt.Fprintf(&b, "> - [ref%d] and [x][ref%d]%s%s[ref%d]: %s \"t\"%s", b.Len(), b.Len(), eol, eol, b.Len(), to, eol+eol)
			case 1:
				b.WriteString("<a href=\"" + to + "\">x</a>" + eol + eol)
			case 2:
				b.WriteString("![x](" + to + "#h)" + eol + eol)
			case 3:
				b.WriteString("| a |" + eol + "|---|" + eol + "| [x](<" + to + "> 't') |" + eol + eol)
			default:
				b.WriteString("Größe *[x](" + to + ")* and `[x](" + to + ")`" + eol + eol)
			}
		}
		files[n] = b.String()
	}
	return files
}

// way writes a link from one file to another, or to nowhere.
func way(r *rand.Rand, from string, names []string) string {
	to := append(slices.Clone(names), "gone.md", "a/gone", "a/")[r.IntN(len(names)+3)]
	switch r.IntN(5) {
	case 0:
		to = strings.TrimSuffix(to, ".md")
	case 1:
		to = strings.Replace(to, ".md", ".html", 1)
	case 2:
		to = strings.TrimSuffix(strings.TrimSuffix(to, "README.md"), "index.md")
	}
	if r.IntN(4) == 0 {
		to = "/" + to
	} else if dir := path.Dir(from); dir != "." {
		to = strings.Repeat("../", strings.Count(dir, "/")+1) + to
	}
	if to == "" {
		to = "./"
	}
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29").Replace(to)
}

// FuzzMove: whatever a page says, moving it, or what it links to, keeps every link or is refused.
func FuzzMove(f *testing.F) {
	for _, s := range []string{
		"[a](x.md) [b](x.md#h 't') ![c](p.png)\n", "---\nuses: [x.md, 'x']\naliases: [/q]\n---\n[r][]\n\n[r]: <x.md>\n", "+++\nuses = 'x.md'\n+++\n<a href=x.md>x</a>\n", "{\"uses\": [\"x\"]}\n> - [a](x.md)\n",
		"\ufeff---\r\naliases:\r\n- /a\r\n---\r\n[a](./x)\r\n", "---\naliases: &a [/b]\nuses: *a\n---\n", "[a](x\\.md) [b](&#120;.md) [c](%78.md)\n", "---\n<<: {aliases: [/c]}\nsuperseded_by: x.md\n---\n", "| [a](x.md) | [b](x.md\\|y) |\n|--|--|\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		files := map[string]string{"a.md": src, "x.md": "[a](a.md)\n\n# h\n", "p.png": "", "d/README.md": "[a](../a.md) [x](../x)\n"}
		// The new names are those of nothing that a dead link may name, or the link would come to life.
		for _, mv := range [][2]string{{"a.md", "zq1/zq2/zq3.md"}, {"x.md", "d/zq4.md"}, {"p.png", "d/zq5.png"}, {"d", "zq6/zq 7"}} {
			s := load(t, files)
			m, err := s.Move(mv[0], mv[1])
			var refused *content.RefusedError
			if errors.As(err, &refused) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			same(t, s, load(t, moved(t, files, m)), m)
		}
	})
}

// TestMoveIncludes: what is included goes on being so, whoever moves, and what is written in a snippet leads where it led.
func TestMoveIncludes(t *testing.T) {
	files := map[string]string{
		"a/page.md":           "# Page\n\n![[near]]\n\n> ![[note#part]]\n\n```md\n![[near]]\n```\n",
		"a/near.md":           "# Near\n\nnearword\n",
		"_snippets/note.md":   "## Part\n\n[see](../a/near.md)\n",
		"b/other.md":          "# Other\n\n![[/a/near.md]]\n",
		"_snippets/unused.md": "word\n",
		"b/old.md":            "\ufeff---\r\ntitle: Old\r\n---\r\nends\rsometimes\r\n\r\n![[/a/near]]\rmore\r\n",
	}
	for _, c := range []struct {
		from, to string
		want     map[string]string // files that get other bytes
	}{
		{"a/near.md", "c/far.md", map[string]string{
			"a/page.md":         "# Page\n\n![[/c/far]]\n\n> ![[note#part]]\n\n```md\n![[near]]\n```\n",
			"b/other.md":        "# Other\n\n![[/c/far.md]]\n",
			"b/old.md":          "\ufeff---\r\ntitle: Old\r\n---\r\nends\rsometimes\r\n\r\n![[/c/far]]\rmore\r\n",
			"_snippets/note.md": "## Part\n\n[see](../c/far.md)\n",
			"a/near.md":         "---\naliases: [/a/near]\n---\n\n# Near\n\nnearword\n",
		}},
		{"a/page.md", "d/page.md", map[string]string{"a/page.md": "---\naliases: [/a/page]\n---\n\n# Page\n\n![[/a/near]]\n\n> ![[note#part]]\n\n```md\n![[near]]\n```\n"}},
		{"_snippets/note.md", "_snippets/words/note.md", map[string]string{
			"a/page.md":         "# Page\n\n![[near]]\n\n> ![[/_snippets/words/note#part]]\n\n```md\n![[near]]\n```\n",
			"_snippets/note.md": "## Part\n\n[see](../../a/near.md)\n",
		}},
	} {
		t.Run(c.from, func(t *testing.T) {
			m, err := load(t, files).Move(c.from, c.to)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, r := range m.Rewrites {
				got[r.Path] = string(r.Text)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("rewritten (-want +got):\n%s", d)
			}
		})
	}
}
