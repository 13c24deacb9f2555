package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rutter/content"
)

// Limits on what is read for anchors that pages once had. A page whose turn does not come has none.
const (
	maxVersions     = 200       // of a page, the last ones
	maxAllVersions  = 50_000    // of all pages; where there are more, each page has fewer
	maxVersionBytes = 1 << 20   // of one version; a larger one is passed over
	maxPageBytes    = 16 << 20  // of all versions of a page, the last ones
	maxAllBytes     = 512 << 20 // of all pages together
)

// versions are those of one page that are looked at, newest first.
type versions struct {
	path  string
	blobs []content.ObjectID
}

// versionsOf lists the versions of a page as it is and was.
func versionsOf(p string, f file, edits []content.Edit) versions {
	v := versions{path: p}
	if !f.regular {
		return v
	}
	v.blobs = append(v.blobs, f.blob)
	for _, e := range edits {
		if len(v.blobs) == maxVersions {
			break
		}
		if e.Blob != (content.ObjectID{}) && e.Blob != v.blobs[len(v.blobs)-1] {
			v.blobs = append(v.blobs, e.Blob)
		}
	}
	return v
}

// bounded leaves out old versions, of each page as many, until there are not too many in all; and pages, where two of each
// are too many.
func bounded(jobs []versions) []versions {
	for most := maxVersions; most > 1; most /= 2 {
		n := 0
		for i := range jobs {
			jobs[i].blobs = jobs[i].blobs[:min(len(jobs[i].blobs), most)]
			n += len(jobs[i].blobs)
		}
		if n <= maxAllVersions {
			return jobs
		}
	}
	for i := range jobs {
		jobs[i].blobs = jobs[i].blobs[:min(len(jobs[i].blobs), 2)]
	}
	return jobs[:min(len(jobs), maxAllVersions/2)]
}

// formerAnchors reads versions of pages, all by one program, and notes the anchors that are gone in former.
func formerAnchors(ctx context.Context, g *Git, jobs []versions, former map[string][]content.FormerAnchor) error {
	if len(jobs) == 0 {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := g.git(ctx, "cat-file", "--batch", "--buffer")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	var asking, parsing sync.WaitGroup
	asking.Go(func() {
		w := bufio.NewWriter(in)
		for _, j := range jobs {
			for _, b := range j.blobs {
				_, _ = w.WriteString(b.String() + "\n") // a program that has ended is noticed where it is read from
			}
		}
		_ = w.Flush()
		_ = in.Close()
	})
	type page struct {
		path string
		raw  [][]byte
	}
	pages := make(chan page)
	var mu sync.Mutex
	for range (runtime.GOMAXPROCS(0) + 1) / 2 { // readers come first
		parsing.Go(func() {
			for p := range pages {
				found := content.FormerAnchors(p.path, p.raw)
				mu.Lock()
				if delete(former, p.path); len(found) > 0 {
					former[p.path] = found
				}
				mu.Unlock()
			}
		})
	}
	err = stream(cmd, "cat-file", func(r *bufio.Reader) error {
		b := batch{r: r}
		for i, j := range jobs {
			if b.all > maxAllBytes {
				for _, j := range jobs[i:] {
					mu.Lock()
					delete(former, j.path)
					mu.Unlock()
				}
				return errEnough
			}
			raw, err := b.page(len(j.blobs))
			if err != nil {
				return err
			}
			pages <- page{j.path, raw}
		}
		return nil
	})
	close(pages)
	parsing.Wait()
	_ = in.Close() // where the program never ran
	asking.Wait()
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

var errEnough = errors.New("enough was read")

// batch reads what `git cat-file --batch` prints.
type batch struct {
	r   *bufio.Reader
	all int // bytes read, those passed over included
}

// page reads the versions of one page, newest first, and returns those within the limits, oldest first; none where the
// newest is not among them.
func (b *batch) page(n int) ([][]byte, error) {
	var raw [][]byte
	size, none := 0, false
	for i := range n {
		most := min(maxVersionBytes, maxPageBytes-size)
		if none {
			most = -1
		}
		text, ok, err := b.blob(most)
		if err != nil {
			return nil, err
		}
		if none = none || i == 0 && !ok; ok {
			raw = append(raw, text)
			size += len(text)
		}
	}
	slices.Reverse(raw)
	return raw, nil
}

// blob reads one object of at most so many bytes, and passes over a larger one and whatever is none.
func (b *batch) blob(most int) (text []byte, ok bool, err error) {
	line, err := b.r.ReadString('\n')
	if err != nil {
		return nil, false, fmt.Errorf("git cat-file: %w", err)
	}
	f := strings.Fields(line)
	if len(f) != 3 { // missing
		return nil, false, nil
	}
	size, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil || size < 0 {
		return nil, false, fmt.Errorf("git cat-file says %q", line)
	}
	b.all += int(size)
	if f[1] != "blob" || size > int64(most) {
		_, err = io.CopyN(io.Discard, b.r, size+1)
		return nil, false, err
	}
	text = make([]byte, size+1)
	_, err = io.ReadFull(b.r, text)
	return text[:size], true, err
}
