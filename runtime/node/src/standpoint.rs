//! Where a replay of a shard's history begins: at genesis; or, where the oldest blocks were pruned, at a snapshot.

use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use kernel::{Engine, Fold, Replayer};
use state::MemoryStore;

/// A replay that stands before the block `height`, as early in the history as there is a state to begin with.
///
/// # Errors
///
/// Refuses, where no whole snapshot gives a state that early.
pub(crate) fn before(
    data: &Data,
    shard: &NodeShard,
    height: u64,
    engine: Engine,
) -> Result<Replayer, NodeError> {
    let first = shard.first();
    if first == 1 {
        return Ok(Replayer::new(shard.genesis(), Box::new(data.programs()?), engine)?);
    }
    let none = || NodeError::NoState { height, first };
    let snapshots = data.kept_snapshots(shard.id())?.ok_or_else(none)?;
    let restorable = snapshots.restorable()?;
    // The oldest first.
    for kept in restorable.iter().rev().filter(|kept| (first - 1..height).contains(&kept.height)) {
        let Some(header) = shard.header(kept.height)? else { continue };
        let mut store = MemoryStore::default();
        // One that is damaged or of another history is as good as none.
        if snapshots.load(&kept.id, &mut store).is_err() {
            continue;
        }
        let Ok(fold) = Fold::of(store, &header.root_after) else { continue };
        let (start, programs) = (shard.start_after(&header)?, Box::new(data.programs()?));
        return Ok(Replayer::after(shard.genesis(), &start, fold, programs, engine)?);
    }
    Err(none())
}
