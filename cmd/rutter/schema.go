package main

import "rutter/content"

type schemaCmd struct {
	Of string `arg:"" enum:"page,portal,queries" default:"page" help:"Front matter of a page, portal.yaml or queries.yaml: page, portal or queries."`
}

// Run prints a JSON Schema for editors.
func (c *schemaCmd) Run(out *streams) error {
	_, err := out.Out.Write(content.Schema(c.Of))
	return err
}
