package site

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"rutter/content"
	"rutter/content/source"
	"rutter/site/view"
)

// changesPath leads to what changed a page: the page's key follows.
const changesPath = "/-/changes/"

// Blobs reads files as a repository has them.
type Blobs interface {
	// Blob returns the bytes of the file with an object name.
	Blob(ctx context.Context, name string) ([]byte, error)
}

const (
	differenceWithin = 5 * time.Second // for waiting for a turn, and reading the versions of a page
	maxDifferences   = 2               // made at once: two versions of a page of a megabyte, as trees, take hundreds of them
)

func changesURL(d *content.Doc) string { return changesPath + strings.TrimPrefix(d.URL, "/") }

// changes lists the changes of a page, or with at=REVISION shows what that one changed.
func (s *Server) changes(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	d := r.view.At(strings.TrimPrefix(r.URL.Path, changesPath))
	if d == nil {
		return s.lost(w, r)
	}
	all, err := s.changesOf(r, d)
	if err != nil {
		return err
	}
	if at := r.URL.Query().Get("at"); at != "" {
		i := slices.IndexFunc(all, func(c content.Change) bool { return c.Revision == at })
		if i < 0 || s.o.Blobs == nil {
			return s.lost(w, r)
		}
		return s.difference(w, r, d, all, i)
	}
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	if n > pagesOf(len(all)) {
		return s.lost(w, r)
	}
	p := view.ChangesPage{
		Frame: s.frameOf(r, "Changes: "+d.Title), Heading: "Changes of this page", Lead: d.Title,
		Crumbs: append(crumbsOf(r.view.Trail(d.Parent())), view.Link{Label: d.Title, URL: d.URL}),
		Pager:  pagerOf(n, pagesOf(len(all)), changesURL(d), nil),
	}
	p.Frame.Changes, p.Frame.NoIndex = true, true
	from := min((n-1)*perPage, len(all))
	for i := range all[from:min(from+perPage, len(all))] {
		p.Changes = append(p.Changes, s.changeOf(d, all, from+i))
	}
	body, err := render(r.Context(), view.ChangesView(p))
	if err != nil {
		return err
	}
	represent(body, typeHTML, s.pageCaching(), varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// changesOf are the changes that a reader may hear of, newest first: those that made a version of the page which is for them.
// A version for others is not there, nor is what was said of it, nor the name that it had.
func (s *Server) changesOf(r *request, d *content.Doc) ([]content.Change, error) {
	all := r.view.Changes(d)
	if s.o.Blobs == nil { // nor are there versions that could be told apart
		return all, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), differenceWithin)
	defer cancel()
	out := make([]content.Change, 0, len(all))
	for _, c := range all {
		may, err := s.versions.may(c.Blob, r.viewer, func() (bool, error) {
			raw, err := s.o.Blobs.Blob(ctx, c.Blob)
			if errors.Is(err, source.ErrTooLarge) {
				return false, nil
			}
			return err == nil && r.view.SeesVersion(c.Path, raw), err
		})
		switch {
		case err != nil:
			return nil, fmt.Errorf("a version of %s: %w", d.Path, err)
		case may:
			out = append(out, c)
		case len(out) > 0:
			out[len(out)-1].From = ""
		}
	}
	return out, nil
}

// versions remembers who may see which versions of pages: their bytes do not change. Safe for concurrent use.
type versions struct {
	mu    sync.Mutex
	known map[versionKey]bool
}

type versionKey struct {
	blob   string
	viewer content.Viewer
}

const maxVersions = 50_000 // that are remembered

// may asks look where it does not know. No version without a name may be seen.
func (v *versions) may(blob string, viewer content.Viewer, look func() (bool, error)) (bool, error) {
	if blob == "" {
		return false, nil
	}
	key := versionKey{blob, viewer}
	v.mu.Lock()
	may, known := v.known[key]
	v.mu.Unlock()
	if known {
		return may, nil
	}
	may, err := look()
	if err != nil {
		return false, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == nil || len(v.known) >= maxVersions {
		v.known = map[versionKey]bool{}
	}
	v.known[key] = may
	return may, nil
}

// moment is a time for programs, and for people.
func moment(t time.Time) (machine, shown string) {
	return t.UTC().Format(time.RFC3339), t.UTC().Format("2006-01-02 15:04 UTC")
}

// shortRevision is how a revision is named to people.
func shortRevision(rev string) string { return rev[:min(len(rev), 12)] }

// changeOf is a change as it is shown.
func (s *Server) changeOf(d *content.Doc, all []content.Change, i int) view.Change {
	c := all[i]
	out := view.Change{
		Subject: c.Subject, Author: c.Author, Revision: c.Revision,
	}
	out.Time, out.Date = moment(c.Time)
	switch {
	case c.Added:
		out.Note = "added"
	case c.From != "" && c.From != c.Path:
		out.Note = "renamed from " + c.From
	}
	if len(c.ReviewedBy) > 0 {
		out.Note = strings.TrimPrefix(out.Note+", reviewed by "+strings.Join(c.ReviewedBy, ", "), ", ")
	}
	if s.o.Blobs != nil && c.Blob != "" && (c.Added || i+1 < len(all)) {
		out.URL = changesURL(d) + "?" + url.Values{"at": {c.Revision}}.Encode()
	}
	return out
}

// difference shows what the change i of a page changed.
func (s *Server) difference(w http.ResponseWriter, r *request, d *content.Doc, all []content.Change, i int) error {
	rep, err := s.differenceOf(r, d, all, i)
	if errors.Is(err, fs.ErrNotExist) {
		return s.lost(w, r)
	}
	if err != nil {
		return err
	}
	rep.write(w, r.Request, http.StatusOK) // whoever reads slowly keeps nobody waiting
	return nil
}

// differenceOf is what the change i of a page changed, fs.ErrNotExist where that cannot be known or is not for the viewer.
func (s *Server) differenceOf(r *request, d *content.Doc, all []content.Change, i int) (*representation, error) {
	ctx, cancel := context.WithTimeout(r.Context(), differenceWithin)
	defer cancel()
	done, err := s.compareTurn(ctx, r)
	if err != nil {
		return nil, err
	}
	defer done()
	now, err := s.version(ctx, all[i].Blob)
	var old []byte
	var from *view.Change
	if err == nil && !all[i].Added {
		if i+1 == len(all) { // the clone ends here
			return nil, fs.ErrNotExist
		}
		if old, err = s.version(ctx, all[i+1].Blob); err == nil {
			c := s.changeOf(d, all, i+1)
			from = &c
		}
	}
	if err != nil {
		return nil, fmt.Errorf("a version of %s: %w", d.Path, err)
	}
	diff, err := r.view.Difference(d.Path, old, now)
	if err != nil {
		return nil, err
	}
	to := s.changeOf(d, all, i)
	p := differencePage(diff)
	p.Frame, p.Heading, p.From, p.To = s.frameOf(r, "What changed: "+d.Title), "What changed: "+d.Title, from, &to
	p.Crumbs = append(crumbsOf(r.view.Trail(d.Parent())), view.Link{Label: d.Title, URL: d.URL}, view.Link{Label: "Changes", URL: changesURL(d)})
	p.Frame.Changes, p.Frame.NoIndex = true, true
	if i+1 < len(all) {
		if c := s.changeOf(d, all, i+1); c.URL != "" {
			p.Older = &view.Link{Label: c.Subject, URL: c.URL}
		}
	}
	if i > 0 {
		if c := s.changeOf(d, all, i-1); c.URL != "" {
			p.Newer = &view.Link{Label: c.Subject, URL: c.URL}
		}
	}
	body, err := render(r.Context(), view.DifferenceView(p))
	if err != nil {
		return nil, err
	}
	return represent(body, typeHTML, s.pageCaching(), varyEncoding), nil
}

// compareTurn waits for a turn to compare versions, until ctx ends; done gives it back.
func (s *Server) compareTurn(ctx context.Context, r *request) (done func(), err error) {
	select {
	case s.differences <- struct{}{}:
		return func() { <-s.differences }, nil
	case <-ctx.Done():
		if r.Context().Err() != nil {
			return nil, ctx.Err()
		}
		return nil, errCompare
	}
}

// version is a file by its object name, never nil: nil stands for no file.
func (s *Server) version(ctx context.Context, blob string) ([]byte, error) {
	raw, err := s.o.Blobs.Blob(ctx, blob)
	if raw == nil && err == nil {
		raw = []byte{}
	}
	return raw, err
}

// differencePage is a difference as it is shown, without what stands around it.
func differencePage(d content.Difference) view.DifferencePage {
	p := view.DifferencePage{Stats: d.Stats, Body: string(d.Body), AsText: d.Body == nil && len(d.Stats) == 0 && len(d.Source) > 0, Source: d.Source}
	for _, f := range d.Fields {
		p.Fields = append(p.Fields, view.FieldRow{Label: view.FieldWord(f.Key), Old: f.Old, New: f.New})
	}
	return p
}
