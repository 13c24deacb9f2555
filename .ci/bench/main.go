// Command bench measures what the portal promises, and prints a line for each promise: the figure, the target, and
// whether it was met. It runs the built binary as its readers meet it: over HTTP, from a cold start.
//
//	go run . -rutter ../../rutter -shared ../../../shared [-only start,edit,load,search] [-rounds 3]
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	rutter = flag.String("rutter", "../../rutter", "the built binary")
	shared = flag.String("shared", "", "folder with corpora/")
	only   = flag.String("only", "start,edit,load,search", "what to measure")
	rounds = flag.Int("rounds", 3, "repetitions; medians are printed")
	bare   = flag.String("bare", "", "serve this file by a bare net/http handler and print the address")
)

func main() {
	flag.Parse()
	if *bare != "" {
		serveBare(*bare)
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	tmp, err := os.MkdirTemp("", "rutter-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	what := strings.Split(*only, ",")
	corpora := []corpus{{name: "library", page: "/playbooks/linux/root-file-system-full"}}
	if *shared != "" {
		small := filepath.Join(tmp, "runbooks")
		if out, err := exec.Command("cp", "-r", filepath.Join(*shared, "corpora", "runbooks"), small).CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		large := filepath.Join(tmp, "large")
		if err := os.Mkdir(large, 0o755); err != nil {
			return err
		}
		if out, err := exec.Command("tar", "xJf", filepath.Join(*shared, "corpora", "large.tar.xz"), "-C", large).CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		corpora = append(corpora,
			corpus{
				name: "runbooks", dir: small, page: "/prometheus/kubernetes/KubePodCrashLooping", edit: "prometheus/kubernetes/KubePodCrashLooping.md",
				first: 300 * time.Millisecond, search: 500 * time.Millisecond, edited: 80 * time.Millisecond,
			},
			corpus{
				name: "large", dir: filepath.Join(large, "L"), page: "/v26.1/alter-table", edit: "v26.1/alter-table.md",
				first: 3 * time.Second, search: 45 * time.Second, again: time.Second, rss: 1200 << 10, edited: 200 * time.Millisecond,
			})
	}
	corpora[0].first, corpora[0].search = 300*time.Millisecond, 500*time.Millisecond
	if slices.Contains(what, "search") && *shared != "" {
		if err := searching(corpora[2].dir); err != nil {
			return err
		}
		if err := corpora[1].searches(tmp); err != nil {
			return err
		}
	}
	for _, c := range corpora {
		if slices.Contains(what, "start") {
			if err := c.start(tmp); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
		if slices.Contains(what, "edit") && c.edit != "" {
			if err := c.editing(tmp); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
		if slices.Contains(what, "load") && c.name != "large" {
			if err := c.load(tmp); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	return nil
}

// corpus is a content folder with what is asked of it.
type corpus struct {
	name, dir, page, edit        string
	first, search, again, edited time.Duration
	rss                          int // KiB
}

// report prints a measure: its values, their median, the target.
func report[T int | time.Duration](what string, values []T, target T, show func(T) string) {
	slices.Sort(values)
	m := values[len(values)/2]
	verdict := ""
	if target > 0 {
		verdict = "met"
		if m > target {
			verdict = "MISSED"
		}
		verdict = fmt.Sprintf("  target %s  %s", show(target), verdict)
	}
	fmt.Printf("%-58s %10s  (%s … %s, n=%d)%s\n", what, show(m), show(values[0]), show(values[len(values)-1]), len(values), verdict)
}

func showTime(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func showKiB(n int) string { return fmt.Sprintf("%d MiB", n/1024) }

// process is a running server.
type process struct {
	cmd   *exec.Cmd
	url   string
	begun time.Time
}

func (c corpus) launch(state string) (*process, error) {
	args := []string{"serve", "--addr", "127.0.0.1:0", "--state", state, "--authors", "no"}
	if c.dir != "" {
		args = append(args, c.dir)
	}
	p := &process{cmd: exec.Command(*rutter, args...)}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.begun = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("nothing was printed: %w", err)
	}
	p.url = strings.TrimSpace(line[strings.LastIndexByte(line, ' ')+1:])
	return p, nil
}

// until asks a path until it answers with 200, and returns the time since the start of the process.
func (p *process) until(path string) (time.Duration, error) {
	for time.Since(p.begun) < 5*time.Minute {
		if status, _, _ := get(p.url + path); status == http.StatusOK {
			return time.Since(p.begun), nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return 0, errors.New("no answer in five minutes")
}

func get(url string) (int, string, error) {
	resp, err := http.Get(url) //nolint:gosec // an address on this machine
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

// peak is the largest resident size so far, in KiB.
func (p *process) peak() int {
	b, _ := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	for l := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(l, "VmHWM:"); ok {
			n, _ := strconv.Atoi(strings.Fields(v)[0])
			return n
		}
	}
	return 0
}

func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.cmd.Wait()
}

// start measures cold starts and restarts.
func (c corpus) start(tmp string) error {
	var first, search, again, againSearch []time.Duration
	var rss, rssAgain []int
	for i := range *rounds {
		state := filepath.Join(tmp, fmt.Sprintf("state-%s-%d", c.name, i))
		for restart := range 2 {
			p, err := c.launch(state)
			if err != nil {
				return err
			}
			f, err := p.until(c.page)
			if err != nil {
				return err
			}
			s, err := p.until("/readyz")
			if err != nil {
				return err
			}
			if restart == 0 {
				first, search, rss = append(first, f), append(search, s), append(rss, p.peak())
			} else {
				again, againSearch, rssAgain = append(again, f), append(againSearch, s), append(rssAgain, p.peak())
			}
			if err := p.stop(); err != nil {
				return err
			}
			if c.dir == "" {
				break
			}
		}
		_ = os.RemoveAll(state)
	}
	report(c.name+": cold start, first page", first, c.first, showTime)
	report(c.name+": cold start, all searchable", search, c.search, showTime)
	report(c.name+": cold start, peak resident memory", rss, c.rss, showKiB)
	if len(again) > 0 {
		report(c.name+": restart, first page", again, c.again, showTime)
		report(c.name+": restart, search with it", againSearch, c.again, showTime)
		report(c.name+": restart, peak resident memory", rssAgain, 0, showKiB)
	}
	return nil
}

// editing saves one file twenty times and waits until the page is served and its new word is found.
func (c corpus) editing(tmp string) error {
	p, err := c.launch(filepath.Join(tmp, "state-edit-"+c.name))
	if err != nil {
		return err
	}
	if _, err := p.until("/readyz"); err != nil {
		return err
	}
	if _, err := p.until(c.page); err != nil {
		return err
	}
	file := filepath.Join(c.dir, filepath.FromSlash(c.edit))
	before, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	defer func() { _ = os.WriteFile(file, before, 0o644) }()
	var both []time.Duration
	for i := range 20 {
		word := fmt.Sprintf("zzmeasure%d", i)
		begun := time.Now()
		if err := os.WriteFile(file, fmt.Appendf(before, "\n\n%s\n", word), 0o644); err != nil {
			return err
		}
		for seen, found := false, false; !seen || !found; {
			if time.Since(begun) > time.Minute {
				return errors.New("the edit did not show within a minute")
			}
			if !seen {
				_, body, _ := get(p.url + c.page)
				seen = strings.Contains(body, word)
			}
			if seen {
				_, body, _ := get(p.url + "/api/v1/search?limit=1&q=" + word)
				found = strings.Contains(body, `"path":"`+c.edit+`"`)
			}
			if !seen || !found {
				time.Sleep(time.Millisecond)
			}
		}
		both = append(both, time.Since(begun))
		time.Sleep(150 * time.Millisecond) // edits come one at a time
	}
	report(c.name+": one edited file, page served and text found", both, c.edited, showTime)
	return p.stop()
}

// load compares the requests per second of a page with those of a bare handler that writes the same bytes, in
// turns, over 64 connections that stay open.
func (c corpus) load(tmp string) error {
	p, err := c.launch(filepath.Join(tmp, "state-load-"+c.name))
	if err != nil {
		return err
	}
	if _, err := p.until("/readyz"); err != nil {
		return err
	}
	_, body, err := get(p.url + c.page)
	if err != nil {
		return err
	}
	file := filepath.Join(tmp, "page.html")
	if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	b := exec.Command(exe, "-bare", file)
	out, err := b.StdoutPipe()
	if err != nil {
		return err
	}
	if err := b.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return err
	}
	ours, theirs := strings.TrimPrefix(p.url, "http://"), strings.TrimSpace(line)
	var ratios []float64
	var rate, rateBare []int
	for range 10 * *rounds {
		x, err := hammer(ours, c.page, 500*time.Millisecond)
		if err != nil {
			return err
		}
		y, err := hammer(theirs, "/", 500*time.Millisecond)
		if err != nil {
			return err
		}
		rate, rateBare, ratios = append(rate, x), append(rateBare, y), append(ratios, float64(x)/float64(y))
	}
	slices.Sort(ratios)
	slices.Sort(rate)
	slices.Sort(rateBare)
	verdict := "met"
	if ratios[len(ratios)/2] < 0.9 {
		verdict = "MISSED"
	}
	fmt.Printf("%-58s %10.2f  (%.2f … %.2f, n=%d; %d and %d requests/s)  target 0.90  %s\n", c.name+": page throughput, share of a bare handler's",
		ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1], len(ratios), rate[len(rate)/2], rateBare[len(rateBare)/2], verdict)
	_ = b.Process.Kill()
	_ = b.Wait()
	return p.stop()
}

// hammer asks one path over 64 connections for a while and returns the answers per second.
func hammer(addr, path string, d time.Duration) (int, error) {
	var n atomic.Int64
	var failed atomic.Pointer[error]
	end := time.Now().Add(d)
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: " + addr + "\r\n\r\n")
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			if err := connection(addr, request, end, &n); err != nil {
				failed.Store(&err)
			}
		})
	}
	wg.Wait()
	if e := failed.Load(); e != nil {
		return 0, *e
	}
	return int(float64(n.Load()) / d.Seconds()), nil
}

// connection sends a request again and again. It does as little as it can, so as not to be what is measured: the first
// answer is read line by line, the others, which are as long, as that many bytes.
func connection(addr string, request []byte, end time.Time, n *atomic.Int64) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Write(request); err != nil {
		return err
	}
	size, err := answerSize(c)
	if err != nil {
		return err
	}
	answer := make([]byte, size)
	for time.Now().Before(end) {
		if _, err := c.Write(request); err != nil {
			return err
		}
		if _, err := io.ReadFull(c, answer); err != nil {
			return err
		}
		if !bytes.HasPrefix(answer, []byte("HTTP/1.1 200 ")) {
			return fmt.Errorf("%.40q", answer)
		}
		n.Add(1)
	}
	return nil
}

// answerSize reads one answer and returns the length of its head and body.
func answerSize(c net.Conn) (int, error) {
	r := bufio.NewReader(c)
	size, length := 0, -1
	for {
		l, err := r.ReadString('\n')
		if err != nil {
			return 0, err
		}
		if size == 0 && !strings.Contains(l, " 200 ") {
			return 0, errors.New(l)
		}
		size += len(l)
		if k, v, ok := strings.Cut(l, ":"); ok && strings.EqualFold(k, "Content-Length") {
			length, _ = strconv.Atoi(strings.TrimSpace(v))
		}
		if len(l) <= 2 {
			break
		}
	}
	if length < 0 {
		return 0, errors.New("an answer without a length")
	}
	_, err := r.Discard(length)
	return size + length, err
}

// serveBare is what throughput is compared with: the least a Go server can do to send the same bytes.
func serveBare(file string) {
	body, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(l.Addr())
	length := strconv.Itoa(len(body))
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { //nolint:gosec // ends with its parent
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", length)
		_, _ = w.Write(body)
	}))
}

// searching runs the benchmarks of the index, in its own process.
func searching(large string) error {
	abs, err := filepath.Abs(*shared)
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "test", "-tags", "trials", "-run", "^$", "-bench", "Small|Large", "-benchtime", "3s", "./search/bleve")
	cmd.Dir = filepath.Dir(*rutter)
	cmd.Env = append(os.Environ(), "SHARED="+abs, "LARGE="+large)
	out, err := cmd.CombinedOutput()
	for l := range strings.Lines(string(out)) {
		if strings.HasPrefix(l, "Benchmark") || err != nil {
			fmt.Print(l)
		}
	}
	return err
}

// searches asks a served folder over eight connections for five seconds.
func (c corpus) searches(tmp string) error {
	raw, err := os.ReadFile(filepath.Join(*shared, "relevance", "alert_R", "queries.tsv"))
	if err != nil {
		return err
	}
	var queries []string
	for l := range strings.Lines(string(raw)) {
		if f := strings.Split(l, "\t"); len(f) == 3 {
			queries = append(queries, url.QueryEscape(f[1]))
		}
	}
	p, err := c.launch(filepath.Join(tmp, "state-search-"+c.name))
	if err != nil {
		return err
	}
	if _, err := p.until("/readyz"); err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	var n, failed atomic.Int64
	end := time.Now().Add(5 * time.Second)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for time.Now().Before(end) {
				i := n.Add(1)
				resp, err := client.Get(p.url + "/api/v1/search?q=" + queries[int(i)%len(queries)])
				if err != nil {
					failed.Add(1)
					continue
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	verdict := "met"
	if n.Load()/5 < 1000 || failed.Load() > 0 {
		verdict = "MISSED"
	}
	fmt.Printf("%-58s %10d  (%d failed)  target 1000  %s\n", c.name+": searches per second over HTTP", n.Load()/5, failed.Load(), verdict)
	return p.stop()
}
