//go:build !linux

package source

import "io/fs"

// changeTime is when the file's inode last changed; 0: it is only asked for on Linux.
func changeTime(fs.FileInfo) int64 { return 0 }

// inode is 0: it is only asked for on Linux.
func inode(fs.FileInfo) uint64 { return 0 }
