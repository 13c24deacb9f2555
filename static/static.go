// Package static is the style sheets, the scripts and the icon, each under a name that changes with its bytes.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"maps"
	"mime"
	"path"
	"slices"
	"strings"
)

//go:embed rutter.css authors.css difference.css rutter.js play.js pick.js find.js keep.js worker.js diagram.js box.js live.js icon.svg mermaid-12.3.0.min.js.gz
var files embed.FS

// Prefix is the path under which assets are served.
const Prefix = "/-/static/"

// Mermaid is the program that draws diagrams (github.com/mermaid-js/mermaid, MIT, see mermaid.LICENSE), as its makers
// publish it.
const Mermaid = "mermaid-12.3.0.min.js.gz"

// Asset is one file. It never changes under its URL.
type Asset struct {
	URL  string // Prefix, name, hash and extension: /-/static/rutter-0123456789ab.css
	Type string // its Content-Type
	Body []byte
	Gzip bool // Body is compressed: what is served is inside
}

// Set is all assets.
type Set struct {
	byName map[string]*Asset
}

// Load reads the assets in the binary.
func Load() (*Set, error) {
	s := &Set{map[string]*Asset{}}
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		b, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		if e.Name() == "play.js" { // what every page does comes with it: one request less
			every, err := files.ReadFile("rutter.js")
			if err != nil {
				return nil, err
			}
			b = slices.Concat([]byte("{\n"), every, []byte("}\n{\n"), b, []byte("}\n"))
		}
		ext := path.Ext(e.Name())
		packed := ext == ".gz"
		if packed {
			ext = ".js"
		}
		if !packed && (ext == ".js" || ext == ".css") {
			b = lean(b)
		}
		sum := sha256.Sum256(b)
		a := &Asset{
			URL:  Prefix + strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".gz"), ext) + "-" + hex.EncodeToString(sum[:6]) + ext,
			Type: mime.TypeByExtension(ext),
			Body: b,
			Gzip: packed,
		}
		if ext == ".js" {
			a.Type = "text/javascript; charset=utf-8"
		}
		s.byName[e.Name()] = a
	}
	return s, nil
}

// lean leaves out what only those who read the source need: indentation, and lines that are a comment. No text of ours
// goes over several lines.
func lean(b []byte) []byte {
	var out []byte
	for l := range bytes.Lines(b) {
		l = bytes.TrimLeft(l, " \t")
		if bytes.HasPrefix(l, []byte("//")) || bytes.HasPrefix(l, []byte("/*")) && bytes.HasSuffix(bytes.TrimSpace(l), []byte("*/")) || len(bytes.TrimSpace(l)) == 0 {
			continue
		}
		out = append(out, l...)
	}
	return out
}

// URL returns the address of a file, for instance of "rutter.css". It panics for a name there is none of: a
// mistake in the program, found by its first test.
func (s *Set) URL(name string) string {
	a, ok := s.byName[name]
	if !ok {
		panic("static: no asset " + name)
	}
	return a.URL
}

// All returns every asset, in no order.
func (s *Set) All() []*Asset { return slices.Collect(maps.Values(s.byName)) }
