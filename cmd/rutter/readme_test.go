package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReadme runs the commands of README.md as they stand there, from the project's folder, and compares what they
// print with what the README says. Only the port is another one, so that the test disturbs nobody.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(go run [^\n]*)\n```\n\n```text\n([^\n]*)\n```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d commands with their output in the README, want 2", len(blocks))
	}
	for _, b := range blocks {
		command, prints := b[1], b[2]
		t.Run(command, func(t *testing.T) {
			cmd := exec.Command("sh", "-c", "exec "+command)
			cmd.Dir = "../.."
			cmd.Env = append(os.Environ(), "RUTTER_ADDR=127.0.0.1:0", "RUTTER_STATE="+t.TempDir())
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // go run starts the program as a child
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
				_, _ = io.Copy(io.Discard, out)
				_ = cmd.Wait()
			})
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			port := regexp.MustCompile(`:\d+\n?$`)
			if got, want := port.ReplaceAllString(line, ":PORT"), port.ReplaceAllString(prints, ":PORT"); got != want {
				t.Errorf("it prints %q, the README says %q", got, want)
			}
			url := strings.TrimSpace(line[strings.LastIndexByte(line, ' ')+1:])
			deadline := time.After(time.Minute)
			for ok := false; !ok; {
				select {
				case <-deadline:
					t.Fatal("no page within a minute")
				case <-time.Tick(10 * time.Millisecond):
					resp, err := http.Get(url + "/playbooks/linux/root-file-system-full") //nolint:gosec // this machine
					if err == nil {
						ok = resp.StatusCode == http.StatusOK
						_ = resp.Body.Close()
					}
				}
			}
		})
	}
}

// TestReadmeNamesTheTest keeps the README's test command the one that CI calls.
func TestReadmeNamesTheTest(t *testing.T) {
	for file, want := range map[string]string{"../../README.md": "make test", "../../.ci/run": "make test"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), want) {
			t.Errorf("%s does not name %q", file, want)
		}
	}
}
