package bleve

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"rutter/search"
)

// Generation is the index at one moment. It is immutable; [Generation.Close] gives its files back.
type Generation struct {
	reader index.IndexReader
	parts  []part
	vocab  [len(columnFields)]vocabulary
	ranks  []int32 // of the versions, by index into their vocabulary
	german bool    // there are pages in German
	total  lengths // terms in each scored field over all pages
	pages  int
}

// part is one segment with the values of its pages' facets. Its pages are numbered from base in the generation.
type part struct {
	id      uint64
	base    int
	count   int
	seg     segment.Segment
	snap    *scorch.SegmentSnapshot
	deleted *roaring.Bitmap
	facets  *facetValues
	names   *segmentNames
}

// facetValues say, per page of a segment, which values of each filter field it has. Segments never change, so they
// are read once and shared by all generations that hold the segment.
type facetValues [len(columnFields)]column

// columnFields are the filter fields, the facets in the order of search.FacetNames first.
var columnFields = [...]string{fieldKind, fieldProduct, fieldVersion, fieldPhase, fieldTag, fieldAudience, fieldSeries, fieldEdition, fieldLang}

// The columns that are no facets.
const (
	audienceColumn = len(search.FacetNames) + iota
	seriesColumn
	editionColumn
	langColumn
)

// column holds the values of one field: page number in the segment → indexes into values.
type column struct {
	values []string
	of     [][]uint32
}

// vocabulary is all values of one field in a generation.
type vocabulary struct {
	values []string
	of     [][]uint32 // by part and index in the part's column: index into values
}

// vocabularies joins the parts' values.
func (g *Generation) vocabularies() {
	for c := range g.vocab {
		v := &g.vocab[c]
		index := map[string]uint32{}
		for _, p := range g.parts {
			of := make([]uint32, len(p.facets[c].values))
			for i, value := range p.facets[c].values {
				n, ok := index[value]
				if !ok {
					n = uint32(len(v.values))
					index[value] = n
					v.values = append(v.values, value)
				}
				of[i] = n
			}
			v.of = append(v.of, of)
		}
	}
	names := g.vocab[editionColumn].values
	sorted := slices.SortedFunc(slices.Values(names), compareVersions)
	for _, n := range names {
		g.ranks = append(g.ranks, int32(slices.Index(sorted, n)))
	}
	g.german = slices.Contains(g.vocab[langColumn].values, langGerman)
}

// versionRank is the rank of a page's version among all there are; the newest has the highest.
func (g *Generation) versionRank(part, page int) int32 {
	vs := g.parts[part].facets[editionColumn].of[page]
	if len(vs) == 0 {
		return none
	}
	return g.ranks[g.vocab[editionColumn].of[part][vs[0]]]
}

// prepare reads what searches need of each segment, or takes it from the generation before. The new segments' files
// are read for the first time here.
func (g *Generation) prepare(snap *scorch.IndexSnapshot, before *Generation) (err error) {
	defer guard(&err)()
	base := 0
	for _, s := range snap.Segments() {
		p := part{id: s.Id(), base: base, count: int(s.Segment().Count()), seg: s.Segment(), snap: s, deleted: s.Deleted()}
		base += p.count
		if before != nil {
			if i := slices.IndexFunc(before.parts, func(q part) bool { return q.id == p.id }); i >= 0 {
				p.facets, p.names = before.parts[i].facets, before.parts[i].names
			}
		}
		if p.facets == nil {
			if err := loadDictionaries(p.seg); err != nil {
				return err
			}
			if p.facets, err = readFacets(p.seg); err != nil {
				return err
			}
			if p.names, err = readNames(p.seg); err != nil {
				return err
			}
		}
		g.parts = append(g.parts, p)
	}
	g.vocabularies()
	return nil
}

// loadDictionaries makes the segment load the dictionaries of all fields, which it does once for each, and while it
// holds a lock: a fault there would leave it locked, and everybody waiting.
func loadDictionaries(seg segment.Segment) error {
	for _, f := range seg.Fields() {
		if _, err := seg.Dictionary(f); err != nil {
			return err
		}
	}
	return nil
}

func readFacets(seg segment.Segment) (*facetValues, error) {
	f := &facetValues{}
	for i, field := range columnFields {
		to := &f[i]
		to.of = make([][]uint32, seg.Count())
		dict, err := seg.Dictionary(field)
		if err != nil {
			return nil, err
		}
		it := dict.AutomatonIterator(nil, nil, nil)
		for e, err := it.Next(); e != nil || err != nil; e, err = it.Next() {
			if err != nil {
				return nil, err
			}
			v := uint32(len(to.values))
			to.values = append(to.values, e.Term)
			pl, err := dict.PostingsList([]byte(e.Term), nil, nil)
			if err != nil {
				return nil, err
			}
			ps := pl.Iterator(false, false, false, nil)
			for p, err := ps.Next(); p != nil || err != nil; p, err = ps.Next() {
				if err != nil {
					return nil, err
				}
				to.of[p.Number()] = append(to.of[p.Number()], v)
			}
		}
		share(to.of)
	}
	return f, nil
}

// share lets pages with the same values have one slice: most pages do.
func share(of [][]uint32) {
	seen := map[string][]uint32{}
	var key []byte
	for i, v := range of {
		if len(v) == 0 {
			continue
		}
		key = key[:0]
		for _, n := range v {
			key = binary.LittleEndian.AppendUint32(key, n)
		}
		if s, ok := seen[string(key)]; ok {
			of[i] = s
		} else {
			seen[string(key)] = v
		}
	}
}

// Pages is the number of pages in the generation.
func (g *Generation) Pages() int { return g.pages }

// Close releases the reader. The generation must not be used afterwards.
func (g *Generation) Close() error { return g.reader.Close() }

// Verify reads the generation's files once and compares their checksums. It also brings them into memory, so that
// the first searches do not wait for the disk.
func (g *Generation) Verify() error {
	for _, p := range g.parts {
		onDisk, ok := p.seg.(segment.PersistedSegment)
		if !ok {
			continue
		}
		if err := verifyFile(onDisk.Path()); err != nil && !errors.Is(err, os.ErrNotExist) { // merged away meanwhile
			return err
		}
	}
	return nil
}

// verifyFile checks the CRC-32 (IEEE) that ends a zap file.
func verifyFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	r := bufio.NewReaderSize(f, 1<<20)
	if _, err := io.CopyN(sum, r, info.Size()-4); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrUnusable, path, err)
	}
	var want [4]byte
	if _, err := io.ReadFull(r, want[:]); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrUnusable, path, err)
	}
	if binary.BigEndian.Uint32(want[:]) != sum.Sum32() {
		return fmt.Errorf("%w: %s: the checksum is wrong", ErrUnusable, path)
	}
	return nil
}
