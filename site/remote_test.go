package site_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rutter/content/source"
	"rutter/site"
)

// TestServedFromARepository: pages and downloads come from a mirror, and follow what is pushed.
func TestServedFromARepository(t *testing.T) {
	origin := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", origin, "-c", "user.name=Test", "-c", "user.email=test@example.org"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	commit := func(page, download string) {
		t.Helper()
		for name, text := range map[string]string{"a.md": page, "f.zip": download, "b.md": "# Steady\n\nThis stays.\n", "portal.yaml": "title: From afar\n"} {
			if err := os.WriteFile(filepath.Join(origin, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		git("add", "-A")
		git("commit", "-q", "--allow-empty", "-m", "change")
	}
	git("init", "-q", "-b", "main")
	if err := os.WriteFile(filepath.Join(origin, "large.bin"), make([]byte, 16<<20+1), 0o644); err != nil {
		t.Fatal(err)
	}
	commit("# First\n\nThe first text.\n", "0123456789")
	r, err := source.OpenRemote(source.RemoteOptions{URL: origin, Dir: filepath.Join(t.TempDir(), "mirror"), Every: time.Hour, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p := start(t, nil, func(o *site.Options) { o.Source, o.Changes, o.Git = r, r.Follow(ctx), nil })
	p.get("/a").has(t, "The first text.", "From afar")
	first := p.get("/f.zip")
	tag := first.header.Get("Etag")
	if first.status != http.StatusOK || first.body != "0123456789" || tag == "" || first.header.Get("Last-Modified") != "" {
		t.Errorf("%d %q %v", first.status, first.body, first.header)
	}
	if part := p.get("/f.zip", "Range", "bytes=2-4"); part.status != http.StatusPartialContent || part.body != "234" {
		t.Errorf("%d %q", part.status, part.body)
	}
	if again := p.get("/f.zip", "If-None-Match", tag); again.status != http.StatusNotModified {
		t.Errorf("%d", again.status)
	}
	if r := p.get("/large.bin"); r.status != http.StatusNotFound || !strings.Contains(r.body, "too large for this portal to hand out") {
		t.Errorf("large.bin: %d", r.status)
	}
	if r := p.get("/portal.yaml"); r.status != http.StatusNotFound {
		t.Errorf("portal.yaml: %d", r.status)
	}
	commit("# Second\n\nThe second text.\n", "9876543210")
	r.Nudge()
	p.until("the push is served", func() bool { return p.get("/search?q=second").status == 200 && p.get("/f.zip").body == "9876543210" })
	p.get("/a").has(t, "The second text.")
	p.get("/b").has(t, "This stays.")
	if again := p.get("/f.zip", "If-None-Match", tag); again.status != http.StatusOK || again.header.Get("Etag") == tag {
		t.Errorf("another file of the same size: %d %v", again.status, again.header)
	}
	if err := os.RemoveAll(origin); err != nil {
		t.Fatal(err)
	}
	if err := r.Fetch(t.Context()); err == nil {
		t.Error("a remote that is gone can be fetched")
	}
	p.get("/a").has(t, "The second text.")
}

// TestStopWhileTheFirstFetchHangs: a remote that never ends its answer does not hold up the end, nor is anything said to be
// lost.
func TestStopWhileTheFirstFetchHangs(t *testing.T) {
	asked := make(chan struct{}, 10)
	hangs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
		_, _ = w.Write([]byte("0"))
		_ = http.NewResponseController(w).Flush()
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer hangs.Close()
	var log bytes.Buffer
	s, err := site.New(site.Options{
		Addr: "127.0.0.1:0", State: t.TempDir(), Version: "test", Log: slog.New(slog.NewTextHandler(&log, nil)),
		Remote: func(state string) (*source.Remote, error) {
			return source.OpenRemote(source.RemoteOptions{URL: hangs.URL + "/docs", Dir: filepath.Join(state, "mirror"), Now: time.Now})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if log.Len() > 0 {
		t.Errorf("%s", &log)
	}
}

// TestRollbackThatTheGateRefuses: a revision that would break what readers find is not given to them by a rollback either. The
// portal says so, and the trail that it was refused.
func TestRollbackThatTheGateRefuses(t *testing.T) {
	o := newOrigin(t)
	o.commit("without", map[string]string{"a.md": "# Alpha\n\nNothing yet.\n", "queries.yaml": "- query: zebraword\n  page: a.md\n"})
	without := o.git("rev-parse", "HEAD")
	o.commit("with", map[string]string{"a.md": "# Alpha\n\nThe zebraword.\n"})
	with := o.git("rev-parse", "HEAD")
	state := t.TempDir()
	p, remote := o.serve(func(so *site.Options) { so.State = state })
	p.until("it can be searched", func() bool { return strings.Contains(p.get("/api/v1/search?q=zebraword").body, `"path":"a.md"`) })
	if err := remote().Pin(t.Context(), without); err != nil {
		t.Fatal(err)
	}
	p.until("the gate refuses", func() bool { return strings.Contains(p.get("/readyz").body, "degraded: gate: ") })
	p.get("/readyz").has(t, "ready: ", "revision: "+with, "rolled back to "+without, "zebraword")
	r := p.get("/a")
	r.has(t, "The zebraword.")
	if got := r.header.Get("Rutter-Edition"); !strings.HasSuffix(got, "; revision="+with) {
		t.Error(got)
	}
	if err := remote().Unpin(); err != nil {
		t.Fatal(err)
	}
	p.until("all is well", func() bool { return !strings.Contains(p.get("/readyz").body, "gate") })
	p.get("/a").has(t, "The zebraword.")
	if err := p.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	trail, err := os.ReadFile(filepath.Join(state, site.AuditFile))
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(trail)), "\n") {
		rev, gate := with, "passed"
		if i == 1 {
			rev, gate = without, "refused"
		}
		if !strings.Contains(line, `"revision":"`+rev+`"`) || !strings.Contains(line, `"gate":"`+gate+`"`) {
			t.Errorf("%d: %s", i, line)
		}
	}
	if !strings.Contains(string(trail), `"refused"`) {
		t.Errorf("%s", trail)
	}
}
