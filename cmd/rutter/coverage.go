package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"rutter/content"
	"rutter/content/coverage"
	"rutter/content/diag"
	"rutter/site"
	"rutter/site/asked"
	"rutter/site/edition"
)

type coverageCmd struct {
	Dir    string   `arg:"" optional:"" help:"Content folder. Without it, the library in the binary."`
	Rules  []string `required:"" placeholder:"PATH" help:"File of Prometheus rules or PrometheusRule objects, or a folder of such. May be repeated."`
	URL    []string `name:"url" placeholder:"PREFIX=FOLDER" help:"Runbook addresses that begin with PREFIX are of this portal, below FOLDER (/ where none is given). May be repeated."`
	State  string   `help:"The state folder of the portal, for what readers searched for, where it is not the default one of DIR."`
	Format string   `default:"text" enum:"text,json,github" help:"text, json with the same fields as /api/v1/coverage, or github for annotations of a workflow."`
	Strict bool     `help:"Count warnings as errors."`
}

// Run prints which alerts have a page. It exits with 1 where one has none, or a runbook address of this portal is dead.
func (c *coverageCmd) Run(out *streams) error {
	sites, err := sitesOf(c.URL)
	if err != nil {
		return err
	}
	rules, err := rulesOf(c.Rules)
	if err != nil {
		return err
	}
	snap, err := c.snapshot()
	if err != nil {
		return err
	}
	searches, err := c.searches()
	if err != nil {
		return err
	}
	ctx := context.Background()
	x, done, err := index(ctx, snap)
	if err != nil {
		return err
	}
	defer done()
	reader := anyReader(snap)
	report, err := coverage.Map(snap.For(reader), *rules.Set(time.Now()), coverage.Options{
		Lookup: site.AlertLookup(ctx, x, reader), Sites: sites, Asked: site.MissedSearches(searches),
	})
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		err = encode(out.Out, report)
	case "github":
		err = c.annotate(out.Out, report)
	default:
		err = printCoverage(out.Out, report)
	}
	if err != nil {
		return &exit{exitIO, err}
	}
	n := report.Counts
	_, _ = fmt.Fprintf(out.Err, "%s in %s: %d answered, %d with a dead address, %d with an address elsewhere, %d unanswered\n",
		several(len(report.Alerts), "alert"), several(report.Rules, "rule"), n[coverage.Answered], n[coverage.URLDead], n[coverage.URLElse], n[coverage.Unanswered])
	if report.Failed(c.Strict) {
		return &exit{exitProblem, nil}
	}
	return nil
}

// sitesOf reads which addresses are of the portal.
func sitesOf(flags []string) (out []coverage.Site, err error) {
	for _, f := range flags {
		s, err := coverage.ParseSite(f)
		if err != nil {
			return nil, &exit{exitUsage, err}
		}
		out = append(out, s)
	}
	return out, nil
}

// rulesOf opens files of rules.
func rulesOf(paths []string) (*coverage.Files, error) {
	f, err := coverage.Open(paths, time.Now())
	var pe *fs.PathError
	if errors.As(err, &pe) && errors.Is(err, fs.ErrNotExist) {
		return nil, &exit{exitIO, fmt.Errorf("there is no file or folder %s", pe.Path)}
	}
	return f, err
}

func (c *coverageCmd) snapshot() (*content.Snapshot, error) {
	tree, err := scanned(c.Dir)
	if err != nil {
		return nil, err
	}
	b := content.Builder{Reserved: site.Reserved}
	snap, _, err := b.Build(context.Background(), tree, nil, false)
	return snap, err
}

// searches are what readers of the portal searched for, nothing where it was never served from here.
func (c *coverageCmd) searches() ([]asked.Cluster, error) {
	dir := c.State
	if dir == "" {
		if c.Dir == "" {
			return nil, nil
		}
		var err error
		if dir, err = edition.StateDir(c.Dir); err != nil {
			return nil, nil // then nothing was written down either
		}
	}
	file := filepath.Join(dir, site.AskedFile)
	cs, err := asked.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", file, err)
	}
	return cs, nil
}

// anyReader belongs to every audience that pages are for: who holds the folder reads them all.
func anyReader(snap *content.Snapshot) content.Viewer {
	var groups []string
	for _, d := range snap.Docs() {
		groups = append(groups, d.Meta.Audience...)
	}
	return content.NewViewer(groups...)
}

// printCoverage prints a table of all alerts, the playbooks without any, and what is to be done.
func printCoverage(out io.Writer, r coverage.Report) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "STATE\tALERT\tSEVERITY\tLEADS TO")
	for _, e := range r.Alerts {
		to := "-"
		switch {
		case e.State == coverage.Answered:
			to = e.Page.URL
		case e.State != coverage.Unanswered:
			to = addressOf(e)
		}
		severity := strings.Join(e.Severities, ", ")
		if severity == "" {
			severity = "-"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", e.State, safe(e.Name), safe(severity), safe(to))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(r.Idle) > 0 {
		b.WriteString("\nPlaybooks that answer none of these alerts:\n")
		for _, p := range r.Idle {
			b.WriteString("  " + safe(p.Path) + "\n")
		}
	}
	if len(r.Problems) > 0 {
		b.WriteByte('\n')
	}
	for _, p := range r.Problems {
		b.WriteString(p.Diag().String() + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// addressOf is the runbook address that puts an alert into its state.
func addressOf(e coverage.Entry) string {
	for _, x := range e.Rules {
		if x.Leads == coverage.Dead && e.State == coverage.URLDead || x.Leads == coverage.Elsewhere && e.State == coverage.URLElse {
			return x.URL
		}
	}
	return "-"
}

// annotate prints the problems as commands of a GitHub workflow, with files as the workflow knows them.
func (c *coverageCmd) annotate(out io.Writer, r coverage.Report) error {
	ps := make([]diag.Problem, 0, len(r.Problems))
	for _, p := range r.Problems {
		d := p.Diag()
		if p.OfPage() {
			d.File = prefix(c.Dir) + d.File
		}
		ps = append(ps, d)
	}
	return writeGitHub(out, ps, "")
}
