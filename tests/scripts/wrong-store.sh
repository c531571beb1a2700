#!/usr/bin/env bash
# The store holds something else than the journal says: somebody's other files, or a rotten disk.
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

say "The store's manifest is not what was written. The shard is not opened, and the refusal says what to ask."
does truncate -s 10 "$store/CURRENT"
foil query total
foil recover --dry-run
say "The plan is carried out: the store is kept in quarantine, and made again."
foil recover
foil query total
foil quarantine list
say "What the node did to itself stands in its own chain."
foil recover --history
finish
