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

// Onward is the versions from the named ones on, as a fix has them.
func (a Application) Onward() (version.Range, error) {
	r, err := a.Range()
	if err != nil {
		return r, err
	}
	return r.Onward()
}

// String is the product and its versions as the author wrote them.
func (a Application) String() string { return strings.TrimSpace(a.Product + " " + a.Versions) }

// ScopeOf encodes products and versions for a browser that knows what its reader uses: applications parted by commas,
// each the product's name in lower case, percent-encoded, and after spaces its spans, v or b (for builds), the first
// key, a bar, the last key, and for a version that is named with its build a bar and the build's key. Versions that cannot
// be read are a question mark, which fits every version.
func ScopeOf(as []Application) string {
	out := make([]string, len(as))
	for i, a := range as {
		out[i] = scopeOf(a.Product, a.Range)
	}
	return strings.Join(out, ",")
}

// ScopeOfFix encodes the versions from a fixed one on, as ScopeOf does.
func ScopeOfFix(a Application) string { return scopeOf(a.Product, a.Onward) }

func scopeOf(product string, versions func() (version.Range, error)) string {
	out := url.QueryEscape(strings.ToLower(product))
	r, err := versions()
	if err != nil {
		return out + " ?"
	}
	for _, s := range r.Spans() {
		kind := " v"
		if s.Builds {
			kind = " b"
		}
		out += kind + s.Lo + "|" + s.Hi
		if s.Build != "" {
			out += "|" + s.Build
		}
	}
	return out
}

// concerns tells whether a page may be about a product in some of the versions that applications name.
func concerns(as, others []Application) bool {
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
