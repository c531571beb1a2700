#!/usr/bin/env bash
# The verifier for browsers over the inputs of tests/differ, which an earlier step has made
# or which are made here.
set -euo pipefail
browser=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../browser" && pwd)
# shellcheck source=tests/browser/setup.sh
source "$browser/setup.sh"
need node nodejs
export FOIL_DIFFER=${FOIL_DIFFER:-10000} FOIL_DIFFER_DIR=${FOIL_DIFFER_DIR:-$WORK/differ}
if [[ ! -f $FOIL_DIFFER_DIR/index.tsv ]]; then
    mkdir -p "$FOIL_DIFFER_DIR"
    cargo test --quiet --release --locked --workspace --manifest-path "$browser/../../Cargo.toml" --test differ >&2
fi
code=0
said=$(node "$browser/corpus.mjs" "$FOIL_DIFFER_DIR") || code=$?
printf '%s\n' "$said" | head -n 50
printf 'verdict\tverifier.wasm: the inputs of tests/differ\t%s\t%s\n' "$( ((code == 0)) && echo yes || echo gap)" "$(tail -n 1 <<<"$said")"
exit "$code"
