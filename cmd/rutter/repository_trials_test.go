//go:build trials

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestTrialRepository goes the way of TestRepository with the runbooks of others, as their repositories have them.
func TestTrialRepository(t *testing.T) {
	shared := os.Getenv("SHARED")
	if shared == "" {
		t.Skip("SHARED is not set")
	}
	for _, c := range []struct{ repository, page, query string }{
		{"openshift", "alerts/cluster-etcd-operator/etcdMembersDown.md", "etcdMembersDown"},
		{"prometheus-operator", "content/runbooks/etcd/etcdMembersDown.md", "etcdMembersDown"},
	} {
		t.Run(c.repository, func(t *testing.T) {
			serveRepository(t, filepath.Join(shared, "corpora", "raw", c.repository), c.page, c.query).journey()
		})
	}
}
