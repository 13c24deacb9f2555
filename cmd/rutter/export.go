package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"rutter/content"
	"rutter/content/source"
	"rutter/site"
	"rutter/site/export"
)

type exportCmd struct {
	Dir     string `arg:"" help:"Content folder; - is the library in the binary."`
	Out     string `arg:"" help:"Folder to write to. It is made, and must be empty or hold an earlier export."`
	BaseURL string `name:"base-url" help:"Where the files will be served, for the sitemap and for the page that is shown where nothing is: https://portal.example.org/docs."`
}

// Run writes the portal as files that any web server serves.
func (c *exportCmd) Run(out *streams) error {
	if c.Dir != "-" && (within(c.Out, c.Dir) || within(c.Dir, c.Out)) {
		return &exit{exitUsage, fmt.Errorf("%s and %s lie in each other: name a folder outside the content", c.Out, c.Dir)}
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	log := slog.New(slog.NewTextHandler(out.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	o := site.Options{Unasked: true, Version: buildVersion().Version, Now: time.Now, Log: log, BaseURL: c.BaseURL}
	if c.Dir == "-" {
		o.Source, o.History = library{}, content.LibraryHistory()
	} else {
		f, err := source.OpenFolder(c.Dir, time.Now)
		if err != nil {
			return folder(c.Dir, err)
		}
		o.Source, o.Git = f, f.GitOf()
	}
	s, err := site.New(o)
	if err != nil {
		return err
	}
	p, err := s.Export(ctx)
	var written export.Written
	if err == nil {
		written, err = export.Write(ctx, p, c.Out)
	}
	cancelled, done := context.WithCancel(context.Background())
	done()
	_ = s.Stop(cancelled) // the index it was building is nobody's loss
	if errors.Is(err, export.ErrNotEmpty) {
		return &exit{exitUsage, fmt.Errorf("%s: %w", c.Out, err)}
	}
	if err != nil {
		return folder(c.Dir, err)
	}
	for _, l := range written.Left {
		_, _ = fmt.Fprintln(out.Err, "rutter: left out:", l)
	}
	_, _ = fmt.Fprintf(out.Out, "%d pages in %d files in %s\n", len(p.Pages), written.Files, strings.TrimSuffix(c.Out, "/"))
	return nil
}
