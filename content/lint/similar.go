package lint

import (
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"strings"
	"sync"
	"unicode"

	"rutter/content"
	"rutter/content/diag"
)

// Pages that say nearly the same are found by sketches: the smallest hashes of their runs of words, as in Broder, On the
// resemblance and containment of documents (1997). The share of equal entries estimates the share of runs that two pages
// have in common.
const (
	runWords  = 5   // words in a run
	entries   = 64  // of a sketch
	band      = 4   // entries that two pages must share in one place to be compared
	alike     = 0.8 // share of equal entries from which on pages are nearly the same
	fewestRun = 40  // runs below which a page is too short to be a copy of another
)

type sketch [entries]uint32

// similarity keeps the sketches of pages between looks at a folder.
type similarity struct {
	mu    sync.Mutex
	known map[*content.Doc]*sketch // nil for pages that are too short
}

// find reports, for each page that nearly repeats an earlier one, the one it repeats most.
func (s *similarity) find(snap *content.Snapshot) (ps []diag.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	docs := snap.Docs()
	sketches := s.sketches(docs)
	type key struct {
		band int
		sum  [band]uint32
	}
	buckets := map[key][]int{}
	for i, d := range docs {
		sk := sketches[i]
		if sk == nil || !snap.Reachable(d) {
			continue
		}
		best, share := -1, 0.0
		tried := map[int]bool{}
		for b := range entries / band {
			k := key{band: b, sum: [band]uint32(sk[b*band:])}
			for _, j := range buckets[k] {
				if tried[j] {
					continue
				}
				tried[j] = true
				if meantAlike(snap, docs[j], d) {
					continue
				}
				if v := sk.share(sketches[j]); v >= alike && v > share {
					best, share = j, v
				}
			}
			if len(buckets[k]) < mostAlike {
				buckets[k] = append(buckets[k], i)
			}
		}
		if best >= 0 {
			ps = append(ps, diag.Problem{
				File: d.Path, Line: 1, Severity: diag.Note, Rule: "page-similar",
				Text: fmt.Sprintf("it says nearly the same as %s: about %d %% of its runs of words", docs[best].Path, int(math.Round(share*100))),
				Fix:  "keep one, and lead from the other to it",
			})
		}
	}
	return ps
}

// mostAlike is how many pages a bucket keeps: a page is compared with those in each of its own.
const mostAlike = 50

// meantAlike tells whether two pages are versions of one, or of versions apart: they repeat each other by right.
func meantAlike(s *content.Snapshot, a, b *content.Doc) bool {
	_, v := a.Version()
	_, w := b.Version()
	return v != w || s.Lang(a) != s.Lang(b)
}

// sketches returns those of docs, and forgets all others.
func (s *similarity) sketches(docs []*content.Doc) []*sketch {
	out := make([]*sketch, len(docs))
	var wg sync.WaitGroup
	jobs := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range jobs {
				out[i] = sketchOf(docs[i])
			}
		})
	}
	known := make(map[*content.Doc]*sketch, len(docs))
	for i, d := range docs {
		if sk, ok := s.known[d]; ok {
			out[i] = sk
		} else {
			jobs <- i
		}
	}
	close(jobs)
	wg.Wait()
	for i, d := range docs {
		known[d] = out[i]
	}
	s.known = known
	return out
}

// share is the share of entries that two sketches have in common.
func (a *sketch) share(b *sketch) float64 {
	same := 0
	for i := range a {
		if a[i] == b[i] {
			same++
		}
	}
	return float64(same) / entries
}

// hash is FNV-1a, which gives the same answer on every machine: the percentages are read by people.
func hash(word string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(word))
	return h.Sum64()
}

// sketchOf returns nil for a page that is too short, or cannot be read.
func sketchOf(d *content.Doc) *sketch {
	text, err := d.Text()
	if err != nil || d.Broken {
		return nil
	}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) < runWords+fewestRun {
		return nil
	}
	hashes := make([]uint64, len(words))
	for i, w := range words {
		hashes[i] = hash(w)
	}
	// One permutation, cut into bins (Li, Owen, Zhang: One permutation hashing, 2012): the smallest hash of each bin.
	var sk sketch
	filled := [entries]bool{}
	for i := 0; i+runWords <= len(hashes); i++ {
		h := uint64(0)
		for _, w := range hashes[i : i+runWords] {
			h = (h ^ w) * 0x9E3779B97F4A7C15
			h ^= h >> 29
		}
		bin, v := h%entries, uint32(h>>32)
		if !filled[bin] || v < sk[bin] {
			sk[bin], filled[bin] = v, true
		}
	}
	for i := range sk { // an empty bin takes the next one's, rotated
		for j := 1; !filled[i] && j < entries; j++ {
			if k := (i + j) % entries; filled[k] {
				sk[i] = sk[k] + uint32(j)
				break
			}
		}
	}
	return &sk
}
