package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rutter": main})
}

// TestScripts runs the command as people do; each script is one habit of it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"served": served,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_STATE_HOME", e.WorkDir+"/.state")
			e.Setenv("HOME", e.WorkDir)
			if v := os.Getenv("GOCOVERDIR"); v != "" {
				e.Setenv("GOCOVERDIR", v)
			}
			return nil
		},
	})
}
