package site

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"rutter/content"
	"rutter/content/coverage"
	"rutter/search"
	"rutter/site/asked"
	"rutter/site/view"
)

const (
	coveragePath    = "/-/coverage"
	coverageAPIPath = "/api/v1/coverage"
)

// maxCovered is how many alerts of each state the page shows, and how many pages and names; the JSON has all.
const maxCovered = 500

const (
	coverageTimeout = 20 * time.Second // for holding all rules against the pages
	maxPlaces       = 50_000           // names that are remembered
	coverageFresh   = time.Minute      // how long a report may lack what was searched for since
)

// coverageCache is the last report: it is made once for an edition and what the rules say.
type coverageCache struct {
	mu     sync.Mutex // held while a report is made: who asks meanwhile would make the same
	seq    uint64
	viewer content.Viewer
	base   string
	set    *coverage.Set
	made   time.Time
	report coverage.Report
	places map[string]coverage.Place // by name, in that edition: a report that took too long goes on where it stopped
}

// remembered is a lookup that asks for a name once in an edition. The caller holds mu.
func (c *coverageCache) remembered(lookup func(string) (coverage.Place, error)) func(string) (coverage.Place, error) {
	return func(name string) (coverage.Place, error) {
		if p, ok := c.places[name]; ok {
			return p, nil
		}
		p, err := lookup(name)
		if err == nil && len(c.places) < maxPlaces {
			c.places[name] = p
		}
		return p, err
	}
}

// MissedSearches are searches as the coverage map takes them.
func MissedSearches(cs []asked.Cluster) (out []coverage.Search) {
	for _, c := range cs {
		out = append(out, coverage.Search{Query: c.Query, None: c.None})
	}
	return out
}

// coverageOf holds the rules against the request's edition.
func (s *Server) coverageOf(r *request) (coverage.Report, error) {
	if r.edition == nil {
		return coverage.Report{}, errStarting
	}
	if !r.edition.Searchable() {
		return coverage.Report{}, search.ErrBuilding
	}
	now, base := s.o.Now(), s.base(r)
	set := s.o.Rules.Set(now)
	c := &s.coverage
	c.mu.Lock()
	defer c.mu.Unlock()
	if age := now.Sub(c.made); c.set == set && c.seq == r.edition.Seq && c.viewer == r.viewer && c.base == base && age >= 0 && age < coverageFresh {
		return c.report, nil
	}
	if c.places == nil || c.seq != r.edition.Seq || c.viewer != r.viewer {
		c.seq, c.viewer, c.set, c.places = r.edition.Seq, r.viewer, nil, map[string]coverage.Place{}
	}
	o := coverage.Options{Sites: s.o.Sites}
	if own, err := coverage.ParseSite(base); err == nil {
		o.Sites = append([]coverage.Site{own}, o.Sites...)
	}
	if s.asked != nil {
		o.Asked = MissedSearches(s.asked.Clusters())
	}
	ctx, cancel := context.WithTimeout(r.Context(), coverageTimeout)
	defer cancel()
	o.Lookup = c.remembered(AlertLookup(ctx, r.edition.Index, r.viewer))
	report, err := coverage.Map(r.view, *set, o)
	if err = s.blamed(r, err); err != nil {
		return coverage.Report{}, err
	}
	c.base, c.set, c.made, c.report = base, set, now, report
	return report, nil
}

// coverageAPI is the report as JSON.
func (s *Server) coverageAPI(w http.ResponseWriter, r *request) error {
	report, err := s.coverageOf(r)
	if err != nil {
		return err
	}
	body, err := json.Marshal(report)
	if err != nil {
		return err
	}
	represent(body, typeJSON, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// coveragePage shows authors which alerts have a page.
func (s *Server) coveragePage(w http.ResponseWriter, r *request) error {
	report, err := s.coverageOf(r)
	if err != nil {
		return err
	}
	p := view.CoveragePage{Alerts: len(report.Alerts), Rules: report.Rules, Files: report.Files}
	p.Frame = s.frameOf(r, "Alerts and their pages")
	p.Frame.Bar, p.Frame.NoIndex = nil, true
	for _, st := range coverage.States() {
		p.States = append(p.States, view.CoverageState{State: st, Total: report.Counts[st]})
	}
	for _, e := range report.Alerts {
		for i := range p.States {
			if box := &p.States[i]; box.State == e.State && len(box.Alerts) < maxCovered {
				box.Alerts = append(box.Alerts, coveredAlert(e))
			}
		}
	}
	p.IdleTotal, p.UnknownTotal = len(report.Idle), len(report.Unknown)
	for _, x := range report.Idle[:min(len(report.Idle), maxCovered)] {
		p.Idle = append(p.Idle, view.Entry{Title: x.Title, URL: x.URL})
	}
	p.Unknown = report.Unknown[:min(len(report.Unknown), maxCovered)]
	for _, x := range report.Problems {
		if x.Rule == coverage.RuleUnreadable && len(p.Unreadable) < maxCovered {
			p.Unreadable = append(p.Unreadable, x.Diag())
		}
	}
	body, err := render(r.Context(), view.CoverageView(p))
	if err != nil {
		return err
	}
	represent(body, typeHTML, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// coveredAlert is an alert as the page shows it.
func coveredAlert(e coverage.Entry) view.CoveredAlert {
	a := view.CoveredAlert{
		Name: e.Name, Doorway: doorwayPrefix + strings.ReplaceAll(escape(e.Name), "/", "%2F"), Severity: strings.Join(e.Severities, ", "),
		Rules: len(e.Rules), Missed: e.Missed,
	}
	if e.Page != nil {
		a.Page = &view.Link{Label: e.Page.Title, URL: e.Page.URL}
	}
	if e.Near != nil {
		a.Near = &view.Link{Label: e.Near.Title, URL: e.Near.URL}
	}
	if len(e.Rules) > 0 {
		a.File, a.Line = e.Rules[0].File, e.Rules[0].Line
	}
	for _, x := range e.Rules {
		if x.Leads == coverage.Dead || x.Leads == coverage.Elsewhere && e.State == coverage.URLElse {
			a.Address = cmp.Or(a.Address, x.URL)
		}
	}
	for _, x := range e.Advisories {
		a.Advisories = append(a.Advisories, view.Link{Label: x.Title, URL: x.URL})
	}
	return a
}
