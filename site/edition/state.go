package edition

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
)

// StateDir is the default folder for what is kept of a content folder between runs.
func StateDir(contentDir string) (string, error) {
	abs, err := filepath.Abs(contentDir)
	if err != nil {
		return "", err
	}
	return StateOf(abs)
}

// StateOf is the default folder for what is kept of any other content, by a name that no other content has.
func StateOf(name string) (string, error) {
	base := os.Getenv("XDG_STATE_HOME")
	if base == "" || !filepath.IsAbs(base) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		base = filepath.Join(home, ".local", "state")
	}
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(base, "rutter", hex.EncodeToString(sum[:8])), nil
}

// state is the locked folder that holds the index.
type state struct {
	dir   string
	temp  bool
	other string // temporary folder for the index where it cannot be kept in dir; "" as a rule
	why   error  // the state folder could not be used
	lock  *os.File
}

// openState creates and locks dir, without waiting. Where that fails, or dir is empty, a temporary folder serves
// for this run, and the log says why.
func openState(dir string, log *slog.Logger) (*state, error) {
	var why error
	if dir != "" {
		s, err := lockState(dir)
		if err == nil {
			return s, nil
		}
		log.Warn("the state folder cannot be used; the index is built anew in a temporary one", "state", dir, "cause", err)
		why = fmt.Errorf("%s cannot be used, so nothing is kept over a restart: %w", dir, err)
	}
	tmp, err := os.MkdirTemp("", "rutter-")
	if err != nil {
		return nil, err
	}
	s, err := lockState(tmp)
	if err != nil {
		return nil, err
	}
	s.temp, s.why = true, why
	return s, nil
}

func lockState(dir string) (*state, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.New("another rutter uses it")
		}
		return nil, fmt.Errorf("cannot lock: %w", err)
	}
	return &state{dir: dir, lock: f}, nil
}

// index is the folder of the search index.
func (s *state) index() string {
	if s.other != "" {
		return filepath.Join(s.other, "index")
	}
	return s.home()
}

// home is the index's folder in the state folder.
func (s *state) home() string { return filepath.Join(s.dir, "index") }

// elsewhere has the index in a temporary folder.
func (s *state) elsewhere() error {
	if s.other != "" {
		return nil
	}
	tmp, err := os.MkdirTemp("", "rutter-")
	s.other = tmp
	return err
}

// settle removes the temporary folder of elsewhere.
func (s *state) settle() {
	if s.other != "" {
		_ = os.RemoveAll(s.other)
	}
	s.other = ""
}

func (s *state) close() {
	_ = s.lock.Close()
	if s.temp {
		_ = os.RemoveAll(s.dir)
	}
	s.settle()
}

// Kept is the folder for what is kept between runs, "" where there is none.
func (p *Publisher) Kept() string {
	if p.state.temp {
		return ""
	}
	return p.state.dir
}
