package content

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	yamlparser "github.com/goccy/go-yaml/parser"

	"rutter/content/diag"
	"rutter/content/markdown"
	"rutter/content/shell"
)

// checkBlocks reports blocks of JSON, YAML and shell commands that do not parse: somebody will paste them.
func checkBlocks(file string, p *markdown.Page) (ps []diag.Problem) {
	for c := range p.Code() {
		line, col, msg := 0, 0, ""
		what, fix := c.Lang, "mend it, or name the block text if it is none"
		switch c.Lang {
		case "json":
			what = "JSON"
			line, col, msg = jsonError(c.Text)
		case "yaml", "yml":
			what = "YAML"
			line, col, msg, fix = yamlError(c.Text, c.Line)
		case "sh":
			what = "commands"
			if !shortened(c.Text) {
				line, col, msg = shell.Check(c.Text)
			}
			fix = "mend it, or name the block text if these are no commands; a value to fill in is written <name>"
		}
		if msg != "" {
			ps = append(ps, diag.Problem{
				File: file, Line: c.Line + line - 1, Column: c.Column + col - 1, Rule: "block-syntax", Text: "the block of " + what + " does not parse: " + clip(msg, 200), Fix: fix,
			})
		}
	}
	return ps
}

// shortened tells whether a block leaves something out, as documents do.
func shortened(text string) bool {
	for l := range strings.Lines(text) {
		if l = strings.Trim(l, " \t\r\n,#/"); strings.HasPrefix(l, "...") || strings.HasPrefix(l, "…") {
			return true
		}
	}
	return false
}

func jsonError(text string) (line, col int, msg string) {
	if shortened(text) {
		return 0, 0, ""
	}
	dec := json.NewDecoder(strings.NewReader(text))
	for {
		var v json.RawMessage
		err := dec.Decode(&v)
		if err == io.EOF {
			return 0, 0, ""
		}
		if err != nil {
			at := len(text)
			var se *json.SyntaxError
			if errors.As(err, &se) {
				at = int(se.Offset) - 1
			}
			at = max(min(at, len(text)), 0)
			line, col = placeAt([]byte(text), at)
			return line, col, strings.TrimPrefix(err.Error(), "json: ")
		}
	}
}

// The largest block of YAML that is parsed, in bytes and in keys: parsers are slow on what is made to be.
const (
	maxYAMLBlock = 32 << 10
	maxYAMLKeys  = 1000
)

// yamlError is the place in a block and what is wrong there; first is the line of the file on which the block begins.
func yamlError(text string, first int) (line, col int, msg, fix string) {
	if strings.Contains(text, "{{") || strings.Contains(text, "{%") || shortened(text) {
		return 0, 0, "", ""
	}
	if _, much := (bounds{"the block", maxYAMLBlock, maxYAMLKeys}).exceeded([]byte(text)); much != "" {
		return 0, 0, "", ""
	}
	defer func() {
		if fault := recover(); fault != nil {
			line, col, msg, fix = 1, 1, fmt.Sprint("the parser fails on it: ", fault), "please report it"
		}
	}()
	_, err := yamlparser.ParseBytes(bytes.ReplaceAll([]byte(text), []byte("\r\n"), []byte("\n")), 0)
	if err == nil {
		return 0, 0, "", ""
	}
	line, col, msg, fix = (&decoder{line: first}).syntax(err)
	return line, col, msg, cmp.Or(fix, "mend it, or name the block text if it is none")
}
