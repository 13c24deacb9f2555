package source

import (
	"io/fs"
	"syscall"
)

// inode tells files apart that are alike by their times and sizes, as those of a fresh clone may be.
func inode(i fs.FileInfo) uint64 {
	if s, ok := i.Sys().(*syscall.Stat_t); ok {
		return s.Ino
	}
	return 0
}

// changeTime is when the file's inode last changed, in nanoseconds since 1970; 0 where the system does not tell.
func changeTime(i fs.FileInfo) int64 {
	if s, ok := i.Sys().(*syscall.Stat_t); ok {
		return s.Ctim.Nano()
	}
	return 0
}
