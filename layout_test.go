package rutter_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The house in one line: a package imports only from its own folder or from folders to the left.
var arrow = []string{"static", "content", "search", "site", "cmd"}

// Third parties that one package alone may use, by import prefix.
var owners = map[string][]string{
	"github.com/yuin/goldmark":        {"content/markdown"},
	"github.com/alecthomas/chroma":    {"content/markdown"},
	"github.com/goccy/go-yaml":        {"content", "content/coverage"},
	"mvdan.cc/sh":                     {"content/shell"},
	"github.com/blevesearch":          {"search/bleve"},
	"github.com/RoaringBitmap":        {"search/bleve"},
	"github.com/a-h/templ":            {"site/view", "site"},
	"github.com/fsnotify/fsnotify":    {"content/source"},
	"github.com/alecthomas/kong":      {"cmd/rutter"},
	"database/sql":                    {"site/store"},
	"github.com/coreos/go-oidc":       {"site/account"},
	"github.com/andybalholm/brotli":   {"site"},
	"github.com/prometheus":           {"site/metrics"},
	"github.com/modelcontextprotocol": {"site/mcp"},
}

// Where the clock may not be read: there it is passed in.
var clockless = []string{"content", "search", "site/view"}

// topLevel is all that may lie in the project's folder, small dotfiles aside.
var topLevel = []string{"content", "cmd", "site", "search", "static", "go.mod", "go.sum", "Makefile", "README.md", "layout_test.go", ".ci", ".git"}

type goFile struct {
	path, pkg string // relative to the root, slashes
	ast       *ast.File
	test      bool
}

func files(t *testing.T) []goFile {
	t.Helper()
	var out []goFile
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, goFile{filepath.ToSlash(p), path.Dir(filepath.ToSlash(p)), f, strings.HasSuffix(p, "_test.go")})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func rank(pkg string) int { return slices.Index(arrow, strings.Split(pkg, "/")[0]) }

func TestArrow(t *testing.T) {
	for _, f := range files(t) {
		if f.pkg == "." {
			continue
		}
		for _, imp := range f.ast.Imports {
			to, _ := strconv.Unquote(imp.Path.Value)
			own, ours := strings.CutPrefix(to, "rutter/")
			if !ours {
				continue
			}
			from := rank(f.pkg)
			if from < 0 {
				t.Errorf("%s: the folder is not on the arrow", f.path)
			}
			if rank(own) > from {
				t.Errorf("%s imports %s, against the arrow %s", f.path, own, strings.Join(arrow, " ← "))
			}
			if f.pkg == "content" && rank(own) == rank("static") || f.pkg == "static" {
				t.Errorf("%s imports %s: static and content stand side by side", f.path, own)
			}
		}
	}
}

func TestThirdParties(t *testing.T) {
	for _, f := range files(t) {
		if f.test {
			continue
		}
		for _, imp := range f.ast.Imports {
			to, _ := strconv.Unquote(imp.Path.Value)
			for prefix, who := range owners {
				if strings.HasPrefix(to, prefix) && !slices.Contains(who, f.pkg) {
					t.Errorf("%s imports %s, which only %s may", f.path, to, strings.Join(who, " and "))
				}
			}
		}
	}
}

func TestClockIsPassedIn(t *testing.T) {
	for _, f := range files(t) {
		if f.test || !slices.ContainsFunc(clockless, func(c string) bool { return f.pkg == c || strings.HasPrefix(f.pkg, c+"/") }) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && (s.Sel.Name == "Now" || s.Sel.Name == "Since" || s.Sel.Name == "Until") {
					t.Errorf("%s uses time.%s: pass a clock in", f.path, s.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said := map[string]bool{}
	all := map[string]bool{}
	for _, f := range files(t) {
		if f.test || f.pkg == "." {
			continue
		}
		all[f.pkg] = true
		if f.ast.Doc != nil {
			said[f.pkg] = true
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s has an init function", f.path)
			}
		}
	}
	for p := range all {
		if !said[p] {
			t.Errorf("package %s has no package comment", p)
		}
	}
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		small := !e.IsDir() && strings.HasPrefix(e.Name(), ".")
		if !small && !slices.Contains(topLevel, e.Name()) && e.Name() != "rutter" {
			t.Errorf("%s does not belong at the top level", e.Name())
		}
	}
}
