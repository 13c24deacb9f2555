package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rutter/site/audit"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// edition is an entry of the n-th edition, with text that JSON has to escape.
func edition(n int) audit.Entry {
	return audit.Entry{
		Time: audit.Stamp{Time: time.Date(2026, 11, 27, 3, n, 0, 1000*n, time.UTC)}, Edition: fmt.Sprintf("%012x", n), Gate: audit.Passed,
		Who: `"N" <>&`, Pages: n, Put: audit.ListPaths([]string{"a & b\u2028.md", "ü\\.md"}), Program: "rutter test",
	}
}

// trail writes n entries and returns the file.
func trail(t *testing.T, n int) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	l := audit.Open(file, quiet)
	for i := range n {
		l.Add(edition(i + 1))
	}
	l.Close()
	return file
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func entries(t *testing.T, file string) []audit.Entry {
	t.Helper()
	var out []audit.Entry
	for e, err := range audit.Entries(bytes.NewReader(read(t, file))) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

func TestTrailIsVerified(t *testing.T) {
	file := trail(t, 3)
	s, err := audit.Verify(bytes.NewReader(read(t, file)))
	if err != nil || s.Entries != 3 || s.Served != 3 || s.Refused != 0 || s.First.Minute() != 1 || s.Last.Minute() != 3 {
		t.Errorf("%+v %v", s, err)
	}
	l := audit.Open(file, quiet) // as after a restart
	if seq, hash := l.Newest(); seq != 3 || hash != s.Hash {
		t.Errorf("it ends with %d %s, want %s", seq, hash, s.Hash)
	}
	refused := edition(4)
	refused.Gate, refused.Reason = audit.Refused, "no"
	l.Add(refused)
	l.Close()
	s, err = audit.Verify(bytes.NewReader(read(t, file)))
	if err != nil || s.Entries != 4 || s.Refused != 1 {
		t.Errorf("%+v %v", s, err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if s, err := audit.Verify(strings.NewReader("")); err != nil || s.Entries != 0 {
		t.Errorf("an empty trail: %+v %v", s, err)
	}
}

// TestEveryBit wants each single bit of a trail to be seen when it is another.
func TestEveryBit(t *testing.T) {
	raw := read(t, trail(t, 3))
	for i := range raw {
		for bit := range 8 {
			raw[i] ^= 1 << bit
			if _, err := audit.Verify(bytes.NewReader(raw)); err == nil {
				t.Errorf("bit %d of byte %d, now %q, may be another", bit, i, raw[i])
			}
			raw[i] ^= 1 << bit
		}
	}
	if _, err := audit.Verify(bytes.NewReader(raw)); err != nil {
		t.Error(err)
	}
}

func TestTampering(t *testing.T) {
	other := strings.SplitAfter(string(read(t, trail(t, 4))), "\n")
	for name, tt := range map[string]struct {
		change func(lines []string) []string
		want   string
	}{
		"changed":             {func(l []string) []string { l[1] = strings.Replace(l[1], `"pages":2`, `"pages":3`, 1); return l }, "line 2: its hash is not that of its text: the line was changed"},
		"a space more":        {func(l []string) []string { l[1] = strings.Replace(l[1], `"pages":2`, `"pages": 2`, 1); return l }, "line 2: its hash is not"},
		"removed":             {func(l []string) []string { return append(l[:1:1], l[2:]...) }, "line 2: it is entry 3 and does not continue the line above"},
		"first removed":       {func(l []string) []string { return l[1:] }, "line 1: it is entry 2: the beginning of the trail is missing"},
		"doubled":             {func(l []string) []string { return append(l[:2:2], l[1:]...) }, "line 3: it is entry 2 and does not continue"},
		"moved":               {func(l []string) []string { l[1], l[2] = l[2], l[1]; return l }, "line 2: it is entry 3 and does not continue"},
		"first doubled":       {func(l []string) []string { return append(l[:1:1], l...) }, "line 2: it is entry 1 and does not continue"},
		"of another trail":    {func(l []string) []string { return append(l[:2:2], strings.Replace(other[3], `"seq":4`, `"seq":3`, 1)) }, "line 3: its hash is not"},
		"an empty line":       {func(l []string) []string { l[0] += "\n"; return l }, "line 2: this is no entry of a trail"},
		"text":                {func(l []string) []string { l[2] = "hello\n"; return l }, "line 3: this is no entry of a trail"},
		"line end of Windows": {func(l []string) []string { l[0] = strings.TrimSuffix(l[0], "\n") + "\r\n"; return l }, "line 1: this is no entry"},
		"a hash in capitals": {func(l []string) []string {
			i := strings.LastIndex(l[3], `"hash":"`) + 8
			l[3] = l[3][:i] + strings.ToUpper(l[3][i:i+64]) + l[3][i+64:]
			return l
		}, "line 4: its hash is not"},
		"cut off within":  {func(l []string) []string { l[3] = l[3][:50]; return l }, "line 4: the line is not whole"},
		"too long a line": {func(l []string) []string { l[3] = strings.Repeat("x", 1<<20); return l }, "line 4: this is no entry of a trail: it is too long"},
	} {
		t.Run(name, func(t *testing.T) {
			lines := strings.SplitAfter(string(read(t, trail(t, 4))), "\n")
			_, err := audit.Verify(strings.NewReader(strings.Join(tt.change(lines[:4]), "")))
			var broken *audit.Broken
			if !errors.As(err, &broken) || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// TestOldTrailUnderNewFields wants a line with a member that this version does not know to be verified as any other.
func TestOldTrailUnderNewFields(t *testing.T) {
	_, err := audit.Verify(strings.NewReader(`{"seq":1,"later":[1],"prev":"","hash":"a4d5b28e5d3a9c1f7ac4c8fb0d2c3f5b0b7d0d1d7c2d0b2c5d7f5a6c0e8a9b1f"}` + "\n"))
	if err == nil || !strings.Contains(err.Error(), "its hash is not") {
		t.Fatal(err)
	}
	line := `{"seq":1,"later":[1],"prev":""`
	if s, err := audit.Verify(strings.NewReader(line + `,"hash":"` + sum(line+"}") + `"}` + "\n")); err != nil || s.Entries != 1 {
		t.Errorf("%+v %v", s, err)
	}
}

// TestTornLine wants what a crash left of a line to be kept, and the next entry to tell of it.
func TestTornLine(t *testing.T) {
	for name, torn := range map[string]string{"half a line": `{"seq":3,"time":"2026`, "zeros": strings.Repeat("\x00", 4096)} {
		t.Run(name, func(t *testing.T) {
			file := trail(t, 2)
			write(t, file, append(read(t, file), torn...))
			for n := 1; n <= 2; n++ { // and once more
				l := audit.Open(file, quiet)
				if l.Trouble() != "" {
					t.Fatal(l.Trouble())
				}
				if l.Has(edition(n + 1)) {
					t.Error("there is something to tell, so an entry is wanted")
				}
				l.Add(edition(n + 2))
				l.Close()
				es := entries(t, file)
				want := fmt.Sprintf("a half-written line of %d bytes stood here; it is kept in audit.jsonl.torn-%d", len(torn), n)
				if e := es[len(es)-1]; len(es) != n+2 || e.Remark != want {
					t.Errorf("%d entries, the newest says %q, want %q", len(es), e.Remark, want)
				}
				if got := read(t, fmt.Sprintf("%s.torn-%d", file, n)); string(got) != torn {
					t.Errorf("%q is kept", got)
				}
				write(t, file, append(read(t, file), torn...))
			}
		})
	}
}

// TestSomethingElse wants a file that is no trail to be left as it is, to be told once, and what could not be written to
// be written when it is gone.
func TestSomethingElse(t *testing.T) {
	last := strings.SplitAfter(string(read(t, trail(t, 3))), "\n")[2]
	for name, tt := range map[string]struct {
		put  func(file string) error
		want string
	}{
		"text":            {func(f string) error { return os.WriteFile(f, []byte("hello\n"), 0o600) }, "it does not end as a trail does"},
		"no line end":     {func(f string) error { return os.WriteFile(f, []byte("hello"), 0o600) }, "it does not end as a trail does"},
		"a changed entry": {func(f string) error { return os.WriteFile(f, []byte(strings.Replace(last, "0", "1", 1)), 0o600) }, "its hash is not that of its text"},
		"one long line":   {func(f string) error { return os.WriteFile(f, bytes.Repeat([]byte("{"), 3<<20), 0o600) }, "it does not end as a trail does"},
		"a folder":        {func(f string) error { return os.Mkdir(f, 0o700) }, "it does not end as a trail does"},
		"a link":          {func(f string) error { return os.Symlink("elsewhere", f) }, "it does not end as a trail does"},
		"no folder":       {func(f string) error { return os.Rename(filepath.Dir(f), filepath.Dir(f)+"x") }, "no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "audit.jsonl")
			if err := tt.put(file); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(file)
			var logged strings.Builder
			l := audit.Open(file, slog.New(slog.NewTextHandler(&logged, nil)))
			for i := range 3 {
				l.Add(edition(i + 1))
				l.Close()
			}
			if got := l.Trouble(); !strings.Contains(got, tt.want) || !strings.Contains(got, "entries waiting: 3, lost: 0") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if n := strings.Count(logged.String(), "level=WARN"); n != 1 {
				t.Errorf("the log says it %d times:\n%s", n, logged.String())
			}
			if !strings.Contains(logged.String(), "the audit trail lacks entries") {
				t.Errorf("the end is not told:\n%s", logged.String())
			}
			if after, _ := os.ReadFile(file); !bytes.Equal(before, after) {
				t.Errorf("the file was changed to %q", after)
			}
			_ = os.RemoveAll(file)
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			l.Close()
			if es := entries(t, file); len(es) != 3 || l.Trouble() != "" || !strings.Contains(logged.String(), "is written again") {
				t.Errorf("%d entries, %q\n%s", len(es), l.Trouble(), logged.String())
			}
		})
	}
}

// TestChangedMeanwhile wants entries to say so when somebody changed the file while the portal ran.
func TestChangedMeanwhile(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(file string, raw []byte) error
		want   string
		seq    uint64
	}{
		"nobody":  {func(string, []byte) error { return nil }, "", 4},
		"removed": {func(f string, _ []byte) error { return os.Remove(f) }, "the trail ended with entry 3, HASH3; that file is gone, and this is a new one", 1},
		"emptied": {func(f string, _ []byte) error { return os.Truncate(f, 0) }, "the trail ended with entry 3, HASH3; that file is gone, and this is a new one", 1},
		"rotated": {func(f string, _ []byte) error { return os.Rename(f, f+".1") }, "the trail ended with entry 3, HASH3; that file is gone, and this is a new one", 1},
		"cut off": {func(f string, raw []byte) error {
			return os.WriteFile(f, raw[:bytes.IndexByte(raw, '\n')+1], 0o600)
		}, "the trail ended with entry 3, HASH3; somebody has changed the file, which now ends with entry 1, HASH1", 2},
	} {
		t.Run(name, func(t *testing.T) {
			file := trail(t, 3)
			es := entries(t, file)
			l := audit.Open(file, quiet)
			if err := tt.change(file, read(t, file)); err != nil {
				t.Fatal(err)
			}
			l.Add(edition(4))
			l.Close()
			now := entries(t, file)
			want := strings.NewReplacer("HASH3", es[2].Hash[:12], "HASH1", es[0].Hash[:12]).Replace(tt.want)
			if e := now[len(now)-1]; e.Remark != want || e.Seq != tt.seq {
				t.Errorf("entry %d says %q, want %d and %q", e.Seq, e.Remark, tt.seq, want)
			}
		})
	}
}

// TestClocks wants entries whatever the clock says, and to read them again.
func TestClocks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	l := audit.Open(file, quiet)
	times := map[string]time.Time{
		"1969-12-31T23:59:59Z":           time.Unix(-1, 0),
		"2038-01-19T03:14:08Z":           time.Unix(1<<31, 0),
		"2106-02-07T06:28:16.000000001Z": time.Unix(1<<32, 1),
		"9999-12-31T23:59:59.999999999Z": time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
		"10000-01-01T00:00:00Z":          time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
		"10000-02-29T12:00:00Z":          time.Date(10000, 2, 29, 13, 0, 0, 0, time.FixedZone("", 3600)),
		"12027-11-27T03:00:00.5Z":        time.Date(12027, 11, 27, 3, 0, 0, 5e8, time.UTC),
		"292277-01-09T04:00:54.775807Z":  time.Date(292277, 1, 9, 4, 0, 54, 775807000, time.UTC),
		"0001-01-01T00:00:00Z":           {},
		"2026-11-27T02:00:00.123456789Z": time.Date(2026, 11, 27, 3, 0, 0, 123456789, time.FixedZone("CET", 3600)),
		"1969-12-31T23:59:58.999999999Z": time.Unix(-2, 999999999),
		"11600-02-29T00:00:00Z":          time.Date(11600, 2, 29, 0, 0, 0, 0, time.UTC),
	}
	var order []string
	for text, at := range times {
		order = append(order, text)
		l.Add(audit.Entry{Time: audit.Stamp{Time: at}, Gate: audit.Passed})
	}
	l.Close()
	if l.Trouble() != "" {
		t.Fatal(l.Trouble())
	}
	for i, e := range entries(t, file) {
		if want := order[i]; e.Time.String() != want || !e.Time.Equal(times[want]) {
			t.Errorf("got %s, want %s", e.Time, want)
		}
	}
	for _, bad := range []string{`"10000-02-30T00:00:00Z"`, `"99999999999-01-01T00:00:00Z"`, `"abcde-01-01T00:00:00Z"`, `""`, `1`, `"2026-13-01T00:00:00Z"`} {
		var s audit.Stamp
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("%s is read as %s", bad, s)
		}
	}
}

// TestOnlyTheEndIsRead wants a long file to be opened by its end: what is above, here a hole of a hundred megabytes, is
// for Verify.
func TestOnlyTheEndIsRead(t *testing.T) {
	file := trail(t, 40)
	refused := edition(41)
	refused.Gate = audit.Refused
	l := audit.Open(file, quiet)
	l.Add(refused)
	l.Close()
	lines := read(t, file)
	if err := os.Truncate(file, 0); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(append([]byte("\n"), lines...), 100<<20); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	l = audit.Open(file, quiet)
	t.Log("opened in", time.Since(begun))
	if seq, _ := l.Newest(); seq != 41 || l.Trouble() != "" {
		t.Errorf("it ends with %d, %q", seq, l.Trouble())
	}
	if !l.Has(edition(40)) || l.Has(edition(39)) || l.Has(refused) {
		t.Error("the edition that readers had last is another")
	}
	l.Add(edition(42))
	l.Close()
	if seq, _ := l.Newest(); seq != 42 {
		t.Errorf("it ends with %d", seq)
	}
}

// TestBounds wants an entry to be bounded, whatever names files and people have, and to say how much there is.
func TestBounds(t *testing.T) {
	long := strings.Repeat("\x00", 4096)
	var paths []string
	var moves []audit.Move
	for i := range 1000 {
		paths = append(paths, fmt.Sprint(i))
		moves = append(moves, audit.Move{From: long, To: fmt.Sprint(i)})
	}
	if p := audit.ListPaths(paths); p.Count != 1000 || len(p.Paths) != audit.MaxPaths || p.Paths[49] != "49" {
		t.Errorf("%d %q", p.Count, p.Paths)
	}
	if p := audit.ListPaths([]string{long, long, long}); p.Count != 3 || len(p.Paths) != 2 {
		t.Errorf("%d of %d paths", len(p.Paths), p.Count)
	}
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	l := audit.Open(file, quiet)
	many := strings.Repeat("\x00", 1<<20)
	for range 3 {
		l.Add(audit.Entry{
			Edition: many, Revision: many, Who: strings.Repeat("ü", 1000), Gate: audit.Refused, Reason: many, Program: many, Remark: many,
			Put: audit.ListPaths([]string{long, long}), Moved: audit.ListMoves(moves), Removed: audit.ListPaths([]string{long, long}),
		})
	}
	l.Close()
	es := entries(t, file)
	if len(es) != 3 || es[2].Moved.Count != 1000 || len(es[2].Moved.Paths) != 1 || !strings.HasSuffix(es[2].Who, "ü…") {
		t.Errorf("%d entries, %d moves, %s", len(es), len(es[2].Moved.Paths), es[2].Who)
	}
	if l = audit.Open(file, quiet); l.Trouble() != "" {
		t.Error(l.Trouble())
	}
}

// TestManyAtOnce has entries added from many goroutines while others look, and wants all of them in one chain.
func TestManyAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	l := audit.Open(file, quiet)
	var keeping, adding sync.WaitGroup
	ctx, cancel := withCancel(t)
	keeping.Go(func() { l.Keep(ctx) })
	for g := range 8 {
		adding.Go(func() {
			for i := range 40 {
				l.Add(edition(100*g + i))
				l.Newest()
				l.Has(edition(i))
				if l.Trouble() != "" {
					t.Error(l.Trouble())
				}
			}
		})
	}
	adding.Go(func() {
		for range 20 {
			if f, err := os.Open(file); err == nil {
				var broken *audit.Broken
				if _, err := audit.Verify(f); err != nil && (!errors.As(err, &broken) || !broken.Torn) {
					t.Error(err)
				}
				_ = f.Close()
			}
		}
	})
	adding.Wait()
	cancel()
	keeping.Wait()
	l.Close()
	seen := map[string]bool{}
	for _, e := range entries(t, file) {
		seen[e.Edition] = true
		if e.Lost != 0 {
			t.Errorf("entry %d says that %d are lost", e.Seq, e.Lost)
		}
	}
	if len(seen) != 320 {
		t.Errorf("%d of 320 entries", len(seen))
	}
}

// BenchmarkAppend is what an entry costs the goroutine that writes it: mostly the disk.
func BenchmarkAppend(b *testing.B) {
	l := audit.Open(filepath.Join(b.TempDir(), "audit.jsonl"), quiet)
	for b.Loop() {
		l.Add(edition(1))
		l.Close()
	}
}

// BenchmarkAdd is what an entry costs the publisher.
func BenchmarkAdd(b *testing.B) {
	l := audit.Open(filepath.Join(b.TempDir(), "no", "audit.jsonl"), quiet)
	for b.Loop() {
		l.Add(edition(1))
	}
}

// BenchmarkVerify is of a trail of 10,000 entries.
func BenchmarkVerify(b *testing.B) {
	file := filepath.Join(b.TempDir(), "audit.jsonl")
	l := audit.Open(file, quiet)
	for i := range 10000 {
		l.Add(edition(i))
		if i%50 == 49 {
			l.Close()
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if s, err := audit.Verify(bytes.NewReader(raw)); err != nil || s.Entries != 10000 {
			b.Fatal(s, err)
		}
	}
}
