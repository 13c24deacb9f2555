package site

import (
	"net/http"

	"rutter/content/lint"
	"rutter/content/markdown"
	"rutter/site/view"
)

const rulesPath = "/-/rules"

// rules lists the rules of writing.
func (s *Server) rules(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	return s.once(w, r, rulesPath, typeHTML, func() ([]byte, error) {
		p := view.RulesPage{Frame: s.frameOf(r, "Rules of writing")}
		p.NoIndex = true
		for _, x := range lint.All() {
			p.Rules = append(p.Rules, view.RuleLink{ID: x.ID, Title: x.Title, Severity: x.Severity})
		}
		return render(r.Context(), view.RulesView(p))
	})
}

// rule explains one of them.
func (s *Server) rule(id string) handler {
	return func(w http.ResponseWriter, r *request) error {
		x, ok := lint.Find(id)
		if !ok {
			return s.lost(w, r)
		}
		if r.edition == nil {
			return errStarting
		}
		return s.once(w, r, rulesPath+"/"+x.ID, typeHTML, func() ([]byte, error) {
			page, _ := markdown.Parse(id, []byte(x.Markdown()), 1)
			html, err := page.HTML(markdown.HTMLOptions{Resolve: func(dest string, _ bool) (string, bool) { return dest, false }})
			if err != nil {
				return nil, err
			}
			p := view.RulePage{Frame: s.frameOf(r, x.Title), Rule: view.RuleLink{ID: x.ID, Title: x.Title, Severity: x.Severity}, Body: string(html)}
			p.NoIndex = true
			return render(r.Context(), view.RuleView(p))
		})
	}
}
