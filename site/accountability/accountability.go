package accountability

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"rutter/content"
	"rutter/content/diag"
)

// Row is one page. Its fields are those of /api/v1/accountability.
type Row struct {
	Path       string   `json:"path"`
	URL        string   `json:"url"`
	Title      string   `json:"title"`
	Kind       string   `json:"kind"`
	Owner      string   `json:"owner,omitempty"`
	Reviewed   string   `json:"reviewed,omitempty"` // YYYY-MM-DD
	ReviewedBy []string `json:"reviewed_by,omitempty"`
	ReviewedIn string   `json:"reviewed_in,omitempty"` // revision whose message says so, where front matter does not
	AgeDays    *int     `json:"age_days,omitempty"`    // since the review
	Every      string   `json:"review_every,omitempty"`
	Due        string   `json:"due,omitempty"` // YYYY-MM-DD
	Late       bool     `json:"late"`
	Changed    string   `json:"changed,omitempty"` // RFC 3339
	ChangedBy  string   `json:"changed_by,omitempty"`
	Revision   string   `json:"revision,omitempty"`
	Errors     int      `json:"errors"`
	Warnings   int      `json:"warnings"`
	Open       bool     `json:"open_advisory,omitempty"` // an advisory that still stands

	late time.Duration
}

// Report is all pages that a viewer may see, the ones that wait longest first.
type Report struct {
	Pages      int   `json:"pages"`
	Late       int   `json:"late"`       // whose review was promised for a day that is past
	Unreviewed int   `json:"unreviewed"` // that nobody has gone through
	Unowned    int   `json:"unowned"`
	Rows       []Row `json:"rows"`
}

// Owner is somebody who answers for pages, with how many of them wait for what.
type Owner struct {
	Name                            string // "" for nobody
	Pages, Late, Unreviewed, Errors int
}

// Of reports on the pages of a view at a time. owner, in any letter case, takes that owner's alone; "" takes all, and
// Nobody those without one.
func Of(s *content.Snapshot, v content.View, owner string, now time.Time) Report {
	var r Report
	for _, d := range v.All() {
		if owner != "" && !strings.EqualFold(cmp.Or(d.Meta.Owner, Nobody), owner) {
			continue
		}
		r.add(rowOf(s, v, d, now))
	}
	slices.SortStableFunc(r.Rows, func(a, b Row) int {
		return cmp.Or(-cmp.Compare(b2i(a.Late), b2i(b.Late)), -cmp.Compare(a.late, b.late), -cmp.Compare(b2i(a.Reviewed == ""), b2i(b.Reviewed == "")), cmp.Compare(a.Reviewed, b.Reviewed), cmp.Compare(a.Path, b.Path))
	})
	return r
}

// Nobody stands for pages that no owner is named for.
const Nobody = "nobody"

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *Report) add(x Row) {
	r.Pages++
	r.Late += b2i(x.Late)
	r.Unreviewed += b2i(x.Reviewed == "")
	r.Unowned += b2i(x.Owner == "")
	r.Rows = append(r.Rows, x)
}

func rowOf(s *content.Snapshot, v content.View, d *content.Doc, now time.Time) Row {
	x := Row{Path: d.Path, URL: d.URL, Title: d.Title, Kind: string(d.Kind), Owner: d.Meta.Owner, Open: d.Kind == content.Advisory && d.Meta.Open()}
	review := v.Review(d)
	x.Reviewed, x.ReviewedBy, x.ReviewedIn, x.Every = string(review.Day), review.By, review.Revision, review.Every
	if t, err := time.Parse(time.DateOnly, x.Reviewed); err == nil {
		age := int((now.Unix() - t.Unix()) / (24 * 60 * 60)) // a Duration ends after 292 years
		x.AgeDays = &age
	}
	if due, ok := review.Due(); ok {
		x.Due = due.Format(time.DateOnly)
		if x.Late = review.Late(now); x.Late {
			x.late = now.Sub(due)
		}
	}
	if t, ok := v.Changed(d); ok {
		x.Changed, x.Revision = t.UTC().Format(time.RFC3339), v.Revision(d)
	}
	x.ChangedBy = v.ChangedBy(d)
	x.Errors, x.Warnings, _ = s.CountsOf(d.Path)
	return x
}

// Owners sums up by owner, those with most that waits first.
func (r Report) Owners() []Owner {
	by := map[string]*Owner{}
	for _, x := range r.Rows {
		o := by[strings.ToLower(x.Owner)]
		if o == nil {
			o = &Owner{Name: x.Owner}
			by[strings.ToLower(x.Owner)] = o
		}
		o.Pages++
		o.Late += b2i(x.Late)
		o.Unreviewed += b2i(x.Reviewed == "")
		o.Errors += x.Errors
	}
	out := make([]Owner, 0, len(by))
	for _, o := range by {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b Owner) int {
		return cmp.Or(-cmp.Compare(a.Late, b.Late), -cmp.Compare(a.Errors, b.Errors), -cmp.Compare(a.Unreviewed, b.Unreviewed), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	return out
}

// CSV writes the rows as RFC 4180 has it, with a line of names first. A cell that a spreadsheet would take for a formula
// begins with an apostrophe.
func (r Report) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"path", "title", "kind", "owner", "reviewed", "reviewed_by", "reviewed_in", "age_days", "review_every", "due", "late", "changed", "changed_by", "revision", "errors", "warnings"})
	for _, x := range r.Rows {
		age := ""
		if x.AgeDays != nil {
			age = strconv.Itoa(*x.AgeDays)
		}
		row := []string{x.Path, x.Title, x.Kind, x.Owner, x.Reviewed, strings.Join(x.ReviewedBy, "; "), x.ReviewedIn, "", x.Every, x.Due, strconv.FormatBool(x.Late), x.Changed, x.ChangedBy, x.Revision, "", ""}
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		row[7], row[14], row[15] = age, strconv.Itoa(x.Errors), strconv.Itoa(x.Warnings)
		_ = c.Write(row)
	}
	c.Flush()
	return c.Error()
}

// Digest is what waits for somebody, as plain text that can be sent by mail: of at most 78 columns but for addresses, which
// stay whole. link makes an address of a page's URL.
func (r Report) Digest(owner string, now time.Time, link func(url string) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Pages of %s on %s\n\n", fit(owner, 55), now.UTC().Format(time.DateOnly))
	if r.Pages == 0 {
		b.WriteString("There are none.\n")
		return b.String()
	}
	waits := false
	section := func(title string, which func(Row) bool, note func(Row) string) {
		first := true
		for _, x := range r.Rows {
			if !which(x) {
				continue
			}
			if first {
				b.WriteString(title + "\n")
				first, waits = false, true
			}
			fmt.Fprintf(&b, "  %s\n    %s\n", fit(x.Title, 76), link(x.URL))
			if n := note(x); n != "" {
				fmt.Fprintf(&b, "    %s\n", fit(n, 74))
			}
		}
		if !first {
			b.WriteByte('\n')
		}
	}
	section("Review is due again:", func(x Row) bool { return x.Late }, func(x Row) string {
		return "reviewed " + x.Reviewed + by(x.ReviewedBy) + ", due since " + x.Due
	})
	section("Nobody has reviewed:", func(x Row) bool { return x.Reviewed == "" }, func(x Row) string {
		if x.Changed == "" {
			return ""
		}
		return "last changed " + x.Changed[:10] + by([]string{x.ChangedBy})
	})
	section("Something is wrong with:", func(x Row) bool { return x.Errors > 0 }, func(x Row) string {
		return plural(x.Errors, "error") + ", see rutter check"
	})
	section("Advisories that still stand:", func(x Row) bool { return x.Open }, func(Row) string { return "" })
	if !waits {
		b.WriteString("Nothing waits.\n\n")
	}
	fmt.Fprintf(&b, "%s in all.\n", plural(r.Pages, "page"))
	return b.String()
}

func by(names []string) string {
	if s := strings.Join(names, ", "); s != "" {
		return " by " + s
	}
	return ""
}

// fit makes one line of n columns at most.
func fit(s string, n int) string {
	if r := []rune(diag.Printable(s)); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return diag.Printable(s)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
