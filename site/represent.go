package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	kgzip "github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// encoding is a content coding.
type encoding int

const (
	identity encoding = iota
	gzipped
	brotlied
	zstded
	encodings
)

var encodingNames = [encodings]string{"", "gzip", "br", "zstd"}

// minCompress is the size below which compressing costs more than it saves, in bytes.
const minCompress = 860

// representation is an answer that is kept: its bytes, and its compressed forms once each was asked for. It is safe
// for concurrent use.
type representation struct {
	contentType, cacheControl, vary []string // header values; shared, never changed
	policy                          []string // instead of the usual Content-Security-Policy; nil for that
	tag                             string   // entity tag of the identity form, without quotes

	mu    sync.Mutex
	forms [encodings]form
	size  int // bytes of all forms
}

type form struct {
	body   []byte
	etag   []string
	length []string
	name   []string // Content-Encoding
}

// Header values, made once.
var (
	typeHTML     = []string{"text/html; charset=utf-8"}
	typeMarkdown = []string{"text/markdown; charset=utf-8"}
	typeText     = []string{"text/plain; charset=utf-8"}
	typeXML      = []string{"application/xml; charset=utf-8"}
	typeScript   = []string{"text/javascript; charset=utf-8"}
	typeJSON     = []string{"application/json"}

	cacheRevalidate = []string{"no-cache"}
	cacheForever    = []string{"public, max-age=31536000, immutable"}
	cacheNever      = []string{"no-store"}
	cachePrivate    = []string{"private, no-cache"}

	varyEncoding = []string{"Accept-Encoding"}
	varyAgent    = []string{"Accept, Accept-Encoding, User-Agent"}
	varyBoth     = []string{"Accept, Accept-Encoding"}
)

func represent(body []byte, contentType, cacheControl, vary []string) *representation {
	sum := sha256.Sum256(body)
	r := &representation{
		contentType: contentType, cacheControl: cacheControl, vary: vary,
		tag: base64.RawURLEncoding.EncodeToString(sum[:12]),
	}
	r.add(identity, body)
	return r
}

func (r *representation) add(e encoding, body []byte) {
	f := form{body: body, length: []string{strconv.Itoa(len(body))}, etag: []string{`"` + r.tag + `"`}}
	if e != identity {
		f.etag = []string{`"` + r.tag + "-" + encodingNames[e] + `"`}
		f.name = []string{encodingNames[e]}
	}
	r.forms[e] = f
	r.size += len(body)
}

// form returns the answer in one coding, made on first use.
func (r *representation) form(e encoding) form {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.forms[e]; f.body != nil {
		return f
	}
	if body := compress(e, r.forms[identity].body); body != nil {
		r.add(e, body)
		return r.forms[e]
	}
	return r.forms[identity]
}

func (r *representation) bytes() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.size
}

func compress(e encoding, body []byte) []byte {
	var b bytes.Buffer
	switch e {
	case gzipped:
		w, err := kgzip.NewWriterLevel(&b, gzip.DefaultCompression)
		if err != nil {
			return nil
		}
		_, _ = w.Write(body)
		_ = w.Close()
	case brotlied:
		w := brotli.NewWriterLevel(&b, 5)
		_, _ = w.Write(body)
		_ = w.Close()
	case zstded:
		w, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
		if err != nil {
			return nil
		}
		_, _ = w.Write(body)
		_ = w.Close()
	default:
		return body
	}
	return b.Bytes()
}

// write answers with the representation: in the best coding the client takes, or 304 when it has it already.
func (r *representation) write(w http.ResponseWriter, req *http.Request, status int) {
	e := identity
	if len(r.forms[identity].body) >= minCompress {
		e = negotiate(req.Header["Accept-Encoding"])
	}
	f := r.form(e)
	h := w.Header()
	if r.policy != nil {
		h["Content-Security-Policy"] = r.policy
	}
	h["Content-Type"], h["Cache-Control"], h["Vary"], h["Etag"] = r.contentType, r.cacheControl, r.vary, f.etag
	if status == http.StatusOK && req.Method != http.MethodPost && matches(req.Header["If-None-Match"], f.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if f.name != nil {
		h["Content-Encoding"] = f.name
	}
	h["Content-Length"] = f.length
	if req.Method == http.MethodHead {
		w.WriteHeader(status)
		return
	}
	expectBody(req, len(f.body))
	w.WriteHeader(status)
	_, _ = w.Write(f.body)
}

// matches compares an If-None-Match header with an entity tag, weakly (RFC 9110, 13.1.2).
func matches(header []string, etag string) bool {
	for _, h := range header {
		for part := range strings.SplitSeq(h, ",") {
			part = strings.TrimSpace(part)
			if part == "*" || strings.TrimPrefix(part, "W/") == strings.TrimPrefix(etag, "W/") {
				return true
			}
		}
	}
	return false
}

// negotiate picks the coding with the highest quality; where several are equal, brotli before zstd before gzip.
func negotiate(header []string) encoding {
	if len(header) == 0 {
		return identity
	}
	best, bestQ := identity, 0.0
	star, plain := -1.0, 0.0 // plain is what identity is worth, where it is said
	var seen [encodings]bool
	for _, h := range header {
		for part := range strings.SplitSeq(h, ",") {
			name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
			q := quality(params)
			name = strings.ToLower(strings.TrimSpace(name))
			switch name {
			case "*":
				star = q
				continue
			case "identity":
				plain = q
				continue
			}
			for _, e := range []encoding{gzipped, zstded, brotlied} {
				if name == encodingNames[e] || e == gzipped && name == "x-gzip" {
					seen[e] = true
					if q > bestQ || q == bestQ && q > 0 && prefer(e) > prefer(best) {
						best, bestQ = e, q
					}
				}
			}
		}
	}
	if star > bestQ && !seen[gzipped] {
		best, bestQ = gzipped, star
	}
	if plain > bestQ {
		return identity
	}
	return best
}

func prefer(e encoding) int {
	switch e {
	case brotlied:
		return 3
	case zstded:
		return 2
	case gzipped:
		return 1
	}
	return 0
}

// quality reads the q parameter of a header's element: 1 where there is none, 0 where it cannot be read.
func quality(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		k, v, ok := strings.Cut(strings.TrimSpace(p), "=")
		if ok && strings.EqualFold(strings.TrimSpace(k), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
			if err != nil || q < 0 || q > 1 {
				return 0
			}
			return q
		}
	}
	return 1
}

// wantsText tells whether the client puts Markdown or plain text ahead of HTML.
func wantsText(header []string) bool {
	if len(header) == 0 {
		return false
	}
	text, html := 0.0, -1.0
	any := 0.0
	for _, h := range header {
		for part := range strings.SplitSeq(h, ",") {
			name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
			q := quality(params)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "text/markdown", "text/plain":
				text = max(text, q)
			case "text/html", "application/xhtml+xml":
				html = max(html, q)
			case "*/*", "text/*":
				any = max(any, q)
			}
		}
	}
	if html < 0 {
		html = any
		if text > 0 && text >= html {
			return true
		}
	}
	return text > html
}
