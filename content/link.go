package content

import (
	"net/url"
	"path"
	"slices"
	"strings"
)

// A destination is looked up under keys. A key is a path from the content folder's root without slashes at its
// ends, without the extension of a page and without the name of a folder's page: disk.md, disk.html, disk/ and
// disk/index.md are all the key "disk". The keys of one destination, in the order they are tried:
//
//  1. relative to the file it stands in (as on GitHub), or to the root where it begins with a slash;
//  2. relative to the page's own address as if it ended in a slash (as Hugo and Jekyll serve it);
//  3. for a leading slash: relative to each folder above the file, nearest first, since the site a page was
//     written for may have had its root there.
//
// Each key is tried as it is written, then in any letter case, then as the former address of a page: one that the page
// names itself, then one that its file had before it was renamed.

// destination is a relative link taken apart.
type destination struct {
	paths    []string // cleaned, relative to the root; each is looked up as a file and then as a key
	fragment string   // decoded, without #
	query    string   // raw, without ?
	self     bool     // only a fragment or nothing: the page itself
	slash    bool     // the path ended in a slash
	outside  string   // the last of the paths that lead out of the folder, without the way out
}

// parseDestination takes a destination without a scheme apart, as written on the page at file.
func parseDestination(file, dest string) destination {
	var d destination
	p, frag, _ := strings.Cut(strings.TrimSpace(dest), "#")
	p, d.query, _ = strings.Cut(p, "?")
	if f, err := url.PathUnescape(frag); err == nil {
		frag = f
	}
	d.fragment = frag
	if p == "" {
		d.self = true
		return d
	}
	if u, err := url.PathUnescape(p); err == nil {
		p = u
	}
	p = strings.ReplaceAll(p, `\`, "/")
	d.slash = strings.HasSuffix(p, "/")
	dir := dirOf(file)
	if strings.HasPrefix(p, "/") {
		d.add("", p)
		for up := dir; up != ""; up = dirOf(up) {
			d.add(up, p)
		}
		return d
	}
	d.add(dir, p)
	if !IsPage(p) && indexRank(file) == 0 {
		d.add(path.Join(dir, stem(file)), p)
	}
	return d
}

func (d *destination) add(base, p string) {
	clean := path.Clean("/" + base + "/" + p)[1:]
	if !strings.HasPrefix(p, "/") && strings.HasPrefix(path.Join(base, p), "..") {
		d.outside = clean // what lies out of the folder is not ours to guess
		return
	}
	if !slices.Contains(d.paths, clean) {
		d.paths = append(d.paths, clean)
	}
}

// keyOfPath normalises a cleaned path to the key it is looked up under.
func keyOfPath(p string) string {
	switch ext := path.Ext(p); strings.ToLower(ext) {
	case ".md", ".markdown", ".html", ".htm":
		p = p[:len(p)-len(ext)]
	}
	switch strings.ToLower(path.Base(p)) {
	case "readme", "index", "_index":
		p = dirOf(p)
	}
	return strings.Trim(p, "/")
}

// Target is what a link leads to.
type Target struct {
	URL   string // to link to, percent-encoded, with fragment; a guess where nothing was found
	Doc   *Doc   // the page, nil for a file, a folder without a page, or nothing
	Found bool   // the page, folder or file exists; says nothing of the fragment
	Frag  string // decoded fragment without #

	tried int  // index of the last path that was looked up
	alias bool // it was found under a former address
	past  bool // which nobody wrote down: the page's file had it before it was renamed

	former *FormerAnchor // what Frag means, where the page no longer has it
}

// Leads tells whether the target is there, its fragment included. An anchor that the page once had still leads there.
func (t Target) Leads() bool {
	return t.Found && (t.Frag == "" || t.Doc == nil || t.former != nil || t.Doc.HasAnchor(t.Frag))
}

// find looks a destination up, written on the page d.
func (s *Snapshot) find(d *Doc, dest destination) Target {
	t := s.findPage(d, dest)
	if t.Doc != nil && t.Frag != "" && !t.Doc.HasAnchor(t.Frag) {
		t.former = s.history.anchor(t.Doc.Path, t.Frag)
	}
	return t
}

func (s *Snapshot) findPage(d *Doc, dest destination) Target {
	t := Target{Frag: dest.fragment}
	if dest.self {
		t.Doc, t.Found = d, true
		return t.finish(dest)
	}
	for _, fold := range []bool{false, true} {
		for i, p := range dest.paths {
			if s.lookup(&t, p, dest.slash, fold) {
				if t.tried = i; fold { // all were looked up as they are written
					t.tried = len(dest.paths) - 1
				}
				return t.finish(dest)
			}
		}
	}
	t.tried = len(dest.paths) - 1
	for _, p := range dest.paths {
		if d := s.doc(s.aliases[keyOfPath(p)]); d != nil {
			t.Doc, t.Found, t.alias = d, true, true
			return t.finish(dest)
		}
	}
	for _, p := range dest.paths {
		if d := s.doc(s.history.movedKey(keyOfPath(p))); d != nil {
			t.Doc, t.Found, t.alias, t.past = d, true, true, true
			return t.finish(dest)
		}
	}
	t = t.guess(dest)
	if s.reserved != nil && len(dest.paths) > 0 && s.reserved(dest.paths[0]) {
		t.Found = true // a route of the portal's own
	}
	return t
}

// guess is the address that a destination names where nothing stands.
func (t Target) guess(dest destination) Target {
	t.URL = "/" + escapePath(dest.outside)
	if len(dest.paths) > 0 {
		t.URL = "/" + escapePath(dest.paths[0])
		if dest.slash {
			t.URL += "/"
		}
	}
	return t.finish(dest)
}

// Leads is the page that a destination on another page leads to, nil for none.
func (s *Snapshot) Leads(from *Doc, dest string) *Doc {
	return s.find(from, parseDestination(from.Path, dest)).Doc
}

func (s *Snapshot) lookup(t *Target, p string, slash, fold bool) bool {
	key := keyOfPath(p)
	if fold {
		var found bool
		if p = s.fold[strings.ToLower(p)]; p != "" && s.files[p].Path != "" {
			t.URL, t.Found = "/"+escapePath(p), true
			return true
		}
		if key, found = s.fold[strings.ToLower(key)]; !found {
			return false // an empty key is that of the root
		}
	} else if d := s.doc(p); d != nil {
		t.Doc, t.Found = d, true
		return true
	} else if s.files[p].Path != "" {
		t.URL, t.Found = "/"+escapePath(p), true
		return true
	}
	candidates := [2]string{key, key + "/"}
	if slash || key == "" {
		candidates = [2]string{key + "/", key}
	}
	for _, k := range candidates {
		if k == "/" {
			k = ""
		}
		if d := s.doc(s.byKey[k]); d != nil {
			t.Doc, t.Found = d, true
			return true
		}
	}
	if f := s.folders[key]; f != nil {
		t.URL, t.Found = f.URL, true
		return true
	}
	return false
}

func (t Target) finish(dest destination) Target {
	if t.Doc != nil && !dest.self {
		t.URL = t.Doc.URL
	}
	if dest.query != "" {
		t.URL += "?" + dest.query
	}
	if t.Frag != "" {
		t.URL += "#" + (&url.URL{Fragment: t.Frag}).EscapedFragment()
	}
	if t.URL == "" {
		t.URL = "#"
	}
	return t
}
