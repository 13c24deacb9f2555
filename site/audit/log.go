package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	maxWaiting = 500             // entries that wait to be written
	atOnce     = 50              // entries that are written together
	retryEvery = 5 * time.Second // while they cannot be
)

// Log continues a trail. It is safe for concurrent use by one process; nobody else may write the file.
type Log struct {
	path string
	log  *slog.Logger
	wake chan struct{} // there is something to write

	writing sync.Mutex // held by whoever writes the file

	mu      sync.Mutex
	waiting []Entry // oldest first
	newest  Entry   // in the file
	served  Entry   // the last one in the file that readers were given
	known   bool    // what the file ends with
	remark  string  // for the next entry
	trouble string  // why nothing can be written; "" when it can
}

// Open finds where the trail in the file at path ends; it reads no more of it than that. Where the file cannot be used,
// Trouble says why, and entries wait until it can be.
func Open(path string, log *slog.Logger) *Log {
	l := &Log{path: path, log: log, wake: make(chan struct{}, 1)}
	f, e, remark, err := openEnd(path)
	if err != nil {
		l.troubled(err)
		return l
	}
	_ = f.Close() // it is opened for each entry: somebody may move it
	l.newest, l.served, l.known, l.remark = e.newest, e.served, true, remark
	return l
}

// Add has an entry written soon, by Keep. Seq, Lost, Prev and Hash are set here, and a remark may be added; the rest is the
// caller's. While
// nothing can be written the newest entries wait; the first of them says how many are lost.
func (l *Log) Add(e Entry) {
	l.mu.Lock()
	l.waiting = append(l.waiting, e.bounded())
	l.drop()
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// drop lets go of the oldest entries when too many wait.
func (l *Log) drop() {
	for len(l.waiting) > maxWaiting {
		l.waiting[1].Lost += l.waiting[0].Lost + 1
		l.waiting = l.waiting[1:]
	}
}

// Has tells whether the trail says already that readers have e: the last edition they were given is the same, of the
// same revision, by the same program.
func (l *Log) Has(e Entry) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.served
	return l.known && l.remark == "" && len(l.waiting) == 0 &&
		s.Gate == e.Gate && s.Edition == e.Edition && s.Revision == cut(e.Revision, maxName) && s.Program == cut(e.Program, maxName)
}

// Newest returns the number and the hash of the newest entry in the file, 0 and "" when there is none.
func (l *Log) Newest() (seq uint64, hash string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.newest.Seq, l.newest.Hash
}

// Trouble says why nothing can be written and how much waits for that. "" means that all is well.
func (l *Log) Trouble() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.trouble == "" {
		return ""
	}
	lost := 0
	for _, e := range l.waiting {
		lost += e.Lost
	}
	return fmt.Sprintf("%s cannot be written (entries waiting: %d, lost: %d): %s", l.path, len(l.waiting), lost, l.trouble)
}

// Keep writes entries as they come, until ctx ends.
func (l *Log) Keep(ctx context.Context) {
	t := time.NewTicker(retryEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		case <-t.C:
		}
		l.write()
	}
}

// Close writes what waits. What cannot be written even now is told in the log.
func (l *Log) Close() {
	l.write()
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.waiting); n > 0 {
		l.log.Error("the audit trail lacks entries", "entries", n+l.waiting[0].Lost, "cause", l.trouble)
	}
}

// write writes what waits.
func (l *Log) write() {
	l.writing.Lock()
	defer l.writing.Unlock()
	for {
		l.mu.Lock()
		n := min(len(l.waiting), atOnce)
		batch := slices.Clone(l.waiting[:n])
		l.waiting = l.waiting[n:]
		l.mu.Unlock()
		if n == 0 {
			return
		}
		err := l.append(batch)
		l.mu.Lock()
		if err != nil {
			l.waiting = append(batch, l.waiting...)
			l.drop()
		}
		l.troubled(err)
		l.mu.Unlock()
		if err != nil {
			return
		}
		for _, e := range batch {
			l.log.Info("edition recorded", "edition", e.Edition, "gate", e.Gate, "pages", e.Pages, "audit", e.Seq, "hash", e.Hash[:12])
		}
	}
}

// troubled notes, or with a nil error clears, why nothing can be written. The log hears of every change once.
func (l *Log) troubled(err error) {
	switch {
	case err == nil && l.trouble != "":
		l.trouble = ""
		l.log.Info("the audit trail is written again", "file", l.path)
	case err != nil && l.trouble != err.Error():
		l.trouble = err.Error()
		l.log.Warn("the audit trail cannot be written; it will be when it can", "file", l.path, "cause", err)
	}
}

// append puts entries at the end of the file, all or none, and returns when they are on the disk. It completes them.
func (l *Log) append(batch []Entry) error {
	f, e, remark, err := openEnd(l.path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	l.mu.Lock()
	l.remark = joined(l.remark, remark)
	said := joined(l.remark, l.otherwise(e.newest))
	l.mu.Unlock()

	var lines []byte
	done := slices.Clone(batch) // another attempt begins with what was added
	last, served := e.newest, e.served
	for i := range done {
		x := &done[i]
		x.Seq, x.Prev = last.Seq+1, last.Hash
		if i == 0 {
			x.Remark = cut(joined(said, x.Remark), maxText)
		}
		line, err := x.line()
		if err != nil {
			return err
		}
		lines = append(lines, line...)
		if last = *x; x.Served() {
			served = *x
		}
	}
	_, err = f.Write(lines)
	if err == nil {
		err = f.Sync()
	}
	if err == nil && e.size == 0 {
		err = syncFolder(l.path)
	}
	if err != nil {
		return errors.Join(err, f.Truncate(e.size))
	}
	copy(batch, done)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.newest, l.served, l.known, l.remark = last, served, true, ""
	return nil
}

// otherwise says how the file ends where that is not how this Log left it.
func (l *Log) otherwise(now Entry) string {
	if !l.known || now.Hash == l.newest.Hash {
		return ""
	}
	was := fmt.Sprintf("the trail ended with entry %d, %s", l.newest.Seq, short(l.newest.Hash))
	if l.newest.Seq == 0 {
		was = "there was no entry"
	}
	if now.Seq == 0 {
		return was + "; that file is gone, and this is a new one"
	}
	return fmt.Sprintf("%s; somebody has changed the file, which now ends with entry %d, %s", was, now.Seq, short(now.Hash))
}

// short is the beginning of a hash, enough to find it by.
func short(hash string) string { return hash[:min(len(hash), 12)] }

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}
