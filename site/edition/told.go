package edition

import (
	"slices"

	"rutter/content"
	"rutter/content/diag"
)

// What the publisher tells those who run the portal and those who write for it: in the log, and on /readyz.

// News returns a channel that is closed once another edition is published, or when Troubles says something else.
func (p *Publisher) News() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.news
}

// tellNews is called with mu held.
func (p *Publisher) tellNews() {
	close(p.news)
	p.news = make(chan struct{})
}

// Troubles says what keeps the newest content from the readers, a sentence each, sorted. Empty means nothing.
func (p *Publisher) Troubles() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for part, t := range p.troubles {
		out = append(out, part+": "+t)
	}
	slices.Sort(out)
	return out
}

// Notes says what does not keep the newest content from the readers and should be looked at all the same, a sentence
// each, sorted.
func (p *Publisher) Notes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for part, t := range p.notes {
		out = append(out, part+": "+t)
	}
	slices.Sort(out)
	return out
}

// note says something of a part in Notes; "" takes it back.
func (p *Publisher) note(part, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if text == "" {
		delete(p.notes, part)
	} else {
		p.notes[part] = text
	}
}

// Unread returns the folders inside the content folder that cannot be listed.
func (p *Publisher) Unread() []content.Unread {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.unread
}

// listed notes which folders could not be listed. The log hears of each once.
func (p *Publisher) listed(t content.Tree) {
	p.mu.Lock()
	before := p.unread
	p.unread = t.Unread
	p.mu.Unlock()
	told := 0
	for _, u := range t.Unread {
		if slices.Contains(before, u) {
			continue
		}
		if told++; told > maxTold {
			p.o.Log.Warn("more folders cannot be listed", "see", "rutter check")
			break
		}
		p.o.Log.Warn("a folder cannot be listed; what is in it is left as it was last known", "folder", u.Path, "cause", u.Cause)
	}
	if len(before) > 0 && len(t.Unread) == 0 {
		p.o.Log.Info("all folders can be listed again")
	}
}

// trouble notes or, with a nil error, clears what is wrong with a part. The log hears of every change once.
func (p *Publisher) trouble(part string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.troubles[part]
	if err == nil {
		if was != "" {
			delete(p.troubles, part)
			p.tellNews()
			p.o.Log.Info("recovered", "part", part)
		}
		return
	}
	p.dirty = true
	if was != err.Error() {
		p.troubles[part] = err.Error()
		p.tellNews()
		p.o.Log.Error("readers keep the last good edition", "part", part, "cause", err)
	}
}

// tellBad logs, once each, why pages are not shown as their files have them.
func (p *Publisher) tellBad(snap *content.Snapshot) {
	var before []diag.Problem
	if e := p.p.Load(); e != nil {
		before = e.Snapshot.Bad()
	}
	told := 0
	for _, x := range snap.Bad() {
		if slices.Contains(before, x) {
			continue
		}
		if told++; told > maxTold {
			p.o.Log.Warn("more pages are not shown as their files have them", "see", "rutter check")
			return
		}
		p.o.Log.Warn("a page keeps its last good version, or is shown as text", "problem", x.String())
	}
}

// tellNone says when there is no page at all: more likely a mount that is late than what somebody wants.
func (p *Publisher) tellNone(snap *content.Snapshot) {
	text := ""
	if snap.Complete() && snap.Len() == 0 {
		text = "no page was found"
		if d, ok := p.o.Source.(interface{ Dir() string }); ok {
			text += " in " + d.Dir()
		}
	}
	p.mu.Lock()
	told := p.notes[noPages] == text
	p.mu.Unlock()
	if text != "" && !told {
		p.o.Log.Warn(text)
	}
	p.note(noPages, text)
}

// noPages is the part of Notes that says that nothing is served.
const noPages = "content"

// maxTold is how many bad pages, or folders, are logged at once.
const maxTold = 20
