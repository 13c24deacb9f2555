package source

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"

	"rutter/content"
)

// Move carries a planned move out: the files that get other bytes are written beside the old ones first, then all names
// change. Where anything fails the folder is put back as it was. Symbolic links, and files that changed since the
// snapshot was made, are refused before anything is written.
func (f *Folder) Move(m *content.Move) error {
	w := mover{root: f.root, temp: map[string]string{}}
	err := w.check(m)
	if err == nil {
		err = w.write(m)
	}
	if err == nil {
		err = w.rename(m)
	}
	if err != nil {
		return errors.Join(err, w.back())
	}
	return nil
}

// mover is a move that is carried out. What it did is undone from its end.
type mover struct {
	root *os.Root
	temp map[string]string // path → the file beside it that takes its place
	undo []func() error
}

// back undoes what was done, the last first.
func (w *mover) back() error {
	var errs []error
	for i := len(w.undo) - 1; i >= 0; i-- {
		if err := w.undo[i](); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("putting it back: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (w *mover) check(m *content.Move) error {
	if _, err := w.root.Lstat(m.To); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fmt.Errorf("%s exists", m.To)
		}
		return err
	}
	info, err := w.root.Lstat(m.From)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return fmt.Errorf("%s is a symbolic link: move what it leads to", m.From)
	}
	for _, r := range m.Rewrites {
		info, err := w.root.Lstat(r.Path)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is a symbolic link, and its links would have to be rewritten", r.Path)
		}
		now, err := w.root.ReadFile(r.Path)
		if err != nil {
			return err
		}
		if !bytes.Equal(now, r.Was) {
			return fmt.Errorf("%s was changed in the meantime: try again", r.Path)
		}
	}
	return nil
}

// write puts the new bytes beside the old.
func (w *mover) write(m *content.Move) error {
	for i, r := range m.Rewrites {
		info, err := w.root.Lstat(r.Path)
		if err != nil {
			return err
		}
		temp := path.Join(path.Dir(r.Path), ".rutter-"+strconv.Itoa(os.Getpid())+"-"+strconv.Itoa(i)+".tmp")
		w.temp[r.Path] = temp
		w.undo = append(w.undo, func() error { return w.root.Remove(temp) })
		if err := w.file(temp, r.Text, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return nil
}

func (w *mover) file(name string, text []byte, perm fs.FileMode) error {
	f, err := w.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Chmod(perm), f.Sync(), f.Close())
}

func (w *mover) rename(m *content.Move) error {
	if err := w.folders(path.Dir(m.To)); err != nil {
		return err
	}
	for _, r := range m.Rewrites {
		temp := w.temp[r.Path]
		info, err := w.root.Lstat(temp)
		if err != nil {
			return err
		}
		if err := w.root.Rename(temp, r.Path); err != nil {
			return err
		}
		w.undo = append(w.undo, func() error {
			return errors.Join(w.file(temp, r.Was, info.Mode().Perm()), w.root.Rename(temp, r.Path))
		})
	}
	return w.root.Rename(m.From, m.To)
}

// folders makes a folder and those above it.
func (w *mover) folders(dir string) error {
	var missing []string
	for ; dir != "."; dir = path.Dir(dir) {
		if _, err := w.root.Lstat(dir); err == nil {
			break
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		missing = append(missing, dir)
	}
	for i := len(missing) - 1; i >= 0; i-- {
		if err := w.root.Mkdir(missing[i], 0o777); err != nil {
			return err
		}
		w.undo = append(w.undo, func() error { return w.root.Remove(missing[i]) })
	}
	return nil
}
