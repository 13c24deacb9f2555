package content_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"rutter/content"
	"rutter/content/source"
)

func TestQuestions(t *testing.T) {
	for _, tt := range []struct{ name, file, want, problems string }{
		{"long", "- query: no space left\n  page: a.md\n  within: 1\n- query: \"x: y\"\n  page: /sub/b\n", "[{no space left a.md 1 1} {x: y sub/b.md 3 4}]", ""},
		{"short", "no space left: a.md\ndisk: b\n", "[{no space left a.md 3 1} {disk b.md 3 2}]", ""},
		{"empty", "# nothing\n", "[]", ""},
		{"no page", "- query: x\n", "[]", "queries.yaml:1:3: queries: a query and its page are wanted (write query: … and page: …)"},
		{"no rank", "- query: x\n  page: a.md\n  within: soon\n", "[{x a.md 3 1}]", "queries.yaml:3:11: queries: within is not a rank (write a number from 1 to 100)"},
		{"unknown key", "- query: x\n  page: a.md\n  rank: 1\n", "[{x a.md 3 1}]", "queries.yaml:3:3: queries: unknown key rank (an entry has query, page and within)"},
		{"no list", "hello\n", "[]", "queries.yaml:1:1: queries: it is not a list (write - query: … and page: … for each)"},
		{"no YAML", "- query: 'x\n", "[]", "queries.yaml:1:"},
		{"bomb", strings.Repeat("[", 1000), "[]", "queries.yaml:1:1: queries: queries.yaml nests more than 16 deep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tree, err := source.FromFS(fstest.MapFS{"a.md": {Data: []byte("# A\n")}, "queries.yaml": {Data: []byte(tt.file)}})
			if err != nil {
				t.Fatal(err)
			}
			var b content.Builder
			s, _, err := b.Build(t.Context(), tree, nil, false)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(s.Questions()); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
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
