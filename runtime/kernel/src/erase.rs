//! Erasing calls, once the shard's authority has decided it.
//!
//! # Order
//!
//! 1. The decision is history: an act like all others.
//! 2. The store, which holds what the call wrote, is flushed: the blocks cannot make that state again.
//! 3. The journal's segment is replaced by one that holds digests. A crash before leaves the call whole, and the
//!    decision among those [to be carried out](Shard::unerased).
//!
//! Whoever carries out a decision has snapshots of the block's height or later ones: without them a store that is
//! lost is lost for good.

use crate::shard::{Shard, missing};
use abi::fault::Fault;
use abi::system::Act;
use journal::Disk;
use state::Store;
use std::collections::BTreeSet;

impl<D: Disk, S: Store> Shard<D, S> {
    /// The calls that are to be erased and are whole, by their places in history. What was pruned is gone.
    pub fn unerased(&self) -> Result<Vec<u64>, Fault> {
        let kept_from = self.committed.journal.past().map_or(0, |past| past.header.history_size);
        let mut whole = Vec::new();
        for seq in self.to_erase().range(kept_from..).copied() {
            let (block, index) = self.find(seq)?.ok_or_else(|| missing(self.committed.position.height))?;
            let entry = &block.entries[index];
            whole.extend((entry.is_erasable() && entry.erased.is_none()).then_some(seq));
        }
        Ok(whole)
    }

    /// Erases the call at `seq` on disk; nothing, if it is erased. It is the caller's bug if no act has decided it.
    pub fn erase(&mut self, seq: u64) -> Result<(), Fault> {
        if self.stopped {
            return Err(Fault::Stopped);
        }
        assert!(self.to_erase().contains(&seq), "only the authority decides what is erased");
        let (mut block, _) = self.find(seq)?.ok_or_else(|| missing(self.committed.position.height))?;
        if !block.erase(seq) {
            return Ok(());
        }
        self.committed.store.flush()?;
        self.committed.journal.rewrite(&block)
    }

    /// The calls that acts name.
    fn to_erase(&self) -> BTreeSet<u64> {
        let named = |(_, act): &(u64, Act)| match act {
            Act::Erase(erase) => Some(erase.seq),
            _ => None,
        };
        self.committed.acts.iter().filter_map(named).collect()
    }
}
