//! How a finding changes: the rules, and the indexes that are kept in step.

use crate::TEXT_BYTES_MAX;
use crate::cvss::base_score;
use crate::frontier::{Acted, Frontier};
use crate::types::{Act, Change, Deed, Error, Finding, Verb, Verdict};
use alloc::string::String;
use guest_sdk::{Account, Context};

/// The caller, who must be somebody.
pub(crate) fn someone(ctx: &Context) -> Result<Account, Error> {
    let caller = ctx.caller();
    if caller.is_nobody() { Err(Error::NoCaller) } else { Ok(caller) }
}

/// Refuses a text that is too long.
pub(crate) fn limit_text(text: &str, max: usize) -> Result<(), Error> {
    if text.len() > max {
        return Err(Error::TooLong { size: text.len() as u64, max: max as u64 });
    }
    Ok(())
}

impl Frontier {
    /// A finding that must be there.
    pub(crate) fn known(&self, id: &String) -> Result<Finding, Error> {
        self.findings.get(id).ok_or_else(|| Error::NotFound { id: id.clone() })
    }

    /// Makes a change, and notes it.
    pub(crate) fn apply(
        &mut self,
        ctx: &Context,
        finding: Finding,
        change: Change,
        proposal: Option<u64>,
        reason: String,
    ) -> Result<(), Error> {
        limit_text(&reason, TEXT_BYTES_MAX)?;
        let after = self.changed(&finding, &change, &reason)?;
        self.leave(&finding);
        self.enter(&after);
        if let (Verb::Supersede, Some(successor)) = (change.verb, change.successor) {
            self.superseded.insert(&(successor, after.id.clone()), &());
        }
        let deed = match change.verb {
            Verb::Accept => Deed::Accepted,
            Verb::Contest => Deed::Contested,
            Verb::Reject => Deed::Rejected,
            Verb::Rescore => Deed::Rescored,
            Verb::Supersede => Deed::Superseded,
            Verb::Retract => Deed::Retracted,
        };
        self.note(ctx, &after, deed, proposal, reason);
        Ok(())
    }

    /// The finding as a change would make it, or the rule that forbids it.
    pub(crate) fn changed(&self, finding: &Finding, change: &Change, reason: &str) -> Result<Finding, Error> {
        if finding.retracted.is_some() {
            return Err(Error::Retracted);
        }
        if let (Some(by), true) = (&finding.superseded_by, change.verb != Verb::Retract) {
            return Err(Error::Superseded { by: by.clone() });
        }
        let mut after = Finding { revision: finding.revision + 1, ..finding.clone() };
        match (change.verb, &change.vector, &change.successor) {
            (Verb::Accept, None, None) => after.verdict = Some(Verdict::Accepted),
            (Verb::Contest, None, None) => after.verdict = Some(Verdict::Contested),
            (Verb::Reject, None, None) => after.verdict = Some(Verdict::Rejected),
            (Verb::Retract, None, None) => after.retracted = Some(reason.into()),
            (Verb::Rescore, Some(vector), None) => {
                limit_text(vector, TEXT_BYTES_MAX)?;
                after.confidence = Some(base_score(vector)?);
                after.vector = Some(vector.clone());
            }
            (Verb::Supersede, None, Some(successor)) => {
                if *successor == finding.id {
                    return Err(Error::SupersedesItself);
                }
                if !self.known(successor)?.status().is_in_force() {
                    return Err(Error::SuccessorNotInForce);
                }
                after.superseded_by = Some(successor.clone());
            }
            _ => return Err(Error::BadChange),
        }
        let is_same = after == Finding { revision: after.revision, ..finding.clone() };
        if is_same { Err(Error::Unchanged) } else { Ok(after) }
    }

    /// Adds an act to a finding's history, and says so.
    pub(crate) fn note(
        &mut self,
        ctx: &Context,
        finding: &Finding,
        deed: Deed,
        proposal: Option<u64>,
        reason: String,
    ) {
        let id = &finding.id;
        let last = self.acts.range((id.clone(), 0)..=(id.clone(), u32::MAX)).reversed().next();
        let ordinal = last.map_or(0, |((_, ordinal), _)| ordinal + 1);
        let (status, confidence) = (finding.status(), finding.confidence);
        let (by, seq, time_ms) = (ctx.caller(), ctx.seq(), ctx.time_ms());
        let act = Act { ordinal, deed, by, seq, time_ms, proposal, status, confidence, reason };
        self.acts.insert(&(id.clone(), ordinal), &act);
        ctx.emit(&Acted { finding: id.clone(), ordinal, deed, proposal, status, confidence });
    }

    /// Keeps a finding, and lists it where it belongs.
    pub(crate) fn enter(&mut self, finding: &Finding) {
        let status = finding.status();
        self.findings.insert(&finding.id, finding);
        self.by_status.insert(&(status as u8, finding.id.clone()), &());
        self.count(status as u8, 1);
        if let (Some(confidence), true) = (finding.confidence, status.is_in_force()) {
            self.by_confidence.insert(&(confidence, finding.id.clone()), &());
        }
    }

    /// Takes a finding off the lists, before it changes.
    fn leave(&mut self, finding: &Finding) {
        let status = finding.status();
        self.by_status.remove(&(status as u8, finding.id.clone()));
        self.count(status as u8, -1);
        if let Some(confidence) = finding.confidence {
            self.by_confidence.remove(&(confidence, finding.id.clone()));
        }
    }

    fn count(&mut self, status: u8, by: i64) {
        let count = self.counts.get(&status).unwrap_or(0).saturating_add_signed(by);
        self.counts.insert(&status, &count);
    }
}
