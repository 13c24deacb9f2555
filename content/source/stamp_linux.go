package source

import (
	"io/fs"
	"syscall"
)

// changeTime is when the file's inode last changed, in nanoseconds since 1970; 0 where the system does not tell.
func changeTime(i fs.FileInfo) int64 {
	if s, ok := i.Sys().(*syscall.Stat_t); ok {
		return s.Ctim.Nano()
	}
	return 0
}
