package source

import (
	"context"
	"errors"
	"os"
	"path"
	"strings"
)

// Author is the name under which git commits in the folder, "" where it is in no repository or has none.
func (f *Folder) Author(ctx context.Context) string {
	if f.GitOf() == nil {
		return ""
	}
	name, err := run(ctx, f.dir, "config", "user.name")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}

// Create writes a new file, and the folders above it. A file that is there is an error, fs.ErrExist.
func (f *Folder) Create(name string, text []byte) error {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if err := root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	w, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if _, err = w.Write(text); err != nil {
		return errors.Join(err, w.Close(), root.Remove(name))
	}
	return w.Close()
}
