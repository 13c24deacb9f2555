// Package search is the vocabulary of searching: what is asked (Query), what comes back (Results), and the Index
// that answers. It knows no index engine.
//
// [Parse] reads what somebody typed, in a small language (language.go) or as a pasted log (paste.go); [Answer] asks an
// Index and widens a query that was narrowed to nothing.
//
// Every search is made by a [content.Viewer]: pages they may not see are neither found nor counted.
package search
