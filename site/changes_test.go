package site_test

import (
	"context"
	"net/http"
	"os/exec"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"rutter/content/source"
	"rutter/site"
)

// slowBlobs holds every version back until it is told to go on, and counts how many are asked for at once.
type slowBlobs struct {
	hold atomic.Bool // from when on it waits
	site.Blobs
	now, most atomic.Int64
	asked     chan struct{}
	goOn      chan struct{}
}

func (b *slowBlobs) Blob(ctx context.Context, name string) ([]byte, error) {
	if !b.hold.Load() {
		return b.Blobs.Blob(ctx, name)
	}
	n := b.now.Add(1)
	defer b.now.Add(-1)
	for most := b.most.Load(); n > most && !b.most.CompareAndSwap(most, n); most = b.most.Load() {
	}
	select {
	case b.asked <- struct{}{}:
	default:
	}
	<-b.goOn
	return b.Blobs.Blob(ctx, name)
}

// TestFewDifferencesAtOnce: comparing versions of large pages takes much memory, however many ask for it.
func TestFewDifferencesAtOnce(t *testing.T) {
	p := &portal{t: t, dir: t.TempDir()}
	git := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", p.dir, "-c", "user.name=A", "-c", "user.email=a@example.org"}, args...)...)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main")
	for _, text := range []string{"# A\n\none\n", "# A\n\ntwo\n"} {
		p.write("a.md", text)
		git("add", ".")
		git("commit", "-q", "-m", "Change")
	}
	blobs := &slowBlobs{asked: make(chan struct{}, 1), goOn: make(chan struct{})}
	p.serve(func(o *site.Options) {
		objects := source.OpenObjects(p.dir + "/.git")
		t.Cleanup(objects.Close)
		blobs.Blobs = objects
		o.Blobs = blobs
	})
	var at string
	p.until("the changes are known", func() bool {
		at = regexp.MustCompile(`/-/changes/a\?at=[0-9a-f]+`).FindString(p.get("/-/changes/a").body)
		return at != ""
	})
	blobs.hold.Store(true) // the list has read the versions, and knows whom they are for
	blobs.few(p, at)
}

// TestFewDifferencesOfBranchesAtOnce: nor is the bound passed by way of a preview.
func TestFewDifferencesOfBranchesAtOnce(t *testing.T) {
	o := newOrigin(t)
	o.commit("begin", live)
	o.branch("next", draft)
	blobs := &slowBlobs{asked: make(chan struct{}, 1), goOn: make(chan struct{})}
	p, remote := o.serve(func(so *site.Options) { so.Blobs = blobs })
	blobs.Blobs = remote()
	if r := p.get("/~next/"); r.status != http.StatusOK {
		t.Fatalf("%d\n%s", r.status, r.body)
	}
	blobs.hold.Store(true)
	blobs.few(p, "/~next/-/preview/guides/a.md")
}

// few asks for an address many times at once, and wants all to be answered, two at a time.
func (b *slowBlobs) few(p *portal, at string) {
	p.t.Helper()
	var answers sync.WaitGroup
	var good atomic.Int64
	for range 12 {
		answers.Go(func() {
			if p.get(at).status == http.StatusOK {
				good.Add(1)
			}
		})
	}
	<-b.asked
	close(b.goOn)
	answers.Wait()
	if most := b.most.Load(); most > 2 || good.Load() != 12 {
		p.t.Errorf("%d were made at once, and %d of 12 answered", most, good.Load())
	}
}
