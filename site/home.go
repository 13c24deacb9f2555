package site

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"rutter/content"
	"rutter/site/view"
)

// home serves the front page: search first, then by phase of work, kind and folder.
func (s *Server) home(w http.ResponseWriter, r *request) error {
	if r.edition == nil {
		return errStarting
	}
	if d := r.view.At(""); d != nil && wantsText(r.Header["Accept"]) {
		return s.markdown(w, d, r)
	}
	return s.once(w, r, "/", typeHTML, func() ([]byte, error) {
		h, err := s.homeProps(r)
		if err != nil {
			return nil, err
		}
		return render(r.Context(), view.HomeView(h))
	})
}

func (s *Server) homeProps(r *request) (view.Home, error) {
	h := view.Home{Frame: s.frameOf(r, "")}
	h.Frame.Home = true
	h.Frame.Description = "Playbooks, guides, advisories and stories of operations, searched by error line, alert, command or words."
	own := r.view.At("")
	if own != nil {
		h.Frame.Bar = s.barOf(r, own)
		h.Frame.Lang = r.edition.Snapshot.Lang(own)
	}
	machine, shown := moment(r.edition.Published)
	h.Frame.Foot = []view.Fact{
		{Label: "Edition", Value: r.edition.ID},
		{Label: "published", Value: shown, Time: machine},
		{Value: strconv.Itoa(r.view.Len()) + " pages"},
	}
	if rev := r.edition.Snapshot.Served(); rev != "" {
		h.Frame.Foot = append(h.Frame.Foot, view.Fact{Label: "Revision", Value: shortRevision(rev)})
	}
	if !s.exporting {
		h.Frame.Foot = append(h.Frame.Foot, view.Fact{Value: "Accountability", URL: accountabilityPath})
	}
	if s.o.Authors {
		h.Frame.Foot = append(h.Frame.Foot, view.Fact{Value: "For authors", URL: "/-/problems"})
	}
	h.Examples = s.examples(r)
	h.Phases = phasesOf(r.view)
	for _, d := range r.view.Select(func(d *content.Doc) bool {
		return d.Kind == content.Advisory && d.Meta.Open()
	}) {
		if len(h.Advisories) < 4 {
			h.Advisories = append(h.Advisories, view.Entry{Title: d.Title, URL: d.URL, Summary: d.Summary(), Severity: d.Meta.Severity})
		}
	}
	h.Stories = entriesOf(r.view.Latest(3, func(d *content.Doc) bool { return d.Kind == content.Story }))
	for _, d := range r.view.Latest(4, func(*content.Doc) bool { return true }) {
		t, _ := r.view.Changed(d)
		h.Changed = append(h.Changed, view.Entry{Title: d.Title, URL: d.URL, Summary: t.Format(time.DateOnly)})
	}
	kinds := r.view.Count(func(d *content.Doc) []string { return []string{string(d.Kind)} })
	if len(kinds) > 1 || len(h.Phases) > 0 {
		for _, k := range content.Kinds() {
			if i := slices.IndexFunc(kinds, func(c content.Count) bool { return c.Value == string(k) }); i >= 0 {
				h.Kinds = append(h.Kinds, view.KindBox{Label: k.Plural(), Text: kindText(k), URL: "/-/kind/" + string(k), Count: kinds[i].Pages})
			}
		}
	}
	if len(h.Phases) == 0 {
		h.Folders = foldersOf(r.view)
	}
	if own != nil {
		body, _, err := r.view.Body(own, nil, s.marksOf(r, own))
		if err != nil {
			return h, err
		}
		h.Body, h.BodyTitle = string(body), own.Title
	}
	return h, nil
}

// phasesOf fills the map of the six phases; it is empty where no page names a phase.
func phasesOf(v content.View) []view.PhaseBox {
	var out []view.PhaseBox
	any := false
	for _, p := range content.Phases() {
		docs := v.Select(func(d *content.Doc) bool { return slices.Contains(d.Meta.Phases, p) })
		b := view.PhaseBox{Label: p.Label(), Text: phaseText(p), URL: listURL("phase", string(p)), Count: len(docs)}
		for _, d := range docs[:min(len(docs), 3)] {
			b.Pages = append(b.Pages, view.Link{Label: d.Title, URL: d.URL})
		}
		any = any || len(docs) > 0
		out = append(out, b)
	}
	if !any {
		return nil
	}
	return out
}

// examples are things to search for that this portal answers: errors and alerts that pages declare.
func (s *Server) examples(r *request) []view.Link {
	var out []view.Link
	add := func(values []string) bool {
		for _, v := range values {
			if len(v) <= 32 {
				out = append(out, view.Link{Label: v, URL: "/search?q=" + url.QueryEscape(v)})
				return true
			}
		}
		return false
	}
	for i, d := range r.view.Select(func(d *content.Doc) bool { return len(d.Meta.Alerts)+len(d.Meta.Errors) > 0 }) {
		first, second := d.Meta.Errors, d.Meta.Alerts
		if i%2 == 1 {
			first, second = second, first
		}
		if !add(first) {
			add(second)
		}
		if len(out) == 4 {
			break
		}
	}
	return out
}

// foldersOf shows the first folders with the first of what is in them, for content that names no phases.
func foldersOf(v content.View) []view.FolderBox {
	const folders, entries = 12, 8
	root := v.Folder("")
	var out []view.FolderBox
	for _, f := range root.Folders[:min(len(root.Folders), folders)] {
		b := view.FolderBox{Title: f.Title, URL: f.URL, Count: f.Count}
		if in := v.Folder(f.Path); in != nil {
			for _, x := range in.Folders {
				b.Entries = append(b.Entries, view.Entry{Title: x.Title, URL: x.URL, Count: x.Count})
			}
			b.Entries = append(b.Entries, entriesOf(in.Docs[:min(len(in.Docs), entries)])...)
		}
		for i := range b.Entries {
			b.Entries[i].Summary = ""
		}
		b.Entries = b.Entries[:min(len(b.Entries), entries)]
		out = append(out, b)
	}
	if docs := root.Docs; len(docs) > 0 {
		b := view.FolderBox{Title: "Pages", URL: listURL("kind", string(docs[0].Kind)), Count: len(docs), Entries: entriesOf(docs[:min(len(docs), entries)])}
		for i := range b.Entries {
			b.Entries[i].Summary = ""
		}
		out = append(out, b)
	}
	return out
}
