package main

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// runbooks is somebody's repository of runbooks, and a portal that serves it from a remote: the journey of those who write.
type runbooks struct {
	t      *testing.T
	remote string // bare repository
	work   string // clone in which authors write
	state  string
	url    string
	secret string
	page   string // a page that is there, relative to the root
	query  string // a search that finds it first
}

// serveRepository takes a folder as the first commit of a repository, and serves that from file://.
func serveRepository(t *testing.T, folder, page, query string) *runbooks {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("git is needed")
	}
	dir := t.TempDir()
	r := &runbooks{t: t, remote: filepath.Join(dir, "remote.git"), work: filepath.Join(dir, "work"), state: filepath.Join(dir, "state"), secret: "a secret of the test", page: page, query: query}
	r.git(dir, "init", "-q", "--bare", "-b", "main", r.remote)
	r.git(dir, "init", "-q", "-b", "main", r.work)
	if err := os.CopyFS(r.work, onlyFiles{os.DirFS(folder)}); err != nil {
		t.Fatal(err)
	}
	r.write("queries.yaml", "- query: "+query+"\n  page: "+page+"\n  within: 1\n")
	r.git(r.work, "remote", "add", "origin", "file://"+r.remote)
	r.push("As it was found")

	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte(r.secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	exe, err := exec.LookPath("rutter") // which testscript.Main puts there
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "serve", "--git", "file://"+r.remote, "--pull", "1h", "--state", r.state, "--addr", "127.0.0.1:0", "--authors", "yes", "--hook-secret-file", secret)
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Errorf("it ended with %v\n%s", err, log.String())
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("nothing was printed: %v\n%s", err, log.String())
	}
	r.url = strings.TrimSpace(line[strings.LastIndexByte(line, ' ')+1:])
	r.until("the first edition can be searched", func() bool { return r.get("/readyz") != "" && strings.HasPrefix(r.get("/readyz"), "ready: ") })
	return r
}

// onlyFiles leaves out what is no regular file and no folder, and what git keeps for itself.
type onlyFiles struct{ fs.FS }

func (o onlyFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	es, err := fs.ReadDir(o.FS, name)
	return slices.DeleteFunc(es, func(e fs.DirEntry) bool { return !e.IsDir() && !e.Type().IsRegular() || e.Name() == ".git" }), err
}

func (r *runbooks) git(dir string, args ...string) string {
	r.t.Helper()
	c := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=An Author", "-c", "user.email=author@example.org"}, args...)...)
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0")
	out, err := c.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r *runbooks) write(name, text string) {
	r.t.Helper()
	f := filepath.Join(r.work, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(f), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(f, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *runbooks) read(name string) string {
	r.t.Helper()
	b, err := os.ReadFile(filepath.Join(r.work, filepath.FromSlash(name)))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}

// push commits what was written to the branch that is checked out, pushes it and returns the revision.
func (r *runbooks) push(message string) string {
	r.t.Helper()
	r.git(r.work, "add", "-A")
	r.git(r.work, "commit", "-q", "--allow-empty", "-m", message)
	r.git(r.work, "push", "-q", "--force", "origin", "HEAD")
	return r.git(r.work, "rev-parse", "HEAD")
}

// back forgets what came after a revision, and pushes that.
func (r *runbooks) back(rev string) {
	r.t.Helper()
	r.git(r.work, "checkout", "-q", "-f", "-B", "main", rev)
	r.git(r.work, "push", "-q", "--force", "origin", "HEAD")
}

// hook tells the portal of a push, as GitHub does.
func (r *runbooks) hook() {
	r.t.Helper()
	body := `{"ref":"refs/heads/main"}`
	mac := hmac.New(sha256.New, []byte(r.secret))
	mac.Write([]byte(body))
	req, err := http.NewRequest(http.MethodPost, r.url+"/-/hook", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("X-GitHub-Event", "push")
	req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		r.t.Fatalf("the webhook: %s", resp.Status)
	}
}

func (r *runbooks) get(path string) string {
	status, body := fetch(r.url + path)
	if status == 0 {
		return ""
	}
	return body
}

func (r *runbooks) status(path string) int {
	status, _ := fetch(r.url + path)
	return status
}

func (r *runbooks) until(what string, so func() bool) {
	r.t.Helper()
	deadline := time.After(time.Minute)
	for !so() {
		select {
		case <-deadline:
			r.t.Fatalf("waited in vain until %s\n%s", what, r.get("/readyz"))
		case <-time.Tick(5 * time.Millisecond):
		}
	}
}

func (r *runbooks) address() string { return "/" + strings.TrimSuffix(r.page, ".md") }

// serves tells whether the revision is the one that readers have.
func (r *runbooks) serves(rev string) bool {
	resp, err := http.Get(r.url + "/livez")
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return strings.HasSuffix(resp.Header.Get("Rutter-Edition"), "; revision="+rev)
}

// fine wants a reader to find the page and read it, whatever happened.
func (r *runbooks) fine(text string) {
	r.t.Helper()
	if s := r.status("/readyz"); s != http.StatusOK {
		r.t.Errorf("readiness is %d", s)
	}
	if body := r.get(r.address()); !strings.Contains(body, text) {
		r.t.Errorf("the page lacks %q", text)
	}
	found := r.get("/api/v1/search?limit=1&q=" + url.QueryEscape(r.query))
	if !strings.Contains(found, `"path":"`+r.page+`"`) {
		r.t.Errorf("a search for %s gives %s", r.query, found)
	}
}

// program runs the program once more, as an operator does beside a portal.
func (r *runbooks) program(args ...string) (string, error) {
	exe, err := exec.LookPath("rutter") // which testscript.Main puts there
	if err != nil {
		r.t.Fatal(err)
	}
	c := exec.Command(exe, args...)
	out, err := c.CombinedOutput()
	return string(out), err
}

// broken are ten ways in which an author, a host or a disk breaks a repository, and what authors are told of each.
func (r *runbooks) broken() []broken {
	good := r.read(r.page)
	return []broken{
		{"front matter that does not parse", func() { r.write(r.page, "---\ntitle: [open\n---\n\nbad\n"); r.push("Break 1") }, r.page + ":"},
		{"a page that was emptied", func() { r.write(r.page, ""); r.push("Break 2") }, "page-empty"},
		{"a page that takes a parser for ever", func() { r.write(r.page, good+"\n"+strings.Repeat(">", 300)+" deep\n"); r.push("Break 3") }, "markdown-refused"},
		{"a page that is no text", func() {
			r.write(r.page, "---\ntitle: \x00\xff\n  bad: [\n---\n"+strings.Repeat("\xfe\x00", 500))
			r.push("Break 4")
		}, r.page + ":"},
		{"a search that finds its page no more", func() { r.write(r.page, "# Something else\n\nOther words alone.\n"); r.push("Break 5") }, "gate: "},
		{"every page deleted", func() {
			r.git(r.work, "rm", "-q", "-r", ".")
			r.push("Break 6")
		}, "has no pages any more"},
		{"the branch deleted", func() {
			r.git(r.work, "push", "-q", "--force", "origin", "HEAD:refs/heads/other")
			r.git(r.remote, "symbolic-ref", "HEAD", "refs/heads/none")
			r.git(r.remote, "update-ref", "-d", "refs/heads/main")
		}, "remote: "},
		{"the remote gone", func() {
			if err := os.Rename(r.remote, r.remote+".away"); err != nil {
				r.t.Fatal(err)
			}
		}, "remote: "},
		{"a push whose objects are damaged", func() {
			r.write("new.md", "# New\n")
			r.push("Break 9")
			r.damage("new.md")
		}, "remote: "},
		{"another past pushed over it", func() {
			r.git(r.work, "checkout", "-q", "--orphan", "elsewhere")
			r.write(r.page, "# Something else\n\nOther words alone.\n")
			r.push("Break 10")
			r.git(r.work, "push", "-q", "--force", "origin", "HEAD:main")
		}, "gate: "},
	}
}

type broken struct {
	how  string
	do   func()
	told string // in /readyz
}

// damage writes over the object of a file in the remote.
func (r *runbooks) damage(file string) {
	r.t.Helper()
	id := r.git(r.work, "rev-parse", "HEAD:"+file)
	loose := filepath.Join(r.remote, "objects", id[:2], id[2:])
	_ = os.Chmod(loose, 0o644)
	if err := os.WriteFile(loose, []byte("no object"), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// mend brings the remote back to how it was.
func (r *runbooks) mend(rev string) {
	r.t.Helper()
	if _, err := os.Stat(r.remote + ".away"); err == nil {
		if err := os.Rename(r.remote+".away", r.remote); err != nil {
			r.t.Fatal(err)
		}
	}
	r.git(r.remote, "symbolic-ref", "HEAD", "refs/heads/main")
	r.back(rev)
	r.git(r.remote, "update-ref", "-d", "refs/heads/elsewhere")
	r.git(r.remote, "update-ref", "-d", "refs/heads/other")
	r.hook()
	r.until("the mended repository is served", func() bool {
		return r.serves(rev) && !strings.Contains(r.get("/readyz"), "degraded: remote") && !strings.Contains(r.get("/readyz"), "degraded: gate")
	})
}

// journey serves a repository, previews a branch of it, breaks it in ten ways, and rolls it back.
func (r *runbooks) journey() {
	t := r.t
	first := r.git(r.work, "rev-parse", "HEAD")
	r.until("the repository is served", func() bool { return r.serves(first) })
	r.fine("")

	// An author changes a page, and the portal follows at the word of the host.
	r.write(r.page, r.read(r.page)+"\nA sentence about a quokka.\n")
	second := r.push("Say more")
	begun := time.Now()
	r.hook()
	r.until("the change is live", func() bool { return strings.Contains(r.get(r.address()), "quokka") })
	live := time.Since(begun)
	t.Logf("from the webhook to the page: %d ms", live.Milliseconds())
	if live > 10*time.Second { // one second is promised on a machine that does nothing else
		t.Errorf("a push took %v", live)
	}
	r.until("search follows", func() bool { return strings.Contains(r.get("/api/v1/search?q=quokka"), r.page) })
	if l := r.get("/readyz"); !strings.Contains(l, "revision: "+second) {
		t.Errorf("/readyz does not name the revision:\n%s", l)
	}
	r.until("the history is read", func() bool { return strings.Contains(r.get("/-/changes"+r.address()), "Say more") })

	// A branch is read and searched beside what readers have.
	r.git(r.work, "checkout", "-q", "-b", "fix/wombat")
	r.write(r.page, r.read(r.page)+"\nA sentence about a wombat.\n")
	r.push("On a branch")
	r.git(r.work, "checkout", "-q", "main")
	r.hook()
	r.until("the branch is there", func() bool { return strings.Contains(r.get("/~"), "fix/wombat") })
	r.until("the branch is searched", func() bool { return strings.Contains(r.get("/~fix/wombat/api/v1/search?q=wombat"), r.page) })
	if s := r.get("/~fix/wombat" + r.address()); !strings.Contains(s, "wombat") || !strings.Contains(s, `content="noindex"`) || !strings.Contains(s, `href="/~fix/wombat/`) {
		t.Error("the preview of the page is not what the branch has")
	}
	if s := r.get("/~fix/wombat/-/preview"); !strings.Contains(s, r.page) || !strings.Contains(s, `href="/~fix/wombat/-/preview/`+r.page+`"`) {
		t.Errorf("what the branch changes: %s", s)
	}
	if s := r.get("/~fix/wombat/-/preview/" + r.page); !strings.Contains(s, "wombat") || !strings.Contains(s, "1 paragraph added") {
		t.Error("the difference of the page is not shown")
	}
	if strings.Contains(r.get(r.address()), "wombat") || strings.Contains(r.get("/api/v1/search?q=wombat"), r.page) {
		t.Error("readers have what is on a branch")
	}

	for i, b := range r.broken() {
		if !t.Run(fmt.Sprintf("%d %s", i+1, b.how), func(t *testing.T) {
			own := *r
			own.t = t
			r := &own
			b.do()
			r.hook()
			r.until("the trouble is told", func() bool {
				l := r.get("/readyz")
				return strings.Contains(l, "degraded: ") && strings.Contains(l, b.told) || strings.Contains(r.get("/-/problems"), b.told)
			})
			r.fine("quokka")
			r.mend(second)
			r.fine("quokka")
		}) {
			return
		}
	}

	// Rolled back with one command, and forward again.
	out, err := r.program("rollback", "--state", r.state, first[:10])
	if err != nil || !strings.Contains(out, first) {
		t.Fatalf("%v\n%s", err, out)
	}
	r.until("the earlier revision is served", func() bool { return r.serves(first) })
	if strings.Contains(r.get(r.address()), "quokka") || strings.Contains(r.get("/api/v1/search?q=quokka"), r.page) {
		t.Error("readers have what was rolled back")
	}
	if l := r.get("/readyz"); !strings.Contains(l, "rolled back to "+first) {
		t.Errorf("/readyz does not say so:\n%s", l)
	}
	if out, err = r.program("rollback", "--state", r.state, "--off"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r.until("the branch is followed again", func() bool { return r.serves(second) })
	r.fine("quokka")

	out, err = r.program("audit", "--state", r.state)
	if err != nil {
		t.Errorf("the trail of all this does not hold: %v\n%s", err, out)
	}
}

// TestRepository goes the way with the library's own playbooks; with somebody else's, see TestTrialRepository.
func TestRepository(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "playbooks"), os.DirFS("../../content/playbooks")); err != nil {
		t.Fatal(err)
	}
	serveRepository(t, dir, "playbooks/linux/root-file-system-full.md", "no space left on device").journey()
}
