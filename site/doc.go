// Package site is the portal as an HTTP server: options, routes, handlers and its life cycle.
//
// # A request
//
// server.go wraps every request (headers, request id, panics); routes.go decides which address is whose; each
// handler takes one edition at its start and the Viewer who asks, and keeps both to its end; what lasts for many editions
// (live.go), or is of another portal (preview.go), takes them itself. Handlers return an error instead of writing one:
// errors.go is the one place that turns an error into a page or into problem+json.
//
// # Searching
//
// search.go reads what was asked (a form, a paste, an address) and answers as a page or as a piece of one for the box;
// api.go, discovery.go and assistant.go answer programs, terminal.go terminals, doorway.go alerts. asked.go counts what
// is searched for. gate.go asks what queries.yaml declares before an edition goes live; audit.go records what came of it.
//
// # For authors, and of a repository
//
// live.go tells an open page that its file changed; ranks.go, rules.go, problems.go and coverage.go tell its author what is
// wrong with it. remote.go takes a repository's webhooks, changes.go shows what changed a page, preview.go has branches as
// portals of their own, branch.go what they change, and prefix.go their addresses below /~BRANCH/. accountable.go says who
// answers for what.
//
// # What is cached
//
// A page of content is rendered on first request and kept, with each compression that was asked for (cache.go,
// represent.go). It is good for as long as nothing it shows has changed: its own bytes, its neighbours and parents,
// the pages its links lead to, and the navigation. Home, lists and rules are kept for one edition. Where authors see
// problems nothing is kept but what the gate rendered, for one edition.
package site
