package content_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rutter/content"
)

// steps builds and checks one state of the files after the other and returns the problems of the last.
func steps(t *testing.T, states ...map[string]string) []string {
	t.Helper()
	b := content.Builder{}
	for _, files := range states {
		if _, _, err := b.Build(t.Context(), tree(t, files), nil, false); err != nil {
			t.Fatal(err)
		}
		b.CheckLinks()
	}
	return problems(b.CheckLinks())
}

// TestLinksAreLookedAtAgain: a page is not edited, and yet what its links lead to changes.
func TestLinksAreLookedAtAgain(t *testing.T) {
	for name, c := range map[string]struct {
		page          string
		before, after map[string]string
		want          []string
	}{
		"a page comes": {
			"[x](x.md)", nil, map[string]string{"x.md": "# X"}, []string{},
		},
		"a page goes": {
			"[x](x.md)", map[string]string{"x.md": "# X"}, nil, []string{"a.md:1:1: link-dead: nothing is at x.md"},
		},
		"a heading goes": {
			"[x](x.md#part)",
			map[string]string{"x.md": "## Part"},
			map[string]string{"x.md": "## Else"},
			[]string{"a.md:1:1: anchor-dead: x.md has no heading #part"},
		},
		"a picture comes": {
			"![x](x.png)", nil, map[string]string{"x.png": "x"}, []string{},
		},
		"a picture of another letter case comes": {
			"![x](X.PNG)", nil, map[string]string{"x.png": "x"}, []string{},
		},
		"a folder comes with its first page": {
			"[x](x/)", nil, map[string]string{"x/y.md": "# Y"}, []string{},
		},
		"a folder goes with its last page": {
			"[x](x/)", map[string]string{"x/y/z.md": "# Z"}, nil, []string{"a.md:1:1: link-dead: nothing is at x/"},
		},
		"a folder gets its page": {
			"[x](x/#part)",
			map[string]string{"x/y.md": "# Y"},
			map[string]string{"x/y.md": "# Y", "x/README.md": "## Pert"},
			[]string{"a.md:1:1: anchor-dead: x/README.md has no heading #part (did you mean #pert?)"},
		},
		"a better page for the folder comes": {
			"[x](x/#part)",
			map[string]string{"x/index.md": "## Part"},
			map[string]string{"x/index.md": "## Part", "x/README.md": "# X"},
			[]string{"a.md:1:1: anchor-dead: x/README.md has no heading #part"},
		},
		"a former address comes": {
			"[x](x.md)",
			map[string]string{"y.md": "# Y"},
			map[string]string{"y.md": "---\naliases: [x]\n---\n# Y"},
			[]string{"a.md:1:1: link-moved: x.md is a former address of y.md (write the one of today)"},
		},
		"a former address goes": {
			"[x](x.md)",
			map[string]string{"y.md": "---\naliases: [x]\n---\n# Y"},
			map[string]string{"y.md": "# Y"},
			[]string{"a.md:1:1: link-dead: nothing is at x.md"},
		},
		"another page takes a former address over": {
			"[x](x.md#part)",
			map[string]string{"y.md": "---\naliases: [x]\n---\n## Part", "z.md": "---\naliases: [x]\n---\n# Z"},
			map[string]string{"z.md": "---\naliases: [x]\n---\n# Z"},
			[]string{"a.md:1:1: anchor-dead: z.md has no heading #part"},
		},
		// Found in another letter case next to the page; then a page of the very name comes up where a link of a
		// page served as a folder leads.
		"a page of the very name comes": {
			"[x](X.html#part)",
			map[string]string{"x.md": "## Part"},
			map[string]string{"x.md": "## Part", "a/X.md": "# X"},
			[]string{"a.md:1:1: anchor-dead: a/X.md has no heading #part"},
		},
		"what a dead link may have meant comes": {
			"[x](x.md)", nil, map[string]string{"sub/x.md": "# X"}, []string{"a.md:1:1: link-dead: nothing is at x.md (did you mean sub/x.md?)"},
		},
		"what a dead link may have meant is not clear any more": {
			"[x](x.md)",
			map[string]string{"sub/x.md": "# X"},
			map[string]string{"sub/x.md": "# X", "other/x.md": "# X"},
			[]string{"a.md:1:1: link-dead: nothing is at x.md"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			with := func(files map[string]string) map[string]string {
				out := map[string]string{"a.md": c.page}
				for p, text := range files {
					out[p] = text
				}
				return out
			}
			if d := cmp.Diff(c.want, steps(t, with(c.before), with(c.after))); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.want, steps(t, with(c.after))); d != "" {
				t.Errorf("from scratch: %s", d)
			}
		})
	}
}

// TestLinksToFormerAddresses: a link to where a page was leads to where it is, unless something else stands there.
func TestLinksToFormerAddresses(t *testing.T) {
	s := load(t, map[string]string{
		"new/page.md": "---\naliases: [/old/page/, taken, former.html]\n---\n## Part\n", "taken.md": "# T\n", "a.md": "# A\n",
		"staff.md": "---\naudience: [staff]\naliases: [was/staff]\n---\n", "x/y.md": "# Y\n",
	})
	for _, c := range []struct{ from, dest, want string }{
		{"a.md", "old/page.md", "/new/page"},
		{"a.md", "old/page/#part", "/new/page#part"},
		{"a.md", "/former.html?a=b", "/new/page?a=b"},
		{"x/y.md", "../old/page", "/new/page"},
		{"a.md", "taken", "/taken"},
	} {
		got := public(s).Resolve(public(s).Doc(c.from), c.dest)
		if got.URL != c.want || !got.Found {
			t.Errorf("%s on %s: %q %v, want %q", c.dest, c.from, got.URL, got.Found, c.want)
		}
	}
	a := public(s).Doc("a.md")
	if got := public(s).Resolve(a, "was/staff#x"); got.Found || got.URL != "/was/staff#x" || got.Doc != nil {
		t.Errorf("a former address tells where a staff page is: %+v", got)
	}
	staff := s.For(content.NewViewer("staff"))
	if got := staff.Resolve(a, "was/staff"); !got.Found || got.URL != "/staff" {
		t.Errorf("%+v", got)
	}
}

// TestIndexNamesOfOtherFiles: only pages are called after what the folder's page is called.
func TestIndexNamesOfOtherFiles(t *testing.T) {
	s := load(t, map[string]string{
		"x/README.md": "# X\n\n[a](README.txt) [b](index.php) [c](readme.html) [d](index) [e](README.v2.md)\n", "x/README.v2.md": "# Two\n",
	})
	want := []string{"x/README.md:3:1: link-dead: nothing is at README.txt", "x/README.md:3:17: link-dead: nothing is at index.php"}
	if d := cmp.Diff(want, problems(s)); d != "" {
		t.Error(d)
	}
}
