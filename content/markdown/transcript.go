package markdown

import (
	"cmp"
	"html"
	"regexp"
	"slices"
	"strings"

	"rutter/content/shell"
)

// transcript is what is known of the lines of a block that holds prompts, and so perhaps output as well; nil of any other.
//
// The first line that is no comment begins with a prompt: "$ ", or one that names a user's machine or a shell, as
// "[root@db1 ~]# ", "admin@db1:~$ " and "sh-4.4# " do. "# " is one only where a console is named, every such line reads like
// a command and no other one does: else it is a comment, and stays one where an empty line parts it from output. A command goes on, with "> " or without, until a shell would take it. All else is output.
type transcript []promptLine

type promptLine struct {
	command bool
	prompt  int  // bytes at its beginning
	more    bool // a prompt for the rest of a command
}

var (
	shortPrompt = regexp.MustCompile(`^ *\$ `)
	longPrompt  = regexp.MustCompile(`^ *(\([\w.-]+\) )?(\[[\w.-]+@[^\]]{1,80}\] ?|[\w.-]+@[\w.-]+[:\w.~/-]*( [\w.~/-]+)? ?|(ba|z|k|da)?sh-\d[\d.]*)[#$%] `)
	rootPrompt  = regexp.MustCompile(`^ *# `)
)

func transcriptOf(body, lang string) transcript {
	lines := strings.Split(body, "\n")
	prompt := func(l string) int { return max(len(shortPrompt.FindString(l)), len(longPrompt.FindString(l))) }
	if len(body) < maxCommand && root(lines, lang, prompt) {
		prompt = func(l string) int { return len(rootPrompt.FindString(l)) }
	}
	first := slices.IndexFunc(lines, func(l string) bool {
		return prompt(l) > 0 || strings.TrimSpace(l) != "" && !strings.HasPrefix(strings.TrimSpace(l), "#")
	})
	if first < 0 || prompt(lines[first]) == 0 {
		return nil
	}
	t := make(transcript, len(lines))
	budget := 256 << 10 // bytes to parse
	for i := range first {
		t[i].command = true
	}
	comments := -1 // where comments began, behind an empty line
	for i := first; i <= len(lines); i++ {
		at := 0
		if i < len(lines) {
			at = prompt(lines[i])
		}
		if at == 0 && i < len(lines) {
			switch l := strings.TrimSpace(lines[i]); {
			case l == "":
				comments = i + 1
			case !strings.HasPrefix(l, "#"):
				comments = -1
			}
			continue
		}
		for ; comments >= 0 && comments < i; comments++ {
			t[comments].command = true
		}
		if comments = -1; i == len(lines) {
			break
		}
		t[i] = promptLine{command: true, prompt: at}
		end := lastOf(lines, i, at, prompt, &budget)
		second := i+1 <= end && secondary(lines[i+1]) > 0
		for i < end {
			i++
			t[i].command = true
			if second {
				t[i].prompt, t[i].more = secondary(lines[i]), true
			}
		}
	}
	return t
}

// root tells whether "# " is a prompt.
func root(lines []string, lang string, prompted func(string) int) bool {
	switch lang {
	case "console", "shell-session", "shellsession", "sh-session", "terminal":
	default:
		return false
	}
	commands, others := 0, 0
	for _, l := range lines {
		l = strings.TrimSpace(l)
		command, ok := strings.CutPrefix(l, "# ")
		switch {
		case l == "":
		case prompted(l) > 0, ok != shell.Known(cmp.Or(command, l)):
			return false
		case ok:
			commands++
		default:
			others++
		}
	}
	return commands > 0 && others > 0
}

// secondary is the length of the prompt for the rest of a command.
func secondary(l string) int {
	if l == ">" || strings.HasPrefix(l, "> ") {
		return min(len(l), 2)
	}
	return 0
}

// hereDoc finds the delimiter of a here-document.
var hereDoc = regexp.MustCompile(`<<-?\s*['"\\]?([A-Za-z_][A-Za-z0-9_]*)`)

// lastOf is the last line of the command that begins on line i: where a shell would take it, or else where no backslash
// makes it go on.
func lastOf(lines []string, i, prompt int, prompted func(string) int, budget *int) int {
	var text strings.Builder
	text.WriteString(lines[i][prompt:])
	delimiter := ""
	for j := i; *budget > 0 && text.Len() < maxCommand; {
		if m := hereDoc.FindStringSubmatch(lines[j]); m != nil {
			delimiter = m[1]
		}
		*budget -= text.Len() + 100 // for the call itself
		if !shell.Unfinished(text.String()) {
			return j
		}
		for more := true; more; { // all of a here-document at once
			if j++; j == len(lines) || prompted(lines[j]) > 0 || text.Len() > maxCommand {
				return backslashes(lines, i)
			}
			l := lines[j][secondary(lines[j]):]
			text.WriteString("\n" + l)
			more = delimiter != "" && strings.TrimSpace(l) != delimiter
		}
		*budget -= text.Len()
		delimiter = ""
	}
	return backslashes(lines, i)
}

// maxCommand is how long a command of a transcript may be to be looked at, in bytes.
const maxCommand = 16 << 10

func backslashes(lines []string, i int) int {
	for i+1 < len(lines) && (len(lines[i])-len(strings.TrimRight(lines[i], `\`)))%2 == 1 {
		i++
	}
	return i
}

// holdsOutput tells whether a line of the block is no command.
func (t transcript) holdsOutput(body string) bool {
	i := 0
	for l := range strings.Lines(body) {
		if l = strings.TrimSpace(l); i < len(t) && !t[i].command && l != "" && l[0] != '#' { // a comment is no output
			return true
		}
		i++
	}
	return false
}

// commands is the block without all that is no command, and where in the block an offset into it is. Prompts are blanked;
// those for the rest of a command are taken out, for they would stand before the end of a here-document.
func (t transcript) commands(body string) (text string, back func(int) int) {
	if t == nil {
		return body, func(i int) int { return i }
	}
	lines := strings.Split(body, "\n")
	var ends, shifts []int // by line of the text
	shift, end := 0, 0
	for i, l := range lines {
		switch {
		case !t[i].command:
			lines[i] = strings.Repeat(" ", len(l))
		case t[i].more:
			lines[i] = l[t[i].prompt:]
			shift += t[i].prompt
		default:
			lines[i] = strings.Repeat(" ", t[i].prompt) + l[t[i].prompt:]
		}
		end += len(lines[i]) + 1
		ends, shifts = append(ends, end), append(shifts, shift)
	}
	return strings.Join(lines, "\n"), func(at int) int {
		i, _ := slices.BinarySearch(ends, at+1)
		return at + shifts[min(i, len(shifts)-1)]
	}
}

// transcript marks prompts, which are not part of the command, and output, which is nobody's command.
func (p *pen) transcript(body string, t transcript) []string {
	lines := strings.Split(body, "\n")
	for i, l := range lines {
		switch {
		case !t[i].command:
			lines[i] = "<samp>" + html.EscapeString(l) + "</samp>"
		case t[i].prompt > 0:
			lines[i] = `<code><span class="prompt">` + html.EscapeString(strings.TrimLeft(l[:t[i].prompt], " ")) + "</span>" + p.colour(l[t[i].prompt:], "bash")[0] + "</code>"
		default:
			lines[i] = "<code>" + p.colour(l, "bash")[0] + "</code>"
		}
	}
	return lines
}
