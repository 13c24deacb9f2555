package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"time"

	"rutter/content"
	"rutter/content/diag"
	"rutter/content/source"
	"rutter/site"
)

type mvCmd struct {
	From   string `arg:"" help:"Page, folder, picture or any other file, relative to the content folder."`
	To     string `arg:"" help:"Where it goes; a folder that is there, or a slash at the end, keeps the name."`
	Dir    string `default:"." help:"Content folder."`
	DryRun bool   `name:"dry-run" help:"Print what would change, and change nothing."`
}

// Run moves a page, and rewrites the links that would be dead or wrong after it.
func (c *mvCmd) Run(out *streams) error {
	f, err := source.OpenFolder(c.Dir, time.Now)
	if err != nil {
		return folder(c.Dir, err)
	}
	tree, err := f.Scan()
	if err != nil {
		return folder(c.Dir, err)
	}
	if len(tree.Unread) > 0 {
		return &exit{exitIO, fmt.Errorf("the folder %s cannot be read: %s", tree.Unread[0].Path, tree.Unread[0].Cause)}
	}
	b := content.Builder{Reserved: site.Reserved}
	s, _, err := b.Build(context.Background(), tree, nil, false)
	if err != nil {
		return err
	}
	from := path.Clean(filepath.ToSlash(c.From))
	to := path.Clean(filepath.ToSlash(c.To))
	if strings.HasSuffix(c.To, "/") || to == "." || s.HasFolder(to) {
		to = path.Join(to, path.Base(from))
	}
	m, err := s.Move(from, to)
	var refused *content.RefusedError
	switch {
	case errors.As(err, &refused) && len(refused.Problems) > 0:
		for _, p := range refused.Problems {
			if _, err := fmt.Fprintln(out.Out, p); err != nil {
				return err
			}
		}
		return &exit{exitProblem, err}
	case err != nil:
		return &exit{exitIO, err}
	}
	if c.DryRun {
		return printMove(out, m)
	}
	if err := f.Move(m); err != nil {
		return &exit{exitIO, err}
	}
	told(out, m)
	_, err = fmt.Fprintln(out.Out, diag.Printable(m.From+" is now "+m.To+"; "+counted(m)))
	return err
}

// printMove prints what a move changes, a line each.
func printMove(out *streams, m *content.Move) error {
	for _, r := range m.Rewrites {
		for _, c := range r.Changes {
			what := c.Old + " becomes " + c.New
			if c.Old == "" {
				what = "alias " + c.New + " is added"
			}
			if _, err := fmt.Fprintln(out.Out, diag.Printable(fmt.Sprintf("%s:%d:%d: %s", r.Path, c.Line, c.Column, what))); err != nil {
				return err
			}
		}
	}
	told(out, m)
	_, err := fmt.Fprintln(out.Out, diag.Printable(m.From+" would be "+m.To+"; "+counted(m)))
	return err
}

// told says on standard error what an author should know beside.
func told(out *streams, m *content.Move) {
	for _, t := range m.Turned {
		_, _ = fmt.Fprintln(out.Err, "rutter:", diag.Printable(t.Path)+" is of the kind "+string(t.Kind)+" there: write kind: in its front matter to keep the old one")
	}
	for _, p := range m.Unread {
		_, _ = fmt.Fprintln(out.Err, "rutter:", diag.Printable(p)+" cannot be parsed, so its links were not looked at")
	}
}

// counted is how much a move rewrites.
func counted(m *content.Move) string {
	links, aliases, files := 0, 0, 0
	for _, r := range m.Rewrites {
		files++
		for _, c := range r.Changes {
			if c.Old == "" {
				aliases++
			} else {
				links++
			}
		}
	}
	return fmt.Sprintf("links rewritten: %d, aliases added: %d, files written: %d", links, aliases, files)
}
