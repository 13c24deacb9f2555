// Package bleve is the search index on disk: one live Bleve index, updated page by page, and generations of it
// that never change.
//
// # Shape
//
// Pages are indexed and ranked, not sections: the sections of the ten best pages are picked afterwards from one
// stored field (snippet.go). Six fields are searched (analyze.go): title, headings, body words, whole identifiers,
// title trigrams, body bigrams. Ranking is BM25 with each field's true mean length (score.go), computed in a loop
// of our own over Bleve's postings, in which pages the viewer may not see are left out and facets are counted
// (collect.go): Bleve's own search takes three times as long and counts lengths wrongly. Bleve's scorer over the
// same reader is the oracle of the tests. Names are found by their letters and digits alone, cut off or misspelt
// (name.go); the best pages are read again for a line or phrase that stands together in them (line.go). A word that
// no page has is looked up among those that are spelt much like it (suggest.go).
//
// # Generations
//
// A [Store] is written by one goroutine. After a batch it hands out a [Generation]: a reader held open, over which
// searches see exactly the pages of that moment, whatever is written later. It is closed by its last user.
//
// # When things go wrong
//
// Nothing is believed of what lies on disk: checksums are compared before the engine sees a file (inspect.go), and a
// panic or memory fault over damaged files becomes [ErrUnusable]. Errors of the engine's own goroutines, a full disk
// among them, reach the caller, and nobody waits for a goroutine that has died (engine.go).
//
// It is the only package that uses Bleve, and pins it: the postings it reads are exported but not promised.
package bleve
