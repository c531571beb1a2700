//! What must hold: one promise in each file. Some are looked at whenever something has happened, the others
//! when a world has ended.

mod acked_is_durable;
pub(crate) mod applied_is_committed;
mod chain;
mod diffs;
pub(crate) mod epochs;
mod exactly_once;
pub(crate) mod halts;
pub(crate) mod receipts;
mod replay;
mod reverts;
pub(crate) mod signed_after_sync;
mod undisturbed;

use crate::ledger::Ledger;
use crate::rng::Rng;
use crate::trace::Violation;
use crate::world::SimShard;
use abi::view::{Entry, Scan, View};
use journal::Block;

/// Checks everything of a shard that was opened for the last time.
pub(crate) fn all(shard: &mut SimShard, ledger: &Ledger, rng: &mut Rng) -> Result<(), Violation> {
    let blocks = blocks(shard)?;
    acked_is_durable::check(shard, &blocks, ledger)?;
    exactly_once::check(&blocks, ledger)?;
    receipts::check(shard, ledger, rng)?;
    reverts::check(&blocks)?;
    replay::check(shard, &blocks)?;
    diffs::check(shard, &blocks)?;
    undisturbed::check(shard, &blocks, rng)
}

fn blocks(shard: &SimShard) -> Result<Vec<Block>, Violation> {
    let read = |height| match shard.block(height) {
        Ok(Some(block)) => Ok(block),
        Err(fault) => Err(Violation::of("every block can be read", fault)),
        other => Err(Violation::new("every block can be read", format!("{height}: {other:?}"))),
    };
    (1..=shard.position().height).map(read).collect()
}

/// Everything in a state.
fn content(view: &dyn View) -> Result<Vec<Entry>, Violation> {
    view.scan(&Scan { from: b"", to: None, reverse: false, limit: usize::MAX })
        .map_err(|fault| Violation::new("the state can be read", fault))
}
