package site

import (
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode"

	"rutter/search"
	"rutter/site/view"
)

// lost helps where nothing is: the pages whose words are nearest to those of the address, and the nearest folder.
func (s *Server) lost(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return errNotFound
	}
	f := s.frameOf(r, "Nothing at this address")
	f.NoIndex = true
	p := view.Lost{Frame: f, Path: r.URL.Path, Words: wordsOfPath(r.URL.Path), RequestID: s.id(w, r)}
	if p.Words != "" {
		q := search.Parse(p.Words, nil)
		q.Limit = 5
		if res, err := s.find(r, q); err == nil {
			for _, h := range res.Hits {
				if d := r.view.Doc(h.Path); d != nil {
					p.Near = append(p.Near, view.Entry{Title: d.Title, URL: d.URL, Summary: d.Summary(), Severity: d.Meta.Severity})
				}
			}
		}
	}
	for dir := path.Dir(strings.Trim(r.URL.Path, "/")); dir != "." && dir != "/" && dir != ""; dir = path.Dir(dir) {
		if fv := r.view.Folder(dir); fv != nil {
			n := len(fv.Docs)
			for _, x := range fv.Folders {
				n += x.Count
			}
			p.Folder = &view.Link{Label: fv.Title, URL: fv.URL, Note: strconv.Itoa(n) + plural(n, " page", " pages")}
			break
		}
	}
	body, err := render(r.Context(), view.LostView(p))
	if err != nil {
		return err
	}
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = typeHTML, cacheNever
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
	return nil
}

// wordsOfPath makes a query of an address: its last two segments, without extension.
func wordsOfPath(p string) string {
	segs := strings.FieldsFunc(p, func(r rune) bool { return r == '/' })
	if len(segs) > 2 {
		segs = segs[len(segs)-2:]
	}
	for i, s := range segs {
		segs[i] = strings.TrimSuffix(s, path.Ext(s))
	}
	words := strings.FieldsFunc(strings.Join(segs, " "), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.'
	})
	return strings.Join(words[:min(len(words), 12)], " ")
}
