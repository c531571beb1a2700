#!/usr/bin/env bash
# The verifier for browsers, in Node: does it say what foil-verify says?
set -euo pipefail
browser=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../browser" && pwd)
# shellcheck source=tests/browser/setup.sh
source "$browser/setup.sh"
need node nodejs
make_proofs
node "$browser/agree.mjs" "$FOIL_VERIFY" "$WORK"
