package edition

import (
	"rutter/content"
	"rutter/search"
)

// indexed returns what the search index is told of a page.
func indexed(s *content.Snapshot, d *content.Doc) (search.Document, error) {
	sections, err := d.Sections()
	if err != nil {
		return search.Document{}, err
	}
	out := search.Document{
		Path:     d.Path,
		Title:    d.Title,
		Kind:     string(d.Kind),
		Products: d.Meta.Products(),
		Audience: d.Meta.Audience,
		Sections: make([]search.Part, 0, len(sections)+1),
		Record:   s.Record(d),
	}
	if d.Name != "" {
		out.Names = append(out.Names, d.Name)
	}
	out.Names = append(out.Names, d.Meta.Alerts...)
	out.Names = append(out.Names, d.Meta.Errors...)
	if len(out.Audience) == 0 {
		out.Audience = []string{content.Everyone}
	}
	for i, p := range sections {
		if i == 0 && d.Meta.Summary != "" {
			if p.ID != "" {
				out.Sections = append(out.Sections, search.Part{Text: d.Meta.Summary})
			} else {
				p.Text = d.Meta.Summary + "\n" + p.Text
			}
		}
		out.Sections = append(out.Sections, search.Part{ID: p.ID, Heading: p.Heading, Text: p.Text})
	}
	return out, nil
}
