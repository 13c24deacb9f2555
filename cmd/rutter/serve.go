package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"rutter/content"
	"rutter/content/coverage"
	"rutter/content/source"
	"rutter/site"
	"rutter/site/edition"
)

type serveCmd struct {
	Dir      string `arg:"" optional:"" help:"Content folder. Without it, the library in the binary is served. With --git, the folder inside the repository."`
	gitFlags `embed:""`
	Addr     string   `default:"127.0.0.1:8080" help:"Address to listen on."`
	State    string   `help:"Folder to keep the search index and the trail of publications in. The default is below $XDG_STATE_HOME, for the library in the binary a temporary one."`
	Authors  string   `default:"auto" enum:"auto,yes,no" help:"Show problems on the pages: yes, no, or auto, which means yes when the output is a terminal and the address is this machine's own."`
	BaseURL  string   `name:"base-url" help:"Scheme and host for absolute addresses, as in the sitemap. The default is those of the request."`
	TLSCert  string   `name:"tls-cert" type:"path" help:"File with the TLS certificate chain. With --tls-key, HTTPS is served."`
	TLSKey   string   `name:"tls-key" type:"path" help:"File with the TLS private key."`
	H2C      bool     `name:"h2c" env:"RUTTER_H2C" help:"Serve HTTP/2 without TLS too, for a proxy in front."`
	QueryLog bool     `name:"query-log" default:"true" negatable:"" help:"Count searches for the authors' page /-/asked: without addresses, and only what several readers asked."`
	Rules    []string `placeholder:"PATH" help:"File of Prometheus rules or PrometheusRule objects, or a folder of such, for the authors' page /-/coverage. May be repeated."`
	RulesURL []string `name:"rules-url" placeholder:"PREFIX=FOLDER" help:"With --rules: runbook addresses that begin with PREFIX are of this portal too, below FOLDER. May be repeated."`
	LogJSON  bool     `name:"log-json" help:"Write the log as JSON."`
}

// drain is how long readiness is false before new connections are refused.
const drain = 500 * time.Millisecond

func (c *serveCmd) Run(out *streams) error {
	log := c.logger(out.Err)
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return &exit{exitUsage, fmt.Errorf("--tls-cert and --tls-key go together")}
	}
	if u, err := url.Parse(c.BaseURL); c.BaseURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "") {
		return &exit{exitUsage, fmt.Errorf("--base-url wants a scheme and a host, such as https://portal.example.org")}
	}
	if c.State != "" && c.Dir != "" && c.Git == "" && within(c.State, c.Dir) {
		return &exit{exitUsage, fmt.Errorf("--state %s lies in the content folder, where every file is content: name a folder outside it", c.State)}
	}
	sites, err := sitesOf(c.RulesURL)
	if err != nil {
		return err
	}
	if len(c.RulesURL) > 0 && len(c.Rules) == 0 {
		return &exit{exitUsage, fmt.Errorf("--rules-url goes with --rules")}
	}
	var rules *coverage.Files
	if len(c.Rules) > 0 {
		if rules, err = rulesOf(c.Rules); err != nil {
			return err
		}
		if ps := rules.Set(time.Now()).Problems; len(ps) > 0 { // the page has them all
			log.Warn("not all rules can be read", "problems", len(ps), "first", ps[0].String())
		}
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	o := site.Options{
		Addr: c.Addr, State: c.State, CertFile: c.TLSCert, KeyFile: c.TLSKey, H2C: c.H2C, BaseURL: c.BaseURL,
		Authors: c.authors(out.Out), Unasked: !c.QueryLog, Version: buildVersion().Version, Now: time.Now, Log: log,
		Drain: drain, Rules: rules, Sites: sites,
	}
	if err := c.from(ctx, &o, log); err != nil {
		return err
	}
	s, err := site.New(o)
	if err != nil {
		return err
	}
	if err := s.Start(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out.Out, "Serving %s at %s\n", c.what(), s.URL())
	select {
	case err := <-s.Done():
		_ = s.Stop(ctx)
		return folder(c.Dir, err)
	case sig := <-signals:
		log.Info("stopping", "signal", sig.String())
	}
	go func() { // whoever asks twice means now
		<-signals
		os.Exit(exitIO)
	}()
	return s.Stop(ctx)
}

// from sets where the content comes from.
func (c *serveCmd) from(ctx context.Context, o *site.Options, log *slog.Logger) error {
	if c.Git != "" {
		return c.remote(o, c.Dir, log)
	}
	if c.Branch != "" || c.HookSecret != "" || c.Token != "" {
		return &exit{exitUsage, fmt.Errorf("--branch, --token-file and --hook-secret-file go with --git")}
	}
	if c.Dir == "" {
		o.Source, o.History = library{}, content.LibraryHistory()
		return nil
	}
	f, err := source.OpenFolder(c.Dir, time.Now)
	if err != nil {
		return folder(c.Dir, err)
	}
	o.Source, o.Changes, o.Git = f, f.Watch(ctx, log), f.GitOf()
	if dir := f.Repository(); dir != "" {
		o.Blobs = source.OpenObjects(dir)
	}
	if o.State == "" {
		dir, err := edition.StateDir(c.Dir)
		if err != nil {
			log.Warn("there is no state folder; the index is built at each start", "cause", err)
		}
		o.State = dir
	}
	return nil
}

// within tells whether state is the content folder or lies in it where its files would be served.
func within(state, dir string) bool {
	rel, err := filepath.Rel(resolved(dir), resolved(state))
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return false
	}
	for name := range strings.SplitSeq(rel, string(filepath.Separator)) {
		if strings.HasPrefix(name, ".") && name != "." {
			return false // what is hidden is no content
		}
	}
	return true
}

// resolved is the absolute path without links, as far as it exists.
func resolved(p string) string {
	p, err := filepath.Abs(p)
	if err != nil {
		return p
	}
	if r, err := filepath.EvalSymlinks(p); err == nil {
		return r
	}
	if up := filepath.Dir(p); up != p {
		return filepath.Join(resolved(up), filepath.Base(p))
	}
	return p
}

func (c *serveCmd) what() string {
	if c.Git != "" {
		return c.name()
	}
	if c.Dir == "" {
		return "the library in the binary"
	}
	return c.Dir
}

// library is the source of what lies in the binary.
type library struct{}

func (library) Scan() (content.Tree, error) { return source.FromFS(content.Library()) }

// scanned lists a content folder once; "" stands for the library.
func scanned(dir string) (tree content.Tree, err error) {
	if dir == "" {
		tree, err = library{}.Scan()
	} else {
		var f *source.Folder
		if f, err = source.OpenFolder(dir, time.Now); err == nil {
			tree, err = f.Scan()
		}
	}
	if err != nil {
		return content.Tree{}, folder(dir, err)
	}
	return tree, nil
}

func (c *serveCmd) logger(w io.Writer) *slog.Logger {
	if c.LogJSON {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// authors decides whether problems are shown on the pages.
func (c *serveCmd) authors(out io.Writer) bool {
	switch c.Authors {
	case "yes":
		return true
	case "no":
		return false
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return (host == "localhost" || ip != nil && ip.IsLoopback()) && isTerminal(out)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	i, err := f.Stat()
	return err == nil && i.Mode()&os.ModeCharDevice != 0 && i.Mode()&os.ModeDevice != 0
}
