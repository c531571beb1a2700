//! A scrub of one shard: journal, store and tree verified against each other, in slices.
//!
//! Whoever drives it brings the blocks in order, as many at a time as it likes, and then the store. Nothing is
//! executed: calls are run again by [`replay`](crate::replay).
//!
//! # Order
//!
//! 1. [`block`](Scrub::block), for each height: the chain of headers, the history tree, the proofs of callers, the
//!    digests; the block's diff, applied to the state so far, has its root. Its commitment is the writer's. Where
//!    calls are erased there is no diff to apply, and there the diffs end: the roots that follow are the headers'.
//! 2. [`store`](Scrub::store): the state that the store is at has the root of that height.

use crate::replay::{Divergence, Fold, ReplayError, What};
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::id::Hash;
use journal::{Block, Chain, Commitment, Header, Invalid, Start};
use state::{MemoryStore, Tree, View, empty_root};

/// A scrub under way.
pub struct Scrub {
    chain: Chain,
    /// The state, once it is known: where the oldest blocks were pruned, from the first snapshot on.
    fold: Option<Fold>,
    /// The height before the first block.
    before: u64,
    /// The root there.
    began: Hash,
    /// The root after each block.
    roots: Vec<Hash>,
}

/// What a scrub found.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Finding {
    /// A block is not what its history says.
    #[error("{}", .0.reason)]
    Block(Box<Invalid>),
    /// A block's diff does not come to the root in its header.
    #[error("height {height}: its diff comes to root {found}, its header says {expected}")]
    Diff {
        /// The block's height.
        height: u64,
        /// What it comes to.
        found: Hash,
        /// What its header says.
        expected: Hash,
    },
    /// The store has another state than its height's.
    #[error("the store's root at height {height} is {found}, the journal says {expected}")]
    Store {
        /// The height that the store says it is at.
        height: u64,
        /// Its root.
        found: Hash,
        /// The journal's.
        expected: Hash,
    },
    /// The store is at a height that the journal does not have.
    #[error("the store is at height {height}, the journal ends at {ends}")]
    Ahead {
        /// The store's height.
        height: u64,
        /// The journal's.
        ends: u64,
    },
    /// The store is at a height that was pruned.
    #[error("the store is at height {height}, and the blocks before {first} were pruned")]
    Behind {
        /// The store's height.
        height: u64,
        /// The first block that is kept.
        first: u64,
    },
}

impl Finding {
    /// The height that it is about, as far as it is about one.
    pub fn height(&self) -> Option<u64> {
        match self {
            Finding::Block(invalid) => invalid.height,
            Finding::Diff { height, .. }
            | Finding::Store { height, .. }
            | Finding::Ahead { height, .. }
            | Finding::Behind { height, .. } => Some(*height),
        }
    }
}

impl Scrub {
    /// Before the first block.
    pub fn new(genesis: &Genesis) -> Result<Scrub, Finding> {
        let chain = Chain::new(genesis, empty_root()).map_err(|invalid| Finding::Block(Box::new(invalid)))?;
        Ok(Scrub { chain, fold: Some(Fold::default()), before: 0, began: empty_root(), roots: Vec::new() })
    }

    /// Before the first block that is kept, where the ones before it were pruned. Diffs are verified from the
    /// first state on that [`state`](Self::state) brings.
    pub fn after(genesis: &Genesis, start: &Start) -> Result<Scrub, Finding> {
        let invalid = |invalid| Finding::Block(Box::new(invalid));
        let chain = Chain::start(genesis, start, empty_root()).map_err(invalid)?;
        let Header { height: before, root_after: began, .. } = start.header;
        Ok(Scrub { chain, fold: None, before, began, roots: Vec::new() })
    }

    /// Whether a state is known, so that diffs are verified.
    pub fn has_state(&self) -> bool {
        self.fold.is_some()
    }

    /// Brings the state after the last block, if none is known yet.
    ///
    /// # Errors
    ///
    /// `Corrupt`, if it has another root.
    pub fn state(&mut self, store: MemoryStore) -> Result<(), Fault> {
        if self.fold.is_none() {
            self.fold = Some(Fold::of(store, &self.chain.root())?);
        }
        Ok(())
    }

    /// The height up to which all is verified.
    pub fn height(&self) -> u64 {
        self.before + self.roots.len() as u64
    }

    /// How many records that is.
    pub fn records(&self) -> u64 {
        self.chain.header().map_or(0, |header| header.history_size)
    }

    /// Verifies the next block, and its commitment if there is one.
    pub fn block(
        &mut self,
        block: &Block,
        commitment: Option<&Commitment>,
    ) -> Result<Result<(), Finding>, Fault> {
        let invalid = |invalid| Finding::Block(Box::new(invalid));
        if let Err(finding) = self.chain.block(block).map_err(invalid) {
            return Ok(Err(finding));
        }
        if let Some(Err(finding)) = commitment.map(|it| self.chain.commitment(it).map_err(invalid)) {
            return Ok(Err(finding));
        }
        if block.is_erased() {
            // What it wrote is gone: nothing is known of the state until another is brought.
            self.fold = None;
        }
        match self.fold.as_mut().map_or(Ok(()), |fold| fold.block(block)) {
            Ok(()) => {
                self.roots.push(block.header.root_after);
                Ok(Ok(()))
            }
            Err(ReplayError::Diverged(Divergence { height, what: What::Root(expected, found), .. })) => {
                Ok(Err(Finding::Diff { height, found, expected }))
            }
            Err(ReplayError::Fault(fault)) => Err(fault),
            Err(other) => Err(Fault::host(other)),
        }
    }

    /// Verifies a store that says it is at `height`.
    pub fn store(&self, height: u64, view: &dyn View) -> Result<Result<(), Finding>, Fault> {
        let ends = self.height();
        let index = height.checked_sub(self.before + 1).and_then(|index| usize::try_from(index).ok());
        let expected = match index.and_then(|index| self.roots.get(index)) {
            Some(root) => *root,
            None if height == self.before => self.began,
            None if height < self.before => {
                return Ok(Err(Finding::Behind { height, first: self.before + 1 }));
            }
            None => return Ok(Err(Finding::Ahead { height, ends })),
        };
        let found = Tree::build(view)?.root();
        Ok(if found == expected { Ok(()) } else { Err(Finding::Store { height, found, expected }) })
    }
}
