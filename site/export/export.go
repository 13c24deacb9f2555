package export

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
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

// Write writes a portal into a folder, which it makes. A folder that holds an earlier export is brought up to date: files
// that are the same stay untouched, those that are gone are removed. It returns how many files there are.
func Write(ctx context.Context, p Portal, dir string) (files int, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	before, err := earlier(root)
	if err != nil {
		return 0, err
	}
	w := &writer{Portal: p, root: root, files: map[string]bool{}, known: map[string]bool{}, written: map[string]string{}}
	for _, f := range p.Files {
		if u, ok := parts(f); ok {
			w.files[u.Path] = true
		}
	}
	for _, a := range slices.Concat(p.Addresses, p.Files) {
		if u, ok := parts(a); ok {
			w.known[fileOf(u, w.isFile)] = true
		}
	}
	if err := w.all(ctx); err != nil {
		return 0, err
	}
	for _, name := range before {
		if _, still := w.written[name]; !still {
			if err := root.Remove(filepath.FromSlash(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return 0, err
			}
		}
	}
	names := make([]string, 0, len(w.written))
	for name := range w.written {
		names = append(names, name)
	}
	slices.Sort(names)
	return len(names), w.put(marker, []byte(strings.Join(names, "\n")+"\n"))
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
	files   map[string]bool   // addresses that are files already, decoded
	known   map[string]bool   // files that will be there
	written map[string]string // file → the address it was made of
}

func (w *writer) isFile(p string) bool { return w.files[p] }

func (w *writer) all(ctx context.Context) error {
	for _, a := range slices.Concat(w.Addresses, w.Files) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.one(a); err != nil {
			return err
		}
	}
	if err := w.search(); err != nil {
		return err
	}
	if err := w.sitemap(); err != nil {
		return err
	}
	return w.lost()
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
		_ = xml.EscapeText(&b, []byte(base+w.link(searchPage, p.URL)))
		b.WriteString("</loc></url>\n")
	}
	b.WriteString("</urlset>\n")
	for name, body := range map[string][]byte{"sitemap.xml": b.Bytes(), "robots.txt": []byte("User-agent: *\nAllow: /\nSitemap: " + base + "sitemap.xml\n")} {
		w.written[name] = name
		if err := w.put(name, body); err != nil {
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
	name := fileOf(u, w.isFile)
	if other, taken := w.written[name]; taken && other != address {
		return fmt.Errorf("%s and %s would both be the file %s: rename one of the two", other, address, name)
	}
	body, kind, err := w.ask(address)
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "text/html") && !w.isFile(u.Path) {
		body = rewrite(body, func(to string) string { return w.link(name, to) })
	}
	w.written[name] = address
	return w.put(name, body)
}

// ask has the portal answer.
func (w *writer) ask(address string) (body []byte, kind string, err error) {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	r.Host = "localhost"
	if b, err := url.Parse(w.Base); err == nil && b.Host != "" {
		r.Host = b.Host
	}
	a := &answer{header: http.Header{}, status: http.StatusOK}
	w.Handler.ServeHTTP(a, r)
	if a.status != http.StatusOK {
		return nil, "", fmt.Errorf("%s answers %d", address, a.status)
	}
	return a.body.Bytes(), a.header.Get("Content-Type"), nil
}

// link is what a link on a page leads to: a file, by the way there; "" for what only a server has.
func (w *writer) link(from, address string) string {
	u, ok := parts(address)
	if !ok {
		return address
	}
	name := fileOf(u, w.isFile)
	if !w.known[name] && name != searchPage && (strings.HasPrefix(u.Path, "/-/") || strings.HasPrefix(u.Path, "/r/") || strings.HasPrefix(u.Path, "/api/")) {
		return ""
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

func (w *writer) search() error {
	body, _, err := w.ask(SearchAddress)
	if err != nil {
		return err
	}
	w.written[searchPage] = SearchAddress
	if err := w.put(searchPage, rewrite(body, func(to string) string { return w.link(searchPage, to) })); err != nil {
		return err
	}
	pages := slices.Clone(w.Pages)
	for i, p := range pages {
		pages[i].URL = w.link(searchPage, p.URL)
	}
	files, err := index(pages)
	if err != nil {
		return err
	}
	for name, body := range files {
		name = "-/search/" + name
		w.written[name] = name
		if err := w.put(name, body); err != nil {
			return err
		}
	}
	return nil
}

// lost writes the page for addresses that lead nowhere. It is shown at any depth, so that its links begin at the root.
func (w *writer) lost() error {
	body, _, err := w.ask(LostAddress)
	if err != nil {
		return err
	}
	base := "/"
	if b, err := url.Parse(w.Base); err == nil {
		base = strings.TrimSuffix(b.Path, "/") + "/"
	}
	const name = "404.html"
	w.written[name] = LostAddress
	return w.put(name, rewrite(body, func(to string) string { return base + strings.TrimPrefix(w.link(name, to), "./") }))
}

// answer keeps what a handler answers.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
