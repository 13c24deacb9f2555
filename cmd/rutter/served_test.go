package main

import (
	"bufio"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// served starts `rutter serve` with the given arguments, reads the URL it prints, asks for the paths named after
// `--` (each as PATH=STATUS or PATH~TEXT), stops it with SIGTERM and expects exit code 0.
//
//	served DIR -- /=200 /page~text
func served(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("served cannot be negated")
	}
	var asks []string
	for i, a := range args {
		if a == "--" {
			args, asks = args[:i], args[i+1:]
			break
		}
	}
	exe, err := exec.LookPath("rutter")
	if p := ts.Getenv("PATH"); err != nil || p != "" {
		for dir := range strings.SplitSeq(p, ":") {
			if _, e := exec.LookPath(dir + "/rutter"); e == nil {
				exe = dir + "/rutter"
				break
			}
		}
	}
	cmd := exec.Command(exe, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = []string{"HOME=" + ts.Getenv("HOME"), "XDG_STATE_HOME=" + ts.Getenv("XDG_STATE_HOME"), "PATH=" + ts.Getenv("PATH"), "TMPDIR=" + ts.Getenv("TMPDIR")}
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	ts.Check(cmd.Start())
	killed := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer killed.Stop()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		ts.Fatalf("nothing was printed: %v\n%s", err, stderr.String())
	}
	ts.Logf("%s", line)
	url := line[strings.LastIndexByte(line, ' ')+1 : len(line)-1]
	for range time.Tick(5 * time.Millisecond) { // until the minute above is over
		if status, _ := fetch(url + "/readyz"); status == http.StatusOK {
			break
		}
	}
	for _, ask := range asks {
		path, want, text := strings.Cut(ask, "~")
		if !text {
			path, want, _ = strings.Cut(ask, "=")
		}
		status, body := fetch(url + path)
		if text && !strings.Contains(body, want) {
			ts.Fatalf("%s lacks %q:\n%s", path, want, body)
		}
		if !text && http.StatusText(status) != "" && want != itoa(status) {
			ts.Fatalf("%s: %d, want %s", path, status, want)
		}
	}
	ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	rest, _ := io.ReadAll(out)
	if err := cmd.Wait(); err != nil {
		ts.Fatalf("it ended with %v\n%s%s", err, rest, stderr.String())
	}
}

func fetch(url string) (int, string) {
	resp, err := http.Get(url) //nolint:gosec // an address on this machine
	if err != nil {
		return 0, ""
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func itoa(n int) string {
	return string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}
