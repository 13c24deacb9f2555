package content

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/klauspost/compress/s2"

	"rutter/content/diag"
	"rutter/content/markdown"
)

// Doc is one page. It is immutable but for the lazily loaded bytes of its file.
type Doc struct {
	Path     string // of its file, relative to the content folder: "playbooks/linux/disk.md"
	Key      string // its address without the leading slash, decoded: "playbooks/linux/disk"; a folder's page ends in one: "playbooks/linux/", "" at the root
	URL      string // the path to link to, percent-encoded: "/playbooks/linux/disk", "/playbooks/"
	Title    string // never empty
	Name     string // the body's own level-1 heading where it is not the title, else ""
	Lead     string // the first paragraph, at most 300 bytes
	Kind     Kind
	Meta     Meta
	Headings []markdown.Heading // without the one that is the title
	Anchors  []string           // every id a link may point at, in no order
	TitleID  string             // of these the one of the title; "" where the body has no heading for it, or another
	Links    []markdown.Link
	Hash     Hash // of the file's bytes
	Broken   bool // the file could not be parsed and never could: its body is shown as text

	stamp  Stamp                     // of the file when it was read
	bad    bool                      // the file was no better than this: any later version replaces the page
	found  []diag.Problem            // what reading this version found
	unread bool                      // nobody had the time yet: see full
	spots  map[string]markdown.Place // see Spot
	text   *source
	braces bool    // there are double braces in it, which may be constants
	made   *made   // of a page that includes others or uses constants; nil for any other
	whole  *source // the bytes of its body, put together; with made
}

// Hash is the SHA-256 of a file's bytes.
type Hash [sha256.Size]byte

// Short is the hash's first 12 hexadecimal digits.
func (h Hash) Short() string { return hex.EncodeToString(h[:6]) }

// ErrChanged is returned by Source when the file was changed after the snapshot was made and before its bytes
// were first needed. A newer snapshot has the page as it is.
var ErrChanged = errors.New("content: the file changed after it was listed")

// reading is what it takes to read a page beside its file. The zero reading includes nothing.
type reading struct {
	fs        fs.FS // where included files are
	constants map[string]string
	rules     func(Parsed) []diag.Problem // nil for none
	elsewhere func(path string) []string  // see Builder.Elsewhere; nil for nowhere
}

// restricted is an audience, or where a file is for fewer elsewhere, that.
func (r reading) restricted(path string, audience []string) []string {
	if r.elsewhere != nil {
		if other := r.elsewhere(path); len(other) > 0 && !within(audience, other) {
			return other
		}
	}
	return audience
}

// source is the bytes of a page's file, kept compressed: they belong to the snapshot, the file does not.
type source struct {
	packed atomic.Pointer[[]byte]
	fs     fs.FS               // where to read them on first use, when they are not there yet
	full   atomic.Pointer[Doc] // of an unread page, once somebody asked for it

	constants map[string]string // of an unread page
	elsewhere func(path string) []string
}

func (s *source) set(raw []byte) {
	p := s2.Encode(nil, raw)
	s.packed.Store(&p)
}

// unreadDoc stands for a page that exists and has not been read.
func unreadDoc(r reading, p string, folderPage bool) *Doc {
	return &Doc{Path: p, Title: titleOfPath(p, folderPage), Kind: kindOfPath(p), unread: true, text: &source{fs: r.fs, constants: r.constants, elsewhere: r.elsewhere}}
}

// full returns the page itself, reading it now where nobody has; nil when it cannot be read.
func (d *Doc) full() *Doc {
	if d == nil || !d.unread {
		return d
	}
	if f := d.text.full.Load(); f != nil {
		return f
	}
	raw, err := readFile(d.text.fs, d.Path)
	if err != nil {
		return nil
	}
	f, _, _ := readDoc(d.Path, raw, d.IsFolder(), reading{fs: d.text.fs, constants: d.text.constants, elsewhere: d.text.elsewhere})
	f = f.at(d.Key)
	d.text.full.Store(f)
	return f
}

// Source returns the bytes of the page's file as they were when the snapshot was made.
func (d *Doc) Source() ([]byte, error) {
	if p := d.text.packed.Load(); p != nil {
		return s2.Decode(nil, *p)
	}
	if d.text.fs == nil {
		return nil, ErrChanged
	}
	raw, err := readFile(d.text.fs, d.Path)
	if err != nil {
		return nil, errors.Join(ErrChanged, err)
	}
	if sha256.Sum256(raw) != d.Hash { // a page that is put together always has its bytes
		return nil, ErrChanged
	}
	d.text.set(raw)
	return raw, nil
}

// Text returns the page's Markdown without its front matter, and with what it includes.
func (d *Doc) Text() (string, error) {
	if d.made != nil {
		body, err := s2.Decode(nil, *d.whole.packed.Load())
		return string(body), err
	}
	raw, err := d.Source()
	if err != nil || d.Broken {
		return string(raw), err
	}
	return string(cut(raw).body), nil
}

// Whole returns the bytes of the page's file, with what it includes and its constants in their places.
func (d *Doc) Whole() ([]byte, error) {
	raw, err := d.Source()
	if err != nil || d.made == nil {
		return raw, err
	}
	text, err := d.Text()
	if body := cut(raw).body; err == nil && bytes.HasSuffix(raw, body) { // not where lines end in another way
		return append(raw[:len(raw)-len(body):len(raw)-len(body)], text...), nil
	}
	return []byte(text), err
}

// body returns the parsed body of the page.
func (d *Doc) body() (*markdown.Page, error) {
	raw, err := d.Source()
	if err != nil {
		return nil, err
	}
	b := cut(raw)
	if d.made != nil {
		if b.body, err = s2.Decode(nil, *d.whole.packed.Load()); err != nil {
			return nil, err
		}
	}
	if d.Broken {
		b = block{body: raw, bodyLine: 1}
	}
	p, _ := markdown.Parse(d.Path, b.body, b.bodyLine)
	d.rebase(p, b.bodyLine)
	if d.Broken {
		p = markdown.Plain(b.body)
	}
	return p, nil
}

// Sections returns the page's text cut at its headings, for the search index.
func (d *Doc) Sections() ([]markdown.Section, error) {
	p, err := d.body()
	if err != nil {
		return nil, err
	}
	return p.Sections(), nil
}

// Summary is what a list says of the page: its summary, else its first paragraph.
func (d *Doc) Summary() string {
	if d.Meta.Summary != "" {
		return d.Meta.Summary
	}
	return d.Lead
}

// HasAnchor tells whether a link may point at #id in the page.
func (d *Doc) HasAnchor(id string) bool {
	if id == "" || strings.HasPrefix(id, "fn:") || strings.HasPrefix(id, "fnref") || strings.EqualFold(id, "top") {
		return true
	}
	for _, a := range d.Anchors {
		if a == id {
			return true
		}
	}
	return false
}

// Dir is the folder of the page's file, "" for the root.
func (d *Doc) Dir() string { return dirOf(d.Path) }

func dirOf(p string) string {
	if i := strings.LastIndexByte(p, '/'); i >= 0 {
		return p[:i]
	}
	return ""
}

// indexRank tells how strongly a file claims to be its folder's page: 1 is strongest, 0 is not at all.
func indexRank(p string) int {
	switch strings.ToLower(stem(p)) {
	case "readme":
		return 1
	case "index":
		return 2
	case "_index":
		return 3
	}
	return 0
}

func stem(p string) string {
	p = path.Base(p)
	return strings.TrimSuffix(p, path.Ext(p))
}

// at returns the page under another address.
func (d *Doc) at(key string) *Doc {
	if d.Key == key && d.URL != "" {
		return d
	}
	c := *d
	c.Key, c.URL = key, "/"+escapePath(key)
	return &c
}

// escapePath percent-encodes each segment of a path.
func escapePath(p string) string {
	segs := strings.Split(p, "/")
	for i, s := range segs {
		segs[i] = url.PathEscape(s)
	}
	return strings.Join(segs, "/")
}

// readDoc parses one file. usable is false when the file should not replace a good version of the page.
func readDoc(p string, raw []byte, folderPage bool, r reading) (d *Doc, ps []diag.Problem, usable bool) {
	d = &Doc{Path: p, Hash: sha256.Sum256(raw), text: &source{}}
	d.text.set(raw)
	if i := invalidUTF8(raw); i >= 0 {
		line, col := placeAt(raw, i)
		ps = append(ps, diag.Problem{
			File: p, Line: line, Column: col, Rule: "encoding",
			Text: "the file is not valid UTF-8", Fix: "save it as UTF-8",
		})
	}
	b := cut(raw)
	meta, more, fps, ok := frontMatter(p, b)
	ps = append(ps, fps...)
	if b.format == 0 {
		if late, hide := lateFrontMatter(p, raw); late != nil {
			ps = append(ps, *late)
			if hide {
				meta.Audience = []string{Nobody}
			}
		}
	}
	d.braces = bytes.Contains(raw, []byte("{{"))
	meta.Audience = r.restricted(p, meta.Audience)
	if d.made = r.make(p, b, meta.Audience); ok && d.made != nil {
		b.body, d.whole = d.made.body, &source{}
		d.whole.set(b.body)
		d.Hash = d.made.hash(raw)
	} else {
		d.made = nil
	}
	page, mps := markdown.Parse(p, b.body, b.bodyLine)
	mps = append(mps, checkBlocks(p, page)...)
	mps = append(mps, checkScopes(p, page.Scopes)...)
	d.Broken = !ok
	if !ok {
		page = markdown.Plain(raw)
		block := b.text
		if b.broken != nil {
			block = raw // of JSON that does not parse nobody knows the end
		}
		if mentionsAudience(block) {
			meta.Audience = []string{Nobody} // better hidden than shown to the wrong people
		}
	}
	d.rebase(page, b.bodyLine)
	d.Meta, d.Headings, d.Anchors, d.Links = meta, page.Headings, page.Anchors, append(more.links, page.Links...)
	d.Lead = clip(page.Lead, 300)
	d.Kind = meta.Kind
	if d.Kind == "" {
		d.Kind = kindOfPath(p)
	}
	switch {
	case meta.Title != "":
		d.Title = clip(meta.Title, 300)
		if page.Title != "" && !strings.EqualFold(page.Title, meta.Title) {
			d.Name = clip(page.Title, 300)
		}
	case page.Title != "":
		d.Title = clip(page.Title, 300)
	default:
		d.Title = titleOfPath(p, folderPage)
	}
	if page.TitleID != "" {
		d.Headings = d.Headings[1:]
		if d.Name == "" {
			d.TitleID = page.TitleID
		}
	}
	if d.plain() {
		line, col := 1, 0
		if i := bytes.IndexFunc(raw, hidden); i >= 0 { // in YAML they may be written as escapes
			line, col = placeAt(raw, i)
		}
		ps = append(ps, diag.Problem{
			File: p, Line: line, Column: col, Severity: diag.Warning, Rule: "hidden-characters", Text: "control or direction characters in the title or summary are left out", Fix: "delete them",
		})
	}
	d.spots = more.spots
	if r.rules != nil && ok && !page.Refused {
		mps = append(mps, r.rules(Parsed{d, page})...)
	}
	ps = append(ps, d.located(mps, b.bodyLine)...)
	d.bad, d.found = !ok || page.Refused, ps
	return d, ps, !d.bad
}

// located gives problems the places of the files that their lines came from.
func (d *Doc) located(ps []diag.Problem, first int) []diag.Problem {
	if d.made == nil {
		return ps
	}
	for i, p := range ps {
		if p.File != d.Path || p.Line < first {
			continue
		}
		file, line, col := d.made.place(first, p.Line, p.Column)
		if file != "" || col != p.Column || len(d.made.shifts[p.Line-first]) > 0 {
			ps[i].Edit = diag.Edit{} // what stands there was put together
		}
		ps[i].File, ps[i].Line, ps[i].Column = cmp.Or(file, d.Path), line, col
	}
	return append(ps, d.made.problems...)
}

// rebase has the links of included text lead from the file that they stand in.
func (d *Doc) rebase(p *markdown.Page, first int) {
	if d.made != nil {
		p.Rebase(func(line, column int) (file string, realLine, realColumn int) {
			return d.made.place(first, line, column)
		})
	}
}

// placeAt is the 1-based line and column, in code points, of an offset.
func placeAt(raw []byte, offset int) (line, col int) {
	before := raw[:offset]
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// plain takes what nobody sees out of every text that lists and results show outside the page: it could turn the
// order of the words around it. It tells whether there was any.
func (d *Doc) plain() (found bool) {
	take := func(s *string) {
		if strings.ContainsFunc(*s, hidden) {
			*s, found = strings.Map(func(r rune) rune {
				if hidden(r) {
					return -1
				}
				return r
			}, *s), true
		}
	}
	for _, s := range []*string{&d.Title, &d.Name, &d.Lead, &d.Meta.Summary} {
		take(s)
	}
	if strings.TrimSpace(d.Title) == "" {
		d.Title = "Untitled"
	}
	return found
}

// hidden are control characters, and those that change the direction of text until something ends it.
func hidden(r rune) bool {
	return unicode.IsControl(r) && r != '\t' && r != '\n' || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// titleOfPath makes a title of a file's or folder's name.
func titleOfPath(p string, folderPage bool) string {
	name := stem(p)
	if folderPage {
		name = path.Base(dirOf(p))
		if dirOf(p) == "" {
			return "Home"
		}
	}
	return titleOfName(name)
}

// titleOfName makes a title of a name: hyphens and underscores become spaces, the first letter a capital.
func titleOfName(name string) string {
	words := strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == ' ' }), " ")
	if words == "" {
		return "Untitled"
	}
	r, n := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(r)) + words[n:]
}

// clip cuts s at a word so that it has at most n bytes and an ellipsis.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	if i := strings.LastIndexByte(s, ' '); i > n/2 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,.;:") + " …"
}

func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}
