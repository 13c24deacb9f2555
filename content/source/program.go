package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
	"unicode"
)

// local are the variables by which git tells a hook what repository it runs in; here they would name another one.
var local = []string{
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE",
	"GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE",
	"GIT_COMMON_DIR", "GIT_NAMESPACE",
}

// command is the git program in a folder, with nothing of this process's surroundings that would lead it elsewhere.
func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "--no-pager", "-c", "log.showSignature=false", "-c", "core.quotePath=false"}, args...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(local, name)
	})
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C", "GIT_TERMINAL_PROMPT=0")
	cmd.WaitDelay = time.Second
	return cmd
}

// bare is the git program in a bare repository of ours. Naming the repository spares git to look for one, and to ask
// who owns its folder: the state folder of a container is often a mount of somebody else's.
func bare(ctx context.Context, dir string, args ...string) *exec.Cmd {
	return command(ctx, dir, append([]string{"--git-dir=.", "-c", "core.hooksPath=/dev/null"}, args...)...)
}

// runBare is run in a bare repository.
func runBare(ctx context.Context, dir string, args ...string) ([]byte, error) {
	return output(bare(ctx, dir, args...), args[0])
}

// run returns what git prints; an error holds what it complains of.
func run(ctx context.Context, dir string, args ...string) ([]byte, error) {
	return output(command(ctx, dir, args...), args[0])
}

func output(cmd *exec.Cmd, what string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if msg := bytes.TrimSpace(stderr.Bytes()); len(msg) > 0 {
			return out, fmt.Errorf("git %s: %w: %s", what, err, msg)
		}
		return out, fmt.Errorf("git %s: %w", what, noGit(err))
	}
	return out, nil
}

// noProgram says that git could not be started at all.
type noProgram struct{ error }

func (e noProgram) Unwrap() error { return e.error }

// noGit says what to do where there is no git program; any other error stays as it is.
func noGit(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return noProgram{fmt.Errorf("the git program is needed and not in PATH: install git: %w", err)}
	}
	return err
}

// boilerplate is what git adds to every failure of a remote, whatever its cause.
var boilerplate = []string{"fatal: Could not read from remote repository.", "Please make sure you have the correct access rights", "and the repository exists."}

const maxComplaint = 500 // bytes

// complaint is what a program wrote to its stderr, as one line without control characters: part of it may be the
// remote's own words.
func complaint(stderr []byte) string {
	var lines []string
	for l := range strings.SplitSeq(string(stderr), "\n") {
		l = strings.TrimSpace(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || r == unicode.ReplacementChar {
				return ' '
			}
			return r
		}, l))
		if l != "" && !slices.Contains(boilerplate, l) {
			lines = append(lines, l)
		}
	}
	msg := strings.Join(lines, "; ")
	if len(msg) > maxComplaint {
		msg = strings.ToValidUTF8(msg[:maxComplaint], "") + "…"
	}
	return msg
}

func isExit(err error, code int) bool {
	var ee *exec.ExitError
	return errors.As(err, &ee) && ee.ExitCode() == code
}
