#!/usr/bin/env bash
# Compile the kernels to WebAssembly, tests/bench/wasm/NAME.wasm.
#
#   tests/bench/kernels/build.sh [NAME...]   all kernels, or only these
#
# The modules are committed, so nobody who measures needs the compiler. That is the
# guests' one, Debian's, and so are the flags: they are taken from guests/build.sh.
#
# Exit: 0 done, 1 a build failed, 3 no compiler.
#
# Environment:
#   FOIL_KERNELS_TARGET_DIR   cargo's target directory
#                             (default ${XDG_CACHE_HOME:-~/.cache}/counterfoil/kernels-target)

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$(realpath ../../..)
export CARGO_TARGET_DIR=${FOIL_KERNELS_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/counterfoil/kernels-target}

kernels=("$@")
if ((!$#)); then
    mapfile -t kernels < <(sed -n 's/^    "\(.*\)": .*;$/\1/p' src/lib.rs)
    kernels+=(all)
fi

linker=$(command -v "wasm-ld-$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')") ||
    { echo "no compiler: run guests/build.sh, which installs it" >&2; exit 3; }

flags=()
eval "$(sed -n '/^flags=(/,/^)/p' "$root/guests/build.sh")"
((${#flags[@]})) || { echo "guests/build.sh has no flags" >&2; exit 1; }
flags+=("--remap-path-prefix=$root=/counterfoil" "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    "--remap-path-prefix=$(realpath "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust")=/rustc/std")
CARGO_ENCODED_RUSTFLAGS=$(printf '%s\037' "${flags[@]}")
export CARGO_ENCODED_RUSTFLAGS=${CARGO_ENCODED_RUSTFLAGS%$'\037'}
export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker

for kernel in "${kernels[@]}"; do
    /usr/bin/cargo rustc --quiet --release --locked --target wasm32-unknown-unknown \
        -Zbuild-std=core,alloc --features "$kernel"
    cp "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/kernels.wasm" "../wasm/$kernel.wasm"
    chmod 644 "../wasm/$kernel.wasm"
    printf '%8d  %s\n' "$(wc -c <"../wasm/$kernel.wasm")" "$kernel.wasm"
done
