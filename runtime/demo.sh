#!/usr/bin/env bash
# The main job, start to finish: a real program on real input, and a stranger who checks every step.
#
#   runtime/demo.sh            in a new temporary folder, which is removed
#   runtime/demo.sh DIR        in DIR, which must not exist, and is kept
#
# Builds first (long the first time, then seconds), and installs what the build needs, or says what.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
foil_for=demo source "$root/tests/setup.sh"
(cd "$root" && cargo build --release --locked --quiet -p node -p verify)
bin=$CARGO_TARGET_DIR/release
foil() { "$bin/foil" "$@"; }

if (($#)); then
    mkdir -- "$1"
    cd -- "$1"
else
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    cd "$scratch"
fi
step() { printf '\n== %s\n' "$*"; }
# The value in one line of a table.
value() { awk -v name="$1" '$1 == name { print $2 }'; }

data=$root/tests/data
flights=$data/flights-2013-01.csv
midnight=1356998400 # before the first flight, in Unix seconds

step "A shard, and the program ledger on it"
authority=$(foil key generate authority.key | value public_key)
foil key generate clerk.key >clerk.pub
foil shard create --origin demo.example --authority "$authority" --start $midnight --jump 1d >shard.txt
shard=$(value shard <shard.txt)
echo "shard    $shard"
foil deploy "$root/guests/wasm/ledger.wasm" --sign authority.key --at $midnight

step "An account for each airport"
awk -F, -v start=$midnight '
    NR == 1 { print "airport,start"; next }
    { for (i = 6; i <= 7; i++) if (!seen[$i]++) print $i "," start }' "$flights" >airports.csv
foil run airports.csv --map "$data/airports.map.json" --run airports --time-from start --as clerk.key |
    grep -E '^(rows|returned) '

step "One aircraft from origin to destination for each flight that left, none for each that did not"
foil run "$flights" --map "$data/flights.map.json" --run flights --time-from sched_time --as clerk.key | tee run.txt

step "The busiest airports, and the books"
foil query busiest limit=5
foil query trial_balance

step "One receipt, verified against the shard's id by a program that shares nothing with the host"
last=$(($(value records <run.txt) - 1))
foil receipt "$last" --out flight.receipt >/dev/null
"$bin/foil-verify" --shard "$shard" flight.receipt

step "The whole history, verified by running every call again in an empty folder"
foil bundle --out shard.foil | grep -E '^(bytes|records) '
mkdir stranger
mv shard.foil stranger
cd stranger
time "$bin/foil-verify" --shard "$shard" shard.foil

step "The same with one byte changed"
middle=$(($(stat -c %s shard.foil) / 2))
byte=$(od -An -tu1 -j $middle -N1 shard.foil)
cp shard.foil changed.foil
printf '%b' "\\x$(printf %02x $((byte ^ 1)))" | dd of=changed.foil bs=1 seek=$middle conv=notrunc status=none
if "$bin/foil-verify" --shard "$shard" changed.foil; then
    echo "a changed bundle was accepted" >&2
    exit 1
else
    echo "exit code $?, as it must be"
fi
