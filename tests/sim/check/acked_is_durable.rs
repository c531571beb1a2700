//! What was answered before any crash is there after all of them, to the byte.

use crate::ledger::Ledger;
use crate::trace::{Violation, ensure};
use crate::world::SimShard;
use abi::record::Record;
use journal::Block;

pub(super) fn check(shard: &SimShard, blocks: &[Block], ledger: &Ledger) -> Result<(), Violation> {
    let records: Vec<Record> = blocks.iter().flat_map(|block| shard.records_of(block)).collect();
    for (&seq, answered) in &ledger.answered {
        let now = usize::try_from(seq).ok().and_then(|seq| records.get(seq));
        ensure(now == Some(answered), "what was answered is durable", || format!("record {seq}"))?;
    }
    Ok(())
}
