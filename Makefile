# The commands of this repository. `make` alone lists them.

TARGET := $(or $(CARGO_TARGET_DIR),target)
FUZZ ?= 60

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench fuzz live-edits

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

demo: ## serve examples/todos at http://localhost:8080/ (needs only Rust; Python if present)
	@examples/todos/demo.sh

test: ## everything that must hold; installs what the tests need on Debian
	@tests/prepare.sh
	cargo test --workspace --no-fail-fast

lint: ## formatting, clippy and the dependency rules, as CI checks them
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@.ci/deny

bench: ## measure beside a relay, nginx and HAProxy; BENCH=--short for the short form
	@tests/prepare.sh bench
	cargo build --release --package genkan --package genkan-bench
	PATH="$$PATH:/usr/sbin" $(TARGET)/release/genkan-bench run --genkan $(TARGET)/release/genkan $(BENCH)

fuzz: ## feed hostile input to the parsers, FUZZ=60 seconds for each (nightly Rust, cargo-fuzz)
	@fuzz/run $(FUZZ)

live-edits: ## 1,000 edits under 2,000 requests a second and 50 WebSockets (two minutes)
	GENKAN_LIVE_EDITS=full cargo test --package genkan-tests --test live_edits -- --nocapture
