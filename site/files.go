package site

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"rutter/content/source"
	"rutter/static"
)

// served lists the types of files that a browser may show, by extension. All else is handed out as an attachment,
// so that nothing from the content folder can act in the portal's name.
var served = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
	".avif": "image/avif", ".bmp": "image/bmp", ".ico": "image/x-icon", ".svg": "image/svg+xml",
	".pdf": "application/pdf",
	".txt": "text/plain; charset=utf-8", ".log": "text/plain; charset=utf-8", ".csv": "text/csv; charset=utf-8",
	".json": "application/json", ".yaml": "text/plain; charset=utf-8", ".yml": "text/plain; charset=utf-8",
	".toml": "text/plain; charset=utf-8", ".ini": "text/plain; charset=utf-8", ".conf": "text/plain; charset=utf-8",
	".cfg": "text/plain; charset=utf-8", ".sh": "text/plain; charset=utf-8", ".sql": "text/plain; charset=utf-8",
	".zip": "application/zip", ".gz": "application/gzip", ".tgz": "application/gzip", ".tar": "application/x-tar",
	".bz2": "application/x-bzip2", ".xz": "application/x-xz", ".zst": "application/zstd", ".7z": "application/x-7z-compressed",
}

var errTooLarge = &httpError{status: http.StatusNotFound, text: "The file is too large for this portal to hand out of its repository"}

// sandboxed takes from a document every power it could have.
const sandboxed = "sandbox; default-src 'none'"

// file serves a picture or download as it lies in the content folder.
func (s *Server) file(w http.ResponseWriter, r *request, name string) error {
	f, err := r.view.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return s.lost(w, r)
		}
		if errors.Is(err, source.ErrTooLarge) {
			return errTooLarge
		}
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	seeker, ok := f.(io.ReadSeeker)
	if !ok || !info.Mode().IsRegular() {
		return s.lost(w, r)
	}
	h := w.Header()
	ext := strings.ToLower(path.Ext(name))
	typ, known := served[ext]
	if !known {
		typ = "application/octet-stream"
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(name)}))
		if h.Get("Content-Disposition") == "" {
			h.Set("Content-Disposition", "attachment")
		}
	}
	h.Set("Content-Type", typ)
	h.Set("Content-Security-Policy", sandboxed)
	h.Set("Cache-Control", "no-cache")
	modified := info.ModTime()
	if tagged, ok := f.(interface{ ETag() string }); ok { // a repository names files by their bytes
		modified = time.Time{}
		h.Set("Etag", tagged.ETag())
	} else if modified.IsZero() || modified.Unix() <= 0 {
		modified = time.Time{}
		h.Set("Etag", fmt.Sprintf(`"%s-%x"`, s.o.Version, info.Size()))
	} else {
		h.Set("Etag", fmt.Sprintf(`"%x-%x"`, modified.UnixNano(), info.Size()))
	}
	// A slow line may take longer than an answer of ours: 32 KiB/s will do.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout + time.Duration(info.Size()/(32<<10))*time.Second))
	http.ServeContent(w, r.Request, "", modified, seeker)
	return nil
}

// unpacked is an asset that lies in the program in its compressed form, which is served as it is.
func unpacked(a *static.Asset) (*representation, error) {
	z, err := gzip.NewReader(bytes.NewReader(a.Body))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	rep := represent(body, []string{a.Type}, cacheForever, varyEncoding)
	rep.add(gzipped, a.Body)
	return rep, nil
}

// asset serves our own style sheet, script or icon, for ever: its name changes with its bytes.
func (s *Server) asset(w http.ResponseWriter, r *request) error {
	rep, ok := s.assetReps[r.URL.Path]
	if unpack, is := s.packed[r.URL.Path]; is {
		var err error
		if rep, err = unpack(); err != nil {
			return err
		}
		ok = true
	}
	if !ok {
		return s.lost(w, r)
	}
	rep.write(w, r.Request, http.StatusOK)
	return nil
}
