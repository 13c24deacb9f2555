package source_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

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
	for p, c := range h.Pages {
		out[p] = c.Time.Format(time.DateOnly)
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

func TestNoRepositoryNoGit(t *testing.T) {
	if g := gitOf(t, t.TempDir()); g != nil {
		t.Error("a folder without a repository has git")
	}
	r := newRepo(t)
	h, err := gitOf(t, r.dir).History(t.Context())
	if err != nil || len(h.Pages) != 0 {
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
		if h, err := folder.GitOf().History(b.Context()); err != nil || len(h.Pages) != 500 {
			b.Fatalf("%v", err)
		}
	}
}
