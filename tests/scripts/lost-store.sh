#!/usr/bin/env bash
# The store is gone.
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

say "The store is a cache of the journal's fold: it is lost without loss."
does rm -r "$store"
foil recover --dry-run
foil recover
foil query total
finish
