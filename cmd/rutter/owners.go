package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"rutter/content"
	"rutter/content/diag"
	"rutter/content/lint"
	"rutter/content/source"
	"rutter/site"
	"rutter/site/accountability"
)

type ownersCmd struct {
	Dir     string `arg:"" default:"." help:"Content folder."`
	Owner   string `help:"Print what waits for this owner, as text for a mail; nobody takes the pages without one."`
	Format  string `default:"text" enum:"text,json,csv" help:"text; or every page that is for everyone, as json with the same fields as /api/v1/accountability, or as csv."`
	BaseURL string `name:"base-url" help:"Scheme and host of the portal, for addresses in the text."`
}

// Run says who answers for which pages, by the folder and what git knows of it.
func (c *ownersCmd) Run(out *streams) error {
	f, err := source.OpenFolder(c.Dir, time.Now)
	if err != nil {
		return folder(c.Dir, err)
	}
	tree, err := f.Scan()
	if err != nil {
		return folder(c.Dir, err)
	}
	ctx := context.Background()
	var history *content.History
	if g := f.GitOf(); g != nil {
		if history, err = g.History(ctx); err != nil {
			return err
		}
	}
	b := content.Builder{Reserved: site.Reserved, Rules: lint.Rules()}
	if _, _, err := b.Build(ctx, tree, history, false); err != nil {
		return err
	}
	s := b.CheckLinks()
	now := time.Now()
	report := accountability.Of(s, s.For(content.Viewer{}), c.Owner, now)
	switch {
	case c.Format == "json":
		err = encode(out.Out, report)
	case c.Format == "csv":
		err = report.CSV(out.Out)
	case c.Owner != "":
		_, err = fmt.Fprint(out.Out, report.Digest(c.Owner, now, func(u string) string { return c.BaseURL + u }))
	default:
		w := tabwriter.NewWriter(out.Out, 0, 4, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "PAGES\tLATE\tNEVER REVIEWED\tERRORS\tOWNER")
		for _, o := range report.Owners() {
			name := o.Name
			if name == "" {
				name = accountability.Nobody
			}
			_, _ = fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%s\n", o.Pages, o.Late, o.Unreviewed, o.Errors, diag.Printable(name))
		}
		err = w.Flush()
	}
	if err != nil {
		return &exit{exitIO, err}
	}
	return nil
}
