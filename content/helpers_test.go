package content_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"rutter/content"
	"rutter/content/source"
)

// tree lists files held in memory.
func tree(t testing.TB, files map[string]string) content.Tree {
	t.Helper()
	fs := fstest.MapFS{}
	for p, text := range files {
		fs[p] = &fstest.MapFile{Data: []byte(text)}
	}
	tr, err := source.FromFS(fs)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// load builds and checks files held in memory.
func load(t testing.TB, files map[string]string) *content.Snapshot {
	t.Helper()
	b := content.Builder{}
	if _, _, err := b.Build(t.Context(), tree(t, files), nil, false); err != nil {
		t.Fatal(err)
	}
	return b.CheckLinks()
}

// public is the snapshot as everyone sees it.
func public(s *content.Snapshot) content.View { return s.For(content.Viewer{}) }

// problems returns the problems of files, a line each.
func problems(s *content.Snapshot) []string {
	out := []string{}
	for _, p := range s.Problems() {
		out = append(out, p.String())
	}
	return out
}

// counting counts the files that are opened.
type counting struct {
	fs.FS
	n *atomic.Int64
}

func (c counting) Open(name string) (fs.File, error) {
	if name != "queries.yaml" && name != "portal.yaml" { // which every build looks for
		c.n.Add(1)
	}
	return c.FS.Open(name)
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// settled scans a folder as if some time had passed since its files were written.
func settled(t *testing.T, dir string) content.Tree {
	t.Helper()
	f, err := source.OpenFolder(dir, func() time.Time { return time.Now().Add(time.Hour) })
	if err != nil {
		t.Fatal(err)
	}
	tr, err := f.Scan()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}
