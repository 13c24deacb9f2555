// Package accountability is who answers for which page, when somebody last went through it, and what waits for them: as rows
// for programs, and as a digest for a person.
package accountability
