//go:build trials

package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestTrialNoDateStopsIt runs the program with the wall clock in other years, and with one that jumps while it
// serves: pages are served, changes are seen and found, and it ends as it should.
func TestTrialNoDateStopsIt(t *testing.T) {
	tmp := t.TempDir()
	overlay, err := exec.Command("sh", filepath.Join(os.Getenv("SHARED"), "timetravel", "mk_overlay.sh"), filepath.Join(tmp, "overlay")).Output()
	if err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(tmp, "rutter")
	if out, err := exec.Command("go", "build", "-overlay", strings.TrimSpace(string(overlay)), "-o", exe, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, c := range []struct {
		clock   string
		crossed []string // dates that are past when it ends, in this order
	}{
		{"2008-08-12T00:00:00Z", nil},
		{"2038-01-19T03:14:00Z", []string{"2038-01-19T03:14:08Z"}},
		{"2106-02-07T06:28:08Z", []string{"2106-02-07T06:28:16Z"}},
		{"9999-12-31T23:59:52Z", []string{"9999-12-31T23:59:59Z"}}, // and the year 10000, in which the index is kept in memory
		{"2026-11-22T00:00:00Z,+8=2099-12-31T23:59:56Z,+16=2008-08-12T00:00:00Z", []string{"2099-12-31T23:59:59Z", "2008-08-12T00:00:00Z"}},
	} {
		t.Run(c.clock, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write := func(text string) {
				if err := os.WriteFile(filepath.Join(dir, "a.md"), []byte("---\nreviewed: 2010-01-01\nreview_every: 1 year\n---\n# Alpha\n\n"+text+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			write("word0")
			cmd := exec.Command(exe, "serve", dir, "--addr", "127.0.0.1:0", "--state", t.TempDir(), "--authors", "no")
			cmd.Env = append(os.Environ(), "RUTTER_FAKE_WALL="+c.clock)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			var logged strings.Builder
			cmd.Stderr = &logged
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			url := strings.TrimSpace(line[strings.LastIndexByte(line, ' ')+1:])
			wait := func(what string, ok func() bool) {
				t.Helper()
				deadline := time.After(30 * time.Second)
				for !ok() {
					select {
					case <-deadline:
						t.Fatalf("waited in vain until %s", what)
					case <-time.Tick(10 * time.Millisecond):
					}
				}
			}
			until := func(path, text string) {
				t.Helper()
				wait(path+" holds "+text, func() bool {
					status, body := fetch(url + path)
					return status == http.StatusOK && strings.Contains(body, text)
				})
			}
			edits := 0
			edit := func() {
				t.Helper()
				edits++
				word := fmt.Sprint("word", edits)
				write(word)
				until("/a", word)
				until("/api/v1/search?q="+word, `"path":"a.md"`)
			}
			until("/readyz", "ready:")
			until("/a", "word0")
			until("/api/v1/search?q=word0", `"path":"a.md"`)
			start := clockOf(t, url)
			edit()
			// What the program itself takes for now says whether a date is behind it.
			before := start
			for _, date := range c.crossed {
				past, err := time.Parse(time.RFC3339, date)
				if err != nil {
					t.Fatal(err)
				}
				back := past.Before(before)
				if before.Equal(start) && !start.Before(past) {
					t.Fatalf("it was ready at %v only, which is after %s", start, date)
				}
				wait("the clock is past "+date, func() bool {
					now := clockOf(t, url)
					return now.After(past) && (!back || now.Before(before))
				})
				edit()
				edit()
				before = past
			}
			edit()
			t.Logf("from %s to %s", start.Format(time.RFC3339), clockOf(t, url).Format(time.RFC3339))
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("it ended with %v", err)
			}
			if t.Failed() || testing.Verbose() {
				t.Log(logged.String())
			}
		})
	}
}

// clockOf is the time an answer says it was given at.
func clockOf(t *testing.T, url string) time.Time {
	t.Helper()
	resp, err := http.Get(url + "/livez")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	// The year may have five digits, which no layout of package time reads.
	date := resp.Header.Get("Date")
	f := strings.Fields(date)
	if len(f) != 6 {
		t.Fatalf("the answer's date is %q", date)
	}
	year, err := strconv.Atoi(f[3])
	if err != nil {
		t.Fatalf("the answer's date is %q: %v", date, err)
	}
	day, err := time.Parse("02 Jan 2006 15:04:05", strings.Join([]string{f[1], f[2], "2000", f[4]}, " "))
	if err != nil {
		t.Fatalf("the answer's date is %q: %v", date, err)
	}
	return time.Date(year, day.Month(), day.Day(), day.Hour(), day.Minute(), day.Second(), 0, time.UTC)
}
