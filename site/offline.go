package site

import (
	"bytes"
	"encoding/json"
	"net/http"

	"rutter/site/view"
)

// workerPath is where the service worker lies: at the root, since it may act for what is below it only.
const workerPath = "/sw.js"

const offlinePath = "/-/offline"

// worker serves the service worker with the list of what any page needs to work without the network: all but the
// program that draws diagrams and the style of differences, which are kept with a page that has one. Browsers ask for it
// anew at least once a day, and take another one where a byte differs.
func (s *Server) worker(w http.ResponseWriter, r *request) error {
	a := s.frame.Assets
	list, err := json.Marshal([]string{offlinePath, a.Icon, a.CSS, a.JS, a.Play, a.Pick, a.Box, a.Diagram, a.Find, a.Keep})
	if err != nil {
		return err
	}
	src := bytes.Replace(s.workerSource, []byte("SHELL;"), append(list, ';'), 1)
	represent(src, typeScript, cacheRevalidate, varyEncoding).write(w, r.Request, http.StatusOK)
	return nil
}

// offline serves the page that is shown where nothing else can be: what the browser keeps, and a search over it.
func (s *Server) offline(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	return s.once(w, r, offlinePath, typeHTML, func() ([]byte, error) {
		f := s.frameOf(r, "Without the network")
		f.Find, f.Keep, f.NoIndex = true, true, true
		return render(r.Context(), view.FindView(view.FindPage{
			Frame: f, Heading: "Without the network", Offline: true,
			Lead: "Pages you read stay in this browser, and so do the lists you choose to keep. Here they are searched and opened when the portal cannot be reached. What only some may see is never kept.",
		}))
	})
}

// maxSet is how many pages a browser is asked to keep at a time.
const maxSet = 1000

// set serves the addresses of a list's pages to a browser that keeps them.
func (s *Server) set(property, value string) handler {
	heading, _, match := listed(property, value)
	if match == nil {
		return nil
	}
	return func(w http.ResponseWriter, r *request) error {
		if r.edition == nil {
			return errStarting
		}
		docs := r.view.Select(match)
		if len(docs) == 0 {
			return s.lost(w, r)
		}
		urls := make([]string, 0, len(docs))
		for _, d := range docs[:min(len(docs), maxSet)] {
			urls = append(urls, d.URL)
		}
		body, err := json.Marshal(struct {
			Title string   `json:"title"`
			URLs  []string `json:"urls"`
		}{heading, urls})
		if err != nil {
			return err
		}
		represent(body, typeJSON, cacheRevalidate, varyEncoding).write(w, r.Request, http.StatusOK)
		return nil
	}
}
