package source_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rutter/content/source"
)

func TestRemotePin(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "one")
	one := r.head()
	r.commit("2020-01-02", "a.md", "two")
	two := r.head()
	file := filepath.Join(t.TempDir(), "state", "pin")
	m := follow(t, r.dir, func(o *source.RemoteOptions) { o.PinFile = file })
	m.scan()
	changes := m.Follow(t.Context())
	write := func(text string) { // as another program does
		t.Helper()
		if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
	}
	serves := func(what, text, rev, pinned string) {
		t.Helper()
		if got := read(t, m.scan(), "a.md"); got != text || m.Revision() != rev || m.Pinned() != pinned {
			t.Errorf("%s: %q at %s, pinned %q", what, got, m.Revision(), m.Pinned())
		}
	}
	write(one + "\n")
	told(t, changes, "a pin")
	serves("pinned by file", "one", one, one)
	r.commit("2020-01-03", "a.md", "three")
	m.fetch()
	serves("a push while pinned", "one", one, one)
	if err := m.Status().Err; err != nil {
		t.Error(err)
	}
	for bad, want := range map[string]string{
		strings.Repeat("0", 40): "is not in the mirror", "main": "is no revision", "": "it is empty", "--help": "is no revision", "HEAD~1\n": "is no revision",
	} {
		before := strings.Count(m.log.String(), "level=WARN")
		write(bad)
		for range 3 {
			if got := read(t, m.scan(), "a.md"); got != "one" {
				t.Errorf("%q: %s", bad, got)
			}
		}
		if err := m.Status().Err; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", bad, err)
		}
		await(t, "a line in the log", func() bool { return strings.Count(m.log.String(), "level=WARN") > before })
	}
	write(two[:10])
	told(t, changes, "another pin")
	serves("a short name", "two", two, two)
	m = m.again()
	serves("after a restart", "two", two, two)
	changes = m.Follow(t.Context())
	if err := m.Unpin(); err != nil {
		t.Fatal(err)
	}
	told(t, changes, "the end of the pin")
	serves("unpinned", "three", r.head(), "")
	for _, bad := range []string{strings.Repeat("0", 40), "main", "", one[:6], "-" + one} {
		if err := m.Pin(t.Context(), bad); err == nil {
			t.Errorf("%q can be pinned", bad)
		}
	}
	if err := m.Pin(t.Context(), strings.ToUpper(one)); err != nil {
		t.Error(err)
	}
	told(t, changes, "a pin from within")
	serves("pinned from within", "one", one, one)
	if b, err := os.ReadFile(file); string(b) != one+"\n" {
		t.Errorf("%q %v", b, err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	told(t, changes, "the removal of the file")
	serves("the file is removed", "three", r.head(), "")
	noFile := follow(t, r.dir)
	noFile.scan()
	if err := noFile.Pin(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if got := read(t, noFile.scan(), "a.md"); got != "one" {
		t.Errorf("pinned without a file: %q", got)
	}
}

// TestRemotePinOfWhatWasDropped: a revision that no branch leads to is not served again, unless it was before.
func TestRemotePinOfWhatWasDropped(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "one")
	m := follow(t, r.dir)
	m.fetch()
	never := r.head() // fetched, and not served
	r.git("2020-01-02", "commit", "-q", "--amend", "-m", "another")
	m.fetch()
	m.scan()
	if err := m.Pin(t.Context(), never); err == nil || !strings.Contains(err.Error(), "no branch of the remote leads to revision") {
		t.Error(err)
	}
}

func TestRemoteBranches(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "main")
	r.git("2020-01-01", "checkout", "-q", "-b", "draft/one")
	r.commit("2022-01-01", "a.md", "draft")
	r.git("2020-01-01", "checkout", "-q", "-b", "old", "main")
	r.commit("2021-01-01", "b.md", "old")
	r.git("2020-01-01", "checkout", "-q", "main")
	m := follow(t, r.dir)
	bs, err := m.Branches(t.Context()) // which fetches
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range bs {
		got = append(got, b.Name+" "+b.Time.Format(time.DateOnly)+" "+b.Revision)
	}
	want := []string{"draft/one 2022-01-01 " + r.out("rev-parse", "draft/one"), "old 2021-01-01 " + r.out("rev-parse", "old"), "main 2020-01-01 " + r.head()}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q, want %q", got, want)
	}
	for path, want := range map[string]string{
		"draft/one": "draft/one|", "draft/one/": "draft/one|/", "draft/one/a/b": "draft/one|/a/b", "main/draft/one": "main|/draft/one",
		"draft": "", "draft/": "", "draft/on": "", "draft/ones": "", "": "", "/": "", "/main": "", "--all": "",
	} {
		branch, rest, ok := m.Within(path)
		if ok != (want != "") || ok && branch+"|"+rest != want {
			t.Errorf("%q: %q %q %v", path, branch, rest, ok)
		}
	}
	if b, err := m.BranchNamed(t.Context(), "old"); err != nil || b != bs[1] {
		t.Errorf("%v %v", b, err)
	}
	for _, name := range []string{"draft", "nope", "", "*", "--all"} {
		if b, err := m.BranchNamed(t.Context(), name); !errors.Is(err, source.ErrNoBranch) {
			t.Errorf("%q: %v %v", name, b, err)
		}
	}
	if _, err := m.At(t.Context(), "nope"); err == nil || !strings.Contains(err.Error(), "the branch nope is not on the remote") {
		t.Error(err)
	}
	if _, err := m.At(t.Context(), "--all"); err == nil {
		t.Error("an option is taken for a branch")
	}
	b, err := m.At(t.Context(), "draft/one")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := b.Scan()
	if err != nil || read(t, tree, "a.md") != "draft" || b.Revision() != r.out("rev-parse", "draft/one") {
		t.Errorf("%v %v", tree, err)
	}
	if got := read(t, m.scan(), "a.md"); got != "main" {
		t.Errorf("the remote itself: %q", got)
	}
	m.Follow(t.Context())
	r.git("2020-01-01", "checkout", "-q", "draft/one")
	r.commit("2022-01-02", "a.md", "draft 2")
	m.Nudge()
	told(t, b.Changes(), "a push to the branch")
	if tree, err := b.Scan(); err != nil || read(t, tree, "a.md") != "draft 2" {
		t.Errorf("%v %v", tree, err)
	}
	r.git("2020-01-01", "checkout", "-q", "main")
	r.git("2020-01-01", "branch", "-D", "draft/one")
	m.Nudge()
	told(t, b.Changes(), "the end of the branch")
	if _, err := b.Scan(); err == nil || read(t, tree, "a.md") != "draft" {
		t.Errorf("%v", err)
	}
	b.Close()
}
