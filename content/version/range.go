package version

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Range is a set of versions as documents name it: "7.0 U3", ">=1.28 <1.31", "5.4 or newer", "3.5 to 4.1", "7.x, 8.0". The
// zero Range has every version.
type Range struct {
	spans []Span // one of them; nil for every version
}

// Span is the versions, or the builds, whose keys lie between two others, both included.
type Span struct {
	Builds bool   // the keys are of builds
	Lo, Hi string // "" for no bound
	Build  string // key of the build that is meant too, "" for none: of one version that is named with its build
}

// Verdict tells whether a version lies in a range.
type Verdict int

const (
	No    Verdict = iota
	Maybe         // some of what the version means does, as with 7.0 and ">=7.0 U2", or it is not known
	Yes
)

func (v Verdict) String() string { return [...]string{"no", "maybe", "yes"}[v] }

var (
	everything = regexp.MustCompile(`(?i)^(|\*|any|all|all versions|any version|every version|all supported versions)$`)
	either     = regexp.MustCompile(`(?i)\s*(?:,|;|/|\|\|?|\bor\b|\band\b)\s*`)
	between    = regexp.MustCompile(`(?i)^(?:from |between )?\s*([^<>=]*[0-9][^<>=]*?)\s+(?:-|–|—|to|until|through|thru|up to|and)\s+([^<>=]+)$`)
	upTo       = regexp.MustCompile(`(?i)^(?:from |since )?\s*([^<>=]*[0-9][^<>=]*?)\s+(?:to |up to |and |but )?\s*(?:before|prior to|earlier than)\s+([^<>=]+)$`)
	joined     = regexp.MustCompile(`(?i)^v?([0-9]+(?:\.[0-9]+)*)(-|\s*(?:–|—|\.\.\.?)\s*)v?([0-9]+(?:\.[0-9]+)*)$`)
	bounds     = regexp.MustCompile(`(<=|>=|==|=|<|>|≤|≥|\^|(?:^|\s)~>?)\s*([^<>=≤≥^]+)`)
	upward     = regexp.MustCompile(`(?i)^(.*?)(?:\s*\+|\s+(?:(?:or|and)\s+)?(?:newer|later|higher|above|up|onwards?|upwards?))$`)
	downward   = regexp.MustCompile(`(?i)^(.*?)\s+(?:or|and)\s+(?:older|earlier|lower|below)$`)
	words      = []struct {
		re *regexp.Regexp
		op string
	}{
		{regexp.MustCompile(`(?i)^(?:since|from|at least|starting with)\s+`), ">="},
		{regexp.MustCompile(`(?i)^(?:up to|through|until|at most|to)\s+`), "<="},
		{regexp.MustCompile(`(?i)^(?:before|below|prior to|earlier than|older than|lower than)\s+`), "<"},
		{regexp.MustCompile(`(?i)^(?:after|above|later than|newer than)\s+`), ">"},
	}
)

// ParseRange reads a range. A comma, "or" and ";" part alternatives, but a bound below after one above makes a pair with it,
// as in ">=1.28, <1.31". A version alone means itself and all that is more precise.
func ParseRange(s string) (Range, error) {
	if s = strings.TrimSpace(s); len(s) > maxText {
		return Range{}, errLong
	}
	if everything.MatchString(s) {
		return Range{}, nil
	}
	var r Range
	for _, part := range alternatives(s) {
		span, err := parseSpan(part)
		if err != nil {
			return Range{}, fmt.Errorf("%q: %w", part, err)
		}
		if n := len(r.spans) - 1; n >= 0 && span.Lo == "" && r.spans[n].Hi == "" && r.spans[n].Builds == span.Builds {
			r.spans[n].Hi = span.Hi
			continue
		}
		r.spans = append(r.spans, span)
	}
	for _, span := range r.spans {
		if span.Lo != "" && span.Hi != "" && span.Lo > span.Hi {
			return Range{}, errors.New("it begins after its end")
		}
	}
	return r, nil
}

// alternatives parts a range at its commas and its "or", and keeps "5.4 or newer" and "between 3 and 4" whole.
func alternatives(s string) (out []string) {
	rest := s
	for rest != "" {
		cut, after := len(rest), len(rest)
		for _, m := range either.FindAllStringIndex(rest, -1) {
			whole := rest[:m[1]]
			tail := strings.Fields(rest[m[1]:])
			if len(tail) > 0 {
				tail[0] = strings.Trim(tail[0], ",;")
			}
			if len(tail) > 0 && (upward.MatchString("x "+tail[0]) || downward.MatchString("x or "+tail[0])) && strings.TrimSpace(rest[m[0]:m[1]]) != "," {
				continue
			}
			if strings.HasPrefix(strings.ToLower(whole), "between ") && strings.HasSuffix(strings.ToLower(strings.TrimSpace(whole)), "and") {
				continue
			}
			cut, after = m[0], m[1]
			break
		}
		if p := strings.TrimSpace(rest[:cut]); p != "" {
			out = append(out, p)
		}
		rest = rest[after:]
	}
	return out
}

// pair is a span from the first key of one version to the last of another, or to before it.
func pair(from, op, to string) (Span, error) {
	lo, err := bound(">=", from)
	if err != nil {
		return Span{}, err
	}
	hi, err := bound(op, to)
	if err != nil || hi.Builds != lo.Builds {
		return Span{}, errors.Join(ErrNone, err)
	}
	return Span{Builds: lo.Builds, Lo: lo.Lo, Hi: hi.Hi}, nil
}

// ends tells whether "3.5-4.1" goes from one version to another: both are made of as many numbers, and the second is the
// greater. Otherwise it is one version, as "2.3-4" is.
func ends(from, to string) bool {
	if strings.Count(from, ".") != strings.Count(to, ".") {
		return false
	}
	a, errA := Parse(from)
	b, errB := Parse(to)
	return errA == nil && errB == nil && (a.lo == "") == (b.lo == "") && Compare(a, b) < 0
}

func parseSpan(s string) (Span, error) {
	if m := joined.FindStringSubmatch(s); m != nil && ends(m[1], m[3]) {
		return pair(m[1], "<=", m[3])
	}
	if m := upTo.FindStringSubmatch(s); m != nil {
		return pair(m[1], "<", m[2])
	}
	for _, w := range words {
		if m := w.re.FindString(s); m != "" && !between.MatchString(s) {
			return bound(w.op, s[len(m):])
		}
	}
	if m := downward.FindStringSubmatch(s); m != nil {
		return bound("<=", m[1])
	}
	if m := upward.FindStringSubmatch(s); m != nil {
		return bound(">=", m[1])
	}
	if m := between.FindStringSubmatch(s); m != nil {
		return pair(m[1], "<=", m[2])
	}
	ms := bounds.FindAllStringSubmatchIndex(s, -1)
	if ms == nil {
		return bound("=", s)
	}
	if strings.ContainsAny(s[:ms[0][0]], "0123456789") {
		return Span{}, errors.New("a version stands before its comparison")
	}
	if first := strings.TrimSpace(s[:ms[0][0]]); first != "" {
		return Span{}, fmt.Errorf("%q stands before the comparison", first)
	}
	var out Span
	for i, m := range ms {
		b, err := bound(strings.TrimSpace(s[m[2]:m[3]]), s[m[4]:m[5]])
		if err != nil {
			return Span{}, err
		}
		if i == 0 {
			out = b
			continue
		}
		if b.Builds != out.Builds {
			return Span{}, errors.New("a version and a build are compared")
		}
		if b.Lo > out.Lo {
			out.Lo = b.Lo
		}
		if out.Hi == "" || b.Hi != "" && b.Hi < out.Hi {
			out.Hi = b.Hi
		}
	}
	return out, nil
}

var wild = regexp.MustCompile(`(?i)\.(x|\*)\b|\.\*`)

// begins is how a version begins in a range: other words would be of another matter.
var begins = regexp.MustCompile(`(?i)^\s*(?:(?:v|version|release|build)?\s*|[a-z]{1,4})[0-9]`)

// headless is an update without the version before it: the U3d of "7.0 U3c, U3d".
var headless = regexp.MustCompile(`(?i)^\s*(?:u|sp|cu|hf|mr|fp|ep)[0-9]`)

// bound is one comparison as a span. Keys just beside those of a version bound what is before and after it.
func bound(op, s string) (Span, error) {
	v, stray, err := parse(wild.ReplaceAllString(s, ""))
	if err != nil {
		return Span{}, err
	}
	if !begins.MatchString(s) {
		return Span{}, errors.New("words stand before the version")
	}
	if headless.MatchString(s) {
		return Span{}, errors.New("an update stands without its version")
	}
	if stray != "" {
		return Span{}, fmt.Errorf("%q is no part of a version", stray)
	}
	lo, hi, builds := v.lo, v.hi, false
	if lo == "" {
		lo, hi, builds = v.build, v.build, true
	}
	switch op {
	case ">=", "≥":
		return Span{Builds: builds, Lo: lo}, nil
	case ">":
		return Span{Builds: builds, Lo: hi + string(over)}, nil
	case "<=", "≤":
		return Span{Builds: builds, Hi: hi}, nil
	case "<":
		return Span{Builds: builds, Hi: before(lo)}, nil
	case "^", "~", "~>":
		return Span{Builds: builds, Lo: lo, Hi: ceiling(s, op, hi)}, nil
	}
	out := Span{Builds: builds, Lo: lo, Hi: hi}
	if !builds {
		out.Build = v.build
	}
	return out, nil
}

// before is a key that comes right before another: no key ends with the byte below its last one and then the last of all.
func before(key string) string {
	return key[:len(key)-1] + string(key[len(key)-1]-1) + string(over)
}

// ceiling is the end of what npm's and Cargo's ^ and ~ mean: all versions with the same first number, or the same
// first two.
func ceiling(s, op, hi string) string {
	keep := 2
	if op == "^" {
		keep = 1
	}
	ns := regexp.MustCompile(`[0-9]+`).FindAllString(s, -1)
	if op == "^" && len(ns) > 1 && ns[0] == "0" {
		keep = 2
	}
	v, err := Parse(strings.Join(ns[:min(keep, len(ns))], "."))
	if err != nil || v.hi == "" {
		return hi
	}
	return v.hi
}

// Has tells whether a version lies in the range.
func (r Range) Has(v Version) Verdict {
	if len(r.spans) == 0 {
		return Yes
	}
	best := No
	for _, s := range r.spans {
		best = max(best, s.Has(v))
	}
	return best
}

// Has tells whether a version lies in the span. Where the span is one version with its build, the build alone is that
// version, and the same build of another release may be.
func (s Span) Has(v Version) Verdict {
	lo, hi := v.lo, v.hi
	if s.Builds {
		lo, hi = v.build, v.build
	}
	same := s.Build != "" && s.Build == v.build
	switch {
	case lo == "" && same:
		return Yes
	case lo == "" && s.Build != "" && v.build != "":
		return No
	case lo == "":
		return Maybe
	case lo >= s.Lo && (s.Hi == "" || hi <= s.Hi):
		return Yes
	case (s.Hi != "" && lo > s.Hi) || hi < s.Lo:
		if same {
			return Maybe
		}
		return No
	}
	return Maybe
}

// Onward is the versions from each that is named on: of "7.0 U3o", "8.0 and later" and ">=8.0" alike. There is none of what
// has no beginning.
func (r Range) Onward() (Range, error) {
	if len(r.spans) == 0 {
		return Range{}, ErrNone
	}
	var out Range
	for _, s := range r.spans {
		if s.Lo == "" {
			return Range{}, errors.New("it names no version from which on")
		}
		out.spans = append(out.spans, Span{Builds: s.Builds, Lo: s.Lo})
	}
	return out, nil
}

// Overlaps tells whether there may be a version in both ranges. A range of builds may meet any of versions.
func (r Range) Overlaps(o Range) bool {
	if len(r.spans) == 0 || len(o.spans) == 0 {
		return true
	}
	for _, a := range r.spans {
		for _, b := range o.spans {
			if a.Builds != b.Builds || (a.Hi == "" || b.Lo <= a.Hi) && (b.Hi == "" || a.Lo <= b.Hi) {
				return true
			}
		}
	}
	return false
}

// Spans returns what the range is made of, nil for every version: a browser compares keys with it.
func (r Range) Spans() []Span { return r.spans }
