# What people and CI run. `make test` is the whole test; it needs git, make and Go, and as root installs the rest.

SHARED ?= ../shared
GO     ?= go
ROOT   := $(CURDIR)
# The race detector needs a C compiler, the browser tests need Chromium. What is missing fails the test unless
# ALLOW_MISSING=1 is given.
DEB    := gcc libc6-dev chromium

.PHONY: help build test unit race browser generate check-generated lint trials bench deps need fuzz changed preview

build: ## the program, which knows the revision it was built from
	$(GO) build -buildvcs=auto -o rutter ./cmd/rutter || $(GO) build -buildvcs=false -o rutter ./cmd/rutter

test: deps check-generated lint unit race browser need ## everything that must pass

deps: ## install what the tests need, where this may be done
	@.ci/deps $(DEB)

generate: ## Go code of the templ views
	$(GO) tool templ generate

check-generated:
	@.ci/generated $(GO)

lint: ## formatting, vet, staticcheck, a tidy go.mod
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "gofmt would change these files"; exit 1; }
	cd .ci/tools && $(GO) tool gofumpt -l $$(cd $(ROOT) && git ls-files '*.go' | grep -v _templ.go | sed 's#^#$(ROOT)/#') | { ! grep .; }
	$(GO) vet ./...
	$(GO) build -C .ci/tools -o $(ROOT)/.ci/out/staticcheck honnef.co/go/tools/cmd/staticcheck
	.ci/out/staticcheck ./...
	$(GO) mod tidy -diff

unit: ## all tests of the program
	$(GO) test ./...

race: ## the tests again, under the race detector
	@if command -v gcc >/dev/null; then set -x; CGO_ENABLED=1 $(GO) test -race -short ./...; else echo "no gcc: the race detector was left out"; fi

browser: build ## journeys in a real Chromium
	@if command -v chromium >/dev/null; then set -x; cd .ci/browser && RUTTER=$(ROOT)/rutter $(GO) test -count=1 ./...; else echo "no chromium: the browser tests were left out"; fi

need: # fails when something above had to be left out
	@.ci/need

trials: build ## tests and measures on the material in SHARED
	SHARED=$(abspath $(SHARED)) $(GO) test -tags trials -count=1 -timeout 30m ./...

bench: build ## the figures of guides/rutter/measured
	cd .ci/bench && $(GO) run . -rutter $(ROOT)/rutter -shared $(abspath $(SHARED))

preview: ## every view in every state, as pages in .ci/out/preview
	$(GO) test ./site/view -run TestPreview -preview $(ROOT)/.ci/out/preview
	@echo "open .ci/out/preview/index.html, or serve the folder"

fuzz: ## each fuzz target for a while
	@for p in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz); do echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 30s $$p || exit 1; done; done

changed: ## date the shipped pages that changed
	$(GO) test ./content -run TestLibraryChanged -update

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18
