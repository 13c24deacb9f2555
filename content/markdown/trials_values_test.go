//go:build trials

package markdown_test

import (
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"rutter/content/markdown"
)

// placeholder is what a reader would take for one in a command.
var placeholder = regexp.MustCompile(`<[A-Za-z][A-Za-z0-9 _.-]*>|\$\{?[A-Z][A-Z0-9_]+\}?`)

var (
	fence    = regexp.MustCompile("(?ms)^[ \t]*(```+|~~~+)[ \t]*([A-Za-z-]*)[^\n]*\n(.*?)^[ \t]*(?:```+|~~~+)[ \t]*$")
	assigns  = regexp.MustCompile(`(?m)(?:^|[ ;(])([A-Z][A-Z0-9_]*)=|\bfor ([A-Z_]+) in|\bread (?:-r )?([A-Z_]+)`)
	variable = regexp.MustCompile(`data-q="(.)"`)
)

// TestPlaceholders counts, over the runbooks, the placeholders in blocks of commands and how many of them can be filled
// in. It prints those that are not found.
func TestPlaceholders(t *testing.T) {
	shared := os.Getenv("SHARED")
	if shared == "" {
		t.Skip("SHARED is not set")
	}
	written, found, plain, pages := 0, 0, 0, 0
	missed := map[string]int{}
	err := filepath.WalkDir(filepath.Join(shared, "corpora/runbooks"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".md") || !strings.Contains(p, "openshift") {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		set := map[string]bool{}
		for _, m := range assigns.FindAllStringSubmatch(string(raw), -1) {
			set[m[1]+m[2]+m[3]] = true
		}
		want := map[string]int{}
		for _, m := range fence.FindAllStringSubmatch(string(raw), -1) {
			switch m[2] {
			case "sh", "bash", "shell", "console", "terminal":
			default:
				continue
			}
			for _, l := range strings.Split(m[3], "\n") {
				if strings.Contains(m[3], "$ ") && strings.HasPrefix(strings.TrimSpace(m[3]), "$ ") && !strings.HasPrefix(strings.TrimSpace(l), "$ ") {
					continue
				}
				for _, x := range placeholder.FindAllString(l, -1) {
					if name := strings.Trim(x, "${}"); name != x && (set[name] || name == "HOME" || name == "PATH") {
						continue
					}
					if x != "<none>" {
						want[x]++
						written++
					}
				}
			}
		}
		page, _ := markdown.Parse(p, raw, 1)
		html, err := page.HTML(markdown.HTMLOptions{Resolve: func(string, bool) (string, bool) { return "", false }})
		if err != nil {
			return err
		}
		if len(want) > 0 {
			pages++
		}
		got := strings.Count(string(html), "<var data-v=")
		for _, m := range variable.FindAllStringSubmatch(string(html), -1) {
			if m[1] == "p" {
				plain++
			}
		}
		sum := 0
		for _, n := range want {
			sum += n
		}
		found += min(got, sum)
		if got < sum {
			for x := range want {
				missed[x+" in "+filepath.Base(p)]++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for x := range missed {
		list = append(list, x)
	}
	sort.Strings(list)
	t.Logf("%d pages with %d placeholders, %d found (%.1f %%), %d of them for plain values alone", pages, written, found, 100*float64(found)/float64(written), plain)
	if found*100 < written*95 {
		t.Error("placeholders are not found")
	}
	t.Logf("on pages where some are not: %s", strings.Join(list, "; "))
}

var (
	filled  = regexp.MustCompile(`<code>(?:<span class="prompt">[^<]*</span>)?((?:[^\n])*?<var data-v="([^"]*)" data-q="(.)"[^>]*>[^<]*</var>(?:[^\n])*?)</code>`)
	onlyTag = regexp.MustCompile(`<[^>]*>`)
)

// TestSampleOfSubstitutions prints fifty places of values over the runbooks, the same each time, with a value filled in:
// to be read by somebody. Verdicts are in content/guides/rutter/measured-values.md.
func TestSampleOfSubstitutions(t *testing.T) {
	shared := os.Getenv("SHARED")
	if shared == "" {
		t.Skip("SHARED is not set")
	}
	const value, whole = `it's "5"`, "7"
	var all []string
	err := filepath.WalkDir(filepath.Join(shared, "corpora/runbooks/openshift"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".md") {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		render := func(values map[string]string) string {
			page, _ := markdown.Parse(p, raw, 1)
			h, _ := page.HTML(markdown.HTMLOptions{Values: values, Resolve: func(string, bool) (string, bool) { return "", false }})
			for _, in := range page.Inputs {
				values[in] = value
			}
			return string(h)
		}
		values := map[string]string{}
		render(values)
		for _, m := range filled.FindAllStringSubmatch(render(values), -1) {
			all = append(all, filepath.Base(p)+"\t"+m[2]+"\t"+m[3]+"\t"+html.UnescapeString(onlyTag.ReplaceAllString(m[1], "")))
		}
		return nil
	})
	if err != nil || len(all) < 300 {
		t.Fatal(err, len(all))
	}
	for i := range 50 {
		t.Log(all[i*len(all)/50])
	}
}
