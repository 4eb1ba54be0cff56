# Every command we run. Bare `make` lists them.

# The Cargo profile of what `make up` and `make test` run: dev or release.
PROFILE ?= dev
bin_dir = target/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
pulse = $(bin_dir)/pulse

# The pinned servers and tools come before the machine's own.
export PATH := $(CURDIR)/.pulse/tools/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup setup-check up demo status build web test fmt clippy deny unused

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

setup: ## install what is missing: servers, Node.js, a C compiler
	@tools/setup

setup-check: ## install also what the tests and checks need
	@tools/setup --check

build: setup ## compile the services and the launcher
	@cargo build --profile $(PROFILE) --workspace --bins

web: setup web/dist/index.html ## build the web client when its sources changed

web_sources = $(shell find web -name node_modules -prune -o -name dist -prune -o -type f -print 2>/dev/null)

web/dist/index.html: web/node_modules/.package-lock.json $(web_sources)
	@cd web && npm run build
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	@cd web && npm ci --no-audit --no-fund
	@touch $@

up: build web ## build and run everything on this machine, at http://localhost:8080
	@exec $(pulse) up

demo: build web ## the same, with three people who know each other already
	@exec $(pulse) up --demo

status: ## what runs, and whether it is ready
	@$(pulse) status

test: setup-check build ## run all Rust tests, with private servers
	@cargo build --profile $(PROFILE) --workspace --all-targets
	@$(pulse) with-servers -- cargo nextest run --cargo-profile $(PROFILE) --workspace

fmt: ## check the formatting
	@cargo fmt --all --check

clippy: ## lint, with warnings denied
	@cargo clippy --workspace --all-targets -- -D warnings

deny: setup-check ## licences, advisories, banned and doubled crates
	@cargo deny check

unused: setup-check ## dependencies that nobody uses
	@cargo shear
