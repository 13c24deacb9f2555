package coverage

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"rutter/content"
)

// Site says which addresses are of this portal: those that begin with a prefix, and where they stand in it.
type Site struct {
	Prefix string // scheme, host and path, without a slash at the end
	Folder string // what follows the prefix stands below it: "/" for the whole portal, "/prometheus" for a folder

	host, path string // of the prefix, as they are compared
}

// ParseSite reads PREFIX=FOLDER, or PREFIX alone, which is PREFIX=/.
func ParseSite(s string) (Site, error) {
	prefix, folder := s, "/"
	if i := strings.LastIndexByte(s, '='); i >= 0 {
		prefix, folder = s[:i], s[i+1:]
	}
	u, err := url.Parse(prefix)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || !strings.HasPrefix(folder, "/") {
		return Site{}, fmt.Errorf("%s is not PREFIX=FOLDER, such as https://runbooks.example.org/docs=/playbooks", s)
	}
	return Site{
		Prefix: strings.TrimRight(prefix, "/"), Folder: path.Clean(folder),
		host: hostOf(u), path: strings.TrimRight(u.EscapedPath(), "/"),
	}, nil
}

// hostOf is a host as it is compared: in small letters, without the port that its scheme has anyway.
func hostOf(u *url.URL) string {
	h := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		return strings.TrimSuffix(h, ":443")
	}
	return strings.TrimSuffix(h, ":80")
}

// Where is where a runbook address leads.
type Where string

// Where runbook addresses lead.
const (
	Here      Where = "here"      // to a page of this portal
	Beside    Where = "beside"    // to something of this portal that answers no alert: a list, the search
	Dead      Where = "dead"      // to nothing of this portal
	Elsewhere Where = "elsewhere" // to another site, or wherever the alert's labels say
)

// address is a runbook address that was looked at.
type address struct {
	where Where
	page  *content.Doc // where it is Here
	frag  string       // section of the page it leads to
	lost  string       // where it is Dead: the heading that the page lacks, "" where there is no page
	path  string       // of this portal
	name  string       // of the alert that the doorway was asked for
}

// A part of an annotation that Prometheus fills in.
var template = regexp.MustCompile(`\{\{[^{}]*\}\}`)

const filled = "\x01" // stands for such a part

// judge finds out where an address leads. The scheme does not matter: portals answer on both, or lead from one to the
// other.
func (m *mapper) judge(raw string) (address, error) {
	rest, frag, _ := strings.Cut(template.ReplaceAllString(raw, filled), "#")
	rest, _, _ = strings.Cut(rest, "?")
	labels := strings.Contains(rest, filled)
	u, err := url.Parse(strings.ReplaceAll(rest, filled, "-"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return address{where: Elsewhere}, nil
	}
	s, below, ok := m.siteOf(u)
	if !ok {
		return address{where: Elsewhere}, nil
	}
	if name, ok := strings.CutPrefix(below, "/r/"); ok && s.Folder == "/" {
		if labels {
			return address{where: Beside}, nil // the name is filled in, most likely the alert's own
		}
		return m.doorway(name)
	}
	if labels {
		return address{where: Elsewhere}, nil
	}
	return m.place(path.Join(s.Folder, below)+slash(below), frag), nil
}

// siteOf returns the site with the longest prefix that an address begins with, and what follows.
func (m *mapper) siteOf(u *url.URL) (site Site, below string, ok bool) {
	host, p := hostOf(u), u.EscapedPath()
	for _, s := range m.o.Sites {
		rest, begins := strings.CutPrefix(p, s.path)
		if s.host == host && begins && (rest == "" || rest[0] == '/') && (!ok || len(s.path) > len(site.path)) {
			site, below, ok = s, rest, true
		}
	}
	return site, below, ok
}

func slash(p string) string {
	if strings.HasSuffix(p, "/") && p != "/" {
		return "/"
	}
	return ""
}

// doorway is the address /r/NAME, in percent-encoding.
func (m *mapper) doorway(name string) (address, error) {
	if n, err := url.PathUnescape(name); err == nil {
		name = n
	}
	place, err := m.lookup(name)
	if err != nil {
		return address{}, err
	}
	if d := m.v.Doc(place.Path); place.Path != "" && !place.Near && d != nil {
		return address{where: Here, page: d, frag: place.Section}, nil
	}
	return address{where: Dead, path: "/r/" + name, name: name}, nil
}

// place is a path of the portal, in percent-encoding, as a request for it would be answered.
func (m *mapper) place(p, frag string) address {
	frag, _, _ = strings.Cut(frag, "?") // values for the page
	to := p
	if frag != "" {
		to += "#" + strings.ReplaceAll(frag, filled, "")
	}
	plain, err := url.PathUnescape(strings.Trim(p, "/"))
	if err != nil || plain != "" && content.Hidden(plain) {
		return address{where: Dead, path: p}
	}
	t := m.v.Resolve(&content.Doc{}, to)
	switch {
	case t.Doc != nil && strings.Contains(frag, filled):
		return address{where: Here, page: t.Doc}
	case t.Doc != nil && !t.Doc.HasAnchor(t.Frag):
		return address{where: Dead, page: t.Doc, lost: t.Frag, path: t.Doc.URL}
	case t.Doc != nil:
		return address{where: Here, page: t.Doc, frag: t.Frag}
	case p == "/" || p == "/search" || m.v.Folder(plain) != nil:
		return address{where: Beside}
	}
	if _, ok := m.v.File(plain); ok {
		return address{where: Beside}
	}
	return address{where: Dead, path: p}
}

// sites drops repetitions.
func sites(in []Site) (out []Site) {
	for _, s := range in {
		if s.Prefix != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func fragment(id string) string { return (&url.URL{Fragment: id}).EscapedFragment() }
