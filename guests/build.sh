#!/usr/bin/env bash
# Compile the guests to WebAssembly.
#
#   guests/build.sh [--out DIR] [NAME...]   build all guests, or only these
#   guests/build.sh --check-toolchain       exit 0 if they could be built here
#                                           as things are, 3 if not; no output
#
# Every member of this workspace that is a cdylib becomes one module,
# guests/wasm/NAME.wasm, where NAME is the package's name, with a custom section
# counterfoil.build that says which compiler and which lock file made it (see
# abi/src/provenance.rs). So a change of Cargo.lock changes all modules, and
# with them the programs' ids. With --out the
# modules go to DIR instead, for comparing with the committed ones: that is
# refused (exit 4) if this machine's compiler is not the one that made those,
# the one in guests/wasm/TOOLCHAIN.
#
# Exit: 0 done, 1 a build failed, 2 usage, 3 no compiler for the target,
# 4 another compiler than the pinned one.
#
# Environment:
#   FOIL_GUEST_TARGET_DIR   cargo's target directory for all this
#                           (default ${XDG_CACHE_HOME:-~/.cache}/counterfoil/guests-target)
#   FOIL_GUEST_TOOLCHAIN    "prebuilt" or "debian": allow only this way
#
# toolchain.sh says where the compiler comes from.

set -euo pipefail
export LC_ALL=C

target=wasm32-unknown-unknown

self=$(realpath "${BASH_SOURCE[0]}")
guests=$(dirname "$self")
root=$(dirname "$guests")

say() { printf 'guests/build.sh: %s\n' "$*" >&2; }
die() { local code=$1; shift; say "$*"; exit "$code"; }
usage() { sed -n '/^#   guests/,/^#  .*no output/s/^# *//p' "$self" >&2; exit 2; }

out= check= names=()
while (($#)); do
    case $1 in
        --check-toolchain) check=1 ;;
        --out) (($# >= 2)) || usage; out=$2; shift ;;
        --out=*) out=${1#--out=} ;;
        -*) usage ;;
        *) names+=("$1") ;;
    esac
    shift
done
case ${FOIL_GUEST_TOOLCHAIN:-} in
    '' | prebuilt | debian) ;;
    *) die 2 "FOIL_GUEST_TOOLCHAIN is 'prebuilt' or 'debian', not '$FOIL_GUEST_TOOLCHAIN'" ;;
esac

# shellcheck source=guests/toolchain.sh
source "$guests/toolchain.sh"

if [[ -n $check ]]; then
    find_prebuilt || find_debian || exit 3
    exit 0
fi
find_prebuilt || find_debian || install_debian

toolchain=$(describe_toolchain "core and alloc")
printf '%s\n' "$toolchain"

pin=$guests/wasm/TOOLCHAIN
if [[ -f $pin && $(<"$pin") != "$toolchain" ]]; then
    if [[ -n $out ]]; then
        die 4 "the committed modules were made by another compiler, so bytes cannot be compared: $(tr '\n' ';' <"$pin")"
    elif ((${#names[@]})); then
        die 4 "the other modules were made by another compiler ($(tr '\n' ';' <"$pin")): build all, without names"
    fi
fi

# ---------------------------------------------------------------------------
# The members.

export CARGO_TARGET_DIR
CARGO_TARGET_DIR=$(realpath -m "${FOIL_GUEST_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/counterfoil/guests-target}")
[[ -z $out ]] || out=$(realpath -m "$out")
cd "$guests"

# key SECTION NAME FILE: a string in a manifest.
key() {
    awk -v section="[$1]" -v key="$2" '
        /^\[/ { at = ($1 == section) }
        at && $1 == key { split($0, part, "\""); print part[2]; exit }' "$3"
}

members=() manifests=()
metadata=$("$cargo" metadata --no-deps --format-version 1)
while IFS= read -r manifest; do
    grep -q '^[^#]*"cdylib"' "$manifest" || continue
    members+=("$(key package name "$manifest")")
    manifests+=("$manifest")
done < <(grep -o '"manifest_path":"[^"]*"' <<<"$metadata" | cut -d '"' -f 4 | sort)

for name in ${names[@]+"${names[@]}"}; do
    [[ " ${members[*]-} " == *" $name "* ]] || die 2 "no guest is called $name; there are: ${members[*]-none}"
done

# ---------------------------------------------------------------------------
# Build, first what writes the section of how.

mkdir -p "$CARGO_TARGET_DIR"
if command -v flock >/dev/null; then
    exec 9>"$CARGO_TARGET_DIR/.build-sh.lock"
    flock 9
fi

locked=()
[[ -z $out ]] || locked=(--locked)

RUSTC=$rustc "$cargo" build --quiet --release ${locked[@]+"${locked[@]}"} --manifest-path stamp/Cargo.toml ||
    die 1 "building stamp failed"
stamp=$CARGO_TARGET_DIR/release/stamp

# ---------------------------------------------------------------------------
# The flags.

# WebAssembly 1.0 and four small extensions. Left to itself, rustc would add
# reference types and multiple values. A prebuilt `core` was compiled with those,
# and link-time optimization spreads them to the whole module. What then remains
# of them is the five bytes for the table's number in every `call_indirect`,
# which a validator without reference types refuses: --compress-relocations makes
# it one byte again, and every module smaller.
flags=(
    -Ctarget-cpu=mvp
    -Ctarget-feature=+mutable-globals,+sign-ext,+bulk-memory,+nontrapping-fptoint
    # 16 MiB of memory at most, of which 64 KiB are the stack. It is below the
    # data, so that overflowing it traps.
    -Clink-arg=--max-memory=16777216
    -Clink-arg=-z -Clink-arg=stack-size=65536
    # No `producers`, no `target_features`. Names are for reading traps, so they are
    # written as people write them, which is also half as long as mangled.
    # A custom section of the guest's own (`counterfoil`) always stays.
    -Clink-arg=--strip-all -Clink-arg=--keep-section=name -Clink-arg=--demangle
    -Clink-arg=--compress-relocations
)
use_compiler "${flags[@]}"

# ---------------------------------------------------------------------------
# The modules.

# Cargo sees neither that this script has changed nor that the members come
# from another checkout: it would take a newer module of that one for ours.
release=$CARGO_TARGET_DIR/$target/release
recipe="$(cat "$self" "$guests/toolchain.sh" | cksum) $toolchain"
if [[ $(cat "$CARGO_TARGET_DIR/.recipe" 2>/dev/null) != "$recipe" ]]; then
    rm -rf "${CARGO_TARGET_DIR:?}/$target"
    printf '%s\n' "$recipe" >"$CARGO_TARGET_DIR/.recipe"
fi
if [[ $(cat "$CARGO_TARGET_DIR/.checkout" 2>/dev/null) != "$root" ]]; then
    for name in ${members[@]+"${members[@]}"}; do
        rm -rf "$release/.fingerprint/$name"-*
    done
    printf '%s\n' "$root" >"$CARGO_TARGET_DIR/.checkout"
fi

into=${out:-$guests/wasm}
mkdir -p "$into"

# As a cdylib alone, whatever else the crate is: link-time optimization stops at a
# crate that is also to be an rlib. One by one, for together they would share the union of the features that
# each asks of a dependency, and a module would depend on which others are built.
for i in ${members[@]+"${!members[@]}"}; do
    name=${members[i]}
    if ((${#names[@]})) && [[ " ${names[*]} " != *" $name "* ]]; then continue; fi
    "$cargo" rustc --quiet --release --lib --crate-type cdylib --target "$target" ${build_std[@]+"${build_std[@]}"} \
        ${locked[@]+"${locked[@]}"} --manifest-path "${manifests[i]}" || die 1 "building $name failed"
    lib=$(key lib name "${manifests[i]}")
    lib=${lib:-${name//-/_}}
    module=$release/$lib.wasm
    for place in "$root/" "${CARGO_HOME:-$HOME/.cargo}/" "$CARGO_TARGET_DIR/"; do
        ! grep -aqF -- "$place" "$module" || die 1 "$name.wasm contains a path of this machine: $place"
    done
    new=$into/.$name.wasm.new
    "$stamp" "$module" "$new" "${toolchain%%$'\n'*}" "$guests/Cargo.lock" || die 1 "stamping $name failed"
    chmod 644 "$new"
    # An equal one keeps its time stamp.
    if cmp -s "$new" "$into/$name.wasm"; then rm "$new"; else mv "$new" "$into/$name.wasm"; fi
    printf '%8d  %s\n' "$(wc -c <"$into/$name.wasm")" "$name.wasm"
done
((${#members[@]})) || say "no guests yet"
[[ -n $out ]] || printf '%s\n' "$toolchain" >"$pin"
