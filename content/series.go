package content

import (
	"regexp"
	"strings"
)

// versionSegment is a folder that is named like a version: v26.1, 4.16, 7.0.3, v2.
var versionSegment = regexp.MustCompile(`^(v?\d+(\.(\d+|x))+|v\d+)$`)

// Version tells which version of a product's documentation a page belongs to, by the first folder on its path that is
// named like one, and what is the same for all versions of the page. Both are "" for a page without such a folder.
func (d *Doc) Version() (series, version string) {
	segs := strings.Split(d.Path, "/")
	for i, s := range segs[:len(segs)-1] {
		if versionSegment.MatchString(strings.ToLower(s)) {
			segs[i] = "*"
			return strings.Join(segs, "/"), s
		}
	}
	return "", ""
}
