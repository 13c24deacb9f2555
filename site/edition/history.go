package edition

import "context"

// startHistory reads the log in the background when the checked-out revision is another.
func (p *Publisher) startHistory(ctx context.Context) {
	if p.o.Git == nil || p.gitBusy {
		return
	}
	print := p.o.Git.Fingerprint()
	if print == p.gitPrint {
		return
	}
	p.gitPrint, p.gitBusy = print, true
	p.background.Go(func() {
		h, err := p.o.Git.History(ctx)
		p.gitDone <- gitResult{h, err}
	})
}

func (p *Publisher) gitRead(ctx context.Context, r gitResult) {
	p.gitBusy = false
	if r.err != nil {
		if ctx.Err() == nil {
			p.trouble("git", r.err)
			p.gitPrint = "" // so that the next scan tries again
			p.release(true)
		}
		return
	}
	p.trouble("git", nil)
	p.history = r.h
	p.update(ctx, false)
	p.release(false)
}
