package markdown

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/chroma/v2/lexers"
)

func TestZZColour(t *testing.T) {
	if os.Getenv("ZZC") == "" {
		return
	}
	samples := map[string]string{
		"bash": "kubectl -n \"$NS\" get pods --field-selector=status.phase=Pending -o json | jq '.items[] | .metadata.name' # list\nfor i in 1 2 3; do echo \"$i\"; done\n",
		"yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"x\"\n  labels: {a: b, c: 1}\nspec:\n  - name: foo # bar\n    value: 12\n",
		"json": "{\"a\": [1, 2, {\"b\": \"cccccc\", \"d\": null}], \"e\": true},\n",
		"sql":  "SELECT a, b, count(*) FROM t JOIN u ON t.id = u.id WHERE x = 'abc' AND y > 10 ORDER BY 1; -- c\n",
		"python": "def f(a, b=1):\n    \"\"\"doc\"\"\"\n    return [x for x in range(10) if x % 2 == 0]\n",
		"go": "func f(a int, b string) error {\n\treturn fmt.Errorf(\"x %d: %w\", a, err)\n}\n",
		"console": "$ ls -l\ntotal 0\n",
	}
	for l, s := range samples {
		body := rep(s, 16000)[:16000]
		t0 := time.Now()
		_, ok := newPen().try(body, l)
		fmt.Println(l, len(body), ok, time.Since(t0))
	}
	units := []string{"\"", "'", "(", "[", "{", "<", "a", "a ", "\\", "/", "/*", "<!--", "$(", "${", "`", "=", "a=", "a:", "1", "\n", " ", "-", "#", "\"\\", "a(", "a.", "@", "%", "&", "|", "<a ", "'''", "\"\"\"", "<<a\n", "\t", "a\n", ":", "://", "0x", "a-"}
	for _, l := range lexers.GlobalLexerRegistry.Lexers {
		name := l.Config().Name
		if !coloured[name] { continue }
		for _, u := range units {
			body := rep(u, 16000)[:16000]
			t0 := time.Now()
			done := make(chan int)
			go func() {
				select {
				case <-done:
				case <-time.After(15 * time.Second):
					fmt.Printf("STUCK %q %q\n", name, u)
					os.Exit(3)
				}
			}()
			func() {
				defer func() {
					if r := recover(); r != nil {
						fmt.Printf("PANIC %q %q %v\n", name, u, r)
					}
				}()
				newPen().try(body, strings.ToLower(name))
			}()
			close(done)
			if d := time.Since(t0); d > 1100*time.Millisecond {
				fmt.Printf("%8.2f %q %q\n", d.Seconds(), name, u)
			}
		}
	}
}
