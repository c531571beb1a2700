//! Dropping the oldest blocks, once the authority has decided it and nothing needs them.
//!
//! # Order
//!
//! 1. The decision is an act like all others: history says up to which height blocks may go.
//! 2. The store is flushed, so that it needs no block that goes.
//! 3. The past is written and synced: leaf hashes, the last header and the authority's acts of all that goes.
//! 4. Segments go, the oldest first.
//!
//! A crash in any step leaves a journal that opens, of all blocks or of those that are to stay; pruning again
//! finishes it. That the state can be made again without those blocks, from snapshots, is the node's to see to.

use crate::shard::{Shard, missing};
use abi::Coded;
use abi::fault::Fault;
use abi::system::Act;
use journal::{Disk, Past, PastAct, Prunable};
use state::Store;

/// Why blocks are not dropped.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// No act of the authority lets them go.
    #[error("the authority has not decided that blocks up to {height} may go")]
    Undecided {
        /// The last of them.
        height: u64,
    },
    /// An idempotency key that was used there is live.
    #[error(
        "record {seq} has an idempotency key that lives until {expires_ms} (Unix milliseconds): no block from {height} on can go before that"
    )]
    Live {
        /// The first such record.
        seq: u64,
        /// Its block's height.
        height: u64,
        /// When the key dies.
        expires_ms: u64,
    },
    /// Segments go as a whole, and the first one holds later blocks too.
    #[error(
        "no segment of the journal lies wholly at or below block {height}: segments go as a whole, and the last one stays"
    )]
    Nothing {
        /// The last block that might go.
        height: u64,
    },
    /// The machine failed.
    #[error("{0}")]
    Fault(#[from] Fault),
}

impl Coded for PruneError {
    fn code(&self) -> u16 {
        match self {
            PruneError::Undecided { .. } => 5401,
            PruneError::Live { .. } => 5402,
            PruneError::Nothing { .. } => 5403,
            PruneError::Fault(fault) => fault.code(),
        }
    }
}

/// Whether an act lets the blocks up to `height` go.
pub(crate) fn lets_go(act: &Act, height: u64) -> bool {
    matches!(act, Act::Prune(prune) if prune.height >= height)
}

impl<D: Disk, S: Store> Shard<D, S> {
    /// What would go if blocks up to `height` may.
    ///
    /// # Errors
    ///
    /// Refuses where no whole segment would, or idempotency keys of those blocks are live at `time_ms`.
    pub fn prunable(&self, height: u64, time_ms: u64) -> Result<Prunable, PruneError> {
        let found = self.committed.journal.prunable(height)?.ok_or(PruneError::Nothing { height })?;
        match self.first_live(time_ms)? {
            Some(live @ PruneError::Live { height: at, .. }) if at <= height => Err(live),
            _ => Ok(found),
        }
    }

    /// The last block below all whose idempotency keys are live at `time_ms`.
    pub fn settled(&self, time_ms: u64) -> Result<u64, Fault> {
        match self.first_live(time_ms)? {
            Some(PruneError::Live { height, .. }) => Ok(height - 1),
            _ => Ok(self.committed.position.height),
        }
    }

    /// The first record whose key is live at `time_ms`, as the reason why its block stays.
    fn first_live(&self, time_ms: u64) -> Result<Option<PruneError>, Fault> {
        let live = self.window.live().filter(|key| key.expires_ms > time_ms);
        let Some(first) = live.min_by_key(|key| key.seq) else { return Ok(None) };
        let (block, _) = self.find(first.seq)?.ok_or_else(|| missing(self.committed.position.height))?;
        let (seq, expires_ms) = (first.seq, first.expires_ms);
        Ok(Some(PruneError::Live { seq, height: block.header.height, expires_ms }))
    }

    /// The act that lets blocks up to `height` go, if there is one: its place.
    pub fn decision(&self, height: u64) -> Option<u64> {
        self.committed.acts.iter().rev().find(|(_, act)| lets_go(act, height)).map(|(seq, _)| *seq)
    }

    /// Drops the segments whose blocks are all at or below `height`; what went.
    ///
    /// # Errors
    ///
    /// Refuses what was not decided, and as [`prunable`](Self::prunable). After a fault of the disk, other than one
    /// without room, open the shard again: the journal is whole, and pruning again finishes.
    pub fn prune(&mut self, height: u64) -> Result<Prunable, PruneError> {
        if self.stopped {
            return Err(Fault::Stopped.into());
        }
        let found = self.prunable(height, self.committed.position.time_ms)?;
        let height = found.height;
        let decision = self.decision(height).ok_or(PruneError::Undecided { height })?;
        self.committed.store.flush()?;
        let past = self.past_at(height, decision)?;
        self.committed.journal.prune(past)?;
        Ok(found)
    }

    /// What the blocks up to `height` come to.
    fn past_at(&self, height: u64, decision: u64) -> Result<Past, Fault> {
        let lost = || missing(height);
        let header = self.committed.journal.header(height)?.ok_or_else(lost)?;
        let leaves = self.sources().leaves(0, header.history_size)?;
        let mut acts = self.committed.journal.past().map_or(Vec::new(), |past| past.acts.clone());
        let mut read = self.committed.journal.past().map_or(0, |past| past.header.height);
        for (seq, _) in self.committed.acts.iter().filter(|(seq, _)| *seq < header.history_size) {
            if self.committed.journal.past().is_some_and(|past| *seq < past.header.history_size) {
                continue;
            }
            let (block, _) = self.find(*seq)?.ok_or_else(lost)?;
            if block.header.height > read {
                read = block.header.height;
                acts.extend(PastAct::of(&block, self.profile_at(block.header.first_seq).hash()));
            }
        }
        Ok(Past { header, decision, leaves, acts })
    }
}
