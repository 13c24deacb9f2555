package shell

import (
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// scripts have a hole, or the same one more than once; run by a shell, they print the value that the shell has there, in brackets.
var scripts = []struct {
	script string
	place  Place
}{
	{`printf '[%s]' <value>`, Word},
	{`printf '[%s]' pre<value>post | sed 's/pre//;s/post//'`, Word},
	{`X=<value>; printf '[%s]' "$X"`, Word},
	{`printf '[%s]' "<value>"`, Double},
	{`printf '[%s]' "a$(true)b<value>" | sed 's/ab//'`, Double},
	{`printf '[%s]' '<value>'`, Single},
	{`printf '[%s]' "$(printf %s <value>)"`, Word},
	{`printf '[%s]' "$(printf %s "<value>")"`, Double},
	{"cat <<E\n[<value>]\nE", Here},
	{"cat <<'E'\n[<value>]\nE", Text},
	{`printf '[%s]' <value>>&1`, Always},
	{`for x in <value>; do printf '[%s]' "$x"; done`, Word},
	{`printf '[%s]' $((<value>))`, Number},
	{`sh -c "printf '[%s]' <value>"`, Plain},
	{`sh -c 'printf "[%s]" <value>'`, Plain},
	{"printf '[%s]' `printf %s <value>`", Plain},
	{"printf '[%s]' \"`printf %s \"<value>\"`\"", Plain},
	{"X=`cat <<E\n[<value>]\nE\n`; printf %s \"$X\"", Plain},
	{`printf '[%s]' "${X:-'<value>'}" | sed "s/'//g"`, Plain},
	{"cat <<E\n[$(printf %s '<value>')]\nE", Single},
	{"cat <<E\n[$(printf %s \"<value>\")]\nE", Double},
	{"cat <<E\n[$(( <value> ))]\nE", Number},
	{"cat <<-E\n\t[<value>]\n\tE", Here},
	{"cat <<\\E\n[<value>]\nE", Text},
	{"printf '[%s]' \"$(cat <<E\n<value>\nE\n)\"", Number}, // E would end it
	{`cat <<< [<value>]`, Word},
	{`printf '[%s]' "$(printf '%s' "$(printf '%s' "<value>")")"`, Double},
	{`printf '[%s]' $(( "<value>" ))`, Number},
	{`case x<value> in x<value>) printf '[%s]' <value> ;; esac`, Word},
	{`a=(<value> x); printf '[%s]' "${a[0]}"`, Word},
	{`X=<value> bash -c 'printf "[%s]" "$X"'`, Word},
	{`bash -c 'printf "[%s]" "$1"' _ "<value>"`, Double},
	{`bash -xc "printf '[%s]' <value>" 2>/dev/null`, Plain},
	{"bash <<'E'\nprintf '[%s]' <value>\nE", Plain},
	{`echo "printf '[%s]' <value>" | env bash`, Plain},
	{`find /dev/null -exec printf '[%s]' <value> \;`, Word},
	{`find /dev/null -exec sh -c "printf '[%s]' <value>" \;`, Plain},
	{`printf '[%s]' ${X:-<value>}`, Plain},
}

// TestWrite wants the shell to have exactly the value as one word, whatever the value and wherever the hole.
func TestWrite(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash") // a machine without one has nothing to compare with
	}
	for _, s := range scripts {
		read := Read(s.script, nil)
		if len(read.Holes) == 0 || read.Holes[0].Place != s.place || read.Holes[0].Name != "value" {
			t.Errorf("%s: %+v, %v; want place %c", s.script, read.Holes, read.Err, s.place)
			continue
		}
		check := func(t interface{ Errorf(string, ...any) }, value string) {
			filled, ok := fill(s.script, read.Holes, value)
			if !ok {
				return
			}
			out, err := exec.Command(bash, "-c", filled).CombinedOutput()
			if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != "["+value+"]" {
				t.Errorf("%q in %s is %s: the shell has %s, %v", value, s.script, filled, got, err)
			}
		}
		for _, v := range []string{"web-1", "a b", "it's", `say "x"`, "$HOME", "`id`", "$(id)", `back\slash\`, "a;b", "*", "~", "-n", "#x", "!x!", "%s", "a=b", "{a,b}", "&&", "日本", "42", "if", "\\", "'", `"`, "''", "E", "|x", "<y>"} {
			check(t, v)
		}
		if testing.Short() {
			continue
		}
		rapid.Check(t, func(rt *rapid.T) {
			check(rt, rapid.StringOfN(rapid.SampledFrom([]rune("ab1 '\"$`\\!*?[]{}()<>|&;#~=%^-+.,:/@\u00e9\u65e5")), 1, 12, -1).Draw(rt, "value"))
		})
	}
	for _, p := range []Place{Word, Always, Double, Single, Here, Text, Number, Plain} {
		for _, v := range []string{"", "a\nb", "a\x00b", "\xff", "a\tb", "\x1b[0m"} {
			if text, ok := p.Write(v); ok {
				t.Errorf("%q is written as %q in %c", v, text, p)
			}
		}
	}
}

func TestHoles(t *testing.T) {
	for _, tt := range []struct {
		script   string
		assigned []string
		want     string
	}{
		{"oc -n <namespace> get pod <pod name> -o yaml", nil, "namespace pod-name"},
		{"oc -n $NAMESPACE get pod ${POD_NAME}", nil, "namespace pod-name"},
		{"oc -n $NAMESPACE get pod $POD", []string{"NAMESPACE=x"}, "pod"},
		{"kubectl get pods -n {{ns}} {{ pod }}", nil, "ns pod"},
		{"kubectl get pods -o go-template='{{range .items}}{{name}}{{end}}'", nil, ""},
		{"docker ps --format '{{.Names}}'", nil, ""},
		{"awk '{print $NF, $HOME}' file", nil, ""},
		{"echo $HOME $PATH \\$X $1 $lower", nil, ""},
		{"cat <<EOF\n<name>\nEOF", nil, "name"},
		{"cmd <in.txt >out.txt", nil, ""},
		{"cmd 2>/dev/null < file", nil, ""},
		{"oc get <value of namespace label from alert> <your-namespace> <MY_POD>", nil, "namespace namespace pod"},
		{"echo <none> <br>", nil, ""},
		{"# in <namespace>\noc get pods", nil, "namespace"},
		{"diff <(ls a) <(ls b)", nil, ""},
		{"if <broken", nil, ""},
		{"oc get pods <pod> ) (", nil, "pod"},
	} {
		var names []string
		for _, h := range Read(tt.script, VariablesOf(tt.assigned)).Holes {
			names = append(names, h.Name)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.script, got, tt.want)
		}
	}
}

func TestLabel(t *testing.T) {
	for name, want := range map[string]string{"pod-name": "Pod name", "node-ip": "Node IP", "vm": "VM", "namespace": "Namespace"} {
		if got := Label(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range scripts {
		f.Add(s.script)
	}
	f.Fuzz(func(t *testing.T, src string) {
		at := 0
		for _, h := range Read(src, nil).Holes {
			if h.From < at || h.To <= h.From || h.To > len(src) || h.Name == "" || h.Place == 0 {
				t.Fatalf("%+v", h)
			}
			at = h.To
		}
	})
}
