#!/usr/bin/env bash
# What preparation costs, as one table of ratios with the bars they are held to.
#
#   tests/bench/run.sh [--only NAME]... [--rounds N] [--json PATH]
#
# NAME is a kernel, or `calls`, `compile` or `hostcalls`. The JSON goes to PATH, or else to
# bench.json in cargo's target directory. Takes some four minutes once it is built.
#
# A benchmark is no test: the exit is 0 whatever the figures are, 1 if something
# does not build, run, or compute the same in every variant.

set -euo pipefail
bench=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
target=${CARGO_TARGET_DIR:-$bench/../../target/bench}
cargo build --quiet --release --locked --manifest-path "$bench/Cargo.toml" --target-dir "$target"
# The last --json counts.
"$target/release/bench" --json "$target/bench.json" "$@"
