package markdown

import (
	"strings"
)

// scheme sorts destinations by what a browser would do with them.
type scheme int

const (
	relative scheme = iota // within the portal
	web                    // http, https, or //host
	mail                   // mailto
	unknown                // anything else: javascript, data, file, ftp …
)

// schemeOf is the one place that decides whether a destination may become a link. Everything with a scheme that
// is not listed is unknown, however it is spelt.
func schemeOf(dest string) scheme {
	d := strings.TrimSpace(dest)
	i := strings.IndexAny(d, ":/\\?#")
	if i < 0 || d[i] != ':' {
		if len(d) > 1 && (d[0] == '/' || d[0] == '\\') && (d[1] == '/' || d[1] == '\\') {
			return web
		}
		return relative
	}
	switch strings.ToLower(d[:i]) {
	case "http", "https":
		return web
	case "mailto":
		return mail
	}
	return unknown
}

// escapeURL percent-encodes every byte that may not stand in a URL and every one that has a meaning in HTML.
// What is encoded already stays as it is.
func escapeURL(u string) string {
	const ok = "-._~:/?#[]@!$()*+,;=%"
	var b strings.Builder
	for i := range len(u) {
		c := u[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(ok, c) >= 0:
			b.WriteByte(c)
		case c == '&':
			b.WriteString("&amp;")
		default:
			const hex = "0123456789ABCDEF"
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}
