package version

import (
	"errors"
	"regexp"
	"strings"
)

// Version is one version of a product, and with it all that is more precise: 7.0 is 7.0 itself, 7.0.3 and 7.0 U3b.
// It is a span of keys, texts whose bytes sort as the versions do. The zero Version is none.
//
// A key is a 0, the numbers of the release each with its length before it, and what follows. See the package's text for
// what is read as what.
type Version struct {
	lo, hi string
	build  string // key of the build number, "" where none is known
}

// maxText is the longest text read, in bytes.
const maxText = 256

var (
	errLong    = errors.New("it is too long to be a version")
	errWindows = errors.New("write the release alone, as 22H2, or the build")
	errGlued   = errors.New("write ESXi and a version with dots, as ESXi 7.0 U3o")
)

// ErrNone is the error of a text that holds no version.
var ErrNone = errors.New("there is no version number in it")

// The bytes of keys, in their order.
const (
	tilde  = '!' // before all
	pre    = '#' // alpha, beta, rc …: then a digit for which
	end    = '$' // of the numbers, or of all
	build  = '%'
	word   = '&' // a letter or a word nobody knows
	number = '0' // and up: 0 for 0, else the count of digits
	over   = '~' // after all
	key    = "0" // before every release: where epochs once stood, and browsers keep keys
)

var (
	piece  = regexp.MustCompile(`[0-9]+|[a-z]+|~`)
	epochs = regexp.MustCompile(`^[0-9]+:`)

	// java is 1.8.0_392 and 8u392, with the build OpenJDK adds.
	java    = regexp.MustCompile(`(^|[^0-9.])(?:1\.)?([5-8])(?:\.0)?[_u]([0-9]+)(?:-b[0-9][0-9])?`)
	windows = regexp.MustCompile(`^(?:windows |win)?1[01],? (?:version )?[0-9][0-9]h[12]`)
	glued   = regexp.MustCompile(`esxi?[ -]?[0-9][0-9](?:u|p|-|$)`)
)

// generations are the letters Oracle writes after the number of a release.
var generations = map[string]bool{"i": true, "g": true, "c": true, "ai": true}

const (
	inside  = " .-_+()#:" // what may part the pieces of a version
	joining = ".-_+"      // what may join a word nobody knows to it
)

// next are the words after which a number counts as one more of the release.
var next = map[string]bool{
	"update": true, "u": true, "sp": true, "servicepack": true, "patch": true, "p": true, "pl": true, "patchlevel": true,
	"cu": true, "r": true, "release": true, "fp": true, "fixpack": true, "hf": true, "hotfix": true, "mr": true, "ep": true,
}

// early are the words of versions before the release, with their order. A single letter is one only before a digit.
var early = map[string]byte{
	"dev": '0', "snapshot": '0', "nightly": '0', "alpha": '1', "a": '1', "beta": '2', "b": '2', "pre": '3', "preview": '3',
	"m": '3', "milestone": '3', "tp": '3', "ea": '3', "rc": '4', "cr": '4', "candidate": '4', "releasecandidate": '4',
}

// silent are words that say nothing about the order.
var silent = map[string]bool{"v": true, "version": true, "ga": true, "final": true, "stable": true, "lts": true, "ltsr": true, "x": true}

var spaced = strings.NewReplacer("service pack", "servicepack", "fix pack", "fixpack", "patch level", "patchlevel", "release candidate", "releasecandidate", "cumulative update", "cu", "technical preview", "tp", "early access", "ea")

// bareBuild is the least count of digits by which a number that stands alone, or after a release and a dash, is a build.
const bareBuild = 5

// Parse reads a version: "7.0 U3", "3.5 Update 2 build 103908", "v1.28.5-gke.1217000", "1:2.3-4ubuntu1". A number of five
// digits and more that stands alone is the number of a build.
func Parse(s string) (Version, error) {
	v, _, err := parse(s)
	return v, err
}

// parse also returns the first thing that is no part of a version: a number apart, a word apart that nobody knows.
func parse(s string) (v Version, stray string, err error) {
	if len(s) > maxText {
		return Version{}, "", errLong
	}
	s = spaced.Replace(strings.ToLower(strings.TrimSpace(s)))
	switch {
	case windows.MatchString(s):
		return Version{}, "", errWindows
	case glued.MatchString(s):
		return Version{}, "", errGlued
	}
	s = java.ReplaceAllString(s[len(epochs.FindString(s)):], "${1}${2}u${3}")
	var release []string
	var rest strings.Builder
	lettered := false // rest is one letter at the end of the release
	ps := piece.FindAllStringIndex(s, -1)
	at := func(i int) string {
		if i < 0 || i >= len(ps) {
			return ""
		}
		return s[ps[i][0]:ps[i][1]]
	}
	for i := 0; i < len(ps); i++ {
		p, after := at(i), at(i+1)
		digit := p[0] >= '0' && p[0] <= '9'
		gap, follows := "", s[ps[i][1]:]
		if i > 0 {
			gap = s[ps[i-1][1]:ps[i][0]]
		}
		if after != "" {
			follows = s[ps[i][1]:ps[i+1][0]]
		}
		tight := i > 0 && gap == ""
		dashed := strings.ContainsAny(gap, "-(+")
		if stray == "" && len(release) > 0 {
			switch {
			case strings.Trim(gap, inside) != "":
				stray = strings.TrimSpace(gap)
			case strings.Contains(gap, ".."):
				stray = ".."
			case digit && strings.HasSuffix(gap, " ") && isNumber(at(i-1)):
				stray = p
			case next[p] && !isNumber(after) && gap != "" && strings.Trim(gap, joining) != "":
				stray = p
			}
		}
		switch {
		case p == "build" && isNumber(after):
			v.build = buildKey(after)
			rest.WriteByte(build)
			writeNumber(&rest, after)
			i++
		case digit && len(p) >= bareBuild && (len(ps) == 1 || dashed && len(release) > 0 && (rest.Len() == 0 || lettered) && (len(p) > bareBuild || follows != "-" || isNumber(after))):
			v.build = buildKey(p)
			if len(ps) > 1 {
				rest.WriteByte(build)
				writeNumber(&rest, p)
			}
		case digit && rest.Len() == 0 && !dashed:
			release = append(release, p)
		case digit:
			writeNumber(&rest, p)
		case p == "~":
			rest.WriteByte(tilde)
		case len(release) == 0 || silent[p]: // the name of the product, perhaps
		case next[p] && isNumber(after) && rest.Len() == 0:
			release = append(release, after)
			i++
		case tight && generations[p] && len(release) == 1 && rest.Len() == 0 && (len(release[0]) == 2 || p == "i") && (follows != "" || after == ""):
		case tight && p == "h" && len(release) == 1 && len(release[0]) == 2 && rest.Len() == 0 && follows == "" && isNumber(after):
			release = append(release, after)
			i++
		case early[p] != 0 && (len(p) > 1 || isNumber(after) && (follows == "" || follows == ".") && (p != "m" || gap != "" && strings.Contains(". -_", gap[len(gap)-1:]))):
			rest.WriteByte(pre)
			rest.WriteByte(early[p])
		default:
			if stray == "" && strings.Trim(gap, joining) != "" && gap != ")" {
				stray = p
			}
			lettered = tight && len(p) == 1 && rest.Len() == 0
			rest.WriteByte(word)
			rest.WriteString(p)
			rest.WriteByte(end)
			continue
		}
		lettered = false
	}
	if n := len(ps); stray == "" && n > 0 {
		if tail := s[ps[n-1][1]:]; strings.Trim(tail, inside) != "" {
			stray = strings.TrimSpace(tail)
		}
	}
	if len(release) == 0 {
		if v.build == "" {
			return Version{}, "", ErrNone
		}
		return v, stray, nil
	}
	last := len(release)
	for last > 0 && strings.Trim(release[last-1], "0") == "" {
		last--
	}
	lo, hi := strings.Builder{}, strings.Builder{}
	for i, n := range release {
		if i < last {
			writeNumber(&lo, n)
		}
		writeNumber(&hi, n)
	}
	v.lo = key + lo.String() + string(end) + rest.String() + string(end)
	if v.hi = key + hi.String() + string(over); rest.Len() > 0 {
		v.hi = key + lo.String() + string(end) + rest.String() + string(over)
	}
	return v, stray, nil
}

func isNumber(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// writeNumber appends a number so that keys sort by its value: the count of its digits, which is at most 60, then them.
func writeNumber(b *strings.Builder, digits string) {
	digits = strings.TrimLeft(digits, "0")
	digits = digits[:min(len(digits), 60)]
	b.WriteByte(byte(number + len(digits)))
	b.WriteString(digits)
}

func buildKey(digits string) string {
	var b strings.Builder
	writeNumber(&b, digits)
	return b.String()
}

// Compare orders versions: -1 where a comes before b, 0 where they are the same, 1 where a comes after b. Those known by
// their builds alone are ordered by them, before all others.
func Compare(a, b Version) int {
	if c := strings.Compare(a.lo, b.lo); c != 0 || a.lo != "" {
		return c
	}
	return strings.Compare(a.build, b.build)
}

// Keys returns the first and the last key of the version and the key of its build, "" for what is not known of it.
func (v Version) Keys() (lo, hi, build string) { return v.lo, v.hi, v.build }
