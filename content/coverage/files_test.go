package coverage_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rutter/content/coverage"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// put writes a file that was changed some time before noon.
func put(t *testing.T, file, text string, before time.Duration) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, noon, noon.Add(-before)); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, paths ...string) *coverage.Files {
	t.Helper()
	f, err := coverage.Open(paths, noon)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func names(s *coverage.Set) string {
	var out []string
	for _, a := range s.Alerts {
		out = append(out, a.Name)
	}
	return strings.Join(out, " ")
}

const one = "groups: [{rules: [{alert: One}]}]\n"

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/a.yaml", one, time.Hour)
	put(t, dir+"/sub/b.yml", strings.Replace(one, "One", "Two", 1), time.Hour)
	put(t, dir+"/service.yaml", "kind: Service\n", time.Hour)
	put(t, dir+"/notes.txt", one, time.Hour)
	put(t, dir+"/.git/c.yaml", one, time.Hour)
	put(t, dir+"/..data/mounted.yaml", strings.Replace(one, "One", "Mounted", 1), time.Hour)
	if err := os.Symlink("..data/mounted.yaml", dir+"/mounted.yaml"); err != nil { // as Kubernetes mounts a ConfigMap
		t.Fatal(err)
	}
	s := open(t, dir).Set(noon)
	if got := names(s); got != "One Mounted Two" || s.Files != 3 || len(s.Problems) > 0 {
		t.Errorf("%q in %d files, %v", got, s.Files, s.Problems)
	}
	s = open(t, dir+"/notes.txt", dir+"/service.yaml").Set(noon)
	if got := names(s); got != "One" || len(s.Problems) != 1 || !strings.Contains(s.Problems[0].String(), "service.yaml: rules-unreadable: there are no rules in the file") {
		t.Errorf("%q, %v", got, s.Problems)
	}
	s = open(t, t.TempDir()).Set(noon)
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].String(), "no file in the folder ends in") {
		t.Errorf("%v", s.Problems)
	}
	if _, err := coverage.Open([]string{dir + "/nowhere"}, noon); !os.IsNotExist(err) {
		t.Errorf("%v", err)
	}
	s = open(t, os.DevNull).Set(noon)
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].String(), "it is no file") {
		t.Errorf("%v", s.Problems)
	}
}

// TestFollow wants a change to be seen, and no file to be read for nothing.
func TestFollow(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.yaml")
	put(t, file, one, time.Hour)
	f := open(t, file)
	first := f.Set(noon)

	put(t, file, strings.Replace(one, "One", "Another", 1), time.Minute)
	if f.Set(noon.Add(4*time.Second)) != first {
		t.Error("it was looked at again within five seconds")
	}
	now := noon.Add(5 * time.Second)
	second := f.Set(now)
	if names(second) != "Another" {
		t.Errorf("%q after five seconds", names(second))
	}
	if now = now.Add(time.Minute); f.Set(now) != second {
		t.Error("what did not change is another set")
	}
	put(t, file, "groups: [\n", 30*time.Second)
	now = now.Add(time.Minute)
	if s := f.Set(now); names(s) != "Another" || len(s.Problems) != 1 {
		t.Errorf("while the file does not parse: %q %v", names(s), s.Problems)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if s := f.Set(now); len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Text, "cannot be read") {
		t.Errorf("while the file is gone: %q %v", names(s), s.Problems)
	}
	put(t, file, one, 20*time.Second)
	if s := f.Set(noon); names(s) != "One" || len(s.Problems) != 0 { // a clock that was set back
		t.Errorf("%q %v", names(s), s.Problems)
	}
}

// TestYoungFile: a file that changed a moment ago may change again and look the same.
func TestYoungFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.yaml")
	put(t, file, one, time.Second)
	f := open(t, file)
	put(t, file, strings.Replace(one, "One", "Two", 1), time.Second)
	if s := f.Set(noon.Add(5 * time.Second)); names(s) != "Two" {
		t.Errorf("%q", names(s))
	}
}

// TestTogether is for the race detector: many ask while the files change.
func TestTogether(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.yaml")
	put(t, file, one, time.Hour)
	f := open(t, file)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 50 {
				if s := f.Set(noon.Add(time.Duration(i+n) * 5 * time.Second)); names(s) != "One" {
					t.Errorf("%q", names(s))
				}
			}
		})
	}
	wg.Wait()
}
