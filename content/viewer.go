package content

import (
	"slices"
	"strings"
)

// Everyone is the audience of a page that names none.
const Everyone = "public"

// Viewer is who is asking: the groups they belong to. The zero Viewer belongs to none and sees public pages.
// It is the one way to say what somebody may see; a View and every search take one.
type Viewer struct {
	groups string // sorted, each ended by a NUL; comparable, so that a Viewer can key a cache
}

// NewViewer returns a viewer who belongs to the groups. A name that is empty or holds a NUL is none, nor is
// the name that stands for nobody.
func NewViewer(groups ...string) Viewer {
	g := slices.Clone(groups)
	slices.Sort(g)
	var b strings.Builder
	for _, name := range slices.Compact(g) {
		if name != "" && name != Nobody && !strings.Contains(name, "\x00") {
			b.WriteString(name + "\x00")
		}
	}
	return Viewer{b.String()}
}

// Audiences returns every audience the viewer belongs to, public included.
func (v Viewer) Audiences() []string {
	out := []string{Everyone}
	for name := range strings.SplitSeq(v.groups, "\x00") {
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}

// MaySee tells whether a page for the audience is for this viewer. No audience means everyone.
func (v Viewer) MaySee(audience []string) bool {
	if len(audience) == 0 {
		return true
	}
	for _, a := range v.Audiences() {
		if slices.Contains(audience, a) {
			return true
		}
	}
	return false
}
