package lint_test

import (
	"context"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rutter/content"
	"rutter/content/diag"
	"rutter/content/lint"
	"rutter/content/source"
)

// elsewhere are rules whose problems no folder of files alone has, with the test that has them.
var elsewhere = map[string]string{
	"file-unreadable":   "content.TestUnreadableFileKeepsItsPage",
	"folder-unreadable": "source.TestUnreadableFolder",
	"page-empty":        "content.TestEmptied",
	"include-much":      "content.TestIncludesAreBounded",
	"query-regression":  "cmd/rutter check.txtar",
	"alert-unanswered":  "cmd/rutter coverage.txtar",
	"runbook-dead":      "cmd/rutter coverage.txtar",
	"alert-unknown":     "cmd/rutter coverage.txtar",
	"rules-unreadable":  "cmd/rutter coverage.txtar",
}

// TestRules has every rule say of its own example what its explanation shows, and mend of it what mends itself.
func TestRules(t *testing.T) {
	for _, r := range lint.All() {
		t.Run(r.ID, func(t *testing.T) {
			if r.Title == "" || strings.HasSuffix(r.Title, ".") || len(r.Text) < 80 {
				t.Error("its title or text says too little")
			}
			raw, err := os.ReadFile("rules/" + r.ID + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			if second := strings.Split(string(raw), "\n")[1]; second != r.Severity.String() {
				t.Errorf("the second line names no severity: %q", second)
			}
			if why := elsewhere[r.ID]; why != "" {
				return
			}
			have, want, fixed := map[string][]byte{}, "", map[string]string{}
			for _, f := range txtar.Parse(raw).Files {
				name, isFixed := strings.CutPrefix(f.Name, "fixed/")
				switch {
				case f.Name == "want":
					want = string(f.Data)
				case isFixed:
					fixed[name] = string(f.Data)
				default:
					have[f.Name] = f.Data
				}
			}
			found := check(t, have)
			if *update {
				rewrite(t, r.ID, raw, found)
				return
			}
			var got strings.Builder
			named := false
			for _, p := range found {
				got.WriteString(p.String() + "\n")
				if p.Rule == r.ID {
					named = true
					if p.Severity < r.Severity {
						t.Errorf("%s is graver than the rule says", p)
					}
				}
			}
			if d := cmp.Diff(want, got.String()); d != "" {
				t.Errorf("problems (-want +got):\n%s", d)
			}
			if !named {
				t.Error("no problem of the example is the rule's")
			}
			mended := map[string]string{}
			for _, file := range slices.Sorted(maps.Keys(have)) {
				if out, n := diag.Mend(have[file], only(found, file)); n > 0 {
					mended[file] = string(out)
				}
			}
			if d := cmp.Diff(fixed, mended); d != "" {
				t.Errorf("mended (-want +got):\n%s", d)
			}
		})
	}
}

var update = flag.Bool("update", false, "write what the rules find into their files")

// rewrite has a rule's file say what was found.
func rewrite(t *testing.T, id string, raw []byte, found []diag.Problem) {
	a := txtar.Parse(raw)
	files := a.Files
	a.Files = nil
	for _, f := range files {
		if f.Name != "want" && !strings.HasPrefix(f.Name, "fixed/") {
			a.Files = append(a.Files, f)
		}
	}
	have := a.Files
	want := ""
	for _, p := range found {
		want += p.String() + "\n"
	}
	a.Files = append(a.Files, txtar.File{Name: "want", Data: []byte(want)})
	for _, f := range have {
		if out, n := diag.Mend(f.Data, only(found, f.Name)); n > 0 {
			a.Files = append(a.Files, txtar.File{Name: "fixed/" + f.Name, Data: out})
		}
	}
	if err := os.WriteFile("rules/"+id+".txtar", txtar.Format(a), 0o600); err != nil {
		t.Fatal(err)
	}
}

func only(ps []diag.Problem, file string) (out []diag.Problem) {
	for _, p := range ps {
		if p.File == file {
			out = append(out, p)
		}
	}
	return out
}

func check(t *testing.T, files map[string][]byte) []diag.Problem {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: data}
	}
	tree, err := source.FromFS(fsys)
	if err != nil {
		t.Fatal(err)
	}
	b := content.Builder{Rules: lint.Rules(), Reserved: func(key string) bool { return key == "search" }}
	if _, _, err := b.Build(context.Background(), tree, nil, false); err != nil {
		t.Fatal(err)
	}
	return b.CheckLinks().Problems()
}

// ruleID is how a rule is named in the program's text.
var ruleID = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// TestEveryRuleIsExplained goes through the program's source for the ids that problems carry.
func TestEveryRuleIsExplained(t *testing.T) {
	explained := map[string]bool{}
	for _, r := range lint.All() {
		explained[r.ID] = true
	}
	used := map[string]string{}
	note := func(e ast.Expr, where string) {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, _ := strconv.Unquote(l.Value); ruleID.MatchString(s) {
				used[s] = where
			}
		}
	}
	fset := token.NewFileSet()
	for _, dir := range []string{"../../content", "../../search", "../../site", "../../cmd"} {
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(fset, p, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr: // d.at(node, "rule", …), d.report(line, col, "rule", …), p.report(n, severity, "rule", …)
					name := ""
					switch f := n.Fun.(type) {
					case *ast.SelectorExpr:
						name = f.Sel.Name
					case *ast.Ident:
						name = f.Name
					}
					switch {
					case name == "at" && len(n.Args) == 4:
						note(n.Args[1], p)
					case name == "report" && len(n.Args) == 5:
						note(n.Args[2], p)
					case name == "report" && len(n.Args) == 3 && (strings.Contains(p, "lint") || strings.HasSuffix(p, "include.go")):
						note(n.Args[0], p)
					}
				case *ast.CompositeLit:
					if s, ok := n.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Problem" || n.Type == nil {
						for _, e := range n.Elts {
							if kv, ok := e.(*ast.KeyValueExpr); ok {
								if k, ok := kv.Key.(*ast.Ident); ok && k.Name == "Rule" {
									note(kv.Value, p)
								}
							}
						}
					}
				case *ast.ValueSpec: // RuleDead = "runbook-dead"
					for i, name := range n.Names {
						if strings.HasPrefix(name.Name, "Rule") && i < len(n.Values) {
							note(n.Values[i], p)
						}
					}
				case *ast.AssignStmt: // p.Rule, p.Text = "rule", …
					for i, l := range n.Lhs {
						if s, ok := l.(*ast.SelectorExpr); ok && s.Sel.Name == "Rule" && i < len(n.Rhs) {
							note(n.Rhs[i], p)
						}
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(used) < 30 {
		t.Errorf("only %d rules were found in the source", len(used))
	}
	for id, where := range used {
		if !explained[id] && id != "move" { // which is of a command that refuses, and of no page
			t.Errorf("%s (%s) has no rules/%s.txtar", id, where, id)
		}
	}
	for id := range explained {
		if used[id] == "" {
			t.Errorf("nothing reports %s", id)
		}
	}
}
