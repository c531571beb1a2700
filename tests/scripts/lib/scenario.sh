# What every scenario begins with: a shard of the program `counter` in ./foil-data, called three times by clerk.key,
# and words to tell a story in. One that is about another program says so before: `program`, `start`, its first moment
# in Unix seconds, and `jump`, the greatest step of time; nobody has called that one.
#
# A scenario prints what it does, and what comes of it: hashes as <hash>, snapshots as <snapshot>, times as <time>. The
# same must stand in the file beside it that ends in .expected. FOIL_RECORD=1 writes that file instead.

set -uo pipefail
scenario=${BASH_SOURCE[1]}
program=${program:-counter} start=${start:-1356998400}
tests=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
rows=$tests/data
trace=$PWD/trace
: >"$trace"

# say SENTENCE: what happens next, for whoever reads the trace.
say() { printf '\n%s\n' "$*" >>"$trace"; }

# foil ARGUMENTS: runs it, and writes down the command, what it printed and a code that is not 0.
foil() { only '.*' "$@"; }

# only NAMES ARGUMENTS: the same, of what it printed only the lines of these names (`rows|seconds`) and errors.
only() {
    local names=$1 code=0
    shift
    printf '$ %s %s\n' "${FOIL##*/}" "${*//$rows\//}" | normalised >>"$trace"
    "$FOIL" "$@" >printed 2>&1 || code=$?
    grep -E "^ *($names|foil:)( |$)" printed | normalised >>"$trace"
    ((code == 0)) || printf 'exit code %d\n' "$code" >>"$trace"
    return 0
}

# does COMMAND: runs it and writes it down.
does() {
    printf '$ %s\n' "$*" | sed "s/$shard/SHARD/g" >>"$trace"
    "$@"
}

# Columns are as wide as their hashes are long: what is left of that is two spaces. How large a snapshot or a frame is,
# and what fuel a call takes, depends on what the program drew at random.
normalised() {
    sed -E 's/^payload .*/payload  <bytes>/; s/ vector=[0-9a-f]{64,}/ vector=<bytes>/
        s/[0-9a-f]{64}/<hash>/g; s/\b[0-9]+-[0-9a-f]{16}\b/<snapshot>/g; s/\b1[0-9]{12}\b/<time>/g
        s/([^ ]) {3,}/\1  /g; s/ +$//; s/^( *fuel)  [0-9]+$/\1  <fuel>/
        s/^(seconds|records_per_second)  .*/\1  <rate>/
        s/^(bytes|length)  [0-9]+$/\1  <bytes>/; s/(newest snapshot)  [0-9]+/\1  <bytes>/'
}

# quietly ARGUMENTS: foil, of which nothing is written down.
quietly() { "$FOIL" "$@" >printed 2>&1 || { cat printed >&2; exit 1; }; }

# flip FILE PAGE: changes one bit of a page of 4096 bytes.
flip() {
    local at=$(($2 * 4096 + 100)) byte
    byte=$(od -An -tu1 -j "$at" -N 1 "$1")
    printf "\\x$(printf '%02x' $((byte ^ 1)))" | dd of="$1" bs=1 seek="$at" conv=notrunc status=none
}

# tear FILE PAGE: the first sector of the page never reached the disk.
tear() { dd if=/dev/zero of="$1" bs=512 seek=$(($2 * 8)) count=1 conv=notrunc status=none; }

# Compares the trace with what is expected.
finish() {
    local expected=${scenario%.sh}.expected
    if [[ ${FOIL_RECORD:-} == 1 ]]; then cp "$trace" "$expected"; fi
    diff -u "$expected" "$trace"
}

quietly key generate authority.key
quietly key generate clerk.key
authority=$("$FOIL" key show authority.key -o json | sed -n 's/.*"public_key": "\(.*\)".*/\1/p')
quietly shard create --authority "$authority" --start "$start" --jump "${jump:-1d}"
shard=$(ls foil-data/shards)
journal=foil-data/shards/$shard/journal/00000000.segment
store=foil-data/shards/$shard/store
quietly deploy "$tests/../guests/wasm/$program.wasm" --sign authority.key --at "$start"
[[ $program == counter ]] || return 0
for i in 1 2 3; do
    quietly call hit --as clerk.key --at $((1357000000 + i)) --key "hit $i"
    [[ $i != 1 ]] || cp -a "$store" store.early
done
