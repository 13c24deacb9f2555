//go:build trials

package main

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
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
	for _, clock := range []string{
		"2008-08-12T00:00:00Z", "2038-01-19T03:13:58Z", "2106-02-07T06:28:10Z",
		"2026-11-22T00:00:00Z,+1=2099-12-31T23:59:59Z,+2=2008-08-12T00:00:00Z",
	} {
		t.Run(clock, func(t *testing.T) {
			dir := t.TempDir()
			write := func(text string) {
				if err := os.WriteFile(filepath.Join(dir, "a.md"), []byte("---\nreviewed: 2010-01-01\nreview_every: 1 year\n---\n# Alpha\n\n"+text+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			write("firstword")
			cmd := exec.Command(exe, "serve", dir, "--addr", "127.0.0.1:0", "--state", t.TempDir(), "--authors", "no")
			cmd.Env = append(os.Environ(), "RUTTER_FAKE_WALL="+clock)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			url := strings.TrimSpace(line[strings.LastIndexByte(line, ' ')+1:])
			until := func(path, text string) {
				t.Helper()
				deadline := time.After(30 * time.Second)
				for {
					if status, body := fetch(url + path); status == http.StatusOK && strings.Contains(body, text) {
						return
					}
					select {
					case <-deadline:
						t.Fatalf("%s never held %q", path, text)
					case <-time.Tick(10 * time.Millisecond):
					}
				}
			}
			until("/readyz", "ready:")
			until("/a", "firstword")
			until("/api/v1/search?q=firstword", `"path":"a.md"`)
			for _, word := range []string{"secondword", "thirdword", "fourthword"} {
				write(word)
				until("/a", word)
				until("/api/v1/search?q="+word, `"path":"a.md"`)
				time.Sleep(time.Second) // the clock jumps meanwhile
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}
