package site_test

import (
	"strings"
	"testing"
)

func TestPortalNameAndEditor(t *testing.T) {
	p := start(t, map[string]string{
		"portal.yaml": "title: The harbour\nedit: https://git.example.org/edit/main/{path}\n", "a b.md": "# A\n",
	})
	p.get("/a%20b").has(t, "<title>A · The harbour</title>", `<a href="https://git.example.org/edit/main/a%20b.md">Edit this page</a>`)
	p.get("/").has(t, "<title>The harbour</title>")
	p.get("/nothing-here").has(t, "The harbour</title>")
	p.get("/opensearch.xml").has(t, "<ShortName>The harbour</ShortName>")
	p.get("/portal.yaml").lacks(t, "git.example.org")
}

// TestDiagramsMayStyleThemselves: a page with a diagram alone, be it rendered for a reader or by the gate.
func TestDiagramsMayStyleThemselves(t *testing.T) {
	const diagram = "# D\n\n```mermaid\ngraph LR\n  A --> B\n```\n"
	p := start(t, map[string]string{"first.md": diagram, "plain.md": "# P\n"})
	policy := func(path string) string { return p.get(path).header.Get("Content-Security-Policy") }
	p.write("later.md", diagram)
	p.until("the new page", func() bool { return p.get("/later").status == 200 })
	for path, may := range map[string]bool{"/first": true, "/later": true, "/plain": false, "/": false} {
		if got := strings.Contains(policy(path), "style-src 'self' 'unsafe-inline'"); got != may {
			t.Errorf("%s: %v, want %v: %s", path, got, may, policy(path))
		}
		if strings.Contains(policy(path), "script-src 'self' 'unsafe") {
			t.Error(path, policy(path))
		}
	}
}

// TestListsFollowVersions: what a page is for stands in every list of it, an advisory's too.
func TestListsFollowVersions(t *testing.T) {
	p := start(t, map[string]string{"x/README.md": "# X\n", "x/a.md": "---\napplies_to: [ESXi 7.0]\n---\n# A\n", "x/b.md": "---\nkind: advisory\naffected: [Horn]\n---\n# B\n"})
	p.get("/x/").has(t, `<li data-row="esxi v017$$|0170~"`, `<li data-row="horn"`)
	p.get("/x/b").has(t, `data-page="horn"`)
	p.write("x/a.md", "---\napplies_to: [ESXi 9.9]\n---\n# A\n")
	p.until("the folder's page to follow", func() bool { return strings.Contains(p.get("/x/").body, `data-row="esxi v0191`) })
}

// TestStoriesStandOnHome, however many pages changed after them.
func TestStoriesStandOnHome(t *testing.T) {
	files := map[string]string{"stories/s.md": "---\nupdated: 2020-01-01\n---\n# An old story\n"}
	for i := range 60 {
		files["playbooks/p"+strings.Repeat("x", i)+".md"] = "---\nupdated: 2026-01-01\nphase: [respond]\n---\n# P\n"
	}
	start(t, files).get("/").has(t, `<h2 id="/stories">In production</h2>`, `<a href="/stories/s">An old story</a>`)
}
