package asked_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rutter/site/asked"
)

func TestLog(t *testing.T) {
	now := time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)
	file := filepath.Join(t.TempDir(), "asked.json")
	l := asked.Open(file, func() time.Time { return now })
	for i := range 5 { // one asker, however often, is not enough
		l.Searched("my secret host", i, "10.0.0.1")
	}
	l.Searched("Raft quorum", 0, "10.0.0.1")
	l.Searched("quorum raft", 0, "10.0.0.2")
	if got := l.Clusters(); len(got) != 0 {
		t.Errorf("two askers are shown: %v", got)
	}
	l.Searched("QUORUM, raft!", 0, "10.0.0.3")
	for i := range 4 {
		l.Searched("disk full", 3, fmt.Sprint(i))
	}
	l.Opened("full disk")
	l.Opened("nobody asked this")
	l.Searched(strings.Repeat("pasted ", 50), 0, "a")
	want := "[{Raft quorum 3 3 0} {disk full 4 0 1}]"
	if got := fmt.Sprint(l.Clusters()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := l.Save(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(raw), "secret") || strings.Contains(string(raw), "10.0") {
		t.Errorf("written: %s, %v", raw, err)
	}
	if got := fmt.Sprint(asked.Open(file, time.Now).Clusters()); got != want {
		t.Errorf("after a restart: %s", got)
	}

	// Who asked is forgotten after a day, and with it what too few have asked.
	l.Searched("rare thing", 0, "x")
	l.Searched("rare thing", 0, "y")
	now = now.Add(25 * time.Hour)
	l.Searched("rare thing", 0, "z")
	if got := fmt.Sprint(l.Clusters()); got != want {
		t.Errorf("a day later: %s", got)
	}
	now = now.Add(-50 * 365 * 24 * time.Hour) // a clock that is set back harms nothing
	l.Searched("disk full", 3, "z")
	if got := l.Clusters()[1].Asked; got != 5 {
		t.Errorf("disk full was asked %d times", got)
	}
}

func TestBounded(t *testing.T) {
	l := asked.Open("", time.Now)
	for i := range 6000 {
		l.Searched(fmt.Sprint("word", i), 0, "a")
	}
	for i := range 3 {
		l.Searched("often", 0, fmt.Sprint(i))
	}
	if got := fmt.Sprint(l.Clusters()); got != "[{often 3 3 0}]" {
		t.Errorf("got %s", got)
	}
}

// TestSaveAgain wants what could not be written to be written when it can.
func TestSaveAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	l := asked.Open(filepath.Join(dir, "asked.json"), time.Now)
	for i := range asked.Enough {
		l.Searched("disk full", 0, fmt.Sprint(i))
	}
	if err := l.Save(); err == nil {
		t.Fatal("written into no folder")
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := l.Save(); err != nil {
		t.Fatal(err)
	}
	if cs, err := asked.Read(filepath.Join(dir, "asked.json")); err != nil || len(cs) != 1 {
		t.Errorf("%v, %v", cs, err)
	}
}
