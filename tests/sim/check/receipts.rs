//! Receipts verify offline, and hold the record that is history.

use crate::ledger::Ledger;
use crate::rng::Rng;
use crate::trace::{Violation, ensure};
use crate::world::SimShard;

const PROPERTY: &str = "every receipt verifies";
const SAMPLES: usize = 8;

pub(crate) fn check(shard: &SimShard, ledger: &Ledger, rng: &mut Rng) -> Result<(), Violation> {
    for _ in 0..SAMPLES {
        let index = rng.index(ledger.records.len());
        let file = match shard.receipt_file(index as u64) {
            Ok(Some(file)) => file,
            Err(fault) => return Err(Violation::of(PROPERTY, fault)),
            other => return Err(Violation::new(PROPERTY, format!("record {index}: {other:?}"))),
        };
        let (record, _) = file.verify(&shard.id()).map_err(|error| Violation::new(PROPERTY, error))?;
        ensure(record == ledger.records[index], PROPERTY, || format!("record {index} is another"))?;
    }
    let beyond = shard.receipt(ledger.records.len() as u64);
    ensure(beyond == Ok(None), PROPERTY, || "there is one of no record".into())
}
