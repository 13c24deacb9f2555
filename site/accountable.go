package site

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rutter/site/accountability"
	"rutter/site/view"
)

const (
	accountabilityPath = "/-/accountability"
	accountabilityCSV  = accountabilityPath + ".csv"
	accountabilityAPI  = "/api/v1/accountability"
)

var typeCSV = []string{"text/csv; charset=utf-8"}

// reportOf is who answers for the pages that the reader may see. Problems are for authors.
func (s *Server) reportOf(r *request) (report accountability.Report, owner string) {
	owner = strings.TrimSpace(r.URL.Query().Get("owner"))
	report = accountability.Of(r.edition.Snapshot, r.view, owner, s.o.Now())
	if !s.o.Authors {
		for i := range report.Rows {
			report.Rows[i].Errors, report.Rows[i].Warnings = 0, 0
		}
	}
	return report, owner
}

// accountable shows who answers for which page: as a page, or as the digest of one owner to whom asks for text.
func (s *Server) accountable(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	report, owner := s.reportOf(r)
	if owner != "" && (wantsText(r.Header["Accept"]) || r.URL.Query().Get("as") == "text") {
		base := s.base(r)
		text := report.Digest(owner, s.o.Now(), func(u string) string { return base + u })
		represent([]byte(text), typeText, cacheNever, varyBoth).write(w, r.Request, http.StatusOK)
		return nil
	}
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	if n > pagesOf(len(report.Rows)) || owner != "" && report.Pages == 0 {
		return s.lost(w, r)
	}
	q := url.Values{}
	if owner != "" {
		q.Set("owner", owner)
	}
	with := func(path string, q url.Values) string {
		if len(q) == 0 {
			return path
		}
		return path + "?" + q.Encode()
	}
	p := view.AccountabilityPage{
		Frame: s.frameOf(r, "Accountability"), Owner: owner, Authors: s.o.Authors,
		Pages: report.Pages, Late: report.Late, Unreviewed: report.Unreviewed, Orphan: report.Unowned,
		Pager: pagerOf(n, pagesOf(len(report.Rows)), accountabilityPath, q),
		Data:  with(accountabilityAPI, q), Sheet: with(accountabilityCSV, q),
	}
	p.Frame.NoIndex = true
	if owner != "" {
		p.Text = with(accountabilityPath, url.Values{"owner": {owner}, "as": {"text"}})
		p.Frame.Title = "Pages of " + owner
	} else if n == 1 {
		if owners := report.Owners(); len(owners) > 1 {
			for _, o := range owners {
				p.Owners = append(p.Owners, view.OwnerRow{Name: ownerName(o.Name), URL: ownerURL(o.Name), Pages: o.Pages, Late: o.Late, Unreviewed: o.Unreviewed, Errors: o.Errors})
			}
		}
	}
	from := min((n-1)*perPage, len(report.Rows))
	for _, x := range report.Rows[from:min(from+perPage, len(report.Rows))] {
		p.Rows = append(p.Rows, s.accountOf(r, x))
	}
	body, err := render(r.Context(), view.AccountabilityView(p))
	if err != nil {
		return err
	}
	represent(body, typeHTML, cacheNever, varyBoth).write(w, r.Request, http.StatusOK)
	return nil
}

func ownerName(owner string) string {
	if owner == "" {
		return accountability.Nobody
	}
	return owner
}

func ownerURL(owner string) string {
	return accountabilityPath + "?" + url.Values{"owner": {ownerName(owner)}}.Encode()
}

func (s *Server) accountOf(r *request, x accountability.Row) view.AccountRow {
	out := view.AccountRow{Title: x.Title, URL: x.URL, Owner: x.Owner, OwnerURL: ownerURL(x.Owner), Reviewed: x.Reviewed, Due: x.Due, Late: x.Late, Errors: x.Errors}
	if len(x.ReviewedBy) > 0 {
		out.By = " by " + strings.Join(x.ReviewedBy, ", ")
	}
	if x.AgeDays != nil {
		out.Age = ageWords(*x.AgeDays)
	}
	if x.Changed != "" {
		out.Changed = x.Changed[:len("2006-01-02")]
	}
	if x.ChangedBy != "" {
		out.ChangedBy = "by " + x.ChangedBy
	}
	if d := r.view.Doc(x.Path); d != nil && s.o.Blobs != nil && len(r.view.Changes(d)) > 0 {
		out.ChangesURL = changesURL(d)
	}
	return out
}

// ageWords is how long ago something was, in the largest unit that it was at least two of.
func ageWords(days int) string {
	switch {
	case days < 0:
		return "in the future"
	case days == 0:
		return "today"
	case days < 60:
		return strconv.Itoa(days) + plural(days, " day ago", " days ago")
	case days < 730:
		return strconv.Itoa(days/30) + " months ago"
	}
	return strconv.Itoa(days/365) + " years ago"
}

// accountableSheet is the same for a spreadsheet.
func (s *Server) accountableSheet(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	report, _ := s.reportOf(r)
	var b bytes.Buffer
	if err := report.CSV(&b); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="accountability.csv"`)
	represent(b.Bytes(), typeCSV, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// accountableAPI is the same for programs.
func (s *Server) accountableAPI(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	report, _ := s.reportOf(r)
	if report.Rows == nil {
		report.Rows = []accountability.Row{}
	}
	body, err := json.Marshal(report)
	if err != nil {
		return err
	}
	represent(body, typeJSON, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}
