package site

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"rutter/static"
)

// Reserved tells whether an address, written without its leading slash, belongs to the portal itself. Routes that
// come with later features are reserved from the first day, so that no page has to move for them.
func Reserved(key string) bool {
	switch key {
	case "search", "livez", "readyz", "metrics", "sitemap.xml", "robots.txt", "feed.atom", "feed.json",
		"opensearch.xml", "llms.txt", "mcp", "sw.js", "r", "-", "api":
		return true
	}
	for _, p := range []string{"-/", "api/", "r/", "~", ".well-known/"} {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}

// route decides which handler an address is for.
func (s *Server) route(r *request) (handler, error) {
	p, err := canonical(r.URL)
	if err != nil {
		return nil, err
	}
	if p != r.URL.Path {
		return redirect(p), nil
	}
	r.alone = p == livePath && s.o.Authors || s.previews != nil && strings.HasPrefix(p, previewPrefix)
	h, methods := s.handlerFor(p)
	if !slices.Contains(strings.Split(methods, ", "), r.Method) {
		return nil, methodNotAllowed(methods)
	}
	return h, nil
}

const reading = "GET, HEAD"

func (s *Server) handlerFor(p string) (handler, string) {
	switch p {
	case "/":
		return s.home, reading
	case "/search":
		return s.searchPage, "GET, HEAD, POST"
	case "/api/v1/search":
		return s.searchAPI, "GET, HEAD, POST"
	case "/api/v1/suggest":
		return s.suggestAPI, reading
	case "/api/v1/openapi.json":
		return s.openapi, reading
	case "/opensearch.xml":
		return s.opensearch, reading
	case "/llms.txt":
		return s.llms, reading
	case "/mcp":
		return s.assistant, "POST"
	case "/-/suggest":
		return s.suggestions, reading
	case workerPath:
		return s.worker, reading
	case offlinePath:
		return s.offline, reading
	case "/-/products":
		return s.products, reading
	case "/livez":
		return s.livez, reading
	case "/readyz":
		return s.readyz, reading
	case "/sitemap.xml":
		return s.sitemap, reading
	case "/robots.txt":
		return s.robots, reading
	case accountabilityPath:
		return s.accountable, reading
	case accountabilityCSV:
		return s.accountableSheet, reading
	case accountabilityAPI:
		return s.accountableAPI, reading
	case rulesPath:
		return s.rules, reading
	case "/-/asked":
		if s.o.Authors {
			return s.askedPage, reading
		}
		return s.lost, reading
	case hookPath:
		if s.remote != nil && s.o.Hook != nil {
			return s.hook, "POST"
		}
		return s.lost, reading
	case livePath:
		if s.o.Authors {
			return s.live, "GET"
		}
		return s.lost, reading
	case coveragePath:
		if s.o.Authors && s.o.Rules != nil {
			return s.coveragePage, reading
		}
		return s.lost, reading
	case coverageAPIPath:
		if s.o.Authors && s.o.Rules != nil {
			return s.coverageAPI, reading
		}
		return s.lost, reading
	case "/-/problems":
		if s.o.Authors {
			return s.problems, reading
		}
		return s.lost, reading
	}
	if strings.HasPrefix(p, doorwayPrefix) || p == "/r" {
		return s.doorway, reading
	}
	if strings.HasPrefix(p, static.Prefix) {
		return s.asset, reading
	}
	if s.previews != nil && strings.HasPrefix(p, previewPrefix) {
		return s.previewed, "GET, HEAD, POST"
	}
	if strings.HasPrefix(p, changesPath) {
		return s.changes, reading
	}
	if id, ok := strings.CutPrefix(p, rulesPath+"/"); ok {
		return s.rule(id), reading
	}
	if rest, ok := strings.CutPrefix(p, "/-/"); ok {
		if set, ok := strings.CutPrefix(rest, "set/"); ok {
			property, value, _ := strings.Cut(set, "/")
			if h := s.set(property, value); h != nil {
				return h, reading
			}
			return s.lost, reading
		}
		property, value, _ := strings.Cut(rest, "/")
		if h := s.list(property, value); h != nil {
			return h, reading
		}
		return s.lost, reading
	}
	if Reserved(p[1:]) {
		return s.lost, reading
	}
	return s.content, reading
}

// canonical returns the one form of a request's path. Encoded slashes and backslashes, and characters that no
// address here has, lead nowhere rather than somewhere surprising.
func canonical(u *url.URL) (string, error) {
	if strings.ContainsAny(u.Path, "\x00\\") && !strings.HasPrefix(u.Path, doorwayPrefix) || len(u.Path) > 4096 || u.Path == "" || u.Path[0] != '/' {
		return "", errNotFound
	}
	raw := strings.ToLower(u.RawPath)
	if strings.HasPrefix(u.Path, doorwayPrefix) && strings.HasPrefix(raw, doorwayPrefix) {
		return u.Path, nil // what an alert is called is no path
	}
	if strings.Contains(raw, "%2f") || strings.Contains(raw, "%5c") {
		return "", errNotFound
	}
	p := path.Clean(u.Path)
	if p != "/" && (strings.HasSuffix(u.Path, "/") || strings.HasSuffix(u.Path, "/.")) {
		p += "/"
	}
	return p, nil
}

// redirect leads to a path of this portal for good, with the query the request had.
func redirect(p string) handler {
	return func(w http.ResponseWriter, r *request) error {
		to := (&url.URL{Path: p, RawQuery: r.URL.RawQuery}).String()
		return redirectTo(w, r, to)
	}
}

// redirectTo sends the reader to a local address, percent-encoded.
func redirectTo(w http.ResponseWriter, r *request, to string) error {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		return errNotFound
	}
	h := w.Header()
	h.Set("Location", to)
	h.Set("Cache-Control", "no-cache")
	if hasValues(r) {
		h["Cache-Control"], h["Referrer-Policy"] = cacheNever, noReferrer
	}
	w.WriteHeader(http.StatusPermanentRedirect)
	return nil
}
