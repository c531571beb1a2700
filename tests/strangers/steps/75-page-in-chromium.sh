#!/usr/bin/env bash
# The page that verifies, in a real browser.
set -euo pipefail
browser=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../browser" && pwd)
# shellcheck source=tests/browser/setup.sh
source "$browser/setup.sh"
need node nodejs
need chromium chromium
make_proofs
node "$browser/page.mjs" chromium "$WORK"
