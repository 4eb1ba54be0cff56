# Every command we run. Bare `make` lists them.

# The Cargo profiles of what runs and of what is tested.
PROFILE ?= release
TEST_PROFILE ?= dev
pulse_of = target/$(if $(filter dev,$(1)),debug,$(1))/pulse
pulse = $(call pulse_of,$(PROFILE))
test_pulse = $(call pulse_of,$(TEST_PROFILE))

# The pinned servers and tools come before the machine's own.
export PATH := $(CURDIR)/.pulse/tools/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup setup-check up demo status build build-tests web test test-long check fmt clippy layers privacy proto check-proto sqlx check-sqlx race fuzz bench \
	deny advisories unused squawk check-web check-deploy

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

e2e/oidc-provider/node_modules/.package-lock.json: e2e/oidc-provider/package-lock.json
	@cd e2e/oidc-provider && npm ci --no-audit --no-fund
	@touch $@

up: build web ## build and run everything on this machine, at http://localhost:8080
	@exec $(pulse) up

demo: build web ## the same, with three people who know each other already
	@exec $(pulse) up --demo

status: ## what runs, and whether it is ready
	@$(pulse) status

# The servers of tests make and remove files by the thousand: in memory where there is room for them and programs may run.
shm_kib := $(shell awk '$$2 == "/dev/shm" && $$4 !~ /noexec/' /proc/mounts 2>/dev/null | grep -q . && df --output=avail -k /dev/shm | tail -1)
memory := $(shell test -w /dev/shm -a "0$(strip $(shm_kib))" -ge 4000000 && echo /dev/shm || echo "$${TMPDIR:-/tmp}")
test test-long race fuzz check-sqlx sqlx: export TMPDIR := $(memory)

# Many tests wait for time to pass: two more at once than there are cores.
test: export NEXTEST_TEST_THREADS ?= $(shell echo $$(( $$(nproc) + 2 )))
test: build-tests web ## run every test: unit, database, services, whole system, browser
	@cd web && npm test
	@$(test_pulse) with-servers -- cargo nextest run --cargo-profile $(TEST_PROFILE) --workspace

test-long: build-tests ## long proofs: ten thousand random steps against the model of the rules
	@$(test_pulse) with-servers -- cargo nextest run --cargo-profile $(TEST_PROFILE) --workspace --profile long \
		--run-ignored only -E 'package(pulse-e2e) & test(ten_thousand_steps)'

build-tests: setup-check e2e/oidc-provider/node_modules/.package-lock.json
	@cargo build --profile $(TEST_PROFILE) --workspace --all-targets

check: fmt clippy layers privacy check-proto check-sqlx deny unused squawk check-web check-deploy ## everything that needs no running system

fmt: ## check the formatting
	@cargo fmt --all --check

clippy: ## lint, with warnings denied
	@cargo clippy --workspace --all-targets -- -D warnings

layers: ## who may name whom
	@tools/layers

privacy: ## every table, column, stream and cache key has a rule in docs/privacy.md
	@tools/check-privacy

proto: ## generate the Rust of proto/
	@cargo run --quiet --package pulse-proto --example generate

check-proto: setup-check ## contracts: lint, format, breaking changes, drift of the generated Rust
	@tools/check-proto

# The launcher alone: a query that is not recorded yet must not stop it.
sqlx: setup-check ## record the shapes of the checked queries
	@cargo build --profile $(TEST_PROFILE) --workspace --bin pulse
	@$(test_pulse) with-servers -- tools/sqlx

check-sqlx: build-tests ## fail when the recorded queries are not what the code says
	@$(test_pulse) with-servers -- tools/sqlx --check

race: build-tests ## 10,000 blocks while people send: none of their messages commits after the answer
	@PULSE_RACE_ROUNDS=10000 $(test_pulse) with-servers -- cargo nextest run --cargo-profile $(TEST_PROFILE) --workspace \
		--profile long -E 'package(pulse-e2e) & test(blocks::no_send_commits)'

fuzz: build-tests ## the public API against its document, presence against its model, with many more cases than tests have
	@PULSE_FUZZ_EXAMPLES=100 PULSE_MODEL_CASES=2000 $(test_pulse) with-servers -- cargo nextest run --cargo-profile $(TEST_PROFILE) --workspace \
		--profile long -E 'test(no_answer_of_any_operation) | test(any_order_of_sets)'

bench: build ## how fast messages go, as a ratio to a limit of the same run
	@cargo bench --workspace --bench '*'

deny: setup-check ## licences, banned and doubled crates
	@cargo deny --log-level error check bans licenses sources

advisories: setup-check ## known vulnerabilities; asks the advisory database, so it needs the network
	@cargo deny check advisories

unused: setup-check ## dependencies that nobody uses
	@cargo shear

squawk: setup-check ## migrations that would lock or break
	@squawk services/*/migrations/*.sql

check-web: web ## the web client: format, lint, types, drift of the API types
	@cd web && npm run --silent lint && npm run --silent typecheck && npm run --silent check-generate

check-deploy: setup-check ## images, compose, manifests and proxy, offline
	@deploy/check
