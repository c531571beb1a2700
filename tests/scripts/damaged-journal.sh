#!/usr/bin/env bash
# A bit of the journal has rotted, in the middle of what was answered for.
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

does cp "$journal" sound.segment
does flip "$journal" 3
say "The shard is not opened."
foil query total
say "The plan says what is gone. Nothing is cut: the bytes behind the damage are still good."
foil recover --dry-run
foil doctor
foil doctor --dump 0:3
foil doctor --dump 0:5
say "Recovering keeps the damaged bytes as evidence, and halts."
foil recover
foil quarantine list
foil query total
say "The segment is restored from a sound copy. Then all is well, and the evidence stays."
does cp sound.segment "$journal"
foil recover
foil query total
foil doctor
finish
