package site

import (
	"log/slog"
	"time"

	"rutter/content"
	"rutter/content/coverage"
	"rutter/content/source"
	"rutter/site/edition"
)

// Options say what is served and how. Their zero values are replaced by what a comment names.
type Options struct {
	Portal string         // the portal's name; "Rutter"
	Source edition.Source // where content comes from
	// Remote opens a repository elsewhere as the Source, its mirror kept in a folder below state. Nil where Source says
	// where content comes from.
	Remote func(state string) (*source.Remote, error)
	// Previews is how many branches of Remote may be open beside the live edition, and PreviewPages how many pages they may
	// have in all; 0 of the first shows none.
	Previews     int
	PreviewPages int

	elsewhere func(path string) []string // of a preview: whom the live edition has files for
	branch    string                     // of a preview
	Hook      []byte                     // secret of webhooks that tell of a push; nil takes none
	Changes   <-chan struct{}            // word that something may have changed; nil when nothing ever does
	Git       *source.Git                // the repository the content is in; nil for none
	Blobs     Blobs                      // reads earlier versions of pages; nil where there are none but those of Remote
	History   *content.History           // last changes known beforehand; nil for none
	State     string                     // folder to keep the index in; "" uses a temporary one

	Addr     string // address to listen on; "127.0.0.1:8080"
	CertFile string // TLS certificate and key; "" serves without TLS
	KeyFile  string
	H2C      bool // also HTTP/2 without TLS

	Drain time.Duration // how long Stop lets new requests come, readiness being false, before it closes the door

	Authors bool   // show problems on the pages
	Unasked bool   // do not count what is searched for
	BaseURL string // scheme and host for absolute addresses; "" takes them from the request

	Rules *coverage.Files // alerting rules that authors see held against the pages; nil for none
	Sites []coverage.Site // runbook addresses of this portal, besides those that begin with its own

	Version string           // of the program
	Now     func() time.Time // the clock; time.Now
	Log     *slog.Logger     // slog.Default()
}

func (o *Options) fill() {
	if o.Portal == "" {
		o.Portal = "Rutter"
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:8080"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
}
