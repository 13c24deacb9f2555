package source

import (
	"io/fs"
	"slices"
	"strings"

	"rutter/content"
)

// FromFS lists a file system, for instance the library in the binary. Hidden files and everything that is not a
// regular file are left out. Files carry no stamp: they are read each time.
func FromFS(fsys fs.FS) (content.Tree, error) {
	t := content.Tree{FS: fsys}
	err := fs.WalkDir(fsys, ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p == ".":
			return nil
		case content.Hidden(p) && e.IsDir():
			return fs.SkipDir
		case content.Hidden(p) || !e.Type().IsRegular():
			return nil
		}
		t.Files = append(t.Files, content.File{Path: p})
		return nil
	})
	slices.SortFunc(t.Files, func(a, b content.File) int { return strings.Compare(a.Path, b.Path) })
	return t, err
}
