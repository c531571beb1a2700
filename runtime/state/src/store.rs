//! Where state is kept: live entries and the height that they stand for.

use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::{Entry, View};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The applied state of a shard. It is a cache of the journal's fold: blocks are applied in order, each
/// with its height in the same atomic write, so that whatever survives a crash is the state of some block.
pub trait Store {
    /// What is applied, live: later blocks show through a view taken earlier.
    fn view(&self) -> Arc<dyn View>;

    /// The height of the last applied block; 0 at birth.
    fn applied(&self) -> Result<u64, Fault>;

    /// Applies what block `height` wrote, as [`apply_all`](Store::apply_all) does.
    fn apply(&mut self, height: u64, diff: &Diff) -> Result<(), Fault> {
        self.apply_all(height..=height, diff)
    }

    /// Applies what the blocks of these heights wrote together, the first of which is the one after
    /// [`applied`](Store::applied): the state is that after the last of them then. A fault changes nothing, and a
    /// crash leaves the state before all of them or after.
    fn apply_all(&mut self, heights: RangeInclusive<u64>, writes: &Diff) -> Result<(), Fault>;

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

/// The rule every store keeps: blocks are applied right after block `applied`. The height of the last one.
pub fn must_follow(applied: u64, heights: &RangeInclusive<u64>) -> Result<u64, Fault> {
    let (first, last) = (*heights.start(), *heights.end());
    match applied.checked_add(1) == Some(first) && first <= last {
        true => Ok(last),
        false => Err(Fault::host(format!(
            "blocks applied out of order: applied={applied} heights={first}..={last}"
        ))),
    }
}
