package lint_test

import (
	"testing"
)

// TestOnlyOutputIsMended: a block is given another name by itself only where what follows a prompt is output for sure.
func TestOnlyOutputIsMended(t *testing.T) {
	for _, c := range []struct {
		name, block string
		mends       bool
	}{
		{"a table", "$ df -h\nFilesystem  Size\n/dev/sda1   20G\n", true},
		{"several prompts", "$ date\nSat\n$ hostname\ndb1\n", true},
		{"a second command", "$ cockroach debug tsdump > tsdump.gob\ngzip tsdump.gob\n", false},
		{"a backslash that is missing", "$ kubectl create secret \\\ngeneric node \\\n--from-file=certs\n--context <name> \\\n--namespace <name>\n", false},
		{"the same among several", "$ date\nSat\n$ kubectl get pods \\\n  -A\n  --watch\n", false},
		{"an argument in the next line", "$ scp certs/ca.crt\n<username>@<address>:~/certs\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := 0
			for _, p := range check(t, map[string][]byte{"a.md": []byte("# A\n\n```sh\n" + c.block + "```\n")}) {
				if p.Rule != "prompt-output" {
					t.Errorf("%s", p)
					continue
				}
				if found++; p.Edit.Mends() != c.mends {
					t.Errorf("it mends itself: %v, want %v: %s", p.Edit.Mends(), c.mends, p)
				}
			}
			if found != 1 {
				t.Errorf("found %d times", found)
			}
		})
	}
}
