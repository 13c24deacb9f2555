package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"rutter/site"
	"rutter/site/audit"
	"rutter/site/edition"
)

type auditCmd struct {
	Dir    string `arg:"" default:"." help:"Content folder that is served; with --git, the folder inside the repository. Where the portal was given a state folder, name that with --state instead."`
	State  string `help:"State folder of the portal. The default is that of what it serves, below $XDG_STATE_HOME."`
	Git    string `placeholder:"URL" help:"Repository that the portal serves."`
	Branch string `help:"Branch that it serves."`
	Format string `default:"text" enum:"text,json" help:"text, or json with all that an entry holds."`
	Limit  int    `default:"20" help:"How many of the newest entries to print; 0 prints all."`
	Expect string `placeholder:"HASH" help:"Want an entry with this hash, or one that begins with it: 12 digits, as /readyz has them, or more."`
}

// trail is what a look at the file found.
type trail struct {
	file     string
	summary  audit.Summary
	entries  []audit.Entry // the newest
	expected *audit.Entry  // that --expect names; nil where there is none
	broken   *audit.Broken
}

var hashBegins = regexp.MustCompile(`^[0-9a-f]{12,64}$`)

// Help is what --help says of the command as a whole.
func (auditCmd) Help() string {
	return "Every entry is verified, then the newest are printed, oldest first. Exit codes: 0 the trail is whole, 1 it is broken or lacks the expected hash, 2 wrong usage, 3 there is no trail or it cannot be read."
}

// Run verifies the trail of publications and prints its newest entries. It only reads.
func (c *auditCmd) Run(out *streams) error {
	c.Expect = strings.ToLower(c.Expect)
	switch {
	case c.Limit < 0:
		return &exit{exitUsage, fmt.Errorf("--limit must not be below 0")}
	case c.Expect != "" && !hashBegins.MatchString(c.Expect):
		return &exit{exitUsage, fmt.Errorf("--expect wants 12 to 64 hexadecimal digits of a hash")}
	}
	dir, err := c.state()
	if err != nil {
		return err
	}
	t, err := c.read(filepath.Join(dir, site.AuditFile))
	if errors.Is(err, fs.ErrNotExist) {
		return &exit{exitIO, fmt.Errorf("there is no trail in %s; name the portal's state folder with --state", dir)}
	}
	if err != nil {
		return &exit{exitIO, err}
	}
	if c.Format == "json" {
		err = t.writeJSON(out)
	} else {
		err = t.writeText(out)
	}
	if err != nil {
		return &exit{exitIO, err}
	}
	_, _ = fmt.Fprintln(out.Err, t.says())
	if t.broken != nil {
		return &exit{exitProblem, fmt.Errorf("%s: %w", t.file, t.broken)}
	}
	if c.Expect == "" {
		return nil
	}
	if t.expected == nil {
		return &exit{exitProblem, fmt.Errorf("%s: no entry has the hash %s: entries were cut off at the end, or the trail was made anew", t.file, c.Expect)}
	}
	_, _ = fmt.Fprintf(out.Err, "entry %d of %s has the hash %s\n", t.expected.Seq, t.expected.Time, t.expected.Hash)
	return nil
}

// state is the portal's state folder.
func (c *auditCmd) state() (string, error) {
	switch {
	case c.State != "":
		return c.State, nil
	case c.Git == "":
		return edition.StateDir(c.Dir)
	}
	return (&gitFlags{Git: c.Git, Branch: c.Branch}).state(c.Dir)
}

// rereads is how often a file is read again that a portal wrote to while it was read.
const rereads = 5

// read verifies the file. A portal may be in the middle of a line.
func (c *auditCmd) read(file string) (*trail, error) {
	for n := 0; ; n++ {
		t, grew, err := c.readOnce(file)
		if err != nil || t.broken == nil || !t.broken.Torn || !grew || n == rereads {
			return t, err
		}
	}
}

func (c *auditCmd) readOnce(file string) (t *trail, grew bool, err error) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() { // to open a pipe would wait for its other end
		return nil, false, fmt.Errorf("%s is not a file", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = f.Close() }()
	before, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	t = &trail{file: file, entries: []audit.Entry{}}
	for e, err := range audit.Entries(f) {
		if errors.As(err, &t.broken) {
			break
		}
		if err != nil {
			return nil, false, err
		}
		t.summary.Add(e)
		if t.entries = append(t.entries, e); c.Limit > 0 && len(t.entries) >= 2*c.Limit {
			t.keep(c.Limit)
		}
		if c.Expect != "" && strings.HasPrefix(e.Hash, c.Expect) {
			t.expected = &e
		}
	}
	if c.Limit > 0 {
		t.keep(c.Limit)
	}
	after, err := f.Stat()
	return t, err == nil && after.Size() != before.Size(), err
}

// keep lets go of all but the newest n entries.
func (t *trail) keep(n int) {
	t.entries = slices.Delete(t.entries, 0, max(0, len(t.entries)-n))
}

func (t *trail) writeJSON(out *streams) error {
	type broken struct {
		Line int    `json:"line"`
		Why  string `json:"why"`
	}
	said := struct {
		File     string        `json:"file"`
		Summary  audit.Summary `json:"summary"`
		Entries  []audit.Entry `json:"entries"`
		Expected *audit.Entry  `json:"expected,omitempty"`
		Broken   *broken       `json:"broken,omitempty"`
	}{File: t.file, Summary: t.summary, Entries: t.entries, Expected: t.expected}
	if t.broken != nil {
		said.Broken = &broken{t.broken.Line, t.broken.Why}
	}
	return encode(out.Out, said)
}

// writeText prints a line for each entry, and below it what is other in that edition.
func (t *trail) writeText(out *streams) error {
	var b strings.Builder
	for _, e := range t.entries {
		fmt.Fprintf(&b, "%d %s %s %s, %s, %s, %s, %s, %s, %s\n", e.Seq, audit.Stamp{Time: e.Time.Truncate(time.Second)}, short(e.Hash),
			safe(e.Gate), safe(e.Edition), several(e.Pages, "page"), several(e.Errors, "error"), several(e.Warnings, "warning"), several(e.Notes, "note"), safe(revision(e)))
		for _, p := range e.Put.Paths {
			fmt.Fprintf(&b, "  put %s\n", safe(p))
		}
		more(&b, "put", e.Put.Count-len(e.Put.Paths))
		for _, m := range e.Moved.Paths {
			fmt.Fprintf(&b, "  moved %s to %s\n", safe(m.From), safe(m.To))
		}
		more(&b, "moved", e.Moved.Count-len(e.Moved.Paths))
		for _, p := range e.Removed.Paths {
			fmt.Fprintf(&b, "  removed %s\n", safe(p))
		}
		more(&b, "removed", e.Removed.Count-len(e.Removed.Paths))
		if e.Dated {
			b.WriteString("  dates of last change\n")
		}
		if e.Reason != "" {
			fmt.Fprintf(&b, "  because %s\n", safe(e.Reason))
		}
		if e.Lost > 0 {
			fmt.Fprintf(&b, "  before it %s could not be written\n", entries(e.Lost))
		}
		if e.Remark != "" {
			fmt.Fprintf(&b, "  remark: %s\n", safe(e.Remark))
		}
	}
	_, err := io.WriteString(out.Out, b.String())
	return err
}

func more(b *strings.Builder, what string, n int) {
	if n > 0 {
		fmt.Fprintf(b, "  %s %d more\n", what, n)
	}
}

func revision(e audit.Entry) string {
	if e.Revision == "" {
		return "no revision"
	}
	s := "revision " + short(e.Revision)
	if e.Who != "" {
		s += " by " + e.Who
	}
	return s
}

func short(hash string) string { return hash[:min(len(hash), 12)] }

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// says is the summary of what was verified.
func (t *trail) says() string {
	s := t.summary
	if s.Entries == 0 {
		return "0 entries"
	}
	text := fmt.Sprintf("%s verified, from %s to %s: %d served, %d refused", entries(s.Entries), s.First, s.Last, s.Served, s.Refused)
	if s.Lost > 0 {
		text += fmt.Sprintf(", %d lost", s.Lost)
	}
	return text + "; the newest is " + s.Hash
}
