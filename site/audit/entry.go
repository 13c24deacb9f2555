package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// What became of an edition.
const (
	Passed    = "passed"    // the gate said yes, and readers were given it
	Refused   = "refused"   // the gate said no, and readers kept the one before
	Overruled = "overruled" // the gate said no, and readers were given it, for there was none before
)

// Limits on what one entry holds.
const (
	MaxPaths = 50 // paths in each list

	maxPathBytes = 8 << 10 // of all paths in a list
	maxText      = 2000    // bytes of a reason or remark
	maxName      = 300     // bytes of a name
)

// Entry is one line of the trail.
type Entry struct {
	Seq      uint64 `json:"seq"`      // from 1
	Time     Stamp  `json:"time"`     // by the portal's clock
	Edition  string `json:"edition"`  // the ID of its snapshot
	Revision string `json:"revision"` // checked out when it was made; "" where there is no repository, or it could not be asked
	Who      string `json:"who"`      // author of that revision
	Gate     string `json:"gate"`     // Passed, Refused or Overruled
	Reason   string `json:"reason"`   // of the gate to say no

	Pages    int `json:"pages"` // in the edition
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`

	// What is other than in the edition that readers had before.
	Put     Paths `json:"put"`     // new, or with other content
	Moved   Moves `json:"moved"`   // the same content under another path
	Removed Paths `json:"removed"` // gone
	Dated   bool  `json:"dated"`   // dates of last change

	Lost    int    `json:"lost"`    // entries before this one that could not be written
	Remark  string `json:"remark"`  // what else whoever reads the trail should know
	Program string `json:"program"` // version of Rutter
	Prev    string `json:"prev"`    // hash of the entry before, "" in the first
	Hash    string `json:"hash"`    // see the package comment
}

// Served tells whether readers were given the edition.
func (e Entry) Served() bool { return e.Gate != Refused }

// Paths are files, of which not all need be listed.
type Paths struct {
	Count int      `json:"count"`
	Paths []string `json:"paths"` // at most MaxPaths
}

// Moves are files that lie elsewhere, of which not all need be listed.
type Moves struct {
	Count int    `json:"count"`
	Paths []Move `json:"paths"` // at most MaxPaths
}

// Move is a file that lies elsewhere.
type Move struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// ListPaths lists the first of paths.
func ListPaths(paths []string) Paths {
	return Paths{len(paths), first(paths, func(p string) int { return len(p) })}
}

// ListMoves lists the first of moves.
func ListMoves(moves []Move) Moves {
	return Moves{len(moves), first(moves, func(m Move) int { return len(m.From) + len(m.To) })}
}

func first[T any](all []T, size func(T) int) []T {
	out, sum := []T{}, 0
	for _, x := range all[:min(len(all), MaxPaths)] {
		if sum += size(x); sum > maxPathBytes {
			break
		}
		out = append(out, x)
	}
	return out
}

// bounded is the entry with no text longer than an entry may have.
func (e Entry) bounded() Entry {
	for s, most := range map[*string]int{&e.Edition: maxName, &e.Revision: maxName, &e.Who: maxName, &e.Program: maxName, &e.Reason: maxText, &e.Remark: maxText} {
		*s = cut(*s, most)
	}
	if e.Put.Paths == nil {
		e.Put.Paths = []string{}
	}
	if e.Moved.Paths == nil {
		e.Moved.Paths = []Move{}
	}
	if e.Removed.Paths == nil {
		e.Removed.Paths = []string{}
	}
	return e
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// line sets the entry's hash and returns its line.
func (e *Entry) line() ([]byte, error) {
	e.Hash = ""
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, err
	}
	text, ok := bytes.CutSuffix(b.Bytes(), []byte(hashKey+`"}`+"\n"))
	if !ok {
		return nil, errors.New("the hash is not the last member of an entry")
	}
	e.Hash = hashOf(text)
	return append(text, hashKey+e.Hash+"\"}\n"...), nil
}

// hashKey begins the member that is left out of what is hashed.
const hashKey = `,"hash":"`

// hashOf is the hash of an entry, by its text before the member with the hash.
func hashOf(text []byte) string {
	h := sha256.New()
	h.Write(text)
	h.Write([]byte("}"))
	return hex.EncodeToString(h.Sum(nil))
}

var (
	errNoEntry = errors.New("this is no entry of a trail")
	errAltered = errors.New("its hash is not that of its text: the line was changed")
)

// parse reads a line, without its end, and checks its hash.
func parse(line []byte) (Entry, error) {
	const tail = len(hashKey) + 2*sha256.Size + len(`"}`)
	if len(line) < tail {
		return Entry{}, errNoEntry
	}
	text, rest := line[:len(line)-tail], string(line[len(line)-tail:])
	hash, ok := strings.CutPrefix(rest, hashKey)
	hash, ended := strings.CutSuffix(hash, `"}`)
	if !ok || !ended {
		return Entry{}, errNoEntry
	}
	if hash != hashOf(text) {
		return Entry{}, errAltered
	}
	var e Entry
	if err := json.Unmarshal(line, &e); err != nil || e.Hash != hash {
		return Entry{}, errNoEntry
	}
	return e, nil
}
