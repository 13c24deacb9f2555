package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// window is how much of a file is read at its end. What is above it is for Verify.
const window = 2 * maxLine

// end is where a trail is continued.
type end struct {
	size   int64  // of the file up to its last whole line
	newest Entry  // the last one; the zero Entry when there is none
	served Entry  // the last one that readers were given, as far as the window shows
	torn   []byte // what stands below the last whole line
}

// errForeign says that a file is not the trail it should be. Nothing is appended to such a file.
var errForeign = errors.New("it does not end as a trail does: move it away, and a new one is begun")

// readEnd reads the last lines of a file, however long it is.
func readEnd(f *os.File) (end, error) {
	info, err := f.Stat()
	if err != nil {
		return end{}, err
	}
	if !info.Mode().IsRegular() {
		return end{}, errForeign
	}
	from := max(0, info.Size()-window)
	buf := make([]byte, info.Size()-from)
	if _, err := f.ReadAt(buf, from); err != nil && !errors.Is(err, io.EOF) {
		return end{}, err
	}
	e := end{size: info.Size()}
	whole := bytes.LastIndexByte(buf, '\n') + 1
	if e.torn, buf = buf[whole:], buf[:whole]; len(e.torn) > 0 {
		e.size -= int64(len(e.torn))
		if len(e.torn) > maxLine || e.torn[0] != '{' && e.torn[0] != 0 { // a crash leaves half of a line, or zeros
			return end{}, errForeign
		}
	}
	for last := true; len(buf) > 0; last = false {
		at := bytes.LastIndexByte(buf[:len(buf)-1], '\n') + 1
		x, err := parse(buf[at : len(buf)-1])
		if last && err != nil {
			return end{}, fmt.Errorf("%w (%w)", errForeign, err)
		}
		if err != nil { // also where the window begins
			break
		}
		if last {
			e.newest = x
		}
		if x.Served() {
			e.served = x
			break
		}
		buf = buf[:at]
	}
	return e, nil
}

// openEnd opens the file at path to be continued, and makes it where there is none. A line of which a crash left only a
// part is moved into a file of its own; remark says so.
func openEnd(path string) (f *os.File, e end, remark string, err error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() { // to open a pipe would wait for its other end
		return nil, end{}, "", errForeign
	}
	f, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, end{}, "", err
	}
	if e, err = readEnd(f); err == nil && len(e.torn) > 0 {
		remark, err = putAside(f, e)
	}
	if err != nil {
		_ = f.Close()
		return nil, end{}, "", err
	}
	return f, e, remark, nil
}

// maxAside is how many half-written lines are kept.
const maxAside = 1000

// putAside moves what stands below the last whole line into a file beside the trail.
func putAside(f *os.File, e end) (remark string, err error) {
	for n := 1; n <= maxAside; n++ {
		name := fmt.Sprintf("%s.torn-%d", f.Name(), n)
		w, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = w.Write(e.torn)
		if err = errors.Join(err, w.Sync(), w.Close()); err == nil {
			err = syncFolder(f.Name())
		}
		if err == nil {
			err = errors.Join(f.Truncate(e.size), f.Sync())
		}
		if err != nil {
			_ = os.Remove(name)
			return "", err
		}
		return fmt.Sprintf("a half-written line of %d bytes stood here; it is kept in %s", len(e.torn), filepath.Base(name)), nil
	}
	return "", fmt.Errorf("%d half-written lines lie beside it: move them away", maxAside)
}

// syncFolder makes the names in the folder of path last.
func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
