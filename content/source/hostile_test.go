package source_test

import (
	"bytes"
	"encoding/hex"
	"io/fs"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rawTree writes a tree object that no sane program would: names as they are given.
func (r repo) rawTree(entries ...[3]string) string {
	r.t.Helper()
	var b bytes.Buffer
	for _, e := range entries {
		id, err := hex.DecodeString(e[2])
		if err != nil {
			r.t.Fatal(err)
		}
		b.WriteString(e[0] + " " + e[1] + "\x00")
		b.Write(id)
	}
	return r.object("tree", b.String())
}

func (r repo) object(typ, text string) string {
	r.t.Helper()
	cmd := exec.Command("git", "-C", r.dir, "hash-object", "-w", "--literally", "--stdin", "-t", typ)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestRemoteHostileTree: names that lead out of a folder, or that stand for two files, lead nowhere.
func TestRemoteHostileTree(t *testing.T) {
	r := newRepo(t)
	page := r.object("blob", "page")
	inner := r.rawTree([3]string{"100644", "in.md", page})
	tree := r.rawTree(
		[3]string{"40000", ".", inner}, [3]string{"40000", "..", inner}, [3]string{"40000", ".git", inner},
		[3]string{"100644", "../out.md", page}, [3]string{"100644", "/root.md", page}, [3]string{"100644", "\xff.md", page}, [3]string{"100664", "group.md", page},
		[3]string{"100644", "a\nb\tc.md", page}, [3]string{"100644", `back\slash.md`, page}, [3]string{"40000", "d", inner}, [3]string{"100644", "d/in.md", page},
		[3]string{"100644", "good.md", page}, [3]string{"40000", "portal.yaml", inner},
		[3]string{"120000", "empty-link.md", r.object("blob", "")}, [3]string{"120000", "long-link.md", r.object("blob", strings.Repeat("../", 3000))},
		[3]string{"120000", "nul-link.md", r.object("blob", "good.md\x00")}, [3]string{"120000", "good-link.md", r.object("blob", "good.md")},
	)
	r.git("2020-01-01", "update-ref", "refs/heads/main", r.out("commit-tree", "-m", "x", tree))
	m := follow(t, r.dir)
	listing := m.scan()
	var got []string
	for _, f := range listing.Files {
		got = append(got, f.Path)
		_, err := fs.ReadFile(listing.FS, f.Path)
		if valid := fs.ValidPath(f.Path); valid != (err == nil) {
			t.Errorf("%q: %v", f.Path, err)
		}
	}
	want := []string{"\xff.md", "a\nb\tc.md", `back\slash.md`, "d/in.md", "good-link.md", "good.md", "group.md", "portal.yaml/in.md"}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestRemoteDeepTree(t *testing.T) {
	r := newRepo(t)
	tree := r.rawTree([3]string{"100644", "a.md", r.object("blob", "page")})
	for range 200 {
		tree = r.rawTree([3]string{"100644", "b.md", r.object("blob", "page")}, [3]string{"40000", "d", tree})
	}
	r.git("2020-01-01", "update-ref", "refs/heads/main", r.out("commit-tree", "-m", "x", tree))
	listing := follow(t, r.dir).scan()
	if n := len(listing.Files); n != 65 || len(listing.Unread) != 1 || !strings.Contains(listing.Unread[0].Cause, "more than 64 deep") || strings.Count(listing.Unread[0].Path, "/") != 64 {
		t.Errorf("%d files, unread %v", n, listing.Unread)
	}
}
