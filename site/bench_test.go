package site_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"rutter/content"
	"rutter/content/source"
	"rutter/site"
)

// mapSource serves a file system held in memory.
type mapSource fstest.MapFS

func (m mapSource) Scan() (content.Tree, error) { return source.FromFS(fstest.MapFS(m)) }

// BenchmarkPage compares a cached page over one open connection with a bare handler that writes the same bytes.
func BenchmarkPage(b *testing.B) {
	fs := mapSource{"a.md": {Data: []byte("# Alpha\n\n" + strings.Repeat("Some words of a page of usual length.\n\n", 250))}}
	s, err := site.New(site.Options{Addr: "127.0.0.1:0", Source: fs, State: b.TempDir(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Stop(context.Background()) }()
	<-s.Published()
	resp, err := http.Get(s.URL() + "/a")
	if err != nil {
		b.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	_ = resp.Body.Close()
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	}))
	defer bare.Close()
	for _, x := range []struct{ name, addr, path string }{
		{"rutter", strings.TrimPrefix(s.URL(), "http://"), "/a"},
		{"bare", strings.TrimPrefix(bare.URL, "http://"), "/"},
	} {
		b.Run(x.name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				c, err := net.DialTimeout("tcp", x.addr, time.Second)
				if err != nil {
					b.Error(err)
					return
				}
				defer func() { _ = c.Close() }()
				r := bufio.NewReaderSize(c, 64<<10)
				for pb.Next() {
					_, _ = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", x.path)
					for {
						l, err := r.ReadSlice('\n')
						if err != nil {
							b.Error(err)
							return
						}
						if bytes.Equal(l, []byte("\r\n")) {
							break
						}
					}
					if _, err := r.Discard(len(body)); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
