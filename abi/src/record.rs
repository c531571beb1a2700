//! A leaf of a journal's history tree.

use crate::canonical_array;
use crate::codec::Encode;
use crate::effect::Effect;
use crate::id::Hash;

/// Effect, fuel and placement of one call. Nothing in it depends on the engine or the machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// What the call did.
    pub effect: Effect,
    /// Fuel used: every wasm engine agrees on it, a native run cannot know it.
    pub fuel: u64,
    /// Where it stands.
    pub placement: Placement,
}

canonical_array!(Record { effect, fuel, placement });

/// Where a record stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placement {
    /// The block's height, from 1.
    pub height: u64,
    /// The record's index in the block.
    pub index: u64,
    /// The fencing term of the block's writer.
    pub epoch: u64,
    /// The state root before the block.
    pub root_before: Hash,
    /// The state root after the block.
    pub root_after: Hash,
}

canonical_array!(Placement { height, index, epoch, root_before, root_after });

impl Record {
    /// The bytes that the history tree hashes.
    pub fn leaf(&self) -> Vec<u8> {
        self.to_bytes()
    }
}
