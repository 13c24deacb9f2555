package view_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"rutter/content/coverage"
	"rutter/content/diag"
	"rutter/content/difference"
	"rutter/content/markdown"
	"rutter/search"
	"rutter/site/view"
)

var update = flag.Bool("update", false, "write the golden files")

var frame = view.Frame{
	Portal: "Harbour",
	Assets: view.Assets{CSS: "/-/static/s.css", Difference: "/-/static/c.css", Authors: "/-/static/a.css", Live: "/-/static/l.js", JS: "/-/static/s.js", Play: "/-/static/p.js", Pick: "/-/static/v.js", Find: "/-/static/f.js", Keep: "/-/static/k.js", Diagram: "/-/static/d.js", Mermaid: "/-/static/m.js", Box: "/-/static/b.js", Icon: "/-/static/i.svg"},
	Nav:    []view.NavItem{{Label: "Playbooks", URL: "/-/kind/playbook", Current: true}, {Label: "Guides", URL: "/-/kind/guide"}},
}

func framed(set func(*view.Frame)) view.Frame {
	f := frame
	set(&f)
	return f
}

var forAuthors = framed(func(f *view.Frame) { f.Authors = true })

var entries = []view.Entry{
	{Title: "The disk <is> full", URL: "/disk", Summary: "Writes fail & services stop."},
	{Title: "Snapshots break", URL: "/snap", Summary: "No fix yet.", Severity: "critical"},
	{Title: "Linux", URL: "/linux/", Count: 1200},
}

// states are all the views in the states they can be in. Each has a golden file; adding one here adds it there.
var states = map[string]templ.Component{
	"page": view.PageView(view.Page{
		Frame: framed(func(f *view.Frame) { f.Title, f.Lang = "The disk is full", "de" }), Heading: "The disk is full", Anchor: "disk", Name: "DiskFull",
		Lead: "Writes fail.", Crumbs: []view.Link{{Label: "Home", URL: "/"}, {Label: "Linux", URL: "/linux/"}},
		Trust: []view.Fact{{Label: "Takes", Value: "15", Big: true, Small: "min"}, {Label: "Reviewed", Value: "2026-11-22", Time: "2026-11-22"}},
		Toc:   []view.TocItem{{Level: 2, Text: "Find it", ID: "find-it"}, {Level: 3, Text: "Größe", ID: "größe"}},
		Body:  "<h2 id=\"find-it\">Find it</h2>\n<p>df</p>\n",
		Aside: []view.Block{{Title: "If you are stuck", Text: "Call."}, {Title: "Alerts that lead here", Links: []view.Link{{Label: "DiskFull"}, {Label: "disk", URL: "/-/tag/disk", Note: "tag"}}}, {Title: "Applies to", Facts: []view.Fact{{Label: "Linux", Value: "5", URL: "/-/product/Linux"}}}},
		Prev:  &view.Link{Label: "Before", URL: "/before"}, Next: &view.Link{Label: "After", URL: "/after"},
		Furn: []view.Fact{{Label: "Last changed", Value: "2026-11-22", Time: "2026-11-22T00:00:00Z"}, {Value: "Markdown", URL: "/disk.md"}},
	}),
	"page-advisory": view.PageView(view.Page{
		Frame: framed(func(f *view.Frame) { f.Pick, f.Products = true, true }), Heading: "Hosts refuse to start", Lead: "Since the 12th.", Scope: "esx v1|2",
		Trust: []view.Fact{{Label: "Severity", Value: "critical", Severity: "critical"}, {Label: "Open advisories", Value: "2", Big: true, URL: "#/advisories"}},
		Advisory: &view.Advisory{
			Products: []string{"ESX", "ESXi"}, Product: "ESX", Version: "3.5 <U2>", Answer: "affected",
			Rows: []view.Affected{{Product: "ESX", Versions: "3.5 Update 2", Scope: "esx v1|2"}, {Product: "ESXi"}, {Product: "ESX", Versions: "3.5 Update 3", Fixed: true, Scope: "esx v3|"}},
			Log:  []view.LogEntry{{Date: "2008-08-12", Text: "Known <now>."}, {Date: "2008-08-13", Text: "Fixed."}},
		},
		Body: "<p>text</p>", Aside: []view.Block{{Title: "Open advisories", ID: "/advisories", Links: []view.Link{{Label: "One", URL: "/one"}}}},
	}),
	"page-story": view.PageView(view.Page{
		Frame: frame, Heading: "Patched", Body: "<p>text</p>",
		Story: &view.Story{
			Before: true, Measured: true, Big: []view.Result{{Measure: "Time", Before: "6 h", After: "48 min"}, {Measure: "Stopped", After: "0"}},
			Results: []view.Result{{Measure: "Time", Before: "6 h", After: "48 min", Measured: "records"}, {Measure: "Stopped", After: "0"}},
		},
	}),
	"page-story-plain": view.PageView(view.Page{Frame: frame, Heading: "Ran", Body: "<p>text</p>", Story: &view.Story{Results: []view.Result{{Measure: "Time", After: "48 min"}}}}),
	"page-values": view.PageView(view.Page{
		Frame: framed(func(f *view.Frame) { f.Play = true }), Heading: "Drain", Body: "<ol class=\"course steps\"></ol>", Revision: "abc",
		Fields: []view.Field{{Name: "node", Label: "Node", Value: "n<1", Wrong: true, Form: "Letters", Pattern: "[a-z]+"}, {Name: "mode", Label: "Mode", Options: []string{"soft", "hard"}, Value: "hard"}, {Name: "token", Label: "Token", Secret: true}},
	}),
	"products":    view.ProductsView(view.ProductsPage{Frame: framed(func(f *view.Frame) { f.Pick = true }), Products: []view.Product{{Name: "ESXi", URL: "/-/product/ESXi", Pages: 2, Example: "7.0", Key: "esxi"}}}),
	"find":        view.FindView(view.FindPage{Frame: framed(func(f *view.Frame) { f.Find = true }), Heading: "What do you see?", Lead: "An error line.", Index: "-/search/"}),
	"offline":     view.FindView(view.FindPage{Frame: framed(func(f *view.Frame) { f.Find, f.Keep = true, true }), Heading: "Without the network", Lead: "What is kept.", Offline: true}),
	"export-lost": view.ExportLostView(framed(func(f *view.Frame) { f.Home = true })),
	"page-bare":   view.PageView(view.Page{Frame: frame, Heading: "Alone", Body: "<p>text</p>"}),
	"page-folder": view.PageView(view.Page{Frame: frame, Heading: "Linux", Body: "<p>intro</p>", Folder: &view.Listing{
		Title: "Pages", Folders: entries[2:], Pages: entries[:2], Total: 2,
	}}),
	"page-authors": view.PageView(view.Page{Heading: "Bad", Body: "<p>old</p>", Frame: framed(func(f *view.Frame) {
		f.Bar = &view.Bar{
			Stale: true, Total: 3, Troubles: []string{"content: permission denied"},
			Problems: []diag.Problem{{File: "a.md", Line: 3, Column: 7, Rule: "link-dead", Text: "nothing is at <x>", Fix: "did you mean y?"}, {File: "a.md", Severity: diag.Warning, Rule: "r", Text: "w"}},
			File:     "a.md", Ranks: []view.Rank{{Query: "no space left", URL: "/search?q=no+space+left", Place: 1, Within: 1}, {Query: "<b>", URL: "/search?q=b", Place: 12}, {Query: "gone", URL: "/search?q=gone"}},
		}
		f.Live = "/-/live?page=a.md&tag=1"
	})}),
	"page-authors-fine": view.PageView(view.Page{Heading: "Good", Body: "<p>new</p>", Frame: framed(func(f *view.Frame) { f.Bar = &view.Bar{Total: 2} })}),
	"home": view.HomeView(view.Home{
		Frame: framed(func(f *view.Frame) {
			f.Home, f.Foot = true, []view.Fact{{Label: "Edition", Value: "0123456789ab"}, {Value: "For authors", URL: "/-/problems"}}
		}),
		Examples:   []view.Link{{Label: "No space left on device", URL: "/search?q=no"}, {Label: "DiskFull", URL: "/search?q=DiskFull"}},
		Phases:     []view.PhaseBox{{Label: "Deploy", Text: "Install", URL: "/-/phase/deploy"}, {Label: "Respond", Text: "Now", URL: "/-/phase/respond", Count: 2, Pages: []view.Link{{Label: "Disk", URL: "/disk"}}}},
		Advisories: entries[1:2], Changed: entries[:1],
		Kinds: []view.KindBox{{Label: "Playbooks", Text: "Steps", URL: "/-/kind/playbook", Count: 12345}},
	}),
	"home-folders": view.HomeView(view.Home{
		Frame: framed(func(f *view.Frame) { f.Home, f.Nav = true, nil }), Folders: []view.FolderBox{{Title: "Linux", URL: "/linux/", Count: 2, Entries: entries[:1]}},
		Body: "<p>About</p>", BodyTitle: "Harbour",
	}),
	"list":    view.ListView(view.ListPage{Frame: frame, Heading: "Playbooks", Lead: "Steps", Crumbs: []view.Link{{Label: "Home", URL: "/"}}, Listing: view.Listing{Pages: entries, Total: 3, Pager: pager}}),
	"search":  view.SearchView(found),
	"nothing": view.SearchView(view.SearchPage{Frame: frame, Asked: true, Query: "xyzzy <b>", Words: []view.Link{{Label: "xyzzy", URL: "/search?q=xyzzy"}}, Notices: []string{"Only the first 64 words were searched."}}),
	"pasted":  view.SearchView(view.SearchPage{Frame: frame, Asked: true, Query: "Nov 25 10:00:00 db1 kernel: Out of <memory>", Paste: "Out of <memory>", Unsure: true, Total: 1, Hits: found.Hits, Stub: &view.Stub{Path: "playbooks/x.md", Text: "---\ntitle: \"Out of <memory>\"\n---\n"}}),
	"doorway": view.SearchView(view.SearchPage{Frame: frame, Asked: true, Query: "DiskOnFire", Missing: "DiskOnFire", Stub: &view.Stub{Path: "playbooks/DiskOnFire.md", Text: "---\nalerts: [\"DiskOnFire\"]\n---\n"}}),
	"filtered": view.SearchView(view.SearchPage{
		Frame: frame, Asked: true, Query: "disk tag:a", Total: 2, Chosen: []view.Link{{Label: "tag a", URL: "/search?q=disk"}, {Label: "Playbook", URL: "/search?q=disk+tag:a"}},
		Facets: []view.FacetBox{{Label: "Tag", Name: "tag", Values: []view.FacetValue{{Label: "1", Value: "1"}, {Label: "2", Value: "2"}, {Label: "3", Value: "3"}, {Label: "4", Value: "4"}, {Label: "5", Value: "5"}, {Label: "6", Value: "6"}, {Label: "7", Value: "7"}, {Label: "8", Value: "8"}, {Label: "9", Value: "9", Count: 3}}}},
		Hits:   []view.HitBox{{Title: "ALTER TABLE", URL: "/v26.1/alter", Versions: []view.Link{{Label: "v25.4", URL: "/v25.4/alter"}}}},
	}),
	"building": view.SearchView(view.SearchPage{Frame: frame, Asked: true, Query: "disk", Building: true}),
	"failed":   view.SearchView(view.SearchPage{Frame: frame, Asked: true, Query: "disk", Failed: true}),
	"ask":      view.SearchView(view.SearchPage{Frame: frame}),
	"lost":     view.LostView(view.Lost{Frame: frame, Path: "/a/<b>", Words: "a b", Near: entries[:1], Folder: &view.Link{Label: "Linux", URL: "/linux/", Note: "3 pages"}, RequestID: "abc-1"}),
	"lost-all": view.LostView(view.Lost{Frame: frame, Path: "/zzz", Words: "zzz", RequestID: "abc-2"}),
	"error":    view.ErrorView(view.ErrorPage{Frame: frame, Status: 500, Heading: "Internal Server Error", Text: "The portal made a mistake.", RequestID: "abc-3", Path: "/x"}),
	"problems": view.ProblemsView(view.ProblemsPage{
		Frame: forAuthors, Coverage: true, Edition: "0123456789ab", Pages: 359, Errors: 2, Warnings: 1, Shown: 2,
		Files: []view.ProblemFile{{File: "a.md", URL: "/a", Problems: []diag.Problem{{Line: 42, Column: 7, Rule: "anchor-dead", Text: "b.md has no heading #x", Fix: "did you mean #y?"}}}, {File: "", Problems: []diag.Problem{{Severity: diag.Note, Rule: "n", Text: "note"}}}},
	}),
	"asked":     view.AskedView(view.AskedPage{Frame: frame, Enough: 3, Missing: []view.AskedQuery{{Query: "raft <quorum>", URL: "/search?q=raft", Asked: 1200, None: 1100}}}),
	"asked-off": view.AskedView(view.AskedPage{Frame: frame, Off: true}),
	"rules":     view.RulesView(view.RulesPage{Frame: frame, Rules: []view.RuleLink{{ID: "link-dead", Title: "A link leads nowhere", Severity: diag.Error}, {ID: "heading-jump", Title: "A heading skips a level", Severity: diag.Note}}}),
	"rule":      view.RuleView(view.RulePage{Frame: frame, Rule: view.RuleLink{ID: "link-dead", Title: "A link leads nowhere", Severity: diag.Error}, Body: "<p>A reader who follows the link gets nothing.</p>\n"}),
	"coverage": view.CoverageView(view.CoveragePage{
		Frame: frame, Alerts: 1204, Rules: 1300, Files: 8,
		States: []view.CoverageState{
			{State: coverage.Unanswered, Total: 1200, Alerts: []view.CoveredAlert{{Name: "Node<Down>", Doorway: "/r/Node%3CDown%3E", Severity: "critical, warning", File: "rules/a.yaml", Line: 12, Rules: 3, Missed: 4, Near: &view.Link{Label: "Node is down", URL: "/node"}, Advisories: []view.Link{{Label: "Nodes <stop>", URL: "/advisory"}}}}},
			{State: coverage.URLDead, Total: 1, Alerts: []view.CoveredAlert{{Name: "DiskFull", Doorway: "/r/DiskFull", File: "rules/a.yaml", Line: 20, Rules: 1, Missed: 1, Address: "https://kb.example.org/<gone>", Page: &view.Link{Label: "The disk is full", URL: "/disk"}}}},
			{State: coverage.URLElse, Total: 1, Alerts: []view.CoveredAlert{{Name: "Else", Doorway: "/r/Else", File: "rules/b.yaml", Line: 3, Rules: 1, Address: "javascript:alert(1)"}}},
			{State: coverage.Answered, Total: 2, Alerts: []view.CoveredAlert{{Name: "Fine", Doorway: "/r/Fine", File: "rules/b.yaml", Line: 9, Rules: 2, Page: &view.Link{Label: "Fine", URL: "/fine"}}, {Name: "Good", Doorway: "/r/Good", File: "rules/b.yaml", Line: 30, Rules: 1, Page: &view.Link{Label: "Good", URL: "/good"}}}},
		},
		Idle: entries[:1], IdleTotal: 600, Unknown: []coverage.Unknown{{Alert: "NodeDwon", Page: coverage.Page{Path: "node.md", URL: "/node"}, Line: 3, Column: 9, Near: "NodeDown"}}, UnknownTotal: 1,
		Unreadable: []diag.Problem{{File: "rules/c.yaml", Line: 2, Column: 5, Text: "the rules do not <parse>", Fix: "mend it"}, {Severity: diag.Warning, Text: "no alert was read"}},
	}),
	"coverage-fine": view.CoverageView(view.CoveragePage{Frame: frame, Alerts: 1, Rules: 1, Files: 1, States: []view.CoverageState{{State: coverage.Unanswered}, {State: coverage.Answered, Total: 1, Alerts: []view.CoveredAlert{{Name: "Fine", Doorway: "/r/Fine", File: "r.yaml", Line: 1, Rules: 1, Page: &view.Link{Label: "Fine", URL: "/fine"}}}}}}),
	"coverage-none": view.CoverageView(view.CoveragePage{Frame: frame, Unreadable: []diag.Problem{{Text: "no alert was read", Fix: "name files with alerting rules"}}}),
	"accountability": view.AccountabilityView(view.AccountabilityPage{
		Frame: frame, Pages: 1200, Late: 2, Unreviewed: 3, Orphan: 1, Authors: true, Data: "/api/v1/accountability", Sheet: "/-/accountability.csv",
		Owners: []view.OwnerRow{{Name: "Storage <team>", URL: "/-/accountability?owner=x", Pages: 1100, Late: 2, Errors: 1}, {Name: "nobody", URL: "/-/accountability?owner=nobody", Pages: 100}},
		Rows: []view.AccountRow{
			{Title: "The disk <is> full", URL: "/disk", Owner: "Storage <team>", OwnerURL: "/-/accountability?owner=x", Reviewed: "2025-01-02", By: " by A. Name", Age: "22 months ago", Due: "2025-07-02", Late: true, Changed: "2026-01-01", ChangedBy: "by A. Name", ChangesURL: "/-/changes/disk", Errors: 2},
			{Title: "Snapshots", URL: "/snap", Reviewed: "2026-11-01", Age: "26 days ago", Due: "2027-11-01"},
			{Title: "New", URL: "/new", Changed: "2026-11-27"},
		},
	}),
	"accountability-owner": view.AccountabilityView(view.AccountabilityPage{Frame: frame, Owner: "Storage", Pages: 1, Data: "/api/v1/accountability?owner=Storage", Sheet: "/-/accountability.csv?owner=Storage", Text: "/-/accountability?as=text&owner=Storage", Rows: []view.AccountRow{{Title: "Disk", URL: "/disk", Owner: "Storage"}}}),
	"branches":             view.BranchesView(view.BranchesPage{Frame: frame, Branches: []view.BranchRow{{Name: "main", URL: "/~main/-/preview", Revision: "0a0a0a0a0a0a", Time: "2026-11-27T10:00:00Z", Date: "2026-11-27 10:00 UTC", Live: true}, {Name: "fix/<disk>", URL: "/~fix/%3Cdisk%3E/-/preview", Revision: "1b1b1b1b1b1b", Time: "2026-11-26T10:00:00Z", Date: "2026-11-26 10:00 UTC"}}}),
	"branches-none":        view.BranchesView(view.BranchesPage{Frame: frame, Asked: "<gone>"}),
	"branch": view.BranchView(view.BranchPage{
		Frame: framed(func(f *view.Frame) {
			f.Preview = &view.Preview{Branch: "fix/<disk>", Revision: "1b1b1b1b1b1b", Live: "/"}
		}), Name: "fix/<disk>", Revision: "1b1b1b1b1b1b", Base: "0a0a0a0a0a0a", Time: "2026-11-26T10:00:00Z", Date: "2026-11-26 10:00 UTC",
		Pages: []view.BranchChange{{Path: "disk.md", Title: "The disk <is> full", URL: "/disk", Status: "changed", Difference: "/-/preview/disk.md"}, {Path: "gone.md", Status: "removed", Difference: "/-/preview/gone.md"}}, Files: []view.BranchChange{{Path: "a.png", Status: "added"}},
	}),
	"branch-nothing":   view.BranchView(view.BranchPage{Frame: frame, Name: "same", Revision: "1b1b1b1b1b1b"}),
	"problems-held":    view.ProblemsView(view.ProblemsPage{Frame: forAuthors, Edition: "0123456789ab", Troubles: []string{"content: no such folder"}}),
	"problems-nothing": view.ProblemsView(view.ProblemsPage{Frame: forAuthors, Edition: "0123456789ab", Pages: 3}),
	"changes": view.ChangesView(view.ChangesPage{
		Frame: framed(func(f *view.Frame) { f.Changes, f.Title = true, "Changes" }), Crumbs: []view.Link{{Label: "Home", URL: "/"}, {Label: "The disk is full", URL: "/disk"}}, Heading: "Changes of The disk is full", Lead: "3 changes.",
		Changes: []view.Change{third, second, {Date: "2026-10-01", Time: "2026-10-01T00:00:00Z", Revision: "0a0a0a0a0a0a", Author: "Ops", Subject: "A page for full disks", Note: "added"}}, Pager: pager,
	}),
	"changes-none": view.ChangesView(view.ChangesPage{Frame: framed(func(f *view.Frame) { f.Changes = true }), Heading: "Changes of Disk"}),
	"difference": view.DifferenceView(differenceOf(oldDisk, newDisk, view.DifferencePage{
		Frame: framed(func(f *view.Frame) { f.Changes, f.Title = true, "The disk is full: what changed" }), Crumbs: []view.Link{{Label: "Home", URL: "/"}, {Label: "The disk is full", URL: "/disk"}, {Label: "Changes", URL: "/-/changes/disk"}},
		Heading: "The disk is full", From: &second, To: &third, Older: &view.Link{Label: "Look at inodes as well", URL: "/2"}, Newer: &view.Link{Label: "Spelling", URL: "/4"},
		Fields: []view.FieldRow{{Label: view.FieldWord("applies_to"), Old: "Linux 5", New: "Linux 5; Linux 6"}, {Label: view.FieldWord("reviewed"), New: "2026-11-20"}, {Label: view.FieldWord("id"), Old: "D-<1>"}},
	})),
	"difference-added":   view.DifferenceView(differenceOf("", "Some text.\n", view.DifferencePage{Frame: framed(func(f *view.Frame) { f.Changes = true }), Heading: "Disk", To: &third})),
	"difference-removed": view.DifferenceView(differenceOf("Some text.\n", "", view.DifferencePage{Frame: framed(func(f *view.Frame) { f.Changes = true }), Heading: "Disk", From: &third})),
	"difference-source":  view.DifferenceView(view.DifferencePage{Frame: framed(func(f *view.Frame) { f.Changes = true }), Heading: "Disk", From: &second, To: &third, AsText: true, Source: difference.Lines("a <b>\n\nc\n", "a <c>\n\nc\n", 3)}),
	"difference-nothing": view.DifferenceView(view.DifferencePage{Frame: framed(func(f *view.Frame) { f.Changes = true }), Heading: "Disk", From: &second, To: &third}),
}

var (
	third  = view.Change{Date: "2026-11-20", Time: "2026-11-20T10:00:00Z", Revision: "3c3c3c3c3c3c", Author: "A. <Writer>", Subject: "Empty the journal before anything is deleted", URL: "/3"}
	second = view.Change{Date: "2026-11-02", Time: "2026-11-02T10:00:00Z", Revision: "2b2b2b2b2b2b", URL: "/2"}
)

// Two versions of a page with all that can change in one.
const (
	oldDisk = "Writes fail and services stop.\n\n## Before you begin\n\nYou need to be root.\n\nTell those who use the machine that you are at work on it, and how long you expect it to take.\n\n- a terminal\n- ten minutes\n\n" +
		"## What it looks like\n\n`No space left on device` in any log. See [the errors](errors.md).\n\n| Program | Says |\n|---|---|\n| cp | No space left on device |\n| PostgreSQL | could not extend file |\n| sshd | nothing at all |\n\n" +
		"## Why\n\nLogs grow.\n\nCaches grow.\n\n### Worse\n\nDatabases grow.\n\nBackups that are kept beside what they are of grow twice.\n\n## Procedure\n\n### 1. Find the file system (1 min)\n\n```sh\ndf -h\ndf -i\n```\n\n**Verify.** One line says 100%.\n\n### 2. Find what fills it\n\n```sh\ndu -sh /var/* | sort -h\n```\n\nThe largest come last.\n\n### 3. Think\n\nWhose is it?\n\n### 4. Ask\n\nMay it go?\n\n### 5. Wait\n\nFor the answer.\n\n### 6. Think again\n\nIs it?\n\n### 7. Ask again\n\nYes?\n\n### 8. Delete (5 min)\n\n**Stop if** somebody needs it.\n\n```sh\nrm -rf /var/log/old\n```\n\n## Afterwards\n\nSay so.\n\n> [!NOTE]\n> It comes back.\n"
	newDisk = "Writes fail and services stop one after the other.\n\n## Before you begin\n\nYou need to be root.\n\nTell those who use the machine that you are at work on it, and how long you expect it to take.\n\n- a terminal\n- twenty minutes\n- somebody who knows the machine\n\n" +
		"## What it looks like\n\n`No space left on device` in any log. See [all errors](errors.md).\n\n| Program | Says |\n|---|---|\n| cp | No space left on device |\n| PostgreSQL | could not extend file: No space left |\n| nginx | a page without an end |\n\n" +
		"## Why\n\nLogs grow.\n\nCaches grow.\n\n### Worse\n\nDatabases grow.\n\nBackups that are kept beside what they are of grow twice.\n\n## Procedure\n\n### 1. Find the file system (1 min)\n\n```sh\ndf -h\ndf -i\n```\n\n**Verify.** One line says 100%.\n\n### 2. Find what fills it\n\n```sh\ndu -xsh /var/* | sort -h\nls -l /var/log\n```\n\nThe largest come last.\n\n### 3. Think\n\nWhose is it?\n\n### 4. Ask\n\nMay it go?\n\n### 5. Wait\n\nFor the answer.\n\n### 6. Think again\n\nIs it?\n\n### 7. Ask again\n\nYes?\n\n### 8. Empty the journal (2 min)\n\n```sh\njournalctl --vacuum-size=200M\n```\n\n### 9. Delete (5 min)\n\n**Stop if** somebody needs it or you do not know.\n\n```sh\nrm -rf /var/log/old\n```\n\n> [!WARNING]\n> It comes back within the hour.\n"
)

// differenceOf fills in what two versions of a body differ in.
func differenceOf(old, now string, p view.DifferencePage) view.DifferencePage {
	a, _ := markdown.Parse("old.md", []byte(old), 1)
	b, _ := markdown.Parse("now.md", []byte(now), 1)
	body, stats, err := markdown.Difference(a, b, "", markdown.HTMLOptions{Resolve: func(dest string, _ bool) (string, bool) { return "/" + dest, true }})
	if err != nil {
		panic(err)
	}
	p.Body, p.Stats, p.Source = string(body), stats, difference.Lines(old, now, 3)
	return p
}

var pager = view.Pager{Page: 2, Pages: 9, Prev: "/x", Next: "/x?page=3", Links: []view.PagerLink{{Page: 1, URL: "/x"}, {Page: 2, URL: "/x?page=2", Current: true}, {}, {Page: 9, URL: "/x?page=9"}}}

var found = view.SearchPage{
	Frame: framed(func(f *view.Frame) { f.Query = "disk \"full\"" }), Asked: true, Query: "disk \"full\"", Total: 1234, TookMS: 0.42,
	Suggestion: &view.Link{Label: "disk fully", URL: "/search?q=disk+fully"},
	Facets:     []view.FacetBox{{Label: "Kind", Name: "kind", Values: []view.FacetValue{{Label: "Playbook", Value: "playbook", Count: 1200, Selected: true}, {Label: "Guide", Value: "guide", Count: 34}}}},
	Hits: []view.HitBox{{Title: "The disk is full", URL: "/disk", Meta: []string{"Playbook", "Linux"}, Severity: "high", Sections: []view.SectionBox{
		{Heading: "Find it", URL: "/disk#find-it", Snippet: search.Snippet{{Text: "the <root> "}, {Text: "disk", Marked: true}}},
		{URL: "/disk", Snippet: search.Snippet{{Text: "intro"}}},
	}}},
	Pager: pager,
}

// pieces are views that are no documents: they are put into a page by its script.
var pieces = map[string]templ.Component{
	"suggest":         view.SuggestView(view.SuggestBox{Query: "disk", Total: 12, Suggestion: "disks", Hits: append([]view.HitBox{{Title: "No <section>", URL: "/none", Meta: []string{"Guide"}}}, found.Hits...)}),
	"suggest-nothing": view.SuggestView(view.SuggestBox{Query: "xyzzy", Message: "No page has these words."}),
}

func allViews() map[string]templ.Component {
	all := maps.Clone(states)
	maps.Copy(all, pieces)
	return all
}

func TestGolden(t *testing.T) {
	for name, c := range allViews() {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			got := strings.ReplaceAll(b.String(), "><", ">\n<") + "\n"
			file := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
				t.Errorf("the view changed; look at it, then run with -update:\n%s", d)
			}
		})
	}
}

// TestEveryViewIsSound holds for all views what no golden file says: one h1, one main, every control named, ids
// once, labels that point at something, no script or style inside the page.
func TestEveryViewIsSound(t *testing.T) {
	for name, c := range states {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			root, err := html.Parse(&b)
			if err != nil {
				t.Fatal(err)
			}
			count := map[string]int{}
			ids, refs := map[string]bool{}, []string{}
			var walk func(n *html.Node)
			walk = func(n *html.Node) {
				if n.Type == html.ElementNode {
					count[n.Data]++
					for _, a := range n.Attr {
						switch {
						case a.Key == "id" && ids[a.Val]:
							t.Errorf("id %q stands twice", a.Val)
						case a.Key == "id":
							ids[a.Val] = true
						case a.Key == "for" || a.Key == "aria-labelledby":
							refs = append(refs, a.Val)
						case n.Data == "script" && a.Key == "src":
							count["fetched"]++
						case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
							t.Errorf("<%s> has %s, which the policy forbids", n.Data, a.Key)
						}
					}
				}
				for c := n.FirstChild; c != nil; c = c.NextSibling {
					walk(c)
				}
			}
			walk(root)
			for el, want := range map[string]int{"h1": 1, "main": 1, "header": 1, "footer": 1, "title": 1, "style": 0} {
				if count[el] != want {
					t.Errorf("%d <%s>, want %d", count[el], el, want)
				}
			}
			if n := count["script"] - count["fetched"]; n != 1 || count["fetched"] > 3 {
				t.Errorf("%d scripts in the page, want the one of the colours; %d fetched, want at most 3", n, count["fetched"])
			}
			for _, r := range refs {
				if !ids[r] {
					t.Errorf("a label points at %q, which is nowhere", r)
				}
			}
		})
	}
}
