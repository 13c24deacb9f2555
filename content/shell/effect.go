package shell

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Effect is what a command does to the world.
type Effect int

// The effects, from the least; Unknown is of what is no command, or does not parse.
const (
	Unknown Effect = iota
	Reads
	Changes
	Destroys
)

// String is the word on the page.
func (e Effect) String() string { return [...]string{"", "Reads", "Changes", "Destroys"}[e] }

// input is what a command is given to read, as far as the script shows it.
type input struct {
	given bool // from a file, a pipe or a here-document; else from the keyboard
	text  string
	seen  bool // text is all there is
}

// effects goes through a script. In doubt it says the stronger.
type effects struct {
	functions map[string]bool // of the script, whose bodies are looked at where they stand
	depth     int             // of wrappers and scripts within each other
}

// effectOf is the strongest effect of any command in a script.
func effectOf(f *syntax.File) Effect { return script(f, input{}, 0) }

func script(f *syntax.File, in input, depth int) Effect {
	e := effects{map[string]bool{}, depth}
	syntax.Walk(f, func(n syntax.Node) bool {
		if d, ok := n.(*syntax.FuncDecl); ok && d.Name != nil {
			e.functions[d.Name.Value] = true
		}
		return true
	})
	return e.of(f, in)
}

func (e effects) of(n syntax.Node, in input) (out Effect) {
	switch n := n.(type) {
	case *syntax.Stmt:
		for _, r := range n.Redirs {
			var to Effect
			if in, to = redirected(r, in); to > out {
				out = to
			}
		}
	case *syntax.BinaryCmd:
		if n.Op == syntax.Pipe || n.Op == syntax.PipeAll {
			return max(e.of(n.X, in), e.of(n.Y, outputOf(n.X)))
		}
	case *syntax.CallExpr:
		if args := textsOf(n.Args); len(args) > 0 {
			if _, known := programs[args[0]]; known || !e.functions[args[0]] {
				out = e.command(args, in)
			}
		}
		in = input{}
	}
	children(n, func(m syntax.Node) { out = max(out, e.of(m, in)) })
	return out
}

// redirected is the input behind a redirection, and what a redirection does by itself.
func redirected(r *syntax.Redirect, in input) (input, Effect) {
	to := textOf(r.Word)
	switch r.Op {
	case syntax.RdrIn, syntax.RdrInOut:
		if device.MatchString(to) || strings.HasPrefix(to, "/dev/tcp/") {
			return input{given: to != "/dev/null"}, Unknown
		}
		return input{given: true}, Unknown
	case syntax.WordHdoc:
		return input{true, to, !strings.Contains(to, unknown)}, Unknown
	case syntax.Hdoc, syntax.DashHdoc:
		text := textOf(r.Hdoc)
		return input{true, text, true}, Unknown
	case syntax.RdrOut, syntax.AppOut, syntax.RdrAll, syntax.AppAll, syntax.RdrClob:
		switch {
		case disk.MatchString(to):
			return in, Destroys
		case device.MatchString(to), strings.HasPrefix(to, "/dev/tcp/"), strings.HasPrefix(to, "/dev/udp/"), substituted(r.Word):
			return in, Unknown
		}
		return in, Changes
	}
	return in, Unknown
}

var (
	device = regexp.MustCompile(`^/dev/(null|stdin|stdout|stderr|tty|fd/\d+|zero|u?random)$`)
	disk   = regexp.MustCompile(`^/dev/(sd|vd|xvd|nvme|hd|mapper/|md|dm-|disk/|mmcblk|vg)`)
)

// outputOf is what a command prints, where it is echo, printf or cat with a here-document.
func outputOf(s *syntax.Stmt) input {
	out := input{given: true}
	c, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) == 0 {
		return out
	}
	args := textsOf(c.Args)
	switch base(args[0]) {
	case "echo", "printf":
		out.text = strings.Join(args[1:], " ")
		out.seen = !strings.Contains(out.text, unknown)
	case "cat":
		for _, r := range s.Redirs {
			if r.Hdoc != nil {
				out.text, out.seen = textOf(r.Hdoc), len(args) == 1
			}
		}
	}
	return out
}

// command is the effect of one command with its arguments.
func (e effects) command(args []string, in input) Effect {
	name := base(args[0])
	switch {
	case !programName(args):
		return Unknown
	case e.depth > maxWrappers:
		return max(Changes, foreign(args))
	}
	e.depth++
	if w, ok := wrappers[name]; ok {
		if p, ok := w.peel(args); ok {
			return e.wrapped(w, p, args, in)
		}
	}
	rest := args[1:]
	p, known := programs[name]
	if !known {
		p, known = programs[strings.TrimSuffix(strings.TrimSuffix(name, ".sh"), ".py")]
	}
	i, interprets := interpreterOf(name)
	switch {
	case len(rest) == 1 && (rest[0] == "--version" || rest[0] == "--help" || rest[0] == "-V"):
		return Reads
	case len(rest) == 1 && (rest[0] == "version" || rest[0] == "help") && !interprets && p.other != Destroys:
		return Reads
	case interprets && i.language == opaque: // it may run what its words say
		out := e.words(rest)
		if in.given {
			out = max(out, Changes)
		}
		if known {
			return max(out, p.effect(rest))
		}
		return max(out, foreign(rest))
	case interprets && known:
		return max(e.interpreted(name, i, args, in), p.effect(rest))
	case interprets:
		return e.interpreted(name, i, args, in)
	case strings.HasPrefix(name, "mkfs."):
		return Destroys
	case !known:
		if i := behind(name, args); i > 0 {
			return max(foreign(rest), e.command(args[i:], in))
		}
		return foreign(rest)
	}
	out := p.effect(rest)
	if name == "find" {
		for _, s := range execs(args) {
			out = max(out, e.command(args[s[0]:s[1]], input{}))
		}
	}
	return out
}

// programName tells whether the first word can be the name of a program: blocks labelled as commands hold YAML, queries and
// lines of logs as well.
func programName(args []string) bool {
	name := args[0]
	switch {
	case name == "[", name == ".", name == ":":
		return true
	case strings.HasSuffix(name, ":"), strings.ContainsAny(name, "{}()[]=\",'<>|"), len(args) > 1 && (args[1] == "=" || args[1] == ":" || args[1] == "=="):
		return false
	}
	return strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz/_") && name[0] != '-' && name[0] != '@'
}

// words is the strongest effect of words each of which may be a script.
func (e effects) words(args []string) (out Effect) {
	for _, a := range args {
		if strings.Contains(a, " ") {
			out = max(out, e.script(assigns.ReplaceAllString(a, ""), input{}))
		}
	}
	return out
}

// wrapped is the effect of what a wrapper runs.
func (e effects) wrapped(w wrapper, p peeled, args []string, in input) Effect {
	out := cmp.Or(w.alone, Reads)
	if p.verb != "" && w.changes == p.verb {
		out = Changes
	}
	for _, i := range p.scripts {
		out = max(out, cmp.Or(e.script(codeIn(args[i], w.script), in), Changes))
	}
	rest := args[p.at:]
	switch {
	case len(rest) > 0 && w.joined:
		return max(out, e.script(strings.Join(rest, " "), in))
	case len(rest) > 0 && base(args[0]) == "command" && len(args) > 2 && (args[1] == "-v" || args[1] == "-V"):
		return Reads
	case len(rest) > 0:
		return max(out, e.command(rest, in))
	case len(p.scripts) == 0 && in.given && takesInput(args): // a shell on the other side
		return max(out, Changes, e.script(in.text, input{}))
	}
	return out
}

// codeIn is the code in a word, which may be an option and its value: --command=CODE, -cCODE.
func codeIn(word, options string) string {
	if _, code, ok := strings.Cut(word, "="); ok && strings.HasPrefix(word, "--") {
		return code
	}
	if strings.HasPrefix(word, "-") {
		for i := 1; i < len(word); i++ {
			if strings.Contains(" "+options+" ", " -"+word[i:i+1]+" ") {
				return word[i+1:]
			}
		}
	}
	return word
}

// script is the effect of a text that a shell is given.
func (e effects) script(text string, in input) Effect {
	if e.depth > maxWrappers {
		return Changes
	}
	f, err := parse(blank(text, holesIn(text, nil)))
	if err != nil {
		return Changes
	}
	return script(f, in, e.depth+1)
}

// text is the effect of code for an interpreter.
func (e effects) text(i interpreter, s string) Effect {
	switch i.language {
	case shellScript, lines:
		return e.script(s, input{})
	case query:
		return statement(s)
	case filter:
		return filtered(s)
	}
	if destroysCode.MatchString(s) {
		return Destroys
	}
	return Changes
}

var (
	destroysCode = regexp.MustCompile(`\b(unlink|rmtree|rmdir|rm -|removedirs)|os\.remove|\b(delete|destroy|drop)\b`)
	systemCall   = regexp.MustCompile(`system *\(|\| *"|\|& *"|popen`)
	writesFile   = regexp.MustCompile(`> *"|/w |(^|;|\d|/)e( |$)|/[gIip\d]*[ew]\b`)
)

// filtered is the effect of a script of awk or sed.
func filtered(s string) Effect {
	switch {
	case systemCall.MatchString(s):
		if regexp.MustCompile(`\b(rm|delete|kill|dd|mkfs\S*|shred)\b`).MatchString(s) {
			return Destroys
		}
		return Changes
	case writesFile.MatchString(s):
		return Changes
	}
	return Reads
}

// interpreted is the effect of a shell, an interpreter or a database's client.
func (e effects) interpreted(name string, i interpreter, args []string, in input) Effect {
	out := Reads
	code := i.code(args)
	if name == "." || name == "source" || i.language == lines {
		code = nil
	}
	for _, c := range code {
		text := codeIn(args[c], i.script)
		if i.language == query && (assigns.MatchString(text) || c == 1 && i.first == 2) {
			continue // a variable, a file
		}
		if i.language == shellScript {
			out = max(out, e.script(text, in))
		} else {
			out = max(out, e.text(i, text))
		}
	}
	if i.language == filter {
		line := strings.Join(args[1:], " ")
		if inPlace.MatchString(" "+line) || strings.HasPrefix(line, "inplace") {
			return max(out, Changes)
		}
		return out
	}
	switch {
	case len(code) > 0 && i.language != query, jsonTool.MatchString(strings.Join(args, " ")):
		return out
	case i.readsFile(name, args, len(code) > 0):
		out = max(out, Changes)
	}
	if in.given && i.language == lines {
		out = Changes
	}
	if in.given && (len(code) == 0 || i.language == query) {
		if out = max(out, e.text(i, in.text)); !in.seen {
			out = max(out, Changes)
		}
	}
	return out
}

var (
	jsonTool = regexp.MustCompile(`^\S*python[\d.]* -m json\.tool\b`)
	assigns  = regexp.MustCompile(`^\w+=`)
	inPlace  = regexp.MustCompile(` (-[A-Za-z]*i|--in-place| -i ?inplace)`)
)

// readsFile tells whether an interpreter is given a file of code, which nobody sees here.
func (i interpreter) readsFile(name string, args []string, coded bool) bool {
	options := valuedOptions[i.options]
	for j := 1; j < len(args); j++ {
		a := args[j]
		switch {
		case i.language == query && (a == "-f" || strings.HasPrefix(a, "--file") || a == "-i" && name == "sqlcmd"):
			return true
		case a == "-", a == "/dev/stdin":
		case strings.HasPrefix(a, "-") && len(a) > 1:
			if takesNext(a, options) {
				if i.language == otherScript && a == "-m" {
					return true
				}
				j++
			}
		case i.language == shellScript, i.language == otherScript:
			return !coded
		case i.language == query:
			return strings.HasSuffix(a, ".js") || strings.HasSuffix(a, ".sql")
		}
	}
	return false
}

// The words of queries. What is no known question may change something.
var (
	destroysData = regexp.MustCompile(`(?i)\b(drop|truncate|purge|delete|kill|flushall|flushdb|unlink|dropDatabase|killOp|deleteMany|deleteOne|findOneAndDelete|pg_terminate_backend|pg_drop_\w+)\b|reset\s+(master|binary)|\.remove\(|^\s*del\s`)
	changesData  = regexp.MustCompile(`(?i)\b(insert|update|alter|create|grant|revoke|call|outfile|dumpfile|lo_import|lo_export|setval|nextval|dblink\w*|set_config)\b|pg_(cancel|reload|switch|promote|drop|stat_reset|wal_replay|advisory|rotate|create|replication_slot_advance|logical|backup|start|stop|copy|file_write)\w*`)
	asksData     = regexp.MustCompile(`(?is)^(select|show|explain|describe|desc|values|table|with|use|help|status|pragma|list|exit|quit|info|ping|get|keys|\\[a-z]*[+x]?($|\s)|\.(tables|schema|databases|indexes|dbinfo|headers|mode)|(db|rs|sh)\.[\w.]*(status|stats|find\w*|count\w*|aggregate|get\w+|is\w+|hello|print\w*|list\w*|current\w*|server\w*Status|show\w*|version|conf|config|latencyStats|distinct|explain)\(|print(json)?\()`)
	showsData    = regexp.MustCompile(`(?is)^(show|describe|desc)\b`)
	noData       = regexp.MustCompile(`(?i)^\\(copy|!|i|ir|o|w|g|gexec|e|ef)\b|serverShutdown|shutdown|\b(reconfig|stepDown|freeze|initiate|fsync|resync)\b`)
	comments     = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/`)
)

// statement is the effect of queries.
func statement(s string) Effect {
	s = comments.ReplaceAllString(s, " ")
	switch {
	case destroysData.MatchString(s):
		return Destroys
	}
	out := Unknown
	for q := range strings.SplitSeq(s, ";") {
		q = strings.TrimSpace(q)
		switch {
		case q == "":
		case noData.MatchString(q), !asksData.MatchString(q), changesData.MatchString(q) && !showsData.MatchString(q):
			return Changes
		default:
			out = Reads
		}
	}
	return out
}

// effect is what a program does with its arguments.
func (p program) effect(args []string) Effect {
	words, options := p.split(args)
	for _, o := range options {
		if p.tries[o] {
			return Reads
		}
	}
	var fits []phrase
	for _, f := range p.phrases {
		if f.fits(words, options) {
			fits = append(fits, f)
		}
	}
	out, said := Unknown, false
	for _, f := range fits {
		if f.effect == Reads && !f.verb && p.verbs && len(words) > 0 || slices.ContainsFunc(fits, f.coveredBy) {
			continue
		}
		said = said || f.verb || !p.verbs
		out = max(out, f.effect)
	}
	switch {
	case said && out != Unknown:
		return out
	case len(words) == 0 && out == Reads:
		return Reads
	case p.other != Unknown:
		return max(out, p.other)
	case len(args) == 0:
		return Reads
	}
	return max(out, foreign(args))
}

// split parts words from options; an option and its value become -o=value, a bundle -abc is also -a, -b and -c.
func (p program) split(args []string) (words, options []string) {
	valued := p.valued
	for i := 0; i < len(args); i++ {
		a := args[i]
		if i == 0 && p.bundle && !strings.HasPrefix(a, "-") {
			a = "-" + a
		}
		switch {
		case a == "--":
			options = append(options, a)
		case !strings.HasPrefix(a, "-") || a == "-":
			words = append(words, a)
		case valued[a] && i+1 < len(args):
			i++
			options = append(options, a+"="+args[i])
		case strings.HasPrefix(a, "--") || p.whole || len(a) == 2:
			options = append(options, a)
		default:
			options = append(options, a)
			for j := 1; j < len(a); j++ {
				o := "-" + a[j:j+1]
				if valued[o] {
					if rest := strings.TrimPrefix(a[j+1:], "="); rest != "" {
						options = append(options, o+"="+rest)
					} else if i+1 < len(args) {
						i++
						options = append(options, o+"="+args[i])
					}
					break
				}
				options = append(options, o)
			}
		}
	}
	return words, options
}

var (
	destructive = set(`delete destroy purge erase wipe prune remove rm terminate drop`)
	asking      = set(`list ls get show status describe version help info`)
)

// foreign is the effect of what nobody here knows: it may do anything, but its first words say much.
func foreign(args []string) Effect {
	limit, words := 2, 0
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			if name := strings.TrimLeft(a, "-"); destructive[name] || strings.HasPrefix(name, "delete-") {
				return Destroys
			}
			limit++ // the next word may be its value
			continue
		}
		a = strings.ToLower(a)
		if words < limit && (destructive[a] || strings.HasPrefix(a, "delete-") || strings.HasPrefix(a, "terminate-") || strings.HasSuffix(a, "-delete")) {
			return Destroys
		}
		words++
	}
	if len(args) > 0 && (asking[args[0]] || strings.HasPrefix(args[0], "describe-")) {
		return Reads
	}
	return Changes
}
