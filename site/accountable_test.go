package site_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"rutter/content/source"
	"rutter/site"
)

// owned is a folder whose pages somebody answers for, or nobody.
var owned = map[string]string{
	"late.md":   "---\ntitle: Late\nowner: Storage\nreviewed: 2025-01-02\nreviewed_by: A. Name\nreview_every: 6 months\n---\n\nText.\n",
	"fine.md":   "---\ntitle: Fine\nowner: storage\nreviewed: 2026-11-01\nreview_every: 1 year\n---\n\nText, and [a link](gone.md).\n",
	"never.md":  "---\ntitle: =Never\n---\n\nText.\n",
	"hidden.md": "---\ntitle: Hidden\nowner: Ghost\naudience: [staff]\n---\n\nText.\n",
}

var today = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// TestAccountability: the page, the sheet, the data and the digest say the same, and nothing of what a reader may not see.
func TestAccountability(t *testing.T) {
	p := start(t, owned, func(o *site.Options) { o.Now = func() time.Time { return today } })
	r := p.get("/-/accountability")
	r.has(t, "Late", "2025-07-02", "23 months", "by A. Name", "Never", `href="/-/accountability?owner=nobody"`)
	r.lacks(t, "Ghost", "Hidden", ">Errors<")

	var got struct {
		Pages, Late, Unreviewed, Unowned int
		Rows                             []struct {
			Path    string
			AgeDays *int `json:"age_days"`
			Late    bool
			Errors  int
		}
	}
	if err := json.Unmarshal([]byte(p.get("/api/v1/accountability").body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Pages != 3 || got.Late != 1 || got.Unreviewed != 1 || got.Unowned != 1 || len(got.Rows) != 3 || got.Rows[0].Path != "late.md" || !got.Rows[0].Late || *got.Rows[0].AgeDays != 695 || got.Rows[1].Path != "never.md" {
		t.Errorf("the data: %+v", got)
	}
	for _, x := range got.Rows {
		if x.Errors != 0 {
			t.Errorf("a reader is told of problems: %+v", x)
		}
	}
	sheet, err := csv.NewReader(strings.NewReader(p.get("/-/accountability.csv").body)).ReadAll()
	if err != nil || len(sheet) != 4 || sheet[1][0] != "late.md" || sheet[2][1] != "'=Never" {
		t.Errorf("the sheet: %v %v", sheet, err)
	}
	if r := p.get("/-/accountability?owner=STORAGE"); !strings.Contains(r.body, "Fine") || strings.Contains(r.body, "Never reviewed<") && strings.Contains(r.body, "=Never") {
		t.Errorf("one owner's pages: %s", r.body)
	}
	digest := p.get("/-/accountability?owner=storage", "Accept", "text/plain")
	digest.has(t, "Pages of storage on 2026-11-28", "Review is due again:\n  Late\n", "reviewed 2025-01-02 by A. Name, due since 2025-07-02", "2 pages in all.")
	if again := p.get("/-/accountability?owner=storage&as=text"); again.body != digest.body {
		t.Error("the same text has two forms")
	}
	if r := p.get("/-/accountability?owner=Ghost"); r.status != http.StatusNotFound {
		t.Errorf("an owner of hidden pages only: %d", r.status)
	}
}

// TestReviewedByATrailer: a change that says who reviewed it is a review.
func TestReviewedByATrailer(t *testing.T) {
	p := &portal{t: t, dir: t.TempDir()}
	git := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", p.dir, "-c", "user.name=B. Name", "-c", "user.email=b@example.org"}, args...)...)
		c.Env = append(os.Environ(), "GIT_AUTHOR_DATE=2026-10-03T04:05:06Z", "GIT_COMMITTER_DATE=2026-10-03T04:05:06Z")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main")
	p.write("a.md", "---\ntitle: Alpha\nowner: Storage\nreviewed: 2020-01-01\nreviewed_by: A. Name\nreview_every: 1 month\n---\n\nA paragraph of words that all stay, but one: oldword.\n")
	git("add", ".")
	git("commit", "-q", "-m", "One")
	p.write("a.md", "---\ntitle: Alpha\nowner: Storage\nreviewed: 2020-01-01\nreviewed_by: A. Name\nreview_every: 1 month\n---\n\nA paragraph of words that all stay, but one: newword.\n")
	git("commit", "-q", "-a", "-m", "Two <b>\n\nReviewed-by: C. Name <c@example.org>")
	p.serve(func(o *site.Options) {
		o.Now = func() time.Time { return today }
		objects := source.OpenObjects(p.dir + "/.git")
		t.Cleanup(objects.Close)
		o.Blobs = objects
	})
	p.until("git was read", func() bool { return strings.Contains(p.get("/a").body, "by C. Name") })
	page := p.get("/a")
	page.has(t, "2026-10-03", "due again since 2026-11-03", `href="/-/accountability?owner=Storage"`, `href="/-/changes/a"`)
	page.lacks(t, "c@example.org")
	p.get("/-/accountability").has(t, "C. Name", "B. Name", `href="/-/changes/a"`)

	list := p.get("/-/changes/a")
	list.has(t, "Two &lt;b&gt;", "One", "reviewed by C. Name", "B. Name", "added")
	at := list.body[strings.Index(list.body, "/-/changes/a?at="):]
	at = at[:strings.IndexByte(at, '"')]
	r := p.get(strings.ReplaceAll(at, "&amp;", "&"))
	r.has(t, "<del>oldword</del>", "<ins>newword</ins>")
	for _, nothing := range []string{"/-/changes/a?at=000000000000", "/-/changes/none", "/-/changes/a?page=2"} {
		if r := p.get(nothing); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", nothing, r.status)
		}
	}
}

// TestChangesOfAPageThatWasForStaff: of the time when a page was for others, nothing is told to those it is for now: no
// version, no subject, no author, no former name.
func TestChangesOfAPageThatWasForStaff(t *testing.T) {
	o := newOrigin(t)
	const text = "\n# Ropes\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n"
	commits := []struct {
		subject, audience, more string
		visible                 bool
	}{
		{"Begin in the open", "", "", true},
		{"Codename Orion, for staff", "audience: [staff]\n", "\nOrion sails.\n", false},
		{"More of Orion", "audience: [staff]\n", "\nOrion sails in May.\n", false},
		{"A slip hides it too", "audiance: [staff]\n", "\nOrion sails in June.\n", false},
		{"Escaped, and for staff", "\"\\x61udience\": [staff]\n", "\nOrion sails in July.\n", false},
		{"Open it", "", "\nOpened.\n", true},
		{"And go on", "", "\nOpened, and on.\n", true},
	}
	var revisions []string
	for i, c := range commits {
		if i == 5 {
			o.git("mv", "orion.md", "a.md")
		}
		name := "orion.md"
		if i >= 5 {
			name = "a.md"
		}
		o.commit(c.subject, map[string]string{name: "---\nowner: Deck\n" + c.audience + "---\n" + text + c.more})
		revisions = append(revisions, o.git("rev-parse", "--short=12", "HEAD"))
	}
	p, _ := o.serve()
	var list reply
	p.until("the history is read", func() bool {
		list = p.get("/-/changes/a")
		return strings.Contains(list.body, "And go on")
	})
	for i, c := range commits {
		at := p.get("/-/changes/a?at=" + revisions[i])
		if strings.Contains(list.body, c.subject) != c.visible || strings.Contains(list.body, revisions[i]) != c.visible || (at.status == http.StatusOK) != c.visible {
			t.Errorf("%s: shown %v, %d; want %v", c.subject, strings.Contains(list.body, c.subject), at.status, c.visible)
		}
		at.lacks(t, "Orion", "orion.md", "staff")
	}
	list.lacks(t, "Orion", "orion.md", "renamed")
	p.get("/-/changes/a?at="+revisions[5]).has(t, "Opened.")
	p.get("/-/changes/a?at="+revisions[0]).has(t, "Four.")
}
