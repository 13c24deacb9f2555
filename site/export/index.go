package export

import (
	"encoding/json"
	"slices"
	"strings"

	"rutter/search"
)

// Page is a page as the exported search knows it.
type Page struct {
	URL, Title, Kind, Summary string // the URL is relative to the root of the export
	Names                     []string
	Sections                  []search.Part
}

const (
	block       = 64       // pages in a file
	shardTarget = 48 << 10 // bytes of postings in a file, about
)

// entry is a page in the index: url, title, kind, summary, and its sections as anchor and heading.
type entry struct {
	URL      string      `json:"u"`
	Title    string      `json:"t"`
	Kind     string      `json:"k"`
	Summary  string      `json:"s"`
	Sections [][2]string `json:"h"`
}

// index returns the files of a search over pages, by name: meta.json, terms as page, section, weight in files by their
// beginnings, and the pages in blocks. Section 0 is the page itself.
func index(pages []Page) (map[string][]byte, error) {
	postings := map[string][]int{}
	size := 0
	add := func(page, section int, texts ...weighed) {
		count := map[string]int{}
		length := 0
		for _, t := range texts {
			for _, w := range Words(t.text) {
				length++
				count[w] += t.times
			}
		}
		for w, n := range count {
			postings[w] = append(postings[w], page, section, weight(n, length))
			size += 12
		}
	}
	files := map[string][]byte{}
	put := func(name string, v any) error {
		b, err := json.Marshal(v)
		files[name] = b
		return err
	}
	var entries []entry
	for i, p := range pages {
		e := entry{URL: p.URL, Title: p.Title, Kind: p.Kind, Summary: p.Summary, Sections: [][2]string{}}
		head := []weighed{{p.Title, 4}, {strings.Join(p.Names, " "), 4}, {p.Summary, 2}}
		for _, s := range p.Sections {
			if s.ID == "" {
				head = append(head, weighed{s.Text, 1})
				continue
			}
			e.Sections = append(e.Sections, [2]string{s.ID, s.Heading})
			add(i, len(e.Sections), weighed{s.Heading, 3}, weighed{s.Text, 1})
		}
		add(i, 0, head...)
		entries = append(entries, e)
		if len(entries) == block || i == len(pages)-1 {
			if err := put("p"+itoa(i/block)+".json", entries); err != nil {
				return nil, err
			}
			entries = nil
		}
	}
	shards := 1
	for shards*shardTarget < size && shards < 4096 {
		shards *= 2
	}
	parts := make([]map[string][]int, shards)
	for term, list := range postings {
		b := bucket(term, shards)
		if parts[b] == nil {
			parts[b] = map[string][]int{}
		}
		parts[b][term] = list
	}
	for i, part := range parts {
		if part == nil {
			part = map[string][]int{}
		}
		for _, list := range part {
			sortPostings(list)
		}
		if err := put("t"+itoa(i)+".json", part); err != nil {
			return nil, err
		}
	}
	return files, put("meta.json", map[string]int{"pages": len(pages), "shards": shards, "block": block})
}

type weighed struct {
	text  string
	times int
}

// sortPostings orders triples, so that the same pages make the same files.
func sortPostings(list []int) {
	type posting [3]int
	ps := make([]posting, 0, len(list)/3)
	for i := 0; i < len(list); i += 3 {
		ps = append(ps, posting(list[i:i+3]))
	}
	slices.SortFunc(ps, func(a, b posting) int {
		if a[0] != b[0] {
			return a[0] - b[0]
		}
		return a[1] - b[1]
	})
	for i, p := range ps {
		copy(list[3*i:], p[:])
	}
}
