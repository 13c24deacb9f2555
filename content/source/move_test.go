package source_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rutter/content"
	"rutter/content/source"
)

// planned is a folder on disk, and a move in it.
func planned(t *testing.T, from, to string) (string, *source.Folder, *content.Move) {
	t.Helper()
	dir := t.TempDir()
	for p, text := range map[string]string{"a.md": "# A\n", "b/c.md": "[a](../a.md)\n", "b/pic.png": "x"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, p)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, p), []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	f, err := source.OpenFolder(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := f.Scan()
	if err != nil {
		t.Fatal(err)
	}
	var b content.Builder
	s, _, err := b.Build(t.Context(), tr, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Move(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return dir, f, m
}

// lies lists what lies in a folder, a line each: path, mode and text.
func lies(t *testing.T, dir string) string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		if d.IsDir() {
			out = append(out, rel+"/")
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text, err := os.ReadFile(p)
		out = append(out, rel+" "+info.Mode().String()+" "+strings.ReplaceAll(string(text), "\n", "|"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func TestMoveOnDisk(t *testing.T) {
	dir, f, m := planned(t, "a.md", "new/deep/a.md")
	if err := f.Move(m); err != nil {
		t.Fatal(err)
	}
	if got, want := lies(t, dir), "b/\nb/c.md -rw-r----- [a](../new/deep/a.md)|\nb/pic.png -rw-r----- x\nnew/\nnew/deep/\nnew/deep/a.md -rw-r----- ---|aliases: [/a]|---||# A|"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestMoveOnDiskFails: whatever stands against a move, the folder is as it was.
func TestMoveOnDiskFails(t *testing.T) {
	for name, tt := range map[string]struct {
		to, want string
		before   func(dir string) error
	}{
		"the place is taken in the meantime": {"x.md", "x.md exists", func(dir string) error { return os.WriteFile(filepath.Join(dir, "x.md"), nil, 0o600) }},
		"a page was changed in the meantime": {"x.md", "b/c.md was changed in the meantime", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "b/c.md"), []byte("other\n"), 0o600)
		}},
		"a page became a link": {"x.md", "b/c.md is a symbolic link", func(dir string) error {
			if err := os.Remove(filepath.Join(dir, "b/c.md")); err != nil {
				return err
			}
			return os.Symlink("../a.md", filepath.Join(dir, "b/c.md"))
		}},
		"a folder on the way is a link out": {"out/x.md", "escapes", func(dir string) error { return os.Symlink(os.TempDir(), filepath.Join(dir, "out")) }},
		"the last step fails":               {"new/deep/" + strings.Repeat("x", 300) + ".md", "file name too long", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir, f, m := planned(t, "a.md", tt.to)
			if tt.before != nil {
				if err := tt.before(dir); err != nil {
					t.Fatal(err)
				}
			}
			before := ""
			if !strings.HasPrefix(tt.to, "out/") { // which cannot be read as a file
				before = lies(t, dir)
			}
			err := f.Move(m)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
			if before != "" && lies(t, dir) != before {
				t.Errorf("got\n%s\nwant\n%s", lies(t, dir), before)
			}
		})
	}
}
