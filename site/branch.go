package site

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"rutter/content"
	"rutter/content/source"
	"rutter/site/view"
)

// maxBranches is how many branches are listed, those that changed last.
const maxBranches = 500

// branches lists the branches that can be previewed.
func (s *Server) branches(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	ctx, cancel := context.WithTimeout(r.Context(), previewWithin)
	defer cancel()
	all, err := s.remote.Branches(ctx)
	if err != nil {
		return err
	}
	p := view.BranchesPage{Frame: s.frameOf(r, "Branches"), Asked: strings.Trim(strings.TrimPrefix(r.URL.Path, previewPrefix), "/")}
	p.NoIndex = true
	live := r.edition.Snapshot.Served()
	p.More = max(0, len(all)-maxBranches)
	for _, b := range all[:len(all)-p.More] {
		row := view.BranchRow{
			Name: b.Name, URL: escape(previewPrefix + b.Name + previewHome), Revision: shortRevision(b.Revision), Live: b.Revision == live,
		}
		row.Time, row.Date = moment(b.Time)
		p.Branches = append(p.Branches, row)
	}
	body, err := render(r.Context(), view.BranchesView(p))
	if err != nil {
		return err
	}
	status := http.StatusOK
	if p.Asked != "" {
		status = http.StatusNotFound
	}
	represent(body, typeHTML, cacheNever, varyEncoding).write(w, r.Request, status)
	return nil
}

// compared is what a branch changes, as far as the reader may see it.
func (s *Server) compared(r *request) (base string, changes []source.FileChange, err error) {
	ctx, cancel := context.WithTimeout(r.Context(), differenceWithin)
	defer cancel()
	live := s.publisher.Acquire()
	if live == nil || r.edition == nil {
		return "", nil, errStarting
	}
	defer live.Release()
	base, changes, err = s.remote.Compare(ctx, live.Snapshot.Served(), r.edition.Snapshot.Served())
	if err != nil {
		return "", nil, err
	}
	now := live.Snapshot.For(s.viewerOf(r.Request))
	changes = slices.DeleteFunc(changes, func(c source.FileChange) bool {
		if c.New == "" {
			return !shows(now, c.Old)
		}
		return !shows(r.view, c.New)
	})
	for i, c := range changes { // nor does a page tell the name that it had as one that the reader may not see
		if c.Old != c.New && c.New != "" && !shows(now, c.Old) {
			changes[i].Old, changes[i].Was = "", ""
		}
	}
	return base, changes, nil
}

// shows tells whether a page, or a file beside pages, is there for a viewer.
func shows(v content.View, path string) bool {
	if content.IsPage(path) {
		return v.Doc(path) != nil
	}
	_, ok := v.File(path)
	return ok
}

// branchChanges lists the pages that a branch changes. The request is of the branch's own portal.
func (s *Server) branchChanges(own *Server, w http.ResponseWriter, r *request, b source.Branch) error {
	base, changes, err := s.compared(r)
	if err != nil {
		return err
	}
	p := view.BranchPage{
		Frame: own.frameOf(r, "Preview of "+b.Name), Name: b.Name, Revision: shortRevision(b.Revision), Base: shortRevision(base),
	}
	p.Time, p.Date = moment(b.Time)
	p.NoIndex, p.Frame.Live, p.Frame.Bar = true, "", nil
	p.Frame.Preview.Live = "/"
	for _, c := range changes {
		row := view.BranchChange{Path: c.New, Status: "changed"}
		switch {
		case c.Old == "":
			row.Status = "added"
		case c.New == "":
			row.Path, row.Status = c.Old, "removed"
		case c.Old != c.New:
			row.Status = "renamed from " + c.Old
		}
		if d := r.view.Doc(c.New); d != nil {
			row.Title, row.URL = d.Title, d.URL
		}
		if content.IsPage(row.Path) && (c.Was != c.Is || c.Old != c.New) {
			row.Difference = previewHome + "/" + escape(row.Path)
			p.Pages = append(p.Pages, row)
		} else {
			p.Files = append(p.Files, row)
		}
	}
	body, err := render(r.Context(), view.BranchView(p))
	if err != nil {
		return err
	}
	represent(body, typeHTML, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// branchDifference shows what a branch changes in one page.
func (s *Server) branchDifference(own *Server, w http.ResponseWriter, r *request, b source.Branch, path string) error {
	base, changes, err := s.compared(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(changes, func(c source.FileChange) bool { return c.New == path || c.New == "" && c.Old == path })
	if i < 0 || !content.IsPage(path) {
		return errNotFound
	}
	ctx, cancel := context.WithTimeout(r.Context(), differenceWithin)
	defer cancel()
	done, err := s.compareTurn(ctx, r) // of the live portal: one bound for it and all previews
	if err != nil {
		return err
	}
	defer done()
	var was, is []byte
	if changes[i].Was != "" {
		was, err = s.version(ctx, changes[i].Was)
	}
	if err == nil && changes[i].Is != "" {
		is, err = s.version(ctx, changes[i].Is)
	}
	if errors.Is(err, source.ErrTooLarge) {
		return errTooLarge
	}
	if err != nil {
		return err
	}
	diff, err := r.view.Difference(path, was, is)
	if errors.Is(err, fs.ErrNotExist) {
		return errNotFound
	}
	if err != nil {
		return err
	}
	p := differencePage(diff)
	title := path
	if d := r.view.Doc(path); d != nil {
		title = d.Title
	}
	p.Frame, p.Heading = own.frameOf(r, "What changes: "+title), "What changes: "+title
	p.Frame.Changes, p.Frame.NoIndex, p.Frame.Live, p.Frame.Bar = true, true, "", nil
	p.Frame.Preview.Live = "/"
	p.Crumbs = []view.Link{{Label: "Home", URL: "/"}, {Label: "Preview of " + b.Name, URL: previewHome}}
	if was != nil {
		p.From = &view.Change{Subject: "where the branch began", Revision: shortRevision(base)}
	}
	if is != nil {
		p.To = &view.Change{Subject: b.Name, Revision: shortRevision(b.Revision)}
		p.To.Time, p.To.Date = moment(b.Time)
	}
	body, err := render(r.Context(), view.DifferenceView(p))
	if err != nil {
		return err
	}
	represent(body, typeHTML, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}
