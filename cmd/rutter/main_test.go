package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rutter": main})
}

// TestScripts runs the command as people do; each script is one habit of it.
func TestScripts(t *testing.T) {
	guides, err := filepath.Abs("../../content/guides/rutter")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"served": served,
			"blocks": blocks,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_STATE_HOME", e.WorkDir+"/.state")
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("GUIDES", guides)
			if v := os.Getenv("GOCOVERDIR"); v != "" {
				e.Setenv("GOCOVERDIR", v)
			}
			return nil
		},
	})
}
