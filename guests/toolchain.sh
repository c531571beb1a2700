#!/usr/bin/env bash
# A compiler for WebAssembly, so that the same sources make the same bytes on every
# machine: sourced by build.sh here and by runtime/verify/browser/build.sh.
#
# It clears the environment of what was set for other builds, and has functions that
# find a compiler (find_prebuilt, find_debian, install_debian), name it, and use it.
# Who sources it has set root and target, and has the functions say and die.
#
# Two ways to a compiler:
#   prebuilt  the `rustc` in the PATH has a standard library for
#             wasm32-unknown-unknown (rustup target add wasm32-unknown-unknown)
#   debian    Debian's rustc-web, cargo-web, rust-web-src and lld-NN: core and
#             alloc (or std) are compiled from source. Missing packages are installed if
#             this runs as root.
# Their modules differ, so TOOLCHAIN tells them apart.

# ---------------------------------------------------------------------------
# The rustc wrapper. Cargo starts this script in front of every rustc.
#
# Nothing about a place may reach a module. Cargo derives `-C metadata`, which
# is in every symbol's name and decides the order of functions, from a
# package's absolute path if the package is outside the workspace directory,
# and guest-sdk and abi are. Here it becomes the package's name and version; and a
# mark, where the standard library has a package that we may have too.
# File names, as panics print them, lose their prefixes here and not by
# RUSTFLAGS, so that another checkout can use the same compiled `core`.
if [[ -n ${FOIL_GUEST_AS_WRAPPER:-} ]]; then
    args=() kinds=() prev=
    for arg in "$@"; do
        [[ $prev == --crate-type ]] && kinds+=("$arg")
        prev=$arg
    done
    same=${CARGO_PKG_NAME:-}-${CARGO_PKG_VERSION:-}-${kinds[*]:-}
    [[ " $* " != *'feature="rustc-dep-of-std"'* || ${CARGO_PKG_NAME:-} == compiler_builtins ]] || same+=-of-std
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

need_rust=$(sed -n 's/^rust-version *= *"\([^"]*\)".*/\1/p' "$root/guests/Cargo.toml" | head -n 1)

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

# The whole of what decides the bytes besides the sources and the scripts.
describe_toolchain() {
    printf '%s\n' "$("$rustc" --version)" "linker $(grep -o 'LLD [0-9.]*' <<<"$lld_version" | head -n 1)" "$1 $core"
}

# use_compiler FLAG...: what cargo is to be told by its environment.
use_compiler() {
    CARGO_ENCODED_RUSTFLAGS=$(printf '%s\037' "$@")
    export CARGO_ENCODED_RUSTFLAGS=${CARGO_ENCODED_RUSTFLAGS%$'\037'}
    export RUSTC=$rustc
    [[ -z ${build_std:-} ]] || export RUSTC_BOOTSTRAP=1
    [[ -z $linker ]] || export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker
    export RUSTC_WRAPPER=$root/guests/toolchain.sh FOIL_GUEST_AS_WRAPPER=1 FOIL_GUEST_ROOT=$root
    export FOIL_GUEST_STD=$std FOIL_GUEST_STD_REAL
    FOIL_GUEST_STD_REAL=$(realpath -m "$std")
}
