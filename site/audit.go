package site

import (
	"path/filepath"

	"rutter/content"
	"rutter/site/audit"
	"rutter/site/edition"
)

// AuditFile is the file in the state folder that says what was published.
const AuditFile = "audit.jsonl"

// openAudit continues the trail of what was published, where anything is kept between runs.
func (s *Server) openAudit() {
	if dir := s.publisher.Kept(); dir != "" {
		s.audit = audit.Open(filepath.Join(dir, AuditFile), s.o.Log)
	}
}

// closeAudit writes what the publisher told of last. A disk that does not answer holds up the end until late, no longer.
func (s *Server) closeAudit(late <-chan struct{}) {
	if s.audit == nil {
		return
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.audit.Close()
	}()
	select {
	case <-closed:
	case <-late:
		s.o.Log.Warn("the audit trail is still being written; its last entries may be missing")
	}
}

// record enters a publication in the trail. What a run before this one gave readers and this one does still is there
// already.
func (s *Server) record(p edition.Publication) {
	if s.audit == nil {
		return
	}
	e := entryOf(p)
	e.Program = "rutter " + s.o.Version
	if p.First && s.audit.Has(e) {
		return
	}
	s.audit.Add(e)
}

func entryOf(p edition.Publication) audit.Entry {
	e := audit.Entry{
		Time: audit.Stamp{Time: p.Time}, Edition: p.Edition, Revision: p.Revision, Who: p.Author, Gate: audit.Passed,
		Pages: p.Pages, Errors: p.Errors, Warnings: p.Warnings, Notes: p.Notes,
		Put: audit.ListPaths(p.Changes.Put), Moved: audit.ListMoves(moves(p.Changes.Moved)), Removed: audit.ListPaths(p.Changes.Removed),
		Dated: p.Changes.Dated,
	}
	if p.Cause != nil {
		e.Gate, e.Reason = audit.Overruled, p.Cause.Error()
	}
	if p.Refused {
		e.Gate = audit.Refused
	}
	switch {
	case p.First && p.Kept:
		e.Remark = "the first edition since the program was started; its pages are compared with the index of the run before"
	case p.First:
		e.Remark = "the first edition since the program was started; there was no index to compare it with"
	}
	return e
}

func moves(of []content.Relocation) []audit.Move {
	out := make([]audit.Move, 0, len(of))
	for _, m := range of {
		out = append(out, audit.Move(m))
	}
	return out
}
