package content

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rutter/content/markdown"
)

// landing names what a link leads to: the path of a page or file, that of a folder with a slash behind it, "" where
// nothing is.
func landing(t Target) string {
	if t.Doc != nil {
		return t.Doc.Path
	}
	if !t.Found {
		return ""
	}
	p, _, _ := strings.Cut(t.URL, "#")
	p, _, _ = strings.Cut(p, "?")
	if u, err := url.PathUnescape(p); err == nil {
		p = u
	}
	if p = strings.TrimPrefix(p, "/"); p == "" {
		return "./"
	}
	return p
}

// moved is what a landing is after the move. What led to the list of a folder that is gone, because all that was in it
// moved, leads to what moved.
func (m *mover) moved(landing string) string {
	dir, folder := strings.CutSuffix(landing, "/")
	if !folder || landing == "./" {
		return m.name(landing)
	}
	to := m.name(dir)
	switch {
	case m.s.folders[dir] == nil || m.after.folders[to] != nil:
		return to + "/"
	case m.s.doc(m.from) != nil:
		return m.to
	}
	return m.to + "/"
}

// need is a link that has to be written in another way.
type need struct {
	markdown.Link
	dead bool   // it leads nowhere, and goes on naming the same place
	want string // the landing, or the place
	base string // the folder that a path from a root began in
	next bool   // the path was relative to the page's own address
}

// needs tells whether a link of a page has to be written in another way for the page as it is after the move.
func (m *mover) needs(d, moved *Doc, dest string) (n need, yes bool) {
	was := parseDestination(d.Path, dest)
	if was.self {
		return n, false
	}
	t := m.s.find(d, was)
	p, _, abs := pathOf(dest)
	if !t.Found {
		n.dead = true
		if d.Path == moved.Path || abs {
			return n, false
		}
		named := path.Join(d.Dir(), p)
		n.want = m.name(named)
		return n, path.Join(moved.Dir(), p) != n.want
	}
	n.want = m.moved(landing(t))
	u := m.after.find(moved, parseDestination(moved.Path, dest))
	if landing(u) == n.want && (!u.alias || t.alias) {
		return n, false
	}
	if !t.alias && t.tried < len(was.paths) {
		at := was.paths[t.tried]
		n.next = !abs && at != path.Join(d.Dir(), p)
		for up := d.Dir(); abs && up != ""; up = dirOf(up) {
			if path.Join(up, p) == at {
				n.base = m.name(up)
			}
		}
	}
	return n, true
}

// pathOf takes the path out of a destination, decoded, and returns what follows it.
func pathOf(dest string) (p, rest string, absolute bool) {
	dest = strings.TrimSpace(dest)
	p = dest
	if i := strings.IndexAny(dest, "?#"); i >= 0 {
		p, rest = dest[:i], dest[i:]
	}
	if u, err := url.PathUnescape(p); err == nil {
		p = u
	}
	p = strings.ReplaceAll(p, `\`, "/")
	return p, rest, strings.HasPrefix(p, "/")
}

// spelled are the paths from the root under which a landing can be named, the one that is written like p first.
func (m *mover) spelled(want, p string) []string {
	slash := ""
	if strings.HasSuffix(p, "/") {
		slash = "/"
	}
	if dir, folder := strings.CutSuffix(want, "/"); folder {
		if dir == "." {
			return []string{""}
		}
		return []string{dir + slash, dir + "/"}
	}
	d := m.after.doc(want)
	if d == nil {
		return []string{want}
	}
	bare := want[:len(want)-len(path.Ext(want))]
	named := indexRank(path.Base(p)) != 0 // the folder's page was named, not the folder
	ext := strings.ToLower(path.Ext(p))
	switch {
	case ext == ".md" || ext == ".markdown":
		return []string{want}
	case ext != ".html" && ext != ".htm":
		ext = ""
	}
	folder, isFolder := strings.CutSuffix(d.Key, "/")
	switch {
	case d.Key == "":
		return []string{"", want}
	case isFolder && named && ext != "":
		return []string{folder + "/index" + ext, want}
	case isFolder && named:
		return []string{bare, want}
	case isFolder && ext != "":
		return []string{folder + ext, want}
	case isFolder:
		return []string{folder + slash, folder + "/", want}
	case ext != "":
		return []string{bare + ext, want}
	}
	return []string{bare + slash, bare, want}
}

// written returns the path that a link is given, encoded for its form; false where none leads to where it has to.
func (m *mover) written(moved *Doc, n need, form markdown.Form) (string, bool) {
	p, rest, abs := pathOf(n.Dest)
	raw, _, _ := strings.Cut(n.Dest, "#")
	raw, _, _ = strings.Cut(raw, "?")
	put := func(path string) string { return encoded(path, raw, form) }
	dir := moved.Dir()
	if n.dead {
		to := n.want
		if strings.HasSuffix(p, "/") {
			to += "/"
		}
		return put(relative(dir, to)), true
	}
	leads := func(path string) bool {
		u := m.after.find(moved, parseDestination(moved.Path, put(path)+rest))
		return landing(u) == n.want && !u.alias
	}
	for _, to := range m.spelled(n.want, p) {
		var ways []string
		if abs {
			if in, ok := strings.CutPrefix(to, n.base+"/"); ok && n.base != "" {
				ways = append(ways, "/"+in)
			}
			ways = append(ways, "/"+to)
		} else {
			ways = append(ways, relative(dir, to))
			if n.next {
				ways = slices.Insert(ways, 0, relative(path.Join(dir, stem(moved.Path)), to))
			}
			if strings.HasPrefix(p, "./") {
				for i, w := range ways {
					if !strings.HasPrefix(w, ".") {
						ways[i] = "./" + w
					}
				}
			}
		}
		for _, w := range ways {
			if leads(w) {
				return put(w), true
			}
		}
	}
	return "", false
}

// relative is the way from a folder to a path, both from the root; a path may lead out of it.
func relative(dir, to string) string {
	target, slash := strings.CutSuffix(to, "/")
	var up []string
	if dir != "" {
		up = strings.Split(dir, "/")
	}
	var down []string
	if target != "" {
		down = strings.Split(target, "/")
	}
	for len(up) > 0 && len(down) > 0 && up[0] == down[0] {
		up, down = up[1:], down[1:]
	}
	out := strings.Repeat("../", len(up)) + strings.Join(down, "/")
	switch {
	case out == "":
		return "./"
	case slash && !strings.HasSuffix(out, "/"):
		out += "/"
	}
	return out
}

// encoded percent-encodes a path for the form it is written in. What its author wrote without encoding in the path
// before stays so where the form allows it.
func encoded(p, before string, form markdown.Form) string {
	ok := "-._~/+=@,;!$"
	keep := ""
	switch form {
	case markdown.Bare:
		if balanced(p) {
			keep = "()"
		}
	case markdown.Angled, markdown.Double:
		keep = " ()'"
	case markdown.Single:
		keep = " ()"
	case markdown.Open:
		keep = "()"
	default:
		ok, keep = "-._~/+", " ()"
	}
	for _, c := range keep {
		if strings.ContainsRune(before, c) {
			ok += string(c)
		}
	}
	ascii := strings.Contains(before, "%") && !strings.ContainsFunc(before, func(r rune) bool { return r >= utf8.RuneSelf })
	var b strings.Builder
	for _, r := range p {
		switch {
		case r < utf8.RuneSelf && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune(ok, r)):
			b.WriteRune(r)
		case r >= utf8.RuneSelf && !ascii && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)):
			b.WriteRune(r)
		default:
			b.WriteString(percent(string(r)))
		}
	}
	out := b.String()
	if strings.HasPrefix(out, "%") || strings.HasPrefix(out, "@") || strings.HasPrefix(out, "!") { // which YAML reads as something else
		out = "./" + out
	}
	return out
}

func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}

// balanced tells whether the parentheses of a path come in pairs.
func balanced(p string) bool {
	open := 0
	for _, c := range p {
		switch c {
		case '(':
			open++
		case ')':
			if open--; open < 0 {
				return false
			}
		}
	}
	return open == 0
}
