package edition

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"

	"rutter/content"
)

// A page whose file is bad is shown in its last good version. That version's bytes are nowhere else, so they are kept
// in the state folder until the file is good again: a restart must not take the page away.

// maxGood bounds the pages that are kept so.
const maxGood = 1000

func (s *state) good() string { return filepath.Join(s.dir, "good") }

func goodName(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:]) + ".md"
}

// lastGood returns the bytes that were kept of a page, nil where there are none.
func (p *Publisher) lastGood(path string) []byte {
	raw, err := os.ReadFile(filepath.Join(p.state.good(), goodName(path)))
	if err != nil {
		return nil
	}
	return raw
}

// keepGood keeps the pages of a snapshot that are shown in their last good version, and no others.
func (p *Publisher) keepGood(snap *content.Snapshot) {
	docs := snap.LastGood()
	if len(docs) == 0 && p.noneGood {
		return
	}
	p.noneGood = len(docs) == 0
	dir := p.state.good()
	if len(docs) == 0 {
		_ = os.RemoveAll(dir)
		return
	}
	err := os.MkdirAll(dir, 0o700)
	var names []string
	for _, d := range docs[:min(len(docs), maxGood)] {
		name := goodName(d.Path)
		names = append(names, name)
		raw, e := d.Source()
		if e != nil {
			continue // it was never read, so it is not shown either
		}
		if old, e := os.ReadFile(filepath.Join(dir, name)); e == nil && sha256.Sum256(old) == d.Hash {
			continue
		}
		tmp := filepath.Join(dir, "new")
		if e := os.WriteFile(tmp, raw, 0o600); e != nil {
			err = e
		} else if e := os.Rename(tmp, filepath.Join(dir, name)); e != nil {
			err = e
		}
	}
	if err != nil {
		p.o.Log.Warn("the last good version of a page would be lost by a restart", "cause", err)
		return
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if !slices.Contains(names, e.Name()) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
