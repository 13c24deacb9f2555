package content

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"

	"rutter/content/diag"
)

// queriesFile lists searches that must find their page. It is a list of these, or, for short, of `query: page`:
//
//   - query: no space left on device
//     page: playbooks/linux/disk.md
//     within: 1
const queriesFile = "queries.yaml"

// DefaultWithin is the rank within which a page must be found where nothing is said.
const DefaultWithin = 3

// Question is a search that must find its page.
type Question struct {
	Query  string
	Page   string // path of the page's file
	Within int    // the lowest rank that will do, from 1
	Line   int    // in queries.yaml
}

// questions is queries.yaml as it was read.
type questions struct {
	sum      Hash
	list     []Question
	problems []diag.Problem
}

func (q *questions) found() []diag.Problem {
	if q == nil {
		return nil
	}
	return q.problems
}

// Questions returns the searches that queries.yaml declares.
func (s *Snapshot) Questions() []Question {
	if s.asked == nil {
		return nil
	}
	return s.asked.list
}

// readQuestions reads queries.yaml, unless it is as it was. nil means there is none.
func readQuestions(fsys fs.FS, before *questions) *questions {
	raw, ps, ok := readBeside(fsys, queriesFile)
	if !ok {
		return nil
	}
	q := &questions{sum: sha256.Sum256(raw), problems: ps}
	if len(ps) > 0 {
		return q
	}
	if before != nil && before.sum == q.sum {
		return before
	}
	q.parse(raw)
	return q
}

// parse reads the list. What is wrong with an entry is a problem, and the others count.
func (q *questions) parse(raw []byte) {
	d := &decoder{file: queriesFile, line: 1, meta: &Meta{}}
	report := func(line, col int, text, fix string) { d.report(line, col, "queries", text, fix) }
	defer func() { q.problems = d.problems }()
	if line, text := (bounds{queriesFile, 4 * maxFrontMatter, 20 * maxKeys}).exceeded(raw); text != "" {
		report(line, 1, text, "keep the queries that matter")
		return
	}
	d.text = strings.Split(string(raw), "\n")
	f, err := yamlparser.ParseBytes(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), 0)
	if err != nil {
		line, col, msg, fix := d.syntax(err)
		report(line, col, "it does not parse: "+msg, fix)
		return
	}
	if len(f.Docs) == 0 || isNull(f.Docs[0].Body) {
		return
	}
	switch body := d.real(f.Docs[0].Body).(type) {
	case *ast.SequenceNode:
		for _, n := range body.Values {
			pairs, ok := mapping(d.real(n))
			if !ok {
				d.at(n, "queries", "an entry is not a query with its page", "write query: … and page: …")
				continue
			}
			q.entry(d, pairs)
		}
	default:
		pairs, ok := mapping(body)
		if !ok {
			report(1, 1, "it is not a list", "write - query: … and page: … for each")
			return
		}
		for _, p := range pairs { // query: page
			page, ok := d.scalar(p.Value)
			if !ok {
				d.at(p.Key, "queries", "a query has no page", "write query: page, or a list of query: … and page: …")
				continue
			}
			q.take(d, p.Key, Question{Query: d.keyOf(p), Page: page, Within: DefaultWithin})
		}
	}
}

// entry reads one entry of the long form.
func (q *questions) entry(d *decoder, pairs []*ast.MappingValueNode) {
	x := Question{Within: DefaultWithin}
	for _, p := range pairs {
		value, _ := d.scalar(p.Value)
		switch key := d.keyOf(p); key {
		case "query":
			x.Query = value
		case "page":
			x.Page = value
		case "within":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > 100 {
				d.at(p.Value, "queries", "within is not a rank", "write a number from 1 to 100")
				continue
			}
			x.Within = n
		default:
			d.at(p.Key, "queries", "unknown key "+key, "an entry has query, page and within")
		}
	}
	if len(pairs) > 0 {
		q.take(d, pairs[0].Key, x)
	}
}

// take keeps a question that has all it needs.
func (q *questions) take(d *decoder, at ast.Node, x Question) {
	x.Page = strings.TrimPrefix(x.Page, "/")
	if x.Query == "" || x.Page == "" {
		d.at(at, "queries", "a query and its page are wanted", "write query: … and page: …")
		return
	}
	if !IsPage(x.Page) {
		x.Page += ".md"
	}
	if t := at.GetToken(); t != nil && t.Position != nil {
		x.Line = t.Position.Line
	}
	q.list = append(q.list, x)
}
