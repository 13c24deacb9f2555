package content

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"rutter/content/diag"
	"rutter/content/markdown"
)

// recordVersion changes whenever parsing, the rules of package lint or this encoding do, so that what an older program kept is read anew.
const recordVersion = 8

var errRecord = errors.New("content: not a record of this version")

// Record encodes all a later run needs of the page but its body: with it the page is listed, linked and checked
// without being parsed. What reading it found is kept with it.
func (s *Snapshot) Record(d *Doc) []byte {
	meta, _ := json.Marshal(&d.Meta) // strings and numbers only: cannot fail
	w := make(recorder, 0, 512)
	w.num(recordVersion)
	fingerprint := s.Fingerprint(d)
	w.bytes(fingerprint[:])
	if d.made != nil {
		return w
	}
	w.bytes(d.Hash[:])
	w.num(int(d.stamp.Inode))
	w.num(int(d.stamp.Size))
	w.num(int(d.stamp.ModTime))
	w.num(int(d.stamp.ChangeTime))
	for _, v := range []string{d.Title, d.Name, d.Lead, string(d.Kind), d.TitleID} {
		w.str(v)
	}
	w.bool(d.Broken)
	w.bool(d.bad)
	w.bool(d.braces)
	w.bytes(meta)
	w.num(len(d.Headings))
	for _, h := range d.Headings {
		w.num(h.Level)
		w.str(h.Text)
		w.str(h.ID)
	}
	w.num(len(d.Anchors))
	for _, a := range d.Anchors {
		w.str(a)
	}
	w.num(len(d.Links))
	for _, l := range d.Links {
		w.str(l.Dest)
		w.bool(l.Image)
		w.num(l.Line)
		w.num(l.Column)
	}
	w.num(len(d.spots))
	for _, k := range slices.Sorted(maps.Keys(d.spots)) {
		w.str(k)
		w.num(d.spots[k].Line)
		w.num(d.spots[k].Column)
	}
	w.num(len(d.found))
	for _, p := range d.found {
		w.num(p.Line)
		w.num(p.Column)
		w.num(int(p.Severity))
		w.str(p.Rule)
		w.str(p.Text)
		w.str(p.Fix)
		w.str(p.Edit.Was)
		w.str(p.Edit.Put)
	}
	return w
}

// readRecord decodes what Record made. Its strings share data's memory, which must not change.
func readRecord(path string, data []byte) (*Doc, error) {
	r := &playback{b: string(data)}
	if r.num() != recordVersion {
		return nil, errRecord
	}
	d := &Doc{Path: path, text: &source{}}
	_ = r.str() // the fingerprint
	copy(d.Hash[:], r.str())
	d.stamp = Stamp{Inode: uint64(r.num()), Size: int64(r.num()), ModTime: int64(r.num()), ChangeTime: int64(r.num())}
	d.Title, d.Name, d.Lead, d.Kind, d.TitleID = r.str(), r.str(), r.str(), Kind(r.str()), r.str()
	d.Broken, d.bad, d.braces = r.bool(), r.bool(), r.bool()
	if meta := r.str(); len(meta) > 2 {
		if err := json.Unmarshal([]byte(meta), &d.Meta); err != nil {
			return nil, err
		}
	}
	d.Headings = make([]markdown.Heading, r.count())
	for i := range d.Headings {
		d.Headings[i] = markdown.Heading{Level: r.num(), Text: r.str(), ID: r.str()}
	}
	d.Anchors = make([]string, r.count())
	for i := range d.Anchors {
		d.Anchors[i] = r.str()
	}
	d.Links = make([]markdown.Link, r.count())
	for i := range d.Links {
		d.Links[i] = markdown.Link{Dest: r.str(), Image: r.bool(), Line: r.num(), Column: r.num()}
	}
	if n := r.count(); n > 0 {
		d.spots = make(map[string]markdown.Place, n)
		for range n {
			k := r.str()
			d.spots[k] = markdown.Place{Line: r.num(), Column: r.num()}
		}
	}
	ps := make([]diag.Problem, r.count())
	for i := range ps {
		ps[i] = diag.Problem{File: path, Line: r.num(), Column: r.num(), Severity: diag.Severity(r.num()), Rule: r.str(), Text: r.str(), Fix: r.str(), Edit: diag.Edit{Was: r.str(), Put: r.str()}}
	}
	if r.bad || r.b != "" || d.Title == "" {
		return nil, errRecord
	}
	d.found = ps
	return d, nil
}

// recorder appends values: numbers as zig-zag varints, texts with their length before them.
type recorder []byte

func (w *recorder) num(n int)      { *w = binary.AppendVarint(*w, int64(n)) }
func (w *recorder) str(s string)   { w.num(len(s)); *w = append(*w, s...) }
func (w *recorder) bytes(b []byte) { w.num(len(b)); *w = append(*w, b...) }
func (w *recorder) bool(v bool) {
	if v {
		w.num(1)
	} else {
		w.num(0)
	}
}

// playback reads what a recorder wrote; after the first wrong byte it is bad and gives zeros.
type playback struct {
	b   string
	bad bool
}

func (r *playback) num() int {
	var u uint64
	for i := 0; i < len(r.b) && i < binary.MaxVarintLen64; i++ {
		c := r.b[i]
		u |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.b = r.b[i+1:]
			return int(int64(u>>1) ^ -int64(u&1))
		}
	}
	r.bad, r.b = true, ""
	return 0
}

func (r *playback) str() string {
	n := r.num()
	if n < 0 || n > len(r.b) {
		r.bad, r.b = true, ""
		return ""
	}
	s := r.b[:n]
	r.b = r.b[n:]
	return s
}

// count reads a number of entries, each of which takes at least one byte.
func (r *playback) count() int {
	n := r.num()
	if n < 0 || n > len(r.b) {
		r.bad, r.b = true, ""
		return 0
	}
	return n
}

func (r *playback) bool() bool { return r.num() == 1 }

// RecordFingerprint returns the [Snapshot.Fingerprint] of a page when the record was made, and false for a record of
// another version.
func RecordFingerprint(data []byte) (h Hash, ok bool) {
	r := &playback{b: string(data[:min(len(data), 64)])}
	if r.num() != recordVersion {
		return h, false
	}
	n := copy(h[:], r.str())
	return h, n == len(h) && !r.bad
}
