package asked

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

const (
	// Enough is how many different askers it takes for a query to be written down.
	Enough = 3

	maxClusters = 5000 // kept at once; the one asked least goes first
	maxText     = 120  // bytes of a query; longer ones are likely pasted
	saltFor     = 24 * time.Hour
)

// Cluster is queries of the same words, in whatever order and case.
type Cluster struct {
	Query  string `json:"query"`  // as it was written first
	Asked  int    `json:"asked"`  // times
	None   int    `json:"none"`   // of these, how often nothing was found
	Opened int    `json:"opened"` // how often a result was opened
}

// Log counts queries. It is safe for concurrent use.
type Log struct {
	file string // "" keeps everything in memory
	now  func() time.Time

	mu      sync.Mutex
	entries map[string]*entry
	salt    [32]byte
	salted  time.Time
	changed bool
}

type entry struct {
	Cluster
	askers map[[8]byte]bool // of this day, until there are enough
	known  bool             // enough have asked
}

// Open reads what a former run wrote down in file; "" keeps the log in memory. A file that cannot be read is begun anew.
func Open(file string, now func() time.Time) *Log {
	l := &Log{file: file, now: now, entries: map[string]*entry{}}
	clusters, _ := Read(file)
	for _, c := range clusters {
		l.entries[key(c.Query)] = &entry{Cluster: c, known: true}
	}
	return l
}

// Read returns the clusters in a file, none where there is no such file.
func Read(file string) ([]Cluster, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var cs []Cluster
	if err := json.Unmarshal(raw, &cs); err != nil {
		return nil, err
	}
	return cs[:min(len(cs), maxClusters)], nil
}

// key is the same for queries of the same words.
func key(query string) string {
	words := strings.FieldsFunc(strings.ToLower(query), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '+' && r != '#' })
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}

// Searched notes that somebody, told apart by asker, searched and found so many pages.
func (l *Log) Searched(query string, total int, asker string) {
	k := key(query)
	if k == "" || len(query) > maxText {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.resalt()
	e := l.entries[k]
	if e == nil {
		l.makeRoom()
		e = &entry{Cluster: Cluster{Query: query}, askers: map[[8]byte]bool{}}
		l.entries[k] = e
	}
	e.Asked++
	if total == 0 {
		e.None++
	}
	if !e.known {
		sum := sha256.Sum256(append(l.salt[:], asker...))
		e.askers[[8]byte(sum[:8])] = true
		if len(e.askers) >= Enough {
			e.known, e.askers = true, nil
		}
	}
	l.changed = l.changed || e.known
}

// Opened notes that a result of a query was opened.
func (l *Log) Opened(query string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.entries[key(query)]; e != nil {
		e.Opened++
		l.changed = l.changed || e.known
	}
}

// resalt forgets, once a day, who asked. The caller holds mu.
func (l *Log) resalt() {
	now := l.now()
	if age := now.Sub(l.salted); age >= 0 && age < saltFor && !l.salted.IsZero() {
		return
	}
	_, _ = rand.Read(l.salt[:]) // never fails
	l.salted = now
	for k, e := range l.entries {
		if !e.known {
			delete(l.entries, k)
		}
	}
}

// makeRoom drops the entry asked least. The caller holds mu.
func (l *Log) makeRoom() {
	if len(l.entries) < maxClusters {
		return
	}
	least := ""
	for k, e := range l.entries {
		if least == "" || e.Asked < l.entries[least].Asked || e.Asked == l.entries[least].Asked && k < least {
			least = k
		}
	}
	delete(l.entries, least)
}

// Clusters returns what enough people have asked, that which found nothing most often first, then that which was
// opened least.
func (l *Log) Clusters() []Cluster {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Cluster
	for _, e := range l.entries {
		if e.known {
			out = append(out, e.Cluster)
		}
	}
	Sort(out)
	return out
}

// Sort puts clusters into the order of Clusters.
func Sort(cs []Cluster) {
	slices.SortFunc(cs, func(a, b Cluster) int {
		return cmp.Or(cmp.Compare(b.None, a.None), cmp.Compare(b.Asked-b.Opened, a.Asked-a.Opened), strings.Compare(a.Query, b.Query))
	})
}

// Save writes what enough people have asked to the file, if it changed.
func (l *Log) Save() (err error) {
	l.mu.Lock()
	changed := l.changed
	l.changed = false
	l.mu.Unlock()
	if l.file == "" || !changed {
		return nil
	}
	defer func() {
		if err != nil {
			l.unsaved()
		}
	}()
	raw, err := json.MarshalIndent(l.Clusters(), "", " ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(l.file), ".asked-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(raw)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), l.file)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

// unsaved notes that what Save was to write is still to be written.
func (l *Log) unsaved() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changed = true
}
