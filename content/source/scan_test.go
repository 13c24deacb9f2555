package source_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rutter/content/source"
)

func put(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, n := range names {
		f := filepath.Join(dir, filepath.FromSlash(n))
		if err := os.MkdirAll(filepath.Dir(f), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, []byte(n), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func link(t *testing.T, to, from string) {
	t.Helper()
	if err := os.Symlink(to, from); err != nil {
		t.Fatal(err)
	}
}

func listed(t *testing.T, f *source.Folder) []string {
	t.Helper()
	tree, err := f.Scan()
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, x := range tree.Files {
		out = append(out, x.Path)
	}
	if !slices.IsSorted(out) {
		t.Errorf("not sorted: %v", out)
	}
	return out
}

func folder(t *testing.T, dir string) *source.Folder {
	t.Helper()
	f, err := source.OpenFolder(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestScanLeavesOutWhatIsNotContent(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.md", "sub/b.md", "pic.png", ".env", ".git/config", "sub/.hidden/c.md", "a.md~", "#a.md#", ".a.md.swp", "4913",
		"x.tmp", "portal.yaml", "queries.yaml", "sub/portal.yaml")
	if got, want := listed(t, folder(t, dir)), []string{"a.md", "pic.png", "sub/b.md", "sub/portal.yaml"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestLinksStayInside(t *testing.T) {
	outside := t.TempDir()
	put(t, outside, "secret.md", "dir/x.md")
	dir := t.TempDir()
	put(t, dir, "real.md", ".env", ".git/config", "sub/inside.md")
	link(t, filepath.Join(outside, "secret.md"), filepath.Join(dir, "out.md"))
	link(t, "../../../../../../etc/passwd", filepath.Join(dir, "passwd.txt"))
	link(t, ".env", filepath.Join(dir, "env.txt"))
	link(t, ".git/config", filepath.Join(dir, "config.txt"))
	link(t, "env.txt", filepath.Join(dir, "twice.txt"))
	link(t, filepath.Join(outside, "dir"), filepath.Join(dir, "outdir"))
	link(t, "sub/inside.md", filepath.Join(dir, "in.md"))
	link(t, "loop.md", filepath.Join(dir, "loop.md"))
	link(t, filepath.Join(dir, "real.md"), filepath.Join(dir, "absolute.md")) // cannot be opened within the folder
	link(t, "sub", filepath.Join(dir, "subdir"))
	f := folder(t, dir)
	if got, want := listed(t, f), []string{"in.md", "real.md", "sub/inside.md"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	tree, err := f.Scan()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := fs.ReadFile(tree.FS, "in.md"); err != nil || string(b) != "sub/inside.md" {
		t.Errorf("%q %v", b, err)
	}
	if _, err := fs.ReadFile(tree.FS, "out.md"); err == nil {
		t.Error("the tree's file system leads out of the folder")
	}
}

// TestConfigMap lays a folder out as Kubernetes mounts a ConfigMap, and changes it as Kubernetes does.
func TestConfigMap(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "..2026_1/a.md", "..2026_2/a.md", "..2026_2/b.md")
	link(t, "..2026_1", filepath.Join(dir, "..data"))
	link(t, "..data/a.md", filepath.Join(dir, "a.md"))
	f := folder(t, dir)
	read := func() string {
		tree, err := f.Scan()
		if err != nil || len(tree.Files) == 0 {
			t.Fatalf("%v %v", tree.Files, err)
		}
		b, err := fs.ReadFile(tree.FS, "a.md")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if got := read(); got != "..2026_1/a.md" {
		t.Errorf("%q", got)
	}
	link(t, "..2026_2", filepath.Join(dir, "..tmp"))
	if err := os.Rename(filepath.Join(dir, "..tmp"), filepath.Join(dir, "..data")); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != "..2026_2/a.md" {
		t.Errorf("after the change: %q", got)
	}
}

// TestFolderThatMoves serves a link that is pointed elsewhere, as git-sync does.
func TestFolderThatMoves(t *testing.T) {
	base := t.TempDir()
	put(t, base, "rev1/a.md", "rev2/b.md")
	current := filepath.Join(base, "current")
	link(t, "rev1", current)
	f := folder(t, current)
	if got := listed(t, f); !slices.Equal(got, []string{"a.md"}) {
		t.Errorf("%v", got)
	}
	link(t, "rev2", filepath.Join(base, "next"))
	if err := os.Rename(filepath.Join(base, "next"), current); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, f); !slices.Equal(got, []string{"b.md"}) {
		t.Errorf("after the move: %v", got)
	}
}

func TestFolderThatIsNone(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "file")
	for _, p := range []string{filepath.Join(dir, "file"), filepath.Join(dir, "nowhere")} {
		if _, err := source.OpenFolder(p, time.Now); err == nil {
			t.Errorf("%s was opened", p)
		}
	}
	f := folder(t, filepath.Join(dir))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Scan(); err == nil {
		t.Error("a folder that is gone was scanned")
	}
}

func TestRacyFilesAreToldApart(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.md")
	for _, c := range []struct {
		ahead time.Duration
		racy  bool
	}{{0, true}, {time.Hour, false}} {
		f, err := source.OpenFolder(dir, func() time.Time { return time.Now().Add(c.ahead) })
		if err != nil {
			t.Fatal(err)
		}
		tree, err := f.Scan()
		if err != nil {
			t.Fatal(err)
		}
		if tree.Files[0].Racy != c.racy {
			t.Errorf("scanned %v after the write: racy is %v", c.ahead, tree.Files[0].Racy)
		}
	}
}
