// Package source is where content comes from: a folder, any fs.FS or a git repository elsewhere as a content.Tree, what
// git knows of its pages, and word that something changed. It writes what an author has it write: a new page, or a move.
package source
