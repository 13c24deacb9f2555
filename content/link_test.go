package content_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLinkForms(t *testing.T) {
	files := map[string]string{
		"README.md":           "# Root\n",
		"a.md":                "# A\n\n## Part one\n",
		"dir/index.md":        "# Dir\n",
		"dir/b.md":            "# B\n",
		"dir/Mixed Case.md":   "# M\n",
		"dir/sub/c.md":        "# C\n",
		"dir/sub/_index.md":   "# Sub\n",
		"both/README.md":      "# Readme\n",
		"both/index.md":       "# Index\n",
		"plain/only.md":       "# Only\n",
		"img/pic.png":         "x",
		"content/deep/x.md":   "# X\n",
		"content/deep/y.md":   "# Y\n",
		"same.md":             "# Same file\n",
		"same/README.md":      "# Same folder\n",
		"dir/b files/d e.txt": "x",
	}
	s := load(t, files)
	for _, c := range []struct {
		from, dest, want string
		found            bool
	}{
		{"dir/b.md", "sub/c.md", "/dir/sub/c", true},
		{"dir/b.md", "sub/c", "/dir/sub/c", true},
		{"dir/b.md", "sub/c.html", "/dir/sub/c", true},
		{"dir/b.md", "sub/c/", "/dir/sub/c", true},
		{"dir/b.md", "./sub/c.md#here", "/dir/sub/c#here", true},
		{"dir/b.md", "sub/", "/dir/sub/", true},
		{"dir/b.md", "sub/_index.md", "/dir/sub/", true},
		{"dir/b.md", "../a.md#part-one", "/a#part-one", true},
		{"dir/b.md", "../", "/", true},
		{"dir/b.md", "..", "/", true},
		{"dir/b.md", "/a", "/a", true},
		{"dir/b.md", "/a.html?x=1#y", "/a?x=1#y", true},
		{"dir/b.md", "index.md", "/dir/", true},
		{"dir/b.md", "#here", "#here", true},
		{"dir/b.md", "", "#", true},
		{"dir/b.md", "mixed%20case.md", "/dir/Mixed%20Case", true},
		{"dir/b.md", "MIXED CASE", "/dir/Mixed%20Case", true},
		{"dir/b.md", "../img/pic.png", "/img/pic.png", true},
		{"dir/b.md", "../IMG/Pic.PNG", "/img/pic.png", true},
		{"dir/b.md", "b%20files/d%20e.txt", "/dir/b%20files/d%20e.txt", true},
		{"dir/b.md", "../sub/c", "/dir/sub/c", true},              // as if the page ended in a slash
		{"content/deep/x.md", "/deep/y", "/content/deep/y", true}, // the site had its root further down
		{"dir/b.md", "../both/", "/both/", true},
		{"dir/b.md", "../both/index.md", "/both/index", true},
		{"dir/b.md", "../plain/", "/plain/", true},
		{"dir/b.md", "../same", "/same", true},
		{"dir/b.md", "../same/", "/same/", true},
		{"dir/b.md", "nowhere.md", "/dir/nowhere.md", false},
		{"dir/b.md", "../../../etc/passwd", "/etc/passwd", false},
		{"dir/b.md", `..\a.md`, "/a", true},
	} {
		d := public(s).Doc(c.from)
		got := public(s).Resolve(d, c.dest)
		if got.URL != c.want || got.Found != c.found {
			t.Errorf("%s on %s: %q %v, want %q %v", c.dest, c.from, got.URL, got.Found, c.want, c.found)
		}
	}
}

func TestDeadLinks(t *testing.T) {
	s := load(t, map[string]string{
		"a.md":     "# A\n\nüber [b](b.md#nope) and [c](sub/c.md#part), [gone](gone.md)\n![no](no.png) ![yes](pic.png)\n[own](#a) [bad](#b) [top](#top)\n",
		"b.md":     "# B\n\n## Nopes\n",
		"sub/c.md": "# C\n\n## Part\n",
		"pic.png":  "x",
		"sub/b.md": "# Another B\n\n[out](../../x.md) [foot][^1]\n\n[^1]: note\n",
	})
	want := []string{
		"a.md:3:6: anchor-dead: b.md has no heading #nope (did you mean #nopes?)",
		"a.md:3:45: link-dead: nothing is at gone.md",
		"a.md:4:1: image-dead: there is no picture at no.png",
		"a.md:5:11: anchor-dead: a.md has no heading #b (did you mean #a?)",
		"sub/b.md:3:1: link-dead: nothing is at ../../x.md (it leads out of the folder)",
	}
	if d := cmp.Diff(want, problems(s)); d != "" {
		t.Error(d)
	}
}

func TestAddressesThatClash(t *testing.T) {
	s := load(t, map[string]string{"a.md": "# A\n", "a.markdown": "# B\n", "x/README.md": "# R\n", "x/index.md": "# I\n", "x/_index.md": "# U\n"})
	v := public(s)
	for key, path := range map[string]string{"a": "a.markdown", "a.md": "a.md", "x/": "x/README.md", "x/index": "x/index.md", "x/_index": "x/_index.md"} {
		if d := v.At(key); d == nil || d.Path != path {
			t.Errorf("at %q: %+v, want %s", key, d, path)
		}
	}
	if d := cmp.Diff([]string{"a.md: address-taken: its address belongs to a.markdown (rename one of the two)"}, problems(s)); d != "" {
		t.Error(d)
	}
}

func TestMoved(t *testing.T) {
	v := public(load(t, map[string]string{
		"new/Name.md": "---\naliases: [/old/name/, former.html, new]\n---\n# N\n", "b.md": "# B\n",
	}))
	for key, want := range map[string]string{"old/name": "/new/Name", "former": "/new/Name", "new/name": "/new/Name", "B": "/b", "NEW": "/new/"} {
		if got, ok := v.Moved(key); !ok || got != want {
			t.Errorf("%s: %q %v, want %q", key, got, ok, want)
		}
	}
	for _, key := range []string{"b", "nothing", ""} {
		if got, ok := v.Moved(key); ok {
			t.Errorf("%q moved to %q", key, got)
		}
	}
}

func TestDuplicateAlerts(t *testing.T) {
	s := load(t, map[string]string{"a.md": "---\nalerts: [X]\n---\n", "b.md": "---\nalerts: [Y, x]\n---\n"})
	if d := cmp.Diff([]string{"b.md:2:13: alert-duplicate: the alert x already leads to a.md (keep it on one page)"}, problems(s)); d != "" {
		t.Error(d)
	}
}
