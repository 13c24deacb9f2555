// Package export is a portal as plain files: what its handler answers, with links between files, and a search that needs no server.
package export
