// Package bleve is the search index on disk: one live Bleve index, updated page by page, and generations of it
// that never change.
//
// # Shape
//
// Pages are indexed and ranked, not sections: the sections of the ten best pages are picked afterwards from one
// stored field (snippet.go). Six fields are searched (analyze.go): title, headings, body words, whole identifiers,
// title trigrams, body bigrams. Ranking is BM25 with each field's true mean length (score.go), computed in a loop
// of our own over Bleve's postings: Bleve's own search takes three times as long and counts lengths wrongly.
// Bleve's Search over the same reader is the oracle of the tests.
//
// # Generations
//
// A [Store] is written by one goroutine. After a batch it hands out a [Generation]: a reader held open, over which
// searches see exactly the pages of that moment, whatever is written later. It is closed by its last user.
//
// It is the only package that uses Bleve, and pins it: the postings it reads are exported but not promised.
package bleve
