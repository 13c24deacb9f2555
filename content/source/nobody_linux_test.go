package source_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"rutter/content/source"
)

// asNobody calls f with a user's rights to files, where the test runs as root, whom no mode keeps out.
func asNobody(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if os.Getuid() == 0 {
			runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
			_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0)
		}
		f()
	}()
	<-done
}

// open lets everybody into a test's folder.
func open(t *testing.T, dir string) {
	t.Helper()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUnreadableFolder: what stands in it is unknown and must not look deleted; nothing else is held back.
func TestUnreadableFolder(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.md", "closed/b.md", "closed/deep/c.md")
	open(t, dir)
	closed := filepath.Join(dir, "closed")
	t.Cleanup(func() { _ = os.Chmod(closed, 0o755) })
	fresh, f := folder(t, dir), folder(t, dir)
	if _, err := f.Scan(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "new.md")
	asNobody(func() {
		for name, tt := range map[string]struct {
			f    *source.Folder
			want string
		}{
			"known": {f, "a.md closed/b.md closed/deep/c.md new.md"},
			"fresh": {fresh, "a.md new.md"},
		} {
			for range 2 { // and again
				tree, err := tt.f.Scan()
				if err != nil {
					t.Error(name, err)
					return
				}
				var got []string
				for _, x := range tree.Files {
					got = append(got, x.Path)
				}
				if strings.Join(got, " ") != tt.want || len(tree.Unread) != 1 || tree.Unread[0].Path != "closed" || tree.Unread[0].Cause != "permission denied" {
					t.Errorf("%s: %v, unread %v", name, got, tree.Unread)
				}
			}
		}
	})
	if err := os.Chmod(closed, 0o755); err != nil {
		t.Fatal(err)
	}
	if tree, err := f.Scan(); err != nil || len(tree.Files) != 4 || len(tree.Unread) != 0 {
		t.Errorf("opened again: %v %v", tree, err)
	}
}

func TestUnreadableRootIsAnError(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.md")
	open(t, dir)
	f := folder(t, dir)
	asNobody(func() {
		if _, err := f.Scan(); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	asNobody(func() {
		if tree, err := f.Scan(); err == nil {
			t.Errorf("%v", tree.Files)
		}
	})
	deep := t.TempDir()
	put(t, deep, "b.md", strings.Repeat("d/", 80)+"a.md")
	tree, err := folder(t, deep).Scan()
	if err != nil || len(tree.Files) != 1 || len(tree.Unread) != 1 || !strings.Contains(tree.Unread[0].Cause, "more than 64 deep") {
		t.Errorf("%v %v %v", tree.Files, tree.Unread, err)
	}
}
