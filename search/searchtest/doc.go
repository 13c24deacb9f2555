// Package searchtest is what any search.Index must pass: a conformance suite ([TestIndex]) and a small corpus with
// questions by which rankings are compared ([Ranking]).
package searchtest
