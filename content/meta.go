package content

// Meta is a page's front matter. Every field may be empty; README and guides/rutter/write say what each is for.
type Meta struct {
	Title        string        `json:"title,omitempty"`
	Summary      string        `json:"summary,omitempty"`
	Kind         Kind          `json:"kind,omitempty"`
	Lang         string        `json:"lang,omitempty"` // BCP 47
	Owner        string        `json:"owner,omitempty"`
	Reviewed     Date          `json:"reviewed,omitempty"`
	ReviewedBy   string        `json:"reviewed_by,omitempty"`
	ReviewEvery  string        `json:"review_every,omitempty"` // "12 months", "2 weeks" …
	AppliesTo    []Application `json:"applies_to,omitempty"`
	Phases       []Phase       `json:"phase,omitempty"`
	Tags         []string      `json:"tags,omitempty"`
	Audience     []string      `json:"audience,omitempty"`
	Aliases      []string      `json:"aliases,omitempty"` // former addresses, with or without a leading slash
	Status       string        `json:"status,omitempty"`
	SupersededBy string        `json:"superseded_by,omitempty"`
	Weight       int           `json:"weight,omitempty"` // place among its neighbours, lowest first; 0 comes last
	Published    Date          `json:"published,omitempty"`
	Updated      Date          `json:"updated,omitempty"`

	// Playbooks.
	Alerts     []string `json:"alerts,omitempty"` // names of alerts that lead here
	Errors     []string `json:"errors,omitempty"` // texts of errors that lead here
	Inputs     []Input  `json:"inputs,omitempty"`
	Duration   string   `json:"duration,omitempty"`
	Risk       string   `json:"risk,omitempty"` // low, medium, high
	Escalation string   `json:"escalation,omitempty"`

	// Advisories.
	ID       string        `json:"id,omitempty"`
	Severity string        `json:"severity,omitempty"` // critical, high, moderate, low
	State    string        `json:"state,omitempty"`    // open, workaround, fixed, withdrawn
	Affected []Application `json:"affected,omitempty"`
	FixedIn  []Application `json:"fixed_in,omitempty"` // from which version on; without a Product it is of all that is affected
	Updates  []Update      `json:"updates,omitempty"`

	// Stories.
	Environment []Pair   `json:"environment,omitempty"`
	Uses        []string `json:"uses,omitempty"` // playbooks the story proves, as destinations of links
	Results     []Result `json:"results,omitempty"`
}

// Date is a calendar day as YYYY-MM-DD; it sorts as text. The empty Date is unknown.
type Date string

// Application is a product and the versions of it that are meant.
type Application struct {
	Product  string `json:"product"`
	Versions string `json:"versions,omitempty"` // as the author wrote it, for instance ">=7.0 <=8.0 U3"
}

// Input is a value the reader fills in.
type Input struct {
	Name       string   `json:"name"`
	Label      string   `json:"label,omitempty"`
	Type       string   `json:"type,omitempty"` // hostname, ip, port, int, path, k8s-name, enum, text, secret
	Default    string   `json:"default,omitempty"`
	Required   bool     `json:"required,omitempty"`
	Pattern    string   `json:"pattern,omitempty"`
	Options    []string `json:"options,omitempty"` // of an enum
	NotWritten int      `json:"-"`                 // places of the page in which the value that was sent could not stand, see View.Body
}

// Update is one entry in an advisory's history.
type Update struct {
	Date Date   `json:"date"`
	Text string `json:"text"`
}

// Pair is a fact with its label.
type Pair struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Result is one measured row of a story.
type Result struct {
	Measure  string `json:"measure"`
	Before   string `json:"before,omitempty"`
	After    string `json:"after,omitempty"`
	Measured string `json:"measured,omitempty"` // by what means
}

// Fixes returns the versions in which an advisory's issue is gone, as products with versions.
func (m *Meta) Fixes() []Application {
	out := make([]Application, 0, len(m.FixedIn))
	for _, a := range m.FixedIn {
		if a.Product != "" {
			out = append(out, a)
			continue
		}
		for _, product := range productsOf(m.Affected) {
			out = append(out, Application{Product: product, Versions: a.Versions})
		}
	}
	return out
}

// Products returns the names of the products the page applies to, each once, in the author's order.
func (m *Meta) Products() []string {
	return productsOf(m.AppliesTo, m.Affected)
}

func productsOf(lists ...[]Application) []string {
	var out []string
	seen := map[string]bool{}
	for _, as := range lists {
		for _, a := range as {
			if !seen[a.Product] {
				seen[a.Product] = true
				out = append(out, a.Product)
			}
		}
	}
	return out
}
