#!/usr/bin/env bash
exec "$PYTHON" "$(dirname "${BASH_SOURCE[0]}")/../by_scitt_cose.py"
