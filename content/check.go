package content

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"rutter/content/diag"
)

// links knows which pages must be looked at again when an address comes or goes: for every page the keys its links
// were looked up under, up to the one that was found, and the way back.
type links struct {
	keys  map[string][]string // page path → keys, in lower case
	pages map[string][]string // key → page paths
}

// set replaces the keys of a page; none forgets the page.
func (l *links) set(page string, keys []string) {
	for _, k := range l.keys[page] {
		if ps := slices.DeleteFunc(l.pages[k], func(p string) bool { return p == page }); len(ps) > 0 {
			l.pages[k] = ps
		} else {
			delete(l.pages, k)
		}
	}
	if len(keys) == 0 {
		delete(l.keys, page)
		return
	}
	l.keys[page] = keys
	for _, k := range keys {
		l.pages[k] = append(l.pages[k], page)
	}
}

// CheckLinks returns the last built snapshot with its links checked. It looks at the pages that a change since the
// last check can concern: the changed ones, and those that link to an address that came, went, or has other
// anchors, former ones included. Build leaves this out so that a large folder can be shown first and checked after.
func (b *Builder) CheckLinks() *Snapshot {
	prev := b.checked
	if prev == nil {
		prev = &Snapshot{}
		b.links = links{keys: map[string][]string{}, pages: map[string][]string{}}
	}
	if b.snap == nil || b.snap == b.checked {
		return b.snap
	}
	s := *b.snap
	s.linkPs, s.advice = prev.linkPs, &advice{}
	b.check(&s, prev, compare(prev, &s))
	b.snap, b.checked = &s, &s
	return &s
}

// compare finds what changed between two snapshots that may be several builds apart.
func compare(prev, s *Snapshot) Diff {
	var d Diff
	i := 0
	for _, doc := range s.docs {
		for i < len(prev.docs) && prev.docs[i].Path < doc.Path {
			d.Removed = append(d.Removed, prev.docs[i].Path)
			i++
		}
		if i < len(prev.docs) && prev.docs[i].Path == doc.Path {
			if prev.docs[i] != doc {
				d.Put = append(d.Put, doc)
			}
			i++
			continue
		}
		d.Put = append(d.Put, doc)
	}
	for ; i < len(prev.docs); i++ {
		d.Removed = append(d.Removed, prev.docs[i].Path)
	}
	d.Files = !maps.EqualFunc(prev.files, s.files, func(a, b File) bool { return a.Path == b.Path })
	return d
}

func (b *Builder) check(s, prev *Snapshot, diff Diff) {
	again := map[string]bool{}
	concern := func(key string) {
		for _, p := range b.links.pages[strings.ToLower(key)] {
			again[p] = true
		}
	}
	addressed := map[string]bool{} // pages all of whose addresses are concerned
	aliases := func(d *Doc) {
		if d != nil {
			addressed[d.Path] = true
			for _, a := range d.Meta.Aliases {
				concern(aliasKey(a))
			}
		}
	}
	for _, p := range diff.Removed {
		concern(keyOfPath(p))
		aliases(prev.doc(p))
		b.links.set(p, nil)
	}
	for _, d := range diff.Put {
		if old := prev.doc(d.Path); old == nil || old.Key != d.Key || !slices.Equal(old.Anchors, d.Anchors) {
			concern(keyOfPath(d.Path))
			aliases(d)
			aliases(old)
		} else if !slices.Equal(old.Meta.Aliases, d.Meta.Aliases) {
			aliases(d)
			aliases(old)
		}
		again[d.Path] = true
	}
	if diff.Files {
		changedKeys(prev.files, s.files, func(p string) { concern(keyOfPath(p)) })
	}
	if len(diff.Put)+len(diff.Removed) > 0 { // folders come and go with their pages
		changedKeys(prev.folders, s.folders, concern)
	}
	for _, p := range otherAnchors(prev.history, s.history) {
		concern(keyOfPath(p))
		addressed[p] = true
		aliases(s.doc(p))
	}
	pastKeys(prev.history, s.history, addressed, concern)
	s.checkAlerts()
	if len(again) == 0 && len(diff.Removed) == 0 {
		return
	}
	s.linkPs = maps.Clone(prev.linkPs)
	if s.linkPs == nil {
		s.linkPs = map[string][]linkProblem{}
	}
	for _, p := range diff.Removed {
		delete(s.linkPs, p)
	}
	pages := slices.Collect(maps.Keys(again))
	type outcome struct {
		keys []string
		ps   []linkProblem
	}
	outcomes := make([]outcome, len(pages))
	parallel(len(pages), func(i int) {
		if d := s.doc(pages[i]); d != nil {
			outcomes[i].keys, outcomes[i].ps = s.checkLinks(d)
		}
	})
	for i, p := range pages {
		b.links.set(p, outcomes[i].keys)
		if len(outcomes[i].ps) > 0 {
			s.linkPs[p] = outcomes[i].ps
		} else {
			delete(s.linkPs, p)
		}
	}
}

// otherAnchors lists the pages that are known to have had other anchors in one history than in the other.
func otherAnchors(a, b *History) (pages []string) {
	if a == b {
		return nil
	}
	seen := map[string]bool{}
	for _, h := range []*History{a, b} {
		if h == nil {
			continue
		}
		for p := range h.former {
			if !seen[p] && !slices.EqualFunc(a.Anchors(p), b.Anchors(p), sameAnchor) {
				pages = append(pages, p)
			}
			seen[p] = true
		}
	}
	return pages
}

// pastKeys calls f with the keys of files that were renamed, where they lead to another page than before or to one of
// those given.
func pastKeys(prev, now *History, pages map[string]bool, f func(key string)) {
	if prev == now && len(pages) == 0 {
		return
	}
	for _, h := range []*History{prev, now} {
		if h == nil {
			continue
		}
		for k, p := range h.keys {
			if pages[p] || prev != now && prev.movedKey(k) != now.movedKey(k) {
				f(k)
			}
		}
	}
}

// changedKeys calls f with every key that is in one of the maps only.
func changedKeys[V any](a, b map[string]V, f func(string)) {
	for k := range a {
		if _, ok := b[k]; !ok {
			f(k)
		}
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			f(k)
		}
	}
}

// checkLinks returns the keys the page's links depend on, and what is wrong with them.
func (s *Snapshot) checkLinks(d *Doc) (keys []string, ps []linkProblem) {
	seen := map[string]bool{}
	for _, l := range d.Links {
		dest := parseDestination(d.Path, l.Dest)
		t := s.find(d, dest)
		for i, p := range dest.paths {
			if k := strings.ToLower(keyOfPath(p)); !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
			if i >= t.tried {
				break
			}
		}
		p := linkProblem{Problem: diag.Problem{File: cmp.Or(l.File, d.Path), Line: l.Line, Column: l.Column}}
		switch {
		case !t.Found && l.Image:
			p.Rule, p.Text = "image-dead", "there is no picture at "+show(l.Dest)
		case !t.Found:
			p.Rule, p.Text = "link-dead", "nothing is at "+show(l.Dest)
			p.lead(dest)
		case !t.Leads():
			p.Rule, p.Text, p.Fix = "anchor-dead", t.Doc.Path+" has no heading #"+show(t.Frag), nearAnchor(t.Doc, t.Frag)
		case t.past:
			p.Severity, p.Rule, p.Text, p.Fix = diag.Note, "link-moved", show(l.Dest)+" was renamed, and is "+t.Doc.Path+" now", "write the path of today"
		case t.former != nil:
			p.Severity, p.Rule, p.Text, p.Fix = diag.Note, "link-moved", t.Doc.Path+" no longer has the heading #"+show(t.Frag), "link to another, or to the page"
			if t.former.Now != "" {
				p.Fix = "link to #" + show(t.former.Now) + ", which took its place"
			}
		case t.alias && t.Doc != nil:
			p.Severity, p.Rule, p.Text, p.Fix = diag.Note, "link-moved", show(l.Dest)+" is a former address of "+t.Doc.Path, "write the one of today"
		default:
			continue
		}
		ps = append(ps, p)
	}
	return keys, ps
}

func show(s string) string { return clip(s, 120) }

// linkProblem is a problem with a link. Where it leads nowhere, the page of the same name elsewhere is looked for
// when somebody reads the problem: which pages there are changes without the link.
type linkProblem struct {
	diag.Problem
	name string // file name without extension, in lower case; "" where nothing is to be looked for
}

func (p *linkProblem) lead(dest destination) {
	if len(dest.paths) == 0 {
		p.Fix = "it leads out of the folder"
		return
	}
	p.name = strings.ToLower(path.Base(keyOfPath(dest.paths[0])))
}

// hinted returns the problems with the pages that dead links may have meant: those of the same name, when there is
// exactly one.
func (s *Snapshot) hinted(ps []linkProblem, named map[string]string) []diag.Problem {
	out := make([]diag.Problem, 0, len(ps))
	for _, p := range ps {
		if at := named[p.name]; p.name != "" && at != "" {
			p.Fix = "did you mean " + at + "?"
		}
		out = append(out, p.Problem)
	}
	return out
}

// named returns the one page of each file name, "" where there are several.
func (s *Snapshot) named() map[string]string {
	out := make(map[string]string, len(s.docs))
	for _, d := range s.docs {
		n := strings.ToLower(stem(d.Path))
		if _, ok := out[n]; ok {
			out[n] = ""
		} else {
			out[n] = d.Path
		}
	}
	return out
}

func nearAnchor(d *Doc, frag string) string {
	best, bestD := "", max(2, len(frag)/4)+1
	for _, a := range d.Anchors {
		if dist := editDistance(strings.ToLower(frag), a, bestD); dist < bestD {
			best, bestD = a, dist
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean #" + best + "?"
}

// checkAlerts reports alert names that two pages claim: the alert doorway could lead to one of them only.
func (s *Snapshot) checkAlerts() {
	rest := slices.DeleteFunc(slices.Clone(s.restPs), func(p diag.Problem) bool { return p.Rule == "alert-duplicate" })
	owner := map[string]string{}
	for _, d := range s.docs {
		for i, a := range d.Meta.Alerts {
			if o, ok := owner[strings.ToLower(a)]; ok && o != d.Path {
				at := d.Entry("alerts", i)
				rest = append(rest, diag.Problem{
					File: d.Path, Line: at.Line, Column: at.Column, Rule: "alert-duplicate", Text: "the alert " + a + " already leads to " + o, Fix: "keep it on one page",
				})
				continue
			}
			owner[strings.ToLower(a)] = d.Path
		}
	}
	s.restPs = rest
}
