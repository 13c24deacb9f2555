package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rutter/content"
	"rutter/content/diag"
	"rutter/content/lint"
	"rutter/content/source"
	"rutter/search"
	"rutter/site"
)

type checkCmd struct {
	Dir     string `arg:"" default:"." help:"Content folder."`
	Format  string `default:"text" enum:"text,json,sarif,github" help:"text: a line for each problem; json; sarif: SARIF 2.1.0, which code hosts and editors read; github: annotations of a GitHub workflow."`
	Strict  bool   `help:"Exit with 1 for warnings too."`
	Fix     bool   `help:"Mend in the files what needs no thought, then print what is left."`
	Explain string `placeholder:"RULE" help:"Print why a rule is there, what to do, and an example."`
}

// Run prints problems to standard output and a summary to standard error.
func (c *checkCmd) Run(out *streams) error {
	if c.Explain != "" {
		return explain(out, c.Explain)
	}
	f, err := source.OpenFolder(c.Dir, time.Now)
	if err != nil {
		return folder(c.Dir, err)
	}
	r, err := look(f)
	if err != nil {
		return folder(c.Dir, err)
	}
	if c.Fix {
		mended, err := mend(f, r)
		if err != nil {
			return folder(c.Dir, err)
		}
		r = mended
	}
	asked, err := unanswered(r.snapshot)
	if err != nil {
		return err
	}
	r.problems = append(r.problems, asked...)
	diag.Sort(r.problems)
	if err := c.write(out.Out, r); err != nil {
		return &exit{exitIO, err}
	}
	errs, warnings, notes := diag.Count(r.problems)
	_, _ = fmt.Fprintln(out.Err, summary(r, errs, warnings, notes))
	if errs > 0 || c.Strict && warnings > 0 {
		return &exit{exitProblem, nil}
	}
	return nil
}

// report is what a look at a folder found.
type report struct {
	snapshot *content.Snapshot
	problems []diag.Problem
	mended   int // problems
	files    int // that were written
}

func summary(r report, errs, warnings, notes int) string {
	s := fmt.Sprintf("%s: %s, %s, %s", several(r.snapshot.Len(), "page"), several(errs, "error"), several(warnings, "warning"), several(notes, "note"))
	if r.mended > 0 {
		s += fmt.Sprintf("; %s mended in %s", several(r.mended, "problem"), several(r.files, "file"))
	}
	return s
}

func several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// look reads a folder as the server does.
func look(f *source.Folder) (report, error) {
	tree, err := f.Scan()
	if err != nil {
		return report{}, err
	}
	build := func(h *content.History) (report, error) {
		b := content.Builder{Reserved: site.Reserved, Rules: lint.Rules()}
		if _, _, err := b.Build(context.Background(), tree, h, false); err != nil {
			return report{}, err
		}
		s := b.CheckLinks()
		return report{snapshot: s, problems: s.Problems()}, nil
	}
	r, err := build(nil)
	g := f.GitOf()
	if err != nil || g == nil || !slices.ContainsFunc(r.problems, dead) {
		return r, err
	}
	// What seems to be nowhere may have been renamed: the portal leads on by what git has seen, which takes a while to read.
	h, err := g.History(context.Background())
	if err != nil || len(h.Past().Pages) == 0 {
		return r, nil //nolint:nilerr // without its history the folder is checked as it is
	}
	return build(h)
}

// dead tells whether a link leads nowhere, as far as the files tell.
func dead(p diag.Problem) bool { return p.Rule == "link-dead" || p.Rule == "anchor-dead" }

// unanswered asks what queries.yaml declares.
func unanswered(s *content.Snapshot) ([]diag.Problem, error) {
	if len(s.Questions()) == 0 {
		return nil, nil
	}
	x, done, err := index(context.Background(), s)
	if err != nil {
		return nil, err
	}
	defer done()
	return search.Unanswered(context.Background(), x, s.Questions())
}

// rounds is how often a folder is mended: one correction may be the first to show the next.
const rounds = 5

// mend writes the edits of problems into the files, and looks again.
func mend(f *source.Folder, r report) (report, error) {
	root, err := os.OpenRoot(f.Dir())
	if err != nil {
		return r, err
	}
	defer func() { _ = root.Close() }()
	mended, files := 0, map[string]bool{}
	for range rounds {
		byFile := map[string][]diag.Problem{}
		for _, p := range r.problems {
			switch {
			case p.Edit.Mends():
				byFile[p.File] = append(byFile[p.File], p)
			case p.Rule == "link-moved" && byFile[p.File] == nil:
				byFile[p.File] = []diag.Problem{}
			}
		}
		for file := range byFile {
			byFile[file] = append(byFile[file], r.snapshot.MovedLinks(file)...)
		}
		n := 0
		for file, ps := range byFile {
			applied, err := mendFile(root, file, ps)
			if err != nil {
				return r, err
			}
			if n += applied; applied > 0 {
				files[file] = true
			}
		}
		if n == 0 {
			break
		}
		mended += n
		if r, err = look(f); err != nil {
			return r, err
		}
	}
	r.mended, r.files = mended, len(files)
	return r, nil
}

func mendFile(root *os.Root, file string, ps []diag.Problem) (int, error) {
	info, err := root.Lstat(file)
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, nil // a link: its target is mended under its own name
	}
	raw, err := root.ReadFile(file)
	if err != nil {
		return 0, err
	}
	out, n := diag.Mend(raw, ps)
	if n == 0 {
		return 0, nil
	}
	return n, replace(root, file, out, info.Mode().Perm())
}

// replace writes a file so that nobody ever sees half of it.
func replace(root *os.Root, file string, data []byte, mode fs.FileMode) error {
	tmp := path.Join(path.Dir(file), fmt.Sprintf(".rutter-%d.tmp", os.Getpid())) // the name may be as long as names can be
	w, err := root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	if err = errors.Join(err, w.Chmod(mode), w.Sync(), w.Close()); err == nil {
		err = root.Rename(tmp, file)
	}
	if err != nil {
		_ = root.Remove(tmp)
	}
	return err
}

func (c *checkCmd) write(w io.Writer, r report) error {
	switch c.Format {
	case "json":
		return writeJSON(w, r)
	case "sarif":
		return writeSARIF(w, r, prefix(c.Dir))
	case "github":
		return writeGitHub(w, r.problems, prefix(c.Dir))
	}
	for _, p := range r.problems {
		if _, err := fmt.Fprintln(w, p); err != nil {
			return err
		}
	}
	return nil
}

// prefix leads from the working folder, where a code host looks for files, to the content folder.
func prefix(dir string) string {
	d := filepath.ToSlash(filepath.Clean(dir))
	if d == "." {
		return ""
	}
	if wd, err := os.Getwd(); err == nil && filepath.IsAbs(dir) {
		if rel, err := filepath.Rel(wd, dir); err == nil && !strings.HasPrefix(rel, "..") {
			d = filepath.ToSlash(rel)
		}
	}
	if d == "." {
		return ""
	}
	return d + "/"
}

// explain prints a rule.
func explain(out *streams, id string) error {
	r, ok := lint.Find(id)
	if !ok {
		ids := make([]string, 0, 50)
		for _, r := range lint.All() {
			ids = append(ids, r.ID)
		}
		slices.Sort(ids)
		return &exit{exitUsage, fmt.Errorf("there is no rule %s; the rules are:\n  %s", id, strings.Join(ids, "\n  "))}
	}
	_, err := fmt.Fprintf(out.Out, "%s (%s): %s\n\n%s\n", r.ID, r.Severity, r.Title, r.Text)
	if r.Mended {
		_, _ = fmt.Fprintln(out.Out, "\nrutter check --fix mends it where that needs no thought.")
	}
	for _, e := range r.Example {
		_, _ = fmt.Fprintf(out.Out, "\n--- %s\n%s", e.Path, strings.ToValidUTF8(e.Text, "\uFFFD"))
	}
	if r.Reports != "" {
		_, _ = fmt.Fprintf(out.Out, "\n%s", r.Reports)
	}
	return err
}
