package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Shell to print completion for: bash, zsh or fish."`
}

// Run prints a script that completes commands, flags and their values in a shell. It is made of the commands' own model.
func (c *completionCmd) Run(k *kong.Context, out *streams) error {
	commands := completed(k.Model.Node)
	switch c.Shell {
	case "bash":
		return writeBash(out.Out, commands)
	case "zsh":
		return writeZsh(out.Out, commands)
	default:
		return writeFish(out.Out, commands)
	}
}

// command is what a shell has to know of a command.
type command struct {
	name, help string
	options    []option
	arguments  []argument
}

type option struct {
	name, help string // name with its dashes
	argument
	bare bool // it takes no value
}

// argument is a value of a flag, or one that stands by itself.
type argument struct {
	name   string
	what   fill
	values []string // of a choice
}

// fill is what a shell offers for a value.
type fill int

const (
	nothing fill = iota
	choice
	folders
	files
)

// fills says what is offered for values by their names in the model; a choice is known by its words.
var fills = map[string]fill{
	"dir": folders, "out": folders, "state": folders, "from": files, "to": files, "tls-cert": files, "tls-key": files,
	"token-file": files, "hook-secret-file": files, "rules": files,
}

func argumentOf(v *kong.Value) argument {
	a := argument{name: v.Name, what: fills[v.Name]}
	if v.Enum != "" {
		a.what, a.values = choice, v.EnumSlice()
	}
	return a
}

// completed reads the model.
func completed(root *kong.Node) []command {
	var out []command
	for _, n := range root.Children {
		if n.Hidden {
			continue
		}
		c := command{name: n.Name, help: n.Help}
		for _, f := range n.Flags {
			if f.Hidden {
				continue
			}
			o := option{name: "--" + f.Name, help: f.Help, argument: argumentOf(f.Value), bare: f.IsBool()}
			c.options = append(c.options, o)
			if f.Tag.Negatable != "" {
				o.name = "--no-" + f.Name
				c.options = append(c.options, o)
			}
		}
		c.options = append(c.options, option{name: "--help", help: "Show what the command does.", bare: true})
		for _, p := range n.Positional {
			c.arguments = append(c.arguments, argumentOf(p))
		}
		out = append(out, c)
	}
	return out
}

func namesOf(commands []command) string {
	names := make([]string, 0, len(commands)+1)
	for _, c := range commands {
		names = append(names, c.name)
	}
	return strings.Join(names, " ")
}

// bash takes the command line apart by itself: it must work where no completion library is loaded.
const bashHead = `# Completion of rutter for bash: source <(rutter completion bash)
_rutter() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev= cmd= n=0 i word takes=
    COMPREPLY=()
    [ "$cur" = = ] && cur=
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [ "$word" = = ]; then
            continue
        fi
        if [ -n "$takes" ]; then
            takes=
            continue
        fi
        case $word in
        --*) _rutter_takes "$cmd" "$word" && takes=$word ;;
        -*) ;;
        *) if [ -z "$cmd" ]; then cmd=$word; else n=$((n + 1)); fi ;;
        esac
    done
    prev=$takes
`

const bashTail = `}
_rutter_words() {
    local word
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$2")
}
_rutter_paths() {
    local word
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$1" -- "$2")
}
complete -F _rutter rutter
`

func (a argument) bash() string {
	switch a.what {
	case choice:
		return `_rutter_words "` + strings.Join(a.values, " ") + `" "$cur"`
	case folders:
		return `_rutter_paths -d "$cur"`
	case files:
		return `_rutter_paths -f "$cur"`
	default:
		return ":"
	}
}

func writeBash(w io.Writer, commands []command) error {
	var b, takes strings.Builder
	b.WriteString(bashHead)
	fmt.Fprintf(&b, "    case $cmd in\n    '') _rutter_words \"%s --help\" \"$cur\" ;;\n", namesOf(commands))
	for _, c := range commands {
		var flags, valued []string
		fmt.Fprintf(&b, "    %s)\n        case $prev in\n", c.name)
		for _, o := range c.options {
			flags = append(flags, o.name)
			if !o.bare {
				valued = append(valued, o.name)
				fmt.Fprintf(&b, "        %s) %s; return ;;\n", o.name, o.bash())
			}
		}
		fmt.Fprintf(&b, "        esac\n        case $cur in -*) _rutter_words \"%s\" \"$cur\"; return ;; esac\n        case $n in\n", strings.Join(flags, " "))
		for i, a := range c.arguments {
			fmt.Fprintf(&b, "        %d) %s ;;\n", i, a.bash())
		}
		b.WriteString("        esac ;;\n")
		if len(valued) > 0 {
			fmt.Fprintf(&takes, "    %s) case $2 in %s) return 0 ;; esac ;;\n", c.name, strings.Join(valued, " | "))
		}
	}
	b.WriteString("    esac\n")
	b.WriteString(bashTail)
	fmt.Fprintf(&b, "_rutter_takes() {\n    case $1 in\n%s    esac\n    return 1\n}\n", takes.String())
	_, err := io.WriteString(w, b.String())
	return err
}

// zshText is a text between single quotation marks, for a place where colons and brackets have a meaning.
func zshText(s string) string {
	return strings.NewReplacer(`'`, `'\''`, `:`, `\:`, `[`, `\[`, `]`, `\]`).Replace(s)
}

func (a argument) zsh() string {
	switch a.what {
	case choice:
		return ":" + a.name + ":(" + strings.Join(a.values, " ") + ")"
	case folders:
		return ":" + a.name + ":_files -/"
	case files:
		return ":" + a.name + ":_files"
	default:
		return ":" + a.name + ":"
	}
}

func writeZsh(w io.Writer, commands []command) error {
	var b strings.Builder
	b.WriteString("#compdef rutter\n# Completion of rutter for zsh: source <(rutter completion zsh), or as _rutter in a folder of $fpath\n_rutter() {\n    local -a commands\n    commands=(\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "        '%s:%s'\n", c.name, zshText(c.help))
	}
	b.WriteString("    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n    local cmd=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $cmd in\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "    %s) _arguments", c.name)
		for _, o := range c.options {
			if o.bare {
				fmt.Fprintf(&b, " \\\n        '%s[%s]'", o.name, zshText(o.help))
			} else {
				fmt.Fprintf(&b, " \\\n        '%s=[%s]%s'", o.name, zshText(o.help), o.zsh())
			}
		}
		for i, a := range c.arguments {
			fmt.Fprintf(&b, " \\\n        '%d%s'", i+1, a.zsh())
		}
		b.WriteString(" ;;\n")
	}
	b.WriteString("    esac\n}\nif [[ $funcstack[1] = _rutter ]]; then\n    _rutter \"$@\"\nelse\n    compdef _rutter rutter\nfi\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// fishText is a text between single quotation marks.
func fishText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func (a argument) fish() string {
	switch a.what {
	case choice:
		return " -a '" + strings.Join(a.values, " ") + "'"
	case folders:
		return " -a '(__fish_complete_directories)'"
	case files:
		return " -F"
	default:
		return ""
	}
}

func writeFish(w io.Writer, commands []command) error {
	var b strings.Builder
	b.WriteString("# Completion of rutter for fish: rutter completion fish | source\ncomplete -c rutter -f\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "complete -c rutter -n __fish_use_subcommand -a %s -d %s\n", c.name, fishText(c.help))
	}
	for _, c := range commands {
		in := "__fish_seen_subcommand_from " + c.name
		for _, o := range c.options {
			value := ""
			if !o.bare {
				value = " -r" + o.fish()
			}
			fmt.Fprintf(&b, "complete -c rutter -n '%s' -l %s%s -d %s\n", in, strings.TrimPrefix(o.name, "--"), value, fishText(o.help))
		}
		for i, a := range c.arguments {
			if a.what != nothing {
				fmt.Fprintf(&b, "complete -c rutter -n '%s; and test (count (commandline -opc)) -eq %d'%s\n", in, i+2, a.fish())
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
