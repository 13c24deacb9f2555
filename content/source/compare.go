package source

import (
	"context"
	"fmt"
	"strings"

	"rutter/content"
)

// FileChange is what one file of the content folder is in one revision and in another.
type FileChange struct {
	Old, New string // paths; "" where there is none
	Was, Is  string // object names of the bytes; "" where there are none
}

// Compare returns what a revision changed since it and another went apart: the revision at which they did, "" where they
// have no common past, and the files, by path. What is hidden is left out.
func (r *Remote) Compare(ctx context.Context, other, rev string) (base string, changes []FileChange, err error) {
	if !isID(other) || !isID(rev) {
		return "", nil, fmt.Errorf("%q and %q are not both revisions", other, rev)
	}
	base = emptyTrees[len(rev)]
	empty := base
	out, err := runBare(ctx, r.o.Dir, "merge-base", other, rev)
	switch {
	case err == nil:
		base = strings.TrimSpace(string(out))
	case !isExit(err, 1):
		return "", nil, err
	}
	args := []string{"diff", "--raw", "-z", "-M", "--no-abbrev", "--no-ext-diff", "--no-textconv"}
	if r.o.Path != "" {
		args = append(args, "--relative="+r.o.Path)
	}
	out, err = runBare(ctx, r.o.Dir, append(args, "--end-of-options", base, rev, "--")...)
	if err != nil {
		return "", nil, err
	}
	if base == empty {
		base = ""
	}
	return base, readRaw(string(out)), nil
}

// emptyTrees are the names of the tree without files, which every repository has, by how long its names are.
var emptyTrees = map[int]string{
	40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
	64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}

// readRaw reads the raw form of a difference: ":MODE MODE WAS IS STATUS", a path, and of a rename a second one, each ended
// by a NUL.
func readRaw(out string) (changes []FileChange) {
	fields := strings.Split(out, "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		head := strings.Fields(strings.TrimPrefix(fields[i], ":"))
		if len(head) != 5 {
			break
		}
		c := FileChange{Old: fields[i+1], New: fields[i+1], Was: head[2], Is: head[3]}
		switch head[4][0] {
		case 'A':
			c.Old, c.Was = "", ""
		case 'D':
			c.New, c.Is = "", ""
		case 'R', 'C':
			if i++; i+1 >= len(fields) {
				return changes
			}
			c.New = fields[i+1]
		}
		if c.Old != "" && content.Hidden(c.Old) {
			c.Old, c.Was = "", ""
		}
		if c.New != "" && content.Hidden(c.New) {
			c.New, c.Is = "", ""
		}
		if c.Old != "" || c.New != "" {
			changes = append(changes, c)
		}
	}
	return changes
}
