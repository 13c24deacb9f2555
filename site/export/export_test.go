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
	return n
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
