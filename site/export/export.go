package export

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Portal is what is exported.
type Portal struct {
	Handler   http.Handler
	Addresses []string // of pages, folders and lists, percent-encoded, with a query for further pages of a list
	Files     []string // addresses that are files already: assets, Markdown, pictures
	Pages     []Page   // for the search; their URL is an address, which Write turns into a file
	Base      string   // scheme, host and path the files will be served under; "" when not known
}

// ErrNotEmpty is the error of a folder that holds something else than an earlier export.
var ErrNotEmpty = errors.New("the folder is not empty, and holds no earlier export")

// marker is the file by which an earlier export is known. It lists what was written, so that a later export removes
// what is gone and nothing else.
const marker = ".rutter-export"

// Written says what came of an export.
type Written struct {
	Files int
	Left  []string // what was left out, and why
}

// Write writes a portal into a folder, which it makes. A folder that holds an earlier export, be it half of one, is brought
// up to date: files that are the same stay untouched, those that are gone are removed.
func Write(ctx context.Context, p Portal, dir string) (out Written, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return out, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	before, err := earlier(root)
	if err != nil {
		return out, err
	}
	w := &writer{Portal: p, root: root, files: map[string]bool{}, names: newNames(), written: map[string]bool{}}
	for i, list := range [][]string{p.Files, p.Addresses} {
		for _, address := range list {
			if u, ok := parts(address); ok {
				w.files[u.Path] = w.files[u.Path] || i == 0
				w.names.add(u, i == 0)
			}
		}
	}
	pages := slices.Clone(w.Pages)
	for i, page := range pages {
		pages[i].URL = w.link(searchPage, page.URL)
	}
	search, err := index(pages)
	if err != nil {
		return out, err
	}
	planned := slices.Concat(before, slices.Collect(maps.Values(w.names.of)))
	for name := range search {
		planned = append(planned, indexDir+name)
	}
	if err := w.mark(planned); err != nil { // so that what is broken off can be gone on with
		return out, err
	}
	if err := w.all(ctx, search); err != nil {
		return out, err
	}
	for _, name := range before {
		if !w.written[name] {
			if err := root.Remove(filepath.FromSlash(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return out, err
			}
		}
	}
	return Written{len(w.written), w.left}, w.mark(slices.Collect(maps.Keys(w.written)))
}

// mark notes the files of an export.
func (w *writer) mark(names []string) error {
	slices.Sort(names)
	return w.put(marker, []byte(strings.Join(slices.Compact(names), "\n")+"\n"))
}

// earlier is what an earlier export wrote, nil for an empty folder.
func earlier(root *os.Root) ([]string, error) {
	if b, err := root.ReadFile(marker); err == nil {
		return strings.FieldsFunc(string(b), func(r rune) bool { return r == '\n' }), nil
	}
	d, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	if names, _ := d.Readdirnames(1); len(names) > 0 {
		return nil, ErrNotEmpty
	}
	return nil, nil
}

type writer struct {
	Portal
	root    *os.Root
	files   map[string]bool // addresses that are files already, decoded
	names   *names
	written map[string]bool
	left    []string
}

func (w *writer) all(ctx context.Context, search map[string][]byte) error {
	for _, a := range slices.Concat(w.Addresses, w.Files) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.one(a); err != nil {
			return err
		}
	}
	for name, body := range search {
		if err := w.file(indexDir+name, body); err != nil {
			return err
		}
	}
	if err := w.page(searchPage, SearchAddress, ""); err != nil {
		return err
	}
	if err := w.sitemap(); err != nil {
		return err
	}
	base := "/"
	if b, err := url.Parse(w.Base); err == nil {
		base = strings.TrimSuffix(b.Path, "/") + "/"
	}
	return w.page(lostPage, LostAddress, base) // shown at any depth, so that its links begin at the root
}

// file writes one of the export's files.
func (w *writer) file(name string, body []byte) error {
	w.written[name] = true
	return w.put(name, body)
}

// page writes a page that only an export has. Its links begin with base.
func (w *writer) page(name, address, base string) error {
	a, err := w.ask(address)
	if err != nil {
		return err
	}
	return w.file(name, rewrite(a.body.Bytes(), a.policy(), func(to string) string {
		if l := w.link(name, to); base != "" && l != "" {
			return base + strings.TrimPrefix(l, "./")
		}
		return w.link(name, to)
	}))
}

// sitemap lists the pages, where it is known under which address they will be.
func (w *writer) sitemap() error {
	if w.Base == "" {
		return nil
	}
	base := strings.TrimSuffix(w.Base, "/") + "/"
	var b bytes.Buffer
	b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for _, p := range w.Pages {
		b.WriteString("<url><loc>")
		_ = xml.EscapeText(&b, []byte(base+strings.TrimPrefix(w.link(searchPage, p.URL), "./")))
		b.WriteString("</loc></url>\n")
	}
	b.WriteString("</urlset>\n")
	for name, body := range map[string][]byte{"sitemap.xml": b.Bytes(), "robots.txt": []byte("User-agent: *\nAllow: /\nSitemap: " + base + "sitemap.xml\n")} {
		if err := w.file(name, body); err != nil {
			return err
		}
	}
	return nil
}

// one writes what is at an address.
func (w *writer) one(address string) error {
	u, ok := parts(address)
	if !ok {
		return fmt.Errorf("export: no address: %s", address)
	}
	name := w.names.of[key(u)]
	a, err := w.ask(address)
	if err != nil {
		if strings.HasPrefix(u.Path, "/-/") { // a list of a strange name
			w.left = append(w.left, err.Error())
			delete(w.names.of, key(u))
			return nil
		}
		return err
	}
	body := a.body.Bytes()
	if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") && !w.files[u.Path] {
		body = rewrite(body, a.policy(), func(to string) string { return w.link(name, to) })
	}
	return w.file(name, body)
}

// ask has the portal answer.
func (w *writer) ask(address string) (*answer, error) {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Host = "localhost"
	if b, err := url.Parse(w.Base); err == nil && b.Host != "" {
		r.Host = b.Host
	}
	a := &answer{header: http.Header{}, status: http.StatusOK}
	w.Handler.ServeHTTP(a, r)
	if a.status != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d", address, a.status)
	}
	return a, nil
}

// link is what a link on a page leads to: a file, by the way there; "" for what only a server has.
func (w *writer) link(from, address string) string {
	u, ok := parts(address)
	if !ok {
		return address
	}
	name, known := w.names.of[key(u)]
	if !known {
		if strings.HasPrefix(u.Path, "/-/") || strings.HasPrefix(u.Path, "/r/") || strings.HasPrefix(u.Path, "/api/") {
			return ""
		}
		name = strings.Trim(u.Path, "/") + ".html" // a dead link stays one
	}
	to := relative(from, name)
	q := u.Query()
	if q.Del("page"); len(q) > 0 {
		to += "?" + q.Encode()
	}
	if u.Fragment != "" {
		to += "#" + u.EscapedFragment()
	}
	return to
}

func (w *writer) put(name string, body []byte) error {
	name = filepath.FromSlash(name)
	if old, err := w.root.ReadFile(name); err == nil && bytes.Equal(old, body) {
		return nil
	}
	if err := w.root.MkdirAll(path.Dir(filepath.ToSlash(name)), 0o755); err != nil {
		return err
	}
	return w.root.WriteFile(name, body, 0o644)
}

// SearchAddress and LostAddress are the portal's pages that only an export has.
const (
	SearchAddress = "/-/export/search"
	LostAddress   = "/-/export/lost"
)

// answer keeps what a handler answers.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// policy is the answer's Content-Security-Policy as far as a page can hold it itself.
func (a *answer) policy() string {
	return strings.Replace(a.header.Get("Content-Security-Policy"), "; frame-ancestors 'none'", "", 1)
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
