//! What was answered before any crash is there after all of them, to the byte.

use crate::ledger::Ledger;
use crate::trace::{Violation, ensure};

pub(super) fn check(ledger: &Ledger) -> Result<(), Violation> {
    for (&seq, answered) in &ledger.answered {
        let now = usize::try_from(seq).ok().and_then(|seq| ledger.records.get(seq));
        ensure(now == Some(answered), "what was answered is durable", || format!("record {seq}"))?;
    }
    Ok(())
}
