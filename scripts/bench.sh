#!/usr/bin/env bash
# Holdfast beside the tools a user would pick instead, in a release build. Options go to the bench:
#   scripts/bench.sh --size 1000 --rounds 5 --write bench/results/latest.md
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
exec cargo run --quiet --release -p holdfast-bench -- "$@"
