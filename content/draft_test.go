package content_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"rutter/content"
)

var hostileTitles = []string{
	"The root file system is full", `It's "full": 100% of /var`, "a: b", "- a", "---", "# not a comment", "a #b", "[x](y)", "{{ x }}", "{a: b}", "&a *b !c", "true", "null", "~", "2026",
	"2026-11-27", "0x1F", "1e3", "line\nbreak", "line\r\n---\naudience: staff", "tab\there", "ends with a colon:", "'", `"`, `\`, `\n`, "%", "@a", "`a`", "日本語の題名", "Über größe Füße", "Привет, мир",
	"شبكة", "🙂", "a\u2028b", "a\u202eb", "a\x00b", "a\xffb", "a\u0085b", "index", "README", "_index", "4913", ".hidden", "../../etc/passwd", "a/b/c", strings.Repeat("long title ", 60), strings.Repeat("本", 300), "<script>alert(1)</script>", "TITLE", "owner: OWNER", ": TODAY", "\ufeffa",
}

// unseen are characters that no title keeps.
func unseen(r rune) bool {
	return r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) || r == 0x85 || r == 0x2028
}

// TestDrafts: a new page of any kind, with any title, has no problem, and its title is the one that was asked for.
func TestDrafts(t *testing.T) {
	for _, k := range content.Kinds() {
		for _, title := range hostileTitles {
			for _, owner := range []string{"", "Storage: on call", "a\nb: c"} {
				d := content.Draft{Kind: k, Title: title, In: "linux", Owner: owner, Today: "2026-11-27"}
				p, err := d.Path()
				if err != nil {
					t.Errorf("%q: %v", title, err)
					continue
				}
				s := load(t, map[string]string{p: string(d.Text()), "index.md": "# Home\n"})
				if ps := problems(s); len(ps) > 0 {
					t.Errorf("%q: %v\n%s", title, ps, d.Text())
				}
				doc := public(s).Doc(p)
				if doc == nil || strings.HasSuffix(doc.Key, "/") {
					t.Fatalf("%q: %s is not there: %+v", title, p, doc)
				}
				if want := strings.Join(strings.Fields(title), " "); !strings.ContainsFunc(title, unseen) && doc.Meta.Title != want && len(want) < 200 {
					t.Errorf("the title is %q, want %q", doc.Meta.Title, want)
				}
				if want := strings.Join(strings.Fields(owner), " "); doc.Meta.Owner != want {
					t.Errorf("the owner is %q, want %q", doc.Meta.Owner, want)
				}
				if doc.Kind != k || doc.Meta.Reviewed != "2026-11-27" || doc.Meta.ReviewEvery != "12 months" || doc.Meta.Status != "draft" || doc.Meta.Audience != nil {
					t.Errorf("%q: %+v", title, doc.Meta)
				}
			}
		}
	}
}

// TestDraftShowsNoTodo: what is to be written is for the author's eyes.
func TestDraftShowsNoTodo(t *testing.T) {
	for _, k := range content.Kinds() {
		d := content.Draft{Kind: k, Title: "A page", Today: "2026-11-27"}
		p, err := d.Path()
		if err != nil {
			t.Fatal(err)
		}
		v := public(load(t, map[string]string{p: string(d.Text())}))
		doc := v.Doc(p)
		body, _, err := v.Body(doc, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(body), "TODO") || doc.Summary() != "Draft." {
			t.Errorf("%s: %s\n%s", k, doc.Summary(), body)
		}
		if steps := strings.Count(string(body), `<li class="step">`); (k == content.Playbook) != (steps == 2) {
			t.Errorf("%s: %d steps", k, steps)
		}
		if says := strings.Count(string(body), `<div class="say">`); k == content.Playbook && says != 4 {
			t.Errorf("%d sayings:\n%s", says, body)
		}
	}
}

func TestDraftPath(t *testing.T) {
	for _, tt := range []struct{ title, in, want string }{
		{"The root file system is full", "", "guides/the-root-file-system-is-full.md"},
		{"Über größe Füße!", "linux/disk/", "guides/linux/disk/uber-grosse-fusse.md"},
		{"日本語の題名", "", "guides/日本語の題名.md"},
		{"が ガ", "", "guides/が-ガ.md"},
		{"!?", "", "guides/guide-2026-11-27.md"},
		{"README", "a", "guides/a/readme-guide.md"},
		{"_index", "", "guides/index-guide.md"},
		{"4913", "", "guides/4913-guide.md"},
		{"../../etc/passwd", "", "guides/etcpasswd.md"},
		{strings.Repeat("word ", 30), "", "guides/word-word-word-word-word-word-word-word-word-word-word-word.md"},
		{"a", "../x", "error: \"../x\" is no folder for pages"},
		{"a", ".git", "error: \".git\" is no folder for pages"},
		{"a", "x\ny", "error: \"x\\ny\" is no folder for pages"},
		{" \n", "", "error: the title is empty"},
	} {
		got, err := content.Draft{Kind: content.Guide, Title: tt.title, In: tt.in, Today: "2026-11-27"}.Path()
		if err != nil {
			got = "error: " + err.Error()
		}
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("%q in %q: %s, want %s", tt.title, tt.in, got, tt.want)
		}
	}
}
