package content

import (
	"strconv"
	"sync"

	"rutter/content/diag"
	"rutter/content/markdown"
)

// Rules are what a checker adds to what reading and linking find; see package lint. The zero Rules add nothing.
type Rules struct {
	// Page looks at one page as its file has it now. What it finds is kept with the page's record: whoever changes
	// what it finds changes recordVersion. Called from several goroutines.
	Page func(Parsed) []diag.Problem
	// Folder looks at all pages, when somebody first asks what is wrong with a snapshot. It finds no errors.
	Folder func(*Snapshot) []diag.Problem
}

// Parsed is a page that has just been parsed.
type Parsed struct {
	*Doc
	Body *markdown.Page // not yet rendered
}

// advice is what Rules.Folder finds in one snapshot, once somebody asks.
type advice struct {
	once sync.Once
	ps   []diag.Problem
}

func (s *Snapshot) advised() []diag.Problem {
	if s.rules.Folder == nil || s.advice == nil || !s.Complete() {
		return nil
	}
	s.advice.once.Do(func() { s.advice.ps = s.rules.Folder(s) })
	return s.advice.ps
}

// Entry is where the entry i of a list in front matter stands, or its key where entries have no place of their own.
func (d *Doc) Entry(key string, i int) markdown.Place {
	if p, ok := d.spots[key+"."+strconv.Itoa(i)]; ok {
		return p
	}
	return d.spots[key]
}

// Spot is where front matter has a key, or an entry of its list: "aliases" or "aliases.0". It is 0, 0 where front matter has none.
func (d *Doc) Spot(key string) markdown.Place { return d.spots[key] }
