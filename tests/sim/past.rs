//! The states that a shard had, which a revert can name.

use abi::Hash;
use journal::Block;

/// A state that there was after a block.
#[derive(Clone, Copy)]
pub(crate) struct State {
    pub(crate) root: Hash,
    /// The program that serves from there on.
    pub(crate) program: Hash,
    /// The place of the next call.
    pub(crate) seq: u64,
}

impl State {
    /// The state after a block, which follows the state `before`.
    pub(crate) fn after(block: &Block, before: Option<&State>) -> State {
        let program = block.acts().into_iter().rev().find_map(|(_, act)| act.program());
        let program = program.or(before.map(|before| before.program)).unwrap_or(Hash::ZERO);
        State { root: block.header.root_after, program, seq: block.header.history_size }
    }
}
