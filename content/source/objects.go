package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// Objects reads the objects of a bare repository. Files come from up to two `git cat-file` programs that keep
// running, so that a file costs no process. An object is named by its content: what was listed once is read the same
// for as long as the repository has it, whatever its branches do meanwhile. Safe for concurrent use.
type Objects struct {
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	slots  chan *catFile // as many as may run; nil for one that is not started
	closed sync.Once

	mu    sync.Mutex
	dir   string
	epoch int              // another one says that the programs hold files of the repository that are gone
	doubt func(error)      // hears of objects that should be there and cannot be read; nil for nobody
	sizes map[string]int64 // of the files listed last, by id; never written to
}

const (
	readers = 2        // cat-file programs that run at most
	maxBlob = 16 << 20 // bytes; a larger file is listed and not read
)

var errClosed = errors.New("the repository is closed")

// OpenObjects prepares to read a bare repository. Nothing runs before the first object is asked for.
func OpenObjects(dir string) *Objects {
	o := &Objects{dir: dir, slots: make(chan *catFile, readers)}
	o.ctx, o.stop = context.WithCancel(context.Background())
	for range readers {
		o.slots <- nil
	}
	return o
}

// Close ends the programs. Files that are read already stay readable.
func (o *Objects) Close() {
	o.closed.Do(func() {
		o.stop()
		for range readers {
			if c := <-o.slots; c != nil {
				c.end()
			}
		}
	})
}

// move has everything read from another copy of the repository, or with the same folder, from its files anew.
func (o *Objects) move(dir string) {
	o.mu.Lock()
	o.dir = dir
	o.epoch++
	o.mu.Unlock()
	for range readers { // those that rest now; the others are ended when they are asked again
		select {
		case c := <-o.slots:
			if c != nil {
				c.end()
			}
			o.slots <- nil
		default:
			return
		}
	}
}

func (o *Objects) where() (dir string, epoch int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.dir, o.epoch
}

// measured is the sizes of the files listed last, by id.
func (o *Objects) measured() map[string]int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sizes
}

func (o *Objects) setMeasured(sizes map[string]int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sizes = sizes
}

// doubted tells that an object cannot be read though the repository should have it.
func (o *Objects) doubted(err error) {
	o.mu.Lock()
	doubt := o.doubt
	o.mu.Unlock()
	if doubt != nil {
		doubt(err)
	}
}

// ErrTooLarge says that a file is listed and cannot be read for its size.
var ErrTooLarge = errors.New("it is too large to be read from a repository")

// errLarge refuses an object for its size.
type errLarge struct{ size int64 }

func (e errLarge) Error() string {
	return fmt.Sprintf("it has %d bytes, and at most %d are read from a repository", e.size, maxBlob)
}

// Is makes it an ErrTooLarge for whoever need not know the size.
func (e errLarge) Is(target error) bool { return target == ErrTooLarge }

// errMissing says that the repository does not have the object.
var errMissing = errors.New("the repository has no such object")

// Blob reads a file by its full object id. A program that fails is started anew, once.
func (o *Objects) Blob(ctx context.Context, id string) ([]byte, error) {
	if !isID(id) {
		return nil, fmt.Errorf("%q is no object id", id)
	}
	var c *catFile
	select {
	case c = <-o.slots:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-o.ctx.Done():
		return nil, errClosed
	}
	defer func() { o.slots <- c }()
	var err error
	for range 2 {
		dir, epoch := o.where()
		if c != nil && c.epoch != epoch {
			c.end()
			c = nil
		}
		if c == nil {
			if c, err = o.start(dir, epoch); err != nil {
				return nil, err
			}
		}
		var raw []byte
		raw, err = c.blob(ctx, id)
		switch {
		case err == nil || errors.As(err, new(errLarge)):
			return raw, err
		case errors.Is(err, errMissing):
			o.doubted(fmt.Errorf("object %s: %w", id, err))
			return nil, err
		}
		err = errors.Join(err, c.end())
		c = nil
		if o.ctx.Err() != nil {
			return nil, errClosed
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	err = fmt.Errorf("object %s: %w", id, err)
	o.doubted(err)
	return nil, err
}

// isID tells whether s is a full object id in hexadecimal digits.
func isID(s string) bool {
	if len(s) != 40 && len(s) != 64 {
		return false
	}
	_, err := hex.DecodeString(s)
	return err == nil
}

// catFile is one running `git cat-file --batch`: it is asked a line and answers with an object.
type catFile struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *tail
	epoch  int
}

func (o *Objects) start(dir string, epoch int) (*catFile, error) {
	cmd := bare(o.ctx, dir, "cat-file", "--batch")
	c := &catFile{cmd: cmd, stderr: &tail{}, epoch: epoch}
	cmd.Stderr = c.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.in, c.out = in, bufio.NewReaderSize(out, 64<<10)
	if err := cmd.Start(); err != nil {
		return nil, noGit(err)
	}
	return c, nil
}

// blob asks for an object. After any error but errMissing and errLarge the program cannot be used any more.
func (c *catFile) blob(ctx context.Context, id string) ([]byte, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.cmd.Process.Kill() })
	defer stop()
	if _, err := io.WriteString(c.in, id+"\n"); err != nil {
		return nil, err
	}
	line, err := c.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	f := strings.Fields(line)
	if len(f) == 2 && f[1] == "missing" {
		return nil, errMissing
	}
	if len(f) != 3 || f[0] != id {
		return nil, fmt.Errorf("git cat-file answered %q", strings.TrimSpace(line))
	}
	size, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil || size < 0 {
		return nil, fmt.Errorf("git cat-file answered %q", strings.TrimSpace(line))
	}
	if size > maxBlob || f[1] != "blob" {
		if _, err := io.CopyN(io.Discard, c.out, size+1); err != nil {
			return nil, err
		}
		if f[1] != "blob" {
			return nil, fmt.Errorf("object %s is a %s and no file", id, f[1])
		}
		return nil, errLarge{size}
	}
	raw := make([]byte, size+1)
	if _, err := io.ReadFull(c.out, raw); err != nil {
		return nil, err
	}
	if raw[size] != '\n' {
		return nil, errors.New("git cat-file answered with another size than it said")
	}
	return raw[:size:size], nil
}

// end ends the program and returns what it complained of.
func (c *catFile) end() error {
	_ = c.in.Close()
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	if msg := complaint(c.stderr.Bytes()); msg != "" {
		return errors.New(msg)
	}
	return nil
}

// tail keeps the end of what is written to it.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const maxTail = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if over := len(t.b) - maxTail; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(p), nil
}

func (t *tail) Bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.b)
}
