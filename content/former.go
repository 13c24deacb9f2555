package content

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"unicode"

	"rutter/content/difference"
	"rutter/content/markdown"
)

// FormerAnchor is an anchor that a page once had.
type FormerAnchor struct {
	ID       string
	Now      string   // of the heading that took the place of the one it was of; "" for the top of the page
	Audience []string // of the page when it had the anchor: only they may learn of it
}

func sameAnchor(a, b FormerAnchor) bool {
	return a.ID == b.ID && a.Now == b.Now && slices.Equal(a.Audience, b.Audience)
}

// Limits on what is kept of one page.
const (
	maxFormer  = 500       // anchors; the ones that went first are forgotten
	maxCompare = 20 * 1000 // pairs of headings that are compared by their words, for each two versions
)

// FormerAnchors finds the anchors that earlier versions of a page had and the last one has not, and what took their
// place. versions are the bytes of its file, oldest first, the last one as it is now. The result is sorted by ID.
func FormerAnchors(path string, versions [][]byte) []FormerAnchor {
	type gone struct {
		FormerAnchor
		at int // the version that no longer had it
	}
	former := map[string]gone{}
	var prev outline
	for i, raw := range versions {
		next := outlineOf(path, raw)
		if i > 0 {
			now := prev.moved(next)
			for id, f := range former {
				if to, ok := now[f.Now]; ok {
					f.Now = to
				} else if !next.anchors[f.Now] {
					f.Now = ""
				}
				former[id] = f
			}
			for id, to := range now {
				former[id] = gone{FormerAnchor{ID: id, Now: to, Audience: prev.audience}, i}
			}
		}
		maps.DeleteFunc(former, func(id string, _ gone) bool { return next.anchors[id] })
		prev = next
	}
	all := slices.Collect(maps.Values(former))
	slices.SortFunc(all, func(a, b gone) int { return cmp.Or(b.at-a.at, strings.Compare(a.ID, b.ID)) })
	out := make([]FormerAnchor, 0, min(len(all), maxFormer))
	for _, f := range all[:min(len(all), maxFormer)] {
		out = append(out, f.FormerAnchor)
	}
	slices.SortFunc(out, func(a, b FormerAnchor) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// outline is one version of a page as far as its headings go.
type outline struct {
	heads    []head
	anchors  map[string]bool // all there are, those that are of no heading included
	audience []string
}

// head is a heading with what is needed to find it again under another text.
type head struct {
	id    string
	words []string // of its text, in lower case, sorted, each once
	text  uint64   // hash of the text below it, white space aside; 0 where there is none
}

// textSeed makes the hashes of texts comparable within this process.
var textSeed = maphash.MakeSeed()

func outlineOf(path string, raw []byte) outline {
	b := cut(raw)
	page, _ := markdown.Parse(path, b.body, b.bodyLine)
	o := outline{anchors: map[string]bool{}}
	for _, a := range page.Anchors {
		o.anchors[a] = true
	}
	texts := map[string]uint64{}
	if len(page.Headings) > 0 {
		for _, s := range page.Sections() {
			if t := strings.Join(strings.Fields(s.Text), " "); t != "" {
				texts[s.ID] = maphash.String(textSeed, t)
			}
		}
	}
	for _, h := range page.Headings {
		words := strings.FieldsFunc(strings.ToLower(h.Text), func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) })
		slices.Sort(words)
		o.heads = append(o.heads, head{id: h.ID, words: slices.Compact(words), text: texts[h.ID]})
	}
	o.audience = audienceOfVersion(path, raw)
	return o
}

// moved maps the anchors of headings that o has and next has not to those of the headings that took their place, ""
// for the top of the page. Between two headings that both have, in the same order, as many that are gone as are new are
// taken for each other, in order. What is left is looked for by the text below it, then by the words of the heading; what
// is not found has become part of what stood before it.
func (o outline) moved(next outline) map[string]string {
	out := map[string]string{}
	type gap struct{ gone, added []int }
	var open []gap
	i, j := 0, 0
	for _, k := range append(o.common(next), [2]int{len(o.heads), len(next.heads)}) {
		var g gap
		for ; i < k[0]; i++ {
			if !next.anchors[o.heads[i].id] {
				g.gone = append(g.gone, i)
			}
		}
		for ; j < k[1]; j++ {
			if !o.anchors[next.heads[j].id] {
				g.added = append(g.added, j)
			}
		}
		i, j = k[0]+1, k[1]+1
		if len(g.gone) == len(g.added) {
			for n := range g.gone {
				out[o.heads[g.gone[n]].id] = next.heads[g.added[n]].id
			}
			continue
		}
		open = append(open, g)
	}
	var gone, added []int
	for _, g := range open {
		gone, added = append(gone, g.gone...), append(added, g.added...)
	}
	for _, g := range open {
		for _, i := range g.gone {
			to, ok := o.heads[i].among(next, g.added, 1+maxCompare/(1+len(gone)))
			if !ok {
				to, ok = o.heads[i].among(next, added, 1+maxCompare/(1+len(gone)))
			}
			if !ok && i > 0 { // the headings before it have been looked for
				if before := o.heads[i-1].id; next.anchors[before] {
					to = before
				} else {
					to = out[before]
				}
			}
			out[o.heads[i].id] = to
		}
	}
	return out
}

// among finds the heading that is h under another text, in those of next with the given indexes. At most the first few are
// compared.
func (h head) among(next outline, candidates []int, most int) (id string, ok bool) {
	best, bestOf := 0, 1
	for _, j := range candidates[:min(len(candidates), most)] {
		c := next.heads[j]
		if h.text != 0 && h.text == c.text {
			return c.id, true
		}
		n, of := shared(h.words, c.words), max(len(h.words), len(c.words))
		if n > 0 && 2*n >= of && n*bestOf > best*of {
			id, ok, best, bestOf = c.id, true, n, of
		}
	}
	return id, ok
}

// shared is how many words two sorted lists have in common.
func shared(a, b []string) (n int) {
	for len(a) > 0 && len(b) > 0 {
		switch c := strings.Compare(a[0], b[0]); {
		case c == 0:
			n, a, b = n+1, a[1:], b[1:]
		case c < 0:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return n
}

// common is a longest list of headings that both have in the same order, as pairs of indexes.
func (o outline) common(next outline) (out [][2]int) {
	work := difference.DefaultWork
	for _, r := range difference.Common(o.ids(), next.ids(), &work) {
		for n := range r.Len {
			out = append(out, [2]int{r.Old + n, r.Now + n})
		}
	}
	return out
}

func (o outline) ids() []string {
	out := make([]string, len(o.heads))
	for i, h := range o.heads {
		out[i] = h.id
	}
	return out
}
