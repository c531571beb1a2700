#!/usr/bin/env bash
exec "$PYTHON" "$(dirname "${BASH_SOURCE[0]}")/../by_foil_verify.py"
