#!/usr/bin/env bash
# Sentences are remembered with their vectors, and found again by what they mean.
program=memory
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"
cp "$tests"/data/memory/*.json* .

# asks: every question of questions.jsonl, its answers, and whether numpy has found the same.
asks() {
    python3 - "$FOIL" <<'PYTHON' >>"$trace"
import json, subprocess, sys
for row in map(json.loads, open("questions.jsonl")):
    ask = ["query", "recall", "scope=" + row["scope"], "limit=5", "vector=" + row["vector"], "-o", "json"]
    found = json.loads(subprocess.run([sys.argv[1], *ask], capture_output=True, check=True).stdout)["value"]
    same = [[int(it["id"]), it["cosine_e9"]] for it in found] == row["answers"]
    print(f"? {row['text']}  ({row['scope']}: {'as numpy has it' if same else 'OTHER THAN NUMPY HAS IT'})")
    for it in found:
        print(f"    0.{it['cosine_e9']:09}  {it['id']:>3}  depth {it['depth']}  {it['text'][:80]}")
PYTHON
}

# ships VECTOR: a memory with this vector, from another node.
ships() {
    at=$((at + 1))
    only "outcome|value|error" \
        call remember id=1000 scope=small text=shipped "sources=[]" "vector=$1" --as clerk.key --at $at
}

say "Sentences of two documents, each with its vector; and sections and articles, each with the mean of its parts'."
quietly call open name=constitution dimension=384 --as clerk.key --at 1357000000
quietly call open name=declaration dimension=384 --as clerk.key --at 1357000000
only "rows|returned|not_returned" \
    run memories.jsonl --map memories.map.json --run memories --time-from at --as clerk.key
foil query scopes from= limit=9
say "What was derived is one deeper than the deepest of its sources. A mean has another norm than 1: it was normalised."
foil query memory id=115
foil query derived id=110 limit=9
say "Nothing is forgotten from which something was derived, and nobody forgets but the owner."
only "outcome|error" call forget id=113 --as clerk.key --at 1357000999
only "outcome|error" call forget id=115 --as authority.key --at 1357000999
say "A question is a vector, too."
asks

say "What another node ships is looked at before it is kept: what is refused is to be computed again here."
at=1357001000
quietly call open name=small dimension=4 --as clerk.key --at $at
one=0000803f zero=00000000 nan=0000c07f infinite=000080ff
ships ""
ships $one$zero$nan$zero
ships $one$zero$zero$infinite
ships $zero$zero$zero$zero
ships $one$one
ships "$(printf '%065536d' 0)"
say "Computed again, it is kept as it is: its norm is 1 within a thousandth. Another is normalised."
ships 3bdf7f3f$zero$zero$zero
foil query vector id=1000
only "outcome" call forget id=1000 --as clerk.key --at 1357002000
ships $one$one$one$one
foil query vector id=1000

say "A stranger runs everything again, on every engine."
quietly bundle --out shard.foil
for engine in cranelift pulley wasmi; do
    only "replayed|engine|verdict" replay --engine $engine
done
only "records|checked|ok:" verify --shard "$shard" shard.foil
say "And one answer alone, on another engine, over the part of the state that proves it."
question=$(sed -n 's/.*"scope":"declaration".*"vector":"\([0-9a-f]*\)".*/\1/p' questions.jsonl | head -n 1)
only outcome query recall scope=declaration limit=2 "vector=$question" --proof answer.foil
FOIL=$FOIL_VERIFY only "method|outcome|checked|ok:" --shard "$shard" --engine wasmi answer.foil
finish
