package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

// build is what the binary knows of itself.
type build struct {
	Version  string // module version, or "devel"
	Revision string // full commit hash, "" when built outside a repository
	Time     string // of the commit, RFC 3339
	Modified bool   // the work tree had changes
}

func buildVersion() build {
	b := build{Version: "devel"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func (versionCmd) Run(out *streams) error {
	b := buildVersion()
	line := "rutter " + b.Version
	if b.Revision != "" {
		line += ", revision " + b.Revision
		if b.Modified {
			line += " with changes"
		}
		line += ", " + b.Time
	}
	_, err := fmt.Fprintf(out.Out, "%s, %s %s/%s\n", line, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
