package content_test

import (
	"testing"
	"time"

	"rutter/content"
)

func TestReviewIsDue(t *testing.T) {
	for _, c := range []struct {
		reviewed content.Date
		every    string
		want     string
	}{
		{"2026-11-22", "12 months", "2027-11-22"},
		{"2026-11-22", "6m", "2027-05-22"},
		{"2026-01-31", "1 month", "2026-02-28"},
		{"2024-02-29", "1 year", "2025-02-28"},
		{"2026-11-22", "2 weeks", "2026-12-06"},
		{"2026-12-31", "1d", "2027-01-01"},
		{"2026-11-22", "", ""},
		{"", "1 year", ""},
	} {
		got := ""
		if day, ok := c.reviewed.After(c.every); ok {
			got = day.Format(time.DateOnly)
		}
		if got != c.want {
			t.Errorf("%s every %s is due %q, want %q", c.reviewed, c.every, got, c.want)
		}
	}
}

// TestRelations wants advisories at the pages they concern, stories at the playbooks they prove, and nothing to those who
// may not see one of the two.
func TestRelations(t *testing.T) {
	s := load(t, map[string]string{
		"playbooks/a.md":   "---\napplies_to: [ESXi >=7.0 <8.0]\n---\n# A\n",
		"playbooks/b.md":   "---\napplies_to: [ESXi 6.7, Linux]\n---\n# B\n",
		"advisories/1.md":  "---\naffected: [esxi 7.0 U3]\nstate: open\n---\n# One\n",
		"advisories/2.md":  "---\naffected: [ESXi]\nstate: fixed\n---\n# Two\n",
		"advisories/3.md":  "---\naffected: [ESXi]\naudience: [staff]\n---\n# Three\n",
		"stories/s.md":     "---\nuses: [../playbooks/a.md, /playbooks/b, gone.md]\n---\n# S\n",
		"stories/staff.md": "---\naudience: [staff]\nuses: [../playbooks/a.md]\n---\n# Staff\n",
	})
	v := public(s)
	paths := func(ds []*content.Doc) string {
		out := ""
		for _, d := range ds {
			out += d.Path + " "
		}
		return out
	}
	a, b := v.Doc("playbooks/a.md"), v.Doc("playbooks/b.md")
	if got := paths(v.Advisories(a)) + "| " + paths(v.Advisories(b)); got != "advisories/1.md | " {
		t.Error("advisories:", got)
	}
	if got := paths(v.Stories(a)) + "| " + paths(v.Stories(b)); got != "stories/s.md | stories/s.md " {
		t.Error("stories:", got)
	}
	if got := paths(v.Uses(v.Doc("stories/s.md"))); got != "playbooks/a.md playbooks/b.md " {
		t.Error("uses:", got)
	}
	if got := problems(s); len(got) != 1 || got[0] != "stories/s.md:2:41: link-dead: nothing is at gone.md" {
		t.Error(got)
	}
}
