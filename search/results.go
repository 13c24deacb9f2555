package search

import (
	"context"
	"errors"
	"html"
	"strings"

	"rutter/content"
)

// ErrBuilding is returned while the very first index is being built: there is nothing complete to search yet.
var ErrBuilding = errors.New("search: the index is being built")

// Index answers queries over the pages of one snapshot. It is immutable and safe for concurrent use.
type Index interface {
	// Search returns the best pages for q that v may see. It fails with ctx's error when ctx ends, and with any
	// other error only when the index itself is damaged.
	Search(ctx context.Context, v content.Viewer, q Query) (Results, error)
	// Values returns the values that a facet has on pages v may see, sorted; nil for a name that is no facet.
	Values(v content.Viewer, facet string) []string
	// Lookup returns the place that has a name: a page by its title or one of its other names (alerts, errors), or
	// a section by its heading. Letter case, spaces and punctuation do not matter; where nothing has the name, one
	// that differs in one letter is taken (see Place.Near). ok is false where nothing has.
	Lookup(ctx context.Context, v content.Viewer, name string) (p Place, ok bool, err error)
}

// Place is a page or a section of it.
type Place struct {
	Path    string // of the page's file
	Section string // anchor, "" for the page
	Near    bool   // its name is not quite the one asked for
}

// Results is the answer to a query.
type Results struct {
	Terms      int     // different words of the query that were looked for; 0 means it held none
	Total      int     // pages that answer the query, see Hit.Score
	Hits       []Hit   // the wanted part of them, best first
	Facets     []Facet // over all of Total, before the filters on the facet itself
	Suggestion string  // a better spelling of the whole query, of words that pages the viewer may see have, or ""
	Confidence float64 // 0 to 1: the share of the weight of the query's words and identifiers that the first hit has, see Confident; half at least where its own name stands in a pasted text; 1 where nothing was asked but filters
	Widened    bool    // nothing answered the query as it was, see Answer
	Notices    []string
}

// Confident is the confidence from which an answer to a pasted text is more likely right than by chance. Words weigh
// by how few pages have them (their BM25 idf); one that no page has weighs most.
const Confident = 0.5

// Hit is one page.
type Hit struct {
	Path     string    // of the page's file
	Versions []Version // of the page that answer, this one included, the newest first; nil where there is one only
	Score    float64   // BM25 over all fields, comparable within one answer only; a page counts that has a fixed share of the best page's score, or of its words
	Sections []Section
}

// Version is one of the pages that say the same of different versions of a product.
type Version struct {
	Name string // for instance v26.1
	Path string // of the page's file
}

// Section is a place in a page that answers the query.
type Section struct {
	ID      string // anchor, "" for the top of the page
	Heading string // "" for the top of the page
	Snippet Snippet
}

// Facet counts the found pages by one property.
type Facet struct {
	Name   string // one of FacetNames
	Values []FacetCount
}

// FacetCount is a value of a facet with the number of pages found that have it.
type FacetCount struct {
	Value    string
	Count    int
	Selected bool
}

// Snippet is a piece of plain text in which matched words are marked.
type Snippet []Span

// Span is a run of text.
type Span struct {
	Text   string
	Marked bool
}

// HTML escapes the snippet; mark is the only element in it.
func (s Snippet) HTML() string {
	var b strings.Builder
	for _, p := range s {
		if p.Marked {
			b.WriteString("<mark>" + html.EscapeString(p.Text) + "</mark>")
		} else {
			b.WriteString(html.EscapeString(p.Text))
		}
	}
	return b.String()
}

// String is the text without marks.
func (s Snippet) String() string {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.Text)
	}
	return b.String()
}
