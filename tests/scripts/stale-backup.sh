#!/usr/bin/env bash
# The data directory is put back from yesterday's backup, and everything in it looks sound.
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

say "A second place remembers how far the shard has come. A backup is made, and one more call is answered."
echo ../elsewhere >foil-data/remember
does cp -a foil-data backup
quietly call hit --as clerk.key --at 1357000009 --key today
foil query total
say "The backup is put back: it lacks today's call. Going on from it would sign a second history."
does mv foil-data newest
does cp -a backup foil-data
foil call hit --as clerk.key --at 1357000010 --key tomorrow
foil recover --dry-run
say "Another history of the same length is refused as well."
quietly call hit --as authority.key --at 1357000011 --key another --remember nowhere
foil query total
say "The newest files are put back. Then all is well."
does rm -r foil-data
does mv newest foil-data
foil query total
foil recover --dry-run
finish
