package lint

import (
	"slices"

	"rutter/content"
	"rutter/content/diag"
)

// Rules returns the rules for a [content.Builder]. They keep what they learnt of a page for as long as it is in the folder,
// so that a look at the next snapshot costs what changed.
func Rules() content.Rules {
	var s similarity
	return content.Rules{
		Page: page,
		Folder: func(snap *content.Snapshot) []diag.Problem {
			return slices.Concat(duplicateTitles(snap), orphans(snap), s.find(snap))
		},
	}
}

// page asks the rules that need one page alone.
func page(d content.Parsed) []diag.Problem {
	c := &checked{Parsed: d}
	c.headings()
	c.prose()
	c.code()
	c.inputs()
	if d.Kind == content.Playbook {
		c.destructive()
	}
	return c.problems
}

// checked is a page while rules look at it.
type checked struct {
	content.Parsed
	problems []diag.Problem
}

func (c *checked) add(p diag.Problem) {
	p.File = c.Path
	c.problems = append(c.problems, p)
}
