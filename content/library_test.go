package content_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rutter/content"
	"rutter/content/source"
)

var update = flag.Bool("update", false, "write what the tests compare with")

// TestLibraryChanged keeps changed.txt in step with the shipped pages. After an edit, run
//
//	go test ./content -run TestLibraryChanged -update
//
// and the pages that changed get today's date.
func TestLibraryChanged(t *testing.T) {
	days := map[string][2]string{}
	old, err := os.ReadFile("changed.txt")
	if err != nil && !*update {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(old)) {
		if f := strings.Fields(line); len(f) == 3 {
			days[f[0]] = [2]string{f[1], f[2]}
		}
	}
	var out []string
	err = fs.WalkDir(content.Library(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !content.IsPage(p) {
			return err
		}
		b, err := fs.ReadFile(content.Library(), p)
		if err != nil {
			return err
		}
		sum := fmt.Sprintf("%x", sha256.Sum256(b))[:12]
		day := days[p][0]
		if days[p][1] != sum {
			if !*update {
				t.Errorf("%s changed since changed.txt was written: run the test with -update", p)
			}
			day = time.Now().UTC().Format(time.DateOnly)
		}
		out = append(out, p+" "+day+" "+sum+"\n")
		delete(days, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		slices.Sort(out)
		if err := os.WriteFile("changed.txt", []byte(strings.Join(out, "")), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for p := range days {
		t.Errorf("%s is in changed.txt and not in the library: run the test with -update", p)
	}
}

// TestLibraryIsSound: what we ship has no problem that we would tell another author of.
func TestLibraryIsSound(t *testing.T) {
	tr, err := source.FromFS(content.Library())
	if err != nil {
		t.Fatal(err)
	}
	b := content.Builder{Reserved: func(key string) bool { return strings.HasPrefix(key, "-/") }}
	if _, _, err := b.Build(t.Context(), tr, nil, false); err != nil {
		t.Fatal(err)
	}
	s := b.CheckLinks()
	for _, p := range s.Problems() {
		t.Error(p)
	}
	if n := len(public(s).Select(func(d *content.Doc) bool { return d.Kind == content.Playbook })); n < 12 {
		t.Errorf("%d playbooks", n)
	}
}
