package site

import (
	"rutter/content"
	"rutter/site/view"
)

// bigNumbers is how many results stand large over a story.
const bigNumbers = 3

// storyOf is what a story measured.
func storyOf(d *content.Doc) *view.Story {
	m := d.Meta
	if len(m.Results) == 0 {
		return nil
	}
	s := &view.Story{}
	for _, x := range m.Results {
		s.Results = append(s.Results, view.Result{Measure: x.Measure, Before: x.Before, After: x.After, Measured: x.Measured})
		s.Before = s.Before || x.Before != ""
		s.Measured = s.Measured || x.Measured != ""
		if x.After != "" && len(x.After) <= 16 && len(s.Big) < bigNumbers {
			s.Big = append(s.Big, view.Result{Measure: x.Measure, Before: x.Before, After: x.After})
		}
	}
	return s
}
