package coverage

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rutter/content"
	"rutter/content/diag"
)

// State is how an alert stands.
type State string

// The states of alerts, the one that wants work most first.
const (
	Unanswered State = "unanswered"    // no page has its name, and its rules lead to none
	URLDead    State = "url-dead"      // the runbook address of a rule leads to nothing of this portal
	URLElse    State = "url-elsewhere" // no page has its name; its runbook address is of another site, which is not looked at
	Answered   State = "answered"      // a page of this portal is there, under its name or at its runbook address
)

// States are all states in their order.
func States() []State { return []State{Unanswered, URLDead, URLElse, Answered} }

// Place is what the alert doorway /r/NAME leads to.
type Place struct {
	Path    string // of the page's file, "" for nothing
	Section string // anchor in it
	Near    bool   // its name is only nearly the one asked for
}

// Search is what readers searched for.
type Search struct {
	Query string
	None  int // how often nothing was found
}

// Options say what the rules are held against.
type Options struct {
	Lookup func(name string) (Place, error) // of the alert doorway
	Sites  []Site                           // which addresses are of this portal
	Asked  []Search                         // what readers searched for
}

// Report says which alerts have a page. Its JSON is that of the command line and of /api/v1/coverage.
type Report struct {
	Files     int           `json:"files"`     // of rules
	Rules     int           `json:"rules"`     // alerting rules; several may have one name
	Recording int           `json:"recording"` // rules that record, which nobody is alerted by
	Counts    map[State]int `json:"counts"`    // alerts by state
	URLs      map[Where]int `json:"urls"`      // different runbook addresses by where they lead
	Alerts    []Entry       `json:"alerts"`    // by state, then by name
	Idle      []Page        `json:"idle"`      // playbooks that answer no alert of the rules
	Unknown   []Unknown     `json:"unknown"`   // names in front matter that no rule has
	Problems  []Problem     `json:"problems"`
}

// Entry is an alert with all rules of its name.
type Entry struct {
	Name       string   `json:"name"`
	State      State    `json:"state"`
	Severities []string `json:"severities"`           // of its rules
	Summary    string   `json:"summary"`              // of the first rule that has one
	Page       *Page    `json:"page,omitempty"`       // that a runbook address leads to, else that has its name
	Near       *Page    `json:"near,omitempty"`       // that has nearly its name, where none answers it
	Rules      []Rule   `json:"rules"`                // by place
	Missed     int      `json:"missed"`               // how often readers searched for its name and found nothing
	Advisories []Page   `json:"advisories,omitempty"` // open ones that name it, or that concern what its page applies to
}

// Rule is one alerting rule.
type Rule struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Group    string `json:"group"`
	Severity string `json:"severity"`
	URL      string `json:"runbook_url"`
	Leads    Where  `json:"leads,omitempty"` // the address, where there is one
}

// Page is a page or a section of one.
type Page struct {
	Path  string `json:"path"` // of its file
	URL   string `json:"url"`
	Title string `json:"title"`
}

// Unknown is a name in the front matter of a page that no rule has.
type Unknown struct {
	Alert  string `json:"alert"`
	Page   Page   `json:"page"`
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
	Near   string `json:"near,omitempty"` // the alert of a rule that may be meant
}

// Problem is a diag.Problem as JSON.
type Problem struct {
	File     string `json:"file"` // of rules as it was named; of a page relative to the content folder
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	Text     string `json:"text"`
	Fix      string `json:"fix"`

	diag diag.Problem
	page bool
}

// Diag is the problem as it is printed.
func (p Problem) Diag() diag.Problem { return p.diag }

// OfPage tells whether the problem is one of a page, and not of a file of rules.
func (p Problem) OfPage() bool { return p.page }

// mapper makes a report.
type mapper struct {
	v      content.View
	o      Options
	report Report

	judged     map[string]address // by runbook address
	named      map[string][]*content.Doc
	answering  map[string]bool   // paths of pages that answer an alert
	names      map[string]string // of the alerts in the rules, by bare name
	advisories map[string][]*content.Doc
	missed     map[string]int
	problems   []Problem
}

// Map holds rules against the pages that v shows. It fails where the lookup does.
func Map(v content.View, rules Set, o Options) (Report, error) {
	o.Sites = sites(o.Sites)
	m := &mapper{
		v: v, o: o, judged: map[string]address{}, answering: map[string]bool{}, names: map[string]string{},
		named: map[string][]*content.Doc{}, advisories: map[string][]*content.Doc{}, missed: map[string]int{},
		report: Report{
			Files: rules.Files, Rules: len(rules.Alerts), Recording: rules.Recording,
			Counts: map[State]int{}, URLs: map[Where]int{}, Alerts: []Entry{}, Idle: []Page{}, Unknown: []Unknown{},
		},
	}
	for _, s := range States() {
		m.report.Counts[s] = 0
	}
	for _, w := range []Where{Here, Beside, Dead, Elsewhere} {
		m.report.URLs[w] = 0
	}
	for _, p := range rules.Problems {
		m.problem(p, false)
	}
	if len(rules.Alerts) == 0 {
		m.problem(diag.Problem{Rule: RuleUnreadable, Text: "no alert was read", Fix: "name files with alerting rules"}, false)
	}
	m.readPages()
	m.readSearches()
	byName := map[string][]Alert{}
	var names []string
	for _, a := range rules.Alerts {
		if len(byName[a.Name]) == 0 {
			names = append(names, a.Name)
			m.names[bare(a.Name)] = a.Name
		}
		byName[a.Name] = append(byName[a.Name], a)
	}
	for _, n := range names {
		if err := m.alert(n, byName[n]); err != nil {
			return Report{}, err
		}
	}
	for _, a := range m.judged {
		m.report.URLs[a.where]++
	}
	slices.SortStableFunc(m.report.Alerts, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(slices.Index(States(), a.State), slices.Index(States(), b.State)), strings.Compare(a.Name, b.Name))
	})
	m.idle()
	if len(names) > 0 { // where no rule was read, every name would be unknown
		m.unknown(names)
	}
	slices.SortFunc(m.problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Text, b.Text))
	})
	m.report.Problems = m.problems
	if m.report.Problems == nil {
		m.report.Problems = []Problem{}
	}
	return m.report, nil
}

func (m *mapper) problem(p diag.Problem, page bool) {
	m.problems = append(m.problems, Problem{p.File, p.Line, p.Column, p.Severity.String(), p.Rule, p.Text, p.Fix, p, page})
}

// readPages notes which pages name which alerts.
func (m *mapper) readPages() {
	for _, d := range m.v.All() {
		for _, a := range d.Meta.Alerts {
			m.named[bare(a)] = append(m.named[bare(a)], d)
		}
		if d.Kind != content.Advisory || !d.Meta.Open() {
			continue
		}
		for _, n := range slices.Concat(d.Meta.Alerts, d.Meta.Errors, strings.Fields(d.Title)) {
			if b := bare(n); b != "" && !slices.Contains(m.advisories[b], d) {
				m.advisories[b] = append(m.advisories[b], d)
			}
		}
	}
}

// readSearches notes how often names were searched for in vain: as the whole query, or as a word of it.
func (m *mapper) readSearches() {
	for _, s := range m.o.Asked {
		if s.None == 0 {
			continue
		}
		seen := map[string]bool{"": true}
		for _, w := range append(strings.Fields(s.Query), s.Query) {
			if b := bare(w); !seen[b] {
				seen[b] = true
				m.missed[b] += s.None
			}
		}
	}
}

// bare is a name by its letters and digits alone, which is how the alert doorway compares names.
func bare(s string) string {
	var b []byte
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
	}
	return string(b)
}

func (m *mapper) lookup(name string) (Place, error) { return m.o.Lookup(name) }

// alert adds an alert with its rules.
func (m *mapper) alert(name string, rules []Alert) error {
	e := Entry{Name: name, Severities: []string{}, Missed: m.missed[bare(name)]}
	place, err := m.lookup(name)
	if err != nil {
		return err
	}
	var doc *content.Doc
	if d := m.v.Doc(place.Path); place.Path != "" && d != nil {
		if p := pageOf(d, place.Section); place.Near {
			e.Near = p
		} else {
			doc, e.Page = d, p
		}
	}
	elsewhere, linked := false, false
	for _, a := range rules {
		if a.Severity != "" && !slices.Contains(e.Severities, a.Severity) {
			e.Severities = append(e.Severities, a.Severity)
		}
		e.Summary = cmp.Or(e.Summary, a.Summary)
		x := Rule{File: a.File, Line: a.Line, Column: a.Column, Group: a.Group, Severity: a.Severity, URL: a.RunbookURL}
		if a.RunbookURL != "" {
			to, known := m.judged[a.RunbookURL]
			if !known {
				if to, err = m.judge(a.RunbookURL); err != nil {
					return err
				}
				m.judged[a.RunbookURL] = to
			}
			switch x.Leads = to.where; {
			case to.where == Dead:
				e.State = URLDead
			case to.where == Elsewhere:
				elsewhere = true
			case to.where == Here && !linked: // whoever is alerted opens this one
				linked, doc, e.Page, e.Near = true, to.page, pageOf(to.page, to.frag), nil
			}
			if to.where == Here {
				m.answering[to.page.Path] = true
			}
		}
		e.Rules = append(e.Rules, x)
	}
	if doc != nil {
		m.answering[doc.Path] = true
	}
	for _, d := range m.named[bare(name)] {
		m.answering[d.Path] = true
	}
	switch {
	case e.State == URLDead:
	case doc != nil:
		e.State = Answered
	case elsewhere:
		e.State = URLElse
	default:
		e.State = Unanswered
	}
	m.open(&e, doc)
	m.report.Counts[e.State]++
	m.report.Alerts = append(m.report.Alerts, e)
	m.blame(e, rules)
	return nil
}

// open adds the open advisories of an alert.
func (m *mapper) open(e *Entry, doc *content.Doc) {
	docs := slices.Clone(m.advisories[bare(e.Name)])
	if doc != nil {
		docs = append(docs, m.v.Advisories(doc)...)
	}
	for i, d := range docs {
		if slices.Index(docs, d) == i {
			e.Advisories = append(e.Advisories, *pageOf(d, ""))
		}
	}
}

// blame reports what is to be done for an alert: once for each runbook address that leads nowhere, or once where nothing
// answers it.
func (m *mapper) blame(e Entry, rules []Alert) {
	vain := ""
	if e.Missed > 0 {
		vain = ", which readers searched for in vain, " + times(e.Missed)
	}
	hint := "name it in alerts of its page, or write one"
	switch {
	case e.Page != nil:
		hint = "its page is " + e.Page.URL
	case e.Near != nil:
		hint = "if " + e.Near.Path + " is meant, name the alert there"
	}
	if e.State == Unanswered {
		m.problem(diag.Problem{
			File: rules[0].File, Line: rules[0].Line, Column: rules[0].Column, Rule: RuleUnanswered,
			Text: "no page answers the alert " + e.Name + vain, Fix: hint,
		}, false)
	}
	seen := map[string]bool{}
	for _, a := range rules {
		to := m.judged[a.RunbookURL]
		if to.where != Dead || seen[a.RunbookURL] {
			continue
		}
		seen[a.RunbookURL] = true
		text, fix := "nothing is at "+to.path, hint
		switch {
		case to.page != nil:
			text = to.path + " has no heading #" + clip(to.lost, maxName)
			fix = ""
			if near := content.Nearest(to.lost, to.page.Anchors); near != "" {
				fix = "did you mean #" + near + "?"
			}
		case to.name != "":
			text = "nothing has the name of " + to.path
		}
		m.problem(diag.Problem{
			File: a.File, Line: a.URLLine, Column: a.URLColumn, Rule: RuleDead,
			Text: text + ", where the alert " + e.Name + " leads" + vain, Fix: fix,
		}, false)
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}

func pageOf(d *content.Doc, section string) *Page {
	p := &Page{Path: d.Path, URL: d.URL, Title: d.Title}
	if section != "" {
		p.URL += "#" + fragment(section)
	}
	return p
}

// idle lists the playbooks that answer no alert.
func (m *mapper) idle() {
	for _, d := range m.v.Select(func(d *content.Doc) bool { return d.Kind == content.Playbook && !m.answering[d.Path] }) {
		m.report.Idle = append(m.report.Idle, *pageOf(d, ""))
	}
}

// maxHints is for how many names one is looked for that may be meant.
const maxHints = 200

// unknown lists the names in front matter that no rule has.
func (m *mapper) unknown(names []string) {
	for _, d := range m.v.All() {
		for _, a := range d.Meta.Alerts {
			if _, ok := m.names[bare(a)]; ok || bare(a) == "" {
				continue
			}
			u := Unknown{Alert: a, Page: *pageOf(d, "")}
			u.Line, u.Column = placeIn(d, a)
			fix := "take it out, or name the file of its rule too"
			if len(m.report.Unknown) < maxHints {
				if u.Near = content.Nearest(a, names); u.Near != "" {
					fix = "did you mean " + u.Near + "?"
				}
			}
			m.report.Unknown = append(m.report.Unknown, u)
			m.problem(diag.Problem{
				File: d.Path, Line: u.Line, Column: u.Column, Severity: diag.Warning, Rule: RuleUnknown,
				Text: "no rule has the alert " + a, Fix: fix,
			}, true)
		}
	}
}

// placeIn is where the front matter of a page names an alert; line 1 where it is not found as it is.
func placeIn(d *content.Doc, name string) (line, col int) {
	raw, err := d.Source()
	if err != nil {
		return 1, 0
	}
	body, err := d.Text()
	if err != nil {
		return 1, 0
	}
	front := string(raw[:max(0, len(raw)-len(body))])
	at := max(0, strings.Index(front, "alerts"))
	i := strings.Index(front[at:], name)
	if i < 0 {
		return 1, 0
	}
	before := front[:at+i]
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

// Failed tells whether an alert has no page or an address is dead, or, where it is strict, whether there is any
// warning.
func (r Report) Failed(strict bool) bool {
	return slices.ContainsFunc(r.Problems, func(p Problem) bool {
		return p.diag.Severity == diag.Error || strict && p.diag.Severity == diag.Warning
	})
}
