// Package lint is the writing rules: what a page or a folder of them may say better, each rule with an id, an explanation
// for its author and, where a folder of files can have the problem, an example that is its test.
package lint
