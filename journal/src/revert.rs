//! What a revert shows: that the state it leads to was the state after an earlier block.
//!
//! ```text
//! output of `revert` = [<< record >>, [path…]]
//! ```
//!
//! The record is the last one of the block that is named; its placement holds the block's height and root, and
//! its path leads to the history root before the revert. So who verifies a revert needs to remember nothing of
//! the past but its tree's right edge.

use crate::block::Header;
use crate::history::{History, Recalled};
use abi::codec::{Bytes, Decode, Encode};
use abi::merkle::root_of_path;
use abi::record::Record;
use abi::system::Revert;
use abi::{Hash, canonical_array};

/// The output of a revert.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reverted {
    /// The canonical bytes of the last record of the block whose state is restored.
    pub record: Bytes,
    /// Its inclusion path, in the history before the revert.
    pub path: Vec<Hash>,
}

canonical_array!(Reverted { record, path });

impl Reverted {
    /// What shows that `record` is in the history of `size` records.
    pub fn new<'a>(record: &Record, history: impl Into<Recalled<'a>>, size: u64) -> Option<Reverted> {
        let path = history.into().path(record.effect.seq, size)?;
        Some(Reverted { record: Bytes(record.to_bytes()), path })
    }

    /// Whether it shows that the state which `revert` names was the one after that block, in the history that
    /// ends with the block of `head`.
    pub fn shows(&self, shard: &Hash, revert: &Revert, head: &Header) -> bool {
        let Ok(record) = Record::from_bytes(&self.record) else {
            return false;
        };
        let (leaf, seq) = (History::leaf_hash(&self.record), record.effect.seq);
        let root = root_of_path(History::node, leaf, seq, head.history_size, &self.path);
        record.effect.shard == *shard
            && (record.placement.height, record.placement.root_after) == (revert.height, revert.root)
            && root == Some(head.history_root)
    }
}
