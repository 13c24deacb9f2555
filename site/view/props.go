package view

import (
	"cmp"

	"rutter/content/coverage"
	"rutter/content/diag"
	"rutter/content/difference"
	"rutter/content/markdown"
	"rutter/search"
)

// Frame is what stands around every page.
type Frame struct {
	Portal      string // the portal's name
	Title       string // of the page, "" on the home page
	Description string // of the page, for those who list it elsewhere
	Lang        string // BCP 47; "" is English
	Query       string // shown in the search field
	Nav         []NavItem
	Assets      Assets
	Foot        []Fact   // facts at the foot of the page
	Bar         *Bar     // for authors; nil for readers
	Live        string   // where the page hears that it has changed; "" for readers
	Authors     bool     // the page is one for authors
	Base        string   // of a preview: what stands before all its addresses
	Preview     *Preview // of a preview: what is told over every page; nil elsewhere
	NoIndex     bool     // keep it out of search engines
	Home        bool     // the home page has its own search field
	Play        bool     // the page has commands with values, or steps
	Pick        bool     // the page asks for versions
	Find        bool     // the page searches in the browser
	Keep        bool     // the page is about what the browser keeps
	Diagrams    bool     // the page has diagrams to draw
	Changes     bool     // the page shows what changed
	Products    bool     // pages name products, so that readers may choose theirs
}

// Assets are the addresses of what a page loads.
type Assets struct {
	CSS, JS, Play, Box, Pick, Find, Keep, Diagram, Mermaid, Icon string
	Authors, Live                                                string
	Difference                                                   string // the style sheet of pages that show what changed
	Worker                                                       string // that keeps pages for a time without the network; "" for none
}

// NavItem is a link in the head of every page.
type NavItem struct {
	Label, URL string
	Current    bool // the page belongs to it
}

// Link is a page or place to go to.
type Link struct {
	Label, URL string
	Note       string // a second line
	Mono       bool   // the label is something typed
}

// Fact is a label with its value, and a link where one helps.
type Fact struct {
	Label, Value string
	URL          string
	Big          bool // the value is a number worth its size
	Small        string
	Severity     string // of an advisory: the value is shown with its shape
	Time         string // machine-readable date of Value, RFC 3339
}

// Bar tells authors what is wrong with the page they look at.
type Bar struct {
	File     string // the page's, "" where the page has none
	Problems []diag.Problem
	Troubles []string
	Stale    bool   // the page is shown in an older version
	Total    int    // problems in the whole folder
	Ranks    []Rank // of the page for what readers ask
}

// Rank is the place of the page among the results of a search that it should answer.
type Rank struct {
	Query, URL string
	Place      int // from 1; 0 where it is not found
	Within     int // the worst that will do, 0 where nobody has said
}

// Good tells whether the place will do: it is the one that was asked for, or among the first three.
func (r Rank) Good() bool { return r.Place > 0 && r.Place <= cmp.Or(r.Within, 3) }

// Page is one page of content.
type Page struct {
	Frame
	Crumbs   []Link
	Heading  string
	Anchor   string // id of the body's own first heading
	Name     string // the body's own title where it differs
	Asked    string // a name that led here though it is not quite the page's; "" elsewhere
	Lead     string
	Fields   []Field // the values that the commands want
	Trust    []Fact
	Toc      []TocItem
	Body     string // HTML
	Aside    []Block
	Folder   *Listing  // what is in the folder, when the page is a folder's
	Advisory *Advisory // what an advisory says of versions; nil on other pages
	Story    *Story    // what a story measured; nil on other pages
	Scope    string    // products and versions the page is for, see content.ScopeOf
	Revision string    // that last changed the page
	Prev     *Link
	Next     *Link
	Furn     []Fact
}

// Advisory is whom an issue concerns.
type Advisory struct {
	Products         []string
	Closed           bool // nothing more is to come
	Rows             []Affected
	Log              []LogEntry
	Product, Version string // what was asked about
	Answer           string // affected, fixed, not, unknown; "" for none
}

// Affected is a product in versions that an issue is in, or gone from.
type Affected struct {
	Product, Versions string
	Fixed             bool
	Scope             string
}

// LogEntry is one entry in an advisory's history.
type LogEntry struct{ Date, Text string }

// Story is what a story measured.
type Story struct {
	Big              []Result // those shown large
	Results          []Result
	Before, Measured bool // whether any result has it
}

// Result is one row of a story's measures.
type Result struct{ Measure, Before, After, Measured string }

// Field is a value that the reader fills in.
type Field struct {
	Name, Label, Value string
	Pattern            string   // of the whole value, as a regular expression; "" for any
	Options            []string // to choose from; nil for any
	Secret             bool     // never sent
	Number             bool
	Required           bool
	Form               string // what a value looks like, in words; "" for any
	Why                string // it does not stand in some commands; "" where it does
	Wrong              bool   // Value does not match
}

// TocItem is a heading in "On this page".
type TocItem struct {
	Level    int // 2 or 3
	Text, ID string
}

// Block is a titled box beside the text.
type Block struct {
	Title string
	ID    string // anchor; "" for none
	Facts []Fact
	Links []Link
	Text  string
}

// Listing is pages in a folder or under a common property.
type Listing struct {
	Title   string
	Folders []Entry
	Pages   []Entry
	Total   int // pages in all, over all pages of the list
	Pager   Pager
}

// Entry is a page or folder in a list.
type Entry struct {
	Title, URL, Summary string
	Meta                []string
	Count               int    // pages in a folder
	Severity            string // of an advisory
	Scope               string // see Page
}

// Pager leads through a long list.
type Pager struct {
	Page, Pages int
	Prev, Next  string // URLs, "" at the ends
	Links       []PagerLink
}

// PagerLink is one page of a long list; a zero Page is a gap.
type PagerLink struct {
	Page    int
	URL     string
	Current bool
}

// ListPage is a page that is a list.
type ListPage struct {
	Frame
	Set     string // address of the list's pages for a browser that keeps them; "" where they cannot be kept
	Crumbs  []Link
	Heading string
	Lead    string
	Listing Listing
}

// ProductsPage is where readers say what they use.
type ProductsPage struct {
	Frame
	Products []Product
}

// Product is one that pages name.
type Product struct {
	Name, URL string
	Pages     int
	Example   string // a version
	Key       string // as pages name it to the browser, see content.ScopeOf
}

// FindPage searches in the browser.
type FindPage struct {
	Frame
	Heading, Lead string
	Index         string // folder of an exported index, relative; "" for the pages the browser keeps
	Offline       bool   // list what the browser keeps
}

// Home is the front page.
type Home struct {
	Frame
	Examples   []Link
	Phases     []PhaseBox
	Advisories []Entry
	Stories    []Entry
	Changed    []Entry
	Folders    []FolderBox
	Kinds      []KindBox
	Tags       []Link
	Body       string // HTML of the root's own page
	BodyTitle  string
}

// FolderBox is a folder with the first of what is in it.
type FolderBox struct {
	Title, URL string
	Count      int // pages, at any depth
	Entries    []Entry
}

// PhaseBox is one of the six phases.
type PhaseBox struct {
	Label, Text, URL string
	Count            int
	Pages            []Link
}

// KindBox is one kind of page.
type KindBox struct {
	Label, Text, URL string
	Count            int
}

// SearchPage is the answer to a query, or the form for one.
type SearchPage struct {
	Frame
	Asked      bool // for something, be it filters alone
	Query      string
	Paste      string // what was searched of a pasted text; "" where nothing was pasted
	Missing    string // a name at the doorway that nothing here has; "" elsewhere
	Unsure     bool   // a pasted text that nothing here is likely to answer
	Building   bool   // there is no index yet
	Failed     bool   // the index gave an error
	Total      int
	TookMS     float64
	Suggestion *Link
	Notices    []string
	Chosen     []Link // filters that are set, each with the way to take it off
	Facets     []FacetBox
	Hits       []HitBox
	Pager      Pager
	Words      []Link // what to try when nothing was found
	Stub       *Stub  // the beginning of a page that is missing
}

// Stub is the beginning of a page nobody has written yet.
type Stub struct {
	Path string // where it would lie in the content folder
	Text string
}

// FacetBox is a property to narrow the results by.
type FacetBox struct {
	Label, Name string
	Values      []FacetValue
	Open        bool // more values are shown than the first few
}

// FacetValue is one value with the number of pages that have it.
type FacetValue struct {
	Label, Value string
	Count        int
	Selected     bool
}

// HitBox is a page that answers.
type HitBox struct {
	Title, URL string
	Meta       []string
	Trust      []string // why it may be believed
	Scope      string   // see Page
	Severity   string
	Versions   []Link // other versions of the page
	Sections   []SectionBox
}

// SuggestBox is what the search box shows while somebody types.
type SuggestBox struct {
	Query      string
	Total      int
	Suggestion string
	Hits       []HitBox
	Notices    []string
	Message    string // instead of hits
}

// SectionBox is a place in a page that answers.
type SectionBox struct {
	Heading, URL string
	Snippet      search.Snippet
}

// Lost is the page where nothing is.
type Lost struct {
	Frame
	Path      string
	Words     string // the address as a query
	Near      []Entry
	Folder    *Link // the nearest folder that exists
	RequestID string
}

// ErrorPage says that the portal failed, not the reader.
type ErrorPage struct {
	Frame
	Status    int
	Heading   string
	Text      string
	RequestID string
	Path      string
}

// ProblemsPage lists everything authors can mend.
type ProblemsPage struct {
	Frame
	Branches                bool // they can be previewed
	Edition                 string
	Pages                   int
	Errors, Warnings, Notes int
	Troubles                []string
	Files                   []ProblemFile
	Coverage                bool // rules are held against the pages
	Shown                   int
}

// CoveragePage tells authors which alerts have a page.
type CoveragePage struct {
	Frame
	Alerts, Rules, Files int
	States               []CoverageState // in order
	Idle                 []Entry         // playbooks that answer no alert
	IdleTotal            int
	Unknown              []coverage.Unknown
	UnknownTotal         int
	Unreadable           []diag.Problem // of the rules
}

// CoverageState is the alerts in one state.
type CoverageState struct {
	State  coverage.State
	Total  int
	Alerts []CoveredAlert
}

// CoveredAlert is an alert with what is known of it.
type CoveredAlert struct {
	Name, Severity string
	Doorway        string // where its link leads now
	Page, Near     *Link  // that answers it, or that has nearly its name
	Address        string // its runbook address, where it is dead or elsewhere
	File           string // of its first rule
	Line           int
	Rules          int // of its name
	Missed         int // how often readers searched for it in vain
	Advisories     []Link
}

// ProblemFile is the problems of one file.
type ProblemFile struct {
	File     string
	URL      string
	Problems []diag.Problem
}

// RulesPage lists the rules of writing.
type RulesPage struct {
	Frame
	Rules []RuleLink
}

// RuleLink is a rule in a list.
type RuleLink struct {
	ID, Title string
	Severity  diag.Severity
}

// RulePage explains one rule.
type RulePage struct {
	Frame
	Rule RuleLink
	Body string // HTML
}

// AccountabilityPage says who answers for which page.
type AccountabilityPage struct {
	Frame
	Owner                           string // whose pages these are, "" for everyone's
	Pages, Late, Unreviewed, Orphan int
	Owners                          []OwnerRow
	Rows                            []AccountRow
	Pager                           Pager
	Data, Sheet, Text               string // addresses of the same as JSON, CSV and plain text; the last is "" for everyone's
	Authors                         bool   // problems are shown
}

// OwnerRow sums up the pages of one owner.
type OwnerRow struct {
	Name, URL                       string
	Pages, Late, Unreviewed, Errors int
}

// AccountRow is one page.
type AccountRow struct {
	Title, URL, Owner, OwnerURL                       string
	Reviewed, By, Due, Changed, ChangedBy, ChangesURL string
	Age                                               string // of the review, in words
	Late                                              bool
	Errors                                            int
}

// Preview is what stands over every page of a preview.
type Preview struct {
	Branch, Revision string
	Live             string // address of the same page in the live portal
}

// BranchesPage lists the branches that can be previewed.
type BranchesPage struct {
	Frame
	Asked    string // a branch that is not there; "" where none was named
	Branches []BranchRow
	More     int // that are not listed
}

// BranchRow is one of them.
type BranchRow struct {
	Name, URL, Revision, Time, Date string
	Live                            bool // it is what readers have
}

// BranchPage is what a branch changes.
type BranchPage struct {
	Frame
	Name, Revision, Base, Time, Date string
	Pages, Files                     []BranchChange
}

// BranchChange is a file that a branch changes.
type BranchChange struct {
	Path, Title, URL string
	Status           string // added, changed, removed, renamed from …
	Difference       string // where that is shown
}

// AskedPage tells authors what readers searched for and did not find.
type AskedPage struct {
	Frame
	Off     bool         // searches are not counted
	Enough  int          // how many different readers must have asked
	Missing []AskedQuery // that found nothing, at least once
	Passed  []AskedQuery // whose results were hardly ever opened
}

// AskedQuery is a query with its counts.
type AskedQuery struct {
	Query, URL          string
	Asked, None, Opened int
}

// ChangesPage lists the versions of a page.
type ChangesPage struct {
	Frame
	Crumbs  []Link
	Heading string
	Lead    string
	Changes []Change // the newest first
	Pager   Pager
}

// Change is one that was made to a page, and the version it made.
type Change struct {
	Subject  string // what its author says of it, one line
	Author   string
	Time     string // RFC 3339
	Date     string // as it is shown
	Revision string // as it is shown
	Note     string // what it did, where it is known: "added", "renamed from a.md"
	URL      string // of what it changed, or of the version; "" for none
}

// DifferencePage is what changed between two versions of a page.
type DifferencePage struct {
	Frame
	Crumbs   []Link
	Heading  string  // the page's title
	From, To *Change // the versions; nil where there was no page
	Fields   []FieldRow
	Stats    markdown.Stats
	Body     string // HTML, see markdown.Difference
	AsText   bool   // there is no Body: a version can only be shown as its text
	Source   []difference.Hunk
	Older    *Link // the change before this one
	Newer    *Link
}

// FieldRow is a key of the front matter that changed, "" where it had no value.
type FieldRow struct{ Label, Old, New string }
