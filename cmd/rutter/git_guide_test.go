package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestGitGuide runs the commands of the guide to repositories as they stand there, on a repository and a portal of the
// test's own, and compares what they print. Times are other ones, and so are names of twelve digits: they depend on
// the program too.
func TestGitGuide(t *testing.T) {
	raw, err := os.ReadFile("../../content/guides/rutter/git.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	remote, state, secret := filepath.Join(dir, "remote.git"), filepath.Join(dir, "state"), filepath.Join(dir, "hook-secret")
	guideRepository(t, remote, filepath.Join(dir, "work"))
	if err := os.WriteFile(secret, []byte("a secret of the test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(os.Args[0], filepath.Join(dir, "rutter")); err != nil {
		t.Fatal(err)
	}
	base := "http://127.0.0.1:8080" // until the portal says which
	here := func(s string) string {
		return strings.NewReplacer("http://127.0.0.1:8080", base, "https://git.example.org/ops/runbooks.git", "file://"+remote,
			"/var/lib/rutter", state, "/etc/rutter/hook-secret", secret, "sudo -u rutter ", "").Replace(s)
	}
	sh := func(script string) *exec.Cmd {
		cmd := exec.Command("bash", "-o", "pipefail", "-c", here(script))
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "RUTTER_ADDR=127.0.0.1:0", "RUTTER_PREVIEWS=4", "RUTTER_PULL=1h", "RUTTER_HOOK_SECRET_FILE="+secret, "GIT_CONFIG_GLOBAL=/dev/null")
		return cmd
	}
	varies := regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\b[0-9a-f]{12}\b`)
	same := func(s string) string { return varies.ReplaceAllString(strings.ReplaceAll(s, "\r", ""), "…") }

	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```\n\n```(?:output|text)\n(.*?)```\n").FindAllStringSubmatch(string(raw), -1)
	if len(blocks) != 7 {
		t.Fatalf("%d commands with their output in the guide", len(blocks))
	}
	served := sh("exec " + blocks[0][1])
	out, err := served.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := served.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = served.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, out)
		if err := served.Wait(); err != nil {
			t.Error(err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	base = strings.TrimSpace(line[strings.LastIndexByte(line, ' ')+1:])
	if want := here(blocks[0][2]); line != want {
		t.Errorf("it prints %q, the guide says %q", line, want)
	}
	until := func(what, path, text string) {
		t.Helper()
		deadline := time.After(time.Minute)
		for {
			_, body := fetch(base + path)
			if strings.Contains(body, text) {
				return
			}
			select {
			case <-deadline:
				t.Fatalf("waited in vain until %s: %s", what, body)
			case <-time.Tick(5 * time.Millisecond):
			}
		}
	}
	until("the first edition is recorded", "/readyz", "audit: 1")
	until("the branch is searched", "/~fix/quorum/api/v1/search?q=witness", "quorum.md")
	for _, b := range blocks[1:] {
		if strings.Contains(b[1], "jq") {
			if _, err := exec.LookPath("jq"); err != nil {
				t.Log("there is no jq")
				continue
			}
		}
		got, err := sh(b[1]).Output()
		if err != nil || same(string(got)) != same(here(b[2])) {
			t.Errorf("%s\n%v: it prints\n%s\nthe guide says\n%s", b[1], err, got, b[2])
		}
		if strings.Contains(b[1], "rollback") && !strings.Contains(b[1], "--off") {
			said := regexp.MustCompile("(?m)^degraded: remote: rolled back to .*$").FindString(string(raw))
			until("it is rolled back", "/readyz", "\n"+said+"\n")
		}
	}
	until("the change is told", "/-/changes/disk", "reviewed by B. Reviewer")
	if _, body := fetch(base + "/~fix/quorum/-/preview"); !strings.Contains(body, "quorum.md") || strings.Contains(body, "disk.md") {
		t.Error("the preview does not list what the branch changes alone")
	}
}

// guideRepository makes the repository that the guide shows: its revisions have the same names on every machine.
func guideRepository(t *testing.T, remote, work string) {
	t.Helper()
	git := func(at string, args ...string) {
		t.Helper()
		c := exec.CommandContext(t.Context(), "git", args...)
		c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_DEFAULT_HASH=sha1", "GIT_AUTHOR_DATE="+at, "GIT_COMMITTER_DATE="+at,
			"GIT_AUTHOR_NAME=A. Author", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=A. Author", "GIT_COMMITTER_EMAIL=a@example.org")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const day1, day2, day3 = "2026-11-20T09:00:00Z", "2026-11-27T10:00:00Z", "2026-11-27T11:00:00Z"
	git(day1, "init", "-q", "--bare", "-b", "main", remote)
	git(day1, "init", "-q", "-b", "main", work)
	write("disk.md", "# The disk is full\n\n## Find it\n\nLook for large files.\n")
	write("quorum.md", "# No quorum\n\n## Find it\n\nCount the members.\n")
	git(day1, "-C", work, "add", "-A")
	git(day1, "-C", work, "commit", "-q", "-m", "The first two pages")
	write("disk.md", "# The disk is full\n\n## Find it\n\nLook for large files with du.\n")
	git(day2, "-C", work, "commit", "-q", "-a", "-m", "Name the command that finds them", "-m", "Reviewed-by: B. Reviewer <b@example.org>")
	git(day3, "-C", work, "checkout", "-q", "-b", "fix/quorum")
	write("quorum.md", "# No quorum\n\n## Find it\n\nCount the members, the witness too.\n")
	git(day3, "-C", work, "commit", "-q", "-a", "-m", "Count the witness")
	git(day3, "-C", work, "push", "-q", "file://"+remote, "main", "fix/quorum")
}
