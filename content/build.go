package content

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"rutter/content/diag"
)

// maxFile is the largest page read, in bytes. The parser's own limit is lower and says so by line; this one keeps
// memory.
const maxFile = 16 << 20

// Builder turns trees into snapshots, each from the one before. The zero Builder is ready. It is not safe for
// concurrent use; the snapshots it returns are.
type Builder struct {
	// Reserved tells whether an address belongs to the portal itself, so that a page or file there can never be
	// reached. Nil means none does.
	Reserved func(key string) bool
	// Recall returns what [Doc.Record] gave for a page in an earlier run, or nil. It saves reading and parsing
	// pages whose stamp or hash is still the same. Called from several goroutines.
	Recall func(path string) []byte
	// Good returns the bytes of a page's last good version that an earlier run kept (see [Snapshot.LastGood]), or nil.
	// It is asked where a file is bad and no good version is known. Called from several goroutines.
	Good func(path string) []byte

	// Elsewhere returns whom a file is for in another state of the folder that counts more, nil for everyone: it is for no
	// others here. Called from several goroutines; what it says must not change.
	Elsewhere func(path string) []string
	// Rules look for what else authors may want to mend.
	Rules Rules

	reading reading // of the tree that is being built
	tree    Tree
	stale   map[string]bool             // pages to read again though their own files are as they were
	parts   map[string]map[string]Stamp // by path of a page that includes others: what it looked for, as it was then
	snap    *Snapshot
	stamps  map[string]Stamp // by page path: the file as last read
	hashes  map[string]Hash  // by page path: the file as last read, which may be a bad version
	checked *Snapshot        // the last one whose links were checked
	links   links
}

// Diff says what a snapshot changed against the one before it.
type Diff struct {
	Put     []*Doc   // new or with other content, sorted by path
	Moved   []*Doc   // same content under another address, sorted by path
	Removed []string // paths, sorted
	Files   bool     // images and downloads came or went
	History bool     // dates of last change came or changed
	Served  bool     // the files are of another revision
	Lang    bool     // portal.yaml says something else
}

// Empty tells whether nothing changed.
func (d Diff) Empty() bool {
	return len(d.Put)+len(d.Moved)+len(d.Removed) == 0 && !d.Files && !d.History && !d.Lang && !d.Served
}

// read is the outcome of looking at one page's file.
type read struct {
	file     File
	hash     Hash
	doc      *Doc           // nil: keep the version there is
	problems []diag.Problem // what reading found; replaces what was known of the file
	same     bool           // the bytes are the known ones: problems stand
	unread   bool           // there was no time: doc stands for the page
	refused  *Doc           // what the file holds, where that does not replace the version there is
	halfway  bool           // somebody is writing the file: the page stays as it is, and is looked at again
}

// Build makes the snapshot of a tree. verify reads every file, whatever its stamp says. It returns an error only
// when ctx ends; what is wrong with a page is a Problem of the snapshot.
func (b *Builder) Build(ctx context.Context, t Tree, h *History, verify bool) (*Snapshot, Diff, error) {
	return b.build(ctx, nil, t, h, verify)
}

// BuildFirst makes a first snapshot that need not be complete: pages that are not read when hurry is closed are
// read when somebody asks for them, and stand in no list until Build has read them all.
func (b *Builder) BuildFirst(ctx context.Context, hurry <-chan struct{}, t Tree, h *History) (*Snapshot, error) {
	s, _, err := b.build(ctx, hurry, t, h, false)
	return s, err
}

func (b *Builder) build(ctx context.Context, hurry <-chan struct{}, t Tree, h *History, verify bool) (*Snapshot, Diff, error) {
	prev := b.snap
	if prev == nil {
		prev = &Snapshot{folders: map[string]*Folder{}}
		b.stamps, b.hashes = map[string]Stamp{}, map[string]Hash{}
	}
	pages, files := split(t)
	portal := readPortal(t.FS, prev.portal)
	b.reading = reading{fs: listedFS{t.FS, stampsOf(t)}, constants: portal.says().constants(), rules: b.Rules.Page, elsewhere: b.Elsewhere}
	b.tree = t
	stale := b.remade(prev, t, prev.portal.says().constant != portal.says().constant)
	b.stale = stale
	var jobs []File
	for _, f := range pages {
		if known, ok := b.stamps[f.Path]; !ok || verify || f.Racy || known != f.Stamp || f.Stamp == (Stamp{}) || stale[f.Path] {
			jobs = append(jobs, f)
		}
	}
	reads, err := b.readAll(ctx, hurry, t.FS, jobs, prev)
	if err != nil {
		return nil, Diff{}, err
	}

	s := &Snapshot{
		byKey: prev.byKey, fold: prev.fold, folders: prev.folders, aliases: prev.aliases, files: prev.files,
		lost: prev.lost, filePs: prev.filePs, linkPs: prev.linkPs, restPs: prev.restPs, sum: prev.sum, history: h, fs: t.FS, place: t.Place,
	}
	s.included, s.elsewhere = b.reading.fs, b.Elsewhere
	s.rules, s.advice, s.revision = b.Rules, &advice{}, t.Revision
	diff := Diff{History: !sameHistory(prev.history, h), Served: prev.revision != t.Revision}
	s.asked = readQuestions(t.FS, prev.asked)
	s.portal = portal
	diff.Lang = prev.portal.says() != s.portal.says()
	for _, u := range t.Unread {
		s.unreadPs = append(s.unreadPs, diag.Problem{
			File: u.Path + "/", Severity: diag.Warning, Rule: "folder-unreadable",
			Text: "the folder cannot be read, so what is in it is left as it was last known: " + u.Cause, Fix: "see its permissions, or move it out of the content folder",
		})
	}
	s.reserved = b.Reserved
	b.apply(s, prev, pages, reads, &diff)
	if !maps.EqualFunc(s.files, files, func(a, b File) bool { return a.Path == b.Path && a.Stamp == b.Stamp }) || prev.place != t.Place {
		diff.Files = true
	}
	s.files = files
	for _, f := range t.Files {
		if isSnippet(f.Path) && IsPage(f.Path) {
			s.snippets = append(s.snippets, f.Path)
		}
	}
	b.arrange(s, prev, &diff)
	s.relate()
	b.snap = s
	return s, diff, nil
}

// split parts a tree into pages and what is served as it is.
func split(t Tree) (pages []File, files map[string]File) {
	files = map[string]File{}
	for _, f := range t.Files {
		if isSnippet(f.Path) && IsPage(f.Path) {
			continue
		}
		if IsPage(f.Path) {
			pages = append(pages, f)
		} else {
			files[f.Path] = f
		}
	}
	return pages, files
}

// readAll reads and parses files on all processors. The result has one entry per job, in order.
func (b *Builder) readAll(ctx context.Context, hurry <-chan struct{}, fsys fs.FS, jobs []File, prev *Snapshot) ([]read, error) {
	out := make([]read, len(jobs))
	if len(jobs) == 0 {
		return out, ctx.Err()
	}
	ranks := map[string]bool{}
	for _, j := range jobs {
		if indexRank(j.Path) != 0 {
			ranks[j.Path] = true
		}
	}
	parallel(len(jobs), func(i int) {
		select {
		case <-ctx.Done():
		case <-hurry: // a nil channel never does
			out[i] = read{file: jobs[i], doc: unreadDoc(b.reading, jobs[i].Path, ranks[jobs[i].Path]), unread: true}
		default:
			good := prev.doc(jobs[i].Path)
			if good != nil && good.unread {
				good = nil
			}
			out[i] = b.readOne(fsys, jobs[i], good, ranks[jobs[i].Path])
		}
	})
	return out, ctx.Err()
}

// parallel calls f with 0 to n-1 on all processors.
func parallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

func (b *Builder) readOne(fsys fs.FS, f File, good *Doc, folderPage bool) read {
	r := b.readNew(fsys, f, good, folderPage)
	if good != nil && r.doc == nil && b.stale[f.Path] {
		r.doc = b.again(good, folderPage)
	}
	return r
}

// again puts the good version of a page together anew where its file cannot replace it and something that it includes is
// another: that may be for fewer people now. nil says that it stays as it is.
func (b *Builder) again(good *Doc, folderPage bool) *Doc {
	raw, err := good.Source()
	if err != nil || good.Broken {
		return nil
	}
	d, _, usable := readDoc(good.Path, raw, folderPage, reading{fs: b.reading.fs, constants: b.reading.constants, elsewhere: b.Elsewhere})
	d.stamp = good.stamp
	if !usable && (d.made == nil || !slices.ContainsFunc(d.made.problems, func(p diag.Problem) bool { return p.Rule == "include-hidden" })) {
		return nil
	}
	return d
}

// readNew reads a file. good is the version of the page that is shown, nil for none.
func (b *Builder) readNew(fsys fs.FS, f File, good *Doc, folderPage bool) read {
	r := read{file: f}
	var rec *Doc
	if good == nil && b.Recall != nil {
		if data := b.Recall(f.Path); data != nil {
			if d, err := readRecord(f.Path, data); err == nil && !(d.braces && len(b.reading.constants) > 0) {
				rec = d
				r.problems = d.found
				if d.stamp == f.Stamp && !f.Racy && f.Stamp != (Stamp{}) {
					d.text.fs = fsys
					r.hash, r.doc = d.Hash, d
					return r
				}
			}
		}
	}
	raw, err := readFile(fsys, f.Path)
	if err != nil {
		r.problems = []diag.Problem{{
			File: f.Path, Rule: "file-unreadable", Text: "the file cannot be read: " + cause(err), Fix: "see its permissions and size",
		}}
		r.file.Stamp = Stamp{} // so that it is tried again
		if good == nil {
			if r.doc = b.kept(f.Path, folderPage); r.doc != nil {
				return r
			}
			r.doc = brokenDoc(f.Path, folderPage)
			if rec != nil {
				r.doc.Meta.Audience = rec.Meta.Audience
			}
		}
		return r
	}
	r.hash = sha256.Sum256(raw)
	if known, ok := b.hashes[f.Path]; ok && known == r.hash && !b.stale[f.Path] {
		r.same = true
		return r
	}
	if good != nil && beingWritten(f, raw) {
		r.halfway = true
		return r
	}
	if len(raw) == 0 {
		last := good
		if last == nil {
			last = b.kept(f.Path, folderPage)
		}
		if last != nil && !last.bad && last.Hash != r.hash {
			r.problems = []diag.Problem{{
				File: f.Path, Severity: diag.Warning, Rule: "page-empty", Text: "the file is empty, so the page is shown as it was before", Fix: "restore it, or delete it",
			}}
			if good == nil {
				r.doc = last
			}
			return r
		}
	}
	if rec != nil && rec.Hash == r.hash {
		rec.stamp = f.Stamp
		rec.text.set(raw)
		r.doc = rec
		return r
	}
	d, ps, usable := readDoc(f.Path, raw, folderPage, b.reading)
	d.stamp = f.Stamp
	r.problems = ps
	if !usable && good == nil {
		if kept := b.kept(f.Path, folderPage); kept != nil {
			d, r.refused = kept, d
		}
	}
	if usable || good == nil || good.bad {
		r.doc = d
	} else {
		r.refused = d
	}
	return r
}

// kept is the last good version of a page that an earlier run kept, nil where there is none.
func (b *Builder) kept(path string, folderPage bool) *Doc {
	if b.Good == nil {
		return nil
	}
	raw := b.Good(path)
	if raw == nil {
		return nil
	}
	if d, _, usable := readDoc(path, raw, folderPage, reading{fs: b.reading.fs, constants: b.reading.constants, elsewhere: b.Elsewhere}); usable {
		return d
	}
	return nil
}

// beingWritten tells whether a file was caught between two writes: it has another size than when it was listed, or
// it has just been emptied, as most programs do before they write. The next listing will know.
func beingWritten(f File, raw []byte) bool {
	return f.Stamp != (Stamp{}) && (int64(len(raw)) != f.Size || len(raw) == 0 && f.Racy)
}

// brokenDoc stands for a page whose file has never been read.
func brokenDoc(p string, folderPage bool) *Doc {
	d := &Doc{Path: p, Title: titleOfPath(p, folderPage), Kind: kindOfPath(p), Hash: sha256.Sum256(nil), Broken: true, bad: true, text: &source{}}
	d.text.set(nil)
	return d
}

func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// readFile reads at most maxFile bytes.
func readFile(fsys fs.FS, p string) ([]byte, error) {
	f, err := fsys.Open(p)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", p)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes, at most %d are read", p, info.Size(), maxFile)
	}
	raw := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		if err == io.EOF {
			return raw, nil
		}
		if err != nil {
			return nil, err
		}
		if len(raw) == cap(raw) {
			if len(raw) > maxFile {
				return nil, fmt.Errorf("%s grew beyond %d bytes", p, maxFile)
			}
			raw = slices.Grow(raw, 4096)
		}
	}
}

// apply puts what was read into s.docs and s.filePs.
func (b *Builder) apply(s, prev *Snapshot, pages []File, reads []read, diff *Diff) {
	byPath := make(map[string]*read, len(reads))
	for i := range reads {
		byPath[reads[i].file.Path] = &reads[i]
	}
	problems := false
	own := func() { // copy before the first write
		if !problems {
			s.filePs, problems = maps.Clone(prev.filePs), true
			if s.filePs == nil {
				s.filePs = map[string][]diag.Problem{}
			}
		}
	}
	stamp := stampsOf(b.tree)
	s.docs = make([]*Doc, 0, len(pages))
	for _, f := range pages {
		old := prev.doc(f.Path)
		r := byPath[f.Path]
		if r == nil {
			s.docs = append(s.docs, old)
			continue
		}
		if r.unread {
			s.unread++
		} else {
			if r.halfway {
				b.stamps[f.Path] = Stamp{}
			} else {
				b.stamps[f.Path], b.hashes[f.Path] = r.file.Stamp, r.hash
			}
			if !r.same && !r.halfway {
				b.part(f.Path, stamp, cmp.Or(r.doc, old), r.refused)
			}
		}
		if !r.same && !r.halfway && (len(r.problems) > 0 || len(s.filePs[f.Path]) > 0) {
			own()
			if len(r.problems) > 0 {
				s.filePs[f.Path] = r.problems
			} else {
				delete(s.filePs, f.Path)
			}
		}
		if r.doc == nil {
			s.docs = append(s.docs, old)
			continue
		}
		if old != nil && old.Hash == r.doc.Hash && old.Broken == r.doc.Broken {
			s.docs = append(s.docs, old) // a good version came back
			continue
		}
		s.docs = append(s.docs, r.doc)
		diff.Put = append(diff.Put, r.doc)
		s.sum.toggle(r.doc)
		if old != nil {
			s.sum.toggle(old)
		}
	}
	i := 0
	for _, d := range prev.docs {
		for i < len(s.docs) && s.docs[i].Path < d.Path {
			i++
		}
		if i < len(s.docs) && s.docs[i].Path == d.Path {
			continue
		}
		diff.Removed = append(diff.Removed, d.Path)
		s.sum.toggle(d)
		delete(b.stamps, d.Path)
		delete(b.hashes, d.Path)
		delete(b.parts, d.Path)
		if len(s.filePs[d.Path]) > 0 {
			own()
			delete(s.filePs, d.Path)
		}
	}
}

// toggle adds a page to a sum, or takes it out again.
func (h *Hash) toggle(d *Doc) {
	one := sha256.New()
	_, _ = io.WriteString(one, d.Path)
	_, _ = one.Write([]byte{0})
	_, _ = one.Write(d.Hash[:])
	for i, c := range one.Sum(nil) {
		h[i] ^= c
	}
}

// arrange gives the pages their addresses and rebuilds the folders, as far as the change reaches.
func (b *Builder) arrange(s, prev *Snapshot, diff *Diff) {
	stale := map[string]bool{}
	shape := len(diff.Removed) > 0 || diff.Files || prev.docs == nil
	touch := func(dir string) {
		for ; !stale[dir]; dir = dirOf(dir) {
			stale[dir] = true
		}
	}
	for _, p := range diff.Removed {
		touch(dirOf(p))
	}
	for _, d := range diff.Put {
		old := prev.doc(d.Path)
		if old == nil {
			shape = true
			touch(d.Dir())
			continue
		}
		if old.Title != d.Title || old.Meta.Weight != d.Meta.Weight {
			touch(d.Dir())
		}
		if !slices.Equal(old.Meta.Aliases, d.Meta.Aliases) {
			shape = true
		}
	}
	if shape {
		b.address(s, diff)
	} else {
		for i, d := range diff.Put {
			diff.Put[i] = s.replace(d, prev.doc(d.Path).Key)
		}
	}
	if prev.docs == nil {
		stale = nil
	}
	if stale == nil || len(stale) > 0 {
		s.folders = buildFolders(s, prev.folders, stale)
	}
}

// replace puts a page back under an address and returns it.
func (s *Snapshot) replace(d *Doc, key string) *Doc {
	i, _ := slices.BinarySearchFunc(s.docs, d.Path, func(d *Doc, p string) int { return strings.Compare(d.Path, p) })
	s.docs[i] = d.at(key)
	return s.docs[i]
}
