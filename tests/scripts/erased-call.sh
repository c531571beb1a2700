#!/usr/bin/env bash
# What a call said has to be forgotten, by a decision that stays.
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

say "Profile 2 knows erasure. A shard goes over to it once."
foil shard set-profile 2 --sign authority.key --at 1357000010
say "Nobody but the authority decides it."
foil erase 2 --sign clerk.key --at 1357000011
foil erase 2 --sign authority.key --at 1357000011
say "The record is what it was, and a receipt of it verifies. What the call said is gone from the journal."
foil inspect --seq 2
quietly receipt 2 --out erased.receipt
foil verify --shard "$shard" erased.receipt
say "The shard goes on."
foil call hit --as clerk.key --at 1357000012 --key "hit 4"
foil query total
say "A stranger verifies the whole history, and is told which blocks nobody can run again."
quietly bundle --out shard.foil
foil verify --shard "$shard" shard.foil
say "A store that is lost comes back from a snapshot that was taken for the erasure: the blocks alone do not lead there."
does rm -r "$store"
foil recover --dry-run
foil recover
foil query total
finish
