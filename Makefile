# The commands of this repository. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench fuzz

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

demo: ## serve examples/todos at http://localhost:8080/ (needs only Rust; Python if present)
	@examples/todos/demo.sh

test: ## everything that must hold; installs what the tests need on Debian
	@tests/prepare.sh
	cargo test --workspace --no-fail-fast

lint: ## formatting, clippy and the dependency rules, as CI checks them
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@.ci/deny

bench: ## measure beside a relay, nginx and HAProxy
	@tests/prepare.sh bench
	cargo run --release --package genkan-bench -- $(BENCH)

fuzz: ## feed hostile input to the parsers; FUZZ=seconds for each target
	@fuzz/run $(FUZZ)
