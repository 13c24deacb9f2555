package lint

import (
	"path"
	"strings"

	"rutter/content"
	"rutter/content/diag"
)

// duplicateTitles reports pages that lists and results could not tell apart. The versions of one page have one title by
// right, and folders' own pages are told apart by their folders.
func duplicateTitles(s *content.Snapshot) (ps []diag.Problem) {
	first := map[string]*content.Doc{}
	for _, d := range s.Docs() {
		if d.IsFolder() || !s.Reachable(d) {
			continue
		}
		key := strings.ToLower(strings.Join(strings.Fields(d.Title), " "))
		if _, version := d.Version(); version != "" {
			key += "\x00" + version
		}
		other := first[key]
		if other == nil {
			first[key] = d
			continue
		}
		at := d.Spot("title")
		ps = append(ps, diag.Problem{
			File: d.Path, Line: max(at.Line, 1), Column: at.Column, Severity: diag.Warning, Rule: "title-duplicate",
			Text: "the title “" + clip(d.Title) + "” is that of " + other.Path + " too", Fix: "say in the title what is different",
		})
	}
	return ps
}

// orphans reports pages that the page of their folder leaves out of its list, and that no other page leads to.
func orphans(s *content.Snapshot) (ps []diag.Problem) {
	linked := map[string]bool{} // pages that another page leads to
	lists := map[string]map[string]bool{}
	for _, d := range s.Docs() {
		index := d.IsFolder()
		for _, l := range d.Links {
			if l.Image {
				continue
			}
			to := s.Leads(d, l.Dest)
			if to == nil || to.Path == d.Path {
				continue
			}
			linked[to.Path] = true
			if index && path.Dir(to.Path) == path.Dir(d.Path) {
				if lists[d.Dir()] == nil {
					lists[d.Dir()] = map[string]bool{}
				}
				lists[d.Dir()][to.Path] = true
			}
		}
	}
	pages := map[string][]*content.Doc{} // of the folders whose page lists what is in them
	for _, d := range s.Docs() {
		if lists[d.Dir()] != nil && !d.IsFolder() {
			pages[d.Dir()] = append(pages[d.Dir()], d)
		}
	}
	for dir, ds := range pages {
		listed := len(lists[dir])
		if listed < 3 || 2*listed < len(ds) { // it mentions some, which makes no list
			continue
		}
		for _, d := range ds {
			if !linked[d.Path] && s.Reachable(d) && len(d.Meta.Alerts) == 0 {
				ps = append(ps, diag.Problem{
					File: d.Path, Line: 1, Severity: diag.Note, Rule: "page-orphan",
					Text: "no page leads here, and the page of its folder lists the others", Fix: "add it to the list",
				})
			}
		}
	}
	return ps
}
