package content

import "strings"

// Kind says what a page is for.
type Kind string

// The kinds, as they are written in front matter and in URLs.
const (
	Playbook Kind = "playbook" // steps to carry out
	Guide    Kind = "guide"    // an explanation
	Advisory Kind = "advisory" // a product issue and whom it affects
	Story    Kind = "story"    // how we run it ourselves
)

// Kinds lists all kinds in the order they are shown.
func Kinds() []Kind { return []Kind{Playbook, Advisory, Story, Guide} }

// folder is the top folder that gives its pages a kind.
func (k Kind) folder() string {
	switch k {
	case Advisory:
		return "advisories"
	case Story:
		return "stories"
	}
	return string(k) + "s"
}

// Plural is the heading over a list of the kind.
func (k Kind) Plural() string {
	switch k {
	case Playbook:
		return "Playbooks"
	case Advisory:
		return "Advisories"
	case Story:
		return "In production"
	}
	return "Guides"
}

// Label names one page of the kind.
func (k Kind) Label() string {
	if k == "" {
		return "Guide"
	}
	return strings.ToUpper(string(k[:1])) + string(k[1:])
}

func kindOfPath(path string) Kind {
	top, _, ok := strings.Cut(path, "/")
	if ok {
		for _, k := range Kinds() {
			if top == k.folder() {
				return k
			}
		}
	}
	return Guide
}

// Phase is one of the six phases of operations work.
type Phase string

// Phases lists the six phases in the order of work.
func Phases() []Phase { return []Phase{"deploy", "scale", "manage", "anticipate", "plan", "respond"} }

// Label is the phase's name with a capital.
func (p Phase) Label() string {
	if p == "" {
		return ""
	}
	return strings.ToUpper(string(p[:1])) + string(p[1:])
}
