package shell

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// secondReaders stand for programs that read what they are given as code, away from here: each hands it to bash.
var secondReaders = map[string]string{
	// All words together, and the input.
	"ssh pdsh clush salt watch parallel tmux ansible at batch crontab socat make fab": `bash -c "$*"; for a; do bash -c "$a"; done; [ -t 0 ] || bash`,
	// The word behind an option that has a c, e, q, Q or r, what such an option begins with, and the input.
	"psql mysql mongosh clickhouse-client sqlcmd sqlite3 php node script runuser su gcloud perl zsh": `
		for a; do
			case $before in -*[ceqQrS]|--command|--eval|--query) bash -c "$a" ;; esac
			case $a in --command=*|--eval=*|--query=*) bash -c "${a#*=}" ;; -e?*) bash -c "${a#-e}" ;; esac
			before=$a
		done
		case $0 in *sqlite3) bash -c "$2" ;; esac
		[ -t 0 ] || bash`,
	// The command behind -- as it is, or else the input.
	"kubectl oc docker": `while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done; shift; if [ $# -gt 0 ]; then "$@"; else bash; fi`,
	"sudo":              `while case $1 in -u|-g) shift 2 ;; -*) shift ;; *) false ;; esac do :; done; "$@"`,
	"sshpass":           `shift 2; "$@"`,
}

// templates are places in which some shell, interpreter or database reads what stands there, or reads it once more.
var templates = []string{
	// A second shell by its input.
	"bash <<EOF\necho <value>\nEOF", "bash <<'EOF'\necho <value>\nEOF", "bash -s <<EOF\necho \"<value>\"\nEOF",
	"ssh root@db1 <<EOF\nping -c1 <value>\nEOF", "ssh h 'bash -s' <<'EOF'\nrm <value>\nEOF", "ssh h \"sudo bash -s\" <<EOF\nrm '<value>'\nEOF",
	"kubectl exec -i p -- sh <<EOF\nrm <value>\nEOF", "kubectl exec -i p -- sh -s <<'EOF'\nrm <value>\nEOF", "docker exec -i c bash <<< \"rm <value>\"",
	`echo "rm <value>" | bash`, `echo 'rm <value>' | sudo -u x bash`, `printf '%s\n' "rm <value>" | ssh h`, `echo "rm <value>" | tee /dev/stderr | sh`,
	`bash <<< "rm <value>"`, `bash < <(echo "rm <value>")`, `ssh h < <(echo "rm <value>")`, `echo "rm <value>" > >(bash)`, `{ echo "rm <value>"; } | bash`,
	"cat <<EOF | bash\nrm <value>\nEOF", "psql <<SQL\nselect '<value>';\nSQL", "mysql <<'SQL'\nselect \"<value>\";\nSQL", `echo "select '<value>'" | psql -U x`,
	"python3 <<E\nprint('<value>')\nE", "perl <<'E'\nprint '<value>';\nE", "crontab <<EOF\n* * * * * rm <value>\nEOF", `echo "* * * * * rm <value>" | crontab -`, "at now <<EOF\nrm <value>\nEOF",
	"while read -r L; do eval \"$L\"; done <<EOF\necho <value>\nEOF", `echo "<value>" | while read L; do eval "echo $L"; done`, `echo "<value>" | xargs -I{} sh -c "echo {}"`,
	"cat > /tmp/nobody/x.sh <<'E'\nrm <value>\nE", "cat >x <<E\n#!/bin/sh\nrm <value>\nE\nsh x", `echo "rm <value>" > x; bash x`, `echo "rm <value>" | tee run.sh; . ./run.sh`,
	// By its words.
	`sh -c "rm <value>"`, `sh -c 'rm "<value>"'`, `bash -xc "rm <value>"`, `bash -euc "rm <value>"`, `bash -ceu "rm <value>"`, `bash -c rm\ <value>`, `zsh -ic "rm <value>"`,
	`env A=1 B=2 C=3 bash -ec "rm <value>"`, `timeout -k 5 10 bash -c "rm <value>"`, `sudo -u deploy ssh h "rm <value>"`, `sshpass -p x ssh h "rm <value>"`, `echo x | xargs -I{} -n1 ssh h "rm <value>"`,
	`ssh h rm "<value>"`, `ssh h "echo '<value>'"`, `eval "echo <value>"`, `eval echo '<value>'`, `command eval "echo <value>"`, `A=1 eval "echo <value>"`,
	`trap "echo <value>" EXIT`, `trap 'echo "<value>"' EXIT`, "shopt -s expand_aliases\nalias p=\"echo <value>\"\np", `. <(echo "echo <value>")`, `source <(echo 'echo <value>')`,
	`bash -c "$(printf '%s' "echo <value>")"`, "bash -c \"$(cat <<E\necho <value>\nE\n)\"", `bash <(echo "echo <value>")`, `find /dev/null -exec sh -xc "echo <value>" \;`, `find /dev/null -exec true {} \; -exec sh -c 'echo "<value>"' \;`,
	`script -qc "echo <value>" /dev/null`, `watch -n5 "ls <value>"`, `parallel "rm <value>" ::: x`, `tmux send-keys "rm <value>" Enter`, `ansible all -m shell -a "rm <value>"`, `salt '*' cmd.run "rm <value>"`, `pdsh -w h "rm <value>"`,
	`kubectl exec p -- bash -ic "rm <value>"`, `oc rsh p -- sh -c "rm <value>"`, `docker exec c -- sh -ec "rm <value>"`, `su - x -c "rm <value>"`, `runuser -l x -c "rm <value>"`, `gcloud compute ssh x --command="rm <value>"`,
	`env -S "echo <value>"`, `coproc bash -c "echo <value>"; wait`, `make X="<value>"`, `nohup nice -n 5 sh -c "echo <value>"`,
	`toolbox run sh -c "rm <value>"`, `aws-vault exec x -- bash -ec "rm <value>"`, "direnv exec . bash <<< \"rm <value>\"", `tsh ssh h "rm <value>"`,
	`tar cf /dev/null --checkpoint=1 --checkpoint-action="exec=<value>" place`, `tar cf x.tar -I "sh -c '<value>'" place`, `git -c core.pager="<value>" log`, `git config core.editor "<value>"`, `split --filter="<value>" place`,
	// Databases and interpreters.
	`psql -Atc "select '<value>'"`, `psql -tAc "select '<value>'"`, `psql -qtc "select '<value>'"`, `psql --command="select '<value>'"`, `mysql -Ne "select '<value>'"`, `mysql -e"select '<value>'"`, `clickhouse-client -q "select '<value>'"`,
	`sqlcmd -Q "select '<value>'"`, `sqlite3 f.db "select '<value>'"`, `mongosh --eval="db.x.find({a:'<value>'})"`, `perl -lne 'print if /<value>/'`, `php -r "x('<value>')"`, `node -e "x('<value>')"`,
	`python3 -c "print('<value>')"`, `python3 -Sc "print('<value>')"`, `awk "BEGIN{print \"<value>\"}"`, `awk 'BEGIN{print "<value>"}'`, `echo x | sed "s/x/<value>/"`, `echo x | sed -n 's/x/<value>/p'`,
	// Backticks and expansions, in which quotes are not what they seem.
	"echo `echo \"<value>\"`", "echo `echo '<value>'`", "echo \"`echo '<value>'`\"", "X=`cat <<E\n<value>x\nE\n`; echo \"$X\"", "cat <<E\n`echo \"<value>\"`\nE",
	`echo "${X:-'<value>'}"`, `echo "${X:-"<value>"}"`, `echo ${X:-'<value>'}`, "cat <<E\n${X:-'<value>'}\nE", `x=aa; echo "${x/'<value>'/b}"`, `echo $'<value>'`, `echo "${X:=<value>}"`,
	// Arithmetic.
	`[[ <value> -eq 0 ]]`, `[[ 1 -lt "<value>" ]]`, `let "x=<value>"`, `let x=<value>`, `declare -i n=<value>`, `declare -i n; n=<value>`, `echo $(( $(echo "<value>") ))`, `echo $(( "<value>" ))`, `(( "<value>" > 0 ))`, `for ((i=<value>; i<0; i++)); do :; done`,
	`[[ -v <value> ]]`, `test -v <value>`, `[ -v "<value>" ]`, `read <value> <<< x`, `printf -v <value> x`, `printf -v "a[<value>]" x`, `declare <value>=1`, `export "<value>"`, `unset <value>`, `a[<value>]=1`, `a[<value>]+=1`, `a=([<value>]=1)`, `echo ${a['<value>']}`, `echo "${a[<value>]}"`, `echo ${a:<value>:1}`, `echo $[ <value> ]`,
	"cat <<E\n$(( \"<value>\" ))\nE", `mapfile <value> </dev/null`,
	// By way of a variable.
	`N=<value>; echo $((N + 1))`, `N="<value>"; [[ $N -gt 3 ]]`, `N=<value>; (( N > 3 ))`, `N=<value>; echo "${a[N]}"`, `N=<value>; echo ${!N}`, `C="rm <value>"; ssh h "$C"`, `A=<value>; B="rm $A"; bash -c "$B"`, `for F in <value>; do ssh h "rm $F"; done`,
	`COUNT=<value>; echo $((COUNT))`, `CMD="rm <value>"; ssh h "$CMD"`, `for FILE in <value>; do ssh h "rm $FILE"; done`,
	`read N <<< "<value>"; echo $((N))`, `export C=<value>; bash -c 'eval "$C"'`, `r() { ssh h "$@"; }; r rm "<value>"`, `r() { bash; }; r <<< "rm <value>"`, `bash -c 'eval "$1"' _ "<value>"`, `PROMPT_COMMAND="<value>"`, `set -- "<value>"; bash -c "rm $1"`,
	// Where a backslash is already.
	`echo "\<value>"`, `echo \<value>`, "cat <<E\n\\<value>\nE", `echo "\\<value>"`,
	// Comments, which an interactive zsh runs.
	"# pods in <value>\ntrue", "true # <value>",
}

var attacks = []string{
	"$(touch PWN)", "`touch PWN`", "x[$(touch PWN)]", "!x!", "a\ntouch PWN", "';touch PWN;'", `";touch PWN;"`, ";touch PWN", `\$(touch PWN)`, "\\`touch PWN\\`", "&touch PWN", "|touch PWN", "x)touch PWN",
	`");system("touch PWN");("`, `'); import os; os.system('touch PWN'); ('`, "/e;x/e", "/;1e touch PWN", `'"$(touch PWN)"'`, `\";touch PWN;\"`, "}touch PWN", "E", "EOF", "a b", "web-1", "-7",
}

// TestNothingRuns fills in what is made to run, wherever another reader expands what the shell has quoted, and runs it.
func TestNothingRuns(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	stubs := t.TempDir()
	for names, script := range secondReaders {
		for name := range strings.FieldsSeq(names) {
			if err := os.WriteFile(filepath.Join(stubs, name), []byte("#!"+bash+"\n"+script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, script := range templates {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			holes := Read(script, nil).Holes
			dir := t.TempDir()
			for _, v := range attacks {
				filled, ok := fill(script, holes, v)
				if !ok || filled == script {
					continue
				}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				c := exec.CommandContext(ctx, bash, "-c", filled)
				c.Dir, c.Env = dir, []string{"PATH=" + stubs + ":" + os.Getenv("PATH")}
				out, _ := c.CombinedOutput()
				cancel()
				if _, err := os.Stat(filepath.Join(dir, "PWN")); err == nil {
					t.Errorf("%q ran as %c of %s: %s", v, holes[0].Place, filled, out)
					_ = os.Remove(filepath.Join(dir, "PWN"))
				}
			}
		})
	}
}

// fill writes a value in all holes; ok is false where it is refused.
func fill(script string, holes []Hole, value string) (string, bool) {
	for i := len(holes) - 1; i >= 0; i-- {
		h := holes[i]
		text, ok := h.Place.Write(value)
		if !ok {
			return "", false
		}
		script = script[:h.From] + text + script[h.To:]
	}
	return script, true
}
