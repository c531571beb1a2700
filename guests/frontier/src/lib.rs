//! Findings that people answer for: each has a confidence that follows from its evidence, is reviewed, and may be
//! retracted or superseded, by those who may. `README.md` in this folder has the rules, and a run on real advisories.
//!
//! # Guarantees
//!
//! - A confidence is computed from a CVSS vector, never claimed.
//! - Nobody decides about a finding or a proposal of their own.
//! - A retraction is final, and what was superseded is not revived: whatever succeeds is in force when it does, so
//!   successions have no circles.
//! - Every act on a finding stays in its history, with who, when and why.
//!
//! # Limits
//!
//! Texts are short (the constants below), and a query answers with at most 1,000 entries.
#![no_std]

extern crate alloc;

mod cvss;
mod desk;
mod types;

pub use crate::frontier::{Acted, Frontier, Program};
pub use cvss::base_score;
pub use types::{
    Act, Change, Count, Deed, Error, Finding, Line, Lineage, Proposal, Ruling, Status, Substance, Verb,
    Verdict,
};

/// Longest id of a finding, in bytes.
pub const ID_BYTES_MAX: usize = 64;
/// Longest subject, claim, vector or reason, in bytes.
pub const TEXT_BYTES_MAX: usize = 512;
/// Most entries of a query's answer.
pub const ANSWER_MAX: u32 = 1_000;
/// By how many tenths two operators' confidences may differ and still agree.
pub const CONFIDENCE_TOLERANCE: u32 = 5;

/// The program.
#[guest_sdk::program]
pub mod frontier {
    use crate::cvss::base_score;
    use crate::desk::{limit_text, someone};
    use crate::{
        ANSWER_MAX, Act, CONFIDENCE_TOLERANCE, Change, Count, Deed, Error, Finding, ID_BYTES_MAX, Line,
        Lineage, Proposal, Ruling, Status, Substance, TEXT_BYTES_MAX, Verb, Verdict,
    };
    use alloc::string::String;
    use alloc::vec::Vec;
    use guest_sdk::{Account, Cell, Context, Encode, Event, Hash, Map, crypto};

    /// What the program keeps.
    #[state]
    pub struct Frontier {
        owner: Cell<Account>,
        /// The reviewers, and since when each is one.
        reviewers: Map<Account, u64>,
        /// Findings by id.
        pub(crate) findings: Map<String, Finding>,
        /// What was done to each finding.
        pub(crate) acts: Map<(String, u32), Act>,
        /// The findings by status.
        pub(crate) by_status: Map<(u8, String), ()>,
        /// How many findings have a status.
        pub(crate) counts: Map<u8, u64>,
        /// The findings in force that have a confidence, by that.
        pub(crate) by_confidence: Map<(u8, String), ()>,
        /// What superseded something, and what that was.
        pub(crate) superseded: Map<(String, String), ()>,
        /// Proposals by number.
        pub(crate) proposals: Map<u64, Proposal>,
        /// The proposals that wait for a reviewer.
        pub(crate) waiting: Map<u64, ()>,
    }

    /// Something was done to a finding.
    #[derive(Event)]
    pub struct Acted {
        /// Which.
        pub finding: String,
        /// The act's number among the finding's.
        pub ordinal: u32,
        /// What was done.
        pub deed: Deed,
        /// The proposal it is about, if any.
        pub proposal: Option<u64>,
        /// What the finding counts as now.
        pub status: Status,
        /// The finding's confidence now, in tenths.
        pub confidence: Option<u8>,
    }

    impl Frontier {
        /// Makes the caller the owner: once, before anybody else does.
        #[call]
        pub fn found(&mut self, ctx: &Context) -> Result<(), Error> {
            let caller = someone(ctx)?;
            if self.owner.get().is_some() {
                return Err(Error::AlreadyFounded);
            }
            self.owner.set(&caller);
            Ok(())
        }

        /// Makes an account a reviewer.
        #[call]
        pub fn appoint(&mut self, ctx: &Context, reviewer: Account) -> Result<(), Error> {
            self.only_owner(ctx)?;
            if reviewer.is_nobody() || self.reviewers.contains(&reviewer) {
                return Err(Error::CannotAppoint);
            }
            self.reviewers.insert(&reviewer, &ctx.time_ms());
            Ok(())
        }

        /// Makes an account no reviewer any more. What it decided stays decided.
        #[call]
        pub fn dismiss(&mut self, ctx: &Context, reviewer: Account) -> Result<(), Error> {
            self.only_owner(ctx)?;
            if !self.reviewers.contains(&reviewer) {
                return Err(Error::NotAReviewer);
            }
            self.reviewers.remove(&reviewer);
            Ok(())
        }

        /// Records a finding; answers its confidence in tenths, which follows from the CVSS vector, if it has one.
        #[call]
        pub fn record(
            &mut self,
            ctx: &Context,
            id: String,
            subject: String,
            claim: String,
            vector: Option<String>,
        ) -> Result<Option<u8>, Error> {
            let author = someone(ctx)?;
            if id.is_empty() {
                return Err(Error::IdEmpty);
            }
            limit_text(&id, ID_BYTES_MAX)?;
            for text in [&subject, &claim].into_iter().chain(&vector) {
                limit_text(text, TEXT_BYTES_MAX)?;
            }
            let content = Hash(crypto::blake3(&(&id, &subject, &claim, &vector).to_bytes()));
            if let Some(recorded) = self.findings.get(&id) {
                let same = recorded.content == content;
                return Err(if same { Error::Exists } else { Error::ExistsWithDifferentContent });
            }
            let confidence = vector.as_deref().map(base_score).transpose()?;
            let finding = Finding {
                id,
                subject,
                claim,
                content,
                vector,
                confidence,
                verdict: None,
                retracted: None,
                superseded_by: None,
                author,
                recorded_ms: ctx.time_ms(),
                revision: 0,
            };
            self.enter(&finding);
            self.note(ctx, &finding, Deed::Recorded, None, String::new());
            Ok(confidence)
        }

        /// Takes a finding of the caller's own back, for good.
        #[call]
        pub fn retract(&mut self, ctx: &Context, finding: String, reason: String) -> Result<(), Error> {
            let caller = someone(ctx)?;
            let finding = self.known(&finding)?;
            if finding.author != caller {
                return Err(Error::NotTheAuthor);
            }
            let change = Change { verb: Verb::Retract, vector: None, successor: None };
            self.apply(ctx, finding, change, None, reason)
        }

        /// Says what a reviewer makes of a finding.
        #[call]
        pub fn review(
            &mut self,
            ctx: &Context,
            finding: String,
            verdict: Verdict,
            reason: String,
        ) -> Result<(), Error> {
            let reviewer = self.reviewer(ctx)?;
            let finding = self.known(&finding)?;
            if finding.author == reviewer {
                return Err(Error::OwnMatter);
            }
            let verb = match verdict {
                Verdict::Accepted => Verb::Accept,
                Verdict::Contested => Verb::Contest,
                Verdict::Rejected => Verb::Reject,
            };
            let change = Change { verb, vector: None, successor: None };
            self.apply(ctx, finding, change, None, reason)
        }

        /// Proposes a change of a finding to the reviewers, as one's own or as the view of a peer; answers the
        /// proposal's number.
        #[call]
        pub fn propose(
            &mut self,
            ctx: &Context,
            finding: String,
            change: Change,
            peer: Option<Hash>,
            reason: String,
        ) -> Result<u64, Error> {
            let author = someone(ctx)?;
            limit_text(&reason, TEXT_BYTES_MAX)?;
            let finding = self.known(&finding)?;
            self.changed(&finding, &change, &reason)?;
            let number = self.proposals.last().map_or(0, |(number, _)| number) + 1;
            let proposal = Proposal {
                number,
                finding: finding.id.clone(),
                change,
                peer,
                reason: reason.clone(),
                author,
                base: finding.revision,
                ruling: None,
                reviewer: None,
            };
            self.proposals.insert(&number, &proposal);
            self.waiting.insert(&number, &());
            self.note(ctx, &finding, Deed::Proposed, Some(number), reason);
            Ok(number)
        }

        /// Decides on a proposal: ours keeps the finding as it is, theirs makes the change, and a merge makes the
        /// change that the reviewer writes.
        #[call]
        pub fn decide(
            &mut self,
            ctx: &Context,
            proposal: u64,
            ruling: Ruling,
            merge: Option<Change>,
            reason: String,
        ) -> Result<(), Error> {
            let reviewer = self.reviewer(ctx)?;
            limit_text(&reason, TEXT_BYTES_MAX)?;
            let mut proposal = self.proposals.get(&proposal).ok_or(Error::NoSuchProposal)?;
            let finding = self.known(&proposal.finding)?;
            if proposal.ruling.is_some() {
                return Err(Error::AlreadyDecided);
            }
            if [&proposal.author, &finding.author].contains(&&reviewer) {
                return Err(Error::OwnMatter);
            }
            let change = match (ruling, merge) {
                (Ruling::Ours, None) => None,
                (Ruling::Theirs, None) => Some(proposal.change.clone()),
                (Ruling::Merge, Some(change)) => Some(change),
                _ => return Err(Error::BadRuling),
            };
            let number = Some(proposal.number);
            match change {
                None => self.note(ctx, &finding, Deed::Declined, number, reason),
                Some(_) if proposal.base != finding.revision => {
                    return Err(Error::Stale { base: proposal.base, revision: finding.revision });
                }
                Some(change) => self.apply(ctx, finding, change, number, reason)?,
            }
            (proposal.ruling, proposal.reviewer) = (Some(ruling), Some(reviewer));
            self.proposals.insert(&proposal.number, &proposal);
            self.waiting.remove(&proposal.number);
            Ok(())
        }

        /// A finding.
        #[query]
        pub fn finding(&self, id: String) -> Option<Finding> {
            self.findings.get(&id)
        }

        /// The findings of a status in the order of their ids, without the first `skip`, at most `limit`.
        #[query]
        pub fn by_status(&self, status: Status, skip: u32, limit: u32) -> Vec<Line> {
            let range =
                self.by_status.range((status as u8, String::new())..(status as u8 + 1, String::new()));
            self.lines(range.map(|((_, id), ())| id), skip, limit)
        }

        /// The findings in force whose confidence is between `least` and `most` tenths, without the first `skip`,
        /// at most `limit`: the least confidence first, or the greatest, and equal ones by id the same way round.
        #[query]
        pub fn by_severity(
            &self,
            least: u8,
            most: u8,
            greatest_first: bool,
            skip: u32,
            limit: u32,
        ) -> Vec<Line> {
            let least = (least, String::new());
            let range = match most.checked_add(1) {
                Some(behind) => self.by_confidence.range(least..(behind, String::new())),
                None => self.by_confidence.range(least..),
            };
            let range = if greatest_first { range.reversed() } else { range };
            self.lines(range.map(|((_, id), ())| id), skip, limit)
        }

        /// What was done to a finding, from act `from` on, at most `limit`.
        #[query]
        pub fn history(&self, id: String, from: u32, limit: u32) -> Vec<Act> {
            let acts = self.acts.range((id.clone(), from)..=(id, u32::MAX));
            acts.take(answered(limit)).map(|(_, act)| act).collect()
        }

        /// What a finding superseded, and what superseded it.
        #[query]
        pub fn lineage(&self, id: String) -> Option<Lineage> {
            let mut last = self.findings.get(&id)?;
            let mut successors = Vec::new();
            while let Some(next) = last.superseded_by.and_then(|id| self.findings.get(&id)) {
                if successors.len() == answered(u32::MAX) {
                    break;
                }
                successors.push(next.id.clone());
                last = next;
            }
            let range = self.superseded.range((id.clone(), String::new())..);
            let own = range.take_while(|((successor, _), ())| *successor == id);
            let supersedes = own.take(answered(u32::MAX)).map(|((_, id), ())| id).collect();
            Some(Lineage { supersedes, successors })
        }

        /// A proposal.
        #[query]
        pub fn proposal(&self, number: u64) -> Option<Proposal> {
            self.proposals.get(&number)
        }

        /// The proposals that wait for a reviewer, from number `from` on, at most `limit`.
        #[query]
        pub fn waiting(&self, from: u64, limit: u32) -> Vec<Proposal> {
            let waiting = self.waiting.range(from..).take(answered(limit));
            waiting.filter_map(|(number, ())| self.proposals.get(&number)).collect()
        }

        /// The reviewers.
        #[query]
        pub fn reviewers(&self) -> Vec<Account> {
            self.reviewers.iter().take(answered(u32::MAX)).map(|(account, _)| account).collect()
        }

        /// How many findings have each status.
        #[query]
        pub fn tally(&self) -> Vec<Count> {
            let count =
                |status: Status| Count { status, findings: self.counts.get(&(status as u8)).unwrap_or(0) };
            Status::ALL.map(count).into()
        }

        /// The base score of a CVSS vector, in tenths, or why it has none.
        #[query]
        pub fn score(&self, vector: String) -> Result<u8, Error> {
            base_score(&vector)
        }

        /// The fields whose difference between two operators is a conflict.
        #[query]
        pub fn substance(&self) -> Vec<Substance> {
            let fields = [
                ("content", 0),
                ("confidence", CONFIDENCE_TOLERANCE),
                ("verdict", 0),
                ("retracted", 0),
                ("superseded_by", 0),
            ];
            fields.map(|(field, tolerance)| Substance { field: field.into(), tolerance }).into()
        }

        fn only_owner(&self, ctx: &Context) -> Result<(), Error> {
            let is_owner = self.owner.get().is_some_and(|owner| owner == ctx.caller());
            is_owner.then_some(()).ok_or(Error::NotTheOwner)
        }

        /// The caller, who must be a reviewer.
        fn reviewer(&self, ctx: &Context) -> Result<Account, Error> {
            let caller = ctx.caller();
            if self.reviewers.contains(&caller) { Ok(caller) } else { Err(Error::NotAReviewer) }
        }

        fn lines(&self, ids: impl Iterator<Item = String>, skip: u32, limit: u32) -> Vec<Line> {
            let findings = ids.skip(skip as usize).take(answered(limit));
            let line = |finding: Finding| {
                let (status, confidence) = (finding.status(), finding.confidence);
                Line { id: finding.id, subject: finding.subject, claim: finding.claim, confidence, status }
            };
            findings.filter_map(|id| self.findings.get(&id)).map(line).collect()
        }
    }

    fn answered(limit: u32) -> usize {
        limit.min(ANSWER_MAX) as usize
    }
}

#[cfg(test)]
mod tests;
