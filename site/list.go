package site

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rutter/content"
	"rutter/site/view"
)

// perPage is how many pages a list shows at a time.
const perPage = 100

// once serves an answer that is good for one edition: it is rendered on first request and kept. Authors see it
// fresh, with their bar.
func (s *Server) once(w http.ResponseWriter, r *request, key string, contentType []string, build func() ([]byte, error)) error {
	if s.o.Authors {
		body, err := build()
		if err != nil {
			return err
		}
		represent(body, contentType, cacheNever, varyBoth).write(w, r.Request, http.StatusOK)
		return nil
	}
	k := cacheKey{r.viewer, key}
	rep, _ := s.cache.get(k, r.edition.Seq)
	if rep == nil {
		body, err := build()
		if err != nil {
			return err
		}
		rep = represent(body, contentType, cacheRevalidate, varyBoth)
		if !ownHost(key) { // anybody may ask by any name
			s.cache.put(k, rep, "", r.edition.Seq)
		}
	}
	rep.write(w, r.Request, http.StatusOK)
	return nil
}

// ownHost tells whether an answer is only good for the host it was asked by, after which its key is named.
func ownHost(key string) bool {
	return strings.Contains(key, "http://") || strings.Contains(key, "https://")
}

// listed is what the list of all pages with a common property is called and says, and which pages are in it; match is nil
// for a property there is none of.
func listed(property, value string) (heading, lead string, match func(*content.Doc) bool) {
	if value == "" {
		return "", "", nil
	}
	switch property {
	case "kind":
		if k := content.Kind(value); slices.Contains(content.Kinds(), k) {
			return k.Plural(), kindText(k), func(d *content.Doc) bool { return d.Kind == k }
		}
	case "phase":
		if p := content.Phase(value); slices.Contains(content.Phases(), p) {
			return p.Label(), phaseText(p), func(d *content.Doc) bool { return slices.Contains(d.Meta.Phases, p) }
		}
	case "product":
		return value, "", func(d *content.Doc) bool { return slices.Contains(d.Meta.Products(), value) }
	case "tag":
		return value, "", func(d *content.Doc) bool { return slices.Contains(d.Meta.Tags, value) }
	}
	return "", "", nil
}

// list returns the handler of all pages with a common property, nil for a property there is none of.
func (s *Server) list(property, value string) handler {
	heading, lead, match := listed(property, value)
	if match == nil {
		return nil
	}
	return func(w http.ResponseWriter, r *request) error {
		if r.edition == nil {
			return errStarting
		}
		n, err := pageNumber(r)
		if err != nil {
			return err
		}
		base := listURL(property, value)
		docs := r.view.Select(match)
		if len(docs) == 0 && (property == "product" || property == "tag") || n > pagesOf(len(docs)) {
			return s.lost(w, r)
		}
		return s.once(w, r, base+"?"+strconv.Itoa(n), typeHTML, func() ([]byte, error) {
			f := s.frameOf(r, heading)
			f.Description = strings.TrimPrefix(heading+": "+lead, ": ")
			for i := range f.Nav {
				f.Nav[i].Current = f.Nav[i].URL == base
			}
			set := "/-/set/" + strings.TrimPrefix(base, "/-/")
			if s.o.branch != "" { // a preview is not kept without the network
				set = ""
			}
			f.Keep = set != ""
			p := view.ListPage{
				Frame: f, Set: set, Heading: heading, Lead: lead, Crumbs: []view.Link{{Label: "Home", URL: "/"}},
				Listing: view.Listing{Pages: entriesOf(pageOf(docs, n)), Total: len(docs), Pager: pagerOf(n, pagesOf(len(docs)), base, nil)},
			}
			return render(r.Context(), view.ListView(p))
		})
	}
}

// folder serves a folder that has no page of its own.
func (s *Server) folder(w http.ResponseWriter, r *request, f *content.FolderView) error {
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	if n > pagesOf(len(f.Docs)) {
		return s.lost(w, r)
	}
	return s.once(w, r, f.URL+"?"+strconv.Itoa(n), typeHTML, func() ([]byte, error) {
		fr := s.frameOf(r, f.Title)
		for i := range fr.Nav {
			fr.Nav[i].Current = strings.HasPrefix(f.URL, fr.Nav[i].URL)
		}
		up := content.FolderRef{}
		trail := r.view.Trail(f.Path)
		if len(trail) > 0 {
			trail, up = trail[:len(trail)-1], trail[len(trail)-1]
		}
		p := view.ListPage{Frame: fr, Heading: f.Title, Crumbs: crumbsOf(trail), Listing: listingOf(f, "", n, up.URL)}
		if len(f.Folders) > 0 {
			p.Listing.Title = "Pages"
		}
		return render(r.Context(), view.ListView(p))
	})
}

func listingOf(f *content.FolderView, title string, n int, base string) view.Listing {
	l := view.Listing{Title: title, Pages: entriesOf(pageOf(f.Docs, n)), Total: len(f.Docs), Pager: pagerOf(n, pagesOf(len(f.Docs)), base, nil)}
	for _, x := range f.Folders {
		l.Folders = append(l.Folders, view.Entry{Title: x.Title, URL: x.URL, Summary: x.Summary, Count: x.Count})
	}
	return l
}

func entriesOf(docs []*content.Doc) []view.Entry {
	out := make([]view.Entry, 0, len(docs))
	for _, d := range docs {
		out = append(out, view.Entry{Title: d.Title, URL: d.URL, Summary: d.Summary(), Severity: d.Meta.Severity, Scope: scopeOf(d)})
	}
	return out
}

// pageNumber reads ?page=, 1 where it is absent.
func pageNumber(r *request) (int, error) { return pageIn(r.URL.Query()) }

func pageIn(values url.Values) (int, error) {
	v := values.Get("page")
	if v == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 1_000_000 {
		return 0, badRequest("The number of the page must be a whole number from 1")
	}
	return n, nil
}

func pagesOf(total int) int { return max(1, (total+perPage-1)/perPage) }

func pageOf(docs []*content.Doc, n int) []*content.Doc {
	from := min((n-1)*perPage, len(docs))
	return docs[from:min(from+perPage, len(docs))]
}

// pagerOf leads through pages 1 to pages of an address: the ends, and two on either side of the current one.
func pagerOf(n, pages int, base string, query url.Values) view.Pager {
	at := func(i int) string {
		q := url.Values{}
		for k, v := range query {
			q[k] = v
		}
		if i > 1 {
			q.Set("page", strconv.Itoa(i))
		}
		if len(q) == 0 {
			return base
		}
		return base + "?" + q.Encode()
	}
	p := view.Pager{Page: n, Pages: pages}
	if n > 1 {
		p.Prev = at(n - 1)
	}
	if n < pages {
		p.Next = at(n + 1)
	}
	last := 0
	for i := 1; i <= pages; i++ {
		if i != 1 && i != pages && (i < n-2 || i > n+2) {
			continue
		}
		if i > last+1 {
			p.Links = append(p.Links, view.PagerLink{})
		}
		p.Links = append(p.Links, view.PagerLink{Page: i, URL: at(i), Current: i == n})
		last = i
	}
	return p
}

func listURL(property, value string) string {
	return "/-/" + property + "/" + strings.ReplaceAll(url.PathEscape(value), "%2F", "/") // an encoded slash leads nowhere
}

// escape percent-encodes a path.
func escape(p string) string { return (&url.URL{Path: p}).EscapedPath() }

func kindText(k content.Kind) string {
	switch k {
	case content.Playbook:
		return "Steps to carry out, each with its check and its way back"
	case content.Advisory:
		return "A known issue, whom it affects, and what to do"
	case content.Story:
		return "How we run it ourselves, with measured results"
	}
	return "Why it works that way, and how to choose"
}

func phaseText(p content.Phase) string {
	switch p {
	case "deploy":
		return "Install, size, roll out, hand over"
	case "scale":
		return "Grow capacity, split, rebalance"
	case "manage":
		return "Patch, back up, rotate, tidy"
	case "anticipate":
		return "Signals that come before trouble"
	case "plan":
		return "Rehearse, decide, write down"
	}
	return "It is happening now"
}
