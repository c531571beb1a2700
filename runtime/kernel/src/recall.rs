//! What a history has forgotten, read again where it is needed: the leaves of the journal's blocks.

use crate::authority::profile_at;
use crate::commit::Committed;
use crate::leaves::leaves;
use crate::shard::{Shard, missing};
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::system::Act;
use journal::{Block, Disk, History, Journal, Recalled, TILE_WIDTH, Tile, TileKind};
use state::Store;

/// For how many of the last records everything is remembered: 64 MB. Tests remember nothing.
pub(crate) const REMEMBERED: u64 = if cfg!(test) { 0 } else { 1 << 20 };

/// What is read to recall.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a, D: Disk> {
    pub(crate) genesis: &'a Genesis,
    pub(crate) journal: &'a Journal<D>,
    pub(crate) history: &'a History,
    pub(crate) acts: &'a [(u64, Act)],
}

impl<'a, D: Disk> Sources<'a, D> {
    /// The history with all that these places need.
    pub(crate) fn recalled(&self, places: &[u64]) -> Result<Recalled<'a>, Fault> {
        let mut recalled = self.history.whole();
        for tile in self.history.forgotten(places) {
            let (width, first) = (u64::from(TILE_WIDTH), tile * u64::from(TILE_WIDTH));
            if !recalled.bring(tile, &self.leaves(first, first + width)?) {
                let what = format!("journal: the records from {first} on are not those that history had");
                return Err(Fault::corrupt(what));
            }
        }
        Ok(recalled)
    }

    /// The leaves of the records from one to before another.
    pub(crate) fn leaves(&self, from: u64, to: u64) -> Result<Vec<Hash>, Fault> {
        let mut found = Vec::new();
        let mut seq = from;
        if let Some(past) = self.journal.past().filter(|past| seq < past.header.history_size) {
            let end = to.min(past.header.history_size);
            let place = |seq| usize::try_from(seq).map_err(|_| missing(past.header.height));
            found.extend(past.leaves.get(place(seq)?..place(end)?).into_iter().flatten());
            seq = end;
        }
        let mut next = if seq < to { find(self.journal, seq)?.map(|(block, _)| block) } else { None };
        while let Some(block) = next.take() {
            let (height, first) = (block.header.height, block.header.first_seq);
            let skipped = usize::try_from(seq - first).map_err(|_| missing(height))?;
            let wanted = usize::try_from(to - seq).map_err(|_| missing(height))?;
            let profile = profile_at(self.genesis, self.acts, first).hash();
            found.extend(leaves(&block, profile).into_iter().skip(skipped).take(wanted));
            seq = first + block.header.count;
            if seq < to {
                next = self.journal.read(height + 1)?;
            }
        }
        Ok(found)
    }
}

/// The block that holds the record at `seq`, found by bisection, and the record's index in it.
///
/// # Errors
///
/// A record whose block was pruned, and a fault of the journal.
pub(crate) fn find<D: Disk>(journal: &Journal<D>, seq: u64) -> Result<Option<(Block, usize)>, Fault> {
    if journal.head().is_none_or(|head| seq >= head.history_size) {
        return Ok(None);
    }
    if let Some(past) = journal.past().filter(|past| seq < past.header.history_size) {
        return Err(past.gone());
    }
    let (mut low, mut high) = (journal.first(), journal.height());
    while low <= high {
        let middle = low + (high - low) / 2;
        let block = journal.read(middle)?.ok_or_else(|| missing(middle))?;
        let header = &block.header;
        if seq < header.first_seq {
            high = middle - 1;
        } else if seq >= header.first_seq + header.count {
            low = middle + 1;
        } else {
            let index = usize::try_from(seq - header.first_seq).map_err(|_| missing(middle))?;
            return Ok(Some((block, index)));
        }
    }
    Err(Fault::corrupt(format!("journal: no block holds record {seq}")))
}

impl<D: Disk, S: Store> Shard<D, S> {
    /// What the history tree says of these places: records, and sizes that it had.
    pub fn recalled(&self, places: &[u64]) -> Result<Recalled<'_>, Fault> {
        self.sources().recalled(places)
    }

    /// The bytes of a tile of hashes; `None` where the tree has no such tile, or it is one of records.
    pub fn tile(&self, tile: &Tile) -> Result<Option<Vec<u8>>, Fault> {
        let needed = if tile.kind == TileKind::Hashes(0) { vec![tile.start()] } else { Vec::new() };
        Ok(self.recalled(&needed)?.tile(tile))
    }

    pub(crate) fn sources(&self) -> Sources<'_, D> {
        self.committed.sources(&self.genesis)
    }
}

impl<D: Disk, S: Store> Committed<D, S> {
    /// What there is to read of the shard that was born with this genesis.
    pub(crate) fn sources<'a>(&'a self, genesis: &'a Genesis) -> Sources<'a, D> {
        Sources { genesis, journal: &self.journal, history: &self.history, acts: &self.acts }
    }
}
