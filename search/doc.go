// Package search is the vocabulary of searching: what is asked (Query), what comes back (Results), and the Index
// that answers. It knows no index engine.
//
// Every search is made by a [content.Viewer]: pages they may not see are neither found nor counted.
package search
