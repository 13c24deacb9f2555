package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/alecthomas/kong"
)

// Exit codes, as `rutter --help` documents them.
const (
	exitOK      = 0
	exitProblem = 1 // at least one error in the content
	exitUsage   = 2
	exitIO      = 3 // a file, folder, address or index cannot be used
)

type cli struct {
	Serve      serveCmd      `cmd:"" help:"Serve a content folder, or the library in the binary."`
	New        newCmd        `cmd:"" help:"Write a page with its front matter and headings in place."`
	Mv         mvCmd         `cmd:"" help:"Move a page, a folder or a file, and every link with it."`
	Check      checkCmd      `cmd:"" help:"Print every problem an author can mend."`
	Coverage   coverageCmd   `cmd:"" help:"Print which alerts of Prometheus rules have a page, and which runbook addresses are dead."`
	Owners     ownersCmd     `cmd:"" help:"Print who answers for which pages, and what waits for them."`
	Rollback   rollbackCmd   `cmd:"" help:"Have a portal serve an earlier revision of its repository."`
	Audit      auditCmd      `cmd:"" help:"Verify the trail of what a portal published, and print its newest entries."`
	Search     searchCmd     `cmd:"" help:"Search a folder, the library in the binary, or a running portal."`
	Export     exportCmd     `cmd:"" help:"Write a portal as files that any web server serves, with a search in the page."`
	Schema     schemaCmd     `cmd:"" help:"Print the JSON Schema of front matter, for editors."`
	Template   templateCmd   `cmd:"" help:"Print a workflow or a hook that checks the content."`
	Completion completionCmd `cmd:"" help:"Print completion for bash, zsh or fish."`
	Version    versionCmd    `cmd:"" help:"Print what was built, and from which revision."`
}

// streams are where a command writes: results to Out, everything else to Err.
type streams struct {
	Out, Err io.Writer
}

// exit is an error that carries an exit code. Its text, when it has one, is for the person at the terminal.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

const description = `Rutter serves a folder of Markdown as an ops knowledge portal: every page searchable, every change live.

Every flag can also be set in the environment as RUTTER_NAME (--addr as RUTTER_ADDR). Exit codes: 0 fine, 1 at least one error in the content, 2 wrong usage, 3 a file, folder or address cannot be used.`

func run(args []string, stdout, stderr io.Writer) int {
	var c cli
	ended := -1
	parser, err := kong.New(&c,
		kong.Name("rutter"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.DefaultEnvars("RUTTER"), kong.UsageOnError(),
		kong.Exit(func(code int) { ended = code }),
		kong.Bind(&streams{stdout, stderr}),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "rutter:", err)
		return exitUsage
	}
	if slices.Contains(args, "") { // a variable of a script that is not set; serving the library instead would hide it
		_, _ = fmt.Fprintln(stderr, "rutter: an argument is empty")
		return exitUsage
	}
	ctx, err := parse(parser, args, &ended)
	if ended >= 0 {
		return ended
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "rutter:", err)
		_, _ = fmt.Fprintln(stderr, "See rutter --help.")
		return exitUsage
	}
	err = ctx.Run()
	var e *exit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &e):
	default:
		e = &exit{exitIO, err}
	}
	if msg := e.Error(); msg != "" {
		_, _ = fmt.Fprintln(stderr, "rutter:", msg)
	}
	return e.code
}

// parse stops where --help has answered: kong goes on parsing after its exit function returns.
func parse(p *kong.Kong, args []string, ended *int) (ctx *kong.Context, err error) {
	defer func() {
		if r := recover(); r != nil && *ended < 0 {
			panic(r)
		}
	}()
	return p.Parse(args)
}

// folder explains what is wrong with a content folder in words of the person who named it.
func folder(dir string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &exit{exitIO, fmt.Errorf("there is no folder %s", dir)}
	case errors.Is(err, fs.ErrPermission):
		return &exit{exitIO, fmt.Errorf("the folder %s may not be read", dir)}
	case errors.Is(err, os.ErrInvalid):
		return &exit{exitIO, fmt.Errorf("%s is not a folder", dir)}
	}
	return &exit{exitIO, err}
}
