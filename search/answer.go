package search

import (
	"context"

	"rutter/content"
)

// Answer asks x. Where filters, an excluded word or a phrase leave nothing, the words alone are searched, and a notice
// says so: somebody who narrowed too much is better off with an answer.
func Answer(ctx context.Context, x Index, v content.Viewer, q Query) (Results, error) {
	res, err := x.Search(ctx, v, q)
	if err != nil || res.Total > 0 || !q.Exact && len(q.Without) == 0 && len(q.Filters) == 0 {
		return res, err
	}
	wide := q
	wide.Exact, wide.Without, wide.Filters, wide.Phrases = false, nil, nil, nil
	if wide.Text == "" {
		return res, nil
	}
	again, err := x.Search(ctx, v, wide)
	if err != nil || again.Total == 0 {
		return res, err
	}
	again.Widened = true
	switch {
	case len(q.Filters) > 0:
		again.Notices = append(again.Notices, "Nothing answers within the chosen filters, so all pages were searched.")
	case q.Exact:
		again.Notices = append(again.Notices, "No page has exactly “"+shorten(q.Text)+"”, so its words were searched.")
	default:
		again.Notices = append(again.Notices, "Every answer has the word “"+shorten(q.Without[0])+"”, so it was not left out.")
	}
	return again, nil
}
