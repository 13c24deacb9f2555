package content

import (
	"embed"
	"io/fs"
	"strings"
	"time"
)

//go:embed all:playbooks all:guides all:advisories all:stories
var library embed.FS

// changed lists the day each shipped page was last changed, as `path day hash` a line: a binary has no repository
// to ask. A test keeps it true.
//
//go:embed changed.txt
var changed string

// Library is the shipped library, as it lies in the binary.
func Library() fs.FS { return library }

// LibraryHistory is the shipped library's last changes.
func LibraryHistory() *History {
	p := Past{Pages: map[string][]Edit{}}
	for line := range strings.Lines(changed) {
		f := strings.Fields(line)
		if len(f) != 3 {
			continue
		}
		if t, err := time.Parse(time.DateOnly, f[1]); err == nil {
			p.Pages[f[0]] = []Edit{{Commit: int32(len(p.Commits)), Path: f[0]}}
			p.Commits = append(p.Commits, Commit{Time: t, Revision: f[2]})
		}
	}
	return NewHistory(p)
}
