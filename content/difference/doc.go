// Package difference is what two sequences have in common, and two texts beside each other line by line.
//
// Sequences are compared as people read them: what stands once in both and in the same order is kept first (patience
// difference), and only what is left between is compared item by item. The cost is bounded whatever the input: a stretch
// that would take too long counts as replaced as a whole. So a difference is always right, though not always the shortest.
package difference
