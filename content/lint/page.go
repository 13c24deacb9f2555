package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"rutter/content/diag"
	"rutter/content/shell"
)

// headings reports levels that are left out, and sections with nothing in them.
func (c *checked) headings() {
	level := 0
	for part := range c.Body.Outline() {
		if level > 0 && part.Level > level+1 {
			c.add(diag.Problem{
				Line: part.Line, Column: part.Column, Severity: diag.Note, Rule: "heading-jump",
				Text: fmt.Sprintf("a heading of level %d follows one of level %d", part.Level, level),
				Fix:  "make it " + strings.Repeat("#", level+1) + ", or put a heading between them",
			})
		}
		level = part.Level
		if part.Empty && part.Text != "" && part.Level > 1 {
			c.add(diag.Problem{
				Line: part.Line, Column: part.Column, Severity: diag.Warning, Rule: "section-empty",
				Text: "nothing stands below the heading “" + clip(part.Text) + "”", Fix: "write it, or take the heading out",
			})
		}
	}
}

// vague are words that say when without saying it: they were true on the day they were written. What runs "currently" on
// the reader's machine is no date, so the words around count.
var vague = regexp.MustCompile(`(?i)\b(?:` + strings.Join([]string{
	`currently (?:not (?:supported|possible|available|implemented|recommended|planned|allowed|under)|no (?:way|support|plans?|possibility)|only (?:supports?|supported|works?|available|possible)|unsupported|limited to|in (?:beta|preview|development)|supports?|supported)\b`,
	`(?:is|are) not currently (?:supported|available|possible)`,
	`there (?:is|are) currently no`,
	`recently (?:added|introduced|released|changed|renamed|deprecated|removed|announced|moved to)`,
	`(?:as of|at the time of) (?:this )?writing`,
	`nowadays`,
	`in the near future`,
	`coming soon`,
	`until further notice`,
	`(?:will|to) (?:soon )?be (?:added|fixed|supported|available|removed) (?:soon|shortly|in (?:a|the) (?:future|upcoming|next)(?: release| version)?)`,
	`in an? (?:future|upcoming) (?:release|version)`,
}, "|") + `)`)

// hints are pieces of what vague finds, in lower case: text that holds none need not be looked at closely.
var hints = []string{"currently", "recently", "writing", "nowadays", "further notice", "soon", "shortly", "future", "upcoming", "next"}

// prose reports what hides a date.
func (c *checked) prose() {
	if lang := c.Meta.Lang; lang != "" && !strings.HasPrefix(strings.ToLower(lang), "en") {
		return
	}
	for w := range c.Body.Prose() {
		low := strings.ToLower(w.Text)
		if !slices.ContainsFunc(hints, func(h string) bool { return strings.Contains(low, h) }) {
			continue
		}
		for _, m := range vague.FindAllStringIndex(w.Text, -1) {
			c.add(diag.Problem{
				Line: w.Line, Column: w.Column + utf8.RuneCountInString(w.Text[:m[0]]), Severity: diag.Note, Rule: "date-vague",
				Text: "“" + w.Text[m[0]:m[1]] + "” is true only for a while", Fix: "name the date or the version",
			})
		}
	}
}

// code reports blocks without an end, and scripts that hold what a console shows.
func (c *checked) code() {
	for b := range c.Body.Code() {
		if b.Open {
			c.add(diag.Problem{
				Line: max(b.Line-1, 1), Severity: diag.Warning, Rule: "block-open",
				Text: "nothing ends the block of code that begins here but the end of the page, or of the item it stands in", Fix: "close it with the same backticks or tildes in a line of its own, which in an item is indented as far",
			})
			continue
		}
		if !b.Mixed {
			continue
		}
		p := diag.Problem{
			Line: b.Named.Line, Column: b.Named.Column, Severity: diag.Note, Rule: "prompt-output",
			Text: "the block is named " + b.Fence + " and holds prompts with output between them", Fix: "name it console",
		}
		if !recorded(b.Record) {
			p.Text = "the block is named " + b.Fence + ", and after a prompt it has lines that are taken for output"
			p.Fix = "name it console if they are, or end the line before them with a backslash, or put a prompt before them"
		} else if b.Named.Line > 0 {
			p.Edit = diag.Edit{Was: b.Fence, Put: "console"}
		}
		c.add(p)
	}
}

var (
	prompted = regexp.MustCompile(`^\S*[$#%>] `)
	option   = regexp.MustCompile(`^--?[A-Za-z]`)
)

// recorded tells whether what stands between prompts is output for sure: there are several prompts, or a table. Authors who
// forget a backslash, or a second prompt, leave lines that belong to commands.
func recorded(text string) bool {
	prompts, table := 0, false
	for line := range strings.Lines(text) {
		l := strings.TrimSpace(line)
		switch {
		case prompted.MatchString(l):
			prompts++
		case strings.HasSuffix(l, `\`) || option.MatchString(l):
			return false
		case strings.Contains(l, "  "):
			table = true
		}
	}
	return prompts > 1 || table
}

// inputs compares the values that front matter declares with those that the commands want.
func (c *checked) inputs() {
	if len(c.Meta.Inputs) == 0 {
		return
	}
	declared, wanted := map[string]bool{}, map[string]bool{}
	for _, in := range c.Meta.Inputs {
		declared[shell.NameOf(in.Name)] = true
	}
	for v := range c.Body.Values(declared) {
		wanted[v.Name] = true
		if !declared[v.Name] {
			c.add(diag.Problem{
				Line: v.Line, Column: v.Column, Severity: diag.Warning, Rule: "input-undeclared",
				Text: "the commands want " + v.Name + ", which is not among the inputs", Fix: "declare it, so that readers see what it is",
			})
		}
	}
	for i, in := range c.Meta.Inputs {
		if name := shell.NameOf(in.Name); name == "" || !wanted[name] {
			at := c.Entry("inputs", i)
			c.add(diag.Problem{
				Line: at.Line, Column: at.Column, Severity: diag.Warning, Rule: "input-unused",
				Text: "nothing on the page wants the input " + in.Name, Fix: "write <" + in.Name + "> where it belongs, or take it out",
			})
		}
	}
}

// destructive reports steps that destroy something and do not say how to see that it worked, or how to undo it.
func (c *checked) destructive() {
	told := map[string]bool{}
	for act := range c.Body.Destructive() {
		step := "the step “" + clip(act.Step) + "”"
		if act.Step == "" {
			step = "the page"
		}
		report := func(rule, text, fix string) {
			if told[rule+step] {
				return
			}
			told[rule+step] = true
			c.add(diag.Problem{Line: act.Line, Column: act.Column, Severity: diag.Warning, Rule: rule, Text: step + text, Fix: fix})
		}
		if !act.Verified {
			report("verify-missing", " destroys something and does not say how to see that it worked", "add **Verify.** with what to look at")
		}
		if !act.Undone {
			report("rollback-missing", " destroys something and does not say how to undo it", "add **Roll back.**, or say that there is no way back")
		}
	}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}
