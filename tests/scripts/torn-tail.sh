#!/usr/bin/env bash
# The power fails while the last write is on its way: half of it is on the disk.
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

say "The last frame of the journal is torn. It was never durable, so nobody was answered for it."
does tear "$journal" 8
foil recover --dry-run
say "The plan is carried out. There is nothing left to do, and nothing is missing."
foil recover
foil recover --dry-run
foil query total
finish
