package bleve

import (
	"context"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"rutter/content"
	"rutter/search"
)

// Names are titles, alerts, errors and headings by their letters and digits alone (bareName). They are found as they
// are typed, to their end, and with a slip of the finger; so an alert's name decides, however it is written.

const (
	minPrefix   = 5  // letters and digits from which names that begin so are looked for
	minSlip     = 6  // from which one edit is allowed
	minTwoSlips = 14 // from which two are
	maxNames    = 6  // names that one query may mean; with more it means none
	maxIDs      = 12 // identifiers of one query that are looked up as names

	prefixBoost = 0.8 // for a name that goes on where the query ends
	slipBoost   = 1.2 // for a name that differs a little
	idBoost     = 1.5 // for a name that stands as an identifier within a longer text
)

// nearNames returns terms for the names that the query says, or begins to say, or, where slips may be in it, nearly
// says; those last ones are misspelt.
func (g *Generation) nearNames(hidden hiding, q *search.Query, words int, slips bool) (out []term, misspelt []string, err error) {
	if words <= 8 && !q.Paste {
		names, boost, err := g.namesLike(hidden, q.Text, fieldTitle, slips, minTwoSlips)
		if err != nil {
			return nil, nil, err
		}
		if boost == slipBoost {
			misspelt = names
		}
		for _, n := range names {
			out = append(out, term{field: titleField, text: n, word: none, boost: boost})
		}
	}
	if words > 1 {
		for _, id := range slices.Concat(q.Alerts, identifiers(q.Text)) {
			if bare := bareName(id); !slices.ContainsFunc(out, func(t term) bool { return t.text == bare }) {
				out = append(out, term{field: titleField, text: bare, word: none, boost: idBoost})
			}
		}
	}
	return out, misspelt, nil
}

// asNamed returns the first of some names that the viewer may see, as its page writes it.
func (g *Generation) asNamed(v content.Viewer, names []string) (string, error) {
	doc, name, ok, err := g.named(v, fieldTitle, names)
	if err != nil || !ok {
		return "", err
	}
	all, err := g.stored(doc, fieldNames)
	if err != nil {
		return "", err
	}
	for n := range strings.SplitSeq(all, "\n") {
		if bareName(n) == name {
			return n, nil
		}
	}
	return "", nil
}

// namesLike returns the terms of the names in a field that text says, and their boost. Two slips are allowed from so
// many letters.
func (g *Generation) namesLike(hidden hiding, text, field string, slips bool, two int) (names []string, boost float32, err error) {
	bare := bareName(text)
	n := utf8.RuneCountInString(bare) - 1
	if n < 2 || len(bare) > maxTerm || strings.ContainsRune("-/.+", rune(text[0])) { // an option or a path is no name
		return nil, 0, nil
	}
	if df, err := g.count(hidden, field, bare); err != nil || df > 0 {
		return []string{bare}, nameBoost, err
	}
	if n >= minPrefix {
		names, err := g.termsFrom(hidden, field, bare)
		if err != nil || len(names) > maxNames {
			return nil, 0, err
		}
		if len(names) > 0 {
			return names, prefixBoost, nil
		}
	}
	if slips && n >= minSlip && strings.IndexFunc(bare, isCJK) < 0 && !errorLike(text) {
		edits := 1
		if n >= two {
			edits = 2
		}
		names, err := g.namesNear(hidden, field, bare, edits)
		return names, slipBoost, err
	}
	return nil, 0, nil
}

// errorLike tells whether a text is a number, code or version: a near one is another one.
func errorLike(s string) bool {
	digits := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits > 2 || digits > 0 && strings.IndexFunc(s, unicode.IsSpace) < 0
}

// identifiers returns the tokens of a text that look like names a machine gave: KubePodCrashLooping, vmk_NO_MEMORY,
// ORA-01555.
func identifiers(text string) (out []string) {
	chunks(text, func(c string) {
		if len(out) == maxIDs {
			return
		}
		for _, p := range strings.FieldsFunc(c, isJoint) {
			p = strings.Trim(p, "/.:-+#")
			if len(out) < maxIDs && len(p) >= 5 && len(p) <= maxTerm && isIdentifier(p) && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	})
	return out
}

func isIdentifier(s string) bool {
	humps, lower, digit, joint, upper := 0, false, false, false, 0
	for i, r := range s {
		switch {
		case unicode.IsUpper(r):
			upper++
			if lower || i == 0 {
				humps++
			}
			lower = false
		case unicode.IsLower(r):
			lower = true
		case unicode.IsDigit(r):
			digit = true
		case r == '_' || r == '-':
			joint = true
		default:
			return false
		}
	}
	return humps >= 2 && upper < len(s) || strings.Contains(s, "_") || digit && upper >= 2 && joint
}

// count is in how many pages a field has a term.
func (g *Generation) count(hidden hiding, field, text string) (n uint64, err error) {
	for i, p := range g.parts {
		dict, err := p.seg.Dictionary(field)
		if err != nil {
			return 0, err
		}
		pl, err := dict.PostingsList([]byte(text), hidden[i], nil)
		if err != nil {
			return 0, err
		}
		n += pl.Count()
	}
	return n, nil
}

// termsFrom returns the terms of a field that begin with prefix, one more than maxNames at most.
func (g *Generation) termsFrom(hidden hiding, field, prefix string) (out []string, err error) {
	for _, p := range g.parts {
		dict, err := p.seg.Dictionary(field)
		if err != nil {
			return nil, err
		}
		it := dict.AutomatonIterator(nil, []byte(prefix), []byte(prefix+"\xff"))
		for e, err := it.Next(); e != nil || err != nil; e, err = it.Next() {
			if err != nil {
				return nil, err
			}
			if slices.Contains(out, e.Term) {
				continue
			}
			if df, err := g.count(hidden, field, e.Term); err != nil {
				return nil, err
			} else if df == 0 {
				continue
			}
			if out = append(out, e.Term); len(out) > maxNames {
				return out, nil
			}
		}
	}
	return out, nil
}

// namesNear returns the names in a field that are the fewest edits away, at most so many, from one. An automaton over
// the dictionary would do the same; to build one takes longer than to look at all names.
func (g *Generation) namesNear(hidden hiding, field, name string, edits int) (out []string, err error) {
	for _, p := range g.parts {
		names := p.names.titles
		if field == fieldHeadings {
			names = p.names.headings
		}
		for _, n := range names {
			d := distance(name, n, edits)
			if d > edits || d == edits && (len(out) == maxNames || slices.Contains(out, n)) {
				continue
			}
			if df, err := g.count(hidden, field, n); err != nil {
				return nil, err
			} else if df == 0 {
				continue
			}
			if d < edits {
				edits, out = d, out[:0]
			}
			out = append(out, n)
		}
	}
	return out, nil
}

// distance is the number of edits between two texts, two neighbours that changed places being one (optimal string
// alignment), or most+1 where it is more than most, which is 2 at most. It counts bytes.
func distance(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	const width = 5 // of the band around the diagonal that can matter
	var rows [3][width + 2]int
	far := most + 1
	for i := range rows {
		for j := range rows[i] {
			rows[i][j] = far
		}
	}
	for i := 0; i <= len(a); i++ {
		now, before, second := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		least := far
		for k := range now {
			now[k] = far
		}
		for k := 1; k <= width; k++ { // b is at j = i + k - 3
			j := i + k - 3
			if j < 0 || j > len(b) {
				continue
			}
			if i == 0 || j == 0 {
				now[k] = min(i+j, far)
			} else {
				cost := 1
				if a[i-1] == b[j-1] {
					cost = 0
				}
				d := min(before[k]+cost, before[k+1]+1, now[k-1]+1)
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d = min(d, second[k]+1)
				}
				now[k] = min(d, far)
			}
			least = min(least, now[k])
		}
		if least == far {
			return far
		}
	}
	return rows[len(a)%3][len(b)-len(a)+3]
}

// segmentNames are the names in a segment, by letters and digits alone. They are read once, as facets are.
type segmentNames struct {
	titles, headings []string
}

func readNames(seg segment.Segment) (*segmentNames, error) {
	out := &segmentNames{}
	for _, f := range []struct {
		field string
		to    *[]string
	}{{fieldTitle, &out.titles}, {fieldHeadings, &out.headings}} {
		dict, err := seg.Dictionary(f.field)
		if err != nil {
			return nil, err
		}
		it := dict.AutomatonIterator(nil, []byte{bareMark}, []byte{bareMark + 1})
		for e, err := it.Next(); e != nil || err != nil; e, err = it.Next() {
			if err != nil {
				return nil, err
			}
			if len(e.Term) > minSlip {
				*f.to = append(*f.to, e.Term)
			}
		}
	}
	return out, nil
}

// Lookup implements search.Index.
func (g *Generation) Lookup(ctx context.Context, v content.Viewer, name string) (place search.Place, ok bool, err error) {
	defer g.blame(ctx, &err)
	defer guard(&err)()
	var words []string
	chunks(name, func(c string) { words = append(words, c) })
	name = strings.Join(words, " ")
	hidden := g.hidden(v)
	for _, near := range []bool{false, true} {
		for _, field := range []string{fieldTitle, fieldHeadings} {
			names := []string{bareName(name)}
			if near {
				var boost float32
				if names, boost, err = g.namesLike(hidden, name, field, true, math.MaxInt); err != nil {
					return place, false, err
				}
				if boost != slipBoost {
					continue // a name that only begins so is another one
				}
			}
			doc, term, ok, err := g.named(v, field, names)
			if err != nil {
				return place, false, err
			}
			if !ok {
				continue
			}
			place = search.Place{Path: g.path(doc), Near: near}
			if field == fieldHeadings {
				place.Section, err = g.sectionNamed(doc, term)
			}
			return place, err == nil, err
		}
	}
	return place, false, nil
}

// named returns the best of the pages with one of the names that the viewer may see: of several versions the newest,
// of several kinds a playbook, else the first by path.
func (g *Generation) named(v content.Viewer, field string, names []string) (doc uint32, name string, ok bool, err error) {
	sees := g.viewed(v)
	for _, n := range names {
		if len(n) < 2 {
			continue
		}
		for i, p := range g.parts {
			dict, err := p.seg.Dictionary(field)
			if err != nil {
				return 0, "", false, err
			}
			pl, err := dict.PostingsList([]byte(n), p.deleted, nil)
			if err != nil {
				return 0, "", false, err
			}
			it := pl.Iterator(false, false, false, nil)
			for e, err := it.Next(); e != nil || err != nil; e, err = it.Next() {
				if err != nil {
					return 0, "", false, err
				}
				if d := uint32(p.base + int(e.Number())); sees.wanted(i, int(e.Number())) && (!ok || g.before(d, doc)) {
					doc, name, ok = d, n, true
				}
			}
		}
		if ok {
			return doc, name, true, nil
		}
	}
	return 0, "", false, nil
}

// before tells whether page a is a better bearer of a name than page b.
func (g *Generation) before(a, b uint32) bool {
	if x, y := g.value(a, 0) == string(content.Playbook), g.value(b, 0) == string(content.Playbook); x != y {
		return x
	}
	if c := compareVersions(g.value(a, editionColumn), g.value(b, editionColumn)); c != 0 {
		return c > 0
	}
	return g.path(a) < g.path(b)
}

// value is a page's first value in a column, "" where it has none.
func (g *Generation) value(doc uint32, column int) string {
	part, page := g.where(doc)
	c := &g.parts[part].facets[column]
	if len(c.of[page]) == 0 {
		return ""
	}
	return c.values[c.of[page][0]]
}

func (g *Generation) path(doc uint32) string {
	part, page := g.where(doc)
	id, _ := g.parts[part].seg.DocID(uint64(page))
	return string(id)
}

// sectionNamed finds the section of a page whose heading has the name.
func (g *Generation) sectionNamed(doc uint32, name string) (id string, err error) {
	packed, err := g.stored(doc, fieldSections)
	if err != nil {
		return "", err
	}
	unpackSections(packed, func(sid, heading, _ string) {
		if id == "" && heading != "" && bareName(heading) == name {
			id = sid
		}
	})
	return id, nil
}
