package site

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"rutter/content"
	"rutter/content/coverage"
	"rutter/search"
	"rutter/site/view"
)

const doorwayPrefix = "/r/"

// maxLabels and maxLabel bound what an alert's link may carry on to the page.
const (
	maxLabels = 20
	maxLabel  = 256
)

// doorway leads from an alert to its playbook: /r/NAME?label=value goes to the page that declares the name, or has it
// as its title or as a heading. Labels go along in the fragment, which stays in the browser. It never is a dead end.
func (s *Server) doorway(w http.ResponseWriter, r *request) error {
	name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/r"), "/")
	if r.edition == nil {
		return errStarting
	}
	labels, _ := url.ParseQuery(r.URL.RawQuery) // of an odd label what could be read
	name = doorwayName(name)
	if r.edition.Index != nil && name != "" {
		place, ok, err := r.edition.Index.Lookup(r.Context(), r.viewer, name)
		if err = s.blamed(r, err); err != nil && !errors.Is(err, errIndex) {
			return err
		}
		if d := r.view.Doc(place.Path); ok && d != nil {
			asked := ""
			if place.Near {
				asked = name
			}
			if wantsPlain(r) {
				return s.pageText(w, r, d, place.Section, asked, labels)
			}
			to := d.URL
			if asked != "" {
				to += "?" + url.Values{askedParam: {asked}}.Encode()
			}
			h := w.Header()
			h.Set("Location", to+fragmentWith(place.Section, labels))
			h.Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusFound)
			return nil
		}
	}
	q := search.Plain(name)
	p := view.SearchPage{}
	if r.edition.Index != nil {
		p.Missing, p.Stub = name, stubFor(name, true)
	}
	return s.answerPage(w, r, p, q, url.Values{}, 1)
}

// doorwayName is the name that /r/NAME asks for.
func doorwayName(name string) string { return search.Plain(strings.ReplaceAll(name, "/", " ")).Typed }

// AlertLookup finds, for the coverage map, where the alert doorway leads.
func AlertLookup(ctx context.Context, x search.Index, v content.Viewer) func(name string) (coverage.Place, error) {
	return func(name string) (coverage.Place, error) {
		if name = doorwayName(name); name == "" || ctx.Err() != nil {
			return coverage.Place{}, ctx.Err()
		}
		p, ok, err := x.Lookup(ctx, v, name)
		if err != nil || !ok {
			return coverage.Place{}, err
		}
		return coverage.Place{Path: p.Path, Section: p.Section, Near: p.Near}, nil
	}
}

// askedParam names, on the page that the doorway leads to, a name that is not quite the page's.
const askedParam = "for"

// askedFor is the name by which the doorway led to a page though it is not quite the page's, "" where it did not.
func (s *Server) askedFor(r *request, d *content.Doc) string {
	if r.edition.Index == nil || !strings.Contains(r.URL.RawQuery, askedParam+"=") {
		return ""
	}
	name := search.Plain(r.URL.Query().Get(askedParam)).Typed
	if name == "" {
		return ""
	}
	place, ok, err := r.edition.Index.Lookup(r.Context(), r.viewer, name)
	if err != nil || !ok || !place.Near || place.Path != d.Path {
		return "" // what anybody may write into a link is not shown
	}
	return name
}

// fragmentWith is [#id][?name=value&…], percent-encoded, "" for nothing.
func fragmentWith(id string, labels url.Values) string {
	out := strings.TrimPrefix(fragment(id), "#")
	if pairs := labelPairs(labels); len(pairs) > 0 {
		out += "?" + strings.Join(pairs, "&")
	}
	if out == "" {
		return ""
	}
	return "#" + out
}

// labelPairs are the labels by name, encoded; what nobody needs is left out.
func labelPairs(labels url.Values) (out []string) {
	var names []string
	for k := range labels {
		if k != "" && len(k) <= 64 && len(labels.Get(k)) <= maxLabel {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	for _, k := range names[:min(len(names), maxLabels)] {
		out = append(out, strings.ReplaceAll(url.QueryEscape(k)+"="+url.QueryEscape(labels.Get(k)), "+", "%20"))
	}
	return out
}

// stubFor is the beginning of a page for a name that nothing has. alert tells whether it may be an alert's.
func stubFor(name string, alert bool) *view.Stub {
	title := strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, name))
	if title == "" {
		return nil
	}
	if r := []rune(title); len(r) > 80 {
		title = string(r[:80])
	}
	file := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)), r == '_':
			return r
		}
		return '-'
	}, title), "-")
	if file == "" {
		file = "new-page"
	}
	quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(title) + `"`
	text := "---\ntitle: " + quoted + "\nkind: playbook\n"
	if alert {
		text += "alerts: [" + quoted + "]\n"
	} else {
		text += "errors: [" + quoted + "]\n"
	}
	text += "---\n\n# Procedure\n\n## 1. What to look at first\n\n**Verify.**\n\n**Roll back.**\n"
	return &view.Stub{Path: "playbooks/" + file + ".md", Text: text}
}
