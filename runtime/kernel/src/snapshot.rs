//! The life of a snapshot, and where a shard stands when one is taken.
//!
//! ```text
//!             uploaded            verified            superseded            collected
//! UPLOADING ───────────→ VERIFYING ───────→ COMMITTED ─────────→ SUPERSEDED ─────────→ gone
//!     └─────────────── collected, when it is stale ──────────────────↑
//! ```
//!
//! # Guarantees
//!
//! - Only what was read back, hashed and rebuilt is ever COMMITTED.
//! - The newest [`KEPT_MIN`] or more committed snapshots are never superseded, so never collected.
//! - Every decision is a value: what is listed and the time come in as arguments.

use crate::shard::{Shard, missing};
use abi::Coded;
use abi::fault::Fault;
use journal::{Checkpoint, Disk, Standing};
use state::Store;
use std::cmp::Reverse;

/// The fewest committed snapshots that are kept.
pub const KEPT_MIN: usize = 2;

/// Where a snapshot is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    /// Its chunks are being written.
    Uploading,
    /// All is written, and is read back.
    Verifying,
    /// Its root was rebuilt from what was read back.
    Committed,
    /// Newer ones are committed; it can still be restored until it is collected.
    Superseded,
}

/// What happens to a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Its manifest is written: the last object.
    Uploaded,
    /// Everything was read back, and the root is the signed one.
    Verified,
    /// Enough newer ones are committed.
    Supersede,
    /// It is removed.
    Collect,
}

/// A step that a phase does not allow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a snapshot that is {phase:?} cannot take the step {step:?}")]
pub struct IllegalStep {
    /// Where it is.
    pub phase: Phase,
    /// What was to happen.
    pub step: Step,
}

impl Coded for IllegalStep {
    fn code(&self) -> u16 {
        5301
    }
}

/// Where a step leads; `None`: nowhere, it is gone.
///
/// # Errors
///
/// A step that is not in the table.
pub fn after(phase: Phase, step: Step) -> Result<Option<Phase>, IllegalStep> {
    match (phase, step) {
        (Phase::Uploading, Step::Uploaded) => Ok(Some(Phase::Verifying)),
        (Phase::Verifying, Step::Verified) => Ok(Some(Phase::Committed)),
        (Phase::Committed, Step::Supersede) => Ok(Some(Phase::Superseded)),
        (Phase::Uploading | Phase::Verifying | Phase::Superseded, Step::Collect) => Ok(None),
        _ => Err(IllegalStep { phase, step }),
    }
}

/// A snapshot as a list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed<I> {
    /// Its name.
    pub id: I,
    /// The height it is of.
    pub height: u64,
    /// Where it is.
    pub phase: Phase,
    /// Since when, in milliseconds of Unix time.
    pub since_ms: u64,
}

/// How long things are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// How many committed snapshots; at least [`KEPT_MIN`] are.
    pub kept: usize,
    /// For how long one may be UPLOADING or VERIFYING before nobody is at work on it.
    pub stale_ms: u64,
    /// For how long a superseded one stays.
    pub grace_ms: u64,
}

/// What is to be done, in order: the oldest committed ones are superseded, what has had its time collected.
/// After these steps there is nothing to do until time passes.
pub fn collect<I: Clone + Ord>(listed: &[Listed<I>], policy: &Policy, now_ms: u64) -> Vec<(I, Step)> {
    let mut committed: Vec<&Listed<I>> = listed.iter().filter(|it| it.phase == Phase::Committed).collect();
    committed.sort_by_key(|it| Reverse((it.height, it.since_ms, it.id.clone())));
    let superseded = committed.into_iter().skip(policy.kept.max(KEPT_MIN)).rev();
    // A clock that was set back makes nothing old.
    let age = |it: &Listed<I>| now_ms.saturating_sub(it.since_ms);
    let had_its_time = |it: &&Listed<I>| match it.phase {
        Phase::Uploading | Phase::Verifying => age(it) >= policy.stale_ms,
        Phase::Superseded => age(it) >= policy.grace_ms,
        Phase::Committed => false,
    };
    let step = |step| move |it: &Listed<I>| (it.id.clone(), step);
    superseded
        .map(step(Step::Supersede))
        .chain(listed.iter().filter(had_its_time).map(step(Step::Collect)))
        .collect()
}

impl<D: Disk, S: Store> Shard<D, S> {
    /// Where the shard stands after its last block; `None` before the first.
    pub fn standing(&self) -> Result<Option<Standing>, Fault> {
        let (Some(header), Some(commitment)) = (self.committed.journal.head(), &self.committed.commitment)
        else {
            return Ok(None);
        };
        assert_eq!(commitment.height(), header.height, "the last block is signed for");
        let start = self.start_after(header)?;
        let links = self.writer_links(header)?;
        if start.header.height != self.committed.position.height {
            return Err(missing(self.committed.position.height));
        }
        Ok(Some(Standing {
            genesis: self.genesis.clone(),
            checkpoint: Checkpoint { header: start.header, commitment: commitment.clone(), links },
            peaks: start.peaks,
            links: start.links,
            live: self.window.live().collect(),
        }))
    }
}

#[cfg(test)]
mod tests;
