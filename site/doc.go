// Package site is the portal as an HTTP server: options, routes, handlers and its life cycle.
//
// # A request
//
// server.go wraps every request (headers, request id, panics); routes.go decides which address is whose; each
// handler takes one edition at its start and the Viewer who asks, and keeps both to its end. Handlers return an
// error instead of writing one: errors.go is the one place that turns an error into a page or into problem+json.
//
// # Searching
//
// search.go reads what was asked (a form, a paste, an address) and answers as a page or as a piece of one for the box;
// api.go, discovery.go and assistant.go answer programs, terminal.go terminals, doorway.go alerts. asked.go counts what
// is searched for. gate.go asks what queries.yaml declares before an edition goes live; audit.go records what came of it.
//
// # What is cached
//
// A page of content is rendered on first request and kept, with each compression that was asked for (cache.go,
// represent.go). It is good for as long as nothing it shows has changed: its own bytes, its neighbours and parents,
// the pages its links lead to, and the navigation. Home and lists are kept for one edition.
package site
