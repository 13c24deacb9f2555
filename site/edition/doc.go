// Package edition is what readers are served at one moment: a snapshot of the content and the search index over
// exactly that snapshot, published as one thing.
//
// A request takes one [Edition] at its start and keeps it to its end, so that it never sees half of a change. The
// [Publisher] follows the content folder: it builds the next edition aside, asks the Gate, swaps one pointer, and
// retires the old edition when its last reader leaves. Whatever goes wrong on the way, the last good edition stays.
//
// Both ways to keep the index in step were weighed in guides/rutter/decisions/editions: here one live index takes
// one batch per change, and the edition holds the index reader taken right after it.
package edition
