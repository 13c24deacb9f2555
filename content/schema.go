package content

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Schema is the JSON Schema, draft 2020-12, of what an author writes as data: "page" for the front matter of a page,
// "portal" for portal.yaml, "queries" for queries.yaml; nil for any other name. It says what an editor should offer and mark: whatever it accepts of front matter is read without a problem in its form. Words of a
// choice it wants in lower case, which `rutter check` does not mind.
func Schema(of string) []byte {
	var s object
	switch of {
	case "page":
		s = pageSchema()
	case "portal":
		s = portalSchema()
	case "queries":
		s = queriesSchema()
	default:
		return nil
	}
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["$id"] = "urn:rutter:schema:" + of
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // of maps and texts: cannot fail
	return out.Bytes()
}

type (
	object = map[string]any
	list   = []any
)

const (
	datePattern   = `^\d{4}-\d\d-\d\d($|[T ])`
	periodPattern = `^[1-9]\d{0,3} ?(d|w|m|y|days?|weeks?|months?|years?)$`
)

func pageSchema() object {
	keys := object{}
	for k, f := range fields {
		p := f.schema()
		p["description"] = f.doc
		keys[k] = p
	}
	return object{
		"title": "Front matter of a page", "description": "What stands between the lines of --- at the top of a Markdown page. No key is required.",
		"type": list{"object", "null"}, "properties": keys, "additionalProperties": false,
		"patternProperties": object{foreignPattern(): object{"deprecated": true, "description": "A key of another tool. It is accepted and has no effect."}},
		"$defs":             definitions(),
		"examples": list{object{
			"title": "The root file system is full", "summary": "What one sees, what the page does, how it ends.", "kind": "playbook", "reviewed": "2026-11-22",
			"review_every": "12 months", "applies_to": list{object{"product": "Linux", "versions": "5.4 or newer"}}, "phase": "respond", "tags": list{"disk"},
			"alerts": list{"NodeFilesystemAlmostOutOfSpace"}, "errors": list{"No space left on device"}, "duration": "15 min", "risk": "medium",
		}},
	}
}

// foreignPattern matches the keys of other tools in any letter case.
func foreignPattern() string {
	var words []string
	for _, w := range slices.Sorted(maps.Keys(foreign)) {
		if _, ours := fields[w]; ours {
			continue
		}
		var b strings.Builder
		for _, r := range w {
			if up := unicode.ToUpper(r); up != r {
				b.WriteString("[" + string(r) + string(up) + "]")
			} else {
				b.WriteRune(r)
			}
		}
		words = append(words, b.String())
	}
	return "^(" + strings.Join(words, "|") + ")$"
}

func ref(name string) object { return object{"$ref": "#/$defs/" + name} }

// oneOrMore is a value, a list of such, or nothing.
func oneOrMore(one ...any) object {
	item := object{"anyOf": one}
	if len(one) == 1 {
		item, _ = one[0].(object)
	}
	return object{"anyOf": append(slices.Clone(one), object{"type": "array", "items": item}, object{"type": "null"})}
}

func words(values []string) list {
	out := make(list, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// schema is what a key's value may be. It holds no description.
func (f field) schema() object {
	switch f.shape {
	case aDate:
		return object{"type": list{"string", "null"}, "pattern": datePattern, "examples": list{"2026-11-22"}}
	case aDateOrSwitch:
		return object{"type": list{"string", "boolean", "null"}, "pattern": datePattern, "examples": list{"2026-11-22"}}
	case aPeriod:
		return object{"type": list{"string", "null"}, "pattern": periodPattern, "examples": list{"6 months", "12 months", "2 weeks"}}
	case aNumber:
		return object{"type": list{"integer", "string", "null"}, "pattern": `^[+-]?[0-9]+$`}
	case aChoice:
		return object{"enum": append(words(f.values), nil)}
	case choices:
		return oneOrMore(object{"enum": words(f.values)})
	case texts, destinations:
		return oneOrMore(ref("text"))
	case tags:
		return oneOrMore(ref("text"), object{"type": "object", "properties": object{"label": ref("text")}, "required": list{"label"}})
	case groups:
		return object{"anyOf": list{object{"type": list{"string", "number", "boolean"}, "minLength": 1}, object{"type": "array", "items": object{"type": list{"string", "number", "boolean"}, "minLength": 1}, "minItems": 1}}}
	case products:
		return oneOrMore(ref("text"), ref("product"))
	case values:
		return oneOrMore(ref("text"), ref("input"))
	case history:
		return oneOrMore(ref("update"))
	case facts:
		return object{"type": list{"object", "null"}, "additionalProperties": ref("text")}
	case figures:
		return oneOrMore(ref("result"))
	default:
		return object{"type": list{"string", "number", "boolean", "null"}}
	}
}

// definitions are the mappings in front matter, each with the keys that the decoder takes.
func definitions() object {
	record := func(keys []string, required string, known object) object {
		props := object{}
		for _, k := range keys {
			props[k] = oneOrMore(ref("text"))
			if p, ok := known[k]; ok {
				props[k] = p
			}
		}
		return object{"type": "object", "properties": props, "required": list{required}, "additionalProperties": false}
	}
	said := func(doc string) object {
		return object{"type": list{"string", "number", "boolean", "null"}, "description": doc}
	}
	needed := func(doc string) object {
		return object{"type": list{"string", "number", "boolean"}, "minLength": 1, "description": doc}
	}
	versions := oneOrMore(ref("text"))
	versions["description"] = "Versions as their maker writes them."
	versions["examples"] = list{">=7.0 <=8.0 U3", "3.5 Update 2", "5.4 or newer"}
	return object{
		"text":    object{"type": list{"string", "number", "boolean"}},
		"product": record(productKeys, "product", object{"product": needed("Name of the product."), "versions": versions}),
		"input": record(inputKeys, "name", object{
			"name": needed("As in the placeholder <name>; letter case, spaces, - and _ do not matter."), "label": said("What the reader is asked for."),
			"type": object{"enum": append(words(inputTypes), nil), "description": "What the value is; text where nothing is said."}, "default": said("What stands there until the reader writes something else."),
			"required": object{"type": list{"boolean", "null"}}, "pattern": object{"type": list{"string", "null"}, "format": "regex", "description": "A regular expression for the whole value."},
			"options": oneOrMore(ref("text")),
		}),
		"update": record(updateKeys, "date", object{"date": object{"type": "string", "pattern": datePattern, "description": "Day as YYYY-MM-DD."}, "text": said("What happened.")}),
		"result": record(resultKeys, "measure", object{"measure": needed("What was measured."), "before": said("Figure before."), "after": said("Figure after."), "measured": said("By what means.")}),
	}
}

func portalSchema() object {
	return object{
		"title": "portal.yaml", "description": "What holds for the whole content folder.", "type": list{"object", "null"}, "additionalProperties": false,
		"properties": object{
			"lang":  object{"type": "string", "pattern": languageTag.String(), "description": "Language of the pages that name none.", "examples": list{"en", "de-AT"}},
			"title": object{"type": list{"string", "number", "boolean"}, "minLength": 1, "maxLength": maxTitle, "description": "Name of the portal."},
			"edit":  object{"type": "string", "pattern": `^[hH][tT][tT][pP][sS]?://[^/{}]+.*\{path\}`, "description": "Where a page is edited, with {path} once, where the file's path belongs.", "examples": list{"https://git.example.org/harbour/edit/main/{path}"}},
			"constants": object{
				"type": "object", "description": "Texts for words in double braces: {{version}} on a page becomes the text of version.", "maxProperties": maxConstants,
				"patternProperties": object{constantName.String(): object{"type": list{"string", "number", "boolean"}, "minLength": 1, "maxLength": maxConstant}}, "additionalProperties": false,
			},
		},
		"examples": list{object{"title": "The harbour handbook", "lang": "de", "edit": "https://git.example.org/harbour/edit/main/{path}"}},
	}
}

func queriesSchema() object {
	text := object{"type": list{"string", "number", "boolean"}, "minLength": 1}
	page := object{"type": "string", "minLength": 1, "description": "Path of the page's file; .md may be left out."}
	return object{
		"title": "queries.yaml", "description": "Searches that must find their page: a list, or for short query: page.",
		"anyOf": list{
			object{"type": "null"},
			object{"type": "object", "additionalProperties": page},
			object{"type": "array", "items": object{
				"type": "object", "required": list{"query", "page"}, "additionalProperties": false,
				"properties": object{
					"query": text, "page": page,
					"within": object{"type": "integer", "minimum": 1, "maximum": 100, "default": DefaultWithin, "description": "The lowest rank that will do."},
				},
			}},
		},
		"examples": list{list{object{"query": "no space left on device", "page": "playbooks/linux/disk.md", "within": 1}}},
	}
}
