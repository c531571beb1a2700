#!/usr/bin/env bash
# A mistake is undone: the state goes back, and history goes on.
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

say "Two calls too many were made. The authority brings the state back to what it was after block 2."
foil query total
foil revert --to 2 --sign authority.key --at 1357000010
foil query total
say "What was undone is evidence: it keeps its place, and the call that is sent again is known."
foil inspect --seq 3
foil call hit --as clerk.key --at 1357000003 --key "hit 3"
foil query total
say "A state that never was cannot be gone back to."
foil revert --to 9 --sign authority.key --at 1357000011
say "A stranger runs everything again, the revert too."
quietly bundle --out shard.foil
foil verify --shard "$shard" shard.foil
say "A store that is lost is made again, over the revert."
does rm -r "$store"
foil recover
foil query total
finish
