// Package markdown is a Markdown body: parsed once, then asked for its headings, links, sections and HTML.
//
// It is the only user of goldmark. It reads GitHub's dialect (tables, task lists, strikethrough, autolinks,
// footnotes, alerts) plus definition lists and {#id .class} attributes on headings.
//
// All input is hostile. Three lines of defence, in this order:
//
//   - [Parse] refuses, with a Problem that names the line, a body on which goldmark would run for seconds (guard.go);
//   - the renderer writes raw HTML from a short list of elements that cannot act, and links from a list of
//     schemes (rawhtml.go, scheme.go); whatever else an author wrote is dropped or shown as text;
//   - a body that held raw HTML is balanced by the HTML5 parser, so it cannot close or leave open an element
//     of the page around it.
//
// Two versions of a page are compared as they are shown, see [Difference]: both are rendered as always, read back as trees
// and woven into one, so that it is as harmless as they are.
//
// Lines are 1-based, columns count code points from 1, both in the author's file.
package markdown
