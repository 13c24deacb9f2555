package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"rutter/content/diag"
	"rutter/content/lint"
)

// The forms in which programs read what `rutter check` found.

type foundJSON struct {
	Pages    int           `json:"pages"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Notes    int           `json:"notes"`
	Mended   int           `json:"mended"`
	Problems []problemJSON `json:"problems"`
}

type problemJSON struct {
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	Text     string `json:"text"`
	Fix      string `json:"fix,omitempty"`
	Mendable bool   `json:"mendable,omitempty"`
}

func writeJSON(w io.Writer, r report) error {
	f := foundJSON{Pages: r.snapshot.Len(), Mended: r.mended, Problems: make([]problemJSON, 0, len(r.problems))}
	f.Errors, f.Warnings, f.Notes = diag.Count(r.problems)
	for _, p := range r.problems {
		f.Problems = append(f.Problems, problemJSON{p.File, p.Line, p.Column, p.Severity.String(), p.Rule, p.Text, p.Fix, p.Edit.Mends()})
	}
	return encode(w, f)
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// The parts of SARIF 2.1.0 (OASIS, March 2020) that are used.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Short   sarifMessage `json:"shortDescription"`
		Help    sarifMessage `json:"help"`
		Default struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
	}
	sarifMessage struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Fixes     []sarifFix      `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact sarifArtifact `json:"artifactLocation"`
			Region   *sarifRegion  `json:"region,omitempty"`
		} `json:"physicalLocation"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifFix struct {
		Description sarifMessage  `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion   `json:"deletedRegion"`
		Inserted *sarifMessage `json:"insertedContent,omitempty"`
	}
)

func writeSARIF(w io.Writer, r report, prefix string) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: make([]sarifResult, 0, len(r.problems))}
	run.Tool.Driver = sarifDriver{Name: "rutter check", Version: buildVersion().Version}
	ids := map[string]int{}
	for i, x := range lint.All() {
		rule := sarifRule{ID: x.ID, Short: sarifMessage{Text: x.Title}, Help: sarifMessage{Text: x.Text, Markdown: x.Text}}
		rule.Default.Level = x.Severity.String()
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rule)
		ids[x.ID] = i
	}
	for _, p := range r.problems {
		i, ok := ids[p.Rule]
		if !ok {
			i = -1
		}
		res := sarifResult{RuleID: p.Rule, RuleIndex: i, Level: p.Severity.String(), Message: sarifMessage{Text: says(p)}}
		if p.File != "" {
			l := sarifLocation{}
			l.Physical.Artifact.URI = uri(prefix + p.File)
			if p.Line > 0 {
				l.Physical.Region = &sarifRegion{StartLine: p.Line, StartColumn: p.Column}
			}
			res.Locations = []sarifLocation{l}
			if p.Edit.Mends() {
				c := sarifReplacement{Deleted: sarifRegion{StartLine: p.Line, StartColumn: p.Column, EndColumn: p.Column + utf8.RuneCountInString(p.Edit.Was)}, Inserted: &sarifMessage{Text: p.Edit.Put}}
				res.Fixes = []sarifFix{{Description: sarifMessage{Text: "Mend it"}, Changes: []sarifChange{{l.Physical.Artifact, []sarifReplacement{c}}}}}
			}
		}
		run.Results = append(run.Results, res)
	}
	return encode(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// says is a problem's text and what to do about it.
func says(p diag.Problem) string {
	if p.Fix == "" {
		return p.Text
	}
	return p.Text + " (" + p.Fix + ")"
}

// uri is a relative path as a relative reference (RFC 3986).
func uri(p string) string { return (&url.URL{Path: p}).String() }

// writeGitHub prints the commands by which a GitHub workflow annotates files, whose names stand behind prefix.
func writeGitHub(w io.Writer, ps []diag.Problem, prefix string) error {
	names := []string{"error", "warning", "notice"}
	for _, p := range ps {
		at := []string{}
		if p.File != "" {
			at = append(at, "file="+property(prefix+p.File))
		}
		if p.Line > 0 {
			at = append(at, fmt.Sprint("line=", p.Line))
		}
		if p.Column > 0 {
			at = append(at, fmt.Sprint("col=", p.Column))
		}
		at = slices.Concat(at, []string{"title=" + property(p.Rule)})
		if _, err := fmt.Fprintf(w, "::%s %s::%s\n", names[p.Severity], strings.Join(at, ","), data(says(p))); err != nil {
			return err
		}
	}
	return nil
}

// data and property escape what ends a command, or a property of it.
func data(s string) string {
	s = diag.Printable(strings.ReplaceAll(s, "\n", " "))
	return strings.NewReplacer("%", "%25").Replace(s)
}

func property(s string) string { return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s)) }
