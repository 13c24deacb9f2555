package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"rutter/content"
	"rutter/content/diag"
	"rutter/search"
	"rutter/search/bleve"
	"rutter/site"
	"rutter/site/asked"
	"rutter/site/edition"
)

type searchCmd struct {
	Query  string `arg:"" optional:"" help:"What to look for: an error line, an alert, a command. - reads a log or trace from standard input."`
	Dir    string `arg:"" optional:"" help:"Content folder. Without it, the library in the binary is searched."`
	Server string `help:"Ask the portal at this address instead."`
	Limit  int    `default:"5" help:"How many pages to show, at most 100."`
	Report bool   `help:"Instead of searching, print what readers of a served folder searched for and did not find."`
	State  string `help:"With --report: the state folder of the portal, where it is not the default one of DIR."`
	Format string `default:"text" enum:"text,json" help:"text, or json with the same fields as /api/v1/search."`
}

// Run prints the best pages. It exits with 1 where nothing answers.
func (c *searchCmd) Run(out *streams) error {
	if c.Limit < 1 || c.Limit > search.MaxLimit {
		return &exit{exitUsage, fmt.Errorf("--limit must be from 1 to %d", search.MaxLimit)}
	}
	if c.Report {
		return c.report(out)
	}
	if c.Query == "" {
		return &exit{exitUsage, fmt.Errorf("say what to search for")}
	}
	pasted := c.Query == "-"
	if pasted {
		raw, err := io.ReadAll(io.LimitReader(os.Stdin, search.MaxPasteBytes+1))
		if err != nil {
			return err
		}
		c.Query = string(raw)
	}
	var f site.Answer
	var err error
	if c.Server != "" {
		f, err = c.ask(pasted)
	} else {
		f, err = c.find(pasted)
	}
	if err != nil {
		return err
	}
	if c.Format == "json" {
		err = encode(out.Out, f)
	} else {
		err = c.print(out, f, pasted)
	}
	if err != nil {
		return err
	}
	if f.Total == 0 {
		return &exit{exitProblem, nil}
	}
	return nil
}

// report prints what was asked, from the file a portal keeps.
func (c *searchCmd) report(out *streams) error {
	dir := c.State
	if dir == "" {
		var err error
		served := c.Dir
		if served == "" {
			served = c.Query // rutter search --report DIR
		}
		if served == "" {
			return &exit{exitUsage, fmt.Errorf("--report wants the served folder, or --state")}
		}
		if dir, err = edition.StateDir(served); err != nil {
			return err
		}
	}
	clusters, err := asked.Read(filepath.Join(dir, site.AskedFile))
	if err != nil {
		return err
	}
	if c.Format == "json" {
		e := json.NewEncoder(out.Out)
		e.SetIndent("", "  ")
		return e.Encode(clusters)
	}
	w := tabwriter.NewWriter(out.Out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ASKED\tFOUND NOTHING\tOPENED\tQUERY")
	for _, x := range clusters {
		_, _ = fmt.Fprintf(w, "%d\t%d\t%d\t%s\n", x.Asked, x.None, x.Opened, safe(x.Query))
	}
	return w.Flush()
}

func (c *searchCmd) print(out *streams, f site.Answer, pasted bool) error {
	var b strings.Builder
	on, off := "", ""
	if isTerminal(out.Out) && os.Getenv("NO_COLOR") == "" {
		on, off = "\x1b[1m", "\x1b[0m"
	}
	plain := strings.NewReplacer("<mark>", on, "</mark>", off, "&lt;", "<", "&gt;", ">", "&amp;", "&", "&#34;", `"`, "&#39;", "'")
	for i, h := range f.Hits {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s%s%s\n  %s%s\n", on, safe(h.Title), off, strings.TrimSuffix(c.Server, "/"), h.URL)
		if h.Section != "" {
			fmt.Fprintf(&b, "  %s\n", safe(h.Section))
		}
		if h.Snippet != "" {
			fmt.Fprintf(&b, "    %s\n", plain.Replace(safe(h.Snippet)))
		}
	}
	if _, err := io.WriteString(out.Out, b.String()); err != nil {
		return err
	}
	note := fmt.Sprintf("%d pages", f.Total)
	if f.Total == 1 {
		note = "1 page"
	}
	if pasted && f.Total > 0 && f.Confidence < search.Confident {
		note += "; none looks like an answer to this text"
	}
	_, _ = fmt.Fprintln(out.Err, note)
	for _, n := range f.Notices {
		_, _ = fmt.Fprintln(out.Err, n)
	}
	if f.Suggestion != "" {
		_, _ = fmt.Fprintln(out.Err, "Did you mean:", safe(f.Suggestion))
	}
	return nil
}

// safe makes spaces of characters that a terminal obeys, or that turn the direction of a line.
func safe(s string) string { return strings.ReplaceAll(diag.Printable(s), "\uFFFD", " ") }

// ask asks a portal.
func (c *searchCmd) ask(pasted bool) (f site.Answer, err error) {
	base, err := url.Parse(c.Server)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return f, &exit{exitUsage, fmt.Errorf("--server wants an address such as https://portal.example.org")}
	}
	to := base.JoinPath("/api/v1/search")
	values := url.Values{"limit": {strconv.Itoa(c.Limit)}}
	client := &http.Client{Timeout: 30 * time.Second}
	var resp *http.Response
	if pasted {
		to.RawQuery = values.Encode()
		resp, err = client.Post(to.String(), "text/plain", bytes.NewReader([]byte(c.Query)))
	} else {
		values.Set("q", c.Query)
		to.RawQuery = values.Encode()
		resp, err = client.Get(to.String())
	}
	if err != nil {
		return f, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err != nil {
		return f, err
	}
	if resp.StatusCode != http.StatusOK {
		var p struct{ Title, Detail string }
		if json.Unmarshal(body, &p) == nil && p.Detail != "" {
			return f, fmt.Errorf("%s answers: %s", c.Server, p.Detail)
		}
		return f, fmt.Errorf("%s answers %s", c.Server, resp.Status)
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return f, fmt.Errorf("%s is no portal: %w", c.Server, err)
	}
	return f, nil
}

// find searches a folder with an index of its own: that of a running portal stays untouched.
func (c *searchCmd) find(pasted bool) (f site.Answer, err error) {
	tree, err := scanned(c.Dir)
	if err != nil {
		return f, err
	}
	ctx := context.Background()
	var b content.Builder
	snap, _, err := b.Build(ctx, tree, nil, false)
	if err != nil {
		return f, err
	}
	x, done, err := index(ctx, snap)
	if err != nil {
		return f, err
	}
	defer done()
	everyone := content.Viewer{}
	known := func(facet string) []string { return x.Values(everyone, facet) }
	q := search.Read(c.Query, known)
	if pasted {
		q = search.ParsePaste(c.Query, len(c.Query) > search.MaxPasteBytes)
	}
	q.Limit = c.Limit
	start := time.Now()
	res, err := search.Answer(ctx, x, everyone, q)
	if err != nil {
		return f, err
	}
	return site.NewAnswer(snap.For(everyone), q, res, time.Since(start))
}

// index builds an index over a snapshot in a temporary folder, which done removes.
func index(ctx context.Context, snap *content.Snapshot) (x search.Index, done func(), err error) {
	dir, err := os.MkdirTemp("", "rutter-search-")
	if err != nil {
		return nil, nil, err
	}
	remove := func() { _ = os.RemoveAll(dir) }
	store, _, err := bleve.Open(dir + "/index")
	if err != nil {
		remove()
		return nil, nil, err
	}
	docs := snap.Docs()
	err = store.Update(ctx, len(docs), func(i int) (search.Document, error) { return search.NewDocument(snap, docs[i]) }, nil)
	var g *bleve.Generation
	if err == nil {
		g, err = store.Generation()
	}
	if err != nil {
		store.Close()
		remove()
		return nil, nil, err
	}
	return g, func() {
		_ = g.Close()
		store.Close()
		remove()
	}, nil
}
