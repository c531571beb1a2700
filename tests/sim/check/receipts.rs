//! Receipts verify offline, and hold the record that is history.

use crate::ledger::Ledger;
use crate::rng::Rng;
use crate::trace::{Violation, ensure};
use crate::world::SimShard;
use journal::Issuer;

const PROPERTY: &str = "every receipt verifies";
const SAMPLES: usize = 8;

pub(crate) fn check(shard: &SimShard, ledger: &Ledger, rng: &mut Rng) -> Result<(), Violation> {
    for _ in 0..SAMPLES {
        let index = rng.index(ledger.records.len());
        let receipt = match shard.receipt(index as u64) {
            Ok(Some(receipt)) => receipt,
            other => return Err(Violation::new(PROPERTY, format!("record {index}: {other:?}"))),
        };
        let verified = receipt.verify(&Issuer::of(shard.genesis()));
        let (record, _) = verified.map_err(|error| Violation::new(PROPERTY, error))?;
        ensure(record == ledger.records[index], PROPERTY, || format!("record {index} is another"))?;
        let file = shard.receipt_file(index as u64).map_err(|fault| Violation::new(PROPERTY, fault))?;
        let stands_alone = file.is_some_and(|file| file.verify(&shard.id()).is_ok());
        ensure(stands_alone, PROPERTY, || format!("record {index} as a file"))?;
    }
    let beyond = shard.receipt(ledger.records.len() as u64);
    ensure(beyond == Ok(None), PROPERTY, || "there is one of no record".into())
}
