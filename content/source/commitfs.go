package source

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"sync"
	"time"
)

// commitFS is the files of one revision. Folders cannot be opened: the listing is in the content.Tree.
type commitFS struct {
	objects *Objects
	files   map[string]blob
}

// Open opens a file. Its bytes are read when they are first asked for, and held until it is closed. One that is too
// large is not opened, so that nobody begins to send it.
func (f *commitFS) Open(name string) (fs.File, error) {
	b, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	if b.size > maxBlob {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errLarge{b.size}}
	}
	return &blobFile{fs: f, info: blobInfo{path.Base(name), b}}, nil
}

// Stat describes a file without reading it.
func (f *commitFS) Stat(name string) (fs.FileInfo, error) {
	b, err := f.find("stat", name)
	if err != nil {
		return nil, err
	}
	return blobInfo{path.Base(name), b}, nil
}

func (f *commitFS) find(op, name string) (blob, error) {
	if !fs.ValidPath(name) {
		return blob{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	b, ok := f.files[name]
	if !ok {
		return blob{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return b, nil
}

// blobInfo describes a file of a revision. It has no time: git keeps none of files.
type blobInfo struct {
	name string
	blob blob
}

func (i blobInfo) Name() string       { return i.name }
func (i blobInfo) Size() int64        { return i.blob.size }
func (i blobInfo) Mode() fs.FileMode  { return 0o444 }
func (i blobInfo) ModTime() time.Time { return time.Time{} }
func (i blobInfo) IsDir() bool        { return false }
func (i blobInfo) Sys() any           { return nil }

// blobFile is an open file of a revision.
type blobFile struct {
	fs   *commitFS
	info blobInfo
	at   int64

	mu     sync.Mutex
	raw    []byte
	read   bool
	closed bool
}

func (f *blobFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// ETag is a strong entity tag of the file's bytes.
func (f *blobFile) ETag() string { return `"` + f.info.blob.id + `"` }

// bytes reads the file, once.
func (f *blobFile) bytes() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, &fs.PathError{Op: "read", Path: f.info.name, Err: fs.ErrClosed}
	}
	if !f.read {
		raw, err := f.fs.objects.Blob(f.fs.objects.ctx, f.info.blob.id)
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: f.info.name, Err: err}
		}
		f.raw, f.read = raw, true
	}
	return f.raw, nil
}

func (f *blobFile) Read(p []byte) (int, error) {
	raw, err := f.bytes()
	if err != nil {
		return 0, err
	}
	if f.at >= int64(len(raw)) {
		return 0, io.EOF
	}
	n := copy(p, raw[f.at:])
	f.at += int64(n)
	return n, nil
}

// ReadAt may be called from several goroutines.
func (f *blobFile) ReadAt(p []byte, off int64) (int, error) {
	raw, err := f.bytes()
	if err != nil {
		return 0, err
	}
	return bytes.NewReader(raw).ReadAt(p, off)
}

func (f *blobFile) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.info.blob.size
	case io.SeekStart:
	default:
		return 0, &fs.PathError{Op: "seek", Path: f.info.name, Err: fs.ErrInvalid}
	}
	if offset < 0 {
		return 0, &fs.PathError{Op: "seek", Path: f.info.name, Err: fs.ErrInvalid}
	}
	f.at = offset
	return offset, nil
}

func (f *blobFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return &fs.PathError{Op: "close", Path: f.info.name, Err: fs.ErrClosed}
	}
	f.closed, f.raw = true, nil
	return nil
}
