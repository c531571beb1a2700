#!/usr/bin/env bash
# The wiring of a worm: its hubs are those that are published, and a hub takes no more than it may.
program=connectome jump=365d
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

# as NAME SECONDS METHOD ARGUMENTS: a call by the holder of NAME.key, of which only what came of it is written down.
as() {
    printf '$ foil call %s --as %s.key --at %s\n' "${*:3}" "$1" "$2" | normalised >>"$trace"
    "$FOIL" call "${@:3}" --as "$1.key" --at "$2" >printed 2>&1
    normalised <printed | grep -E '^(outcome|value|error|  (Connected|Refused|Recovered)|foil)' >>"$trace"
    return 0
}

say "A weight halves in 30 days, and a cell may have 100 partners. The clerk brings 7,379 connections."
as authority 1357000000 found half_life_ms=2592000000 degree_max=100
awk -F, 'NR == 1 { print $0 ",at"; next }
    { print $1 "," $2 "," $3 "," toupper(substr($4, 1, 1)) substr($4, 2) ",1357000001" }' \
    "$rows/connectome-cook2019-hermaphrodite.csv" >wiring.csv
foil run wiring.csv --map "$rows/connectome.map.json" --run wiring --time-from at --as clerk.key
foil query totals
say "The cells with most partners. hyp is the hypodermis, which is no neuron."
foil query hubs limit=14
say "The rich club of Towlson et al. 2013: eleven neurons. So many of them are the first neurons here:"
club="AVAL AVAR AVBL AVBR AVDL AVDR AVEL AVER DVA PVCL PVCR"
"$FOIL" query hubs limit=12 -o json | sed -n 's/.*"name": "\(.*\)".*/\1/p' | grep -vx hyp | sort >first
tr ' ' '\n' <<<"$club" | sort | comm -12 - first | wc -l >>"$trace"
say "AVAL is full: another partner is refused. That is no failure but an answer, and an event."
as clerk 1357000002 connect mandate=1 pre=AVAL post=ASEL synapses=3 kind=Chemical
as clerk 1357000002 connect mandate=2 pre=ASEL post=AVAL synapses=3 kind=Chemical
as clerk 1357000002 connect mandate=1 pre=AVAL post=ASEL synapses=3 kind=Chemical
as clerk 1357000002 connect mandate=3 pre=AVAL post=PVCL synapses=8 kind=Chemical
say "A day later the graph is alive. Then nothing is heard of it for 29 days, and it recovers. Twice is once."
as authority 1357086400 heartbeat
foil query weight pre=AVAL post=PVCL kind=Chemical
as authority 1359592001 recovered timestamp_ms=1359592000000
as authority 1359592002 recovered timestamp_ms=1359592000000
foil query weight pre=AVAL post=PVCL kind=Chemical
as authority 1359592003 recovered timestamp_ms=1999999999000
say "What was granted is taken back, once. What was refused cannot be."
as clerk 1359592004 compensate mandate=3
as clerk 1359592004 compensate mandate=3
as clerk 1359592004 compensate mandate=1
foil query weight pre=AVAL post=PVCL kind=Chemical
as clerk 1359592005 heartbeat
say "A stranger runs everything again."
quietly bundle --out shard.foil
foil verify --shard "$shard" shard.foil
finish
