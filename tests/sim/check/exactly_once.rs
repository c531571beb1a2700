//! Every call that was delivered has one record, or none if it was to be rejected; and no two calls used
//! one key of one caller while it lived.

use crate::ledger::Ledger;
use crate::trace::{Violation, ensure};
use crate::workload::Expect;
use abi::Hash;
use abi::call::Caller;
use journal::Block;
use std::collections::BTreeMap;

const PROPERTY: &str = "every call runs exactly once";

pub(super) fn check(blocks: &[Block], ledger: &Ledger) -> Result<(), Violation> {
    let mut times: BTreeMap<Hash, usize> = BTreeMap::new();
    let mut lives: BTreeMap<(Caller, [u8; 32]), u64> = BTreeMap::new();
    for entry in blocks.iter().flat_map(|block| &block.entries) {
        let call = &entry.call.call;
        let digest = call.digest();
        *times.entry(digest).or_default() += 1;
        let dies_ms = lives.insert((call.caller.clone(), call.key), call.expires_ms).unwrap_or(0);
        ensure(dies_ms <= entry.time_ms, PROPERTY, || format!("{digest}: its key lived"))?;
        ensure(ledger.delivered.contains_key(&digest), PROPERTY, || format!("{digest}: nobody asked"))?;
    }
    for (digest, expect) in &ledger.delivered {
        let (ran, due) = (times.get(digest).copied().unwrap_or(0), usize::from(*expect == Expect::Place));
        ensure(ran == due, PROPERTY, || format!("{digest}: {ran} times, {expect:?}"))?;
    }
    Ok(())
}
