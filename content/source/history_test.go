package source_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rutter/content"
	"rutter/content/source"
)

func (r repo) rename(day, from, to string) {
	r.t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(r.dir, to)), 0o755); err != nil {
		r.t.Fatal(err)
	}
	r.git(day, "mv", from, to)
	r.git(day, "commit", "-q", "-m", "rename "+from)
}

func (r repo) remove(day, name string) {
	r.t.Helper()
	r.git(day, "rm", "-q", name)
	r.git(day, "commit", "-q", "-m", "remove "+name)
}

func (r repo) rev(name string) string {
	r.t.Helper()
	out, err := exec.Command("git", "-C", r.dir, "rev-parse", name).Output()
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// shownOf is what a history says of the pages, as text: their changes, the paths that moved, the anchors.
func shownOf(h *content.History) map[string][]string {
	out := map[string][]string{}
	for p := range h.Past().Pages {
		out[p] = []string{}
		for _, c := range h.Changes(p) {
			s := c.Time.Format(time.DateOnly) + " " + c.Path
			if c.From != "" {
				s += " was " + c.From
			}
			out[p] = append(out[p], s)
			if to, ok := h.Moved(c.Path); ok {
				out[c.Path] = []string{"→ " + to}
			}
		}
		for _, f := range h.Anchors(p) {
			out[p] = append(out[p], "#"+f.ID+" → #"+f.Now)
		}
	}
	return out
}

func historyOf(t *testing.T, g *source.Git) *content.History {
	t.Helper()
	h, err := g.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// long is a text that is recognised when a few lines of it change.
func long(lines ...string) string {
	return strings.Join(lines, "\n") + "\n\none\ntwo\nthree\nfour\nfive\nsix\nseven\n"
}

func TestChanges(t *testing.T) {
	for name, c := range map[string]struct {
		make func(r repo)
		want map[string][]string
	}{
		"edits": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", "one")
				r.commit("2020-01-02", "a.md", "two")
				r.commit("2020-01-03", "pic.png", "no page")
			},
			map[string][]string{"a.md": {"2020-01-02 a.md", "2020-01-01 a.md"}},
		},
		"a chain of renames, with an edit in one": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", long("# A", "## Old"))
				r.rename("2020-01-02", "a.md", "b.md")
				r.git("2020-01-03", "mv", "b.md", "c.md")
				r.commit("2020-01-03", "c.md", long("# A", "## New"))
				r.commit("2020-01-04", "c.md", long("# A", "## Newer"))
			},
			map[string][]string{
				"a.md": {"→ c.md"}, "b.md": {"→ c.md"},
				"c.md": {"2020-01-04 c.md", "2020-01-03 c.md was b.md", "2020-01-02 b.md was a.md", "2020-01-01 a.md", "#new → #newer", "#old → #newer"},
			},
		},
		"a folder is renamed, then one page in it": {
			func(r repo) {
				r.commit("2020-01-01", "docs/sub/a.md", long("a"))
				r.commit("2020-01-02", "docs/README.md", long("b"))
				r.rename("2020-01-03", "docs", "guides")
				r.rename("2020-01-04", "guides/sub/a.md", "guides/a.md")
			},
			map[string][]string{
				"docs/sub/a.md": {"→ guides/a.md"}, "guides/sub/a.md": {"→ guides/a.md"}, "docs/README.md": {"→ guides/README.md"},
				"guides/README.md": {"2020-01-03 guides/README.md was docs/README.md", "2020-01-02 docs/README.md"},
				"guides/a.md":      {"2020-01-04 guides/a.md was guides/sub/a.md", "2020-01-03 guides/sub/a.md was docs/sub/a.md", "2020-01-01 docs/sub/a.md"},
			},
		},
		"deleted and added again": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", long("## Old"))
				r.remove("2020-01-02", "a.md")
				r.commit("2020-01-03", "a.md", long("## New"))
			},
			map[string][]string{"a.md": {"2020-01-03 a.md"}},
		},
		"a renamed page's path is taken by another": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", long("first"))
				r.rename("2020-01-02", "a.md", "b.md")
				r.commit("2020-01-03", "a.md", "second")
			},
			map[string][]string{"a.md": {"2020-01-03 a.md"}, "b.md": {"2020-01-02 b.md was a.md", "2020-01-01 a.md"}},
		},
		"two pages had a path: the last one to leave it": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", long("first"))
				r.rename("2020-01-02", "a.md", "z.md")
				r.commit("2020-01-03", "a.md", long("second", "x", "y", "z", "q", "r", "s", "t", "u"))
				r.rename("2020-01-04", "a.md", "c.md")
			},
			map[string][]string{
				"a.md": {"→ c.md"}, "c.md": {"2020-01-04 c.md was a.md", "2020-01-03 a.md"}, "z.md": {"2020-01-02 z.md was a.md", "2020-01-01 a.md"},
			},
		},
		"the later page at a path was deleted": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", long("first"))
				r.rename("2020-01-02", "a.md", "b.md")
				r.commit("2020-01-03", "a.md", "second")
				r.remove("2020-01-04", "a.md")
			},
			map[string][]string{"a.md": {"→ b.md"}, "b.md": {"2020-01-02 b.md was a.md", "2020-01-01 a.md"}},
		},
		"there and back": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", long("first"))
				r.rename("2020-01-02", "a.md", "b.md")
				r.rename("2020-01-03", "b.md", "a.md")
			},
			map[string][]string{"b.md": {"→ a.md"}, "a.md": {"2020-01-03 a.md was b.md", "2020-01-02 b.md was a.md", "2020-01-01 a.md"}},
		},
		"two change places": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", long("first", "x", "y", "z"))
				r.commit("2020-01-02", "b.md", "second\n")
				r.rename("2020-01-03", "a.md", "tmp.md")
				r.rename("2020-01-04", "b.md", "a.md")
				r.rename("2020-01-05", "tmp.md", "b.md")
			},
			map[string][]string{
				"a.md":   {"2020-01-04 a.md was b.md", "2020-01-02 b.md"},
				"b.md":   {"2020-01-05 b.md was tmp.md", "2020-01-03 tmp.md was a.md", "2020-01-01 a.md"},
				"tmp.md": {"→ b.md"},
			},
		},
		"a copy is no move": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", long("first"))
				r.commit("2020-01-02", "b.md", long("first"))
				r.remove("2020-01-03", "a.md")
			},
			map[string][]string{"b.md": {"2020-01-02 b.md"}},
		},
		"a draft that was hidden": {
			func(r repo) {
				r.commit("2020-01-01", ".drafts/a.md", long("## Secret"))
				r.rename("2020-01-02", ".drafts/a.md", "a.md")
				r.commit("2020-01-03", "a.md", long("## New"))
				r.commit("2020-01-04", "b.md", long("## Other", "x", "y", "z"))
				r.rename("2020-01-05", "b.md", ".drafts/b.md")
			},
			map[string][]string{"a.md": {"2020-01-03 a.md", "2020-01-02 a.md", "#secret → #new"}},
		},
		"a renamed page is deleted": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", long("first"))
				r.rename("2020-01-02", "a.md", "b.md")
				r.remove("2020-01-03", "b.md")
				r.commit("2020-01-04", "c.md", "x")
			},
			map[string][]string{"c.md": {"2020-01-04 c.md"}},
		},
		"renamed on one branch, edited on the other": {
			func(r repo) {
				r.commit("2020-01-01", "a.md", long("first"))
				r.git("2020-01-01", "checkout", "-q", "-b", "side")
				r.rename("2020-01-02", "a.md", "b.md")
				r.git("2020-01-01", "checkout", "-q", "main")
				r.commit("2020-01-03", "a.md", long("second"))
				r.git("2020-01-04", "merge", "-q", "--no-edit", "side")
			},
			map[string][]string{"a.md": {"→ b.md"}, "b.md": {"2020-01-03 a.md", "2020-01-02 b.md was a.md", "2020-01-01 a.md"}},
		},
		"the same page added on two branches": {
			func(r repo) {
				r.commit("2020-01-01", "x.md", "x")
				r.git("2020-01-01", "checkout", "-q", "-b", "side")
				r.write("y.md", "y")
				r.commit("2020-01-02", "a.md", long("first"))
				r.git("2020-01-01", "checkout", "-q", "main")
				r.commit("2020-01-03", "a.md", long("first"))
				r.commit("2020-01-04", "a.md", long("second"))
				r.git("2020-01-05", "merge", "-q", "--no-edit", "-X", "ours", "side")
			},
			map[string][]string{"x.md": {"2020-01-01 x.md"}, "y.md": {"2020-01-02 y.md"}, "a.md": {"2020-01-04 a.md", "2020-01-03 a.md", "2020-01-02 a.md"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			c.make(r)
			if d := cmp.Diff(c.want, shownOf(historyOf(t, gitOf(t, r.dir)))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestChangesOfAFolderInARepository(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "old/a.md", long("# A"))
	r.commit("2020-01-02", "docs [1]/sub/b.md", long("# B", "x", "y", "z"))
	r.rename("2020-01-03", "old/a.md", "docs [1]/a.md")
	r.rename("2020-01-04", "docs [1]/sub/b.md", "docs [1]/c.md")
	r.commit("2020-01-05", "docs [2]/a.md", "elsewhere")
	at := r.rev("main")
	r.commit("2020-01-06", "docs [1]/a.md", long("# later"))
	want := map[string][]string{
		"a.md": {"2020-01-03 a.md"}, "c.md": {"2020-01-04 c.md was sub/b.md", "2020-01-02 sub/b.md"}, "sub/b.md": {"→ c.md"},
	}
	bare := filepath.Join(t.TempDir(), "bare.git")
	if out, err := exec.Command("git", "clone", "-q", "--mirror", r.dir, bare).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	g := source.GitAt(bare, "/docs [1]/", func() string { return at })
	if d := cmp.Diff(want, shownOf(historyOf(t, g))); d != "" {
		t.Error(d)
	}
	if g.Fingerprint() != at {
		t.Errorf("the fingerprint is %q", g.Fingerprint())
	}
	at = r.rev("main")
	want["a.md"] = []string{"2020-01-06 a.md", "2020-01-03 a.md", "#a → #later"}
	for name, g := range map[string]*source.Git{"the same": g, "a work tree": gitOf(t, filepath.Join(r.dir, "docs [1]"))} {
		if d := cmp.Diff(want, shownOf(historyOf(t, g))); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if h := historyOf(t, source.GitAt(bare, "none", func() string { return at })); len(h.Past().Pages) != 0 || h.Revision != at {
		t.Errorf("a folder that is not there: %v", h.Past())
	}
	if h := historyOf(t, source.GitAt(bare, "", func() string { return "" })); len(h.Past().Pages) != 0 || h.Revision != "" {
		t.Errorf("no revision: %v", h.Past())
	}
	for _, bad := range []string{strings.Repeat("1", 40), "no-such-name", "--all"} {
		if _, err := source.GitAt(bare, "", func() string { return bad }).History(t.Context()); err == nil {
			t.Errorf("%s is a revision", bad)
		}
	}
}

// TestHostileCommits: whoever may commit may write anything into a commit.
func TestHostileCommits(t *testing.T) {
	r := newRepo(t)
	commit := func(author, message string) content.Change {
		t.Helper()
		r.write("a.md", fmt.Sprint(len(message), author))
		r.git("2020-01-01", "add", "-A")
		file := filepath.Join(t.TempDir(), "message")
		if err := os.WriteFile(file, []byte(message), 0o600); err != nil {
			t.Fatal(err)
		}
		r.git("2020-01-01", "-c", "user.name="+author, "-c", "i18n.commitEncoding=unknown", "commit", "-q", "--allow-empty-message", "--cleanup=verbatim", "-F", file)
		c, ok := historyOf(t, gitOf(t, r.dir)).Last("a.md")
		if !ok {
			t.Fatal("the change is not known")
		}
		return c
	}
	for name, c := range map[string]struct {
		author, message string
		want            content.Change
	}{
		"plain":              {"A B", "Mend it\n\nText.\n\nReviewed-by: C D <c@example.org>\nreviewed-by: E <e@example.org>\nReviewed-by: C D <other@example.org>\n", content.Change{Author: "A B", Subject: "Mend it", ReviewedBy: []string{"C D", "E"}}},
		"two lines":          {"A", "One\ntwo\n", content.Change{Author: "A", Subject: "One two"}},
		"control characters": {"A\x1b[31mB", "x\x1b[2J\x01\x02y\ttab\u202ez\u200b\n\nReviewed-by: \x07N\x1fM\n", content.Change{Author: "A[31mB", Subject: "x[2Jy tabz", ReviewedBy: []string{"NM"}}},
		"no UTF-8":           {"A\xffB", "x\xff\xfey", content.Change{Author: "A\uFFFDB", Subject: "x\uFFFDy"}},
		"looks like the log": {"\x01A", "\x011234567890123456789012345678901234567890\n:100644 100644 1 2 M\n\na.md\n", content.Change{Author: "A", Subject: "1234567890123456789012345678901234567890 :100644 100644 1 2 M"}},
		"folded trailer":     {"A", "x\n\nReviewed-by: Long\n  Name <x@example.org>\n", content.Change{Author: "A", Subject: "x", ReviewedBy: []string{"Long Name"}}},
		"empty trailer":      {"A", "x\n\nReviewed-by:\nReviewed-by: <x@example.org>\n", content.Change{Author: "A", Subject: "x", ReviewedBy: []string{"<x@example.org>"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := commit(c.author, c.message)
			if d := cmp.Diff(c.want, got, cmpopts.IgnoreFields(content.Change{}, "Time", "Revision", "Path", "Blob", "Added")); d != "" {
				t.Error(d)
			}
		})
	}
	if c := commit("A", strings.Repeat("wide ü ", 1<<19)); len(c.Subject) > 304 || !strings.HasSuffix(c.Subject, "…") {
		t.Errorf("a subject of %d bytes", len(c.Subject))
	}
	if c := commit("A", "x\n\n"+strings.Repeat("Reviewed-by: N<>\n", 1000)+strings.Repeat("Reviewed-by: "+strings.Repeat("M", 200)+"\n", 3)); len(c.ReviewedBy) != 2 {
		t.Errorf("%d reviewers", len(c.ReviewedBy))
	}
	if c := commit("A", ""); c.Blob != r.rev("HEAD:a.md") || c.Revision != r.rev("HEAD")[:12] || c.Path != "a.md" {
		t.Errorf("%+v", c)
	}
}

func TestShallowCloneKnowsNothingBeyondItsEnd(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", long("## One"))
	r.rename("2020-01-02", "a.md", "b.md")
	r.commit("2020-01-03", "b.md", long("## Two"))
	r.commit("2020-01-04", "b.md", long("## Three"))
	clone := filepath.Join(t.TempDir(), "clone")
	if out, err := exec.Command("git", "clone", "-q", "--depth", "3", "file://"+r.dir, clone).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	g, at := gitOf(t, clone), source.GitAt(filepath.Join(clone, ".git"), "", func() string { return r.rev("main") })
	want := map[string][]string{"b.md": {"2020-01-04 b.md", "2020-01-03 b.md", "#two → #three"}}
	for _, g := range []*source.Git{g, at} {
		if d := cmp.Diff(want, shownOf(historyOf(t, g))); d != "" {
			t.Error(d)
		}
	}
	if out, err := exec.Command("git", "-C", clone, "fetch", "-q", "--unshallow").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, g := range []*source.Git{g, at} {
		got := shownOf(historyOf(t, g))
		if len(got["b.md"]) != 6 || !slices.Equal(got["a.md"], []string{"→ b.md"}) {
			t.Errorf("the rest came: %v", got)
		}
	}
}

// TestPartialCloneAsksForNothing: the files that it left out stay where they are.
func TestPartialCloneAsksForNothing(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", long("## One"))
	r.rename("2020-01-02", "a.md", "b.md")
	r.commit("2020-01-03", "b.md", long("## Two"))
	r.git("2020-01-03", "config", "uploadpack.allowFilter", "true")
	clone := filepath.Join(t.TempDir(), "clone")
	if out, err := exec.Command("git", "clone", "-q", "--filter=blob:none", "file://"+r.dir, clone).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Rename(filepath.Join(r.dir, ".git"), filepath.Join(r.dir, "away")); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"a.md": {"→ b.md"}, "b.md": {"2020-01-03 b.md", "2020-01-02 b.md was a.md", "2020-01-01 a.md"}}
	if d := cmp.Diff(want, shownOf(historyOf(t, gitOf(t, clone)))); d != "" {
		t.Error(d)
	}
}

// TestDamagedPast: a file of an old commit cannot be read, which is no reason to know no dates.
func TestDamagedPast(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", long("## One"))
	blob := r.rev("HEAD:a.md")
	r.git("2020-01-02", "mv", "a.md", "b.md")
	r.commit("2020-01-02", "b.md", long("## Two"))
	r.commit("2020-01-03", "b.md", long("## Three"))
	object := filepath.Join(r.dir, ".git", "objects", blob[:2], blob[2:])
	if err := os.Chmod(object, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(object, []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	g := gitOf(t, r.dir)
	if d := cmp.Diff(map[string][]string{"b.md": {"2020-01-03 b.md", "2020-01-02 b.md"}}, shownOf(historyOf(t, g))); d != "" {
		t.Error(d)
	}
	r.commit("2020-01-04", "b.md", long("## Four"))
	if got := shownOf(historyOf(t, g))["b.md"]; len(got) != 3 {
		t.Errorf("%v", got)
	}
}

// TestPastThatWasRewritten: after a forced push nothing of the old past is left.
func TestPastThatWasRewritten(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", long("## One"))
	first := r.rev("main")
	r.rename("2020-01-02", "a.md", "b.md")
	r.commit("2020-01-03", "b.md", long("## Two"))
	g := gitOf(t, r.dir)
	if got := shownOf(historyOf(t, g)); len(got) != 2 {
		t.Fatalf("%v", got)
	}
	r.git("2020-01-03", "reset", "-q", "--hard", first)
	r.git("2020-01-03", "reflog", "expire", "--expire=now", "--all")
	r.git("2020-01-03", "gc", "-q", "--prune=now")
	r.commit("2020-01-05", "a.md", long("## Three"))
	if d := cmp.Diff(map[string][]string{"a.md": {"2020-01-05 a.md", "2020-01-01 a.md", "#one → #three"}}, shownOf(historyOf(t, g))); d != "" {
		t.Error(d)
	}
}

// TestFollowedStepByStep: a repository grows by edits, renames, deletions and merges; to follow it commit by commit tells
// the same as to read it anew, and what was told once does not change.
func TestFollowedStepByStep(t *testing.T) {
	r := newRepo(t)
	rnd := random(3)
	day := 0
	next := func() string {
		day++
		return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day).Format(time.DateOnly)
	}
	heads := []string{"Alpha", "Beta", "Gamma", "Delta"}
	text := func(i int) string {
		return long(fmt.Sprintf("# Page %d", i), fmt.Sprint("own text of ", i), "## "+heads[rnd(4)], "## "+heads[rnd(4)]+" two") + strings.Repeat(fmt.Sprintf("line of %d\n", i), 8)
	}
	pages := func() []string {
		m, err := filepath.Glob(filepath.Join(r.dir, "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range m {
			m[i] = filepath.Base(m[i])
		}
		return m
	}
	n := 0
	step := func() {
		have := pages()
		switch what := rnd(6); {
		case what == 0 || len(have) < 3:
			n++
			r.commit(next(), fmt.Sprintf("p%d.md", rnd(12)), text(n))
		case what == 1:
			r.remove(next(), have[rnd(len(have))])
		case what == 2:
			if to := fmt.Sprintf("p%d.md", rnd(12)); !slices.Contains(have, to) {
				r.rename(next(), have[rnd(len(have))], to)
			}
		default:
			p := have[rnd(len(have))]
			old, err := os.ReadFile(filepath.Join(r.dir, p))
			if err != nil {
				t.Fatal(err)
			}
			r.commit(next(), p, strings.Replace(string(old), "## ", fmt.Sprintf("## Step %d of ", day), 1))
		}
	}
	step()
	followed := gitOf(t, r.dir)
	type told struct {
		h     *content.History
		shown map[string][]string
	}
	var all []told
	for round := range 32 {
		if round%8 == 7 { // a branch that comes in with a merge, taken as it is where the two collide
			r.git(next(), "checkout", "-q", "-b", "side")
			step()
			step()
			r.git(next(), "checkout", "-q", "main")
			step()
			merge := exec.Command("git", "-C", r.dir, "-c", "user.name=t", "-c", "user.email=t@example.org", "merge", "-q", "--no-edit", "side")
			merge.Env = append(os.Environ(), "GIT_AUTHOR_DATE="+next()+"T12:00:00Z", "GIT_COMMITTER_DATE="+next()+"T12:00:00Z")
			if merge.Run() != nil {
				r.git(next(), "merge", "--abort")
			}
			r.git(next(), "branch", "-q", "-D", "side")
		} else {
			step()
		}
		h := historyOf(t, followed)
		if d := cmp.Diff(shownOf(historyOf(t, gitOf(t, r.dir))), shownOf(h)); d != "" {
			t.Fatalf("round %d (-anew +followed):\n%s", round, d)
		}
		all = append(all, told{h, shownOf(h)})
	}
	moved := 0
	for i, x := range all {
		if d := cmp.Diff(x.shown, shownOf(x.h)); d != "" {
			t.Errorf("what was told in round %d is another now:\n%s", i, d)
		}
		for p := range maps.Keys(x.shown) {
			if _, ok := x.h.Moved(p); ok {
				moved++
			}
		}
	}
	if moved == 0 {
		t.Error("nothing ever moved: the test tries nothing")
	}
}

// random is a small generator, so that every run tries the same.
func random(seed uint64) func(n int) int {
	return func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed >> 33 % uint64(n))
	}
}

// TestVersionsThatAreTooLarge are passed over, and what cannot be read is no reason to know nothing.
func TestVersionsThatAreTooLarge(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "## One\n")
	r.commit("2020-01-02", "a.md", "## Two\n"+strings.Repeat("x\n", 1<<20))
	r.commit("2020-01-03", "a.md", "## Three\n")
	r.commit("2020-01-03", "b.md", "## One\n")
	r.commit("2020-01-04", "b.md", "## Two\n"+strings.Repeat("x\n", 1<<20))
	want := map[string][]string{
		"a.md": {"2020-01-03 a.md", "2020-01-02 a.md", "2020-01-01 a.md", "#one → #three"},
		"b.md": {"2020-01-04 b.md", "2020-01-03 b.md"},
	}
	if d := cmp.Diff(want, shownOf(historyOf(t, gitOf(t, r.dir)))); d != "" {
		t.Error(d)
	}
}
