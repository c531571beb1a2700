#!/usr/bin/env bash
# The store is lost, and there is a snapshot of an earlier state.
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

say "A snapshot is taken, and one more call is answered."
foil snapshot create
quietly call hit --as clerk.key --at 1357000009 --key later
does rm -r "$store"
say "The plan is to load the snapshot, and to replay the block after it."
foil recover --dry-run
foil recover
foil query total
foil doctor
say "A snapshot that has rotted is told of and passed over: the whole journal is replayed."
for chunk in foil-data/snapshots/"$shard"/chunks/*; do truncate -s -1 "$chunk"; done
does rm -r "$store"
foil snapshot verify
foil doctor
foil recover
foil query total
finish
