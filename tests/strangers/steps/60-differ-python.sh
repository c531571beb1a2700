#!/usr/bin/env bash
# The verifier in Python against the one in Rust: FOIL_DIFFER inputs, most of them
# changed. FOIL_DIFFER_DIR keeps them, for another implementation to be compared.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export FOIL_DIFFER=${FOIL_DIFFER:-10000} FOIL_DIFFER_DIR=${FOIL_DIFFER_DIR:-$WORK/differ}
mkdir -p "$FOIL_DIFFER_DIR"
cargo test --quiet --release --locked --workspace --manifest-path "$here/../../../Cargo.toml" \
    --test differ >&2
"$PYTHON" "$here/../differ/compare.py" "$FOIL_DIFFER_DIR"
