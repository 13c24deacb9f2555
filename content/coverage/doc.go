// Package coverage holds alerting rules against the pages of a portal: which alerts have a playbook, which runbook
// addresses lead nowhere, and which playbooks answer no alert.
//
// Rules reads one file of Prometheus rules, Files reads all that were named and follows their changes, Map makes the
// Report.
package coverage
