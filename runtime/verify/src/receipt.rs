//! One record, with the signature that binds it.

use crate::anchor::Anchor;
use crate::exit::Exit;
use crate::report::{Report, Verdict};
use abi::Coded;
use abi::codec::{Decode, Error};
use abi::outcome::Trap;
use abi::record::Record;
use journal::{Committed, ReceiptFile};

/// Verifies a receipt file.
pub fn verify_receipt(bytes: &[u8], anchor: &Anchor) -> Report {
    let mut report = Report::new("receipt");
    let file = match ReceiptFile::from_bytes(bytes) {
        Ok(file) => file,
        Err(error) => return malformed(report, &error),
    };
    match check(&mut report, &file, anchor) {
        Ok((record, _)) => {
            facts(&mut report, &record);
            report
                .unchecked
                .push("execution (a receipt says what was signed, a bundle shows that it was right)");
            conclude(report, anchor)
        }
        Err(verdict) => report.end(verdict),
    }
}

/// The record of a receipt file whose signature and path hold, under the genesis it carries.
pub(crate) fn check(
    report: &mut Report,
    file: &ReceiptFile,
    anchor: &Anchor,
) -> Result<(Record, Committed), Verdict> {
    let invalid = |code: u16, reason: String| Verdict::new(Exit::Invalid, code, reason);
    let Some(genesis) = &file.genesis else {
        let reason = "the receipt carries no genesis, so its writer's key is unknown";
        return Err(Verdict::new(Exit::CannotJudge, 6003, reason));
    };
    genesis.check().map_err(|e| invalid(e.code(), e.to_string()))?;
    anchor.holds(genesis).map_err(|reason| invalid(6001, reason))?;
    let shard = genesis.id();
    let (record, committed) = file.verify(&shard).map_err(|e| invalid(e.code(), e.to_string()))?;
    anchor.trusts(&committed.writer).map_err(|reason| invalid(6001, reason))?;
    report.fact("shard", shard.to_string());
    report.fact("origin", genesis.origin.clone());
    report.fact("writer", committed.writer.to_string());
    report.fact("seq", record.effect.seq);
    report.fact("height", record.placement.height);
    report.fact("signed_height", committed.height);
    report.fact("size", committed.size);
    report.fact("head", committed.root.to_string());
    report.checked.extend(["signature", "inclusion in the history", "place in the history"]);
    Ok((record, committed))
}

fn facts(report: &mut Report, record: &Record) {
    let effect = &record.effect;
    let outcome = match effect.outcome {
        0 => "returned".into(),
        1 => "failed".into(),
        code => {
            Trap::from_code(code).map_or_else(|| format!("unknown {code}"), |trap| format!("trapped: {trap}"))
        }
    };
    report.fact("outcome", outcome);
    report.fact("time_ms", effect.time_ms);
    report.fact("program", effect.program.to_string());
    report.fact("call", effect.call.to_string());
    report.fact("effect", effect.hash().to_string());
    report.fact("fuel", record.fuel);
    report.fact("root_after", record.placement.root_after.to_string());
}

/// The verdict of a file that broke no rule: verified where it was anchored.
pub(crate) fn conclude(mut report: Report, anchor: &Anchor) -> Report {
    if anchor.is_some() {
        report.checked.push("anchor");
        return report;
    }
    report.unchecked.push("anchor");
    let reason = "consistent, but name the shard (--shard) or its writer's key (--key) to anchor it";
    report.end(Verdict::new(Exit::Unanchored, 6002, reason))
}

pub(crate) fn malformed(report: Report, error: &Error) -> Report {
    let mut verdict = Verdict::new(Exit::Invalid, error.code(), error.to_string());
    verdict.offset = Some(error.offset as u64);
    report.end(verdict)
}
