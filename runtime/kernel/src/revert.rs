//! The way back to an earlier state, as a step forward.
//!
//! A revert is a call like all others: its writes undo what the blocks after a height have written, so that the
//! root is the one of that height again. Nothing is taken out of history: undone calls keep their records, and
//! their idempotency keys stay used.

use crate::admit::{Refusal, Rejected};
use crate::authority::{profile_at, program_at};
use crate::recall::Sources;
use crate::shard::missing;
use abi::codec::Encode;
use abi::fault::Fault;
use abi::limits::{BLOCK_BYTES_MAX, BLOCK_ITEMS_MAX};
use abi::system::Revert;
use journal::{Block, Disk, Reverted};
use state::{Diff, View};
use std::collections::BTreeSet;

/// Most bytes that a revert writes: half a block.
const REVERT_BYTES_MAX: usize = BLOCK_BYTES_MAX / 2;

/// What a revert does: its writes, and the output that shows where they lead.
pub(crate) struct Back {
    pub(crate) writes: Diff,
    pub(crate) output: Vec<u8>,
}

/// Those of the writes that change something in the state `now`: a revert has no others.
pub(crate) fn changing(writes: &Diff, now: &dyn View) -> Result<Diff, Fault> {
    let mut changing = Diff::new();
    for (key, value) in writes.iter() {
        if now.get(key)?.as_deref() != value {
            changing.put(key.to_vec(), value.map(<[u8]>::to_vec));
        }
    }
    Ok(changing)
}

/// What knows the way back.
pub(crate) trait Past {
    /// What `revert` does to the state `now`.
    ///
    /// # Errors
    ///
    /// Rejects one that names a block that is not there, another root or program than it had, or more writes
    /// than a block holds.
    fn back(&self, revert: &Revert, now: &dyn View) -> Result<Back, Refusal>;
}

/// A shard's past: its journal, its history tree, and what its authority has done.
pub(crate) struct JournalPast<'a, D: Disk>(pub(crate) Sources<'a, D>);

impl<D: Disk> Past for JournalPast<'_, D> {
    fn back(&self, revert: &Revert, now: &dyn View) -> Result<Back, Refusal> {
        let height = revert.height;
        let refused = |because| Refusal::Rejected(Rejected::Revert { height, because });
        if height == 0 || height > self.0.journal.height() {
            return Err(refused("there is no such block"));
        }
        if height < self.0.journal.first() {
            return Err(refused("it was pruned"));
        }
        let block = self.block(height)?;
        if block.header.root_after != revert.root {
            return Err(refused("the state after it has another root"));
        }
        if program_at(self.0.acts, block.header.history_size) != Some(revert.program) {
            return Err(refused("another program served after it"));
        }
        let values = self.values_after(height)?;
        let values =
            values.ok_or_else(|| refused("a value that it would bring back was erased or pruned"))?;
        let writes = changing(&values, now)?;
        if writes.size() > REVERT_BYTES_MAX || writes.len() >= BLOCK_ITEMS_MAX {
            return Err(refused("what it would write does not fit into a block: go back in several steps"));
        }
        let profile = profile_at(self.0.genesis, self.0.acts, block.header.first_seq);
        let record = block.records(profile.hash()).pop();
        let size = self.0.history.size();
        let seq = record.as_ref().map_or(0, |record| record.effect.seq);
        let history = self.0.recalled(&[seq, size])?;
        let shown = record.and_then(|record| Reverted::new(&record, history, size));
        let output = shown.ok_or_else(|| missing(height))?.to_bytes();
        Ok(Back { writes, output })
    }
}

impl<D: Disk> JournalPast<'_, D> {
    /// The values after the block of `height` of all keys that later blocks write; `None` where one of them was
    /// written last by a block that is pruned or erased, or by which is not known.
    fn values_after(&self, height: u64) -> Result<Option<Diff>, Fault> {
        let mut values = Diff::new();
        for later in height + 1..=self.0.journal.height() {
            let block = self.block(later)?;
            if block.is_erased() {
                return Ok(None);
            }
            block.diff.iter().for_each(|(key, _)| values.put(key.to_vec(), None));
        }
        let all = |values: &Diff| values.iter().map(|(key, _)| key.to_vec()).collect();
        let first = self.0.journal.first();
        // The keys that no block has written since the last one that may have written any.
        let mut unknown: BTreeSet<Vec<u8>> = if first > 1 { all(&values) } else { BTreeSet::new() };
        for earlier in first..=height {
            let block = self.block(earlier)?;
            if block.is_erased() {
                unknown = all(&values);
            }
            for (key, value) in block.diff.iter() {
                if values.get(key).is_some() {
                    unknown.remove(key);
                    values.put(key.to_vec(), value.map(<[u8]>::to_vec));
                }
            }
        }
        Ok(unknown.is_empty().then_some(values))
    }

    fn block(&self, height: u64) -> Result<Block, Fault> {
        self.0.journal.read(height)?.ok_or_else(|| missing(height))
    }
}
