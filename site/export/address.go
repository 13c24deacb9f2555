package export

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// The files that an export has of its own: no page may have their names.
const (
	searchPage = "search.html"
	lostPage   = "404.html"
	indexDir   = "-/search/"
)

// maxName is the longest name of a file or folder that is written, in bytes: file systems take 255.
const maxName = 200

// names gives every address a file of its own.
type names struct {
	of    map[string]string // key of an address → file
	taken map[string]bool   // files and folders there are
}

func newNames() *names {
	n := &names{of: map[string]string{}, taken: map[string]bool{}}
	for _, own := range []string{searchPage, lostPage, marker, "sitemap.xml", "robots.txt"} {
		n.take(own)
	}
	n.of["/search"] = searchPage
	return n
}

// key is what tells addresses apart: the path, and which page of a list.
func key(u *url.URL) string {
	if n := u.Query().Get("page"); n != "" && n != "1" {
		return u.Path + "?" + n
	}
	return u.Path
}

// add gives an address its file: one that is a file already keeps its name, a page is NAME.html, a folder its index.html, a
// further page of a list NAME-page-N.html. Where the name is taken, or none that a file can have, another is made of it.
func (n *names) add(u *url.URL, isFile bool) {
	p := strings.TrimPrefix(u.Path, "/")
	ext := ""
	if !isFile {
		ext = ".html"
		if k := u.Query().Get("page"); k != "" && k != "1" {
			ext = "-page-" + k + ext
		}
		if p == "" || strings.HasSuffix(p, "/") {
			p += "index"
		}
	} else if i := strings.LastIndexByte(p, '.'); i > strings.LastIndexByte(p, '/') {
		p, ext = p[:i], p[i:]
	}
	segs := strings.Split(p, "/")
	for i, s := range segs {
		segs[i] = fileName(s, i < len(segs)-1)
	}
	p = strings.Join(segs, "/")
	name := p + ext
	for i := 2; !n.free(name); i++ {
		name = p + "-" + itoa(i) + ext
	}
	n.take(name)
	n.of[key(u)] = name
}

// fileName is a segment of an address as a name that a file can have.
func fileName(s string, folder bool) string {
	if s != "" && s != "." && s != ".." && len(s) <= maxName && !strings.ContainsAny(s, "\x00\\") && (!folder || !strings.HasPrefix(s, ".")) {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	kept := strings.Trim(strings.Map(func(r rune) rune {
		if r == 0 || r == '\\' {
			return '-'
		}
		return r
	}, s[:min(len(s), maxName/2)]), ".")
	return strings.ToValidUTF8(kept, "") + "-" + hex.EncodeToString(sum[:4])
}

// free tells whether a file may have a name: none has it, none lies in it as in a folder, and it lies in none. Letter
// case does not part names, since it does not everywhere.
func (n *names) free(name string) bool {
	name = strings.ToLower(name)
	if n.taken[name] || n.taken[name+"/"] || strings.HasPrefix(name, indexDir) {
		return false
	}
	for d := path.Dir(name); d != "."; d = path.Dir(d) {
		if n.taken[d] {
			return false
		}
	}
	return true
}

func (n *names) take(name string) {
	name = strings.ToLower(name)
	n.taken[name] = true
	for d := path.Dir(name); d != "."; d = path.Dir(d) {
		n.taken[d+"/"] = true
	}
}

// relative is the way from one file to another, as it stands in a link.
func relative(from, to string) string {
	a, b := strings.Split(path.Dir(from), "/"), strings.Split(to, "/")
	if a[0] == "." {
		a = nil
	}
	for len(a) > 0 && len(b) > 1 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	out := (&url.URL{Path: strings.Repeat("../", len(a)) + strings.Join(b, "/")}).EscapedPath()
	if first, _, _ := strings.Cut(out, "/"); strings.Contains(first, ":") { // it would be a scheme
		out = "./" + out
	}
	return out
}
