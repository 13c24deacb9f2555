// Package lint is the writing rules: what a page or a folder of them may say better, each rule with an id, an explanation
// for its author, and an example that is its test.
package lint
