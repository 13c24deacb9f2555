package content

import (
	"io/fs"
	"path"
	"strings"
)

// Tree is the files of a content folder at one moment.
type Tree struct {
	FS     fs.FS
	Files  []File   // sorted by Path
	Place  int      // another number says that the folder is another one than before, whatever lies in it
	Unread []Unread // folders that could not be listed; what was known of them is in Files

	Revision string // of the repository that the files are of, where they are exactly those of one; else ""
}

// Unread is a folder that could not be listed.
type Unread struct {
	Path  string // slash-separated, relative to the content folder
	Cause string // in the system's words
}

// File is one file that may be served or read as a page.
type File struct {
	Path string // slash-separated, relative to the content folder
	Stamp
	// Racy says that the file was written so shortly before it was listed that a later write may leave the
	// same stamp: it is read even where the stamp is the known one.
	Racy bool
}

// Stamp is what the file system says of a file without reading it. Two equal stamps of one path mean equal
// content, unless the file was Racy. The zero Stamp is known to nobody and equal to nothing.
type Stamp struct {
	Inode      uint64 // of the file on its file system; 0 where the system does not tell
	Size       int64  // bytes
	ModTime    int64  // nanoseconds since 1970
	ChangeTime int64  // inode change, nanoseconds since 1970; 0 where the system does not tell
}

// IsPage tells whether a path is read as Markdown.
func IsPage(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".md", ".markdown":
		return true
	}
	return false
}

// Hidden tells whether a path is never served nor read: a segment begins with a dot, it is an editor's temporary,
// or it is one of the portal's own settings.
func Hidden(p string) bool {
	if p == "portal.yaml" || p == "queries.yaml" {
		return true
	}
	for s := range strings.SplitSeq(p, "/") {
		if HiddenName(s) {
			return true
		}
	}
	return false
}

// HiddenName is Hidden for one segment of a path.
func HiddenName(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '~' || s[0] == '#' && s[len(s)-1] == '#' || s == "4913" {
		return true
	}
	for _, suffix := range []string{".swp", ".swx", ".tmp", ".bak", ".orig", ".part", "___jb_tmp___", "___jb_old___"} {
		if strings.HasSuffix(s, suffix) {
			return true
		}
	}
	return strings.HasPrefix(s, "~$")
}
