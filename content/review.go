package content

import (
	"strings"
	"time"
)

// Review is the last time that somebody went through a page: what its front matter says, or a change whose message has a
// line Reviewed-by, whichever is later.
type Review struct {
	Day      Date     // "" where nobody has
	By       []string // names, none where nobody says
	Revision string   // of the change that says it, "" where front matter does
	Every    string   // the period after which it was promised again, "" for none
	due      time.Time
}

// Due is the day from which the next review is late; ok is false where none was promised.
func (r Review) Due() (day time.Time, ok bool) { return r.due, !r.due.IsZero() }

// Late tells whether the next review should have been. It is information and stops nothing.
func (r Review) Late(now time.Time) bool { return !r.due.IsZero() && now.After(r.due) }

// Review returns the last review of a page.
func (w View) Review(d *Doc) Review {
	m := &d.Meta
	r := Review{Day: m.Reviewed, Every: m.ReviewEvery}
	if m.ReviewedBy != "" {
		r.By = []string{m.ReviewedBy}
	}
	if c, ok := w.s.history.reviewed(d.Path); ok {
		if day := Date(c.Time.UTC().Format(time.DateOnly)); day > r.Day {
			r.Day, r.By, r.Revision = day, c.ReviewedBy, c.Revision
		}
	}
	r.due, _ = r.Day.After(r.Every)
	return r
}

// After is the day a period such as "6 months" after another; ok is false where either cannot be read.
func (d Date) After(period string) (day time.Time, ok bool) {
	t, err := time.Parse(time.DateOnly, string(d))
	f := periodParts.FindStringSubmatch(strings.TrimSpace(period))
	if err != nil || f == nil {
		return time.Time{}, false
	}
	n := 0
	for _, c := range f[1] {
		n = n*10 + int(c-'0')
	}
	switch f[2][0] {
	case 'd':
		return t.AddDate(0, 0, n), true
	case 'w':
		return t.AddDate(0, 0, 7*n), true
	case 'm':
		return monthsAfter(t, n), true
	}
	return monthsAfter(t, 12*n), true
}

// monthsAfter is the same day so many months later, or the last day of a shorter month.
func monthsAfter(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}
