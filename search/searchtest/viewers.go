package searchtest

import (
	"testing"

	"rutter/content"
	"rutter/search"
)

// testHidden wants an index with pages for others to answer as one that has never seen them: nothing in the answer
// may tell what they say. Confidence is rounded, since lengths and numbers of pages are those of the whole index.
func testHidden(t *testing.T, open Open) {
	public := []search.Document{
		page("a.md", "guide", "KubePodCrashLooping", nil, lead("A network cable, well known.")),
		page("b.md", "guide", "Other", nil, lead("Some words.")),
	}
	for _, tt := range []struct{ title, text, query string }{
		{"Plan", "layoffs are planned", "cable layoffs"},
		{"Plan", "LayoffPlan is ready", "cable LayoffPlan"},
		{"KubePodCrashLoopin", "x", "KubePodCrashLoopin"},
		{"KubePodCrashLoopingOften", "x", "KubePodCrashLoo"},
	} {
		secret := page("s.md", "guide", tt.title, nil, lead(tt.text))
		secret.Audience = []string{"staff"}
		other := page("s.md", "guide", "Something", nil, lead("else entirely"))
		other.Audience = []string{"staff"}
		with, without := open(t, append(public[:2:2], secret)), open(t, append(public[:2:2], other))
		q := search.Parse(tt.query, nil)
		x, y := ask(t, with, content.Viewer{}, q), ask(t, without, content.Viewer{}, q)
		if d := x.Confidence - y.Confidence; x.Total != y.Total || x.Suggestion != y.Suggestion || d > 0.01 || d < -0.01 {
			t.Errorf("%q: %d pages, %q, %.3f with a hidden page that has it; %d, %q, %.3f without", tt.query, x.Total, x.Suggestion, x.Confidence, y.Total, y.Suggestion, y.Confidence)
		}
		p, ok, err := with.Lookup(t.Context(), content.Viewer{}, tt.query)
		p2, ok2, err2 := without.Lookup(t.Context(), content.Viewer{}, tt.query)
		if err != nil || err2 != nil || p != p2 || ok != ok2 {
			t.Errorf("%q leads to %v with a hidden page that has it, to %v without", tt.query, p, p2)
		}
	}
}
