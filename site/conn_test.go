package site

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
)

// TestConn sends bodies of all sizes around those of net/http's buffers over one connection: each answer arrives
// whole, and none waits for the next.
func TestConn(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{ConnContext: withConn, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		representBytes(bytes.Repeat([]byte("x"), n)).write(w, r, http.StatusOK)
	})}
	go func() { _ = srv.Serve(connListener{l.(*net.TCPListener)}) }()
	defer func() { _ = srv.Close() }()
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1, DisableCompression: true}}
	var sizes []int
	for n := 0; n < 300; n++ { // the head is somewhere between 100 and 400 bytes long
		sizes = append(sizes, n, 2048-200+n, 4096-400+n, 8192-400+n)
	}
	for _, n := range append(sizes, 1<<20) {
		for _, method := range []string{"GET", "HEAD"} {
			req, err := http.NewRequestWithContext(t.Context(), method, "http://"+l.Addr().String()+"/?n="+strconv.Itoa(n), nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatalf("%s %d bytes: %v", method, n, err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || resp.ContentLength != int64(n) || method == "GET" && len(body) != n {
				t.Fatalf("%s %d bytes: got %d, length %d, error %v", method, n, len(body), resp.ContentLength, err)
			}
		}
	}
}

// TestConnWrites counts how often the system is asked to send: once for an answer, however long.
func TestConnWrites(t *testing.T) {
	for _, tt := range []struct {
		name   string
		expect int
		writes []int // bytes
		after  []int // bytes that the peer has after each
	}{
		{"nothing expected", 0, []int{10, 20}, []int{10, 30}},
		{"a body longer than the buffer", 9000, []int{4096, 5204}, []int{0, 9300}},
		{"a body as long as the buffer", 4096, []int{4096}, []int{4096}},
		{"a little longer", 4097, []int{4096, 1}, []int{0, 4097}},
		{"too much to hold", 20_000, []int{4096, 4096, 12_000}, []int{0, 8192, 20_192}},
		{"answers in a row", 5000, []int{4096, 1204, 100}, []int{0, 5300, 5400}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			peer, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = peer.Close() }()
			accepted, err := connListener{l.(*net.TCPListener)}.Accept()
			if err != nil {
				t.Fatal(err)
			}
			c := accepted.(*conn)
			defer func() { _ = c.Close() }()
			c.expect(tt.expect)
			got := 0
			for i, n := range tt.writes {
				if wrote, err := c.Write(make([]byte, n)); wrote != n || err != nil {
					t.Fatalf("write %d: %d, %v", i, wrote, err)
				}
				if len(c.held) > 0 != (tt.after[i] == got) {
					t.Errorf("after write %d %d bytes are held", i, len(c.held))
				}
				if _, err := io.ReadFull(peer, make([]byte, tt.after[i]-got)); err != nil {
					t.Fatal(err)
				}
				got = tt.after[i]
			}
		})
	}
}

func representBytes(b []byte) *representation {
	return represent(b, typeText, cacheNever, varyEncoding)
}
