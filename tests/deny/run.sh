#!/usr/bin/env bash
# Whether we may build what we build: licences, sources, banned crates and known faults of crates, in every workspace.
#
# cargo-deny goes to CARGO_TARGET_DIR, in the version below. It knows the advisories of tests/data, whatever the day.
# First it is shown to find what is planted, one thing at a time; then it must find nothing.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${CARGO_TARGET_DIR:?a folder for what is installed}"
cd "$here/../.."

version=0.20.2
place=$CARGO_TARGET_DIR/deny
if [[ $("$place/bin/cargo-deny" --version 2>/dev/null) != "cargo-deny $version" ]]; then
    printf 'installing cargo-deny, which takes some minutes\n' >&2
    CARGO_TARGET_DIR=$place/build cargo install --quiet --locked --force --root "$place" "cargo-deny@$version" || {
        echo "cargo-deny cannot be installed: is the registry of crates in reach? (cargo says more above)" >&2
        exit 1
    }
    rm -rf "$place/build"
fi

# Where it would have fetched its usual database to, as if that had been just now.
database=$place/advisories/advisory-db-3157b0e258782691
rm -rf "$database"
mkdir -p "$database/.git"
touch "$database/.git/FETCH_HEAD"
python3 "$here/database.py" tests/data/advisories.jsonl "$database"

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
# What the peers of the benchmark are excused for is no excuse elsewhere.
strict=(--deny advisory-ignored --allow advisory-not-detected)

# deny MANIFEST METADATA [LINT...]: what it says of a workspace goes to a file.
deny() {
    "$place/bin/cargo-deny" --offline --workspace --color never --config "$here/deny.toml" --manifest-path "$1" \
        --metadata-path "$2" check --hide-inclusion-graph "${@:3}" >"$WORK/said" 2>&1
}

faults=0
# planted WHAT CODE: it is found, as an error of that code and no other.
planted() {
    local codes
    python3 "$here/planted.py" "$1" <"$WORK/metadata" >"$WORK/planted"
    deny "$browser" "$WORK/planted" "${strict[@]}" || true
    codes=$(sed -n 's/^error\[\(.*\)\]:.*/\1/p' "$WORK/said" | sort -u | paste -sd ' ')
    printf 'planted: %-13s found: %s\n' "$1" "${codes:-nothing}"
    [[ ${codes:-nothing} == "$2" ]] || { cat "$WORK/said" && faults=$((faults + 1)); }
}

browser=runtime/verify/browser/Cargo.toml
cargo metadata --locked --format-version 1 --all-features --manifest-path "$browser" >"$WORK/metadata"
planted nothing nothing
planted old vulnerability
planted unmaintained advisory-ignored
planted banned banned
planted git source-not-allowed
planted licence rejected
planted wildcard wildcard

# The owner of a checkout may be another user than the one who tests it.
locks=$(git -c safe.directory='*' ls-files -co --exclude-standard '*Cargo.lock')
for lock in $locks; do
    manifest=${lock%.lock}.toml
    lints=("${strict[@]}")
    [[ $lock != tests/bench/peers/* ]] || lints=()
    cargo metadata --quiet --locked --format-version 1 --all-features --manifest-path "$manifest" >"$WORK/metadata"
    code=0
    deny "$manifest" "$WORK/metadata" ${lints[@]+"${lints[@]}"} || code=$?
    printf '%-36s %s\n' "$manifest" "$(tail -n 1 "$WORK/said")"
    sed -n "s/^warning\[duplicate\]: found .* for crate '\(.*\)'/\1/p" "$WORK/said" |
        paste -sd ' ' | sed -n 's/^./    in several versions: &/p'
    ((code == 0)) || { cat "$WORK/said" && faults=$((faults + 1)); }
done
((faults == 0))
