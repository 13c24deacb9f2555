package main

import (
	"context"
	"fmt"
	"time"

	"rutter/content"
	"rutter/content/diag"
	"rutter/content/lint"
	"rutter/content/source"
	"rutter/search"
	"rutter/site"
)

type checkCmd struct {
	Dir string `arg:"" default:"." help:"Content folder."`
}

// Run prints problems to standard output, a line each, and a summary to standard error.
func (c *checkCmd) Run(out *streams) error {
	f, err := source.OpenFolder(c.Dir, time.Now)
	if err != nil {
		return folder(c.Dir, err)
	}
	tree, err := f.Scan()
	if err != nil {
		return folder(c.Dir, err)
	}
	b := content.Builder{Reserved: site.Reserved, Rules: lint.Rules()}
	if _, _, err := b.Build(context.Background(), tree, nil, false); err != nil {
		return err
	}
	s := b.CheckLinks()
	problems := s.Problems()
	if len(s.Questions()) > 0 {
		x, done, err := index(context.Background(), s)
		if err != nil {
			return err
		}
		defer done()
		missed, err := search.Unanswered(context.Background(), x, s.Questions())
		if err != nil {
			return err
		}
		problems = append(problems, missed...)
		diag.Sort(problems)
	}
	for _, p := range problems {
		if _, err := fmt.Fprintln(out.Out, p); err != nil {
			return &exit{exitIO, err}
		}
	}
	errs, warnings, notes := diag.Count(problems)
	_, _ = fmt.Fprintf(out.Err, "%d pages: %d errors, %d warnings, %d notes\n", s.Len(), errs, warnings, notes)
	if errs > 0 {
		return &exit{exitProblem, nil}
	}
	return nil
}
