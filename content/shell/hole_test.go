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
	{`awk -v x=<value> 'BEGIN{print "[" x "]"}'`, Plain},
	{`find /dev/null -exec printf '[%s]' <value> \;`, Plain},
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
		script string
		page   []string // other blocks
		want   string
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

		// More than letters in the brackets.
		{"ssh <user@host>; nc <host:port>; oc get <pod/deployment> <pod|deploy> <node1,node2>", nil, "user-host host-port pod-deployment pod-deploy node1-node2"},
		{"oc get <pod (from alert)> <pod's name> <größe> <pod(s)>", nil, "pod pod-name größe pod"},
		{"oc get <pod (from", nil, ""},
		{"oc get pod <the name of the pod that was shown by the command before>", nil, "name-of-the-pod-that-was-shown-by-the-co"},
		{"oc logs $OVNKUBE-MASTER-POD-NAME -n $NS-x", nil, "ovnkube-master-pod-name ns"},
		// What only looks like one.
		{"cat > n.xml <<EOF\n<network><name>br0</name></network>\nEOF", nil, ""},
		{"grep -o '<title>.*</title>' f", nil, ""},
		{`sed 's/<VERSION>.*<\/VERSION>/x/' pom.xml`, nil, ""},
		{"curl x | grep -oP '(?<=<title>).*'", nil, ""},
		{"grep -P '(?<year>\\d+)' f", nil, ""},
		{"sort <in.txt>out.txt", nil, ""},
		{`psql -c "select * from t where a <b and c> 5"`, nil, ""},
		{"# see <https://example.org/a>", nil, ""},
		{"cat <<E > x.c\n#include <stdio.h>\nE", nil, ""},
		{"wc <in | sort >out", nil, ""},
		{"echo $(<file>)", nil, ""},
		{`echo \<pod> "\<pod>" \\<pod>`, nil, "pod"},
		{`echo $SHLVL $SSH_CONNECTION $SUDO_USER $BASHPID $JAVA_HOME`, nil, ""},
		// Variables of another shell, or that the page sets in another way.
		{"ssh host 'for DEV in sda sdb; do smartctl -a /dev/$DEV; done'", nil, ""},
		{"kubectl exec p -- sh -c 'mysql -p$MYSQL_ROOT_PASSWORD'", nil, ""},
		{"ssh host <<'E'\necho $DEV\nE", nil, ""},
		{"ssh host \"ls $DIR\"", nil, "dir"},
		{"echo $PODS $NS2 $STAMP $OPT $COUNT $IDX $N2 $LINE", []string{
			"mapfile -t PODS < x", `: "${NS2:=default}"`, "printf -v STAMP '%(%s)T'", "while getopts ab OPT; do :; done", "((COUNT=3))", "for ((IDX=0; IDX<3; IDX++)); do :; done", "let N2=3", "read -r LINE",
		}, ""},
		{"echo $NODE $Z $N $X", []string{"NODE=x\nif then <", "f() { local Z=1; }", "for N in a b; do :; done", "X=$(oc get) Y=1 cmd"}, ""},
	} {
		var names []string
		for _, h := range Read(tt.script, VariablesOf(append(tt.page, tt.script))).Holes {
			names = append(names, h.Name)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.script, got, tt.want)
		}
	}
}

// TestPlaces says where more than a plain value may stand, and where not.
func TestPlaces(t *testing.T) {
	for _, tt := range []struct {
		script string
		page   []string
		want   string
	}{
		// Options that only some programs take for code.
		{`grep -e "<text>" -c <text> f`, nil, "dw"},
		{"tar -c <dir>; wc -c <file>; gzip -c <file>; ping -c <count> h; sort -c <file>", nil, "wwwww"},
		{`kubectl logs pod -c <container> | grep -c "<text>"`, nil, "wd"},
		{"curl -c <file> -d '{\"a\": \"<b>\"}' x", nil, "ws"},
		{"bash script.sh -c <cfg>", nil, "w"},
		{`mysql -u <user> -p"<password>" -e 'select 1'`, nil, "wd"},
		{`psql -h <host> -U "<user>" -c "<query>"`, nil, "wdp"},
		{`kubectl exec <pod> -- ls "<dir>"`, nil, "wd"},
		{`sudo -u postgres ls "<dir>"`, nil, "d"},
		// A script without a second reading of its words.
		{`bash -c 'ls "$1"' _ "<dir>"`, nil, "d"},
		{`bash -c 'ssh h "$1"' _ "<dir>"`, nil, "p"},
		// A script within what another program is given.
		{"kubectl apply -f - <<EOF\nname: <name>\nEOF", nil, "h"},
		{"kubectl apply -f - <<EOF\ncommand: [\"/bin/bash\", \"-c\", \"ls <dir>\"]\nEOF", nil, "p"},
		{"kubectl apply -f - <<'EOF'\n- sh\n- -ec\n- ls <dir>\nEOF", nil, "p"},
		{`kubectl patch x -p '{"command": ["sh", "-c", "ls <dir>"]}'`, nil, "p"},
		{"cat > /etc/cron.d/x <<EOF\n* * * * * root rm <dir>\nEOF", nil, "p"},
		{"cat > x.conf <<EOF\ndir = <dir>\nEOF", nil, "h"},
		// Wherever it stands in the page.
		{"NS=<namespace>", []string{`oc -n "$NS" get pods`}, "w"},
		{"NS=<namespace>", []string{`ssh h "oc -n $NS get pods"`}, "p"},
		{"N=<count>", []string{`A=$N`, `echo $((A + 1))`}, "p"},
		{"NS=<namespace>", []string{"oc -n $NS get ) (", "if"}, "p"},
		{`ssh <host> ls > "<file>"`, nil, "pd"},
		{`ssh h bash < "<file>"`, nil, "p"},
		{`env bash <(echo "<value>")`, nil, "p"},
		// The parser's own limits.
		{"<value>() { :; }", nil, "p"},
		{"for <value> in a; do :; done", nil, "p"},
		{"case x in <value>) ;; esac", nil, "a"},
		{"cat <<E\n<value>\nE", nil, "n"},
		{"cat <<EOF\nEO<value>\nEOF", nil, "n"},
		{"cat <<EOF\nkey: <value>\nEOF", nil, "h"},
	} {
		got := ""
		for _, h := range Read(tt.script, VariablesOf(append(tt.page, tt.script))).Holes {
			got += string(rune(h.Place))
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.script, got, tt.want)
		}
	}
}

// TestBounded wants what nests deeply or is long to be refused before it is parsed.
func TestBounded(t *testing.T) {
	deep, msg := strings.Repeat("(", 200_000), "nests too deeply"
	for _, src := range []string{deep, deep[:101], strings.Repeat("$(", 101), strings.Repeat("{ ", 101), strings.Repeat("if ", 101), strings.Repeat("while a; do\n", 101), strings.Repeat("`\"$(", 101), "echo <pod> " + deep + " $X"} {
		if s := Read(src, nil); s.Err == nil || s.Effect != Unknown || s.Holes != nil {
			t.Errorf("%.20s…: %v, %v, %d holes", src, s.Effect, s.Err, len(s.Holes))
		}
		if line, column, got := Check(src); line != 1 || column != 1 || !strings.Contains(got, msg) {
			t.Errorf("%.20s…: %d:%d %q", src, line, column, got)
		}
		if Known("kubectl get x\n"+src) || Unfinished(src) {
			t.Errorf("%.20s… is known", src)
		}
		VariablesOf([]string{src})
	}
	long := strings.Repeat("echo <pod>\n", 2000)
	if s := Read(long, nil); s.Err == nil || s.Holes != nil {
		t.Error("a long script is read")
	}
	if _, _, got := Check(long); got != "" {
		t.Error(got)
	}
	for _, src := range []string{strings.Repeat("(true)\n", 1000), strings.Repeat("if true; then :; fi\n", 200), "echo '" + strings.Repeat("[1] ", 1000) + "'", strings.Repeat("case a in a) ;; esac\n", 200)} {
		if s := Read(src, nil); s.Err != nil {
			t.Errorf("%.20s…: %v", src, s.Err)
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
	for _, s := range templates {
		f.Add(s)
	}
	f.Add(strings.Repeat("(", 20_000))
	f.Add("$ cat <<E <a> `b \"$(<c>")
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
