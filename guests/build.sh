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
# Two ways to a compiler:
#   prebuilt  the `rustc` in the PATH has a standard library for
#             wasm32-unknown-unknown (rustup target add wasm32-unknown-unknown)
#   debian    Debian's rustc-web, cargo-web, rust-web-src and lld-NN: core and
#             alloc are compiled from source. Missing packages are installed if
#             this runs as root.
# Their modules differ, so TOOLCHAIN tells them apart.

set -euo pipefail
export LC_ALL=C

target=wasm32-unknown-unknown

# ---------------------------------------------------------------------------
# The rustc wrapper. Cargo starts this script in front of every rustc.
#
# Nothing about a place may reach a module. Cargo derives `-C metadata`, which
# is in every symbol's name and decides the order of functions, from a
# package's absolute path if the package is outside the workspace directory,
# and guest-sdk and abi are. Here it becomes the package's name and version.
# File names, as panics print them, lose their prefixes here and not by
# RUSTFLAGS, so that another checkout can use the same compiled `core`.
if [[ -n ${FOIL_GUEST_AS_WRAPPER:-} ]]; then
    args=() kinds=() prev=
    for arg in "$@"; do
        [[ $prev == --crate-type ]] && kinds+=("$arg")
        prev=$arg
    done
    same=${CARGO_PKG_NAME:-}-${CARGO_PKG_VERSION:-}-${kinds[*]:-}
    found=
    for arg in "$@"; do
        if [[ $arg == metadata=* ]]; then
            arg=metadata=${same// /-} found=1
        fi
        args+=("$arg")
    done
    if [[ -n $found ]]; then
        # The last one that matches counts.
        case ${CARGO_MANIFEST_DIR:-} in
            "$FOIL_GUEST_ROOT"/* | "$FOIL_GUEST_STD"/* | "$FOIL_GUEST_STD_REAL"/* | '') ;;
            *) args+=("--remap-path-prefix=$CARGO_MANIFEST_DIR=/deps/$CARGO_PKG_NAME-$CARGO_PKG_VERSION") ;;
        esac
        args+=(
            "--remap-path-prefix=$FOIL_GUEST_STD=/rustc/std"
            "--remap-path-prefix=$FOIL_GUEST_STD_REAL=/rustc/std"
            "--remap-path-prefix=$FOIL_GUEST_ROOT=/counterfoil"
            "--remap-path-prefix=$CARGO_TARGET_DIR=/target"
        )
    fi
    exec "${args[@]}"
fi

# ---------------------------------------------------------------------------

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

# What a user, or a cargo around this script (`cargo test`), has set for other
# builds is not for these.
unset RUSTFLAGS RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTC_BOOTSTRAP
unset CARGO_ENCODED_RUSTFLAGS CARGO_INCREMENTAL CARGO_MANIFEST_DIR LD_LIBRARY_PATH
for var in $(compgen -e); do
    case $var in
        CARGO_BUILD_JOBS) ;;
        CARGO_BUILD_* | CARGO_PROFILE_* | CARGO_TARGET_* | CARGO_UNSTABLE_* | CARGO_PKG_*) unset "$var" ;;
    esac
done

# ---------------------------------------------------------------------------
# The compiler: sets rustc, cargo, linker (may be empty: rustc's own), std.

at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]; }

need_rust=$(sed -n 's/^rust-version *= *"\([^"]*\)".*/\1/p' "$guests/Cargo.toml" | head -n 1)

recent_enough() {
    local version
    version=$("$1" --version 2>/dev/null | cut -d ' ' -f 2) || return 1
    [[ -n $version ]] && at_least "${version%%-*}" "$need_rust"
}

find_prebuilt() {
    local libs sysroot lld
    [[ ${FOIL_GUEST_TOOLCHAIN:-prebuilt} == prebuilt ]] || return 1
    command -v rustc cargo >/dev/null || return 1
    libs=$(rustc --print target-libdir --target "$target" 2>/dev/null) || return 1
    compgen -G "$libs/liballoc-*.rlib" >/dev/null || return 1
    recent_enough rustc || return 1
    rustc=rustc cargo=cargo linker= core=prebuilt build_std=()
    sysroot=$(rustc --print sysroot)
    std=$sysroot/lib/rustlib/src/rust
    lld=$(compgen -G "$sysroot/lib/rustlib/*/bin/rust-lld" | head -n 1) || true
    if [[ -z $lld ]]; then
        linker=$(command -v wasm-ld) || return 1
    fi
    lld_version=$(if [[ -n $lld ]]; then "$lld" -flavor wasm --version; else "$linker" --version; fi)
}

debian_llvm() { /usr/bin/rustc -vV 2>/dev/null | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p'; }

find_debian() {
    [[ ${FOIL_GUEST_TOOLCHAIN:-debian} == debian ]] || return 1
    rustc=/usr/bin/rustc cargo=/usr/bin/cargo
    [[ -x $rustc && -x $cargo ]] || return 1
    recent_enough "$rustc" && recent_enough "$cargo" || return 1
    std=$("$rustc" --print sysroot)/lib/rustlib/src/rust
    [[ -f $std/library/core/Cargo.toml ]] || return 1
    # The linker of the LLVM this rustc was built with.
    linker=$(command -v "wasm-ld-$(debian_llvm)") || return 1
    lld_version=$("$linker" --version)
    # Unstable options of a stable compiler: hence RUSTC_BOOTSTRAP, below.
    build_std=(-Zbuild-std=core,alloc) core='compiled from source'
}

install_debian() {
    local packages=(rustc-web cargo-web rust-web-src)
    local hint="apt-get install ${packages[*]}, then lld-NN, with the NN of '/usr/bin/rustc -vV | grep LLVM'"
    hint="no compiler for $target. Either: rustup target add $target. Or, on Debian: $hint"
    [[ ${FOIL_GUEST_TOOLCHAIN:-debian} == debian ]] || die 3 "$hint"
    { command -v apt-get && [[ $(id -u) == 0 ]]; } >/dev/null || die 3 "$hint"
    apt_install "${packages[@]}" || die 3 "installing failed; $hint"
    apt_install "lld-$(debian_llvm)" || die 3 "installing failed; $hint"
    find_debian || die 3 "still $hint"
}

apt_install() {
    local apt=(apt-get -qq -o DPkg::Lock::Timeout=600)
    local install=("${apt[@]}" install -y --no-install-recommends "$@")
    say "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    "${install[@]}" >&2 || { "${apt[@]}" update >&2 && "${install[@]}" >&2; }
}

rustc= cargo= linker= std= lld_version= core= build_std=()
if [[ -n $check ]]; then
    find_prebuilt || find_debian || exit 3
    exit 0
fi
find_prebuilt || find_debian || install_debian

# The whole of what decides the bytes besides the sources and this script.
toolchain="$("$rustc" --version)
linker $(grep -o 'LLD [0-9.]*' <<<"$lld_version" | head -n 1)
core and alloc $core"
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
CARGO_ENCODED_RUSTFLAGS=$(printf '%s\037' "${flags[@]}")
export CARGO_ENCODED_RUSTFLAGS=${CARGO_ENCODED_RUSTFLAGS%$'\037'}
export RUSTC=$rustc
[[ -z ${build_std:-} ]] || export RUSTC_BOOTSTRAP=1
[[ -z $linker ]] || export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker
export RUSTC_WRAPPER=$self FOIL_GUEST_AS_WRAPPER=1 FOIL_GUEST_ROOT=$root
export FOIL_GUEST_STD=$std FOIL_GUEST_STD_REAL
FOIL_GUEST_STD_REAL=$(realpath -m "$std")

# ---------------------------------------------------------------------------
# The modules.

# Cargo sees neither that this script has changed nor that the members come
# from another checkout: it would take a newer module of that one for ours.
release=$CARGO_TARGET_DIR/$target/release
recipe="$(cksum <"$self") $toolchain"
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
