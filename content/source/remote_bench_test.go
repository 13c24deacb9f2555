package source_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rutter/content"
	"rutter/content/source"
)

// large makes a bare repository of many pages, and returns a function that changes one of them.
func large(b *testing.B, files int) (dir string, change func(n int)) {
	b.Helper()
	dir = filepath.Join(b.TempDir(), "large.git")
	git := func(in []byte, args ...string) {
		b.Helper()
		cmd := exec.Command("git", args...)
		cmd.Stdin = bytes.NewReader(in)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git(nil, "init", "-q", "--bare", "-b", "main", dir)
	var in bytes.Buffer
	commit := func(sec int) {
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter Test <test@example.org> %d +0000\ndata 1\nx\n", 1_600_000_000+sec)
	}
	page := func(i, version int) {
		text := fmt.Sprintf("# Page %d\n\nVersion %d.\n\n", i, version)
		for j := range 40 {
			text += fmt.Sprintf("Paragraph %d of page %d tells what to do about alert %d.\n\n", j, i, i*j)
		}
		fmt.Fprintf(&in, "M 100644 inline playbooks/d%03d/page-%05d.md\ndata %d\n%s\n", i%150, i, len(text), text)
	}
	commit(0)
	for i := range files {
		page(i, 0)
	}
	git(in.Bytes(), "--git-dir", dir, "fast-import", "--quiet")
	return dir, func(n int) {
		in.Reset()
		commit(n)
		in.WriteString("from refs/heads/main^0\n")
		page(n*7919%files, n)
		git(in.Bytes(), "--git-dir", dir, "fast-import", "--quiet")
	}
}

const manyFiles = 15_000

func opened(b *testing.B, dir string) *source.Remote {
	b.Helper()
	r, err := source.OpenRemote(source.RemoteOptions{URL: "file://" + dir, Dir: filepath.Join(b.TempDir(), "mirror"), Every: time.Hour, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(r.Close)
	return r
}

// readAll reads every file on all processors, as the builder does.
func readAll(b *testing.B, tree content.Tree) (size int64) {
	b.Helper()
	var next, total atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(tree.Files); i = int(next.Add(1)) - 1 {
				raw, err := fs.ReadFile(tree.FS, tree.Files[i].Path)
				if err != nil {
					b.Error(err)
					return
				}
				total.Add(int64(len(raw)))
			}
		})
	}
	wg.Wait()
	return total.Load()
}

// BenchmarkRemoteFirst fetches a repository, lists it and reads all of it.
func BenchmarkRemoteFirst(b *testing.B) {
	dir, _ := large(b, manyFiles)
	for b.Loop() {
		r := opened(b, dir)
		start := time.Now()
		if err := r.Fetch(b.Context()); err != nil {
			b.Fatal(err)
		}
		fetched := time.Now()
		tree, err := r.Scan()
		if err != nil || len(tree.Files) != manyFiles {
			b.Fatal(len(tree.Files), err)
		}
		scanned := time.Now()
		b.SetBytes(readAll(b, tree))
		b.ReportMetric(float64(fetched.Sub(start).Milliseconds()), "ms-fetch")
		b.ReportMetric(float64(scanned.Sub(fetched).Milliseconds()), "ms-scan")
		b.ReportMetric(float64(time.Since(scanned).Milliseconds()), "ms-read")
	}
}

// BenchmarkRemoteNudge is the time from word of a push to the new tree, one page of many having changed.
func BenchmarkRemoteNudge(b *testing.B) {
	dir, change := large(b, manyFiles)
	r := opened(b, dir)
	before, err := r.Scan()
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	changes := r.Follow(ctx)
	for n := 1; b.Loop(); n++ {
		b.StopTimer()
		change(n)
		b.StartTimer()
		r.Nudge()
		<-changes
		tree, err := r.Scan()
		if err != nil {
			b.Fatal(err)
		}
		differ := 0
		for i, f := range tree.Files {
			if f != before.Files[i] {
				differ++
				if _, err := fs.ReadFile(tree.FS, f.Path); err != nil {
					b.Fatal(err)
				}
			}
		}
		if differ != 1 {
			b.Fatalf("%d files differ", differ)
		}
		before = tree
	}
}

// BenchmarkRemoteUnchanged is a scan when nothing has changed.
func BenchmarkRemoteUnchanged(b *testing.B) {
	dir, _ := large(b, 100)
	r := opened(b, dir)
	for b.Loop() {
		if _, err := r.Scan(); err != nil {
			b.Fatal(err)
		}
	}
}
