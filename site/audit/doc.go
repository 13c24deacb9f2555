// Package audit is the trail of publications: which editions readers were given or refused, when, from which revision,
// and what was other in each. It is a file to which entries are appended and which nobody can change without that
// showing.
//
// Each line of the file is one [Entry] as JSON. Its last member, hash, is the SHA-256, in 64 small hexadecimal digits,
// of the line's own bytes without that member and without the line's end: of everything up to `,"hash":`, and a `}`.
// The member before it, prev, is the hash of the line above, "" in the first; seq counts the lines from 1. So each hash
// stands for everything above it. Members that a later version adds are covered like all others.
//
// What the file alone cannot show is that lines are missing at its end, or that somebody made the whole of it anew.
// Both show when a hash that was noted elsewhere is not in it: the log and /readyz tell the newest.
package audit
