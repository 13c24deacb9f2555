package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"rutter/content/source"
	"rutter/site"
	"rutter/site/edition"
)

// gitFlags say which repository elsewhere is served.
type gitFlags struct {
	Git        string        `placeholder:"URL" help:"Serve a git repository: https, ssh (also user@host:path), file, or an absolute path."`
	Branch     string        `help:"Branch of it. The default is that of the repository."`
	Pull       time.Duration `default:"1m" help:"How often to look at the repository."`
	Token      string        `name:"token-file" placeholder:"FILE" help:"File with the token for https; the user name it goes with, if any, stands in the URL. The default is git-token in $CREDENTIALS_DIRECTORY, where there is one."`
	Previews   int           `default:"-1" help:"How many branches may be previewed at once at /~BRANCH/; 0 shows none. The default is 4 where authors see problems, else none: there is no sign-in yet, so whoever reaches the address reads every branch as it was pushed."`
	HookSecret string        `name:"hook-secret-file" placeholder:"FILE" help:"File with the secret of webhooks (GitHub, GitLab, Gitea, Standard Webhooks) at /-/hook. The default is hook-secret in $CREDENTIALS_DIRECTORY, where there is one."`
}

// options are where a repository is kept below a state folder.
func (g *gitFlags) options(folder, state, token string, log *slog.Logger) source.RemoteOptions {
	return source.RemoteOptions{
		URL: g.Git, Branch: g.Branch, Path: folder, Dir: filepath.Join(state, "mirror"), PinFile: filepath.Join(state, "pin"),
		Every: g.Pull, Token: token, Now: time.Now, Log: log,
	}
}

// remote has a repository elsewhere served.
func (g *gitFlags) remote(o *site.Options, folder string, log *slog.Logger) error {
	if g.Pull < time.Second {
		return &exit{exitUsage, errors.New("--pull must be a second at least")}
	}
	token, err := secret(g.Token, "git-token")
	if err != nil {
		return err
	}
	if o.Hook, err = secret(g.HookSecret, "hook-secret"); err != nil {
		return err
	}
	if err := source.CheckRemote(g.options(folder, "", string(token), log)); err != nil {
		return &exit{exitUsage, err}
	}
	if o.State == "" {
		if o.State, err = g.state(folder); err != nil {
			log.Warn("there is no state folder; the repository is fetched at each start", "cause", err)
		}
	}
	if o.Previews = g.Previews; g.Previews < 0 {
		if o.Previews = 0; o.Authors {
			o.Previews = 4
		}
	}
	o.PreviewPages = 20_000
	o.Remote = func(state string) (*source.Remote, error) {
		return source.OpenRemote(g.options(folder, state, string(token), log))
	}
	return nil
}

// state is the default folder for what is kept of a repository between runs. The folder in it counts however it is
// written: docs, ./docs and docs/ are one.
func (g *gitFlags) state(folder string) (string, error) {
	folder = strings.Trim(path.Clean("/"+folder), "/")
	return edition.StateOf("git " + g.Git + " " + g.Branch + " " + folder)
}

// name is the repository as people may read it.
func (g *gitFlags) name() string { return source.Redact(g.Git) }

// secret reads a file that holds one, or the one that systemd hands over under a name; nil where there is neither.
func secret(file, credential string) ([]byte, error) {
	if file == "" {
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" {
			return nil, nil
		}
		file = filepath.Join(dir, credential)
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, &exit{exitIO, err}
	}
	if b = bytes.TrimSpace(b); len(b) == 0 {
		return nil, &exit{exitUsage, fmt.Errorf("%s is empty", file)}
	}
	return b, nil
}

type rollbackCmd struct {
	Revision string `arg:"" optional:"" help:"Revision to serve from now on, seven digits of it at least. Without it, what is served is printed."`
	Off      bool   `help:"Follow the branch again."`
	State    string `help:"State folder of the portal. The default is that of the --git, --branch and --folder it serves."`
	Git      string `placeholder:"URL" help:"Repository that the portal serves."`
	Branch   string `help:"Branch that it serves."`
	Folder   string `help:"Folder inside the repository that it serves."`
}

// Run has a running portal serve another revision of its repository, or one that is started later.
func (c *rollbackCmd) Run(out *streams) error {
	if c.State == "" && c.Git == "" {
		return &exit{exitUsage, errors.New("name the portal's --state, or the --git that it serves")}
	}
	if c.Off && c.Revision != "" {
		return &exit{exitUsage, errors.New("--off takes no revision")}
	}
	state := c.State
	if state == "" {
		var err error
		if state, err = (&gitFlags{Git: c.Git, Branch: c.Branch}).state(c.Folder); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(state, "mirror")); err != nil {
		return &exit{exitIO, fmt.Errorf("%s holds no repository: start the portal once, or name its --state", state)}
	}
	pin := source.PinFile{Mirror: filepath.Join(state, "mirror"), Path: filepath.Join(state, "pin")}
	ctx := context.Background()
	switch {
	case c.Off:
		if err := pin.Clear(); err != nil {
			return &exit{exitIO, err}
		}
		_, _ = fmt.Fprintln(out.Out, "the branch is followed")
	case c.Revision == "":
		p, err := pin.Read()
		switch {
		case err != nil:
			return &exit{exitIO, err}
		case p != "":
			_, _ = fmt.Fprintln(out.Out, "rolled back to", p)
		default:
			_, _ = fmt.Fprintln(out.Out, "the branch is followed")
		}
	default:
		rev, subject, err := pin.Set(ctx, c.Revision)
		if errors.Is(err, source.ErrUnwritten) {
			return &exit{exitIO, err}
		}
		if err != nil {
			return &exit{exitUsage, err}
		}
		if err := ownedAs(filepath.Join(state, "pin"), state); err != nil {
			return &exit{exitIO, err}
		}
		_, _ = fmt.Fprintf(out.Out, "%s %s\n", rev, safe(subject))
		_, _ = fmt.Fprintln(out.Err, "The portal serves it once its gate has passed, and does not follow the branch until rutter rollback --off.")
	}
	return nil
}

// ownedAs gives a file to whom a folder belongs: root may write for a portal that runs as another user.
func ownedAs(file, folder string) error {
	i, err := os.Stat(folder)
	if err != nil {
		return err
	}
	st, ok := i.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return os.Chown(file, int(st.Uid), int(st.Gid))
}
