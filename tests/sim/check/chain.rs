//! A stranger with the genesis accepts the whole history, and the writer's signature of every block.

use crate::trace::Violation;
use crate::world::SimShard;
use journal::{Block, Chain};

pub(super) fn check(shard: &SimShard, blocks: &[Block]) -> Result<(), Violation> {
    let invalid = |error| Violation::new("the journal verifies", error);
    let mut chain = Chain::new(shard.genesis(), state::empty_root()).map_err(invalid)?;
    for block in blocks {
        let height = block.header.height;
        chain.block(block).map_err(invalid)?;
        match shard.commitment(height) {
            Ok(Some(commitment)) => chain.commitment(&commitment).map_err(invalid)?,
            Err(fault) => return Err(Violation::of("every block is signed for", fault)),
            other => {
                return Err(Violation::new("every block is signed for", format!("{height}: {other:?}")));
            }
        }
    }
    Ok(())
}
