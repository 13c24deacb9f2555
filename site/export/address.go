package export

import (
	"net/url"
	"path"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// searchPage is the file that searches.
const searchPage = "search.html"

// fileOf is the file for an address of the portal: a page is NAME.html, a folder its index.html, a further page of a list
// NAME-page-N.html. What is served as it lies in the folder keeps its name. isFile tells which are that.
func fileOf(u *url.URL, isFile func(path string) bool) string {
	p := strings.TrimPrefix(u.Path, "/")
	if isFile(u.Path) {
		return p
	}
	suffix := ".html"
	if n := u.Query().Get("page"); n != "" && n != "1" {
		suffix = "-page-" + n + ".html"
	}
	switch {
	case p == "search":
		return searchPage
	case p == "" || strings.HasSuffix(p, "/"):
		return p + "index" + suffix
	}
	return p + suffix
}

// relative is the way from one file to another, as it stands in a link.
func relative(from, to string) string {
	a, b := strings.Split(path.Dir(from), "/"), strings.Split(to, "/")
	if a[0] == "." {
		a = nil
	}
	for len(a) > 0 && len(b) > 1 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	out := strings.Repeat("../", len(a)) + strings.Join(b, "/")
	escaped := (&url.URL{Path: out}).EscapedPath()
	if first, _, _ := strings.Cut(escaped, "/"); strings.Contains(first, ":") { // it would be a scheme
		escaped = "./" + escaped
	}
	return escaped
}
