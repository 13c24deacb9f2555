package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rutter/content"
)

// maxEntries bounds the files of one revision: a listing is held in memory.
const maxEntries = 1_000_000

// ErrNoFolder says that a revision does not have the folder the content is in.
var ErrNoFolder = errors.New("is not in this revision")

// Tree lists the files of a revision, or of a folder in it ("" for the root), without reading them. A file's stamp is
// made of its object id, so that a file which has not changed is known by any revision. Links that lead to a file of
// the same tree are followed by the rules of [Folder]; submodules are left out.
func (o *Objects) Tree(ctx context.Context, rev, folder string) (content.Tree, error) {
	l := listing{objects: o, ctx: ctx, blobs: map[string]blob{}, links: map[string]string{}, dirs: map[string]bool{"": true}}
	dir, _ := o.where()
	err := l.read(dir, rev+":"+folder)
	if err == nil {
		err = l.measure(dir)
	}
	if err != nil {
		if cause := o.diagnose(ctx, dir, rev, folder); cause != nil {
			return content.Tree{}, cause
		}
		err = fmt.Errorf("listing revision %s: %w", short(rev), err)
		if ctx.Err() == nil && !errors.As(err, new(noProgram)) {
			o.doubted(err)
		}
		return content.Tree{}, err
	}
	t, err := l.tree()
	t.Revision = rev
	return t, err
}

// diagnose returns an error when the revision lacks the folder, and nil when that is not why it cannot be listed.
func (o *Objects) diagnose(ctx context.Context, dir, rev, folder string) error {
	if folder == "" {
		return nil
	}
	id, err := runBare(ctx, dir, "rev-parse", rev+":"+folder)
	if err != nil {
		if strings.Contains(err.Error(), "does not exist in") {
			return fmt.Errorf("the folder %s %w (%s)", folder, ErrNoFolder, short(rev))
		}
		return nil
	}
	if typ, err := runBare(ctx, dir, "cat-file", "-t", strings.TrimSpace(string(id))); err == nil && strings.TrimSpace(string(typ)) != "tree" {
		return fmt.Errorf("%s is a file and no folder in revision %s", folder, short(rev))
	}
	return nil
}

// short is how a revision is named to people.
func short(rev string) string { return rev[:min(len(rev), 12)] }

// blob is a file as a revision names it.
type blob struct {
	id   string
	size int64
}

// stamp is equal for equal bytes and for no others.
func (b blob) stamp() content.Stamp {
	raw, err := hex.DecodeString(b.id)
	if err != nil || len(raw) < 16 {
		return content.Stamp{}
	}
	return content.Stamp{Inode: binary.BigEndian.Uint64(raw), Size: b.size, ChangeTime: int64(binary.BigEndian.Uint64(raw[8:]))}
}

// listing is what a revision holds, as far as it may be served or led to.
type listing struct {
	objects *Objects
	ctx     context.Context
	blobs   map[string]blob
	links   map[string]string // by path: the id of the text that says where it leads
	dirs    map[string]bool
	unread  []content.Unread
}

// read takes what `git ls-tree` prints: "mode type id<TAB>path", each ended by a NUL. It could print sizes too, and
// would have to open every object for them.
func (l *listing) read(dir, tree string) error {
	return stream(bare(l.ctx, dir, "ls-tree", "-r", "-z", "--full-tree", tree), "ls-tree", l.parse)
}

func (l *listing) parse(r *bufio.Reader) error {
	for n := 0; ; n++ {
		line, err := r.ReadString(0)
		if errors.Is(err, io.EOF) && line == "" {
			return nil
		}
		if err != nil {
			return err
		}
		if n == maxEntries {
			return fmt.Errorf("there are more than %d files", maxEntries)
		}
		meta, p, _ := strings.Cut(strings.TrimSuffix(line, "\x00"), "\t")
		f := strings.Fields(meta)
		if len(f) != 3 || !isID(f[2]) {
			return fmt.Errorf("git ls-tree printed %q", line)
		}
		l.take(f[0], f[2], p)
	}
}

func (l *listing) take(mode, id, p string) {
	if strings.Count(p, "/") > maxDirDepth {
		l.tooDeep(p)
		return
	}
	if !strings.HasPrefix(mode, "100") && mode != "120000" {
		return // a submodule: its files are another repository's
	}
	for dir := parent(p); !l.dirs[dir]; dir = parent(dir) {
		l.dirs[dir] = true
	}
	if mode == "120000" {
		l.links[p] = id
		return
	}
	l.blobs[p] = blob{id: id}
}

// measure finds the sizes of the files, as far as the listing before does not tell them.
func (l *listing) measure(dir string) error {
	known := l.objects.measured()
	var ask strings.Builder
	asked := map[string]bool{}
	for _, b := range l.blobs {
		if _, ok := known[b.id]; !ok && !asked[b.id] {
			asked[b.id] = true
			ask.WriteString(b.id + "\n")
		}
	}
	sizes := make(map[string]int64, len(l.blobs))
	if len(asked) > 0 {
		cmd := bare(l.ctx, dir, "cat-file", "--batch-check=%(objectname) %(objectsize)", "--buffer")
		cmd.Stdin = strings.NewReader(ask.String())
		out, err := output(cmd, "cat-file")
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(out)) {
			id, size, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if sizes[id], err = strconv.ParseInt(size, 10, 64); err != nil || !asked[id] {
				return fmt.Errorf("object %.64s: %w", id, errMissing)
			}
		}
	}
	for p, b := range l.blobs {
		if size, ok := known[b.id]; ok {
			sizes[b.id] = size
		}
		size, ok := sizes[b.id]
		if !ok {
			return fmt.Errorf("object %s: %w", b.id, errMissing)
		}
		b.size = size
		l.blobs[p] = b
	}
	l.objects.setMeasured(sizes)
	return nil
}

// tooDeep leaves a folder out and says so once.
func (l *listing) tooDeep(p string) {
	dir := strings.Join(strings.SplitN(p, "/", maxDirDepth+2)[:maxDirDepth+1], "/")
	if content.Hidden(dir) || slices.ContainsFunc(l.unread, func(u content.Unread) bool { return u.Path == dir }) || len(l.unread) >= maxUnread {
		return
	}
	l.unread = append(l.unread, content.Unread{Path: dir, Cause: fmt.Sprintf("folders nest more than %d deep", maxDirDepth)})
}

const maxUnread = 100

// settings are the hidden files that are read, though never served.
var settings = [...]string{"portal.yaml", "queries.yaml"}

// tree makes the content tree: what is hidden is left out, and links are followed.
func (l *listing) tree() (content.Tree, error) {
	files := make(map[string]blob, len(l.blobs))
	for p, b := range l.blobs {
		if !content.Hidden(p) || slices.Contains(settings[:], p) {
			files[p] = b
		}
	}
	for p := range l.links {
		if content.Hidden(p) && !slices.Contains(settings[:], p) {
			continue
		}
		b, ok, err := l.follow(p)
		if err != nil {
			return content.Tree{}, err
		}
		if ok {
			files[p] = b
		}
	}
	t := content.Tree{FS: &commitFS{l.objects, files}, Unread: l.unread, Files: make([]content.File, 0, len(files))}
	for p, b := range files {
		if !content.Hidden(p) {
			t.Files = append(t.Files, content.File{Path: p, Stamp: b.stamp()})
		}
	}
	slices.SortFunc(t.Files, func(a, b content.File) int { return strings.Compare(a.Path, b.Path) })
	return t, nil
}

const (
	maxHops = 40      // links on the way to one file
	maxLink = 4 << 10 // bytes of a link's text
)

// follow finds the file that a link leads to, by the rules of scan.follow: it must stay in the tree, by relative
// paths, and may not end at a hidden file.
func (l *listing) follow(p string) (blob, bool, error) {
	at := []string{}
	rest := strings.Split(p, "/")
	for hops := 0; len(rest) > 0; {
		seg := rest[0]
		rest = rest[1:]
		switch seg {
		case "", ".":
			continue
		case "..":
			if len(at) == 0 {
				return blob{}, false, nil
			}
			at = at[:len(at)-1]
			continue
		}
		here := strings.Join(append(at, seg), "/")
		id, isLink := l.links[here]
		if !isLink {
			if len(rest) > 0 && !l.dirs[here] {
				return blob{}, false, nil
			}
			at = append(at, seg)
			continue
		}
		if hops++; hops > maxHops {
			return blob{}, false, nil
		}
		to, err := l.objects.Blob(l.ctx, id)
		if errors.As(err, new(errLarge)) || err == nil && (len(to) == 0 || len(to) > maxLink || to[0] == '/' || bytes.IndexByte(to, 0) >= 0) {
			return blob{}, false, nil
		}
		if err != nil {
			return blob{}, false, fmt.Errorf("the link %s: %w", here, err)
		}
		rest = append(strings.Split(string(to), "/"), rest...)
	}
	for _, seg := range at {
		if content.HiddenName(seg) && (!strings.HasPrefix(seg, "..") || len(seg) < 3) {
			return blob{}, false, nil
		}
	}
	b, ok := l.blobs[strings.Join(at, "/")]
	return b, ok, nil
}
