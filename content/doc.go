// Package content is a folder of Markdown as one immutable Snapshot: pages, folders, links between them, and
// every Problem an author can mend.
//
// # From files to a snapshot
//
// A [Tree] lists the files of one moment (package source makes it from a folder or any fs.FS). A [Builder] turns
// trees into snapshots, each from the one before, reading only what changed. A page that can no longer be read or
// parsed keeps its last good version; one that never was good is shown as its text. Either way the others are not
// disturbed, and a Problem says why.
//
// # Addresses
//
// A page's address is its path without the extension: playbooks/linux/disk.md is /playbooks/linux/disk. A folder's
// address ends in a slash; README.md, index.md or _index.md, the first that exists, is its page. Links in pages
// may be written as paths (disk.md, ../linux/disk.md), as addresses (/playbooks/linux/disk, disk.html, linux/), in
// any letter case; see link.go for the order in which they are tried.
//
// # Writing
//
// A [Draft] is a new page. [Snapshot.Move] plans to move a page, a folder or a file so that every link leads where it led;
// package source writes both. [Schema] tells editors what front matter may hold, from the table it is read by.
//
// # Who may see it
//
// Pages are reached only through a [View]: a Snapshot in the eyes of one [Viewer].
package content
