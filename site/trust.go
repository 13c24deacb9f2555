package site

import (
	"strconv"
	"strings"
	"time"

	"rutter/content"
	"rutter/site/view"
)

// trustOf is the strip under the lead: the few facts by which a page may be believed.
func (s *Server) trustOf(r *request, d *content.Doc) (out []view.Fact) {
	m := &d.Meta
	if d.Kind == content.Advisory {
		out = append(out, view.Fact{Label: "Severity", Severity: m.Severity, Value: m.Severity})
		if m.State != "" {
			out = append(out, view.Fact{Label: "State", Value: stateWord(m.State)})
		}
		if m.ID != "" {
			out = append(out, view.Fact{Label: "Advisory", Value: m.ID})
		}
		if m.Published != "" {
			f := view.Fact{Label: "Published", Value: string(m.Published), Time: string(m.Published)}
			if n := len(m.Updates); n > 0 {
				f.Small = "last word " + string(m.Updates[n-1].Date)
			}
			out = append(out, f)
		}
		if m.Severity == "" {
			out = out[1:]
		}
	}
	if m.Duration != "" {
		f := view.Fact{Label: "Takes", Value: m.Duration, Big: len(m.Duration) <= maxBig}
		if m.Risk != "" {
			f.Small = m.Risk + " risk"
		}
		out = append(out, f)
	} else if m.Risk != "" {
		out = append(out, view.Fact{Label: "Risk", Value: strings.ToUpper(m.Risk[:1]) + m.Risk[1:], Small: "of the worst step"})
	}
	out = append(out, s.reviewOf(r, d)...)
	if t, ok := r.view.Changed(d); ok {
		f := view.Fact{Label: "Last changed", Value: t.Format(time.DateOnly), Time: t.Format(time.RFC3339)}
		if by := r.view.ChangedBy(d); by != "" {
			f.Small = "by " + by
		}
		out = append(out, f)
	}
	if n := len(m.AppliesTo); n > 0 {
		f := view.Fact{Label: "Applies to", Value: m.AppliesTo[0].String()}
		if n > 1 {
			f.Small = "and " + strconv.Itoa(n-1) + " more"
		}
		out = append(out, f)
	}
	if n := len(r.view.Advisories(d)); n > 0 {
		out = append(out, view.Fact{Label: plural(n, "Open advisory", "Open advisories"), Value: strconv.Itoa(n), Big: true, URL: "#/advisories"})
	}
	if n := len(r.view.Stories(d)); n > 0 {
		out = append(out, view.Fact{Label: "Proved by", Value: strconv.Itoa(n), Big: true, Small: plural(n, "story", "stories"), URL: "#/stories"})
	}
	return out
}

// maxBig is the longest value that is shown large, in bytes.
const maxBig = 12

// reviewOf says who answers for a page and when somebody went through it; late is a word, no more.
func (s *Server) reviewOf(r *request, d *content.Doc) (out []view.Fact) {
	m := &d.Meta
	if x := r.view.Review(d); x.Day != "" {
		f := view.Fact{Label: "Reviewed", Value: string(x.Day), Time: string(x.Day)}
		if len(x.By) > 0 {
			f.Small = "by " + strings.Join(x.By, ", ")
		}
		if due, _ := x.Due(); x.Late(s.o.Now()) {
			f.Small = joined(f.Small, "due again since "+due.Format(time.DateOnly))
		} else if x.Every != "" {
			f.Small = joined(f.Small, "every "+x.Every)
		}
		out = append(out, f)
	}
	if m.Owner != "" {
		f := view.Fact{Label: "Owner", Value: m.Owner}
		if !s.exporting {
			f.URL = ownerURL(m.Owner)
		}
		out = append(out, f)
	}
	return out
}

// trustLine is the strip of a page in a list of results, each fact in a few words.
func (s *Server) trustLine(r *request, d *content.Doc) (out []string) {
	m := &d.Meta
	if len(m.AppliesTo) > 0 {
		names := make([]string, 0, 2)
		for _, a := range m.AppliesTo[:min(len(m.AppliesTo), 2)] {
			names = append(names, a.String())
		}
		out = append(out, "For "+strings.Join(names, ", "))
	}
	if n := len(r.view.Advisories(d)); n > 0 {
		out = append(out, strconv.Itoa(n)+plural(n, " open advisory", " open advisories"))
	}
	if n := len(r.view.Stories(d)); n > 0 {
		out = append(out, "proved by "+strconv.Itoa(n)+plural(n, " story", " stories"))
	}
	if x := r.view.Review(d); x.Day != "" {
		line := "reviewed " + string(x.Day)
		if len(x.By) > 0 {
			line += " by " + strings.Join(x.By, ", ")
		}
		if x.Late(s.o.Now()) {
			line += ", due again"
		}
		out = append(out, line)
	} else if t, ok := r.view.Changed(d); ok {
		out = append(out, "changed "+t.Format(time.DateOnly))
	}
	if m.Owner != "" {
		out = append(out, m.Owner)
	}
	return out
}

// scopeOf is what a page is for, for a browser that knows what its reader uses: for an advisory, whom it concerns.
func scopeOf(d *content.Doc) string {
	if len(d.Meta.AppliesTo) > 0 {
		return content.ScopeOf(d.Meta.AppliesTo)
	}
	return content.ScopeOf(d.Meta.Affected)
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func stateWord(s string) string {
	switch s {
	case "fixed":
		return "Fix available"
	case "workaround":
		return "Workaround"
	case "withdrawn":
		return "Withdrawn"
	}
	return "Open"
}
