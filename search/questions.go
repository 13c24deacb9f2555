package search

import (
	"context"
	"fmt"
	"strconv"

	"rutter/content"
	"rutter/content/diag"
)

// Unanswered asks x every question and returns those whose page is not found within their rank, as problems of
// queries.yaml. Questions are asked as everyone would.
func Unanswered(ctx context.Context, x Index, questions []content.Question) ([]diag.Problem, error) {
	var out []diag.Problem
	for _, q := range questions {
		rank, err := Rank(ctx, x, q.Query, q.Page)
		if err != nil {
			return out, err
		}
		if rank > 0 && rank <= q.Within {
			continue
		}
		p := diag.Problem{
			File: "queries.yaml", Line: q.Line, Rule: "query-regression",
			Text: fmt.Sprintf("%q does not find %s", q.Query, q.Page), Fix: "see what its title, headings and errors: say, or whether the page is there",
		}
		if rank > 0 {
			p.Text += " within the first " + strconv.Itoa(q.Within) + ", it is at " + strconv.Itoa(rank)
		}
		out = append(out, p)
	}
	return out, nil
}

// Rank is the place of a page among the hits for a query, from 1; 0 where it is not among the first hundred. Of the
// versions of a page any will do.
func Rank(ctx context.Context, x Index, query, page string) (int, error) {
	var v content.Viewer
	q := Parse(query, func(facet string) []string { return x.Values(v, facet) })
	q.Limit = MaxLimit
	res, err := Answer(ctx, x, v, q)
	if err != nil {
		return 0, err
	}
	for i, h := range res.Hits {
		if h.Path == page {
			return i + 1, nil
		}
		for _, o := range h.Versions {
			if o.Path == page {
				return i + 1, nil
			}
		}
	}
	return 0, nil
}
