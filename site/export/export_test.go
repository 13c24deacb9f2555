package export_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"rutter/content"
	"rutter/content/source"
	"rutter/site"
	"rutter/site/export"
)

var update = flag.Bool("update", false, "write testdata/words.json")

type folder struct{ fs fs.FS }

func (f folder) Scan() (content.Tree, error) { return source.FromFS(f.fs) }

func exported(t *testing.T, files map[string]string, base, dir string) int {
	t.Helper()
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := site.New(site.Options{Source: folder{m}, Unasked: true, BaseURL: base, Now: func() time.Time { return time.Unix(1e9, 0) }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop(context.Background()) }()
	p, err := s.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n, err := export.Write(t.Context(), p, dir)
	if err != nil {
		t.Fatal(err)
	}
	return n.Files
}

var library = map[string]string{
	"README.md":                   "# Harbour\n\n[full](playbooks/disk%20full.md#find-it) [list](playbooks/) [gone](gone.md)\n",
	"playbooks/disk full.md":      "---\ntitle: The disk is full\ntags: [disk, \"a b\"]\nphase: respond\napplies_to: [\"Linux 6\"]\nalerts: [DiskFull]\n---\n## Find it\n\n```sh\ndf <path>\n```\n\n![pic](../pics/a.png) [other](größe.md) [home](/) [self](#find-it) [kept](/-/offline) [yours](/-/products) [out](https://example.com/x) [file](../pics/notes.txt)\n",
	"playbooks/größe.md":          "# Größe\n\n日本語のページ about `KubePodCrashLooping`.\n",
	"playbooks/deep/er/README.md": "# Deep\n\n[up](../../disk%20full.md)\n",
	"pics/a.png":                  "\x89PNG",
	"pics/notes.txt":              "notes",
	"advisories/x.md":             "---\nseverity: high\naffected: [Linux 6]\n---\n# Advisory\n",
	"hidden.md":                   "---\naudience: [staff]\n---\n# Secret words\n",
}

// TestEveryLinkLeadsToAFile follows every address in every file of an export, under any path it may be served at.
func TestEveryLinkLeadsToAFile(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{}
	for name, text := range library {
		files[name] = text
	}
	for i := range 230 { // lists of several pages
		files["guides/many/"+string(rune('a'+i%26))+strings.Repeat("x", i/26)+".md"] = "---\ntags: [many]\n---\n# Many\n"
	}
	exported(t, files, "", dir)
	seen := 0
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".html" || d.Name() == "404.html" {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if strings.Contains(string(raw), "Secret words") {
			t.Errorf("%s shows what only staff may see", p)
		}
		root, err := html.Parse(strings.NewReader(string(raw)))
		if err != nil {
			return err
		}
		for n := range root.Descendants() {
			for _, a := range n.Attr {
				if a.Key != "href" && a.Key != "src" && a.Key != "action" || n.Data == "use" {
					continue
				}
				u, err := url.Parse(a.Val)
				if err != nil || u.Scheme == "https" || u.Path == "" {
					continue
				}
				seen++
				to := filepath.Join(filepath.Dir(p), filepath.FromSlash(u.Path))
				if strings.HasPrefix(u.Path, "/") {
					t.Errorf("%s: %s begins at the root", p, a.Val)
				} else if _, err := os.Stat(to); err != nil && !strings.HasPrefix(u.Path, "gone") {
					t.Errorf("%s: %s leads nowhere", p, a.Val)
				}
			}
		}
		return nil
	})
	if err != nil || seen < 1000 {
		t.Fatal(err, seen)
	}
	if _, err := os.Stat(filepath.Join(dir, "-", "tag", "many-page-3.html")); err != nil {
		t.Error(err)
	}
	lost, _ := os.ReadFile(filepath.Join(dir, "404.html"))
	if !strings.Contains(string(lost), `href="/-/static/`) || !strings.Contains(string(lost), `action="/search.html"`) {
		t.Error("the page for nothing is not good at any depth")
	}
}

// TestNamesThatCollide exports what two files of one name would come of, and names that no file can have.
func TestNamesThatCollide(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("x", 230)
	files := map[string]string{
		"README.md": "# Home\n\n[i](index.md) [l](404.md) [f](foo.md) [file](foo.html) [d](d/a.md) [long](" + long + ".md) [C](./c:olon.md) [big](BIG.md)\n",
		"index.md":  "# Index\n", "search.md": "# Search\n", "404.md": "# Lost\n", "foo.md": "# Foo\n", "foo.html": "<p>", "d.html/x.md": "# X\n", "d.md": "# D\n", "d/a.md": "# A\n",
		long + ".md": "---\ntags: [\".\", \"../../evil\", " + long + "y]\n---\n# Long\n", "c:olon.md": "# Colon\n", "BIG.md": "# Big\n", "big.md": "# Small\n", "sitemap.xml.md": "# S\n",
	}
	exported(t, files, "https://h.example", dir)
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
		}
		return string(b)
	}
	root, err := html.Parse(strings.NewReader(read("index.html")))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"i": "Index", "l": "Lost", "f": "Foo", "d": "A", "long": "Long", "C": "Colon", "big": "Big"}
	for n := range root.Descendants() {
		if n.Data != "a" || n.FirstChild == nil || want[n.FirstChild.Data] == "" {
			continue
		}
		u, _ := url.Parse(n.Attr[0].Val)
		if body := read(u.Path); !strings.Contains(body, want[n.FirstChild.Data]+"</h1>") {
			t.Errorf("%s leads to another page", n.Attr[0].Val)
		}
		delete(want, n.FirstChild.Data)
	}
	if len(want) > 0 {
		t.Errorf("not linked: %v", want)
	}
	if read("foo.html") != "<p>" || !strings.Contains(read("404.html"), "No page here") || !strings.Contains(read("search.html"), "data-find") {
		t.Error("a page took the name of a file")
	}
	if s := read("sitemap.xml"); !strings.Contains(s, "<loc>https://h.example/c:olon.html</loc>") {
		t.Error(s)
	}
	if s := read("index.html"); !strings.Contains(s, `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;`) || strings.Contains(s, "frame-ancestors") {
		t.Error("a page has no policy, or one that a page cannot have")
	}
	if s := read("search.html"); !strings.Contains(s, `<a href="index.html">home page</a>`) {
		t.Error("without scripts the search page leads nowhere")
	}
}

// TestBrokenOff goes on with an export that was broken off.
func TestBrokenOff(t *testing.T) {
	dir := t.TempDir()
	exported(t, library, "", dir)
	broken, stop := context.WithCancel(t.Context())
	stop()
	m := fstest.MapFS{"a.md": &fstest.MapFile{Data: []byte("# A\n")}}
	s, err := site.New(site.Options{Source: folder{m}, Unasked: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop(context.Background()) }()
	p, err := s.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	for _, d := range []string{dir, other} {
		if _, err := export.Write(broken, p, d); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if _, err := export.Write(t.Context(), p, d); err != nil {
			t.Fatal("it cannot be gone on with:", err)
		}
		if _, err := os.Stat(filepath.Join(d, "a.html")); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(d, "playbooks", "größe.html")); !errors.Is(err, fs.ErrNotExist) {
			t.Error("what is gone is still there:", err)
		}
	}
}

func TestAgain(t *testing.T) {
	dir := t.TempDir()
	exported(t, library, "https://example.org/docs/", dir)
	full := filepath.Join(dir, "playbooks", "disk full.html")
	before, err := os.Stat(full)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "sitemap.xml")); !strings.Contains(string(b), "<loc>https://example.org/docs/playbooks/disk%20full.html</loc>") {
		t.Errorf("%s", b)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "404.html")); !strings.Contains(string(b), `href="/docs/index.html"`) {
		t.Errorf("%s", b)
	}
	mine := filepath.Join(dir, "CNAME")
	if err := os.WriteFile(mine, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	less := map[string]string{}
	for name, text := range library {
		if !strings.Contains(name, "größe") {
			less[name] = text
		}
	}
	less["playbooks/disk full.md"] = strings.Replace(library["playbooks/disk full.md"], "[other](größe.md)", "", 1)
	exported(t, less, "https://example.org/docs/", dir)
	if _, err := os.Stat(filepath.Join(dir, "playbooks", "größe.html")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("what is gone is still there:", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error("somebody's own file was removed:", err)
	}
	after, err := os.Stat(filepath.Join(dir, "pics", "a.png"))
	if err != nil || before.ModTime().Before(after.ModTime()) && after.ModTime().After(time.Now()) {
		t.Error(err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "x"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := export.Write(t.Context(), export.Portal{}, other); !errors.Is(err, export.ErrNotEmpty) {
		t.Error("a folder of somebody else's was written to:", err)
	}
}

// TestWords keeps what the browser's own reading of texts is compared with, see static/find.js.
func TestWords(t *testing.T) {
	type entry struct {
		Text  string
		Words []string
	}
	var got []entry
	for _, s := range []string{
		"", "No space left on device", "KubePodCrashLooping", "vmk_NO_MEMORY 0x80070005", "esxcli network nic list --all", "日本語のページ", "a日b本", "Größe der Platten",
		"status pass buses analysis", "kubectl get pods -n <ns>", "x509: certificate has expired", "v1.28.5-gke.1217000", "__init__ _a_", "ÄRGER 4xx 5XX", "naïve", "naïve", "HTTPServer2Go", strings.Repeat("x", 70), "한국어 문서", "E11000 duplicate key",
	} {
		got = append(got, entry{s, export.Words(s)})
	}
	text, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/words.json"
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(file, append(text, '\n'), 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != string(text)+"\n" {
		t.Errorf("words changed (%v); look, then run with -update:\n%s", err, text)
	}
	if w := export.Words("KubePodCrashLooping"); !slices.Equal(w, []string{"kubepodcrashlooping", "kube", "pod", "crash", "looping"}) {
		t.Error(w)
	}
}
