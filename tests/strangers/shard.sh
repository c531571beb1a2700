#!/usr/bin/env bash
# Makes the shard that strangers are asked about, in the folder WORK: an account
# for each airport of some flights, the flights in one block, and a call that
# runs out of fuel; its bundle, the part of it that begins later, as that of a pruned
# journal does, and one in which a call is erased.

set -euo pipefail
data=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/data
guests=$data/../../guests/wasm
cd "$WORK"
foil() { "$FOIL" "$@"; }
value() { awk -v name="$1" '$1 == name { print $2 }'; }

midnight=1356998400
authority=$(foil key generate authority.key | value public_key)
foil key generate clerk.key >/dev/null
foil shard create --origin strangers.example --authority "$authority" --start $midnight --jump 1d |
    value shard >shard
{
    foil deploy "$guests/ledger.wasm" --sign authority.key --at $midnight
    # The 23rd of these flights never left, so it moves nothing and fails.
    head -n 301 "$data/flights-2013-01.csv" >flights.csv
    awk -F, -v start=$midnight '
        NR == 1 { print "airport,start"; next }
        { for (i = 6; i <= 7; i++) if (!seen[$i]++) print $i "," start }' flights.csv >airports.csv
    foil run airports.csv --map "$data/airports.map.json" --run airports --time-from start --as clerk.key
    foil run flights.csv --map "$data/flights.map.json" --run flights --time-from sched_time --as clerk.key
} >made.txt

mkdir receipts
first=$(wc -l <airports.csv) # of the flights: the deploy is record 0
for row in 1 2 3 150 300; do
    foil receipt $((first + row - 1)) --out "receipts/returned-$row.receipt" >>made.txt
done
foil receipt $((first + 22)) --out receipts/failed.receipt >>made.txt
foil receipt 0 --out receipts/deployed.receipt >>made.txt
code=0
foil call open id=1 ledger=1 code=1 flags=0 name=none --as clerk.key --fuel 20000 --at 1357100000 \
    --receipt receipts/trapped.receipt >>made.txt 2>&1 || code=$?
((code == 6)) || { echo "a call without fuel ended with exit code $code, not 6:" >&2; cat made.txt >&2; exit 1; }
foil bundle --out shard.foil >>made.txt
foil bundle --from 3 --out later.foil >>made.txt
foil shard set-profile 2 --sign authority.key --at 1357100001 >>made.txt
foil erase "$first" --sign authority.key --at 1357100002 >>made.txt
foil bundle --out erased.foil >>made.txt
