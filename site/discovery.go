package site

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"

	"rutter/content"
	"rutter/content/coverage"
	"rutter/search"
)

var (
	typeOpenSearch  = []string{"application/opensearchdescription+xml"}
	typeSuggestions = []string{"application/x-suggestions+json"}
)

// opensearch lets browsers search here from their address bar (OpenSearch 1.1, draft 6).
func (s *Server) opensearch(w http.ResponseWriter, r *request) error {
	base := s.base(r)
	type address struct {
		Type     string `xml:"type,attr"`
		Method   string `xml:"method,attr"`
		Rel      string `xml:"rel,attr"`
		Template string `xml:"template,attr"`
	}
	type image struct {
		Type string `xml:"type,attr"`
		URL  string `xml:",chardata"`
	}
	name := s.portal(r)
	if r := []rune(name); len(r) > 16 { // the specification's limit
		name = string(r[:16])
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	err := e.Encode(struct {
		XMLName     xml.Name  `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
		ShortName   string    `xml:"ShortName"`
		Description string    `xml:"Description"`
		Encoding    string    `xml:"InputEncoding"`
		Image       image     `xml:"Image"`
		URLs        []address `xml:"Url"`
	}{
		ShortName: name, Description: "Search the playbooks, guides and advisories of " + s.portal(r), Encoding: "UTF-8",
		Image: image{"image/svg+xml", base + s.assets.URL("icon.svg")},
		URLs: []address{
			{"text/html", "get", "results", base + "/search?q={searchTerms}"},
			{"application/x-suggestions+json", "get", "suggestions", base + "/api/v1/suggest?q={searchTerms}"},
			{"application/opensearchdescription+xml", "get", "self", base + "/opensearch.xml"},
		},
	})
	if err != nil {
		return err
	}
	represent(b.Bytes(), typeOpenSearch, cacheRevalidate, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// suggestAPI completes what is typed into a browser's address bar: titles of pages, with what they are and where.
func (s *Server) suggestAPI(w http.ResponseWriter, r *request) error {
	q, _, err := params(w, r)
	if err != nil {
		return err
	}
	titles, about, urls := []string{}, []string{}, []string{}
	if q.Typed != "" {
		res, err := s.find(r, q)
		if err != nil {
			return err
		}
		base := s.base(r)
		for _, h := range res.Hits {
			if d := r.view.Doc(h.Path); d != nil {
				titles, about, urls = append(titles, d.Title), append(about, d.Kind.Label()), append(urls, base+d.URL)
			}
		}
	}
	body, err := json.Marshal([]any{q.Typed, titles, about, urls})
	if err != nil {
		return err
	}
	represent(body, typeSuggestions, cacheNever, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// maxListed is how many pages llms.txt names one by one; of more it names the folders.
const maxListed = 1000

// llms describes the portal to programs that read text (llmstxt.org): what there is, each with the address of its
// Markdown, and how to search.
func (s *Server) llms(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	base := s.base(r)
	return s.once(w, r, "/llms.txt "+base, typeText, func() ([]byte, error) {
		var b strings.Builder
		b.WriteString("# " + oneLine(s.portal(r)) + "\n\n> Operational playbooks, guides and advisories. Every page is Markdown under its address with .md.\n\n")
		b.WriteString("- [Search](" + base + "/api/v1/search?q=disk+full): JSON, described in [OpenAPI](" + base + "/api/v1/openapi.json)\n")
		b.WriteString("- Alerts: " + base + "/r/ALERTNAME leads to the playbook for an alert\n")
		b.WriteString("- [All addresses](" + base + "/sitemap.xml)\n")
		if r.view.Len() > maxListed {
			b.WriteString("\n## Folders\n\n")
			if root := r.view.Folder(""); root != nil {
				for _, f := range root.Folders {
					b.WriteString("- [" + linkText(f.Title) + "](" + base + f.URL + ")\n")
				}
			}
			return []byte(b.String()), nil
		}
		for _, k := range content.Kinds() {
			docs := r.view.Select(func(d *content.Doc) bool { return d.Kind == k })
			if len(docs) == 0 {
				continue
			}
			b.WriteString("\n## " + k.Plural() + "\n\n")
			for _, d := range docs {
				b.WriteString("- [" + linkText(d.Title) + "](" + base + "/" + escape(d.Path) + ")")
				if t := oneLine(d.Summary()); t != "" {
					b.WriteString(": " + t)
				}
				b.WriteByte('\n')
			}
		}
		return []byte(b.String()), nil
	})
}

func oneLine(s string) string { return strings.Join(strings.Fields(printable(s)), " ") }

func linkText(s string) string {
	return strings.NewReplacer("[", "(", "]", ")").Replace(oneLine(s))
}

// openapi describes the interface for programs (OpenAPI 3.1).
func (s *Server) openapi(w http.ResponseWriter, r *request) error {
	body, err := openAPI(s.o.Portal)
	if err != nil {
		return err
	}
	represent(body, typeJSON, cacheRevalidate, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// object is a piece of JSON.
type object = map[string]any

// openAPI writes the description. Its test holds real answers against it.
func openAPI(portal string) ([]byte, error) {
	text := func(about string) object { return object{"type": "string", "description": about} }
	integer := func(about string, lo, hi int) object {
		return object{"type": "integer", "minimum": lo, "maximum": hi, "description": about}
	}
	count := func(about string) object { return integer(about, 0, 1<<31-1) }
	list := func(of object) object { return object{"type": "array", "items": of} }
	ref := func(name string) object { return object{"$ref": "#/components/schemas/" + name} }
	strict := func(properties object, optional ...string) object {
		required := []string{}
		for k := range properties {
			needed := true
			for _, o := range optional {
				needed = needed && o != k
			}
			if needed {
				required = append(required, k)
			}
		}
		return object{"type": "object", "additionalProperties": false, "properties": properties, "required": slices.Sorted(slices.Values(required))}
	}
	parameters := []object{{"name": "q", "in": "query", "schema": object{"type": "string", "maxLength": 4096}, "description": "What is looked for: plain text, or the language of /guides/rutter/search. The first 256 characters count."}}
	for _, f := range search.FacetNames {
		parameters = append(parameters, object{
			"name": f, "in": "query", "schema": list(object{"type": "string"}), "explode": true, "description": "Only pages with one of these values.",
		})
	}
	parameters = append(parameters,
		object{"name": "limit", "in": "query", "schema": object{"type": "integer", "minimum": 1, "maximum": search.MaxLimit, "default": search.DefaultLimit}},
		object{"name": "offset", "in": "query", "schema": object{"type": "integer", "minimum": 0, "maximum": search.MaxOffset, "default": 0}})
	problem := func(about string) object {
		return object{"description": about, "content": object{"application/problem+json": object{"schema": ref("Problem")}}}
	}
	answers := object{
		"200": object{
			"description": "The best pages. Link with rel=next leads to more.",
			"headers":     object{"Link": object{"schema": object{"type": "string"}}, "ETag": object{"schema": object{"type": "string"}}},
			"content":     object{"application/json": object{"schema": ref("Answer")}},
		},
		"304": object{"description": "Not changed since the ETag that was sent."},
		"400": problem("A parameter cannot be read."),
		"503": problem("The index is being built, or gave an error; Retry-After says when to ask again."),
	}
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info":    object{"title": portal + " search", "version": "1", "description": "Full-text search over the pages of the portal."},
		"paths": object{
			"/api/v1/search": object{
				"get": object{"operationId": "search", "summary": "Search", "parameters": parameters, "responses": answers},
				"post": object{
					"operationId": "searchText", "summary": "Search for a pasted log, trace or alert", "parameters": parameters[1:],
					"requestBody": object{"required": true, "description": "The text itself; the first 65,536 bytes count.", "content": object{"*/*": object{"schema": object{"type": "string"}}}},
					"responses":   answers,
				},
			},
			accountabilityAPI: object{
				"get": object{
					"operationId": "accountability", "summary": "Who answers for which page, and when somebody went through it",
					"parameters": []object{{"name": "owner", "in": "query", "schema": object{"type": "string"}, "description": "One owner's pages alone, in any letter case; nobody for those without one."}},
					"responses":  object{"200": object{"description": "All pages, those first that wait longest.", "content": object{"application/json": object{"schema": ref("Accountability")}}}, "503": problem("The portal is starting.")},
				},
			},
			"/api/v1/suggest": object{
				"get": object{
					"operationId": "suggest", "summary": "Complete what is typed (OpenSearch suggestions)", "parameters": parameters[:1],
					"responses": object{
						"200": object{"description": "The query, titles, kinds and addresses.", "content": object{"application/x-suggestions+json": object{"schema": object{"type": "array"}}}},
						"503": problem("The index is being built."),
					},
				},
			},
			coverageAPIPath: object{
				"get": object{
					"operationId": "coverage", "summary": "Which alerts of the rules have a page",
					"responses": object{
						"200": object{"description": "The report, as rutter coverage --format json prints it.", "content": object{"application/json": object{"schema": ref("Coverage")}}},
						"404": problem("The portal shows authors nothing, or was given no rules."),
						"503": problem("The index is being built, or the rules took too long."),
					},
				},
			},
		},
		"components": object{"schemas": object{
			"Answer": strict(object{
				"query":      text("What was asked, as it was understood."),
				"total":      integer("Pages that answer; versions of one page count once.", 0, 1<<31-1),
				"took_ms":    object{"type": "number", "minimum": 0},
				"suggestion": text("A better spelling of the whole query, or empty."),
				"confidence": object{"type": "number", "minimum": 0, "maximum": 1, "description": "The share of the weight of the query's words and identifiers that the first hit has. They weigh by how few pages have them. Below 0.5 a pasted text is likely answered by nothing here."},
				"hits":       list(ref("Hit")),
				"facets":     object{"type": "object", "additionalProperties": object{"type": "object", "additionalProperties": object{"type": "integer", "minimum": 0}}, "description": "By facet, how many answers have each value."},
				"notices":    list(text("What was changed or left out of the query, in a sentence.")),
			}),
			"Hit": strict(object{
				"url":      text("Absolute path, percent-encoded, with the section as fragment."),
				"path":     text("Of the file, relative to the content folder."),
				"title":    text("Of the page."),
				"section":  text("Heading of the section the address leads to, empty for the top of the page."),
				"kind":     object{"type": "string", "enum": kinds()},
				"snippet":  text("HTML; mark is the only element in it."),
				"score":    object{"type": "number", "minimum": 0, "description": "Comparable within one answer only."},
				"versions": list(strict(object{"version": text("For instance v26.1."), "url": text("Absolute path of the page for it.")})),
			}, "versions"),
			"Accountability": strict(object{
				"pages": count("All of them."), "late": count("Whose review was promised for a day that is past."),
				"unreviewed": count("That nobody has gone through."), "unowned": count("That no owner is named for."),
				"rows": list(strict(object{
					"path": text("Of the file, relative to the content folder."), "url": text("Absolute path, percent-encoded."), "title": text("Of the page."),
					"kind": object{"type": "string", "enum": kinds()}, "owner": text("As front matter has it."),
					"reviewed": text("The day, YYYY-MM-DD."), "reviewed_by": list(text("A name.")), "reviewed_in": text("The revision whose message says so, where front matter does not."),
					"age_days": object{"type": "integer", "description": "Days since the review."}, "review_every": text("The period after which it was promised again."),
					"due": text("The day from which the next review is late."), "late": object{"type": "boolean"},
					"changed": text("When the page was last changed, RFC 3339."), "changed_by": text("A name."), "revision": text("Of that change."),
					"errors": count("For authors; else 0."), "warnings": count("For authors; else 0."), "open_advisory": object{"type": "boolean", "description": "It is an advisory that still stands."},
				}, "owner", "reviewed", "reviewed_by", "reviewed_in", "age_days", "review_every", "due", "changed", "changed_by", "revision", "open_advisory")),
			}),
			"Coverage": strict(object{
				"files": count("Of rules."), "rules": count("Alerting rules."), "recording": count("Rules that record."),
				"counts":  object{"type": "object", "additionalProperties": count("Alerts."), "description": "Alerts by state."},
				"urls":    object{"type": "object", "additionalProperties": count("Addresses."), "description": "Different runbook addresses by where they lead."},
				"alerts":  list(ref("Alert")),
				"idle":    list(ref("CoveredPage")),
				"unknown": list(strict(object{"alert": text("Named in front matter, in no rule."), "page": ref("CoveredPage"), "line": count("Of its file."), "column": count("From 1."), "near": text("Alert of a rule that may be meant.")}, "column", "near")),
				"problems": list(strict(object{
					"file": text("Of rules as it was named, of a page relative to the content folder; empty for all."), "line": count("From 1, 0 for none."), "column": count("From 1, 0 for none."),
					"severity": object{"type": "string", "enum": []string{"error", "warning", "note"}}, "rule": text("Stable id."), "text": text("What is wrong."), "fix": text("What to do, or empty."),
				})),
			}),
			"Alert": strict(object{
				"name":       text("Of the alert."),
				"state":      object{"type": "string", "enum": coverage.States()},
				"severities": list(text("Label severity of its rules.")),
				"summary":    text("Annotation of the first rule that has one, or empty."),
				"page":       ref("CoveredPage"),
				"near":       ref("CoveredPage"),
				"missed":     count("How often readers searched for its name and found nothing."),
				"advisories": list(ref("CoveredPage")),
				"rules": list(strict(object{
					"file": text("As it was named."), "line": count("From 1."), "column": count("From 1, in code points."), "group": text("Of rules."), "severity": text("Label, or empty."),
					"runbook_url": text("Annotation, or empty."), "leads": object{"type": "string", "enum": []coverage.Where{coverage.Here, coverage.Beside, coverage.Dead, coverage.Elsewhere}},
				}, "leads")),
			}, "page", "near", "advisories"),
			"CoveredPage": strict(object{"path": text("Of the file, relative to the content folder."), "url": text("Absolute path, percent-encoded, with the section as fragment."), "title": text("Of the page.")}),
			"Problem": strict(object{
				"type": text("A URI reference."), "title": text("Of the status."), "status": integer("HTTP status.", 400, 599),
				"detail": text("What is wrong, for people."), "instance": text("Names the request, for the operators' log."),
			}),
		}},
	}, "", " ")
}

func kinds() (out []string) {
	for _, k := range content.Kinds() {
		out = append(out, string(k))
	}
	return out
}
