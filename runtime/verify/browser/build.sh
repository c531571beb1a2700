#!/usr/bin/env bash
# Compile the verifier to WebAssembly.
#
#   runtime/verify/browser/build.sh [--out FILE]        build verifier.wasm
#   runtime/verify/browser/build.sh --check-toolchain   exit 0 if it could be built here
#                                                       as things are, 3 if not; no output
#
# With --out the module goes to FILE instead, for comparing with the committed one: that
# is refused (exit 4) if this machine's compiler is not the one in TOOLCHAIN.
#
# Exit: 0 done, 1 the build failed, 2 usage, 3 no compiler for the target, 4 another
# compiler than the pinned one.
#
# Environment: FOIL_BROWSER_TARGET_DIR, cargo's target directory for all this (default
# ${XDG_CACHE_HOME:-~/.cache}/counterfoil/browser-target)
#
# The compiler is Debian's, of the two ways of guests/toolchain.sh: the standard library
# is compiled along, without the texts of panics and for size.

set -euo pipefail
export LC_ALL=C

target=wasm32-unknown-unknown
self=$(realpath "${BASH_SOURCE[0]}")
browser=$(dirname "$self")
root=$(realpath "$browser/../../..")

say() { printf 'runtime/verify/browser/build.sh: %s\n' "$*" >&2; }
die() { local code=$1; shift; say "$*"; exit "$code"; }
usage() { sed -n '/^#   runtime/,/^#  .*no output/s/^# *//p' "$self" >&2; exit 2; }

out= check=
while (($#)); do
    case $1 in
        --check-toolchain) check=1 ;;
        --out) (($# >= 2)) || usage; out=$(realpath -m "$2"); shift ;;
        *) usage ;;
    esac
    shift
done

export FOIL_GUEST_TOOLCHAIN=debian
# shellcheck source=guests/toolchain.sh
source "$root/guests/toolchain.sh"
if [[ -n $check ]]; then
    find_debian || exit 3
    exit 0
fi
find_debian || install_debian

toolchain=$(describe_toolchain std)
printf '%s\n' "$toolchain"
if [[ -n $out && $(<"$browser/TOOLCHAIN") != "$toolchain" ]]; then
    die 4 "the committed module was made by another compiler, so bytes cannot be compared: $(tr '\n' ';' <"$browser/TOOLCHAIN")"
fi

export CARGO_TARGET_DIR
CARGO_TARGET_DIR=$(realpath -m "${FOIL_BROWSER_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/counterfoil/browser-target}")
mkdir -p "$CARGO_TARGET_DIR"
if command -v flock >/dev/null; then
    exec 9>"$CARGO_TARGET_DIR/.build-sh.lock"
    flock 9
fi
# Cargo sees neither that these scripts have changed nor that another checkout's sources
# were compiled last.
recipe="$(cat "$self" "$root/guests/toolchain.sh" | cksum) $toolchain"
if [[ $(cat "$CARGO_TARGET_DIR/.recipe" 2>/dev/null) != "$recipe" ]]; then
    rm -rf "${CARGO_TARGET_DIR:?}/$target"
    printf '%s\n' "$recipe" >"$CARGO_TARGET_DIR/.recipe"
fi
if [[ $(cat "$CARGO_TARGET_DIR/.checkout" 2>/dev/null) != "$root" ]]; then
    rm -rf "$CARGO_TARGET_DIR/$target/release/.fingerprint"/{abi,journal,state,verify,verifier}-*
    printf '%s\n' "$root" >"$CARGO_TARGET_DIR/.checkout"
fi

# A panic traps at once. The stack is below the data, so that overflowing it traps. SHA-2
# in its short form is half as fast, and little of the time goes into it.
use_compiler -Zunstable-options -Cpanic=immediate-abort '--cfg=sha2_backend_soft="compact"' \
    -Clink-arg=-z -Clink-arg=stack-size=1048576 -Clink-arg=--compress-relocations
locked=()
[[ -z $out ]] || locked=(--locked)
cd "$browser"
"$cargo" rustc --quiet --release --lib --target "$target" -Zbuild-std=std -Zbuild-std-features=optimize_for_size \
    ${locked[@]+"${locked[@]}"} || die 1 "the build failed"

module=$CARGO_TARGET_DIR/$target/release/verifier.wasm
for place in "$root/" "${CARGO_HOME:-$HOME/.cargo}/" "$CARGO_TARGET_DIR/"; do
    ! grep -aqF -- "$place" "$module" || die 1 "verifier.wasm contains a path of this machine: $place"
done
into=${out:-$browser/verifier.wasm}
mkdir -p "$(dirname "$into")"
cp "$module" "$into"
chmod 644 "$into"
[[ -n $out ]] || printf '%s\n' "$toolchain" >"$browser/TOOLCHAIN"
printf '%8d  %s, %d with gzip\n' "$(wc -c <"$into")" verifier.wasm "$(gzip -9n <"$into" | wc -c)"
