package site_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// schemaErrors holds a value against a schema, as far as the description of this portal uses JSON Schema. A word of
// it that is not known here is an error too, so that nothing goes unchecked.
func schemaErrors(doc map[string]any, schema map[string]any, v any, at string) (errs []string) {
	fail := func(format string, args ...any) { errs = append(errs, at+": "+fmt.Sprintf(format, args...)) }
	for word := range schema {
		if !slices.Contains([]string{"$ref", "type", "properties", "required", "additionalProperties", "items", "minimum", "maximum", "enum", "description", "maxLength", "default"}, word) {
			fail("the test does not know %q", word)
		}
	}
	if ref, ok := schema["$ref"].(string); ok {
		node := any(doc)
		for _, p := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			node = node.(map[string]any)[p]
		}
		return append(errs, schemaErrors(doc, node.(map[string]any), v, at)...)
	}
	number := func(limit string) (float64, bool) { n, ok := schema[limit].(float64); return n, ok }
	switch schema["type"] {
	case "object":
		m, ok := v.(map[string]any)
		if !ok {
			fail("%T is no object", v)
			return errs
		}
		properties, _ := schema["properties"].(map[string]any)
		for k, x := range m {
			switch p, known := properties[k].(map[string]any); {
			case known:
				errs = append(errs, schemaErrors(doc, p, x, at+"."+k)...)
			default:
				if more, ok := schema["additionalProperties"].(map[string]any); ok {
					errs = append(errs, schemaErrors(doc, more, x, at+"."+k)...)
				} else {
					fail("%s is not described", k)
				}
			}
		}
		required, _ := schema["required"].([]any)
		for _, k := range required {
			if _, ok := m[k.(string)]; !ok {
				fail("%s is missing", k)
			}
		}
	case "array":
		list, ok := v.([]any)
		if !ok {
			fail("%T is no list", v)
		}
		if items, ok := schema["items"].(map[string]any); ok {
			for i, x := range list {
				errs = append(errs, schemaErrors(doc, items, x, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	case "string":
		s, ok := v.(string)
		if !ok {
			fail("%T is no string", v)
		}
		if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, any(s)) {
			fail("%q is none of %v", s, enum)
		}
	case "integer", "number":
		n, ok := v.(float64)
		if !ok || schema["type"] == "integer" && n != float64(int(n)) {
			fail("%v is no %s", v, schema["type"])
		}
		if lo, ok := number("minimum"); ok && n < lo {
			fail("%v is below %v", n, lo)
		}
		if hi, ok := number("maximum"); ok && n > hi {
			fail("%v is above %v", n, hi)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			fail("%v is no boolean", v)
		}
	default:
		fail("no type")
	}
	return errs
}

// TestOpenAPI holds real answers against what the portal says of them.
func TestOpenAPI(t *testing.T) {
	p := start(t, ops, covered(t))
	var doc map[string]any
	if err := json.Unmarshal([]byte(p.get("/api/v1/openapi.json").body), &doc); err != nil {
		t.Fatal(err)
	}
	if doc["openapi"] != "3.1.0" {
		t.Errorf("openapi is %v", doc["openapi"])
	}
	paths := doc["paths"].(map[string]any)
	for _, tt := range []struct {
		method, path, query, body string
		status                    int
	}{
		{"GET", "/api/v1/search", "?q=disk", "", 200},
		{"GET", "/api/v1/search", "?q=alter+table", "", 200},
		{"GET", "/api/v1/search", "?q=", "", 200},
		{"GET", "/api/v1/search", "?q=dsik+full", "", 200},
		{"GET", "/api/v1/search", "?q=time+-chrony&kind=guide&limit=1&tag=x", "", 200},
		{"GET", "/api/v1/search", "?q=qwertzuiop", "", 200},
		{"GET", "/api/v1/search", "?q=table&offset=1&limit=1", "", 200},
		{"GET", "/api/v1/search", "?q=disk&limit=0", "", 400},
		{"GET", "/api/v1/search", "?%zz", "", 400},
		{"POST", "/api/v1/search", "?limit=2", pasted, 200},
		{"POST", "/api/v1/search", "?offset=9999", "x", 400},
		{"GET", "/api/v1/suggest", "?q=disk", "", 200},
		{"GET", "/api/v1/accountability", "", "", 200},
		{"GET", "/api/v1/accountability", "?owner=nobody", "", 200},
		{"GET", "/api/v1/accountability", "?owner=somebody+else", "", 200},
		{"GET", "/api/v1/coverage", "", "", 200},
	} {
		name := tt.method + " " + tt.path + tt.query
		r := p.do(tt.method, tt.path+tt.query, strings.NewReader(tt.body))
		if r.status != tt.status {
			t.Errorf("%s: %d, want %d", name, r.status, tt.status)
			continue
		}
		responses := paths[tt.path].(map[string]any)[strings.ToLower(tt.method)].(map[string]any)["responses"].(map[string]any)
		described, ok := responses[fmt.Sprint(r.status)].(map[string]any)
		if !ok {
			t.Errorf("%s: status %d is not described", name, r.status)
			continue
		}
		typ, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
		media, ok := described["content"].(map[string]any)[typ].(map[string]any)
		if !ok {
			t.Errorf("%s: type %q is not described", name, typ)
			continue
		}
		var v any
		if err := json.Unmarshal([]byte(r.body), &v); err != nil {
			t.Fatal(err)
		}
		for _, e := range schemaErrors(doc, media["schema"].(map[string]any), v, name) {
			t.Error(e)
		}
	}
	r := p.get("/api/v1/search?q=disk")
	if again := p.get("/api/v1/search?q=disk", "If-None-Match", r.header.Get("Etag")); again.status != http.StatusNotModified {
		t.Errorf("asked again: %d", again.status)
	}
}

// TestQuestionsHoldBack wants an edition in which a declared search fails to stay out, and the reason told.
func TestQuestionsHoldBack(t *testing.T) {
	p := start(t, map[string]string{
		"disk.md": "# The disk is full\n\nNo space left.\n", "other.md": "# Ships\n",
		"queries.yaml": "- query: no space left\n  page: disk.md\n- query: never worked\n  page: other.md\n",
	})
	p.write("disk.md", "# Ships, again\n\nNothing of it.\n")
	p.until("the reason is told", func() bool {
		return strings.Contains(p.get("/readyz").body, `degraded: gate: queries.yaml:1: query-regression: "no space left" does not find disk.md`)
	})
	p.get("/disk").has(t, "No space left")
	if p.get("/queries.yaml").status != 404 {
		t.Error("queries.yaml is served")
	}
	p.write("disk.md", "# The disk is full\n\nNo space left, again.\n")
	p.until("the mended edition is served", func() bool { return strings.Contains(p.get("/disk").body, "again") })
	p.get("/readyz").lacks(t, "gate")
	p.write("disk.md", "# Ships, again\n\nNothing of it.\n")
	p.write("queries.yaml", "[]\n")
	p.until("a question that is taken back holds nothing back", func() bool { return strings.Contains(p.get("/disk").body, "Nothing of it") })
}
