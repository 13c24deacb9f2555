package content_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"rutter/content"
	"rutter/content/source"
)

func TestPortalLanguage(t *testing.T) {
	for _, tt := range []struct{ name, file, lang, problems string }{
		{"a language", "lang: de-AT\n", "de-AT", ""},
		{"nothing", "# nothing\n", "", ""},
		{"another key", "lagn: de\n", "", "portal.yaml:1:1: portal: unknown key lagn (the keys are: lang, title, edit, constants)"},
		{"no language", "lang: [de]\n", "", "portal.yaml:1:7: portal: lang is not a language (write a tag such as en or de-AT)"},
		{"a title and an editor", "title: Harbour\nedit: https://git.example.org/edit/main/{path}\n", "", ""},
		{"no title", "title: \"\"\n", "", "portal.yaml:1:8: portal: title is no name of a portal (write up to 60 characters)"},
		{"no editor", "edit: javascript:alert(1){path}\n", "", "portal.yaml:1:7: portal: edit is no address of an editor (write https://… with {path} where the file's path belongs)"},
		{"no keys", "de\n", "", "portal.yaml:1:1: portal: it is not a list of keys (write lang: en)"},
		{"no YAML", "lang: 'de\n", "", "portal.yaml:1:"},
		{"bomb", strings.Repeat("[", 1000), "", "portal.yaml:1:1: portal: portal.yaml nests more than 16 deep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := snapshot(t, &content.Builder{}, fstest.MapFS{
				"a.md": {Data: []byte("# A\n")}, "b.md": {Data: []byte("---\nlang: fr\n---\n# B\n")}, "portal.yaml": {Data: []byte(tt.file)},
			})
			if got := s.Lang(s.Docs()[0]); got != tt.lang {
				t.Errorf("a page is in %q, want %q", got, tt.lang)
			}
			if got := s.Lang(s.Docs()[1]); got != "fr" {
				t.Errorf("a page that names its language is in %q", got)
			}
			var ps []string
			for _, p := range s.Problems() {
				ps = append(ps, p.String())
			}
			if got := strings.Join(ps, "; "); !strings.HasPrefix(got, tt.problems) || tt.problems == "" && got != "" {
				t.Errorf("problems %s, want %s", got, tt.problems)
			}
		})
	}
}

// TestPortalLanguageChanges wants all that depends on it to change with it, and a file that is broken for a while to
// change nothing.
func TestPortalLanguageChanges(t *testing.T) {
	var b content.Builder
	with := func(file string) *content.Snapshot {
		m := fstest.MapFS{"a.md": {Data: []byte("# A\n")}}
		if file != "" {
			m["portal.yaml"] = &fstest.MapFile{Data: []byte(file)}
		}
		return snapshot(t, &b, m)
	}
	none, german, broken, gone := with(""), with("lang: de\n"), with("lang: 'de"), with("")
	a := none.Docs()[0]
	if none.ID() == german.ID() || none.Fingerprint(a) == german.Fingerprint(a) {
		t.Error("the language changes nothing")
	}
	if german.ID() != broken.ID() || len(broken.Problems()) != 1 {
		t.Errorf("a broken file: %s, was %s; %v", broken.ID(), german.ID(), broken.Problems())
	}
	if gone.ID() != none.ID() || gone.Fingerprint(a) != a.Hash {
		t.Error("what the file said lives on without it")
	}
}

func TestPortalTitleAndEditor(t *testing.T) {
	var b content.Builder
	with := func(file string) *content.Snapshot {
		return snapshot(t, &b, fstest.MapFS{"a b/ü.md": {Data: []byte("# A\n")}, "portal.yaml": {Data: []byte(file)}})
	}
	s := with("title: The  harbour\nedit: https://git.example.org/edit/main/{path}?x=1\n")
	if got := s.EditURL(s.Docs()[0]); s.Portal() != "The harbour" || got != "https://git.example.org/edit/main/a%20b/%C3%BC.md?x=1" {
		t.Error(s.Portal(), got)
	}
	if other := with("title: Another\n"); other.ID() == s.ID() || other.EditURL(other.Docs()[0]) != "" {
		t.Error("a new title is no new edition")
	}
}

func snapshot(t *testing.T, b *content.Builder, files fstest.MapFS) *content.Snapshot {
	t.Helper()
	tree, err := source.FromFS(files)
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := b.Build(t.Context(), tree, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
