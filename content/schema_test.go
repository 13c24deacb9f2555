package content

import (
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/jsonschema-go/jsonschema"
)

// schemaOf is one of our schemas, ready to validate.
func schemaOf(t *testing.T, of string) *jsonschema.Resolved {
	t.Helper()
	var s jsonschema.Schema
	if err := json.Unmarshal(Schema(of), &s); err != nil {
		t.Fatal(err)
	}
	r, err := s.Resolve(&jsonschema.ResolveOptions{ValidateDefaults: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range s.Examples {
		if err := r.Validate(x); err != nil {
			t.Errorf("an example of %s: %v", of, err)
		}
	}
	return r
}

// data is a YAML text as an editor sees it.
func data(t *testing.T, text string) any {
	t.Helper()
	js, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var v any
	if err := json.Unmarshal(js, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSchemaAgrees: what the schema accepts is what the decoder reads without a problem of the value's form.
func TestSchemaAgrees(t *testing.T) {
	r := schemaOf(t, "page")
	for _, tt := range []struct {
		text string
		good bool
	}{
		{"title: A", true},
		{"title: 2008", true},
		{"title:", true},
		{"title: [a]", false},
		{"titel: A", false},
		{"kind: playbook", true},
		{"kind: runbook", false},
		{"kind: [playbook]", false},
		{"reviewed: 2026-11-22", true},
		{"reviewed: 2026-11-22T10:00:00Z", true},
		{"reviewed: 22.11.2026", false},
		{"reviewed: 2026-1-2", false},
		{"review_every: 6 months", true},
		{"review_every: 2w", true},
		{"review_every: half a year", false},
		{"published: true", true},
		{"published: yesterday", false},
		{"weight: 3", true},
		{"weight: \"3\"", true},
		{"weight: 3.5", false},
		{"weight: heavy", false},
		{"risk: low", true},
		{"risk: none", false},
		{"severity: moderate", true},
		{"severity: medium", false},
		{"state: withdrawn", true},
		{"state: closed", false},
		{"phase: respond", true},
		{"phase: [plan, deploy]", true},
		{"phase: [plan, sleep]", false},
		{"tags: disk", true},
		{"tags: [disk, 1]", true},
		{"tags: [{label: Disk, permalink: /disk}]", true},
		{"tags: [[disk]]", false},
		{"alerts: [A, B]", true},
		{"alerts: {a: b}", false},
		{"audience: staff", true},
		{"audience: [staff, ops]", true},
		{"audience:", false},
		{"audience: []", false},
		{"applies_to: ESXi >=7.0", true},
		{"applies_to: [{product: ESXi, versions: \">=7.0\"}, Linux]", true},
		{"applies_to: [{product: ESXi, versions: [\"7.0\", \"8.0\"]}]", true},
		{"applies_to: [{versions: \">=7.0\"}]", false},
		{"applies_to: [{product: ESXi, build: 1}]", false},
		{"affected: [{product: ESXi}]", true},
		{"fixed_in: [\"7.0 U3\"]", true},
		{"inputs: [namespace, {name: host, type: hostname, required: true}]", true},
		{"inputs: [{label: Host}]", false},
		{"inputs: [{name: host, type: host}]", false},
		{"inputs: [{name: host, kind: port}]", false},
		{"inputs: [{name: size, type: enum, options: [a, b], default: a}]", true},
		{"updates: [{date: 2026-11-27, text: Confirmed}]", true},
		{"updates: [{text: Confirmed}]", false},
		{"updates: Confirmed", false},
		{"environment: {Machines: 4}", true},
		{"environment: [Machines]", false},
		{"environment: {Machines: [4]}", false},
		{"uses: [../a.md]", true},
		{"results: [{measure: Time, before: 40 min, after: 12 min}]", true},
		{"results: [{before: 40 min}]", false},
		{"results: [{measure: Time, than: 3}]", false},
		{"description: of Hugo", true},
		{"sidebar_position: 3", true},
		{"linkTitle: of Hugo", true},
		{"{}", true},
	} {
		_, ps, _ := readDoc("a.md", []byte("---\n"+tt.text+"\n---\n"), false, reading{})
		if (len(ps) == 0) != tt.good {
			t.Errorf("%s: the decoder says %v", tt.text, ps)
		}
		if err := r.Validate(data(t, tt.text)); (err == nil) != tt.good {
			t.Errorf("%s: the schema says %v", tt.text, err)
		}
	}
}

// TestSchemaAcceptsWhatWeShip: every page of the library, and every draft.
func TestSchemaAcceptsWhatWeShip(t *testing.T) {
	r := schemaOf(t, "page")
	n := 0
	check := func(p string, raw []byte) {
		b := cut(raw)
		if b.format == 'y' {
			n++
			if err := r.Validate(data(t, string(b.text))); err != nil {
				t.Errorf("%s: %v", p, err)
			}
		}
	}
	err := fs.WalkDir(library, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !IsPage(p) {
			return err
		}
		raw, err := fs.ReadFile(library, p)
		check(p, raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range Kinds() {
		check("a draft of "+string(k), Draft{Kind: k, Title: "A: b", Today: "2026-11-27"}.Text())
	}
	if n < 50 {
		t.Errorf("%d pages", n)
	}
}

// TestSchemaIsTheDecoders: every key is told of, with the words that the decoder takes.
func TestSchemaIsTheDecoders(t *testing.T) {
	var s struct {
		Properties map[string]struct {
			Description string
			Enum        []any
			AnyOf       []struct{ Enum []any }
		}
		PatternProperties map[string]any
	}
	if err := json.Unmarshal(Schema("page"), &s); err != nil {
		t.Fatal(err)
	}
	for k, f := range fields {
		p, ok := s.Properties[k]
		if !ok || p.Description == "" || !strings.HasSuffix(p.Description, ".") {
			t.Errorf("%s: %+v", k, p)
		}
		enum := p.Enum
		if len(p.AnyOf) > 0 && p.AnyOf[0].Enum != nil {
			enum = p.AnyOf[0].Enum
		}
		enum = slices.DeleteFunc(enum, func(v any) bool { return v == nil })
		if len(enum) != len(f.values) {
			t.Errorf("%s: the schema has %v, the decoder %v", k, enum, f.values)
		}
		for i, v := range enum {
			if v != f.values[i] {
				t.Errorf("%s: the schema has %v, the decoder %v", k, enum, f.values)
			}
			if _, ps, _ := readDoc("a.md", []byte("---\n"+k+": "+f.values[i]+"\n---\n"), false, reading{}); len(ps) > 0 {
				t.Errorf("%s: %v", k, ps)
			}
		}
	}
	if len(s.Properties) != len(fields) || len(s.PatternProperties) != 1 {
		t.Errorf("%d keys of %d", len(s.Properties), len(fields))
	}
	r := schemaOf(t, "page")
	for k := range foreign {
		for _, key := range []string{k, strings.ToUpper(k)} {
			if _, ours := fields[k]; ours {
				continue
			}
			if err := r.Validate(map[string]any{key: "x"}); err != nil {
				t.Errorf("%s: %v", key, err)
			}
		}
	}
}

// TestSchemaOfSettings: the same for portal.yaml and queries.yaml.
func TestSchemaOfSettings(t *testing.T) {
	for _, tt := range []struct {
		of, text string
		good     bool
	}{
		{"portal", "lang: de-AT\ntitle: A\nedit: https://git.example.org/edit/main/{path}", true},
		{"portal", "", true},
		{"portal", "lang: Deutsch!", false},
		{"portal", "title: ''", false},
		{"portal", "title: " + strings.Repeat("x", 61), false},
		{"portal", "edit: https://git.example.org/", false},
		{"portal", "edit: ftp://git.example.org/{path}", false},
		{"portal", "name: A", false},
		{"portal", "constants: {version: 8.0, a-b_1: text}", true},
		{"portal", "constants: {1a: text}", false},
		{"portal", "constants: {a: [b]}", false},
		{"portal", "constants: [a]", false},
		{"queries", "- query: a\n  page: b.md\n  within: 1", true},
		{"queries", "a: b.md", true},
		{"queries", "", true},
		{"queries", "- query: a", false},
		{"queries", "- query: a\n  page: b.md\n  within: 0", false},
		{"queries", "- query: a\n  page: b.md\n  rank: 1", false},
		{"queries", "hello", false},
	} {
		var problems int
		switch tt.of {
		case "portal":
			p := &portal{}
			p.parse([]byte(tt.text))
			problems = len(p.problems)
		case "queries":
			q := &questions{}
			q.parse([]byte(tt.text))
			problems = len(q.problems)
		}
		if (problems == 0) != tt.good {
			t.Errorf("%s: %q: %d problems", tt.of, tt.text, problems)
		}
		if err := schemaOf(t, tt.of).Validate(data(t, tt.text)); (err == nil) != tt.good {
			t.Errorf("%s: %q: the schema says %v", tt.of, tt.text, err)
		}
	}
	var settings struct{ Properties map[string]any }
	if err := json.Unmarshal(Schema("portal"), &settings); err != nil {
		t.Fatal(err)
	}
	p := &portal{}
	p.parse([]byte("nothing: x"))
	keys := strings.Split(strings.TrimPrefix(p.problems[0].Fix, "the keys are: "), ", ")
	slices.Sort(keys)
	if have := slices.Sorted(maps.Keys(settings.Properties)); !slices.Equal(have, keys) {
		t.Errorf("the schema has %v, the reader %v", have, keys)
	}
	if Schema("nothing") != nil {
		t.Error("a schema of nothing")
	}
}
