package main

import "testing"

// TestStateOfARepository: a folder inside it is one however it is written, so that audit and rollback find what serve keeps.
func TestStateOfARepository(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	g := gitFlags{Git: "https://git.example.org/docs.git", Branch: "main"}
	state := func(folder string) string {
		t.Helper()
		dir, err := g.state(folder)
		if err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for _, folder := range []string{".", "/", "./"} {
		if state(folder) != state("") {
			t.Errorf("%q is not the root", folder)
		}
	}
	for _, folder := range []string{"docs/", "./docs", "/docs", "docs//"} {
		if state(folder) != state("docs") {
			t.Errorf("%q is not docs", folder)
		}
	}
	if state("docs") == state("") {
		t.Error("two folders of a repository share their state")
	}
}
