package content

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"rutter/content/diag"
)

// field is one key of front matter: how it is read, and what is told of it.
type field struct {
	doc    string   // for its author, a sentence
	shape  shape    // what a value looks like
	values []string // one of which a text must be; nil for any
	read   func(d *decoder, n ast.Node, f field)
}

// shape is what the value of a key looks like, for the schema. Any value may be left empty, but for an audience.
type shape int

const (
	aText shape = iota
	aDate
	aDateOrSwitch // Jekyll's published: true
	aPeriod
	aNumber
	aChoice
	choices
	texts
	tags
	groups
	destinations
	products
	values
	history
	facts
	figures
)

// fields says how each key of front matter is read. A key left empty never reaches its function.
var fields = map[string]field{
	"title": {"What lists and search results call the page.", aText, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Title = d.oneLine(n, "title") }},
	"summary": {"What one sees, what the page does and how it ends; shown in lists and results.", aText, nil, func(d *decoder, n ast.Node, _ field) {
		d.meta.Summary = d.oneLine(n, "summary")
	}},
	"kind": {"What the page is for; without it, its top folder says so, else it is a guide.", aChoice, kindWords(), func(d *decoder, n ast.Node, f field) {
		d.meta.Kind = Kind(d.oneOf(n, "kind", f.values...))
	}},
	"lang":  {"Language of the page, such as en or de-AT; without it, that of portal.yaml.", aText, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Lang = d.plain(n, "lang") }},
	"owner": {"Who answers for the page.", aText, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Owner = d.plain(n, "owner") }},
	"reviewed": {"Day on which the page was last gone through, as YYYY-MM-DD.", aDate, nil, func(d *decoder, n ast.Node, _ field) {
		d.meta.Reviewed = d.date(n, "reviewed")
	}},
	"reviewed_by":  {"Who went through it.", aText, nil, func(d *decoder, n ast.Node, _ field) { d.meta.ReviewedBy = d.plain(n, "reviewed_by") }},
	"review_every": {"How long a review holds, such as 6 months.", aPeriod, nil, func(d *decoder, n ast.Node, _ field) { d.meta.ReviewEvery = d.period(n) }},
	"applies_to": {"Products and versions the page is for.", products, nil, func(d *decoder, n ast.Node, _ field) {
		d.meta.AppliesTo = d.applications(n, "applies_to")
	}},
	"phase":    {"Phases of work the page is listed under.", choices, phaseWords(), func(d *decoder, n ast.Node, f field) { d.meta.Phases = d.phases(n, f.values) }},
	"tags":     {"Words the page is listed under.", tags, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Tags = d.list(n, "tags") }},
	"audience": {"Groups that may see the page; without the key everyone may.", groups, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Audience = d.audience(n) }},
	"aliases":  {"Former addresses, which lead here for good.", texts, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Aliases = d.list(n, "aliases") }},
	"status":   {"State of the page in a word, such as draft.", aText, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Status = d.plain(n, "status") }},
	"superseded_by": {"The page to use in place of this one, as a link.", aText, nil, func(d *decoder, n ast.Node, _ field) {
		d.meta.SupersededBy = d.plain(n, "superseded_by")
	}},
	"weight":  {"Place among its neighbours, the lowest first; 0 comes last.", aNumber, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Weight = d.integer(n, "weight") }},
	"updated": {"Day of the last change, where no repository knows it, as YYYY-MM-DD.", aDate, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Updated = d.date(n, "updated") }},
	"published": {"Day on which the page, or an advisory, was published, as YYYY-MM-DD.", aDateOrSwitch, nil, func(d *decoder, n ast.Node, _ field) {
		if _, jekyll := n.(*ast.BoolNode); !jekyll { // Jekyll's switch of the same name has no effect here
			d.meta.Published = d.date(n, "published")
		}
	}},
	"description": {"What Hugo, Docusaurus and MkDocs call a summary.", aText, nil, func(d *decoder, n ast.Node, _ field) {
		if d.meta.Summary == "" {
			s, _ := d.scalar(n)
			d.meta.Summary = strings.Join(strings.Fields(s), " ")
		}
	}},

	"alerts":   {"Playbook: names of alerts that lead here.", texts, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Alerts = d.list(n, "alerts") }},
	"errors":   {"Playbook: texts of errors that lead here.", texts, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Errors = d.list(n, "errors") }},
	"inputs":   {"Playbook: values the reader fills in once, for all commands.", values, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Inputs = d.inputs(n) }},
	"duration": {"Playbook: how long it takes, such as 15 min.", aText, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Duration = d.plain(n, "duration") }},
	"risk": {"Playbook: how much can go wrong.", aChoice, []string{"low", "medium", "high"}, func(d *decoder, n ast.Node, f field) {
		d.meta.Risk = d.oneOf(n, "risk", f.values...)
	}},
	"escalation": {"Playbook: whom to call, and when.", aText, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Escalation = d.plain(n, "escalation") }},

	"id": {"Advisory: the name by which it is quoted.", aText, nil, func(d *decoder, n ast.Node, _ field) { d.meta.ID = d.plain(n, "id") }},
	"severity": {"Advisory: how bad it is.", aChoice, []string{"critical", "high", "moderate", "low"}, func(d *decoder, n ast.Node, f field) {
		d.meta.Severity = d.oneOf(n, "severity", f.values...)
	}},
	"state": {"Advisory: whether it still stands; fixed and withdrawn close it.", aChoice, []string{"open", "workaround", "fixed", "withdrawn"}, func(d *decoder, n ast.Node, f field) {
		d.meta.State = d.oneOf(n, "state", f.values...)
	}},
	"affected": {"Advisory: products and versions that have the issue.", products, nil, func(d *decoder, n ast.Node, _ field) {
		d.meta.Affected = d.applications(n, "affected")
	}},
	"fixed_in": {"Advisory: versions from which on the issue is gone; without a product, of all that is affected.", products, nil, func(d *decoder, n ast.Node, _ field) {
		d.meta.FixedIn = d.applications(n, "fixed_in")
	}},
	"updates": {"Advisory: its history.", history, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Updates = d.updates(n) }},

	"environment": {"Story: facts about where it was done, as label: value.", facts, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Environment = d.pairs(n) }},
	"uses": {"Story: playbooks it proves, as links.", destinations, nil, func(d *decoder, n ast.Node, _ field) {
		d.meta.Uses = d.list(n, "uses")
		d.each(n, func(v ast.Node) {
			if dest, ok := d.scalar(v); ok && dest != "" {
				d.link(v, dest)
			}
		})
	}},
	"results": {"Story: what was measured.", figures, nil, func(d *decoder, n ast.Node, _ field) { d.meta.Results = d.results(n) }},
}

// What the mappings in front matter may hold.
var (
	productKeys = []string{"product", "versions"}
	inputKeys   = []string{"name", "label", "type", "default", "required", "pattern", "options"}
	inputTypes  = []string{"hostname", "ip", "port", "int", "path", "k8s-name", "enum", "text", "secret"}
	updateKeys  = []string{"date", "text"}
	resultKeys  = []string{"measure", "before", "after", "measured"}
)

func kindWords() []string { return []string{"playbook", "guide", "advisory", "story"} }

func phaseWords() []string {
	var words []string
	for _, p := range Phases() {
		words = append(words, string(p))
	}
	return words
}

func (d *decoder) wrong(n ast.Node, key, want string) {
	d.at(n, "value-wrong", key+" is not "+want, "write "+want)
}

func (d *decoder) plain(n ast.Node, key string) string {
	s, ok := d.scalar(n)
	if !ok {
		d.wrong(n, key, "one piece of text")
	}
	return s
}

// oneLine is a text on one line, however many it was written on.
func (d *decoder) oneLine(n ast.Node, key string) string {
	return strings.Join(strings.Fields(d.plain(n, key)), " ")
}

func (d *decoder) integer(n ast.Node, key string) int {
	if s, ok := d.scalar(n); ok {
		if i, err := strconv.Atoi(s); err == nil {
			return i
		}
	}
	d.wrong(n, key, "a whole number")
	return 0
}

func (d *decoder) oneOf(n ast.Node, key string, values ...string) string {
	if s, ok := d.scalar(n); ok {
		if v := strings.ToLower(s); slices.Contains(values, v) {
			return v
		}
	}
	d.wrong(n, key, "one of "+strings.Join(values, ", "))
	return ""
}

var (
	dateForm    = regexp.MustCompile(`^\d{4}-\d\d-\d\d($|[T ])`)
	periodForm  = regexp.MustCompile(`^[1-9]\d{0,3} ?(d|w|m|y|days?|weeks?|months?|years?)$`)
	periodParts = regexp.MustCompile(`^([0-9]{1,4}) ?([dwmy])`)
)

// day reads the day of a date or a time; "" where it is neither, or no day of the calendar.
func day(s string) Date {
	if !dateForm.MatchString(s) {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, s[:10]); err != nil {
		return ""
	}
	return Date(s[:10])
}

func (d *decoder) date(n ast.Node, key string) Date {
	s, _ := d.scalar(n)
	v := day(s)
	if v == "" {
		d.wrong(n, key, "a date as YYYY-MM-DD")
		if iso := otherDate(s); iso != "" && d.keys == nil {
			d.rewrite(s, iso)
		}
	}
	return v
}

var (
	yearFirst = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$`)
	dayFirst  = regexp.MustCompile(`^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$`) // with slashes it could be the month
)

// otherDate is a day that is written in another way and can be meant in one way only, as YYYY-MM-DD; else "".
func otherDate(s string) string {
	y, m, dd := "", "", ""
	if f := yearFirst.FindStringSubmatch(s); f != nil {
		y, m, dd = f[1], f[2], f[3]
	} else if f := dayFirst.FindStringSubmatch(s); f != nil {
		y, m, dd = f[3], f[2], f[1]
	} else {
		return ""
	}
	return string(day(fmt.Sprintf("%s-%02s-%02s", y, m, dd)))
}

func (d *decoder) period(n ast.Node) string {
	if s, ok := d.scalar(n); ok && periodForm.MatchString(s) {
		return s
	}
	d.wrong(n, "review_every", "a period such as 6 months")
	return ""
}

// list reads a list of texts; one text alone is a list of one.
func (d *decoder) list(n ast.Node, key string) []string {
	seq, ok := d.real(n).(*ast.SequenceNode)
	if !ok {
		s, ok := d.scalar(n)
		if !ok {
			d.wrong(n, key, "a list of texts")
		}
		if s == "" {
			return nil
		}
		return []string{s}
	}
	var out []string
	for _, v := range seq.Values {
		s, ok := d.scalar(v)
		if !ok && key == "tags" {
			s, ok = d.labelOf(v)
		}
		if !ok {
			d.wrong(v, "an entry of "+key, "one piece of text")
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// labelOf reads a tag as Docusaurus may write it: {label: Disk, permalink: /disk}.
func (d *decoder) labelOf(n ast.Node) (string, bool) {
	pairs, _ := mapping(d.real(n))
	for _, p := range pairs {
		if d.keyOf(p) == "label" {
			return d.scalar(p.Value)
		}
	}
	return "", false
}

// Nobody is an audience that no viewer belongs to.
const Nobody = "nobody"

// audience never errs on the side of everyone: a value that cannot be read is an audience nobody belongs to.
func (d *decoder) audience(n ast.Node) []string {
	before := len(d.problems)
	out := d.list(n, "audience")
	switch {
	case len(d.problems) > before:
		return []string{Nobody}
	case len(out) == 0:
		d.noAudience(n)
		return []string{Nobody}
	}
	return out
}

// noAudience reports an audience that is left empty: it may have been meant to be filled in.
func (d *decoder) noAudience(n ast.Node) {
	d.meta.Audience = []string{Nobody}
	d.at(n, "value-wrong", "audience is empty, so nobody sees the page", "name the groups, or take the key out for everyone")
}

func (d *decoder) phases(n ast.Node, words []string) []Phase {
	var out []Phase
	d.each(n, func(v ast.Node) {
		if p := d.oneOf(v, "phase", words...); p != "" {
			out = append(out, Phase(p))
		}
	})
	return out
}

// record reads a mapping whose keys are all in allowed and whose values are texts or lists of texts.
func (d *decoder) record(n ast.Node, what string, allowed ...string) (map[string][]string, bool) {
	ps, ok := mapping(d.real(n))
	if !ok {
		return nil, false
	}
	out := map[string][]string{}
	for _, p := range ps {
		k := d.keyOf(p)
		if !slices.Contains(allowed, k) {
			d.at(p.Key, "key-unknown", fmt.Sprintf("unknown key %s in %s", k, what), "one of "+strings.Join(allowed, ", "))
			continue
		}
		if !isNull(d.real(p.Value)) {
			out[k] = d.list(p.Value, k)
		}
	}
	return out, true
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// each calls f for the entries of a list, or for n alone where it is none.
func (d *decoder) each(n ast.Node, f func(ast.Node)) {
	if seq, ok := d.real(n).(*ast.SequenceNode); ok {
		for _, v := range seq.Values {
			f(v)
		}
		return
	}
	f(n)
}

func (d *decoder) applications(n ast.Node, key string) []Application {
	var out []Application
	add := func(at ast.Node, a Application) {
		readable := a.Range
		if key == "fixed_in" {
			readable = a.Onward
			a.Versions = onward.ReplaceAllString(a.Versions, "")
		}
		out = append(out, a)
		if _, err := readable(); err != nil {
			d.at(at, "versions-wrong", strings.TrimSuffix("the versions of "+a.Product, " of ")+" cannot be read: "+err.Error(), rangeFix)
			if key == "applies_to" { // those of an advisory decide who acts
				d.problems[len(d.problems)-1].Severity = diag.Warning
			}
		}
	}
	d.each(n, func(v ast.Node) {
		if s, ok := d.scalar(v); ok {
			if a := splitApplication(s); s != "" {
				if key == "fixed_in" && (a.Versions == "" && loneVersion.MatchString(s) || fromVersion.MatchString(s)) {
					a = Application{Versions: s}
				}
				add(v, a)
			}
			return
		}
		r, ok := d.record(v, key, productKeys...)
		if !ok || first(r["product"]) == "" {
			d.wrong(v, "an entry of "+key, "a product with its versions")
			return
		}
		add(v, Application{Product: first(r["product"]), Versions: strings.Join(r["versions"], ", ")})
	})
	return out
}

// splitApplication reads "ESXi >=7.0 <=8.0 U3" or "Red Hat Linux 9": the product ends before the first word that
// begins with a digit or a comparison.
func splitApplication(s string) Application {
	words := strings.Fields(s)
	for i, w := range words {
		if i > 0 && strings.ContainsAny(w[:1], "0123456789<>=~^") {
			return Application{Product: strings.Join(words[:i], " "), Versions: strings.Join(words[i:], " ")}
		}
	}
	return Application{Product: strings.Join(words, " ")}
}

// onward is what a fix says of itself anyhow: it counts from its version on.
var onward = regexp.MustCompile(`(?i)^\s*(?:>=|≥|since|from)\s*|\s*\+$|\s+(?:(?:or|and)\s+)?(?:newer|later|higher|above|up|onwards?|upwards?)\s*$`)

// loneVersion is a version without a product before it.
var (
	loneVersion = regexp.MustCompile(`^v?[0-9]`)
	fromVersion = regexp.MustCompile(`(?i)^(?:>=|≥|since|from|version|build)\s*v?[0-9]`)
)

func (d *decoder) inputs(n ast.Node) []Input {
	var out []Input
	d.each(n, func(v ast.Node) {
		if s, ok := d.scalar(v); ok {
			out = append(out, Input{Name: s, Type: "text"})
			return
		}
		r, ok := d.record(v, "inputs", inputKeys...)
		if !ok || first(r["name"]) == "" {
			d.wrong(v, "an entry of inputs", "a name with its label and type")
			return
		}
		in := Input{
			Name: first(r["name"]), Label: first(r["label"]), Type: first(r["type"]), Default: first(r["default"]),
			Required: first(r["required"]) == "true", Pattern: first(r["pattern"]), Options: r["options"],
		}
		if in.Type == "" {
			in.Type = "text"
		}
		if why := patternProblem(in.Pattern); why != "" {
			d.wrong(v, "the pattern of input "+in.Name, why)
			in.Pattern = ""
		}
		if in.Default != "" && !in.Accepts(in.Default) {
			d.at(v, "value-wrong", "the default of input "+in.Name+" is none of its values", "write one that its type, its options and its pattern accept")
		}
		if !slices.Contains(inputTypes, in.Type) {
			d.wrong(v, "the type of input "+in.Name, "one of "+strings.Join(inputTypes, ", "))
			in.Type = "text"
		}
		out = append(out, in)
	})
	return out
}

// patternProblem says what a pattern should be that Go and browsers do not read alike; "" where they do.
func patternProblem(pattern string) string {
	if _, err := regexp.Compile(pattern); err != nil {
		return "a regular expression that parses"
	}
	if onlyGo.MatchString(strings.TrimPrefix(pattern, "(?i)")) {
		return "a regular expression without flags, named groups, \\A, \\z, \\Q and classes as [[:alpha:]]: browsers read them otherwise; (?i) may stand at its beginning"
	}
	return ""
}

var onlyGo = regexp.MustCompile(`\(\?[^:]|\\[AzQEpPCx]|\[\[:`)

func (d *decoder) updates(n ast.Node) []Update {
	var out []Update
	d.each(n, func(v ast.Node) {
		r, ok := d.record(v, "updates", updateKeys...)
		date := day(first(r["date"]))
		if !ok || date == "" {
			d.wrong(v, "an entry of updates", "a date as YYYY-MM-DD with a text")
			return
		}
		out = append(out, Update{Date: date, Text: first(r["text"])})
	})
	return out
}

func (d *decoder) pairs(n ast.Node) []Pair {
	ps, ok := mapping(d.real(n))
	if !ok {
		d.wrong(n, "environment", "a list of label: value")
		return nil
	}
	out := make([]Pair, 0, len(ps))
	for _, p := range ps {
		out = append(out, Pair{Label: d.keyOf(p), Value: d.plain(p.Value, d.keyOf(p))})
	}
	return out
}

func (d *decoder) results(n ast.Node) []Result {
	var out []Result
	d.each(n, func(v ast.Node) {
		r, ok := d.record(v, "results", resultKeys...)
		if !ok || first(r["measure"]) == "" {
			d.wrong(v, "an entry of results", "a measure with what came out")
			return
		}
		out = append(out, Result{Measure: first(r["measure"]), Before: first(r["before"]), After: first(r["after"]), Measured: first(r["measured"])})
	})
	return out
}
