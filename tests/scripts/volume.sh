#!/usr/bin/env bash
# A file system lives on a volume: it is written block by block, and comes back from a replay as it was.
program=volume
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"
PATH=$PATH:/usr/sbin:/sbin
lib=$tests/scripts/lib
blocks=2048
id=0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f

# formats IMAGE FOLDER: an ext4 of 8 MiB that has the folder's files; the same bytes every time.
formats() {
    E2FSPROGS_FAKE_TIME=1357000000 mke2fs -q -t ext4 -b 4096 -U $id -E hash_seed=$id,root_owner=0:0 -d "$2" "$1" 8M \
        >printed 2>&1 || { cat printed >&2; exit 1; }
}

# writes BEFORE AFTER NAME: makes the calls that turn one image into the other.
writes() {
    python3 "$lib/image.py" changes "$1" "$2"
    only "returned|not_returned" run writes.jsonl --map write.json --run "$3 writes" --time-from at --as clerk.key
    only "not_returned" run trims.jsonl --map trim.json --run "$3 trims" --time-from at --as clerk.key
}

# comes_back IMAGE [SNAPSHOT]: reads the whole volume, or a snapshot of it.
comes_back() {
    python3 "$lib/image.py" read "$FOIL" $blocks ${2:+"$2"} >back
    printf '%s: ' "$1" >>"$trace"
    cmp "$1" back >>"$trace" 2>&1 && echo "comes back byte for byte" >>"$trace"
    e2fsck -fn back >printed 2>&1 && echo "e2fsck finds nothing wrong with it" >printed
    cat printed >>"$trace"
}

mkdir first second
cp "$tests/data/flights-2013-01.csv" "$tests/data/airports.map.json" first
head -n 5000 "$tests/data/flights-2013-01.csv" >second/fewer.csv
formats first.img first
formats second.img second
truncate -s 8M empty.img
printf '{"method":"write","args":{"extents":{"column":"extents"}}}' >write.json
printf '{"method":"trim","args":{"block":{"column":"block"},"count":{"column":"count"}}}' >trim.json

say "A volume of 2,048 blocks, and an ext4 with real files on it: of its blocks, those that are not empty are written."
only "outcome" call create blocks=$blocks --as clerk.key --at 1357000000
writes empty.img first.img first
say "A flush is a barrier in history: so much was written before it. Then a snapshot is taken."
quietly call flush --as clerk.key --at 1357001000
sed -nE 's/^ *Flushed +(.*)/Flushed \1/p' printed | sed -E 's/"writes":[0-9]+/"writes":<blocks>/' >>"$trace"
only "outcome|value" call snapshot --as clerk.key --at 1357001000
comes_back first.img

say "The files are replaced by another: blocks are written over, and others are trimmed. The snapshot stays what it was."
writes first.img second.img second
only "outcome|value" call flush --as clerk.key --at 1357002000
comes_back second.img
comes_back first.img 1

say "A stranger runs everything again, on another engine."
only "engine|verdict" replay --engine wasmi
quietly bundle --out shard.foil
only "checked|ok:" verify --shard "$shard" shard.foil
say "The store is lost, and made again from the calls. Both file systems are there, and a file of one is what it was."
does rm -r "$store"
only "rung" recover
comes_back second.img
comes_back first.img 1
debugfs -R "dump flights-2013-01.csv flights.csv" back >printed 2>&1
cmp "$tests/data/flights-2013-01.csv" flights.csv && echo "flights-2013-01.csv is whole" >>"$trace"

say "What no disk does is refused, and said why."
bad() { only "outcome|error" call "$@" --as clerk.key --at 1357003000; }
bad write 'extents=[{"block":0,"data":"00"}]'
bad write 'extents=[{"block":0,"data":""}]'
bad trim block=2047 count=2
bad trim block=18446744073709551615 count=1
only "outcome|error" query read block=0 count=129 snapshot=null
only "outcome|error" query read block=0 count=1 snapshot=2
only "outcome|error" call create blocks=1 --as clerk.key --at 1357003000
only "outcome|error" call trim block=0 count=1 --as authority.key --at 1357003000

say "The snapshot is discarded, and what only it saw is removed. The rest is as it was."
only "outcome" call discard snapshot=1 --as clerk.key --at 1357004000
for block in 0 1024; do
    only "outcome" call collect block=$block count=1024 --as clerk.key --at 1357004000
done
comes_back second.img
finish
