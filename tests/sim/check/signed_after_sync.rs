//! A commitment never leaves before its block's sync has returned: whatever a shard would hand out, running
//! or stopped, a power cut now would leave the block of.

use crate::disk::SimDisk;
use crate::trace::{Violation, ensure};
use crate::world::SimShard;
use journal::Journal;

const PROPERTY: &str = "a commitment is made after the sync";

pub(crate) fn check(shard: &SimShard, disk: &SimDisk) -> Result<(), Violation> {
    // A shard that has stopped reads no more; its last commitment it holds itself.
    let Ok(Some(commitment)) = shard.commitment(shard.position().height) else { return Ok(()) };
    let (height, broken) = (commitment.height(), |fault| Violation::of(PROPERTY, fault));
    let (synced, _) = Journal::open(disk.synced(), shard.id()).map_err(broken)?;
    let header = synced.read(height).map_err(broken)?.map(|block| block.header);
    ensure(header.is_some_and(|header| commitment.names(&header)), PROPERTY, || {
        format!("block {height} is signed for, and synced up to {}", synced.height())
    })
}
