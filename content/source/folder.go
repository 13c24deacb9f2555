package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"rutter/content"
)

// Folder is a content folder on disk. Its path may be a symbolic link that moves (git-sync, a mounted ConfigMap):
// every scan looks where it leads. Not safe for concurrent use.
type Folder struct {
	dir string
	now func() time.Time

	root  *os.Root // of the last scan; kept while the folder is the same one
	which fs.FileInfo
}

// racy is how close to the scan a file's times may be before its stamp is not trusted: file systems keep times
// as coarse as two seconds.
const racy = 2 * time.Second

// OpenFolder checks that dir is a folder and returns it. now is the clock that scans compare file times with.
func OpenFolder(dir string, now func() time.Time) (*Folder, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	f := &Folder{dir: abs, now: now}
	info, err := os.Stat(abs)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder", dir)
	}
	return f, nil
}

// Dir is the folder's absolute path.
func (f *Folder) Dir() string { return f.dir }

// Scan lists the folder's files without reading them. Unreadable folders inside it are an error: what stands in
// them is unknown, and must not look deleted.
func (f *Folder) Scan() (content.Tree, error) {
	real, err := filepath.EvalSymlinks(f.dir)
	if err != nil {
		return content.Tree{}, err
	}
	if err := f.reopen(real); err != nil {
		return content.Tree{}, err
	}
	s := scan{real: real, late: f.now().Add(-racy).UnixNano()}
	if err := s.dir(""); err != nil {
		return content.Tree{}, err
	}
	slices.SortFunc(s.files, func(a, b content.File) int { return strings.Compare(a.Path, b.Path) })
	return content.Tree{FS: f.root.FS(), Files: s.files}, nil
}

// reopen opens the folder where it is not the one that is open. An older root stays with the snapshots made of it
// and is closed with the last of them, by the garbage collector.
func (f *Folder) reopen(real string) error {
	info, err := os.Stat(real)
	if err != nil {
		return err
	}
	if f.root != nil && os.SameFile(info, f.which) {
		return nil
	}
	root, err := os.OpenRoot(real)
	if err != nil {
		return err
	}
	f.root, f.which = root, info
	return nil
}

// scan lists names only; nothing it lists is opened but through the tree's os.Root, which nothing leads out of.
type scan struct {
	real  string
	late  int64
	files []content.File
}

const maxDirDepth = 64

func (s *scan) dir(rel string) error {
	if strings.Count(rel, "/") > maxDirDepth {
		return fmt.Errorf("%s: folders nest more than %d deep", rel, maxDirDepth)
	}
	d, err := os.Open(filepath.Join(s.real, filepath.FromSlash(rel)))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) && rel != "" {
			return nil // gone since its parent was listed
		}
		return err
	}
	infos, err := d.Readdir(-1)
	_ = d.Close()
	if err != nil {
		return err
	}
	for _, i := range infos {
		if content.HiddenName(i.Name()) {
			continue
		}
		p := i.Name()
		if rel != "" {
			p = rel + "/" + p
		}
		if content.Hidden(p) {
			continue
		}
		switch {
		case i.IsDir():
			if err := s.dir(p); err != nil {
				return err
			}
		case i.Mode().IsRegular():
			s.add(p, i)
		case i.Mode()&fs.ModeSymlink != 0:
			if target, ok := s.follow(p); ok {
				s.add(p, target)
			}
		}
	}
	return nil
}

// follow resolves a link to a file. It must stay in the folder and may not lead to a hidden file; the `..data`
// folders of mounted ConfigMaps are the exception, they are how such a mount changes at one stroke.
func (s *scan) follow(p string) (fs.FileInfo, bool) {
	target, err := filepath.EvalSymlinks(filepath.Join(s.real, filepath.FromSlash(p)))
	if err != nil {
		return nil, false
	}
	rel, err := filepath.Rel(s.real, target)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return nil, false
	}
	for seg := range strings.SplitSeq(filepath.ToSlash(rel), "/") {
		if content.HiddenName(seg) && (!strings.HasPrefix(seg, "..") || len(seg) < 3) {
			return nil, false
		}
	}
	i, err := os.Lstat(target)
	if err != nil || !i.Mode().IsRegular() {
		return nil, false
	}
	return i, true
}

func (s *scan) add(p string, i fs.FileInfo) {
	st := content.Stamp{Size: i.Size(), ModTime: i.ModTime().UnixNano()}
	if sys, ok := i.Sys().(*syscall.Stat_t); ok {
		st.ChangeTime = sys.Ctim.Nano()
	}
	s.files = append(s.files, content.File{Path: p, Stamp: st, Racy: max(st.ModTime, st.ChangeTime) >= s.late})
}
