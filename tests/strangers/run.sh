#!/usr/bin/env bash
# Whether software that nobody here wrote agrees with us: a table of verdicts by name.
#
#   tests/strangers/run.sh           every step
#   tests/strangers/run.sh NAME      those in steps/ whose names contain NAME
#
# FOIL and FOIL_VERIFY are the two binaries; Python's packages go to a virtual
# environment in CARGO_TARGET_DIR, in the versions of requirements.txt. README.md
# says what a step is given and prints. Exit: 0 all as expected, 1 not.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${FOIL:?the path of foil}" "${FOIL_VERIFY:?the path of foil-verify}" "${CARGO_TARGET_DIR:?a folder for what is installed}"
export FOIL FOIL_VERIFY

venv=$CARGO_TARGET_DIR/strangers-venv
# The list is copied last, so that an installation that was cut short is made again; so
# is one whose Python has been replaced by another.
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt" || ! "$venv/bin/python" -c 'import cbor2' 2>/dev/null; then
    printf 'installing what tests/strangers/requirements.txt lists\n' >&2
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" || {
        echo "the strangers' packages cannot be installed: is PyPI in reach? (pip says more above)" >&2
        exit 1
    }
    cp "$here/requirements.txt" "$venv"
fi
export PYTHON=$venv/bin/python PYTHONDONTWRITEBYTECODE=1

WORK=$(mktemp -d)
export WORK
trap 'rm -rf "$WORK"' EXIT
bash "$here/shard.sh"

failed=()
for step in "$here"/steps/*"${1:-}"*.sh; do
    name=$(basename "$step" .sh)
    printf -- '-- %s\n' "$name"
    code=0
    (cd "$WORK" && bash "$step") >"$WORK/said" || code=$?
    grep -v $'^verdict\t' "$WORK/said" || true
    # A step that gives no verdict has judged nothing.
    grep $'^verdict\t' "$WORK/said" >>"$WORK/verdicts" || code=1
    ((code == 0)) || failed+=("$name")
done

printf '\n%-68s %-8s %s\n' 'who: what' verdict detail
awk -F '\t' '{ printf "%-68s %-8s %s\n", $2, $3, $4 }' "$WORK/verdicts"
((${#failed[@]} == 0)) || { printf 'failed: %s\n' "${failed[*]}" >&2; exit 1; }
