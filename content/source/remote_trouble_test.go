package source_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rutter/content/source"
)

func TestRemoteAddresses(t *testing.T) {
	for url, want := range map[string]string{ // "" means that it is taken
		"https://git.example.org/docs.git":         "",
		"HTTPS://git.example.org/docs":             "",
		"https://git.example.org:8443/a/b.git":     "",
		"https://me:pass@git.example.org/docs":     "",
		"http://localhost:3000/docs":               "",
		"http://127.0.0.1/docs":                    "",
		"http://[::1]:80/docs":                     "",
		"ssh://git@git.example.org:2222/docs.git":  "",
		"git@git.example.org:group/docs.git":       "",
		"git.example.org:docs.git":                 "",
		"file:///srv/docs.git":                     "",
		"/srv/docs.git":                            "",
		"":                                         "has no address",
		"docs":                                     "of no kind that is allowed",
		"./docs":                                   "of no kind that is allowed",
		"../docs":                                  "of no kind that is allowed",
		"-uroot":                                   "begins with a dash",
		"--upload-pack=touch /tmp/x":               "begins with a dash",
		"ext::sh -c touch% x":                      "of no kind that is allowed",
		"ext::https://git.example.org/a":           "of no kind that is allowed",
		"fd::17":                                   "of no kind that is allowed",
		"transport::address":                       "of no kind that is allowed",
		"a::b://c":                                 "of no kind that is allowed",
		"git://git.example.org/docs":               `by "git" is not allowed`,
		"ftp://git.example.org/docs":               `by "ftp" is not allowed`,
		"git+ssh://git.example.org/docs":           `by "git+ssh" is not allowed`,
		"javascript://x/y":                         "is not allowed",
		"http://git.example.org/docs":              "use https",
		"http://127.0.0.1.example.org/docs":        "use https",
		"http://localhost.example.org/docs":        "use https",
		"http://10.0.0.1/docs":                     "use https",
		"https:///docs":                            "names no host",
		"https://git.example.org":                  "names no repository",
		"https://git.example.org/":                 "names no repository",
		"https://git.example.org/a b\nc":           "control character",
		"https://git.example.org/\x00":             "control character",
		"https://me:pa ss%zz@git.example.org/docs": "no URL",
		"ssh://-oProxyCommand=touch/docs":          "names no host",
		"ssh://-oProxyCommand@host/docs":           "not allowed",
		"ssh://host/-docs":                         "not allowed",
		"ssh://me:pass@host/docs":                  "password",
		"-oProxyCommand=x:docs":                    "begins with a dash",
		"me@-host:docs":                            "of no kind that is allowed",
		"-me@host:docs":                            "begins with a dash",
		"me@host:-docs":                            "of no kind that is allowed",
		"file://host/srv/docs":                     "three slashes",
		"file://srv":                               "three slashes",
		"file:srv":                                 "",
	} {
		r, err := tryFollow(t, url)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "pa ss") {
			t.Errorf("%q: the error tells the password: %v", url, err)
		}
		if err == nil && strings.Contains(r.Redacted(), "pass") {
			t.Errorf("%q: %s", url, r.Redacted())
		}
	}
	for branch, ok := range map[string]bool{
		"main": true, "a/b-c_d.e": true, "refs/heads/main": true, "ü": true, "-x": false, "--all": false, "a..b": false, "a b": false, "a^": false, "a~1": false, "a:b": false,
		"@{u}": false, "a.lock": false, "/a": false, "a/": false, "*": false, "a\n": false, ".a": false, "a/.b": false,
	} {
		if _, err := tryFollow(t, "/srv/docs.git", func(o *source.RemoteOptions) { o.Branch = branch }); (err == nil) != ok {
			t.Errorf("branch %q: %v", branch, err)
		}
	}
	for url, token := range map[string]string{"/srv/docs": "secret", "git@host:docs": "secret", "https://host/docs": "sec\nret", "https://host/doc": "sec ret"} {
		_, err := tryFollow(t, url, func(o *source.RemoteOptions) { o.Token = token })
		if err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("%s with token %q: %v", url, token, err)
		}
	}
}

// script writes a program for a test, which git may take for ssh.
func script(t *testing.T, text string) string {
	t.Helper()
	t.Setenv("GIT_SSH_VARIANT", "ssh") // or it would be run to find out
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

// await waits until a condition holds.
func await(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !cond(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func lines(file string) []string {
	b, _ := os.ReadFile(file)
	return strings.Fields(string(b))
}

func TestRemoteThatHangs(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	for name, sh := range map[string]string{
		"patient":  "sleep 600 & echo $! $$ >>" + pids + "\nwait\n",
		"stubborn": "trap '' TERM\nsleep 600 & echo $! $$ >>" + pids + "\nwhile :; do wait; done\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GIT_SSH_COMMAND", script(t, sh))
			m := follow(t, "git@git.example.org:docs.git", func(o *source.RemoteOptions) { o.Timeout = 1500 * time.Millisecond })
			start := time.Now()
			m.failing("it did not end within 1.5s")
			if d := time.Since(start); d > patience {
				t.Errorf("it took %v", d)
			}
			for _, pid := range lines(pids) {
				n, err := strconv.Atoi(pid)
				if err != nil {
					t.Fatal(err)
				}
				await(t, "the end of "+pid, func() bool { return ended(n) })
			}
			if len(lines(pids)) == 0 {
				t.Error("the remote was not asked")
			}
		})
	}
}

// ended tells whether a process is gone, or dead and not yet fetched by whoever is its parent now.
func ended(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestRemoteFetchIsStopped(t *testing.T) {
	asked := filepath.Join(t.TempDir(), "asked")
	t.Setenv("GIT_SSH_COMMAND", script(t, "echo x >>"+asked+"\nexec sleep 600\n"))
	m := follow(t, "git@git.example.org:docs.git")
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Fetch(ctx) }()
	await(t, "the fetch", func() bool { return len(lines(asked)) == 1 })
	stop()
	select {
	case err := <-done:
		if err == nil || m.Status().Err != nil {
			t.Errorf("%v; to be stopped is no failure: %v", err, m.Status().Err)
		}
	case <-time.After(patience):
		t.Fatal("a fetch goes on after its context ended")
	}
	go func() { _, err := m.Scan(); done <- err }()
	await(t, "the first scan", func() bool { return len(lines(asked)) == 2 })
	m.Close()
	select {
	case err := <-done:
		if err == nil {
			t.Error("no error")
		}
	case <-time.After(patience):
		t.Fatal("a scan goes on after Close")
	}
}

// viaSSH has a test's ssh command run what it is asked for here.
func viaSSH(r repo) string { return "git@localhost:" + r.dir }

func TestRemoteBreaksOffHalfway(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "one")
	limit := filepath.Join(t.TempDir(), "limit")
	t.Setenv("GIT_SSH_COMMAND", script(t, `for last; do :; done
[ -e `+limit+` ] || { eval "$last"; exit; }
rm -f `+limit+`.pipe
mkfifo `+limit+`.pipe
exec 3<&0
sh -c "$last" <&3 >`+limit+`.pipe &
exec dd bs=1 count="$(cat `+limit+`)" status=none <`+limit+`.pipe 3<&-
`))
	m := follow(t, viaSSH(r), func(o *source.RemoteOptions) { o.Timeout = patience })
	m.scan()
	noise := make([]byte, 1<<20)
	rng := rand.NewChaCha8([32]byte{1})
	_, _ = rng.Read(noise)
	r.write("noise.bin", string(noise))
	r.commit("2020-01-02", "a.md", "two")
	for _, n := range []string{"0", "100", "2000", "200000"} {
		if err := os.WriteFile(limit, []byte(n), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := m.Fetch(t.Context()); err == nil {
			t.Fatalf("a fetch of %s bytes went well", n)
		}
		if got := read(t, m.scan(), "a.md"); got != "one" || m.Revision() == r.head() {
			t.Errorf("after %s bytes: %q", n, got)
		}
		if left, _ := filepath.Glob(filepath.Join(m.o.Dir, "objects", "pack", "tmp_*")); len(left) > 0 {
			t.Errorf("half packs stay: %v", left)
		}
	}
	if err := os.Remove(limit); err != nil {
		t.Fatal(err)
	}
	for _, lock := range []string{"packed-refs.lock", "refs/remotes/origin/main.lock", "refs/rutter/head.lock", "shallow.lock", "objects/pack/tmp_pack_abc"} { // of a git that was killed
		if err := os.WriteFile(filepath.Join(m.o.Dir, lock), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m = m.again()
	m.fetch()
	if got := read(t, m.scan(), "a.md"); got != "two" {
		t.Errorf("%q", got)
	}
}

// TestRemoteNudgeDuringFetch: the fetch may have asked before the push that the nudge is about.
func TestRemoteNudgeDuringFetch(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "one")
	dir := t.TempDir()
	gate, asked := filepath.Join(dir, "gate"), filepath.Join(dir, "asked")
	t.Setenv("GIT_SSH_COMMAND", script(t, `for last; do :; done
echo x >>`+asked+`
while [ -e `+gate+` ]; do sleep 0.01; done
eval "$last"
`))
	m := follow(t, viaSSH(r))
	m.scan()
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	changes := m.Follow(t.Context())
	await(t, "the fetch at the start", func() bool { return len(lines(asked)) == 2 })
	for range 5 {
		m.Nudge()
	}
	if err := os.Remove(gate); err != nil {
		t.Fatal(err)
	}
	await(t, "one more fetch", func() bool { return len(lines(asked)) == 3 })
	r.commit("2020-01-02", "a.md", "two")
	m.Nudge()
	told(t, changes, "the push")
	if got := read(t, m.scan(), "a.md"); got != "two" || len(lines(asked)) > 4 {
		t.Errorf("%q after %d fetches", got, len(lines(asked)))
	}
}

func TestRemoteIsFoundByLooking(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "one")
	m := follow(t, r.dir, func(o *source.RemoteOptions) { o.Every = 20 * time.Millisecond })
	m.scan()
	changes := m.Follow(t.Context())
	r.commit("2020-01-02", "a.md", "two")
	told(t, changes, "a commit that nobody told of")
	away := r.dir + "-away"
	if err := os.Rename(r.dir, away); err != nil {
		t.Fatal(err)
	}
	await(t, "an error", func() bool { return m.Status().Err != nil })
	if err := os.Rename(away, r.dir); err != nil {
		t.Fatal(err)
	}
	r.commit("2020-01-03", "a.md", "three")
	told(t, changes, "a commit after an outage")
	if got := read(t, m.scan(), "a.md"); got != "three" || m.Status().Err != nil {
		t.Errorf("%q, %v", got, m.Status().Err)
	}
}

// TestRemoteKeepsTheOperatorsSettings: git is set up in the same way by whoever runs the portal.
func TestRemoteKeepsTheOperatorsSettings(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "x")
	ran := filepath.Join(t.TempDir(), "ran")
	t.Setenv("GIT_CONFIG_COUNT", "2")
	t.Setenv("GIT_CONFIG_KEY_0", "url."+filepath.Dir(r.dir)+"/.insteadOf")
	t.Setenv("GIT_CONFIG_VALUE_0", "https://git.example.org/")
	t.Setenv("GIT_CONFIG_KEY_1", "url.ext::touch "+ran+" .insteadOf")
	t.Setenv("GIT_CONFIG_VALUE_1", "https://evil.example.org/")
	m := follow(t, "https://git.example.org/"+filepath.Base(r.dir))
	if got := paths(m.scan()); got != "a.md" {
		t.Errorf("%s", got)
	}
	if _, err := follow(t, "https://evil.example.org/x").Scan(); err == nil || !strings.Contains(err.Error(), "transport 'ext' not allowed") {
		t.Error(err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program was run")
	}
}

// TestRemoteMirrorOfSomebodyElse: the folder of a container is often a mount that root made.
func TestRemoteMirrorOfSomebodyElse(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "x")
	m := follow(t, r.dir)
	m.scan()
	_ = filepath.WalkDir(m.o.Dir, func(p string, _ fs.DirEntry, _ error) error { return os.Chown(p, 65534, 65534) })
	m = m.again()
	m.fetch()
	if got := read(t, m.scan(), "a.md"); got != "x" || strings.Contains(m.log.String(), "WARN") {
		t.Errorf("%q\n%s", got, m.log)
	}
}

// TestRemoteReaderIsKilled: it is started anew, and ends with the remote.
func TestRemoteReaderIsKilled(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "x")
	m := follow(t, r.dir)
	tree := m.scan()
	readers := func() (pids []int) {
		files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, f := range files {
			b, _ := os.ReadFile(f)
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(f))); err == nil && strings.Contains(string(b), m.o.Dir+"\x00") && strings.Contains(string(b), "\x00cat-file\x00") {
				pids = append(pids, pid)
			}
		}
		return pids
	}
	for range 3 {
		if got := read(t, tree, "a.md"); got != "x" {
			t.Errorf("%q", got)
		}
		pids := readers()
		if len(pids) == 0 {
			t.Skip("this system does not tell what runs")
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	if got := read(t, tree, "a.md"); got != "x" || m.Status().Err != nil {
		t.Errorf("%q, %v", got, m.Status().Err)
	}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { _, _ = fs.ReadFile(tree.FS, "a.md") })
	}
	wg.Wait()
	if n := len(readers()); n > 2 {
		t.Errorf("%d programs read", n)
	}
	m.Close()
	await(t, "the end of the programs", func() bool { return len(readers()) == 0 })
	if _, err := fs.ReadFile(tree.FS, "a.md"); err == nil {
		t.Error("a closed repository is read")
	}
}

// TestRemoteToken: credentials reach the remote, and nothing else: no argument, no file, no log, no error.
func TestRemoteToken(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "x")
	core := strings.TrimSpace(r.out("--exec-path"))
	const token = "ghs_VerySecretToken/+=%42"
	var user atomic.Value
	var refuse, elsewhere atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("Authorization") != "" {
			t.Error("the credentials were sent where the remote led")
		}
		http.NotFound(w, req)
	}))
	defer other.Close()
	backend := &cgi.Handler{
		Path: filepath.Join(core, "git-http-backend"), Env: []string{"GIT_PROJECT_ROOT=" + filepath.Dir(r.dir), "GIT_HTTP_EXPORT_ALL=1"},
		InheritEnv: []string{"PATH"},
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		u, p, _ := req.BasicAuth()
		user.Store(u)
		switch {
		case elsewhere.Load():
			http.Redirect(w, req, other.URL+req.URL.String(), http.StatusFound)
		case refuse.Load() || p != token:
			w.Header().Set("Www-Authenticate", `Basic realm="docs"`)
			http.Error(w, "your header was "+req.Header.Get("Authorization"), http.StatusUnauthorized)
		default:
			backend.ServeHTTP(w, req)
		}
	}))
	defer srv.Close()
	url := srv.URL + "/" + filepath.Base(r.dir)
	trace := filepath.Join(t.TempDir(), "trace")
	t.Setenv("GIT_TRACE", trace) // git notes there what it runs, with all arguments
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("GIT_CONFIG_GLOBAL", "/dev/null")
	withUser := func(u string) string { return strings.Replace(url, "http://", "http://"+u+"@", 1) }
	encoded := strings.NewReplacer("/", "%2F", "+", "%2B", "=", "%3D", "%", "%25").Replace(token)
	for name, tt := range map[string]struct{ url, token, user string }{
		"token":          {url, token, "x-access-token"},
		"token and name": {withUser("deploy"), token, "deploy"},
		"user:password":  {url, "deploy:" + token, "deploy"},
		"in the URL":     {withUser("me:" + encoded), "", "me"},
	} {
		t.Run(name, func(t *testing.T) {
			refuse.Store(false)
			elsewhere.Store(false)
			m := follow(t, tt.url, func(o *source.RemoteOptions) { o.Token = tt.token })
			if got := paths(m.scan()); got != "a.md" || user.Load() != tt.user {
				t.Errorf("%s by %v", got, user.Load())
			}
			refuse.Store(true)
			err := m.Fetch(t.Context())
			if err == nil {
				t.Fatal("it is not asked for credentials")
			}
			elsewhere.Store(true)
			if e := m.Fetch(t.Context()); e == nil {
				t.Error("a remote that leads elsewhere is followed there")
			} else {
				err = fmt.Errorf("%w\n%w", err, e)
			}
			args, e := os.ReadFile(trace)
			if e != nil || !strings.Contains(string(args), "remote-http") {
				t.Fatalf("%v: %s", e, args)
			}
			told := map[string]string{"an error": err.Error(), "the status": m.Status().Err.Error(), "the log": m.log.String(), "arguments": string(args), "the address": m.Redacted()}
			_ = filepath.WalkDir(m.o.Dir, func(p string, e fs.DirEntry, _ error) error {
				if !e.IsDir() {
					b, _ := os.ReadFile(p)
					told[p] = string(b)
				}
				return nil
			})
			for where, text := range told {
				for _, secret := range []string{token, encoded, base64.StdEncoding.EncodeToString([]byte(tt.user + ":" + token))} {
					if strings.Contains(text, secret) {
						t.Errorf("%s tells the token: %s", where, text)
					}
				}
			}
		})
	}
}

// TestRemoteDamagedMirror: it is built anew, also while it is served.
func TestRemoteDamagedMirror(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", strings.Repeat("some text ", 1000))
	r.commit("2020-01-01", "b.md", "b")
	for name, damage := range map[string]func(t *testing.T, dir string){
		"packs cut off": func(t *testing.T, dir string) {
			for _, p := range packs(t, dir) {
				_ = os.Chmod(p, 0o600)
				if err := os.Truncate(p, 100); err != nil {
					t.Fatal(err)
				}
			}
		},
		"packs scribbled over": func(t *testing.T, dir string) {
			for _, p := range packs(t, dir) {
				b, err := os.ReadFile(p)
				if err != nil {
					t.Fatal(err)
				}
				for i := 60; i < len(b)-30; i++ {
					b[i] ^= 0x55
				}
				_ = os.Remove(p)
				if err := os.WriteFile(p, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		},
		"packs removed": func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, "objects", "pack")); err != nil {
				t.Fatal(err)
			}
		},
		"all removed": func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		},
		"settings garbled": func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "config"), []byte("[core"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := follow(t, r.dir)
			m.scan()
			m.Close()
			damage(t, m.o.Dir)
			m = m.again() // at start
			if got := read(t, m.scan(), "b.md"); got != "b" {
				t.Errorf("%q", got)
			}
			m = m.again()
			tree := m.scan()
			damage(t, m.o.Dir)                  // and while it is served
			_, _ = fs.ReadFile(tree.FS, "a.md") // which may raise a doubt
			r.commit("2020-01-03", "c.md", time.Now().String())
			m.Follow(t.Context())
			await(t, "the new revision", func() bool {
				m.Nudge()
				_, err := m.Scan()
				b, e := fs.ReadFile(tree.FS, "a.md")
				return err == nil && e == nil && len(b) == 10000 && m.Revision() == r.head()
			})
			await(t, "a good status", func() bool { return m.Status().Err == nil })
			if left, _ := filepath.Glob(m.o.Dir + ".*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func packs(t *testing.T, dir string) []string {
	t.Helper()
	ps, err := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.pack"))
	if err != nil || len(ps) == 0 {
		t.Fatalf("no packs in %s: %v", dir, err)
	}
	return ps
}

// TestRemoteDamageWithoutARemote: what can be read is served still.
func TestRemoteDamageWithoutARemote(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "x")
	m := follow(t, r.dir)
	tree := m.scan()
	if err := os.Rename(r.dir, r.dir+"-away"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(m.o.Dir, "objects", "pack")); err != nil {
		t.Fatal(err)
	}
	m.again() // fresh programs, which see what is there
	m = follow(t, r.dir, func(o *source.RemoteOptions) { o.Dir = m.o.Dir })
	if _, err := m.Scan(); err == nil {
		t.Error("no error")
	}
	if err := os.Rename(r.dir+"-away", r.dir); err != nil {
		t.Fatal(err)
	}
	if got := paths(m.scan()); got != paths(tree) {
		t.Errorf("%s", got)
	}
}

// TestRemoteMirrorThatCannotBeFetchedInto: nobody reads from it, and yet the damage shows.
func TestRemoteMirrorThatCannotBeFetchedInto(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "one")
	m := follow(t, r.dir)
	m.scan()
	if err := os.WriteFile(filepath.Join(m.o.Dir, "config"), []byte("[core"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.commit("2020-01-02", "a.md", "two")
	m.fetch()
	if got := read(t, m.scan(), "a.md"); got != "two" {
		t.Errorf("%q", got)
	}
	if err := os.RemoveAll(m.o.Dir); err != nil { // so soon again: the disk is in doubt
		t.Fatal(err)
	}
	m.failing("so soon after it was built anew")
}

// TestRemotePacksAreJoined: few packs stay of many, and no object is lost that no ref leads to any more.
func TestRemotePacksAreJoined(t *testing.T) {
	if testing.Short() {
		t.Skip("it pushes 60 times")
	}
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", "first")
	m := follow(t, r.dir)
	first := m.scan()
	for i := range 60 {
		r.write("a.md", strconv.Itoa(i))
		r.git("2020-01-02", "commit", "-q", "-a", "--amend", "-m", strconv.Itoa(i))
		m.fetch()
		m.scan()
	}
	if n := len(packs(t, m.o.Dir)); n >= 40 {
		t.Errorf("%d packs", n)
	}
	if got := read(t, first, "a.md"); got != "first" {
		t.Errorf("%q", got)
	}
	out, err := exec.Command("git", "--git-dir", m.o.Dir, "for-each-ref", "--format=%(refname)", "refs/rutter/kept").Output()
	if n := len(strings.Fields(string(out))); n != 20 || err != nil {
		t.Errorf("%d revisions are kept, %v", n, err)
	}
	if m.Status().Err != nil || strings.Contains(m.log.String(), "level=WARN") {
		t.Errorf("%v\n%s", m.Status().Err, m.log)
	}
}

// TestRemoteReadWhileItIsRewritten: readers of any tree see its own bytes, whatever happens to the mirror.
func TestRemoteReadWhileItIsRewritten(t *testing.T) {
	r := newRepo(t)
	const files = 30
	version := func(v int) {
		for i := range files {
			r.write(fmt.Sprintf("f%d.md", i), fmt.Sprintf("version %d of %d\n", v, i))
		}
		r.git("2020-01-01", "add", "-A")
		r.git("2020-01-01", "commit", "-q", "--amend", "--allow-empty", "-m", strconv.Itoa(v))
	}
	r.commit("2020-01-01", "x.md", "x")
	version(0)
	m := follow(t, r.dir)
	m.scan()
	ctx, stop := context.WithCancel(t.Context())
	m.Follow(ctx)
	var wg sync.WaitGroup
	var n atomic.Int64
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				tree, err := m.Scan()
				if err != nil {
					t.Error(err)
					return
				}
				version := ""
				for i := range files {
					b, err := fs.ReadFile(tree.FS, fmt.Sprintf("f%d.md", i))
					if err != nil {
						t.Error(err)
						return
					}
					v, of, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(string(b)), "version "), " of ")
					if i == 0 {
						version = v
					}
					if v != version || of != strconv.Itoa(i) {
						t.Errorf("file %d of version %s: %q", i, version, b)
					}
					n.Add(1)
				}
			}
		})
	}
	for v := 1; v <= 15 && !t.Failed(); v++ {
		version(v)
		m.Nudge()
		await(t, "version", func() bool { _, err := m.Scan(); return err != nil || m.Revision() == r.head() })
		if v%5 == 0 {
			if out, err := exec.Command("git", "--git-dir", m.o.Dir, "gc", "-q", "--prune=now").CombinedOutput(); err != nil && !strings.Contains(string(out), "lock") {
				t.Errorf("%v\n%s", err, out)
			}
		}
	}
	stop()
	wg.Wait()
	if n.Load() < files {
		t.Errorf("%d reads", n.Load())
	}
	if strings.Contains(m.log.String(), "level=WARN") {
		t.Error(m.log)
	}
}

// TestMirrorOfSomebodyElse: the state folder of a container is often a mount that belongs to another user, which git
// minds where it has to find a repository by itself.
func TestMirrorOfSomebodyElse(t *testing.T) {
	r := newRepo(t)
	r.commit("2020-01-01", "a.md", long("## One"))
	r.commit("2020-01-02", "a.md", long("## Two"))
	m := follow(t, "file://"+r.dir)
	m.scan()
	t.Setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1") // git's own way to test it
	if out, err := exec.CommandContext(t.Context(), "git", "-C", m.o.Dir, "log").CombinedOutput(); err == nil || !strings.Contains(string(out), "dubious ownership") {
		t.Fatalf("git does not mind whose the folder is: %v\n%s", err, out)
	}
	m = m.again()
	if tree := m.scan(); read(t, tree, "a.md") != long("## Two") {
		t.Error(paths(tree))
	}
	want := map[string][]string{"a.md": {"2020-01-02 a.md", "2020-01-01 a.md", "#one → #two"}}
	if d := cmp.Diff(want, shownOf(historyOf(t, m.History()))); d != "" {
		t.Error(d)
	}
}
