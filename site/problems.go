package site

import (
	"net/http"

	"rutter/content/diag"
	"rutter/site/view"
)

// maxProblems is how many problems the page shows; the command line shows all.
const maxProblems = 500

// problems lists what authors can mend.
func (s *Server) problems(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	all := r.edition.Snapshot.Problems()
	p := view.ProblemsPage{
		Edition: r.edition.ID, Pages: r.edition.Snapshot.Len(), Troubles: s.publisher.Troubles(), Coverage: s.o.Rules != nil,
	}
	p.Frame = s.frameOf(r, "Problems, for authors")
	p.Frame.Bar, p.Frame.NoIndex, p.Frame.Authors = nil, true, true
	p.Branches = s.previews != nil
	p.Errors, p.Warnings, p.Notes = diag.Count(all)
	for _, x := range all[:min(len(all), maxProblems)] {
		if n := len(p.Files); n == 0 || p.Files[n-1].File != x.File {
			f := view.ProblemFile{File: x.File}
			if d := r.view.Doc(x.File); d != nil {
				f.URL = d.URL
			}
			p.Files = append(p.Files, f)
		}
		last := &p.Files[len(p.Files)-1]
		last.Problems = append(last.Problems, x)
		p.Shown++
	}
	body, err := render(r.Context(), view.ProblemsView(p))
	if err != nil {
		return err
	}
	represent(body, typeHTML, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}
