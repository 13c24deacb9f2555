package source

import (
	"cmp"
	"slices"

	"rutter/content"
)

// trail follows pages back through the log under the names they had.
type trail struct {
	cutOff  map[string]bool
	commits []content.Commit // newest first
	edits   map[string][]content.Edit
	at      map[string]*life  // by path at the moment the log is at
	names   map[string]string // every name once, however many edits have it
}

// life is the file that a path is the path of for a while. One that neither is there at the end nor was deleted before is
// of another line of the past, on which a file kept the name that it lost on this one.
type life struct {
	now   string // its path at the end; "" where it has none
	added bool   // the commit that added it was seen: a deletion before it is that of another file
	side  bool   // of another line of the past
	lost  []content.Edit
}

func newTrail(files map[string]file, cutOff map[string]bool) *trail {
	t := &trail{cutOff: cutOff, edits: make(map[string][]content.Edit, len(files)), at: make(map[string]*life, len(files)), names: map[string]string{}}
	for p := range files {
		t.edits[p] = nil
		t.at[p] = &life{now: p}
		t.names[p] = p
	}
	return t
}

func (t *trail) name(p string) string {
	if n, ok := t.names[p]; ok {
		return n
	}
	t.names[p] = p
	return p
}

// commit notes what a commit changed. Its renames happen at once, or two could pass for a chain.
func (t *trail) commit(head []string, changes []fileChange) {
	if len(head) < fields || len(changes) == 0 || t.cutOff[head[0]] {
		return
	}
	n := int32(len(t.commits))
	t.commits = append(t.commits, commitOf(head))
	renamed := map[string]*life{}
	for _, c := range changes {
		f := t.at[c.new]
		if c.status == 'D' {
			if f == nil || f.added { // else another line of the past went on with it
				t.at[c.new] = &life{}
			}
			continue
		}
		if f == nil {
			f = &life{side: true}
			t.at[c.new] = f
		}
		e := content.Edit{Commit: n, Path: t.name(c.new), Blob: c.blob, Added: c.status == 'A'}
		switch c.status {
		case 'R':
			e.From = t.name(c.old)
			delete(t.at, c.new)
			renamed[c.old] = f
		case 'A':
			f.added = true
		}
		switch {
		case f.now != "":
			if len(t.edits[f.now]) < maxChanges || e.From != "" {
				t.edits[f.now] = append(t.edits[f.now], e)
			}
		case f.side:
			f.lost = append(f.lost, e)
		}
	}
	for old, f := range renamed {
		t.rename(old, f)
	}
}

// rename puts a file where it was before. What is there already either came later, or belongs to the file, or stays.
func (t *trail) rename(old string, f *life) {
	there := t.at[old]
	switch {
	case there == nil, there.added, there.now == "" && !there.side:
	case there.side && f.now != "":
		t.edits[f.now] = append(t.edits[f.now], there.lost...)
		slices.SortStableFunc(t.edits[f.now], func(a, b content.Edit) int {
			return cmp.Or(t.commits[b.Commit].Time.Compare(t.commits[a.Commit].Time), int(a.Commit-b.Commit))
		})
	default:
		return
	}
	t.at[old] = f
}

// onto returns what is known together with an older state that the log was read from, nil for none. merged says that not
// all of the log is newer than that.
func (t *trail) onto(base *content.History, merged bool) content.Past {
	old := base.Past()
	last := int32(len(old.Commits) + len(t.commits) - 1)
	newest := slices.Clone(t.commits)
	slices.Reverse(newest)
	p := content.Past{Commits: slices.Concat(old.Commits, newest), Pages: make(map[string][]content.Edit, len(t.edits))}
	for path, edits := range t.edits {
		edits = slices.Clone(edits)
		for i := range edits {
			edits[i].Commit = last - edits[i].Commit
		}
		p.Pages[path] = edits
	}
	for was, f := range t.at {
		before := old.Pages[was]
		if f.now == "" || len(before) == 0 {
			continue
		}
		if len(p.Pages[f.now]) == 0 {
			p.Pages[f.now] = before
			continue
		}
		all := slices.Concat(p.Pages[f.now], before)
		if merged {
			slices.SortStableFunc(all, func(a, b content.Edit) int {
				return cmp.Or(p.Commits[b.Commit].Time.Compare(p.Commits[a.Commit].Time), int(b.Commit-a.Commit))
			})
		}
		p.Pages[f.now] = all
	}
	return p
}
