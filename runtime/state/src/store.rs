//! Where state is kept: live entries and the height that they stand for.

use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::{Entry, View};
use std::sync::Arc;

/// The applied state of a shard. It is a cache of the journal's fold: blocks are applied in order, each
/// with its height in the same atomic write, so that whatever survives a crash is the state of some block.
pub trait Store {
    /// What is applied, live: later blocks show through a view taken earlier.
    fn view(&self) -> Arc<dyn View>;

    /// The height of the last applied block; 0 at birth.
    fn applied(&self) -> Result<u64, Fault>;

    /// Applies the diff of block `height`, which is the one after [`applied`](Store::applied), or is a
    /// fault that changes nothing.
    fn apply(&mut self, height: u64, diff: &Diff) -> Result<(), Fault>;

    /// Applies the diffs of blocks that follow one another, from the one after [`applied`](Store::applied) on. A
    /// crash, or a fault, leaves the state of one of them, or the one before.
    fn apply_all(&mut self, blocks: &[(u64, &Diff)]) -> Result<(), Fault> {
        blocks.iter().try_for_each(|(height, diff)| self.apply(*height, diff))
    }

    /// Returns when everything applied is durable.
    fn flush(&mut self) -> Result<(), Fault>;
}

/// A store that can be filled from a snapshot instead of by blocks.
pub trait Fill: Store {
    /// Puts entries into a store at height 0. Until it is [`filled`](Fill::filled) they stand for no block,
    /// and a crash may leave any of them.
    fn fill(&mut self, entries: &[Entry]) -> Result<(), Fault>;

    /// Says that everything that was put is the state after block `height`; durable when it returns.
    fn filled(&mut self, height: u64) -> Result<(), Fault>;
}

/// The rule every store keeps that is filled: no block was applied to it.
pub fn must_be_unborn(applied: u64) -> Result<(), Fault> {
    match applied {
        0 => Ok(()),
        height => Err(Fault::host(format!("a store that holds a state is filled: applied={height}"))),
    }
}

/// The rule every store keeps: block `height` is applied right after block `applied`.
pub fn must_follow(applied: u64, height: u64) -> Result<(), Fault> {
    match applied.checked_add(1) == Some(height) {
        true => Ok(()),
        false => Err(Fault::host(format!("a block applied out of order: applied={applied} height={height}"))),
    }
}
