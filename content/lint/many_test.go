package lint_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestManySteps: a page with very many destructive steps below one heading is read in time that grows with it; it once
// took as much as their number squared.
func TestManySteps(t *testing.T) {
	var b strings.Builder
	b.WriteString("---\nkind: playbook\n---\n# L\n\n")
	for i := range 8000 {
		fmt.Fprintf(&b, "%d. step\n\n   ```sh\n   rm -rf /x\n   ```\n\n", i+1)
	}
	begun := time.Now()
	var got []string
	for _, p := range check(t, map[string][]byte{"a.md": []byte(b.String())}) {
		got = append(got, p.Rule)
	}
	if len(got) != 2 || got[0] != "rollback-missing" || got[1] != "verify-missing" {
		t.Errorf("problems: %v", got)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
