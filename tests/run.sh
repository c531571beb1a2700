#!/usr/bin/env bash
# All tests, in suites.
#
#   tests/run.sh                 every suite
#   tests/run.sh --suite NAME    that one
#   tests/run.sh --list          their names
#
# The last line is "N passed, N failed", of suites. Exit: 0 all passed, 1 some
# failed, 2 usage, 3 something must be installed first.
#
# FOIL_SOAK=1 makes the long tests long; FOIL_SMITH=N makes N random modules, and
# FOIL_FUZZ=N N changes for each fuzz target, from the seed FOIL_SEED on. Scripts
# in tests/scripts are given FOIL and FOIL_VERIFY, the paths of the two binaries,
# and a new folder to run in.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

suites=(fmt deny clippy tidy unit guests golden authors formats fuzz c2sp spec smith strangers serve survive)
if compgen -G 'tests/scripts/*.sh' >/dev/null; then suites+=(scripts); fi

# Everything is built in release, workspace-wide and with the tests, so that all
# suites see the same features of every dependency and RocksDB and wasmtime are
# compiled once.
build=(--release --locked --workspace)

# need_component NAME: rustup's minimal profile has neither rustfmt nor clippy.
need_component() {
    if ! cargo "$1" --version >/dev/null 2>&1; then
        local component=${1/fmt/rustfmt}
        rustup component add "$component" ||
            { echo "cargo $1 is missing: rustup component add $component" >&2; return 1; }
    fi
}

suite_fmt() {
    need_component fmt
    cargo fmt --all --check
    cargo fmt --all --check --manifest-path guests/Cargo.toml
    cargo fmt --all --check --manifest-path tests/formats/Cargo.toml
    cargo fmt --all --check --manifest-path tests/c2sp/Cargo.toml
    cargo fmt --all --check --manifest-path tests/engines/Cargo.toml
    cargo fmt --all --check --manifest-path tests/engines/oracle/Cargo.toml
    cargo fmt --all --check --manifest-path tests/planted/Cargo.toml
    cargo fmt --check --manifest-path runtime/verify/browser/Cargo.toml
}

# Licences, sources, banned crates and known faults of crates, in every workspace.
suite_deny() { tests/deny/run.sh; }

suite_clippy() {
    need_component clippy
    cargo clippy "${build[@]}" --all-targets -- -D warnings
    # With spans, in the long form: what writes protobuf has bindgen, and so RocksDB, compiled once more.
    [[ -z ${FOIL_SOAK:-} ]] || cargo clippy "${build[@]}" --features tests/otel --all-targets -- -D warnings
    formats clippy --workspace --all-targets -- -D warnings
    c2sp clippy --all-targets -- -D warnings
    engines clippy --workspace --all-targets --manifest-path tests/engines/Cargo.toml -- -D warnings
    engines clippy --all-targets --manifest-path tests/engines/oracle/Cargo.toml -- -D warnings
    planted clippy --all-targets -- -D warnings
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/browser \
        cargo clippy --release --locked --all-targets --manifest-path runtime/verify/browser/Cargo.toml -- -D warnings
}

suite_tidy() { cargo test "${build[@]}" --test tidy -- --nocapture; }

# The scenarios of tests/cli run the two binaries. Of the simulated worlds only some: `survive` has the rest.
suite_unit() {
    cargo build "${build[@]}" --bins
    FOIL_SEEDS=${FOIL_SEEDS:-40} cargo test "${build[@]}" --no-fail-fast
}

# The guests as native programs, with the SDK's test host. A guest is no library
# for others: it has no examples in its documentation to test (hence all targets).
suite_guests() {
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/guests-native \
        cargo test --release --locked --workspace --all-targets --manifest-path guests/Cargo.toml
}

# What programs come to, on everything that runs them: a table.
suite_golden() { cargo test "${build[@]}" --test golden -- --nocapture; }

# What authors of programs have: SDKs in four languages that come to the same.
suite_authors() {
    # shellcheck source=tests/authors/tools.sh
    source tests/authors/tools.sh
    cargo build "${build[@]}" --bins
    export FOIL=$CARGO_TARGET_DIR/release/foil FOIL_VERIFY=$CARGO_TARGET_DIR/release/foil-verify
    cargo test "${build[@]}" --test authors -- --nocapture
    # The programs are shown by two other suites. Asked for alone, this one has them too.
    ((${#suites[@]} == 1)) || return 0
    cargo test "${build[@]}" --test golden -- --nocapture
    local program
    for program in ledger frontier memory connectome volume; do
        run_script "tests/scripts/$program.sh"
    done
}

# cargo for the workspace of tests/formats.
formats() {
    local command=$1
    shift
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/formats \
        cargo "$command" --release --locked --manifest-path tests/formats/Cargo.toml "$@"
}

# Test vectors, CDDL and hostile files.
suite_formats() { formats test --test vectors --test cddl --test untrusted; }

# The fuzz targets of decoders and of a node: their corpora, and seeded changes of them.
suite_fuzz() {
    formats test --test fuzz -- --nocapture
    cargo build "${build[@]}" --bins
    cargo test "${build[@]}" --test fuzz -- --nocapture
}

# cargo for the workspace of tests/c2sp.
c2sp() {
    local command=$1
    shift
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/c2sp \
        cargo "$command" --release --locked --manifest-path tests/c2sp/Cargo.toml "$@"
}

# Published heads and tiles, read by other implementations.
suite_c2sp() { c2sp test; }

# cargo for the two workspaces of tests/engines, which share what they compile.
engines() {
    local command=$1
    shift
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/engines cargo "$command" --release --locked "$@"
}

# The specification's suite on every engine, and the oracle of NaN.
suite_spec() {
    engines test --test spec --manifest-path tests/engines/Cargo.toml -- --nocapture
    engines test --manifest-path tests/engines/oracle/Cargo.toml -- --nocapture
}

# Random modules on every engine, and the corpus of the fuzz targets.
suite_smith() { engines test --test smith --manifest-path tests/engines/Cargo.toml -- --nocapture; }

# Software that nobody here wrote, about a shard that is made for it: a table of verdicts.
suite_strangers() {
    cargo build "${build[@]}" --bins
    FOIL=$CARGO_TARGET_DIR/release/foil FOIL_VERIFY=$CARGO_TARGET_DIR/release/foil-verify tests/strangers/run.sh
}

# cargo for the workspace of tests/planted: the one build that has bugs planted in it.
planted() {
    local command=$1
    shift
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/planted RUSTFLAGS='--cfg foil_planted' \
        cargo "$command" --release --locked --manifest-path tests/planted/Cargo.toml "$@"
}

# Whatever goes wrong under it, nothing answered is lost: simulated worlds, power cuts, processes that die,
# flipped bits, and bugs that each of these must find. FOIL_SOAK=1 takes a night.
suite_survive() {
    local seeds=1000
    [[ -z ${FOIL_SOAK:-} ]] || seeds=30000
    cargo build "${build[@]}" --bins
    export FOIL=$CARGO_TARGET_DIR/release/foil FOIL_VERIFY=$CARGO_TARGET_DIR/release/foil-verify
    FOIL_SEEDS=${FOIL_SEEDS:-$seeds} cargo test "${build[@]}" --test sim -- --nocapture
    cargo test "${build[@]}" --test survive -- --nocapture
    planted test -- --nocapture
}

# A node that serves, with clients that behave and some that do not. FOIL_SOAK=1 kills it more often, and tries one that is
# built with spans.
suite_serve() {
    export FOIL=$CARGO_TARGET_DIR/release/foil FOIL_VERIFY=$CARGO_TARGET_DIR/release/foil-verify
    if [[ -n ${FOIL_SOAK:-} ]]; then
        cargo build "${build[@]}" --features node/otel --bins
        cargo test "${build[@]}" --features tests/otel --test serve traces -- --nocapture
    fi
    cargo build "${build[@]}" --bins
    cargo test "${build[@]}" --test serve -- --nocapture
}

suite_scripts() {
    local script failed=()
    cargo build "${build[@]}" --bins --tests
    export FOIL=$CARGO_TARGET_DIR/release/foil FOIL_VERIFY=$CARGO_TARGET_DIR/release/foil-verify
    for script in tests/scripts/*.sh; do
        run_script "$script" || failed+=("$script")
    done
    ((${#failed[@]} == 0)) || { printf 'failed: %s\n' "${failed[*]}" >&2; return 1; }
}

run_script() {
    local scratch code=0
    scratch=$(mktemp -d)
    printf -- '-- %s\n' "$1"
    (cd "$scratch" && bash "$root/$1") || code=$?
    rm -rf "$scratch"
    return "$code"
}

usage() { sed -n 's/^#   \(tests\/run.sh\)/\1/p' "$root/tests/run.sh" >&2; exit 2; }

case ${1:-} in
    '') (($# == 0)) || usage ;;
    --list) (($# == 1)) || usage; printf '%s\n' "${suites[@]}"; exit ;;
    --suite)
        (($# == 2)) || usage
        [[ " ${suites[*]} " == *" $2 "* ]] || { echo "no suite is called $2; there are: ${suites[*]}" >&2; exit 2; }
        suites=("$2")
        ;;
    *) usage ;;
esac

# shellcheck source=tests/setup.sh
source tests/setup.sh

# The target directory stays ours until the end.
exec 9>>"$CARGO_TARGET_DIR/.lock"
foil_lock
foil_claim_target

failed=()
for suite in "${suites[@]}"; do
    printf '== %s\n' "$suite"
    # A function called where its failure is asked about would run on after an
    # error: hence the subshell, and the exit code looked at afterwards.
    set +e
    (set -e; "suite_$suite") 9>&-
    code=$?
    set -e
    ((code == 0)) || { failed+=("$suite"); printf '== %s failed\n' "$suite"; }
done
((${#failed[@]} == 0)) || printf 'failed: %s\n' "${failed[*]}"
printf '%d passed, %d failed\n' "$((${#suites[@]} - ${#failed[@]}))" "${#failed[@]}"
((${#failed[@]} == 0))
