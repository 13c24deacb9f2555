package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// stubs are programs that stand for those a runner has: rutter writes down how it was called and ends as it is told;
// curl hands out what lies here in place of what lies elsewhere.
var stubs = map[string]string{
	"rutter": "#!/bin/sh\necho \"rutter $*\" >> \"$CALLS\"\necho out\nexit ${ENDS:-0}\n",
	"curl":   "#!/bin/sh\n[ \"$1 $2\" = '-fsSL -o' ] && [ \"$4\" = https://files.example.org/rutter ] || exit 22\ncp \"$HANDED\" \"$3\"\n",
}

// runner is a folder in which the steps of a template are run, as its own service would.
type runner struct {
	dir   string
	env   []string
	shell []string
}

func newRunner(t *testing.T, shell ...string) *runner {
	t.Helper()
	r := &runner{dir: t.TempDir(), shell: shell}
	bin := filepath.Join(r.dir, ".bin")
	if err := os.MkdirAll(filepath.Join(r.dir, ".temp"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range stubs {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "CALLS="+filepath.Join(r.dir, ".calls"), "HANDED="+filepath.Join(bin, "rutter"),
		"RUNNER_TEMP="+filepath.Join(r.dir, ".temp"), "GITHUB_PATH="+filepath.Join(r.dir, ".path"))
	return r
}

// run runs a script, and returns its exit code and how rutter was called in it.
func (r *runner) run(t *testing.T, script string, env ...string) (code int, calls string) {
	t.Helper()
	_ = os.Remove(filepath.Join(r.dir, ".calls"))
	cmd := exec.Command(r.shell[0], append(r.shell[1:], script)...)
	cmd.Dir, cmd.Env = r.dir, append(r.env, env...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile(filepath.Join(r.dir, ".calls"))
	t.Logf("%s\n%s", script, out)
	return cmd.ProcessState.ExitCode(), strings.TrimSpace(string(b))
}

func template(t *testing.T, name string, into any) {
	t.Helper()
	b, err := templates.ReadFile("template/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(b, into, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
}

// sum is the SHA-256 of what the stub of curl hands out.
func (r *runner) sum(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("sha256sum", filepath.Join(r.dir, ".bin", "rutter")).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))[0]
}

// TestGitHubTemplate runs the steps of the workflow in the shell that a runner has for them.
func TestGitHubTemplate(t *testing.T) {
	var w struct {
		Name        string
		On          map[string]any
		Permissions map[string]string
		Env         map[string]string
		Jobs        map[string]struct {
			RunsOn      string `yaml:"runs-on"`
			Permissions map[string]string
			Steps       []struct {
				Name, Uses, Run, If string
				Env, With           map[string]string
			}
		}
	}
	template(t, "github.yml", &w)
	r := newRunner(t, "bash", "-e", "-c") // as the service documents it for a step without a shell of its own
	r.env = append(r.env, "CONTENT="+w.Env["CONTENT"])
	var names []string
	for _, s := range w.Jobs["check"].Steps {
		names = append(names, s.Name+s.Uses)
		switch s.Name {
		case "Install Rutter":
			for k, v := range s.Env {
				if v != "${{ vars."+k+" }}" {
					t.Errorf("%s is %s", k, v)
				}
			}
			if code, _ := r.run(t, s.Run, "RUTTER_URL=https://files.example.org/rutter", "RUTTER_SHA256="+r.sum(t)); code != 0 {
				t.Errorf("installing ends with %d", code)
			}
			path, _ := os.ReadFile(filepath.Join(r.dir, ".path"))
			if _, err := exec.LookPath(filepath.Join(strings.TrimSpace(string(path)), "rutter")); err != nil {
				t.Error(err)
			}
			for _, bad := range [][]string{{"RUTTER_URL=", "RUTTER_SHA256="}, {"RUTTER_URL=https://files.example.org/rutter", "RUTTER_SHA256=" + strings.Repeat("0", 64)}} {
				if code, _ := r.run(t, s.Run, bad...); code == 0 {
					t.Errorf("installing goes on with %v", bad)
				}
			}
		case "Check":
			for _, ends := range []int{0, 1, 3} {
				if code, calls := r.run(t, s.Run, fmt.Sprint("ENDS=", ends)); code != ends || calls != "rutter check --format github ." {
					t.Errorf("%q ends with %d, want %d", calls, code, ends)
				}
			}
		case "Write SARIF":
			for ends, want := range map[int]int{0: 0, 1: 0, 3: 1} {
				if code, calls := r.run(t, s.Run, fmt.Sprint("ENDS=", ends)); code != want || calls != "rutter check --format sarif ." {
					t.Errorf("%q ends with %d, want %d", calls, code, want)
				}
			}
			if b, err := os.ReadFile(filepath.Join(r.dir, "rutter.sarif")); err != nil || string(b) != "out\n" {
				t.Errorf("%q, %v", b, err)
			}
		case "Upload SARIF":
			if s.With["sarif_file"] != "rutter.sarif" || !strings.HasPrefix(s.Uses, "github/codeql-action/upload-sarif@v") {
				t.Errorf("%+v", s)
			}
		}
	}
	if got := strings.Join(names, ", "); !strings.HasPrefix(got, "actions/checkout@v6, Install Rutter, Check, Write SARIF, Upload SARIF") {
		t.Error(got)
	}
}

// TestGitLabTemplate runs the script of the job line by line, as a runner does.
func TestGitLabTemplate(t *testing.T) {
	var w map[string]struct {
		Image        string
		Variables    map[string]string
		Rules        []map[string]string
		BeforeScript []string `yaml:"before_script"`
		Script       []string
	}
	template(t, "gitlab.yml", &w)
	job := w["rutter"]
	r := newRunner(t, "sh", "-e", "-c")
	r.env = append(r.env, "CONTENT="+job.Variables["CONTENT"])
	place := filepath.Join(r.dir, ".temp", "rutter")
	install := strings.ReplaceAll(strings.Join(job.BeforeScript, "\n"), "/usr/local/bin/rutter", place)
	if code, _ := r.run(t, install, "RUTTER_URL=https://files.example.org/rutter", "RUTTER_SHA256="+r.sum(t)); code != 0 {
		t.Errorf("installing ends with %d", code)
	}
	if _, err := exec.LookPath(place); err != nil {
		t.Error(err)
	}
	if code, _ := r.run(t, install, "RUTTER_URL=https://files.example.org/rutter", "RUTTER_SHA256=0"); code == 0 {
		t.Error("installing goes on with another program")
	}
	for _, ends := range []int{0, 1, 3} {
		if code, calls := r.run(t, strings.Join(job.Script, "\n"), fmt.Sprint("ENDS=", ends)); code != ends || calls != "rutter check ." {
			t.Errorf("%q ends with %d, want %d", calls, code, ends)
		}
	}
	if len(w) != 1 || len(job.Rules) != 2 {
		t.Errorf("%+v", w)
	}
}
