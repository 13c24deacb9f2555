package content

import (
	"net/url"
	"strings"

	"rutter/content/diag"
	"rutter/content/markdown"
	"rutter/content/version"
)

// Range is the versions that are meant, and an error where Versions is none. Every version is meant where there is none.
func (a Application) Range() (version.Range, error) { return version.ParseRange(a.Versions) }

// String is the product and its versions as the author wrote them.
func (a Application) String() string { return strings.TrimSpace(a.Product + " " + a.Versions) }

// ScopeOf encodes products and versions for a browser that knows what its reader uses: applications parted by commas,
// each the product's name in lower case, percent-encoded, and after spaces its spans, v or b (for builds), the first
// key, a bar, the last key. An application whose versions cannot be read has none, and so fits every version.
func ScopeOf(as []Application) string {
	var out []string
	for _, a := range as {
		one := url.QueryEscape(strings.ToLower(a.Product))
		if r, err := a.Range(); err == nil {
			for _, s := range r.Spans() {
				kind := " v"
				if s.Builds {
					kind = " b"
				}
				one += kind + s.Lo + "|" + s.Hi
			}
		}
		out = append(out, one)
	}
	return strings.Join(out, ",")
}

// Concerns tells whether a page may be about a product in some of the versions that applications name.
func Concerns(as, others []Application) bool {
	for _, a := range as {
		for _, b := range others {
			if !strings.EqualFold(a.Product, b.Product) {
				continue
			}
			ra, errA := a.Range()
			rb, errB := b.Range()
			if errA != nil || errB != nil || ra.Overlaps(rb) {
				return true
			}
		}
	}
	return false
}

// applicationsIn reads the applies_to of a heading: "ESXi 7.0 U3; vCenter Server >=8.0".
func applicationsIn(s string) (out []Application) {
	for part := range strings.SplitSeq(s, ";") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, splitApplication(part))
		}
	}
	return out
}

func scoper(appliesTo string) (words, data string) {
	as := applicationsIn(appliesTo)
	names := make([]string, len(as))
	for i, a := range as {
		names[i] = a.String()
	}
	return "For " + strings.Join(names, ", "), ScopeOf(as)
}

const rangeFix = "write versions as >=7.0 <=8.0 U3, 3.5 Update 2, 5.4 or newer"

// checkScopes reports what headings say of versions where it cannot be read.
func checkScopes(file string, scopes []markdown.Scope) (ps []diag.Problem) {
	for _, s := range scopes {
		for _, a := range applicationsIn(s.Text) {
			if _, err := a.Range(); err != nil {
				ps = append(ps, diag.Problem{
					File: file, Line: s.Line, Column: s.Column, Severity: diag.Warning, Rule: "versions-wrong", Text: "the versions of " + a.Product + " cannot be read: " + err.Error(), Fix: rangeFix,
				})
			}
		}
	}
	return ps
}
