package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"rutter/content"
	"rutter/content/source"
)

type newCmd struct {
	Kind  string `arg:"" enum:"playbook,guide,advisory,story" help:"What the page is for: playbook, guide, advisory or story."`
	Title string `arg:"" help:"Title of the page; the file is named after it."`
	Dir   string `arg:"" default:"." help:"Content folder."`
	In    string `help:"Folder below that of the kind: --in linux." placeholder:"FOLDER"`
}

// Run writes a page with its front matter and headings in place, and prints its path.
func (c *newCmd) Run(out *streams) error {
	f, err := source.OpenFolder(c.Dir, time.Now)
	if err != nil {
		return folder(c.Dir, err)
	}
	d := content.Draft{
		Kind: content.Kind(c.Kind), Title: c.Title, In: c.In,
		Owner: f.Author(context.Background()), Today: content.Date(time.Now().Format(time.DateOnly)),
	}
	name, err := d.Path()
	if err != nil {
		return &exit{exitUsage, err}
	}
	shown := name
	if c.Dir != "." {
		shown = strings.TrimSuffix(c.Dir, "/") + "/" + name
	}
	switch err := f.Create(name, d.Text()); {
	case errors.Is(err, fs.ErrExist):
		return &exit{exitIO, fmt.Errorf("%s exists; choose another title, or --in another folder", path.Clean(shown))}
	case err != nil:
		return &exit{exitIO, err}
	}
	_, err = fmt.Fprintln(out.Out, shown)
	return err
}
