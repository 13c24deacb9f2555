package coverage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rutter/content/diag"
)

// Limits on all files together.
const (
	maxFiles   = 1000
	maxEntries = 100_000 // of the folders they lie in
	maxTotal   = 16 << 20
	maxAll     = 20_000 // alerts
)

const (
	followEvery = 5 * time.Second // how often files are looked at again
	settled     = 2 * time.Second // a file changed less long ago may change once more without looking different
)

// Set is what all files of rules say.
type Set struct {
	Files     int
	Recording int
	Alerts    []Alert // by file and place
	Problems  []diag.Problem
}

// Files are the files of rules that somebody named. They are safe for concurrent use.
type Files struct {
	paths []string

	set    atomic.Pointer[Set]
	looked atomic.Int64 // when, in Unix nanoseconds

	mu    sync.Mutex // held by the one who looks
	known map[string]known
}

// known is a file as it was read.
type known struct {
	size      int64
	modified  time.Time
	young     bool // it may have changed since
	alerts    []Alert
	recording int
	problems  []diag.Problem
}

// Open reads files, and those in folders that end in .yaml, .yml or .rules. It fails where a name leads to nothing.
func Open(paths []string, now time.Time) (*Files, error) {
	for _, p := range paths {
		if _, err := os.Stat(p); err != nil {
			return nil, err
		}
	}
	f := &Files{paths: paths, known: map[string]known{}}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.look(now)
	return f, nil
}

// Set is what the files said when they were last looked at. It looks again at most every five seconds; who asks
// meanwhile gets what was there.
func (f *Files) Set(now time.Time) *Set {
	since := now.Sub(time.Unix(0, f.looked.Load()))
	if (since >= followEvery || since < 0) && f.mu.TryLock() {
		defer f.mu.Unlock()
		f.look(now)
	}
	return f.set.Load()
}

// look reads what changed. The set stays the same one where nothing did.
func (f *Files) look(now time.Time) {
	files, ps := f.list()
	next := map[string]known{}
	changed := f.set.Load() == nil || len(files) != len(f.known)
	total := int64(0)
	var set Set
	for _, file := range files {
		old, had := f.known[file.path]
		k, fresh := f.read(file, old, had, now)
		changed = changed || fresh
		next[file.path] = k
		if total += min(k.size, maxBytes); total > maxTotal || len(set.Alerts)+len(k.alerts) > maxAll {
			ps = append(ps, diag.Problem{
				File: filepath.ToSlash(file.path), Rule: RuleUnreadable, Text: fmt.Sprintf("this file and those after it are left out: at most %d bytes and %d alerts are read", maxTotal, maxAll), Fix: "name fewer files",
			})
			break
		}
		if k.recording+len(k.alerts) > 0 || file.named {
			set.Files++
		}
		set.Alerts = append(set.Alerts, k.alerts...)
		set.Recording += k.recording
		ps = append(ps, k.problems...)
		if file.named && len(k.alerts)+k.recording+len(k.problems) == 0 {
			ps = append(ps, diag.Problem{File: filepath.ToSlash(file.path), Rule: RuleUnreadable, Text: "there are no rules in the file", Fix: "name one with groups of rules"})
		}
	}
	if before := f.set.Load(); before != nil && !slices.Equal(before.Problems, ps) {
		changed = true
	}
	set.Problems = ps
	f.known = next
	if changed {
		f.set.Store(&set)
	}
	f.looked.Store(now.UnixNano())
}

// file is a file to be read.
type file struct {
	path  string
	named bool // by itself, not by its folder
}

// list finds the files.
func (f *Files) list() (out []file, ps []diag.Problem) {
	for _, p := range f.paths {
		info, err := os.Stat(p)
		if err != nil {
			ps = append(ps, unreadable(p, err))
			continue
		}
		if !info.IsDir() {
			out = append(out, file{p, true})
			continue
		}
		found, entries := 0, 0
		err = filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			if entries++; entries > maxEntries || len(out) > maxFiles {
				return errTooMany
			}
			switch hidden := strings.HasPrefix(d.Name(), ".") && name != p; {
			case err != nil:
				ps = append(ps, unreadable(name, err))
			case d.IsDir() && hidden:
				return fs.SkipDir
			case !d.IsDir() && !hidden && slices.Contains([]string{".yaml", ".yml", ".rules"}, filepath.Ext(name)):
				if i, err := os.Stat(name); err != nil || i.IsDir() { // a link may lead to a folder, as in a ConfigMap
					return nil
				}
				found++
				out = append(out, file{name, false})
			}
			return nil
		})
		switch {
		case err != nil:
			ps = append(ps, unreadable(p, err))
		case found == 0:
			ps = append(ps, diag.Problem{File: filepath.ToSlash(p), Rule: RuleUnreadable, Text: "no file in the folder ends in .yaml, .yml or .rules", Fix: "name another, or the files themselves"})
		}
	}
	return out[:min(len(out), maxFiles)], ps
}

var errTooMany = fmt.Errorf("there are more than %d files, or %d entries", maxFiles, maxEntries)

func unreadable(p string, err error) diag.Problem {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return diag.Problem{File: filepath.ToSlash(p), Rule: RuleUnreadable, Text: "it cannot be read: " + err.Error(), Fix: "see that it is there and may be read"}
}

// read reads a file unless it is as it was. What it said before stays where it cannot be read now.
func (f *Files) read(x file, old known, had bool, now time.Time) (k known, fresh bool) {
	info, err := os.Stat(x.path)
	if err == nil && had && !old.young && info.Size() == old.size && info.ModTime().Equal(old.modified) {
		return old, false
	}
	name := filepath.ToSlash(x.path)
	if err == nil {
		k = known{size: info.Size(), modified: info.ModTime(), young: now.Sub(info.ModTime()) < settled}
		var raw []byte
		if raw, err = readFile(x.path, info); err == nil {
			k.alerts, k.recording, k.problems = Rules(name, raw)
		}
	}
	if err != nil {
		k.problems = append(k.problems, unreadable(x.path, err))
	}
	if len(k.problems) > 0 && len(k.alerts)+k.recording == 0 {
		k.alerts, k.recording = old.alerts, old.recording
	}
	return k, true
}

func readFile(p string, info fs.FileInfo) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no file")
	}
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, maxBytes+1))
}
