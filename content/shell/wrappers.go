package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// wrapper is a program that runs another one, which stands behind its options.
type wrapper struct {
	options string // its options that have the next word as their value
	script  string // its options whose value is a script for a shell
	words   int    // its own words before the other program: a duration, a host
	verbs   string // with commas: only after these words it runs another one
	joined  bool   // it puts the words together for a shell to read
	away    bool   // on another machine or in a container: what it is given as input may be for a shell
	changes string // verbs that change something by themselves
	alone   Effect // at least; Reads if it is not said

	valued, scripts map[string]bool
	after           []string // verbs, taken apart
}

var (
	kubeWrapper = wrapper{options: kubeOptions + " --image --overrides", verbs: "exec, rsh, debug, run, attach", words: 1, away: true, changes: "run"}
	boxWrapper  = wrapper{
		options: `-e -u -w -v -p -l -h -m -a -c -f -H --name --env --volume --network --net --user --workdir --entrypoint --mount --publish
			--label --memory --cpus --env-file --hostname --pull --platform --add-host --cap-add --device --restart --host --file --context`,
		verbs: "exec, run, container exec, container run, compose exec, compose run", words: 1, away: true, changes: "run",
	}
)

// wrappers are the programs that run another.
var wrappers = preparedWrappers(map[string]wrapper{
	"sudo":        {options: "-u -g -U -p -C -h -r -t -T -D -R --user --group --prompt --host --chdir --chroot --role --type --close-from --other-user"},
	"doas":        {options: "-u -C -a"},
	"pkexec":      {options: "--user"},
	"su":          {options: "-s -g -G -w --shell --group", script: "-c --command --session-command", words: 99},
	"runuser":     {options: "-u -g -G -s -w --user --group --shell", script: "-c --command --session-command"},
	"sg":          {script: "-c", words: 1},
	"env":         {options: "-u -C --unset --chdir", script: "-S --split-string"},
	"time":        {options: "-f -o --format --output"},
	"nohup":       {},
	"nice":        {options: "-n --adjustment"},
	"ionice":      {options: "-c -n -p -P -u --class --classdata --pid"},
	"chrt":        {options: "-T -P -D", words: 1},
	"taskset":     {words: 1},
	"command":     {},
	"builtin":     {},
	"exec":        {options: "-a"},
	"setsid":      {},
	"unbuffer":    {},
	"caffeinate":  {options: "-t -w"},
	"stdbuf":      {options: "-i -o -e --input --output --error"},
	"timeout":     {options: "-k -s --kill-after --signal", words: 1},
	"xargs":       {options: "-I -L -n -P -d -s -a -E --max-args --max-procs --max-lines --delimiter --arg-file --max-chars"},
	"watch":       {options: "-n --interval", joined: true},
	"chroot":      {words: 1},
	"nsenter":     {options: "-t -S -G --target --setuid --setgid"},
	"unshare":     {options: "-S -G -R -w --setuid --setgid --root --wd"},
	"strace":      {options: "-p -o -e -s -u -E -P -a -S -I -b -O -X --attach --output --trace"},
	"ltrace":      {options: "-p -o -e -s -u"},
	"flock":       {options: "-w -E --timeout --wait --conflict-exit-code", script: "-c --command", words: 1},
	"script":      {script: "-c --command", words: 99},
	"systemd-run": {options: "-p -u -M -H -E --unit --property --slice --uid --gid --description --setenv --on-calendar --on-active --working-directory"},
	"busybox":     {},
	"toybox":      {},
	"numactl":     {options: "-N -m -C"},
	"ip":          {verbs: "netns exec", words: 1, options: "-n -f"},
	"eval":        {joined: true},
	"parallel":    {options: "-j -a -S -I --jobs --arg-file --joblog", joined: true},
	"ssh":         {options: "-p -i -l -o -F -J -L -R -D -b -c -E -e -I -m -O -Q -S -W -w -B", words: 1, joined: true, away: true},
	"autossh":     {options: "-p -i -l -o -F -J -L -R -D -M", words: 1, joined: true, away: true},
	"sshpass":     {options: "-p -f -P -d"},
	"pdsh":        {options: "-w -x -l -u -f -R -t -g", joined: true, away: true},
	"clush":       {options: "-w -g -x -l -f -t", joined: true, away: true},
	"pssh":        {options: "-h -H -l -p -t -o -e -A", joined: true, away: true},
	"ansible":     {options: "-i -m -u -l -f -b -e -k --limit --inventory", script: "-a --args", words: 99, away: true, alone: Changes},
	"salt":        {options: "-t --timeout", words: 1, joined: true, away: true},
	"gcloud":      {options: "--zone --project --region", script: "--command", verbs: "compute ssh", words: 99, joined: true, away: true},
	"aws":         {options: "--region --profile --output", script: "--parameters --command", verbs: "ssm send-command, ecs execute-command", words: 99, away: true, alone: Changes},
	"az":          {script: "--scripts", verbs: "vm run-command, vmss run-command", words: 99, away: true, alone: Changes},
	"vagrant":     {script: "-c --command", verbs: "ssh", words: 99, away: true},
	"lxc":         {options: "--env --cwd --user --group", verbs: "exec", words: 1, away: true},
	"incus":       {options: "--env --cwd --user --group", verbs: "exec", words: 1, away: true},
	"pct":         {verbs: "exec", words: 1, away: true},
	"multipass":   {verbs: "exec", words: 1, away: true},
	"kubectl":     kubeWrapper, "oc": kubeWrapper, "k": kubeWrapper,
	"docker": boxWrapper, "podman": boxWrapper, "nerdctl": boxWrapper, "crictl": boxWrapper, "docker-compose": boxWrapper,
})

func preparedWrappers(ws map[string]wrapper) map[string]wrapper {
	for name, w := range ws {
		w.valued, w.scripts, w.after = set(w.options), set(w.script), phrases(w.verbs)
		ws[name] = w
	}
	return ws
}

// peeled is what a wrapper runs.
type peeled struct {
	verb    string
	at      int   // where the other program begins; the number of words where there is none
	scripts []int // words that a shell is given as a script
}

// peel takes the wrapper off a command; ok is false where the words make it none.
func (w wrapper) peel(args []string) (p peeled, ok bool) {
	i, own := 1, w.words
	if w.verbs != "" {
		if i, p.verb = w.verb(args); i == 0 {
			return p, false
		}
		if dash := slices.Index(args, "--"); dash >= i {
			p.at = dash + 1
			return p, true
		}
	}
	scripts := w.scripts
	for ; i < len(args); i++ {
		a := args[i]
		if j := scriptIn(args, i, scripts, w.valued, false); j > 0 {
			p.scripts = append(p.scripts, j)
			i = j
			continue
		}
		name, _, assigned := strings.Cut(a, "=")
		switch {
		case a == "--":
			i += own
			p.at = min(i+1, len(args))
			return p, true
		case a == "-":
		case strings.HasPrefix(a, "-"):
			if !assigned && takesNext(a, w.valued) {
				i++
			}
		case assigned && syntax.ValidName(name):
		case own > 0:
			own--
		default:
			if j := slices.IndexFunc(args[i:min(i+20, len(args))], func(o string) bool { return scripts[o] }); j >= 0 && i+j+1 < len(args) { // options behind words
				p.scripts = append(p.scripts, i+j+1)
				p.at = len(args)
				return p, true
			}
			p.at = i
			return p, true
		}
	}
	p.at = len(args)
	return p, true
}

// verb finds the verb after which a wrapper runs another program, and the word behind it.
func (w wrapper) verb(args []string) (next int, verb string) {
	var words []string
	for i := 1; i < len(args) && len(words) < 2; i++ {
		a := args[i]
		if strings.HasPrefix(a, "-") {
			if !strings.Contains(a, "=") && takesNext(a, w.valued) {
				i++
			}
			continue
		}
		words = append(words, a)
		if s := strings.Join(words, " "); slices.Contains(w.after, s) {
			return i + 1, s
		}
	}
	return 0, ""
}

// takesNext tells whether the value of an option is the next word: -u, --user, and -nu where -u is one.
func takesNext(option string, valued map[string]bool) bool {
	if valued[option] {
		return true
	}
	if strings.HasPrefix(option, "--") {
		return false
	}
	for i := 1; i < len(option); i++ {
		if valued["-"+option[i:i+1]] {
			return i == len(option)-1 // else what follows is the value
		}
	}
	return false
}

// scriptIn is the word at i or the next one, if one of the options given makes it a script; else 0.
func scriptIn(args []string, i int, options, valued map[string]bool, query bool) int {
	a := args[i]
	if len(options) == 0 || len(a) < 2 || a[0] != '-' {
		return 0
	}
	name, _, assigned := strings.Cut(a, "=")
	switch {
	case options[name] && assigned:
		return i
	case options[a]:
		return next(args, i)
	case a[1] == '-':
		return 0
	}
	for j := 1; j < len(a); j++ { // a bundle such as -xc or -Atc, or -e'…'
		if c := a[j]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return 0
		}
		o := "-" + a[j:j+1]
		if valued[o] || query && o == "-p" { // what follows is a value, as a password
			return 0
		}
		if options[o] {
			if rest := a[j+1:]; rest == "" || strings.Trim(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && len(rest) < 4 {
				return next(args, i)
			}
			return i
		}
	}
	return 0
}

func next(args []string, i int) int {
	if i+1 < len(args) {
		return i + 1
	}
	return i
}

// maxWrappers is how many wrappers are taken off; behind more than these anything may stand.
const maxWrappers = 10

// readersOf says of the words of a command which somebody else reads: Plain as code, Number as arithmetic.
func readersOf(args []string) []Place {
	out := make([]Place, len(args))
	read(args, out, 0)
	return out
}

func read(args []string, out []Place, depth int) {
	if len(args) == 0 {
		return
	}
	all := func(from int) {
		for i := from; i < len(out); i++ {
			out[i] = Plain
		}
	}
	if depth > maxWrappers {
		all(0)
		return
	}
	name := base(args[0])
	if w, ok := wrappers[name]; ok {
		if p, ok := w.peel(args); ok {
			for _, i := range p.scripts {
				out[i] = Plain
				for j, a := range args { // -cSCRIPT
					if strings.HasPrefix(a, "-") {
						out[j] = Plain
					}
				}
			}
			if w.joined { // its own words too: a host may be an option
				all(1)
				return
			}
			if name == "su" || name == "ansible" {
				all(1)
			}
			read(args[p.at:], out[p.at:], depth+1)
			return
		}
	}
	if name == "find" {
		for _, s := range execs(args) {
			read(args[s[0]:s[1]], out[s[0]:s[1]], depth+1)
			for i := s[0] + 1; i < s[1]; i++ {
				out[i] = Plain // a word ; would end it
			}
		}
		return
	}
	if in, ok := interpreterOf(name); ok {
		if in.language == opaque {
			all(1)
			return
		}
		code := in.code(args)
		for _, i := range code {
			out[i] = Plain
			if strings.HasPrefix(args[i-1], "-") && !valuedOptions[in.options][args[i-1]] { // -cCODE, which may look like a bundle
				out[i-1] = Plain
			}
		}
		for i := range args {
			if in.language == filter && scriptIn(args, i, awkVariables, nil, false) > 0 { // whose backslashes awk takes for its own
				out[scriptIn(args, i, awkVariables, nil, false)] = Plain
			}
		}
		if in.language == shellScript && len(code) > 0 { // what "$1" is in the script
			if f, err := parse(args[code[0]]); err != nil || (&placer{}).takesCode(f) {
				all(1)
			}
		}
		return
	}
	if i := behind(name, args); i > 0 {
		read(args[i:], out[i:], depth+1)
	}
	for i := range args {
		if j := scriptIn(args, i, codeOptions[name], nil, false); j > 0 {
			out[i], out[j] = Plain, Plain
		}
	}
	if name == "git" && len(args) > 2 && (args[1] == "config" || args[1] == "submodule" || args[1] == "bisect") {
		all(2)
	}
	builtin(name, args, out)
}

// behind finds where, behind a program that nobody here knows, another one stands: after --, or a shell.
func behind(name string, args []string) int {
	if _, known := programs[name]; known {
		return 0
	}
	for i := 1; i < len(args)-1; i++ {
		in, ok := interpreterOf(base(args[i]))
		switch {
		case args[i] == "--":
			return i + 1
		case args[i] == "ssh", ok && (in.language == shellScript || in.language == otherScript) && in.first == 0:
			return i
		}
	}
	return 0
}

var awkVariables = set("-v --assign")

// execs are the commands that find runs.
func execs(args []string) (out [][2]int) {
	for i := 1; i < len(args); i++ {
		switch args[i] {
		case "-exec", "-execdir", "-ok", "-okdir":
			from := i + 1
			for i = from; i < len(args) && args[i] != ";" && args[i] != "+"; i++ {
			}
			if from < i {
				out = append(out, [2]int{from, i})
			}
		}
	}
	return out
}

// builtin knows where shells themselves evaluate a word: as a number, or as the name of a variable, which may hold a
// subscript that is arithmetic.
func builtin(name string, args []string, out []Place) {
	all := func(p Place) {
		for i := 1; i < len(out); i++ {
			out[i] = p
		}
	}
	switch name {
	case "read", "mapfile", "readarray", "getopts", "unset", "declare", "typeset", "local", "export", "readonly", "integer", "hash", "enable", "wait", "vared", "zmodload":
		all(Plain)
	case "exit", "return", "shift", "break", "continue", "let":
		all(Number)
	case "printf":
		for i, a := range args {
			switch {
			case i > 0 && args[i-1] == "-v":
				out[i] = Plain
			case i > 0 && numeric(a): // zsh evaluates what is printed as a number
				all(Plain)
				return
			}
		}
	case "test", "[":
		for i, a := range args {
			switch a {
			case "-v", "-R":
				out[next(args, i)] = Plain
			case "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
				out[next(args, i)], out[max(i-1, 0)] = Number, Number
			}
		}
	}
}

// numeric tells whether a format prints a number.
func numeric(format string) bool {
	for _, f := range strings.Split(format, "%")[1:] {
		if f = strings.TrimLeft(f, "-+ #0123456789.*"); f != "" && strings.IndexByte("diouxXeEfFgG", f[0]) >= 0 {
			return true
		}
	}
	return false
}

// takesInput tells whether a command may take its input for code.
func takesInput(args []string) bool { return inputIsCode(args, 0) }

func inputIsCode(args []string, depth int) bool {
	switch {
	case len(args) == 0:
		return false
	case depth > maxWrappers:
		return true
	}
	name := base(args[0])
	if w, ok := wrappers[name]; ok {
		if p, ok := w.peel(args); ok {
			inner := args[p.at:]
			switch {
			case w.away, w.joined, len(p.scripts) > 0:
				return true
			case len(inner) == 0: // sudo -i and chroot open a shell
				return name != "xargs" && name != "env"
			case name == "xargs":
				if _, ok := interpreterOf(base(inner[0])); ok {
					return true
				}
			}
			return inputIsCode(inner, depth+1)
		}
	}
	if in, ok := interpreterOf(name); ok {
		if in.language != filter {
			return true
		}
		for i, a := range args[1:] {
			if a == "-" && strings.HasPrefix(args[i], "-f") || a == "-f-" || a == "/dev/stdin" {
				return true
			}
		}
		return false
	}
	if i := behind(name, args); i > 0 {
		return inputIsCode(args[i:], depth+1)
	}
	if name == "find" {
		for _, s := range execs(args) {
			if inputIsCode(args[s[0]:s[1]], depth+1) {
				return true
			}
		}
	}
	return false
}
