#!/usr/bin/env bash
# What a build needs beside Rust. Installs with apt-get what is missing, if this
# is root or may be without a password; else says what to install and exits 3.
# Silent when nothing is to do.
#
# Sourced by tests/run.sh and runtime/demo.sh, which says foil_for=demo: it exports CARGO_TARGET_DIR, and
# HOME and PATH where those lack something.

foil_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

foil_refuse() { printf '%s\n' "$@" >&2; exit 3; }

# A container or a service may have no HOME; cargo is often not in its PATH.
if [[ -z ${HOME:-} ]]; then
    HOME=$(getent passwd "$(id -u)" | cut -d : -f 6) || true
    export HOME=${HOME:-/tmp}
fi
if ! command -v cargo >/dev/null && [[ -x ${CARGO_HOME:-$HOME/.cargo}/bin/cargo ]]; then
    export PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
fi
# Outside the checkout, so that another checkout need not compile RocksDB again.
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/counterfoil/target}")
export CARGO_TARGET_DIR

# Rust is not ours to install or to upgrade.
foil_check_rust() {
    local need have
    need=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' "$foil_root/Cargo.toml")
    command -v cargo >/dev/null || foil_refuse "Rust $need or later is needed, with cargo in the PATH: install it with rustup"
    have=$(cd "$foil_root" && cargo --version | cut -d ' ' -f 2) || true
    [[ -n $have ]] || foil_refuse "cargo does not run; Rust $need or later is needed: rustup default stable"
    [[ $(printf '%s\n' "$need" "${have%%-*}" | sort -V | head -n 1) == "$need" ]] ||
        foil_refuse "Rust $need or later is needed, and this is $have: rustup update stable"
}

# The libclang that bindgen will load, which generates the bindings of RocksDB:
# the newest one there is.
foil_libclang() {
    local where=(/usr/lib/llvm-*/lib /usr/lib/*-linux-gnu /usr/lib /usr/lib64 /usr/local/lib)
    [[ -z ${LIBCLANG_PATH:-} ]] || where=("$LIBCLANG_PATH")
    find "${where[@]}" -maxdepth 1 -name 'libclang[.-]*so*' ! -name '*-cpp*' -exec realpath -e {} + 2>/dev/null |
        sort -uV | tail -n 1 || true
}

# The compiler's own headers (stdbool.h) are a package apart from libclang, and
# libclang looks for them next to itself.
foil_libclang_headers() {
    local lib=$1 major
    major=$(grep -o '[0-9]\+' <<<"${lib##*/}" | head -n 1)
    compgen -G "${lib%/*}/clang/*/include/stdbool.h" ||
        compgen -G "/usr/lib/llvm-$major/lib/clang/*/include/stdbool.h" ||
        compgen -G "/usr/lib/clang/$major*/include/stdbool.h"
}

# The packages to install, by their names on Debian and Ubuntu. libclang-dev has
# no version in its name and brings the headers.
foil_missing() {
    local lib
    if [[ ${foil_for:-tests} == tests ]]; then
        # For guests in C and in AssemblyScript.
        command -v clang >/dev/null || echo clang
        command -v wasm-ld >/dev/null || echo lld
        command -v node >/dev/null || echo nodejs
        command -v npm >/dev/null || echo npm
    fi
    { command -v "${CXX:-c++}" && command -v cc; } >/dev/null || echo g++
    command -v git >/dev/null || echo git
    command -v curl >/dev/null || echo curl
    command -v openssl >/dev/null || echo openssl
    command -v python3 >/dev/null || echo python3
    PATH=$PATH:/usr/sbin:/sbin command -v mke2fs >/dev/null || echo e2fsprogs
    command -v strace >/dev/null || echo strace
    # Debian's Python makes virtual environments only with another package.
    python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv
    lib=$(foil_libclang)
    if [[ -z $lib ]]; then
        echo libclang-dev
    elif ! foil_libclang_headers "$lib" >/dev/null; then
        echo "libclang-common-$(grep -o '[0-9]\+' <<<"${lib##*/}" | head -n 1)-dev"
    fi
}

foil_install() {
    local as_root=() apt
    [[ $(id -u) == 0 ]] || as_root=(sudo -n)
    apt=(${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600)
    printf 'installing %s\n' "$*" >&2
    { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"; } >&2
}

foil_check_packages() {
    local missing
    mapfile -t missing < <(foil_missing)
    ((${#missing[@]})) || return 0
    if command -v apt-get >/dev/null && { [[ $(id -u) == 0 ]] || sudo -n true 2>/dev/null; }; then
        foil_install "${missing[@]}" || foil_refuse "installing failed; by hand: apt-get install ${missing[*]}"
        mapfile -t missing < <(foil_missing)
        ((${#missing[@]})) || return 0
        foil_refuse "still missing after the installation: ${missing[*]}"
    fi
    foil_refuse "missing: ${missing[*]}" "On Debian or Ubuntu: sudo apt-get install ${missing[*]}" \
        "Elsewhere: a C++20 compiler, git, curl, openssl, Python 3 with venv, and libclang with its headers."
}

# Holds the target directory for as long as file 9, its .lock, is open.
foil_lock() { flock -n 9 || { echo "waiting for another run to leave $CARGO_TARGET_DIR" >&2; flock 9; }; }

# Cargo names a member's artifacts by its place *inside* the workspace and looks
# at time stamps alone, so it would take another checkout's newer ones for ours.
# So the members are compiled again when the checkout is another than last time.
foil_is_claimed() {
    [[ $(cat "$CARGO_TARGET_DIR/.checkout" 2>/dev/null) == "$(stat -c '%n %i %W' "$foil_root")" ]]
}

# To be called with the lock held.
foil_claim_target() {
    ! foil_is_claimed || return 0
    cargo clean --quiet --release --workspace --manifest-path "$foil_root/Cargo.toml"
    cargo clean --quiet --release --workspace --manifest-path "$foil_root/guests/Cargo.toml" \
        --target-dir "$CARGO_TARGET_DIR/guests-native"
    cargo clean --quiet --release --workspace --manifest-path "$foil_root/runtime/verify/browser/Cargo.toml" \
        --target-dir "$CARGO_TARGET_DIR/browser"
    cargo clean --quiet --release --workspace --manifest-path "$foil_root/tests/engines/Cargo.toml" \
        --target-dir "$CARGO_TARGET_DIR/engines"
    cargo clean --quiet --release --workspace --manifest-path "$foil_root/tests/engines/oracle/Cargo.toml" \
        --target-dir "$CARGO_TARGET_DIR/engines"
    stat -c '%n %i %W' "$foil_root" >"$CARGO_TARGET_DIR/.checkout"
}

foil_check_rust
foil_check_packages
mkdir -p "$CARGO_TARGET_DIR"
foil_is_claimed || (foil_lock && foil_claim_target) 9>>"$CARGO_TARGET_DIR/.lock"
