package content

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"

	"rutter/content/diag"
)

// portalFile says what holds for the whole folder:
//
//	lang: de
//	title: The harbour handbook
//	edit: https://git.example.org/harbour/edit/main/{path}
const portalFile = "portal.yaml"

// portal is portal.yaml as it was read.
type portal struct {
	sum      Hash
	said     said
	problems []diag.Problem
}

// said is what portal.yaml says.
type said struct {
	lang  string // of pages that name none, as in BCP 47
	title string // of the portal
	edit  string // where a page is edited, with {path} for its file

	constant string // names and texts in turn, sorted, each ended by a NUL
}

// constants are the texts of the words that stand in double braces.
func (s said) constants() map[string]string {
	if s.constant == "" {
		return nil
	}
	out := map[string]string{}
	parts := strings.Split(strings.TrimSuffix(s.constant, "\x00"), "\x00")
	for i := 0; i+1 < len(parts); i += 2 {
		out[parts[i]] = parts[i+1]
	}
	return out
}

// constantsText is the other way round.
func constantsText(m map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		b.WriteString(k + "\x00" + m[k] + "\x00")
	}
	return b.String()
}

// says is what a portal.yaml says, nothing where there is none.
func (p *portal) says() said {
	if p == nil {
		return said{}
	}
	return p.said
}

// Portal is the name that portal.yaml gives the portal, "" for none.
func (s *Snapshot) Portal() string { return s.portal.says().title }

// EditURL is where a page's file can be edited, "" where portal.yaml does not say.
func (s *Snapshot) EditURL(d *Doc) string {
	return strings.Replace(s.portal.says().edit, editPath, escapePath(d.Path), 1)
}

func (p *portal) found() []diag.Problem {
	if p == nil {
		return nil
	}
	return p.problems
}

// Lang is the language of a page as in BCP 47: its own, else the one portal.yaml names; "" where neither says.
func (s *Snapshot) Lang(d *Doc) string {
	return cmp.Or(d.Meta.Lang, s.portal.says().lang)
}

// Fingerprint is of all that an index makes of a page: its bytes, and its language where they do not name it.
func (s *Snapshot) Fingerprint(d *Doc) Hash {
	lang := s.Lang(d)
	if lang == d.Meta.Lang {
		return d.Hash
	}
	return sha256.Sum256(append(d.Hash[:], lang...))
}

// readBeside reads a file beside the pages. ok is false where there is none.
func readBeside(fsys fs.FS, name string) (raw []byte, ps []diag.Problem, ok bool) {
	if fsys == nil {
		return nil, nil, false
	}
	raw, err := readFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, false
	}
	if err != nil {
		ps = []diag.Problem{{File: name, Rule: "file-unreadable", Text: "the file cannot be read: " + cause(err), Fix: "see its permissions and size"}}
	}
	return raw, ps, true
}

// readPortal reads portal.yaml, unless it is as it was. nil means there is none. While it cannot be read or does not
// parse, what it said before holds.
func readPortal(fsys fs.FS, before *portal) *portal {
	raw, ps, ok := readBeside(fsys, portalFile)
	if !ok {
		return nil
	}
	p := &portal{sum: sha256.Sum256(raw), problems: ps}
	if before != nil {
		if before.sum == p.sum && len(ps) == 0 {
			return before
		}
		p.said = before.said
	}
	if len(ps) == 0 {
		p.parse(raw)
	}
	return p
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

func (p *portal) parse(raw []byte) {
	d := &decoder{file: portalFile, line: 1, meta: &Meta{}, text: strings.Split(string(raw), "\n")}
	report := func(line, col int, text, fix string) { d.report(line, col, "portal", text, fix) }
	defer func() { p.problems = d.problems }()
	if line, text := (bounds{portalFile, maxFrontMatter, maxKeys}).exceeded(raw); text != "" {
		report(line, 1, text, "keep it short and flat")
		return
	}
	f, err := yamlparser.ParseBytes(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), 0)
	if err != nil {
		line, col, msg, fix := d.syntax(err)
		report(line, col, "it does not parse: "+msg, fix)
		return
	}
	p.said = said{}
	if len(f.Docs) == 0 || isNull(f.Docs[0].Body) {
		return
	}
	pairs, ok := mapping(d.real(f.Docs[0].Body))
	if !ok {
		report(1, 1, "it is not a list of keys", "write lang: en")
		return
	}
	for _, kv := range pairs {
		p.take(d, kv)
	}
}

// constants reads words and their texts. One that cannot be read is left out.
func (d *decoder) constants(n ast.Node) map[string]string {
	pairs, ok := mapping(d.real(n))
	if !ok {
		d.at(n, "portal", "constants is no list of words with their texts", "write name: text, a line each")
		return nil
	}
	out := map[string]string{}
	for _, kv := range pairs {
		name := d.keyOf(kv)
		text, ok := d.scalar(kv.Value)
		switch {
		case !constantName.MatchString(name):
			d.at(kv.Key, "portal", "the constant "+name+" has no usable name", "use letters, digits, - and _")
		case !ok || text == "" || len(text) > maxConstant || strings.ContainsFunc(text, hidden) || strings.Contains(text, "\n"):
			d.at(kv.Value, "portal", "the text of the constant "+name+" is none", "write one line of up to 500 bytes")
		case len(out) == maxConstants:
			d.at(kv.Key, "portal", "there are more than 100 constants", "keep those that are used")
			return out
		default:
			out[name] = text
		}
	}
	return out
}

var constantName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

const (
	editPath = "{path}"
	maxTitle = 60 // runes
)

func (p *portal) take(d *decoder, kv *ast.MappingValueNode) {
	value, _ := d.scalar(kv.Value)
	switch key := d.keyOf(kv); key {
	case "lang":
		if !languageTag.MatchString(value) {
			d.at(kv.Value, "portal", "lang is not a language", "write a tag such as en or de-AT")
			return
		}
		p.said.lang = value
	case "title":
		title := strings.Join(strings.Fields(value), " ")
		if n := len([]rune(title)); n == 0 || n > maxTitle || strings.ContainsFunc(title, hidden) {
			d.at(kv.Value, "portal", "title is no name of a portal", "write up to 60 characters")
			return
		}
		p.said.title = title
	case "edit":
		u, err := url.Parse(value)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Count(value, editPath) != 1 {
			d.at(kv.Value, "portal", "edit is no address of an editor", "write https://… with {path} where the file's path belongs")
			return
		}
		p.said.edit = value
	case "constants":
		p.said.constant = constantsText(d.constants(kv.Value))
	default:
		d.at(kv.Key, "portal", "unknown key "+key, "the keys are: lang, title, edit, constants")
	}
}
