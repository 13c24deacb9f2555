package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
	place int  // counts the folders that were opened
	known scan // the last listing

	mu      sync.Mutex
	touched map[string]bool // folders something happened in since the last listing, relative; nil when all may be
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

// Busy tells whether git is writing the work tree that the folder is in: a scan may then see half of a checkout.
func (f *Folder) Busy() bool {
	real, err := filepath.EvalSymlinks(f.dir)
	return err == nil && gitIsBusy(real)
}

// Scan lists the folder's files without reading them. Unreadable folders inside it are an error: what stands in
// them is unknown, and must not look deleted.
func (f *Folder) Scan() (content.Tree, error) { return f.list(nil) }

// Rescan lists again the folders that Watch has seen something happen in, and takes the others as they were. Events
// get lost, so it is no substitute for a Scan now and then.
func (f *Folder) Rescan() (content.Tree, error) {
	f.mu.Lock()
	touched := f.touched
	f.mu.Unlock()
	return f.list(touched)
}

// touch notes that something happened in a folder, given relative to the content folder.
func (f *Folder) touch(dir string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.touched != nil {
		f.touched[dir] = true
	}
}

// touchAll notes that anything may have happened.
func (f *Folder) touchAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.touched = nil
}

// list lists some folders anew, or with nil all.
func (f *Folder) list(touched map[string]bool) (content.Tree, error) {
	f.mu.Lock()
	f.touched = map[string]bool{} // what happens from here on is for the next listing
	f.mu.Unlock()
	t, err := f.listAll(touched)
	if err != nil {
		f.touchAll()
	}
	return t, err
}

func (f *Folder) listAll(touched map[string]bool) (content.Tree, error) {
	real, err := filepath.EvalSymlinks(f.dir)
	if err != nil {
		return content.Tree{}, err
	}
	same, err := f.reopen(real)
	if err != nil {
		return content.Tree{}, err
	}
	s := scan{root: f.root, real: real, late: f.now().Add(-racy).UnixNano(), dirs: map[string]bool{}, links: map[string]bool{}}
	if same && f.known.real == real {
		s.before = &f.known
	}
	if touched == nil || !same || f.known.real != real {
		err = s.dir("")
	} else {
		err = s.again(f.known, touched)
	}
	if err != nil {
		return content.Tree{}, err
	}
	slices.SortFunc(s.files, func(a, b content.File) int { return strings.Compare(a.Path, b.Path) })
	f.known = s
	f.known.before = nil // or every listing ever made would be kept
	return content.Tree{FS: f.root.FS(), Files: s.files, Place: f.place, Unread: s.unread}, nil
}

// reopen opens the folder where it is not the one that is open. An older root stays with the snapshots made of it
// and is closed with the last of them, by the garbage collector.
func (f *Folder) reopen(real string) (same bool, err error) {
	info, err := os.Stat(real)
	if err != nil {
		return false, err
	}
	if f.root != nil && os.SameFile(info, f.which) {
		return true, nil
	}
	root, err := os.OpenRoot(real)
	if err != nil {
		return false, err
	}
	f.root, f.which = root, info
	f.place++
	return false, nil
}

// scan lists names only; nothing it lists is opened but through the tree's os.Root, which nothing leads out of.
type scan struct {
	root  *os.Root
	real  string
	late  int64
	files []content.File
	dirs  map[string]bool // folders that were listed, relative
	links map[string]bool // links, whether they lead to a file or not

	unread []content.Unread
	before *scan // an earlier listing of the same folder, nil for none
}

const maxDirDepth = 64

// again lists the touched folders of an earlier listing, and new ones in them; of a folder that is gone nothing
// stays.
func (s *scan) again(before scan, touched map[string]bool) error {
	fresh := scan{root: s.root, real: s.real, late: s.late, before: &before, dirs: map[string]bool{}, links: map[string]bool{}}
	for dir := range touched {
		if before.dirs[dir] {
			if err := fresh.one(dir, func(sub string) error {
				if before.dirs[sub] {
					fresh.dirs[sub] = true // still there; listed on its own if it was touched
					return nil
				}
				return fresh.dir(sub)
			}); err != nil {
				return err
			}
		}
	}
	gone := func(dir string) bool { // a touched folder above does not list it any more
		for d := dir; d != ""; d = parent(d) {
			if touched[parent(d)] && before.dirs[parent(d)] && !fresh.dirs[d] {
				return true
			}
		}
		return false
	}
	for dir := range before.dirs {
		if !gone(dir) {
			s.dirs[dir] = true
		}
	}
	for dir := range fresh.dirs {
		s.dirs[dir] = true
	}
	kept := func(p string) bool { dir := parent(p); return s.dirs[dir] && !(touched[dir] && before.dirs[dir]) }
	s.files = make([]content.File, 0, len(before.files)+len(fresh.files))
	for _, f := range before.files {
		if kept(f.Path) && !before.links[f.Path] {
			s.files = append(s.files, f)
		}
	}
	for p := range before.links {
		if kept(p) { // what it leads to may lie in another folder
			s.link(p)
		}
	}
	for _, u := range before.unread {
		if s.dirs[u.Path] && !touched[u.Path] && !touched[parent(u.Path)] {
			s.unread = append(s.unread, u)
		}
	}
	s.unread = append(s.unread, fresh.unread...)
	for _, f := range fresh.files {
		if s.dirs[parent(f.Path)] {
			s.files = append(s.files, f)
		}
	}
	for p := range fresh.links {
		s.links[p] = true
	}
	return nil
}

func parent(p string) string {
	if i := strings.LastIndexByte(p, '/'); i >= 0 {
		return p[:i]
	}
	return ""
}

// dir lists a folder and all folders in it.
func (s *scan) dir(rel string) error { return s.one(rel, s.dir) }

// one lists a folder and calls sub for each folder in it.
func (s *scan) one(rel string, sub func(rel string) error) error {
	s.dirs[rel] = true
	if strings.Count(rel, "/") > maxDirDepth {
		return s.failed(rel, fmt.Errorf("folders nest more than %d deep", maxDirDepth))
	}
	d, err := os.Open(filepath.Join(s.real, filepath.FromSlash(rel)))
	if err != nil {
		return s.failed(rel, err)
	}
	infos, err := d.Readdir(-1)
	_ = d.Close()
	if err != nil {
		return s.failed(rel, err)
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
			if err := sub(p); err != nil {
				return err
			}
		case i.Mode().IsRegular():
			s.add(p, i)
		case i.Mode()&fs.ModeSymlink != 0:
			s.link(p)
		}
	}
	return nil
}

// failed deals with a folder that cannot be listed. One that is gone since its parent was listed holds nothing any
// more. What stands in any other is unknown and must not look deleted: it stays as it was last known. Only the root
// makes the whole listing fail.
func (s *scan) failed(rel string, err error) error {
	if rel == "" {
		return err
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		delete(s.dirs, rel)
		return nil
	}
	cause := err
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		cause = pe.Err
	}
	s.unread = append(s.unread, content.Unread{Path: rel, Cause: cause.Error()})
	if s.before == nil {
		return nil
	}
	under := rel + "/"
	for _, f := range s.before.files {
		if strings.HasPrefix(f.Path, under) && !s.before.links[f.Path] {
			s.files = append(s.files, f)
		}
	}
	for dir := range s.before.dirs {
		if strings.HasPrefix(dir, under) {
			s.dirs[dir] = true
		}
	}
	return nil
}

// link lists a link, where it may be followed.
func (s *scan) link(p string) {
	s.links[p] = true
	if target, ok := s.follow(p); ok {
		s.add(p, target)
	}
}

// follow resolves a link to a file. It must stay in the folder, by a relative path, and may not lead to a hidden
// file; the `..data` folders of mounted ConfigMaps are the exception, they are how such a mount changes at one stroke.
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
	i, err := s.root.Stat(p) // as it will be opened
	if err != nil || !i.Mode().IsRegular() {
		return nil, false
	}
	return i, true
}

func (s *scan) add(p string, i fs.FileInfo) {
	st := content.Stamp{Inode: inode(i), Size: i.Size(), ModTime: i.ModTime().UnixNano(), ChangeTime: changeTime(i)}
	s.files = append(s.files, content.File{Path: p, Stamp: st, Racy: max(st.ModTime, st.ChangeTime) >= s.late})
}

// Repository is the folder of the repository whose work tree the folder is in, "" where it is in none.
func (f *Folder) Repository() string {
	git := (&Git{dir: f.dir}).gitDir()
	if git == "" {
		return ""
	}
	return common(git)
}
