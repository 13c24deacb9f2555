package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// pin is a revision to serve whatever the branch says, as it was last read.
type pin struct {
	said    string // as it was written
	fetches int    // when it was looked up
	rev     string // "" where it cannot be served
	err     error  // why
}

var revisionName = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// Pin has a revision served, whatever the branch says, until Unpin. The revision may be shortened to seven digits; a
// branch, or one of the revisions last served, must lead to it. It outlives a restart where there is a PinFile.
func (r *Remote) Pin(ctx context.Context, rev string) error {
	rev = strings.ToLower(strings.TrimSpace(rev))
	if !revisionName.MatchString(rev) {
		return fmt.Errorf("%q is no revision: give at least seven of its hexadecimal digits", rev)
	}
	id, err := r.m.has(ctx, rev)
	if err != nil {
		return err
	}
	if r.o.PinFile != "" {
		if err := os.MkdirAll(filepath.Dir(r.o.PinFile), 0o700); err != nil {
			return err
		}
		if err := replaceFile(r.o.PinFile, id+"\n"); err != nil {
			return err
		}
	}
	r.setPin(id)
	return nil
}

// Unpin has the branch followed again.
func (r *Remote) Unpin() error {
	if r.o.PinFile != "" {
		if err := os.Remove(r.o.PinFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	r.setPin("")
	return nil
}

// setPin notes a pin where there is no file for it, and tells Follow.
func (r *Remote) setPin(rev string) {
	r.mu.Lock()
	r.memory = rev
	r.mu.Unlock()
	select {
	case r.look <- struct{}{}:
	default:
	}
}

// Pinned is the revision that is pinned, "" for none. It may be one that cannot be served, which Status tells.
func (r *Remote) Pinned() string {
	said, err := r.readPin()
	if err != nil || !revisionName.MatchString(said) {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pin.said == said && r.pin.rev != "" {
		return r.pin.rev
	}
	return said
}

const maxPin = 200 // bytes of a pin file that are read

// readPin is what the pin says, "" for no pin.
func (r *Remote) readPin() (string, error) {
	if r.o.PinFile == "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.memory, nil
	}
	return readPin(r.o.PinFile)
}

// errEmptyPin is no pin that was taken away: somebody may be about to write it.
var errEmptyPin = errors.New("it is empty: write a revision, or remove it")

func readPin(name string) (string, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	b := make([]byte, maxPin)
	n, err := f.Read(b)
	if err != nil && n == 0 && !errors.Is(err, io.EOF) {
		return "", err
	}
	said := strings.ToLower(strings.TrimSpace(string(b[:n])))
	if said == "" {
		return "", errEmptyPin
	}
	return said, nil
}

// pinned is the revision that is pinned. An error says why the pin cannot be followed; it is logged once.
func (r *Remote) pinned(ctx context.Context) (rev string, is bool, err error) {
	said, err := r.readPin()
	r.mu.Lock()
	known, fetches := r.pin, r.fetches
	r.mu.Unlock()
	if err == nil && said == "" {
		r.notePin(pin{})
		return "", false, nil
	}
	if err != nil {
		err = fmt.Errorf("the pin %s: %w", r.o.PinFile, err)
		if known.err == nil || known.err.Error() != err.Error() {
			r.refused(err)
		}
		r.notePin(pin{err: err})
		return "", false, err
	}
	if known.said == said && known.fetches == fetches {
		return known.rev, known.rev != "", known.err
	}
	p := pin{said: said, fetches: fetches}
	if !revisionName.MatchString(said) {
		p.err = fmt.Errorf("the pin is not followed: %q is no revision", said)
	} else if p.rev, p.err = r.m.has(ctx, said); p.err != nil {
		p.err = fmt.Errorf("the pin is not followed: %w", p.err)
	}
	if p.err != nil && (known.err == nil || known.said != said) {
		r.refused(p.err)
	}
	r.notePin(p)
	return p.rev, p.rev != "", p.err
}

func (r *Remote) notePin(p pin) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pin = p
}

func (r *Remote) refused(err error) {
	r.o.Log.Warn("the pinned revision cannot be served; what is served now stays", "remote", r.Redacted(), "cause", err)
}

// PinFile is the pin of a portal that may be running: its Remote reads the file.
type PinFile struct {
	Mirror string // the Dir of the Remote
	Path   string // its PinFile
}

// ErrUnwritten says that a pin could not be written, though its revision is there.
var ErrUnwritten = errors.New("the pin cannot be written")

// Set has a revision served, which may be shortened to seven digits, until Clear. It returns the whole name and what the
// revision says of itself.
func (p PinFile) Set(ctx context.Context, rev string) (id, subject string, err error) {
	rev = strings.ToLower(strings.TrimSpace(rev))
	if !revisionName.MatchString(rev) {
		return "", "", fmt.Errorf("%q is no revision: give at least seven of its hexadecimal digits", rev)
	}
	if id, err = (mirror{dir: p.Mirror}).has(ctx, rev); err != nil {
		return "", "", err
	}
	out, err := runBare(ctx, p.Mirror, "log", "-1", "--format=%s", id)
	if err != nil {
		return "", "", err
	}
	if err := replaceFile(p.Path, id+"\n"); err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrUnwritten, err)
	}
	return id, strings.TrimSpace(string(out)), nil
}

// Clear has the branch followed again.
func (p PinFile) Clear() error {
	if err := os.Remove(p.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Read is the revision that is pinned, as the file has it; "" for none. With an error, what was served before stays.
func (p PinFile) Read() (string, error) {
	said, err := readPin(p.Path)
	if err == nil && said != "" && !revisionName.MatchString(said) {
		err = fmt.Errorf("%q is no revision", said)
	}
	if err != nil {
		return "", fmt.Errorf("the pin %s is not followed: %w", p.Path, err)
	}
	return said, nil
}
