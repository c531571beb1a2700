#!/usr/bin/env bash
# What preparation costs, and what a shard does in a second: tables of ratios with the bars they are held to.
#
#   tests/bench/run.sh [--only NAME]... [--rounds N] [--json PATH]
#   tests/bench/run.sh shard [--with-peers] [--only NAME] [--keys N] [--seconds N] [--rounds N] [--minutes N] [--dir DIR]
#     [--json PATH]
#   tests/bench/run.sh serve [--seconds N] [--overload SECONDS] [--long MINUTES] [--json PATH]
#   tests/bench/run.sh micro [FILTER]
#
# NAME is a kernel, or `calls`, `compile` or `hostcalls`; of a shard, it is one of `commits`, `calls`, `ledger`, `ycsb`,
# `programs`, `latency`, `replay`, `shards` and `memory`; or `large` or `long`, which are only run if they are named: `large` fills ten
# and thirty times as many keys, `long` holds a load for N minutes, one if not said, and draws what became of it beside
# the JSON. DIR is on the disk to measure, in cargo's target
# directory unless said. The JSON goes to PATH, or else to bench.json or shard.json there. The first takes some four
# minutes once it is built, the second ten; the second builds RocksDB, unless it is there.
#
# serve has wrk put load on a node over HTTP, beside a handler that does nothing (Debian has both: wrk, python3), and then
# offers it three times what it takes, 20 seconds if not said. With --long it does nothing of that, but holds 70 % of the
# peak for so long and looks at the memory of the node each second.
#
# micro has criterion time the smallest pieces of a call, or those whose names have FILTER in them.
#
# --with-peers also builds what the shard is compared with, hundreds of packages, and runs it in turns with the shard:
# some minutes more. What does not build, does not start or fails is left out, which standard error says.
#
# A benchmark is no test: the exit is 0 whatever the figures are, 1 if something
# does not build, run, or compute the same in every variant.

set -euo pipefail
bench=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
target=${CARGO_TARGET_DIR:-$bench/../../target/bench}

# Builds the package $1 here with the options that follow.
build() {
    cargo build --quiet --release --locked --manifest-path "$bench/$1/Cargo.toml" --target-dir "$target" "${@:2}"
}

# Builds the peers: all, or else each by itself and then those of them that do build.
build_peers() {
    build peers && return
    local peer peers=()
    for peer in qmdb nomt jmt cosmwasm; do
        if build peers --no-default-features --features "$peer"; then
            peers+=("$peer")
        else
            echo "left out: $peer: it does not build" >&2
        fi
    done
    build peers --no-default-features --features "${peers[*]}"
}

if [[ ${1:-} == micro ]]; then
    exec cargo bench --quiet --locked --manifest-path "$bench/Cargo.toml" --target-dir "$target" --bench micro -- "${@:2}"
fi
if [[ ${1:-} == serve ]]; then
    command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 3; }
    build . -p bare -p load -p shard
    cargo build --quiet --release --locked --manifest-path "$bench/../../Cargo.toml" --target-dir "$target" -p node
    exec python3 "$bench/serve.py" --foil "$target/release/foil" --bare "$target/release/bare" --dir "$target" \
        --load "$target/release/load" --shard "$target/release/shard" --guest "$bench/../../guests/wasm/counter.wasm" --json "$target/serve.json" "${@:2}"
fi
package=bench
options=()
if [[ ${1:-} == shard ]]; then
    package=shard
    options=(--dir "$target")
    shift
    asked=()
    for argument; do
        if [[ $argument == --with-peers ]]; then
            if build_peers; then
                options+=(--peers "$target/release/peers")
            else
                echo "left out: every peer: they do not build" >&2
            fi
        else
            asked+=("$argument")
        fi
    done
    set -- "${asked[@]}"
fi
build . -p "$package"
# Of an option that is given twice, the last one counts.
"$target/release/$package" "${options[@]}" --json "$target/$package.json" "$@"
