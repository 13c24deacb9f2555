package content

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"rutter/content/diag"
)

// address gives every page its key and rebuilds what is found by key. Two files may want one address: for a
// folder's page README wins over index over _index, otherwise the first by name does.
func (b *Builder) address(s *Snapshot, diff *Diff) {
	s.byKey = make(map[string]string, len(s.docs))
	s.fold = make(map[string]string, len(s.docs))
	s.aliases, s.restPs, s.lost = map[string]string{}, nil, map[string]bool{}
	best := map[string]string{} // folder → file that is its page
	for _, d := range s.docs {
		if r := indexRank(d.Path); r != 0 {
			if cur, ok := best[d.Dir()]; !ok || r < indexRank(cur) {
				best[d.Dir()] = d.Path
			}
		}
	}
	put := map[string]int{}
	for i, d := range diff.Put {
		put[d.Path] = i
	}
	for i, d := range s.docs {
		key := strings.TrimSuffix(d.Path, d.Path[strings.LastIndexByte(d.Path, '.'):])
		if best[d.Dir()] == d.Path {
			key = d.Dir()
			if key != "" {
				key += "/"
			}
		}
		if other, taken := s.byKey[key]; taken {
			s.restPs = append(s.restPs, diag.Problem{
				File: d.Path, Rule: "address-taken", Text: "its address belongs to " + other, Fix: "rename one of the two",
			})
			key = d.Path
		}
		if b.Reserved != nil && b.Reserved(key) {
			s.restPs = append(s.restPs, diag.Problem{
				File: d.Path, Rule: "address-reserved", Text: "the address /" + key + " belongs to the portal, so the page cannot be opened", Fix: "rename the file",
			})
			s.lost[d.Path] = true
		}
		if strings.Contains(key, `\`) || !utf8.ValidString(key) {
			s.restPs = append(s.restPs, diag.Problem{
				File: strings.ToValidUTF8(d.Path, "\uFFFD"), Rule: "file-name", Text: "the file's name has a backslash or is no UTF-8, so the page cannot be opened", Fix: "rename the file",
			})
			s.lost[d.Path] = true
		}
		s.byKey[key] = d.Path
		moved := d.at(key)
		if moved != d {
			s.docs[i] = moved
			if j, ok := put[d.Path]; ok {
				diff.Put[j] = moved
			} else {
				diff.Moved = append(diff.Moved, moved)
			}
		}
		foldInto(s.fold, strings.Trim(key, "/"))
		for dir := d.Dir(); dir != ""; dir = dirOf(dir) {
			if !foldInto(s.fold, dir) {
				break
			}
		}
	}
	for p := range s.files {
		foldInto(s.fold, p)
		if b.Reserved != nil && b.Reserved(p) {
			s.restPs = append(s.restPs, diag.Problem{
				File: p, Rule: "address-reserved", Text: "the address /" + p + " belongs to the portal, so the file cannot be opened", Fix: "rename the file",
			})
		}
	}
	for _, d := range s.docs {
		for i, a := range d.Meta.Aliases {
			key, at := aliasKey(a), d.Entry("aliases", i)
			owner := cmp.Or(s.byKey[key], s.byKey[key+"/"])
			unused := func(why, fix string) {
				s.restPs = append(s.restPs, diag.Problem{File: d.Path, Line: at.Line, Column: at.Column, Severity: diag.Warning, Rule: "alias-unused", Text: "the alias " + a + " leads nowhere: " + why, Fix: fix})
			}
			switch {
			case owner == d.Path: // its own address
			case key == "":
				unused("home is there", "take it out")
			case owner != "":
				unused(owner+" has this address", "take it out, or rename that page")
			case b.Reserved != nil && b.Reserved(key):
				unused("the address belongs to the portal", "take it out")
			case s.aliases[key] == "":
				s.aliases[key] = d.Path
			case s.aliases[key] != d.Path:
				unused(s.aliases[key]+" has it too, and comes first", "take it out of one of the two")
			}
		}
	}
}

// aliasKey is the key under which a former address is looked up.
func aliasKey(a string) string { return keyOfPath(strings.Trim(a, "/")) }

// foldInto notes a key under its lower-case form and tells whether it was new. The alphabetically first of
// several wins, whatever order they come in.
func foldInto(m map[string]string, key string) bool {
	l := strings.ToLower(key)
	cur, ok := m[l]
	if !ok || key < cur {
		m[l] = key
	}
	return !ok
}
