// Package version orders the versions of products as their vendors write them, and tells which lie in a range.
package version
