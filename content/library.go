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
	h := &History{Pages: map[string]Change{}}
	for line := range strings.Lines(changed) {
		f := strings.Fields(line)
		if len(f) != 3 {
			continue
		}
		if t, err := time.Parse(time.DateOnly, f[1]); err == nil {
			h.Pages[f[0]] = Change{Time: t, Revision: f[2]}
		}
	}
	return h
}
