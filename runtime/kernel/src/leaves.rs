//! The leaves of a block in the history tree.

use abi::beside::{beside, beside_if};
use abi::id::Hash;
use abi::record::Record;
use journal::{Block, History};

/// From how many calls on half of a block's records are worth a thread.
const CALLS_SHARED: usize = 256;

/// The leaves of a block's records in the history tree; of many, one half beside the other.
pub(crate) fn leaves(block: &Block, profile: Hash) -> Vec<Hash> {
    let leaves = |calls| -> Vec<Hash> {
        block.records_of(calls, profile).iter().map(|record| History::leaf_hash(&record.leaf())).collect()
    };
    let (calls, half) = (block.entries.len(), block.entries.len() / 2);
    if calls < CALLS_SHARED {
        return leaves(0..calls);
    }
    let (first, second) = beside(|| leaves(0..half), || leaves(half..calls));
    [first, second].concat()
}

/// The leaves of records in the history tree; of many, one half beside the other.
pub(crate) fn leaves_of(mut records: Vec<Record>) -> Vec<Hash> {
    let leaves = |records: Vec<Record>| -> Vec<Hash> {
        records.iter().map(|record| History::leaf_hash(&record.leaf())).collect()
    };
    let is_shared = records.len() >= CALLS_SHARED;
    let second = if is_shared { records.split_off(records.len() / 2) } else { Vec::new() };
    let (second, mut first) = beside_if(is_shared, || leaves(second), || leaves(records));
    first.extend(second);
    first
}
