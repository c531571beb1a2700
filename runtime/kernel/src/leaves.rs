//! The leaves of a block in the history tree.

use abi::encoded::Encoded;
use abi::id::Hash;
use abi::record::Record;
use beside::halves;
use journal::{Block, History};
use std::convert::Infallible;
use std::ops::Range;

/// From how many calls on half of a block's records are worth a thread.
const CALLS_SHARED: usize = 256;

/// The leaves of a block's records in the history tree, which are made of the block.
pub(crate) fn leaves(block: &Block, profile: Hash) -> Vec<Hash> {
    let leaf = |record: &Record| History::leaf_hash(&record.leaf());
    shared(block.entries.len(), |calls| block.records_of(calls, profile).iter().map(leaf).collect())
}

/// The hashes of leaves.
pub(crate) fn hashes(leaves: &Encoded) -> Vec<Hash> {
    shared(leaves.len(), |calls| leaves.some(calls).into_iter().map(History::leaf_hash).collect())
}

/// A hash of each of so many calls; of many, one half beside the other.
pub(crate) fn shared(calls: usize, hashes: impl Fn(Range<usize>) -> Vec<Hash> + Sync) -> Vec<Hash> {
    let Ok(hashes) = halves(calls, CALLS_SHARED, |calls| Ok::<_, Infallible>(hashes(calls)));
    hashes
}
