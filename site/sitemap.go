package site

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

// maxSitemap is how many addresses one sitemap may hold (sitemaps.org).
const maxSitemap = 50_000

// sitemap lists every page with its true last change, where one is known.
func (s *Server) sitemap(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	if !r.edition.Snapshot.Complete() {
		return errReading
	}
	base := s.base(r)
	return s.once(w, r, "/sitemap.xml "+base, typeXML, func() ([]byte, error) {
		var b bytes.Buffer
		b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
		n := 0
		for _, d := range r.view.All() {
			if n++; n > maxSitemap {
				break
			}
			b.WriteString("<url><loc>")
			_ = xml.EscapeText(&b, []byte(base+d.URL))
			b.WriteString("</loc>")
			if t, ok := r.view.Changed(d); ok {
				b.WriteString("<lastmod>" + t.Format(time.RFC3339) + "</lastmod>")
			}
			b.WriteString("</url>\n")
		}
		b.WriteString("</urlset>\n")
		return b.Bytes(), nil
	})
}

// robots lets everything be read but what is made per request.
func (s *Server) robots(w http.ResponseWriter, r *request) error {
	body := "User-agent: *\nDisallow: /search?\nDisallow: /api/\nSitemap: " + s.base(r) + "/sitemap.xml\n"
	represent([]byte(body), typeText, cacheRevalidate, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// base is scheme and host of absolute addresses: the configured ones, else those of the request, when its Host is
// one that can stand in an address. Those of a preview lie below its prefix.
func (s *Server) base(r *request) string { return s.host(r) + s.frame.Base }

func (s *Server) host(r *request) string {
	if s.o.BaseURL != "" {
		return strings.TrimSuffix(s.o.BaseURL, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	host := r.Host
	if host == "" || len(host) > 255 || strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]_") != "" {
		host = "localhost"
	}
	return scheme + "://" + host
}
