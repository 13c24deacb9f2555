package content

import "testing"

func TestVersion(t *testing.T) {
	for path, want := range map[string][2]string{
		"v26.1/alter-table.md":    {"*/alter-table.md", "v26.1"},
		"docs/4.16/a/b.md":        {"docs/*/a/b.md", "4.16"},
		"v2/a.md":                 {"*/a.md", "v2"},
		"7.x/a.md":                {"*/a.md", "7.x"},
		"v26.1.md":                {},
		"playbooks/linux/disk.md": {},
		"2026/a.md":               {},
		"ipv4/a.md":               {},
		"1.2/3.4/a.md":            {"*/3.4/a.md", "1.2"},
	} {
		series, version := (&Doc{Path: path}).Version()
		if got := [2]string{series, version}; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}
