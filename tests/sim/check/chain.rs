//! A stranger with the genesis accepts the writer's signature of every block.

use crate::trace::Violation;
use crate::world::SimShard;
use journal::Chain;

/// Checks the commitment of the block that the chain has verified last.
pub(super) fn check(shard: &SimShard, chain: &Chain, height: u64) -> Result<(), Violation> {
    match shard.commitment(height) {
        Ok(Some(commitment)) => {
            chain.commitment(&commitment).map_err(|error| Violation::new("the journal verifies", error))
        }
        Err(fault) => Err(Violation::of("every block is signed for", fault)),
        other => Err(Violation::new("every block is signed for", format!("{height}: {other:?}"))),
    }
}
