# Each line calls cargo or a script; the work is there.

.PHONY: setup demo test bench check clean

setup:
	scripts/setup.sh

demo: setup
	PATH="$$HOME/.cargo/bin:$$PATH" cargo run --quiet --bin holdfast -- demo

test: setup
	PATH="$$HOME/.cargo/bin:$$PATH" cargo test --workspace --no-fail-fast

bench: setup
	scripts/bench.sh

check:
	cargo fmt --all --check && cargo clippy --workspace --all-targets -- --deny warnings

clean:
	cargo clean
