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
}

// Results is the answer to a query.
type Results struct {
	Terms      int     // different words of the query that were looked for; 0 means it held none
	Total      int     // pages that answer the query, see Hit.Score
	Hits       []Hit   // the wanted part of them, best first
	Facets     []Facet // over all of Total, before the filters on the facet itself
	Suggestion string  // a better spelling of the whole query, of words that pages the viewer may see have, or ""
	Confidence float64 // 0 to 1: the share of the query's weight found in the first hit
	Notices    []string
}

// Hit is one page.
type Hit struct {
	Path     string  // of the page's file
	Score    float64 // BM25 over all fields, comparable within one answer only; a page counts that has a fixed share of the best page's score, or of its words
	Sections []Section
}

// Section is a place in a page that answers the query.
type Section struct {
	ID      string // anchor, "" for the top of the page
	Heading string // "" for the top of the page
	Snippet Snippet
}

// Facet counts the found pages by one property.
type Facet struct {
	Name   string // kind or product
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

// Document is what an index is told of one page.
type Document struct {
	Path     string
	Title    string
	Names    []string // further names: the body's own heading, aliases, alerts, errors
	Kind     string
	Products []string
	Audience []string // never empty: content.Everyone where nobody is named
	Sections []Part
	Record   []byte // handed back as it is by the next run
}

// Part is a section of a page as it is indexed.
type Part struct {
	ID, Heading, Text string
}
