package bleve

import (
	"encoding/binary"
	"strings"

	index "github.com/blevesearch/bleve_index_api"

	"rutter/search"
)

// Filter and stored fields.
const (
	fieldKind     = "k"
	fieldProduct  = "p"
	fieldVersion  = "v"
	fieldPhase    = "f"
	fieldTag      = "c"
	fieldAudience = "a"
	fieldSeries   = "e"
	fieldEdition  = "d" // which version of its series a page is
	fieldLang     = "l"
	fieldNames    = "n" // stored: the title and the other names, a line each
	fieldSections = "s" // stored: see packSections
	fieldRecord   = "r" // stored: lengths of the searched fields, then the document's record
)

// scored lists the searched fields in the order of lengths.
var scored = [...]string{fieldTitle, fieldHeadings, fieldBody, fieldWhole, fieldTrigrams, fieldBigrams}

// lengths are the numbers of terms in each of the scored fields of one page, or of all pages.
type lengths [len(scored)]uint64

// counted is a field whose terms are counted already: nothing is left for Bleve to analyse.
type counted struct {
	name   string
	length int
	freqs  index.TokenFrequencies
}

func (f *counted) Name() string                                     { return f.name }
func (f *counted) Value() []byte                                    { return nil }
func (f *counted) ArrayPositions() []uint64                         { return nil }
func (f *counted) EncodedFieldType() byte                           { return 't' }
func (f *counted) Analyze()                                         {}
func (f *counted) Options() index.FieldIndexingOptions              { return index.IndexField }
func (f *counted) AnalyzedLength() int                              { return f.length }
func (f *counted) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.freqs }
func (f *counted) NumPlainTextBytes() uint64                        { return 0 }

func (f *counted) add(term string) {
	f.length++
	n := 1
	if t := f.freqs[term]; t != nil {
		n += t.Frequency()
	}
	f.freqs[term] = times(n)
}

// note makes sure that the field has a term, which does not count for its length.
func (f *counted) note(term string) {
	if f.freqs[term] == nil {
		f.freqs[term] = times(1)
	}
}

// counts are the term frequencies that nearly all terms have, for all of them to share: Bleve only reads them.
var counts = func() (ts [256]index.TokenFreq) {
	for i := range ts {
		ts[i].SetFrequency(i)
	}
	return ts
}()

// times says that a term occurs n times.
func times(n int) *index.TokenFreq {
	if n < len(counts) {
		return &counts[n]
	}
	t := &index.TokenFreq{}
	t.SetFrequency(n)
	return t
}

// stored is a field that is kept and not searched.
type stored struct {
	name  string
	value []byte
}

func (f *stored) Name() string                                     { return f.name }
func (f *stored) Value() []byte                                    { return f.value }
func (f *stored) ArrayPositions() []uint64                         { return nil }
func (f *stored) EncodedFieldType() byte                           { return 't' }
func (f *stored) Analyze()                                         {}
func (f *stored) Options() index.FieldIndexingOptions              { return index.StoreField }
func (f *stored) AnalyzedLength() int                              { return 0 }
func (f *stored) AnalyzedTokenFrequencies() index.TokenFrequencies { return nil }
func (f *stored) NumPlainTextBytes() uint64                        { return uint64(len(f.value)) }

// document is a page as Bleve's index takes it.
type document struct {
	id     string
	fields []index.Field
}

func (d *document) ID() string { return d.id }
func (d *document) Size() int {
	n := 64
	for _, f := range d.fields {
		n += 64 + len(f.Value()) + 64*len(f.AnalyzedTokenFrequencies())
	}
	return n
}

func (d *document) VisitFields(v index.FieldVisitor) {
	for _, f := range d.fields {
		v(f)
	}
}
func (d *document) VisitComposite(index.CompositeFieldVisitor) {}
func (d *document) HasComposite() bool                         { return false }
func (d *document) NumPlainTextBytes() uint64                  { return 0 }
func (d *document) StoredFieldsBytes() uint64                  { return 0 }
func (d *document) Indexed() bool                              { return true }

// AddIDField adds the field by which Bleve finds documents to replace.
func (d *document) AddIDField() {
	f := &idField{counted: counted{name: "_id", length: 1, freqs: index.TokenFrequencies{}}, id: d.id}
	f.freqs[d.id] = times(1)
	d.fields = append(d.fields, f)
}

type idField struct {
	counted
	id string
}

func (f *idField) Value() []byte                       { return []byte(f.id) }
func (f *idField) Options() index.FieldIndexingOptions { return index.IndexField | index.StoreField }

// analyze counts all terms of a page.
func (a *analyzer) analyze(d search.Document) (*document, lengths) {
	size := 0
	for _, s := range d.Sections {
		size += len(s.Text)
	}
	fs := [len(scored)]*counted{}
	for i, name := range scored {
		fs[i] = &counted{name: name, freqs: make(index.TokenFrequencies, 16)}
	}
	title, headings, body, whole, grams := fs[0], fs[1], fs[2], fs[3], fs[4]
	body.freqs = make(index.TokenFrequencies, size/48)

	a.begin(d.Lang)
	names := append([]string{d.Title}, d.Names...)
	for _, n := range names {
		stems := a.line(shown(n), title, whole, grams)
		title.note(fullName(stems))
		title.note(bareName(n))
	}
	for _, s := range d.Sections {
		if s.Heading != "" {
			stems := a.line(shown(s.Heading), headings, whole, nil)
			headings.note(fullName(stems))
			headings.note(bareName(s.Heading))
		}
		prev := ""
		chunks(shown(s.Text), func(c string) {
			wholes(c, whole.add)
			words(c, func(w string) {
				s := a.word(body, whole, w)
				if s == "" {
					return
				}
				if prev != "" {
					a.pairs[pair(prev, s)]++
				}
				prev = s
			})
		})
	}
	fs[5] = countedPairs(a.pairs)
	out := &document{id: d.Path}
	var ls lengths
	for i, f := range fs {
		ls[i] = uint64(f.length)
		out.fields = append(out.fields, f)
	}
	for _, f := range []struct {
		name   string
		values []string
	}{
		{fieldKind, []string{d.Kind}},
		{fieldProduct, d.Products},
		{fieldVersion, d.Versions},
		{fieldPhase, d.Phases},
		{fieldTag, d.Tags},
		{fieldAudience, d.Audience},
		{fieldSeries, []string{d.Series}},
		{fieldEdition, []string{d.Version}},
		{fieldLang, []string{a.lang}},
	} {
		c := &counted{name: f.name, freqs: index.TokenFrequencies{}}
		for _, v := range f.values {
			if v != "" {
				c.add(v)
			}
		}
		if c.length > 0 {
			out.fields = append(out.fields, c)
		}
	}
	out.fields = append(out.fields,
		&stored{fieldNames, []byte(strings.Join(names, "\n"))},
		&stored{fieldSections, packSections(d.Sections)},
		&stored{fieldRecord, packRecord(ls, d.Record)})
	return out, ls
}

// begin prepares for a page in a language.
func (a *analyzer) begin(lang string) {
	a.lang = stemmerOf(lang)
	clear(a.pairs)
}

// word counts a word, and returns its stem, "" for a stop word.
func (a *analyzer) word(f, whole *counted, w string) string {
	if a.stops(w) {
		return ""
	}
	s := a.stem(w, a.lang)
	if f.add(s); s != w {
		whole.note(w) // for suggestions, which are not made of stems
	}
	return s
}

// line counts a title, name or heading, and returns its stems. grams may be nil.
func (a *analyzer) line(text string, f, whole, grams *counted) (stems []string) {
	prev := ""
	chunks(text, func(c string) {
		wholes(c, whole.add)
		words(c, func(w string) {
			if grams != nil {
				trigrams(w, grams.add)
			}
			s := a.word(f, whole, w)
			if s == "" {
				return
			}
			if prev != "" {
				a.pairs[pair(prev, s)]++
			}
			prev = s
			stems = append(stems, s)
		})
		stems = append(stems, tail(c))
	})
	return stems
}

// countedPairs makes the field of bigrams.
func countedPairs(pairs map[uint32]int) *counted {
	f := &counted{name: fieldBigrams, freqs: make(index.TokenFrequencies, len(pairs))}
	var term []byte
	for p, n := range pairs {
		term = appendPair(term[:0], p)
		f.freqs[string(term)] = times(n)
		f.length += n
	}
	return f
}

// Separators of packed sections. They cannot occur in text: control characters become spaces on the way in.
const (
	endField   = '\x1f'
	endSection = '\x1e'
)

// packSections joins sections as `anchor US heading US text RS`.
func packSections(ss []search.Part) []byte {
	size := 0
	for _, s := range ss {
		size += len(s.ID) + len(s.Heading) + len(s.Text) + 3
	}
	b := make([]byte, 0, size)
	add := func(s string, end byte) {
		from := len(b)
		b = append(b, strings.ToValidUTF8(s, "\uFFFD")...)
		for i, c := range b[from:] {
			if c < ' ' && c != '\n' || c == 0x7f {
				b[from+i] = ' '
			}
		}
		b = append(b, end)
	}
	for _, s := range ss {
		add(s.ID, endField)
		add(s.Heading, endField)
		add(s.Text, endSection)
	}
	return b
}

// unpackSections calls f with every packed section.
func unpackSections(packed string, f func(id, heading, text string)) {
	for s := range strings.SplitSeq(packed, string(rune(endSection))) {
		id, rest, ok := strings.Cut(s, string(rune(endField)))
		if !ok {
			continue
		}
		heading, text, _ := strings.Cut(rest, string(rune(endField)))
		f(id, heading, text)
	}
}

func packRecord(ls lengths, rec []byte) []byte {
	b := make([]byte, 0, len(ls)*3+len(rec))
	for _, n := range ls {
		b = binary.AppendUvarint(b, n)
	}
	return append(b, rec...)
}

func unpackRecord(b []byte) (ls lengths, rec []byte, ok bool) {
	for i := range ls {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return ls, nil, false
		}
		ls[i], b = v, b[n:]
	}
	return ls, b, true
}
