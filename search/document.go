package search

import "rutter/content"

// Document is what an index is told of one page.
type Document struct {
	Path     string
	Title    string
	Names    []string // further names: the body's own heading, alerts, errors
	Kind     string
	Products []string
	Versions []string // of the products, as facet values
	Phases   []string
	Tags     []string
	Lang     string   // BCP 47; "" is English
	Series   string   // the same for all versions of one page; "" for a page there is one version of
	Version  string   // which of them this is
	Audience []string // never empty: content.Everyone where nobody is named
	Sections []Part
	Record   []byte // handed back as it is by the next run
}

// Part is a section of a page as it is indexed.
type Part struct {
	ID, Heading, Text string
}

// NewDocument returns what an index is told of a page of a snapshot.
func NewDocument(s *content.Snapshot, d *content.Doc) (Document, error) {
	sections, err := d.Sections()
	if err != nil {
		return Document{}, err
	}
	out := Document{
		Path:     d.Path,
		Title:    d.Title,
		Kind:     string(d.Kind),
		Products: d.Meta.Products(),
		Tags:     d.Meta.Tags,
		Lang:     s.Lang(d),
		Audience: d.Meta.Audience,
		Sections: make([]Part, 0, len(sections)+1),
		Record:   s.Record(d),
	}
	out.Series, out.Version = d.Version()
	if out.Version != "" {
		out.Versions = []string{out.Version}
	}
	for _, p := range d.Meta.Phases {
		out.Phases = append(out.Phases, string(p))
	}
	if d.Name != "" {
		out.Names = append(out.Names, d.Name)
	}
	out.Names = append(out.Names, d.Meta.Alerts...)
	out.Names = append(out.Names, d.Meta.Errors...)
	if len(out.Audience) == 0 {
		out.Audience = []string{content.Everyone}
	}
	if !s.Reachable(d) {
		out.Audience = []string{content.Nobody}
	}
	for i, p := range sections {
		if i == 0 && d.Meta.Summary != "" {
			if p.ID != "" {
				out.Sections = append(out.Sections, Part{Text: d.Meta.Summary})
			} else {
				p.Text = d.Meta.Summary + "\n" + p.Text
			}
		}
		out.Sections = append(out.Sections, Part{ID: p.ID, Heading: p.Heading, Text: p.Text})
	}
	return out, nil
}
