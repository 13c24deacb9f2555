package main

import (
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

var shown = regexp.MustCompile("(?ms)^```(?:sh|bash)\n(.*?)^```\n(?:\n```output\n(.*?)^```\n)?")

// blocks runs the commands of a page, one block after another in the script's folder, and compares what they print with
// the output that the page shows below them: `blocks FILE [SECTION]`. Prompts are not understood. Every block must end
// with 0.
func blocks(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: blocks FILE [SECTION]")
	}
	page := ts.ReadFile(args[0])
	if len(args) == 2 {
		_, after, found := strings.Cut(page, "\n## "+args[1]+"\n")
		if !found {
			ts.Fatalf("%s has no section %s", args[0], args[1])
		}
		page, _, _ = strings.Cut(after, "\n## ")
	}
	found := shown.FindAllStringSubmatch(page, -1)
	if len(found) == 0 {
		ts.Fatalf("%s shows no commands", args[0])
	}
	for _, m := range found {
		if err := ts.Exec("bash", "-e", "-c", m[1]); err != nil {
			ts.Fatalf("%s%v", m[1], err)
		}
		if got := ts.ReadFile("stdout"); m[2] != "" && got != m[2] {
			ts.Fatalf("%sprints\n%snot\n%s", m[1], got, m[2])
		}
	}
}
