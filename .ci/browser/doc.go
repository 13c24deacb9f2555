// Package browser holds the journeys that are walked in a real Chromium. It has tests only.
package browser
