#!/usr/bin/env bash
# The verifier in Python, as it is called, beside foil-verify: on the shard's bundle
# and receipts, and on each with a byte changed.

set -euo pipefail
script=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/runtime/verify/python/foil_verify.py
shard=$(cat shard)

# said OPTIONS FILE…: exit, code and places of both verifiers, which must be alike.
said() {
    local rust python
    rust=$("$FOIL_VERIFY" --no-execute --output json "$@") || true
    python=$("$PYTHON" "$script" --output json "$@") || true
    "$PYTHON" - "$rust" "$python" <<'PYTHON'
import json, sys
rust, python = (json.loads(text) for text in sys.argv[1:])
names = ("kind", "exit", "code", "height", "seq", "offset")
alike = all(rust[name] == python[name] for name in names)
facts = all(rust["facts"].get(name) == value for name, value in python["facts"].items() if name != "outcome")
# From where it was verified, and which calls are erased, both have to say.
said = ("from", "erased") if python["exit"] == 0 else ()
facts = facts and all(python["facts"].get(name) == rust["facts"].get(name) for name in said)
print("alike" if alike and facts else f"differ: {rust} {python}", python["exit"])
PYTHON
}

wrong=0
judge() {
    local name=$1 expected=$2 found
    shift 2
    found=$(said "$@")
    if [[ $found == "alike $expected" ]]; then
        printf 'verdict\tPython verifier: %s\t%s\texit %s, as foil-verify\n' "$name" "$(((expected == 0)) && echo yes || echo no)" "$expected"
    else
        printf '%s\n' "$name: $found"
        printf 'verdict\tPython verifier: %s\tno\tit differs from foil-verify\n' "$name"
        wrong=1
    fi
}

for file in {shard,later,erased}.foil receipts/*.receipt; do
    judge "$file" 0 --shard "$shard" "$file"
    "$PYTHON" -c 'import sys; data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) // 2] ^= 1
open("changed", "wb").write(data)' "$file"
    judge "$file, a bit changed" 10 --shard "$shard" changed
done
judge 'shard.foil, without an anchor' 11 shard.foil
judge 'shard.foil, of another shard' 10 --shard "${shard//[0-9]/a}" shard.foil
"$PYTHON" "$script" --roots --shard "$shard" shard.foil >/dev/null || wrong=1
exit "$wrong"
