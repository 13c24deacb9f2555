// Package shell reads the shell commands that pages show: what they do to the world, and where a reader's values go.
package shell
