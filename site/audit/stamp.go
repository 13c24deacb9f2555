package audit

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Stamp is a time in UTC, written as RFC 3339 says, with as many digits of a second as there are, and as many of the
// year: package time itself writes no JSON from the year 10000 on.
type Stamp struct{ time.Time }

// String returns what MarshalJSON writes, without quotes.
func (s Stamp) String() string { return s.UTC().Format(time.RFC3339Nano) }

// MarshalJSON writes s.
func (s Stamp) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Stamp) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	t, err := parseStamp(text)
	if err != nil {
		return err
	}
	s.Time = t
	return nil
}

// parseStamp also reads years of five digits and more, which package time does not. The calendar is the same every 400
// years.
func parseStamp(text string) (time.Time, error) {
	year, rest, _ := strings.Cut(text, "-")
	if len(year) <= 4 {
		return time.Parse(time.RFC3339Nano, text)
	}
	n, err := strconv.Atoi(year)
	if err != nil || len(year) > 9 {
		return time.Time{}, fmt.Errorf("%s is not a year", cut(year, 20))
	}
	like := 2000 + n%400
	t, err := time.Parse(time.RFC3339Nano, strconv.Itoa(like)+"-"+rest)
	if err != nil {
		return time.Time{}, err
	}
	return t.AddDate(n-like, 0, 0), nil
}
