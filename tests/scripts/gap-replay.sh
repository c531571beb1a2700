#!/usr/bin/env bash
# The store is older than the journal: a crash came before it was flushed, or an old copy was put back.
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

say "The store is put back to where it was after the first call."
does rm -r "$store"
does cp -a store.early "$store"
foil recover --dry-run
say "The blocks that the store lacks are replayed into it."
foil recover
foil recover --dry-run
foil query total
finish
