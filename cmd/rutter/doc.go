// Command rutter serves a folder of Markdown as an ops knowledge portal.
//
// To serve, it turns flags, environment and signals into [rutter/site.Options] and nothing more. Beside that it has the
// commands of authors and operators: check, new, mv, search, coverage, owners, audit, rollback and others. A tour of the
// code, from the files to the reader:
//
//   - rutter/content/markdown parses and renders one Markdown body; rutter/content/diag is a Problem in it.
//   - rutter/content/source lists a folder and watches it; rutter/content turns what it lists into a Snapshot:
//     all pages, linked, immutable.
//   - rutter/search says what a query and an answer are; rutter/search/bleve is the index.
//   - rutter/site/edition publishes a snapshot and its index as one Edition and follows the content;
//     rutter/site/audit is the trail of what was published.
//   - rutter/site/view is the pages, rutter/static their style; rutter/site is the server.
package main
