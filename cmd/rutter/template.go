package main

import "embed"

//go:embed template
var templates embed.FS

type templateCmd struct {
	For string `arg:"" enum:"github,gitlab,pre-commit" help:"What it is for: github, gitlab or pre-commit."`
}

// Run prints a workflow, a job or a hook that checks the content; its first lines say where to save it.
func (c *templateCmd) Run(out *streams) error {
	name := map[string]string{"github": "github.yml", "gitlab": "gitlab.yml", "pre-commit": "pre-commit"}[c.For]
	text, err := templates.ReadFile("template/" + name)
	if err != nil {
		return err
	}
	_, err = out.Out.Write(text)
	return err
}
