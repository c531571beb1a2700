//! Checkpoints and forks: a head that was signed, and two that exclude each other.

use crate::anchor::Anchor;
use crate::exit::Exit;
use crate::receipt::{conclude, malformed};
use crate::report::{Report, Verdict};
use abi::Coded;
use abi::codec::Decode;
use abi::genesis::Genesis;
use journal::{Checkpoint, CheckpointFile, ForkFile, HeadsForkFile};

/// Verifies a checkpoint file.
pub fn verify_checkpoint(bytes: &[u8], anchor: &Anchor) -> Report {
    let mut report = Report::new("checkpoint");
    let file = match CheckpointFile::from_bytes(bytes) {
        Ok(file) => file,
        Err(error) => return malformed(report, &error),
    };
    let checked = anchored(&mut report, &file.genesis, anchor).and_then(|()| {
        let issuer = file.checkpoint.verify(&file.genesis).map_err(|e| invalid(e.code(), e.to_string()))?;
        anchor.trusts(&issuer.key).map_err(|reason| invalid(6001, reason))?;
        report.fact("writer", issuer.key.to_string());
        Ok(())
    });
    if let Err(verdict) = checked {
        return report.end(verdict);
    }
    facts(&mut report, &file.checkpoint);
    report.checked.push("signature");
    report.unchecked.extend(["history", "execution"]);
    conclude(report, anchor)
}

/// Verifies the proof of a fork: the verdict is that the writer did commit to two histories.
pub fn verify_fork(bytes: &[u8], anchor: &Anchor) -> Report {
    let mut report = Report::new("fork");
    let file = match ForkFile::from_bytes(bytes) {
        Ok(file) => file,
        Err(error) => return malformed(report, &error),
    };
    let checked = anchored(&mut report, &file.genesis, anchor).and_then(|()| {
        let issuers = file.verify().map_err(|e| invalid(e.code(), e.to_string()))?;
        let trusted = issuers.iter().try_for_each(|issuer| anchor.trusts(&issuer.key));
        trusted.map_err(|reason| invalid(6001, reason))
    });
    if let Err(verdict) = checked {
        return report.end(verdict);
    }
    for (side, name) in file.sides.iter().zip(["one", "other"]) {
        let header = &side.header;
        report.fact(
            name,
            format!("height {} size {} header {}", header.height, header.history_size, header.hash()),
        );
    }
    report.checked.extend(["both signatures", "that they exclude each other"]);
    conclude(report, anchor)
}

/// Verifies the proof of a fork of published heads: the verdict is that the log did sign both.
pub fn verify_heads_fork(bytes: &[u8], anchor: &Anchor) -> Report {
    let mut report = Report::new("fork of heads");
    let file = match HeadsForkFile::from_bytes(bytes) {
        Ok(file) => file,
        Err(error) => return malformed(report, &error),
    };
    let sides = match file.verify() {
        Ok(sides) => sides,
        Err(error) => return report.end(invalid(error.code(), error.to_string())),
    };
    report.fact("origin", sides[0].1.origin.clone());
    for ((log, head), name) in sides.iter().zip(["one", "other"]) {
        report.fact(name, format!("size {} root {} key {}", head.size, head.root, log.public()));
    }
    if let Err(reason) = sides.iter().try_for_each(|(log, _)| anchor.trusts(&log.public())) {
        return report.end(invalid(6001, reason));
    }
    if let Anchor::Shard(_) = anchor {
        let reason =
            "heads carry no genesis, so that the shard's id does not tell whose key it is: name the key";
        return report.end(Verdict::new(Exit::CannotJudge, 6003, reason));
    }
    report.checked.extend(["both signatures", "that they exclude each other"]);
    conclude(report, anchor)
}

/// The genesis, and that it is the anchor's.
fn anchored(report: &mut Report, genesis: &Genesis, anchor: &Anchor) -> Result<(), Verdict> {
    genesis.check().map_err(|e| invalid(e.code(), e.to_string()))?;
    anchor.holds(genesis).map_err(|reason| invalid(6001, reason))?;
    report.fact("shard", genesis.id().to_string());
    report.fact("origin", genesis.origin.clone());
    Ok(())
}

fn facts(report: &mut Report, checkpoint: &Checkpoint) {
    let header = &checkpoint.header;
    report.fact("height", header.height);
    report.fact("records", header.history_size);
    report.fact("head", header.history_root.to_string());
    report.fact("root", header.root_after.to_string());
}

fn invalid(code: u16, reason: String) -> Verdict {
    Verdict::new(Exit::Invalid, code, reason)
}
