package site

import (
	"context"
	"net"
	"net/http"
)

// net/http writes an answer through a buffer of 4 KiB: the head and the beginning of the body go out in one system
// call, the rest in a second, and the reader is woken twice. A conn that was told how long the body is sends both in
// one.

// conn is an accepted connection.
type conn struct {
	*net.TCPConn
	due  int    // bytes that are certain to be written from now on, at least
	held []byte // written, and not sent yet
}

// maxHeld is the most a conn holds back, in bytes: as much as net/http writes at once.
const maxHeld = 4 << 10

// expect says that at least n bytes will be written now: the body of an answer, which is written whole.
func (c *conn) expect(n int) { c.due = n }

// Write sends p, or holds it back while more is certain to follow.
func (c *conn) Write(p []byte) (int, error) {
	c.due -= len(p)
	if c.due > 0 && len(c.held)+len(p) <= maxHeld {
		c.held = append(c.held, p...)
		return len(p), nil
	}
	c.due = 0
	if len(c.held) == 0 {
		return c.TCPConn.Write(p)
	}
	both := net.Buffers{c.held, p}
	n, err := both.WriteTo(c.TCPConn)
	n -= int64(len(c.held))
	c.held = c.held[:0]
	return int(max(n, 0)), err
}

// connListener accepts conns.
type connListener struct{ *net.TCPListener }

func (l connListener) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return &conn{TCPConn: c}, nil
}

type connKey struct{}

// withConn lets handlers find the connection of a request.
func withConn(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// expectBody tells the request's connection that n bytes of body are written next. Under TLS and HTTP/2 it does
// nothing: those frame what is written.
func expectBody(r *http.Request, n int) {
	if c, ok := r.Context().Value(connKey{}).(*conn); ok && r.ProtoMajor == 1 {
		c.expect(n)
	}
}
