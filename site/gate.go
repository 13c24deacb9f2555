package site

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"rutter/content"
	"rutter/content/diag"
	"rutter/search"
	"rutter/site/edition"
)

// gate asks a new edition what readers will ask first: the home page, changed pages, and a search that must find
// something. It uses the handlers' own code, and keeps the pages it rendered for the readers to come.
func (s *Server) gate(ctx context.Context, e *edition.Edition, changed []*content.Doc) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	r := &request{
		Request: (&http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}, Header: http.Header{}}).WithContext(ctx),
		edition: e, view: e.Snapshot.For(content.Viewer{}),
	}
	if _, err := s.homeProps(r); err != nil {
		return fmt.Errorf("the home page: %w", err)
	}
	if err := s.questions(ctx, e); err != nil {
		return err
	}
	rendered := map[*content.Doc]*representation{}
	for _, d := range changed {
		if d = r.view.Doc(d.Path); d == nil {
			continue // not for everyone
		}
		body, err := s.renderPage(r, d)
		switch {
		case err == nil:
			rendered[d] = pageOfHTML(body, s.pageCaching())
		case !errors.Is(err, content.ErrChanged):
			return fmt.Errorf("%s: %w", d.Path, err)
		}
		if err := s.finds(ctx, e, d); err != nil {
			return err
		}
	}
	for d, rep := range rendered {
		deps := ""
		if !s.o.Authors { // whose page that hears of the change asks for it at once
			deps = s.dependencies(r, d)
		}
		s.cache.put(s.pageKey(r, d), rep, deps, e.Seq)
	}
	return nil
}

// finds asks the index for a page by its title, which is text and no query, whatever it looks like.
func (s *Server) finds(ctx context.Context, e *edition.Edition, d *content.Doc) error {
	if e.Index == nil {
		return nil
	}
	res, err := e.Index.Search(ctx, content.Viewer{}, search.Plain(d.Title))
	if err != nil {
		return fmt.Errorf("a search: %w", err)
	}
	if res.Total == 0 && res.Terms > 0 {
		return fmt.Errorf("a search for the title of %s finds nothing", d.Path)
	}
	return nil
}

// maxQuestions is how many declared queries a gate asks; the command line asks all.
const maxQuestions = 200

// questions asks what queries.yaml declares. A page that is no longer found holds the edition back only when readers
// of the current one find it: what never worked is a problem for authors and no reason to keep everything else back.
func (s *Server) questions(ctx context.Context, e *edition.Edition) error {
	everyone := e.Snapshot.For(content.Viewer{})
	var asked []content.Question
	for _, q := range e.Snapshot.Questions() {
		if everyone.Doc(q.Page) != nil { // one that was withdrawn must not stay for being asked for
			asked = append(asked, q)
		}
	}
	if e.Index == nil || len(asked) == 0 {
		return nil
	}
	asked = asked[:min(len(asked), maxQuestions)]
	missed, err := search.Unanswered(ctx, e.Index, asked)
	if err != nil || len(missed) == 0 {
		return err
	}
	now := s.publisher.Acquire()
	if now == nil {
		return nil
	}
	defer now.Release()
	if now.Index == nil {
		return nil
	}
	before, err := search.Unanswered(ctx, now.Index, asked)
	if err != nil {
		return err
	}
	for _, p := range missed {
		if !slices.ContainsFunc(before, func(b diag.Problem) bool { return b.Line == p.Line }) {
			return errors.New(p.String())
		}
	}
	return nil
}
