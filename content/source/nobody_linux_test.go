package source_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
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

// TestUnreadableFolderIsAnError: what stands in it is unknown, and must not look deleted.
func TestUnreadableFolderIsAnError(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.md", "closed/b.md")
	if err := os.Chmod(filepath.Join(dir, "closed"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	f := folder(t, dir)
	asNobody(func() {
		if tree, err := f.Scan(); err == nil {
			t.Errorf("%v", tree.Files)
		}
	})
	deep := t.TempDir()
	put(t, deep, strings.Repeat("d/", 80)+"a.md")
	if _, err := folder(t, deep).Scan(); err == nil || !strings.Contains(err.Error(), "more than 64 deep") {
		t.Errorf("%v", err)
	}
}
