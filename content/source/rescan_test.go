package source

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestRescanIsAScan changes a folder at random and notes where, as the watcher does: listing only those folders
// again must give what listing everything gives.
func TestRescanIsAScan(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		dir := t.TempDir()
		open := func() *Folder {
			f, err := OpenFolder(dir, func() time.Time { return time.Now().Add(time.Hour) })
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		f := open()
		if _, err := f.Scan(); err != nil {
			t.Fatal(err)
		}
		dirs := []string{"", "a", "a/b", "a/b/c", "d", "d/e"}
		for step := range 30 {
			for range 1 + r.IntN(4) {
				d := dirs[r.IntN(len(dirs))]
				full := filepath.Join(dir, d)
				switch r.IntN(5) {
				case 0: // a whole folder goes: the event is in the one above
					if d != "" {
						_ = os.RemoveAll(full)
						f.touch(parent(d))
					}
				case 1:
					_ = os.Remove(filepath.Join(full, fmt.Sprintf("f%d.md", r.IntN(4))))
					f.touch(d)
				default:
					for up := d; ; up = parent(up) { // folders made on the way are events above them
						f.touch(up)
						if up == "" {
							break
						}
					}
					if err := os.MkdirAll(full, 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(full, fmt.Sprintf("f%d.md", r.IntN(4))), make([]byte, r.IntN(9)), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
			got, err := f.Rescan()
			if err != nil {
				t.Fatal(err)
			}
			want, err := open().Scan()
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want.Files, got.Files, cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("seed %d, step %d: %s", seed, step, d)
			}
		}
	}
}
