package content

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"rutter/content/diag"
	"rutter/content/markdown"
)

// An include is a line of its own that names another file of the folder:
//
//	![[../_snippets/drain.md]]
//	![[drain]]
//	![[storage/disk#free-space]]
//
// The file's text stands in its place, without its front matter and its title; with an anchor, only that section. It is
// looked for beside the page, then from the root of the folder, then in _snippets at the root; .md may be left out. What
// lies in a folder named _snippets is included and nothing else: it has no address, and no search finds it by itself.
// GitHub shows the line as it is written.

// A constant is a word in double braces that portal.yaml gives a text for. Braces around any other word stay as they are.

const (
	snippets     = "_snippets"
	maxIncludes  = 200     // in one page, includes of includes counted
	maxNested    = 10      // includes within each other
	maxExpanded  = 2 << 20 // bytes that a page grows to, by what it includes and by constants
	maxConstants = 100
	maxConstant  = 500 // bytes
)

var (
	includeLine  = regexp.MustCompile(`^([ \t>]*)!\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{0,300}))?\]\][ \t]*$`)
	constantWord = regexp.MustCompile(`\{\{ ?([A-Za-z_][A-Za-z0-9_-]*) ?\}\}`)
	fenceLine    = regexp.MustCompile("^[ \t>]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)*(`{3,}|~{3,})(.*)$")
)

// isSnippet tells whether a path is of a file that is only included.
func isSnippet(p string) bool {
	return slices.Contains(strings.Split(dirOf(p), "/"), snippets)
}

// made is what a page is made of: text of its own file, and of those it includes.
type made struct {
	body     []byte
	spans    []span
	shifts   map[int][]shift // by line of body, counted from 0
	looked   []string        // every path that was looked for, there or not
	problems []diag.Problem
}

// span is a run of lines from one file.
type span struct {
	from   int    // line of body, counted from 0
	file   string // "" for the page's own
	line   int    // of that file, 1-based
	indent int    // code points that were put before each line
}

// shift says that from a column on, what stands in a line stood further to the left or right in the author's file.
type shift struct{ column, by int }

// place is where something in the body stands in an author's file. line is the virtual one, counted on from first.
func (m *made) place(first, line, column int) (file string, realLine, realColumn int) {
	n := line - first
	i := sort.Search(len(m.spans), func(i int) bool { return m.spans[i].from > n }) - 1
	if i < 0 {
		return "", line, column
	}
	s := m.spans[i]
	if column > 0 {
		by := 0
		for _, sh := range m.shifts[n] {
			if column >= sh.column {
				by = sh.by
			}
		}
		column = max(column+by-s.indent, 1)
	}
	return s.file, s.line + n - s.from, column
}

// virtual is the line of the body that a line of the page's own file became.
func (m *made) virtual(first, line int) int {
	for i := len(m.spans) - 1; i >= 0; i-- {
		if s := m.spans[i]; s.file == "" && s.line <= line {
			return first + s.from + line - s.line
		}
	}
	return line
}

// maker puts a page together.
type maker struct {
	restricted func(path string, audience []string) []string
	fs         fs.FS
	constants  map[string]string
	page       string
	audience   []string
	out        bytes.Buffer
	made       *made
	line       int // of out, counted from 0
	count      int
	within     []string // files that are being included
	full       bool     // it has become too large
	said       bool     // and that was told
	spent      bool     // constants stay as they are written from here on, which was told
	pictures   bool     // a line was written as a picture
}

// make returns nil where the body includes nothing and uses no constant.
func (r reading) make(page string, b block, audience []string) *made {
	includes := r.fs != nil && bytes.Contains(b.body, []byte("![["))
	constants := len(r.constants) > 0 && bytes.Contains(b.body, []byte("{{"))
	if !includes && !constants {
		return nil
	}
	m := maker{restricted: r.restricted, fs: r.fs, constants: r.constants, page: page, audience: audience, made: &made{shifts: map[int][]shift{}}, within: []string{page}}
	m.text("", page, b.body, b.bodyLine, "")
	if len(m.made.looked) == 0 && len(m.made.shifts) == 0 && len(m.made.problems) == 0 && m.count == 0 && !m.pictures {
		return nil
	}
	m.made.body = m.out.Bytes()
	return m.made
}

// text writes a file's lines, each behind prefix. named is the file for spans, file the one for links and problems.
func (m *maker) text(named, file string, src []byte, first int, prefix string) {
	begin := func(line int) {
		m.made.spans = append(m.made.spans, span{m.line, named, line, utf8.RuneCountInString(prefix)})
	}
	begin(first)
	line, fence := first, ""
	for l := range bytes.Lines(src) {
		text := strings.TrimRight(string(l), "\r\n")
		fence = fenceAfter(fence, text)
		if i := includeLine.FindStringSubmatch(text); i != nil && fence == "" {
			if m.include(file, line, i, prefix) {
				line++
				begin(line)
				continue
			}
		}
		m.write(prefix, text)
		line++
	}
}

// write puts a line out, with the constants in it replaced.
func (m *maker) write(prefix, text string) {
	if len(m.within) > 1 && (m.full || m.out.Len()+len(prefix)+len(text) > maxExpanded) {
		m.full = true
		return
	}
	m.out.WriteString(prefix)
	if len(m.constants) > 0 && !m.spent && strings.Contains(text, "{{") {
		text = m.replace(text, utf8.RuneCountInString(prefix))
	}
	m.out.WriteString(text + "\n")
	m.line++
}

func (m *maker) replace(text string, before int) string {
	var b strings.Builder
	done, by, column := 0, 0, before+1
	for _, at := range constantWord.FindAllStringSubmatchIndex(text, -1) {
		value, ok := m.constants[text[at[2]:at[3]]]
		if !ok {
			continue
		}
		column += utf8.RuneCountInString(text[done:at[0]])
		if m.out.Len()+b.Len()+len(text)-done+len(value) > maxExpanded {
			m.spent = true
			file, line, col := m.made.place(1, 1+m.line, column)
			m.made.problems = append(m.made.problems, diag.Problem{
				File: cmp.Or(file, m.page), Line: line, Column: col, Rule: "include-much", Text: "the page grows beyond 2 MiB, so this constant and those after it stay as they are written", Fix: "split it",
			})
			break
		}
		b.WriteString(text[done:at[0]] + value)
		column += utf8.RuneCountInString(value)
		done = at[1]
		by += utf8.RuneCountInString(text[at[0]:at[1]]) - utf8.RuneCountInString(value)
		m.made.shifts[m.line] = append(m.made.shifts[m.line], shift{column, by})
	}
	b.WriteString(text[done:])
	return b.String()
}

// include puts a file in the place of a line and tells whether it did; the line stays as it is where it did not.
func (m *maker) include(file string, line int, found []string, prefix string) bool {
	indent, name, label := prefix+found[1], strings.TrimSpace(found[2]), found[3]
	column := utf8.RuneCountInString(found[1]) + 1
	report := func(rule, text, fix string) bool {
		m.made.problems = append(m.made.problems, diag.Problem{File: file, Line: line, Column: column, Rule: rule, Text: text, Fix: fix})
		return false
	}
	target, anchor, _ := strings.Cut(name, "#")
	if isPicture(target) { // as other tools write a picture
		m.pictures = true
		if label == "" {
			label = stem(target)
		}
		m.write(indent, "!["+strings.NewReplacer("[", "", "]", "").Replace(label)+"](<"+strings.NewReplacer("<", "", ">", "").Replace(target)+">)")
		return true
	}
	if m.count++; m.count > maxIncludes || m.full {
		return report("include-much", "the page includes more than "+fmt.Sprint(maxIncludes)+" files, or grows beyond 2 MiB", "split it")
	}
	at, raw := m.find(file, target)
	switch {
	case at == "":
		return report("include-dead", "there is no file "+show(target)+" to include", "name one beside the page, from the root of the folder, or in "+snippets)
	case slices.Contains(m.within, at):
		return report("include-loop", show(target)+" includes itself: "+strings.Join(append(slices.Clone(m.within), at), " → "), "break the circle")
	case len(m.within) > maxNested:
		return report("include-loop", "includes nest more than "+fmt.Sprint(maxNested)+" deep", "include the inner ones from the page")
	}
	b := cut(raw)
	audience, ok := audienceOf(at, raw, b)
	if !ok {
		return report("include-hidden", "the front matter of "+at+" does not parse, so that nobody knows whom it is for", "mend it, or include another")
	}
	if !within(m.audience, m.restricted(at, audience)) {
		return report("include-hidden", at+" is not for everyone who may read this page", "give the page an audience that is within that of the file, or include another")
	}
	body, first, ok := part(at, b, anchor)
	if !ok {
		return report("include-dead", at+" has no heading #"+show(anchor), "name one of its headings")
	}
	m.within = append(m.within, at)
	m.text(at, at, body, first, indent)
	m.within = m.within[:len(m.within)-1]
	if m.full && !m.said {
		m.said = true
		report("include-much", "with "+at+" the page grows beyond 2 MiB, so the end of that is left out", "split it")
	}
	return true
}

// audienceOf is whom a file is for, as it would be of a page: a block that stands too late to be front matter may hide it.
// ok is false where its front matter does not parse.
func audienceOf(file string, raw []byte, b block) (audience []string, ok bool) {
	meta, _, _, ok := frontMatter(file, b)
	if b.format == 0 {
		if _, hide := lateFrontMatter(file, raw); hide {
			return []string{Nobody}, ok
		}
	}
	return meta.Audience, ok
}

// within tells whether everyone of an audience belongs to another; nobody named is everybody.
func within(audience, other []string) bool {
	if len(other) == 0 || slices.Contains(other, Everyone) {
		return true
	}
	if len(audience) == 0 {
		return false
	}
	for _, a := range audience {
		if !slices.Contains(other, a) {
			return false
		}
	}
	return true
}

// find looks a name up and notes where it looked.
func (m *maker) find(file, name string) (string, []byte) {
	if m.fs == nil {
		return "", nil
	}
	candidates := includable(file, name)
	for _, p := range candidates {
		if !slices.Contains(m.made.looked, p) {
			m.made.looked = append(m.made.looked, p)
		}
		if raw, err := readFile(m.fs, p); err == nil {
			return p, raw
		}
	}
	return "", nil
}

// includable are the paths that a name in an include may mean, in the order they are tried.
func includable(file, name string) (candidates []string) {
	name = strings.ReplaceAll(name, `\`, "/")
	for _, base := range []string{dirOf(file), "", snippets} {
		if strings.HasPrefix(name, "/") && base != "" {
			continue
		}
		p := path.Join(base, name)
		if p == ".." || strings.HasPrefix(p, "../") || p == "." {
			continue
		}
		p = strings.TrimPrefix(p, "/")
		if !IsPage(p) {
			p += ".md"
		}
		if !Hidden(p) && !slices.Contains(candidates, p) {
			candidates = append(candidates, p)
		}
	}
	return candidates
}

// includedName is the name in a line that includes, with the offset at which it stands in the file.
type includedName struct {
	from int
	name string
}

// includeLines finds the lines of a file that include. A lone CR ends a line, as it does where pages are read.
func includeLines(raw []byte) (out []includedName) {
	first, fence, at := cut(raw).bodyLine, "", 0
	if bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) {
		at = 3
	}
	for line := 1; at < len(raw); line++ {
		end, next := len(raw), len(raw)
		if i := bytes.IndexAny(raw[at:], "\r\n"); i >= 0 {
			end, next = at+i, at+i+1
			if raw[at+i] == '\r' && next < len(raw) && raw[next] == '\n' {
				next++
			}
		}
		if text := string(raw[at:end]); line >= first {
			fence = fenceAfter(fence, text)
			if i := includeLine.FindStringSubmatchIndex(text); i != nil && fence == "" && !isPicture(text[i[4]:i[5]]) {
				name := text[i[4]:i[5]]
				out = append(out, includedName{at + i[4] + len(name) - len(strings.TrimLeft(name, " ")), strings.TrimSpace(name)})
			}
		}
		at = next
	}
	return out
}

// fenceAfter is the fence that is open after a line, "" for none.
func fenceAfter(fence, line string) string {
	f := fenceLine.FindStringSubmatch(line)
	switch {
	case f == nil:
	case fence == "":
		if f[1][0] == '`' && strings.Contains(f[2], "`") {
			return ""
		}
		return f[1]
	case strings.HasPrefix(f[1], fence) && strings.TrimSpace(f[2]) == "":
		return ""
	}
	return fence
}

// part is the body of a file without its title, or one section of it with its heading, and the line on which it begins.
func part(file string, b block, anchor string) (body []byte, first int, ok bool) {
	body, first = b.body, b.bodyLine
	if anchor == "" {
		rest := bytes.TrimLeft(body, " \t\r\n")
		if bytes.HasPrefix(rest, []byte("# ")) {
			before := body[:len(body)-len(rest)]
			_, after, _ := bytes.Cut(rest, []byte("\n"))
			return after, first + bytes.Count(before, []byte("\n")) + 1, true
		}
		return body, first, true
	}
	p, _ := markdown.Parse(file, body, 1)
	from, to, level := 0, 0, 0
	for h := range p.Outline() {
		switch {
		case from == 0 && h.ID == anchor:
			from, level = h.Line, h.Level
		case from > 0 && to == 0 && h.Level <= level:
			to = h.Line
		}
	}
	if from == 0 {
		return nil, 0, false
	}
	lines := bytes.SplitAfter(body, []byte("\n"))
	if to == 0 {
		to = len(lines) + 1
	}
	return bytes.Join(lines[from-1:to-1], nil), first + from - 1, true
}

func isPicture(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif":
		return true
	}
	return false
}

// hash is of the page and all it is made of: its own bytes, what they became, and the files from which that came, for links
// lead from there.
func (m *made) hash(raw []byte) Hash {
	h := sha256.New()
	own, body := sha256.Sum256(raw), sha256.Sum256(m.body)
	_, _ = h.Write(own[:])
	_, _ = h.Write(body[:])
	for _, s := range m.spans {
		_, _ = fmt.Fprintf(h, "%d %d %d %q\n", s.from, s.line, s.indent, s.file)
	}
	_, _ = fmt.Fprint(h, len(m.problems))
	return Hash(h.Sum(nil))
}

// remade returns which pages must be read again though their own files are as they were: what they looked for to include
// came, went or changed, or the constants did.
func (b *Builder) remade(prev *Snapshot, t Tree, constants bool) map[string]bool {
	again := map[string]bool{}
	if constants {
		for _, d := range prev.docs {
			again[d.Path] = true // which of them use one is seen when they are read
		}
	} else if len(b.parts) > 0 {
		now := stampsOf(t)
		for page, parts := range b.parts {
			for p, was := range parts {
				if is := now(p); is != was || is == unsure {
					again[page] = true
					break
				}
			}
		}
	}
	return again
}

// unsure is the stamp of a file that may be another one though its stamp is as it was.
var unsure = Stamp{Size: -1}

// stampsOf finds the stamp of a file of a tree, the zero one where there is none.
func stampsOf(t Tree) func(path string) Stamp {
	return func(p string) Stamp {
		i, ok := slices.BinarySearchFunc(t.Files, p, func(f File, p string) int { return strings.Compare(f.Path, p) })
		if !ok {
			return Stamp{}
		}
		if t.Files[i].Racy || t.Files[i].Stamp == (Stamp{}) {
			return unsure
		}
		return t.Files[i].Stamp
	}
}

// listedFS has the files that a tree lists, and no others: the way to one may lead over a link to what is hidden.
type listedFS struct {
	fs.FS
	stamp func(string) Stamp // the zero one for what is not listed
}

func (f listedFS) Open(name string) (fs.File, error) {
	if f.stamp(name) == (Stamp{}) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return f.FS.Open(name)
}

// part notes what a page was made of, and the version of it that was read and is not shown, so that remade sees it change.
func (b *Builder) part(page string, stamp func(string) Stamp, versions ...*Doc) {
	parts := map[string]Stamp{}
	for _, d := range versions {
		if d == nil || d.made == nil {
			continue
		}
		for _, p := range d.made.looked {
			parts[p] = stamp(p)
		}
	}
	if len(parts) == 0 {
		delete(b.parts, page)
		return
	}
	if b.parts == nil {
		b.parts = map[string]map[string]Stamp{}
	}
	b.parts[page] = parts
}
