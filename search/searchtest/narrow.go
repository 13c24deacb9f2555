package searchtest

import (
	"slices"
	"testing"

	"rutter/content"
	"rutter/search"
)

// testPhrases wants words in quotes together: first where they are part of a query, alone where they are all of it.
func testPhrases(t *testing.T, open Open) {
	x := open(t, []search.Document{
		page("apart.md", "guide", "Space", nil, lead("No disk is left with space: on this one there is none left, space is what no device has.")),
		page("together.md", "guide", "Devices", nil, lead("The kernel says: No space left on device.")),
		page("across.md", "guide", "Lines", nil, lead("There is no space\nleft on device four.")),
		page("parts.md", "guide", "Parts", nil, lead("There is no space"), section("s", "Left", "on device four.")),
	})
	for _, c := range []struct {
		query string
		want  []string // in any order
	}{
		{`"no space left"`, []string{"across.md", "together.md"}},
		{`"No Space Left on device"`, []string{"across.md", "together.md"}},
		{`"left no space"`, nil},
		{`"space left on device four"`, []string{"across.md"}},
	} {
		if got := slices.Sorted(slices.Values(paths(ask(t, x, content.Viewer{}, search.Parse(c.query, nil))))); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.query, got, c.want)
		}
	}
	res := ask(t, x, content.Viewer{}, search.Parse(`device "no space left on"`, nil))
	if res.Total < 3 || res.Hits[0].Path == "apart.md" || res.Hits[0].Path == "parts.md" {
		t.Errorf("a phrase within a query: got %v", paths(res))
	}
	again, err := search.Answer(t.Context(), x, content.Viewer{}, search.Parse(`"left no space"`, nil))
	if err != nil || again.Total == 0 || !again.Widened || len(again.Notices) == 0 {
		t.Errorf("a phrase that stands nowhere: %+v %v", again, err)
	}
}

// testExcluded wants pages with an excluded word to be absent, whatever the form it is written in.
func testExcluded(t *testing.T, open Open) {
	x := open(t, []search.Document{
		page("linux.md", "guide", "Mounting on Linux", nil, lead("mount shows it.")),
		page("windows.md", "guide", "Mounting on Windows", nil, lead("mountvol shows it.")),
		page("window.md", "guide", "Mounting in a window", nil, lead("of maintenance")),
	})
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"mounting", []string{"linux.md", "window.md", "windows.md"}},
		{"mounting -windows", []string{"linux.md"}},
		{"mounting -maintenance", []string{"linux.md", "windows.md"}},
		{"mounting -mount", nil},
	} {
		if got := slices.Sorted(slices.Values(paths(ask(t, x, content.Viewer{}, search.Parse(c.query, nil))))); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.query, got, c.want)
		}
	}
	again, err := search.Answer(t.Context(), x, content.Viewer{}, search.Parse("mounting -mount", nil))
	if err != nil || again.Total != 3 || !again.Widened {
		t.Errorf("a word that every answer has: %+v %v", again, err)
	}
}

// testVersions wants the versions of a page to be one hit, led by the one that is asked for, else by the newest.
func testVersions(t *testing.T, open Open) {
	version := func(v, audience string) search.Document {
		d := page("docs/"+v+"/upgrade.md", "guide", "Upgrade the barge", nil, lead("Hoist the new engine in."))
		d.Series, d.Version, d.Versions, d.Audience = "docs//upgrade", v, []string{v}, []string{audience}
		return d
	}
	x := open(t, []search.Document{
		version("v1.9", content.Everyone), version("v1.10", content.Everyone), version("v1.2", content.Everyone), version("v2.0", "staff"),
		page("other.md", "guide", "Barges", nil, lead("There are others.")),
	})
	for _, c := range []struct {
		query  string
		viewer content.Viewer
		first  string
		others []string
		total  int
	}{
		{"upgrade the barge", content.Viewer{}, "docs/v1.10/upgrade.md", []string{"v1.10", "v1.9", "v1.2"}, 1},
		{"upgrade the barge", content.NewViewer("staff"), "docs/v2.0/upgrade.md", []string{"v2.0", "v1.10", "v1.9", "v1.2"}, 1},
		{"upgrade the barge version:v1.2", content.Viewer{}, "docs/v1.2/upgrade.md", nil, 1},
	} {
		res := ask(t, x, c.viewer, search.Parse(c.query, func(facet string) []string { return x.Values(c.viewer, facet) }))
		if res.Total != c.total || len(res.Hits) == 0 || res.Hits[0].Path != c.first {
			t.Errorf("%s: got %d: %v, want %s first of %d", c.query, res.Total, paths(res), c.first, c.total)
			continue
		}
		var others []string
		for _, v := range res.Hits[0].Versions {
			others = append(others, v.Name)
		}
		if c.others != nil && !slices.Equal(others, c.others) {
			t.Errorf("%s: versions %q, want %q", c.query, others, c.others)
		}
	}
}

// testValues wants the values of facets, of pages one may see alone.
func testValues(t *testing.T, open Open) {
	x := open(t, pages())
	for _, c := range []struct {
		facet  string
		viewer content.Viewer
		want   []string
	}{
		{"kind", content.Viewer{}, []string{"advisory", "guide", "playbook"}},
		{"kind", content.NewViewer("staff"), []string{"advisory", "guide", "playbook", "story"}},
		{"product", content.Viewer{}, []string{"kubernetes", "linux", "vsphere", "windows"}},
		{"tag", content.Viewer{}, nil},
		{"audience", content.NewViewer("staff"), nil},
		{"", content.Viewer{}, nil},
	} {
		if got := x.Values(c.viewer, c.facet); !slices.Equal(got, c.want) {
			t.Errorf("%s for %q: got %q, want %q", c.facet, c.viewer.Audiences(), got, c.want)
		}
	}
}

// testLookup wants names to lead to their place, however they are spelled, and nothing else to lead anywhere.
func testLookup(t *testing.T, open Open) {
	x := open(t, pages())
	for _, c := range []struct {
		name, path, section string
		viewer              content.Viewer
	}{
		{name: "VMwareGuestStalled", path: "playbooks/guest.md"},
		{name: "vmware guest stalled", path: "playbooks/guest.md"},
		{name: "VMWARE_GUEST-STALLED", path: "playbooks/guest.md"},
		{name: "VMwareGuestStaled", path: "playbooks/guest.md"},
		{name: "KubePodCrashLooping", path: "playbooks/crash-looping.md"},
		{name: "kubepodcrashlooping", path: "playbooks/crash-looping.md"},
		{name: "Disk full", path: "playbooks/disk-full.md"},
		{name: "Out of inodes", path: "playbooks/disk-full.md", section: "out-of-inodes"},
		{name: "服务器", path: "guides/zh.md"},
		{name: "A voyage to Zanzibar"},
		{name: "A voyage to Zanzibar", viewer: content.NewViewer("staff"), path: "stories/staff.md"},
		{name: "KubePodIsFine"},
		{name: "D"},
		{name: ""},
		{name: "\x00\xff"},
		{name: "no page says this"},
	} {
		p, ok, err := x.Lookup(t.Context(), c.viewer, c.name)
		if err != nil || ok != (c.path != "") || p.Path != c.path || p.Section != c.section {
			t.Errorf("%q leads to %+v %v %v, want %s#%s", c.name, p, ok, err, c.path, c.section)
		}
	}
}

// testLanguages wants words in the forms of a page's language.
func testLanguages(t *testing.T, open Open) {
	german := page("de.md", "guide", "Netz", nil, lead("Bei Ausfällen die Prüflisten abarbeiten und die Dienste neu starten."))
	german.Lang = "de-AT"
	x := open(t, []search.Document{
		german,
		page("en.md", "guide", "Services", nil, lead("Restarting services after outages follows the checklists.")),
		page("zh.md", "guide", "服务", nil, lead("磁盘空间不足")),
	})
	for _, c := range []struct{ query, first string }{
		{"Ausfall Dienst", "de.md"},
		{"der Prüfliste", "de.md"},
		{"restart a service", "en.md"},
		{"outage checklist", "en.md"},
		{"空间", "zh.md"},
	} {
		res := ask(t, x, content.Viewer{}, search.Parse(c.query, nil))
		if len(res.Hits) == 0 || res.Hits[0].Path != c.first {
			t.Errorf("%s: got %v, want %s first", c.query, paths(res), c.first)
		}
	}
}
