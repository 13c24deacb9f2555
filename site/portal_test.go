package site_test

import "testing"

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
