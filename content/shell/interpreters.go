package shell

import "strings"

// language is what an interpreter reads.
type language int

const (
	shellScript language = iota + 1
	otherScript          // Python, Perl …
	filter               // awk and sed: their first word is a script, their input is not
	query                // SQL and the like
	lines                // a shell takes it later: crontab, at
	opaque               // whatever it is given as words, another program reads it as code
)

// interpreter is a program that takes code.
type interpreter struct {
	language language
	script   string // its options whose value is code
	first    int    // so many of its first words are code
	options  string // its options that have the next word as their value
}

// The options of interpreters, taken apart, by what stands in the table.
var (
	valuedOptions = optionSets(func(in interpreter) string { return in.options }, "")
	scriptOptions = optionSets(func(in interpreter) string { return in.script }, longScript)
)

func optionSets(of func(interpreter) string, more string) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, in := range interpreters {
		out[of(in)] = set(of(in) + more)
	}
	return out
}

const longScript = " --command --eval --execute --exec --expression --query --source --print --run"

var (
	aShell = interpreter{shellScript, "-c --command", 0, "-o -O --rcfile --init-file"}
	perl   = interpreter{otherScript, "-e -E", 0, "-I"}
	python = interpreter{otherScript, "-c", 0, "-W -X -m"}
	awk    = interpreter{filter, "-e --source", 1, "-F -v -f --assign --file --field-separator"}
	mysql  = interpreter{query, "-e --execute --init-command", 0, "-u -h -P -D -S --user --host --port --database"}
	mongo  = interpreter{query, "--eval", 0, "-u -p --host --port --username --password"}
	opaq   = interpreter{language: opaque}
)

// interpreters are the programs that read code from their words or their input.
var interpreters = map[string]interpreter{
	"sh": aShell, "bash": aShell, "dash": aShell, "ash": aShell, "ksh": aShell, "mksh": aShell, "zsh": aShell, "fish": aShell, "rbash": aShell,
	"csh": aShell, "tcsh": aShell,
	"python": python, "pypy": python, "perl": perl, "ruby": perl,
	"node":    {otherScript, "-e -p --eval --print", 0, "-r"},
	"bun":     {otherScript, "-e --eval", 0, ""},
	"deno":    {otherScript, "-e --eval", 2, ""},
	"php":     {otherScript, "-r -B -R -E --run", 0, ""},
	"lua":     {otherScript, "-e", 0, ""},
	"tclsh":   {otherScript, "", 0, ""},
	"expect":  {otherScript, "-c", 0, ""},
	"Rscript": {otherScript, "-e", 0, ""},
	"julia":   {otherScript, "-e -E --eval --print", 0, ""},
	"pwsh":    {otherScript, "-c -Command -command", 0, ""},
	"gnuplot": {otherScript, "-e", 0, ""},
	"vim":     {otherScript, "-c --cmd", 0, ""}, "vi": {otherScript, "-c", 0, ""}, "nvim": {otherScript, "-c --cmd", 0, ""}, "ex": {otherScript, "-c", 0, ""},
	"ed": {otherScript, "", 0, ""}, "gdb": opaq, "emacs": opaq, "m4": opaq, "bc": {otherScript, "", 0, ""}, "dc": {otherScript, "-e", 0, ""},
	"awk": awk, "gawk": awk, "mawk": awk, "nawk": awk,
	"sed": {filter, "-e --expression", 1, "-f -l --file"}, "gsed": {filter, "-e --expression", 1, "-f -l --file"},
	"psql":              {query, "-c -v --command --set --variable", 0, "-h -p -U -d -f -o -P -F -R -L -T --host --port --username --dbname --file --output --pset"},
	"mysql":             mysql,
	"mariadb":           mysql,
	"mysqlsh":           mysql,
	"mycli":             mysql,
	"sqlcmd":            {query, "-q -Q -v", 0, "-S -U -P -d -i -o -s -w -h -t"},
	"sqlplus":           {query, "", 2, ""},
	"sqlite3":           {query, "-cmd", 2, "-separator"},
	"duckdb":            {query, "-c -cmd", 2, ""},
	"cockroach":         {query, "-e --execute", 0, "--host --url --certs-dir -d"},
	"clickhouse-client": {query, "-q --query --queries-file", 0, "-h -u -d --host --port --user --password --database"},
	"clickhouse":        {query, "-q --query", 0, "-h -u -d --host --port --user --password --database"},
	"mongosh":           mongo,
	"mongo":             mongo,
	"cqlsh":             {query, "-e --execute", 0, "-u -p -k"},
	"influx":            {query, "-execute --execute", 0, "-host -port -database"},
	"hive":              {query, "-e", 0, ""}, "beeline": {query, "-e", 0, "-u -n -p"}, "impala-shell": {query, "-q --query", 0, "-i"}, "trino": {query, "--execute", 0, ""},
	"snowsql": {query, "-q --query", 0, ""}, "osqueryi": {query, "", 1, ""}, "redis-cli": {query, "", 0, "-h -p -a -n -u --user --pass"},
	"valkey-cli": {query, "", 0, "-h -p -a -n -u --user --pass"},
	"crontab":    {lines, "", 9, "-u"}, "at": {lines, "", 9, "-q -f -t"}, "batch": {lines, "", 9, ""},
	".": {shellScript, "", 9, ""}, "source": {shellScript, "", 9, ""},
	"trap": opaq, "alias": opaq, "bind": opaq, "complete": opaq, "compgen": opaq, "fc": opaq,
	"npm": opaq, "yarn": opaq, "pnpm": opaq, "npx": opaq, "hyperfine": opaq,
	"tmux": opaq, "screen": opaq, "socat": opaq, "make": opaq, "gmake": opaq, "entr": opaq, "xterm": opaq,
	"ansible-playbook": opaq, "ansible-console": opaq, "salt-call": opaq, "salt-ssh": opaq, "dsh": opaq, "mosh": opaq, "fab": opaq, "bolt": opaq, "knife": opaq,
	"scp": opaq, "rsync": opaq, "sftp": opaq, "ftp": opaq, "lftp": opaq, "git-shell": opaq,
}

// codeOptions are options of programs whose value a shell reads, or the program itself as code.
var codeOptions = map[string]map[string]bool{
	"git": set("-c -x --exec --config-env --upload-pack --receive-pack --tree-filter --env-filter --index-filter --msg-filter --commit-filter"),
	"tar": set("-I -F --to-command --use-compress-program --checkpoint-action --rsh-command --info-script --new-volume-script"), "bsdtar": set("--use-compress-program"),
	"split": set("--filter"), "sort": set("--compress-program"), "zip": set("-TT --unzip-command"), "man": set("-P -H --pager"),
	"nc": set("-c -e --exec --sh-exec"), "ncat": set("-c -e --exec --sh-exec --lua-exec"), "tcpdump": set("-z"), "pg_ctl": set("-o --options"), "check_by_ssh": set("-C --command"),
	"useradd": set("-p"), "ip": set("-b -batch"), "jq": set("-L"), "wget": set("--use-askpass"), "nmap": set("--script --script-args"), "logrotate": set("-m --mail"),
}

// interpreterOf knows python3.11 too.
func interpreterOf(name string) (interpreter, bool) {
	in, ok := interpreters[name]
	if !ok {
		in, ok = interpreters[strings.TrimRight(name, "0123456789.")]
	}
	return in, ok
}

// code finds the words of an interpreter's command that are code.
func (in interpreter) code(args []string) (out []int) {
	if in.language == shellScript && in.first == 0 {
		return shellCode(args)
	}
	scripts, valued := scriptOptions[in.script], valuedOptions[in.options]
	first := in.first
	for i := 1; i < len(args); i++ {
		if j := scriptIn(args, i, scripts, valued, in.language == query); j > 0 {
			out = append(out, j)
			if i = j; in.language == filter {
				first = 0
			}
			continue
		}
		switch a := args[i]; {
		case strings.HasPrefix(a, "-") && len(a) > 1:
			if in.language == filter && (a[1] == 'f' || strings.HasPrefix(a, "--file")) {
				first = 0
			}
			if takesNext(a, valued) {
				i++
			}
		case first > 0:
			first--
			out = append(out, i)
		}
	}
	return out
}

// shellCode finds a shell's script: behind -c the first word that is no option.
func shellCode(args []string) []int {
	given := false
	for i := 1; i < len(args); i++ {
		a := args[i]
		switch {
		case strings.HasPrefix(a, "--command="):
			return []int{i}
		case a == "--command":
			given = true
		case a == "--rcfile", a == "--init-file":
			i++
		case strings.HasPrefix(a, "--"):
		case len(a) > 1 && (a[0] == '-' || a[0] == '+'):
			if before, after, ok := strings.Cut(a, "c"); ok && a[0] == '-' {
				if strings.Trim(before+after, "-abefhiklmnoprstuvxBCDEHPTO") != "" {
					return []int{i} // -c'…' in one word
				}
				given = true
			}
			if strings.ContainsAny(a, "oO") {
				i++
			}
		case given:
			return []int{i}
		default:
			return nil // a script's name, and its own words
		}
	}
	return nil
}
