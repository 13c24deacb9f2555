package source_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rutter/content/source"
)

// repo is a git repository of a test.
type repo struct {
	t   *testing.T
	dir string
}

func newRepo(t *testing.T) repo {
	r := repo{t, t.TempDir()}
	r.git("2020-01-01", "init", "-q", "-b", "main")
	return r
}

func (r repo) git(day string, args ...string) {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", r.dir, "-c", "user.name=Test", "-c", "user.email=test@example.org"}, args...)...)
	date := day + "T12:00:00Z"
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date, "GIT_CONFIG_GLOBAL=/dev/null")
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (r repo) write(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r repo) commit(day, name, text string) {
	r.t.Helper()
	r.write(name, text)
	r.git(day, "add", "-A")
	r.git(day, "commit", "-q", "-m", "change "+name)
}

func gitOf(t *testing.T, dir string) *source.Git {
	t.Helper()
	f, err := source.OpenFolder(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return f.GitOf()
}

func days(t *testing.T, g *source.Git) map[string]string {
	t.Helper()
	h, err := g.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for p := range h.Past().Pages {
		if c, ok := h.Last(p); ok {
			out[p] = c.Time.Format(time.DateOnly)
		}
	}
	return out
}

func TestLastChangeIsThatOfTheFile(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "one")
	r.commit("2021-02-02", "docs/b ü.md", "one")
	r.commit("2022-03-03", "a.md", "two")
	r.write("untracked.md", "x")
	got := days(t, gitOf(t, r.dir))
	if got["a.md"] != "2022-03-03" || got["docs/b ü.md"] != "2021-02-02" {
		t.Errorf("%v", got)
	}
	if _, ok := got["untracked.md"]; ok {
		t.Error("git dates a file it does not know")
	}
}

func TestFolderInsideARepository(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "docs/a.md", "one")
	r.commit("2021-01-01", "elsewhere.md", "one")
	got := days(t, gitOf(t, filepath.Join(r.dir, "docs")))
	if len(got) != 1 || got["a.md"] != "2020-01-01" {
		t.Errorf("%v", got)
	}
}

func TestShallowCloneDoesNotInventDates(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "old.md", "one")
	r.commit("2021-01-01", "middle.md", "one")
	r.commit("2022-01-01", "new.md", "one")
	clone := filepath.Join(t.TempDir(), "clone")
	if out, err := exec.Command("git", "clone", "-q", "--depth", "2", "file://"+r.dir, clone).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := days(t, gitOf(t, clone))
	if got["new.md"] != "2022-01-01" {
		t.Errorf("the date that is known: %v", got)
	}
	for _, p := range []string{"old.md", "middle.md"} { // both seem to come with the commit the clone was cut at
		if d, ok := got[p]; ok {
			t.Errorf("%s is dated %s by the end of the clone", p, d)
		}
	}
}

func TestNewCommitCostsWhatIsNew(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "one")
	r.commit("2020-01-02", "b.md", "one")
	g := gitOf(t, r.dir)
	first := g.Fingerprint()
	if days(t, g)["a.md"] != "2020-01-01" {
		t.Fatal("no date")
	}
	r.commit("2023-05-05", "a.md", "two")
	if g.Fingerprint() == first {
		t.Error("a commit is not noticed")
	}
	got := days(t, g)
	if got["a.md"] != "2023-05-05" || got["b.md"] != "2020-01-02" {
		t.Errorf("%v", got)
	}
	r.git("2023-05-05", "checkout", "-q", "-b", "side", "HEAD~1")
	if got := days(t, g); got["a.md"] != "2020-01-01" {
		t.Errorf("an older revision was checked out: %v", got)
	}
}

// TestBranchOlderThanWhatIsKnown: commits that come in with a merge may be older than what is known already.
func TestBranchOlderThanWhatIsKnown(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "both.md", "1\n2\n3\n4\n5\n6\n7\n8\n9\n")
	r.git("2020-01-01", "checkout", "-q", "-b", "side")
	r.commit("2020-02-02", "both.md", "one\n2\n3\n4\n5\n6\n7\n8\n9\n")
	r.commit("2020-02-03", "side.md", "side")
	r.git("2020-01-01", "checkout", "-q", "main")
	r.commit("2020-06-06", "both.md", "1\n2\n3\n4\n5\n6\n7\n8\nnine\n")
	g := gitOf(t, r.dir)
	if got := days(t, g); got["both.md"] != "2020-06-06" {
		t.Fatalf("%v", got)
	}
	r.git("2020-07-07", "merge", "-q", "--no-edit", "side")
	want := days(t, gitOf(t, r.dir))
	got := days(t, g)
	if d := cmp.Diff(want, got); d != "" || got["both.md"] != "2020-06-06" || got["side.md"] != "2020-02-03" {
		t.Errorf("%v\n%s", got, d)
	}
}

// TestDeletedFileHasNoDate: one of its name that git does not know has none either.
func TestDeletedFileHasNoDate(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "one")
	r.commit("2020-01-02", "b.md", "one")
	g := gitOf(t, r.dir)
	if got := days(t, g); len(got) != 2 {
		t.Fatalf("%v", got)
	}
	r.git("2021-01-01", "rm", "-q", "a.md")
	r.git("2021-01-01", "commit", "-q", "-m", "delete")
	r.write("a.md", "not in git")
	for _, g := range []*source.Git{g, gitOf(t, r.dir)} {
		if got := days(t, g); len(got) != 1 || got["b.md"] != "2020-01-02" {
			t.Errorf("%v", got)
		}
	}
	r.commit("2022-02-02", "a.md", "back")
	if got := days(t, g); got["a.md"] != "2022-02-02" {
		t.Errorf("%v", got)
	}
}

// TestHookOfAnotherRepository: git tells its hooks where they run; here that would be the wrong place.
func TestHookOfAnotherRepository(t *testing.T) {
	r, other := newRepo(t), newRepo(t)
	r.commit("2020-01-01", "a.md", "one")
	other.commit("2021-01-01", "b.md", "one")
	t.Setenv("GIT_DIR", filepath.Join(other.dir, ".git"))
	t.Setenv("GIT_WORK_TREE", other.dir)
	if got := days(t, gitOf(t, r.dir)); got["a.md"] != "2020-01-01" || len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// TestWorkTreeThatMoves lays a folder out as git-sync does: a link to a work tree, pointed to another one for every
// revision. The older one is taken away.
func TestWorkTreeThatMoves(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "docs/a.md", "one")
	base := t.TempDir()
	r.git("2020-01-01", "worktree", "add", "-q", "--detach", filepath.Join(base, "rev1"))
	current := filepath.Join(base, "current")
	link(t, "rev1", current)
	g := gitOf(t, filepath.Join(current, "docs"))
	print := g.Fingerprint()
	if got := days(t, g); got["a.md"] != "2020-01-01" || print == "" {
		t.Fatalf("%v %q", got, print)
	}
	r.commit("2021-01-01", "docs/b.md", "two")
	if g.Fingerprint() != print {
		t.Error("the work tree did not move, and its fingerprint changed")
	}
	r.git("2021-01-01", "worktree", "add", "-q", "--detach", filepath.Join(base, "rev2"))
	link(t, "rev2", filepath.Join(base, "next"))
	if err := os.Rename(filepath.Join(base, "next"), current); err != nil {
		t.Fatal(err)
	}
	r.git("2021-01-01", "worktree", "remove", "--force", filepath.Join(base, "rev1"))
	if g.Fingerprint() == print {
		t.Error("the move is not noticed")
	}
	if got := days(t, g); got["a.md"] != "2020-01-01" || got["b.md"] != "2021-01-01" {
		t.Errorf("%v", got)
	}
}

// TestCloneThatIsMadeWhole: the dates that a shallow clone hid come with the rest of the past, without a new commit.
func TestCloneThatIsMadeWhole(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "old.md", "one")
	r.commit("2021-01-01", "middle.md", "one")
	r.commit("2022-01-01", "new.md", "one")
	clone := filepath.Join(t.TempDir(), "clone")
	if out, err := exec.Command("git", "clone", "-q", "--depth", "1", "file://"+r.dir, clone).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	g := gitOf(t, clone)
	if got := days(t, g); len(got) != 0 {
		t.Fatalf("%v", got)
	}
	print := g.Fingerprint()
	if out, err := exec.Command("git", "-C", clone, "fetch", "-q", "--unshallow").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if g.Fingerprint() == print {
		t.Error("the fetch is not noticed")
	}
	want := map[string]string{"old.md": "2020-01-01", "middle.md": "2021-01-01", "new.md": "2022-01-01"}
	if d := cmp.Diff(want, days(t, g)); d != "" {
		t.Error(d)
	}
}

// TestFingerprint changes with the revision that is checked out, wherever git keeps it.
func TestFingerprint(t *testing.T) {
	r := newRepo(t)
	g := gitOf(t, r.dir)
	seen := map[string]string{g.Fingerprint(): "no commit"}
	differs := func(what string) {
		t.Helper()
		print := g.Fingerprint()
		if was, ok := seen[print]; ok || print == "" {
			t.Errorf("%s: as with %s", what, was)
		}
		seen[print] = what
	}
	r.commit("2020-01-01", "a.md", "one")
	differs("the first commit")
	r.commit("2020-01-02", "a.md", "two")
	differs("the second commit")
	r.git("2020-01-02", "pack-refs", "--all")
	differs("packed references") // once more than needed does no harm
	r.commit("2020-01-03", "a.md", "three")
	differs("a commit after packing")
	r.git("2020-01-03", "checkout", "-q", "--detach", "HEAD~1")
	differs("a commit on no branch")
	before := g.Fingerprint()
	r.write("b.md", "not in git")
	if g.Fingerprint() != before {
		t.Error("a file changes the fingerprint")
	}
}

// TestNamesGitQuotes: names are read as they are.
func TestNamesGitQuotes(t *testing.T) {
	r := newRepo(t)
	for _, name := range []string{"a b.md", "ü 日本.md", "\"quoted\".md", "tab\there.md", "x -> y.md", "-dash.md", "M.md"} {
		r.write(name, "x")
	}
	r.git("2020-01-01", "add", "-A")
	r.git("2020-01-01", "commit", "-q", "-m", "all\n\nof it")
	if got := days(t, gitOf(t, r.dir)); len(got) != 7 || got["\"quoted\".md"] == "" || got["tab\there.md"] == "" || got["M.md"] == "" {
		t.Errorf("%q", got)
	}
}

func TestNoRepositoryNoGit(t *testing.T) {
	if g := gitOf(t, t.TempDir()); g != nil {
		t.Error("a folder without a repository has git")
	}
	r := newRepo(t)
	h, err := gitOf(t, r.dir).History(t.Context())
	if err != nil || len(h.Past().Pages) != 0 {
		t.Errorf("a repository without a commit: %v %v", h, err)
	}
}

// BenchmarkHistory reads the log of a repository of 2,000 commits.
func BenchmarkHistory(b *testing.B) {
	dir := b.TempDir()
	stream := filepath.Join(b.TempDir(), "stream")
	f, err := os.Create(stream)
	if err != nil {
		b.Fatal(err)
	}
	for i := range 2000 {
		text := fmt.Sprintf("text %d", i)
		_, _ = fmt.Fprintf(f, "commit refs/heads/main\ncommitter T <t@example.org> %d +0000\ndata 1\nx\nM 644 inline p%d.md\ndata %d\n%s\n", 1500000000+i*60, i%500, len(text), text)
	}
	_ = f.Close()
	for _, c := range []string{"git init -q -b main .", "git fast-import --quiet < " + stream, "git checkout -q -f main"} {
		cmd := exec.Command("sh", "-c", c)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	folder, err := source.OpenFolder(dir, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if h, err := folder.GitOf().History(b.Context()); err != nil || len(h.Past().Pages) != 500 {
			b.Fatalf("%v", err)
		}
	}
}

// TestAuthorOfTheRevision wants the author of what is checked out, by the name that a .mailmap gives.
func TestAuthorOfTheRevision(t *testing.T) {
	r := newRepo(t)
	author := func() string {
		h, err := gitOf(t, r.dir).History(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return h.Author
	}
	if got := author(); got != "" {
		t.Errorf("without a commit: %q", got)
	}
	r.commit("2020-01-01", "a.md", "one")
	if got := author(); got != "Test" {
		t.Errorf("%q", got)
	}
	r.git("2020-01-02", "commit", "-q", "--allow-empty", "--author", "B\xe9 <b@example.org>", "-m", "x")
	if got := author(); got != "Bé" { // git takes what is no UTF-8 for Latin-1
		t.Errorf("%q", got)
	}
	r.commit("2020-01-03", ".mailmap", "Proper Name <proper@example.org> <test@example.org>\n")
	if got := author(); got != "Proper Name" {
		t.Errorf("%q", got)
	}
}

// TestLinkToAnotherFolderOfTheRevision: the link moves and the revision does not.
func TestLinkToAnotherFolderOfTheRevision(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "one/a.md", "one")
	r.commit("2021-01-01", "two/a.md", "two")
	current := filepath.Join(t.TempDir(), "current")
	link(t, filepath.Join(r.dir, "one"), current)
	g := gitOf(t, current)
	if got := days(t, g); got["a.md"] != "2020-01-01" {
		t.Fatalf("%v", got)
	}
	if err := os.Remove(current); err != nil {
		t.Fatal(err)
	}
	link(t, filepath.Join(r.dir, "two"), current)
	if got := days(t, g); got["a.md"] != "2021-01-01" {
		t.Errorf("%v", got)
	}
}
