//! The leaves of a block in the history tree.

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
    shared(block.entries.len(), |calls| hashes(&block.records_of(calls, profile)))
}

/// The leaves of records in the history tree.
pub(crate) fn leaves_of(records: &[Record]) -> Vec<Hash> {
    shared(records.len(), |calls| hashes(&records[calls]))
}

fn hashes(records: &[Record]) -> Vec<Hash> {
    records.iter().map(|record| History::leaf_hash(&record.leaf())).collect()
}

/// A hash of each of so many calls; of many, one half beside the other.
pub(crate) fn shared(calls: usize, hashes: impl Fn(Range<usize>) -> Vec<Hash> + Sync) -> Vec<Hash> {
    let Ok(hashes) = halves(calls, CALLS_SHARED, |calls| Ok::<_, Infallible>(hashes(calls)));
    hashes
}
