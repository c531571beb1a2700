//! The rules of a block's calls, one by one.

use super::{Chain, Invalid, Reason};
use crate::authority::{Appointed, has_authority};
use crate::block::{Block, Entry};
use crate::revert::Reverted;
use crate::window::Scope;
use abi::call::Proof;
use abi::codec::Decode;
use abi::diff::Diff;
use abi::limits::FUEL_MAX;
use abi::profile::Profile;
use abi::prover::Prover;
use abi::record::Record;
use abi::system::{Act, MIGRATE, Revert};
use abi::{Hash, VERSION, planted};
use std::collections::BTreeMap;

/// The keys that a block's own calls use, and when each expires.
type Used = BTreeMap<Scope, u64>;

/// Checks that every call of a block proves its caller; `digests` are its calls' own.
///
/// # Errors
///
/// Names the first call that does not.
pub fn prove(block: &Block, digests: &[Hash]) -> Result<(), Invalid> {
    let calls = (block.header.first_seq..).zip(block.entries.iter().zip(digests));
    let mut prover = Prover::default();
    let unproved = calls.into_iter().find(|(_, (entry, digest))| !prover.proves(&entry.call, digest));
    unproved.filter(|_| !planted!(SkipCallProof)).map_or(Ok(()), |(seq, _)| {
        let (height, seq) = (Some(block.header.height), Some(seq));
        Err(Invalid { height, seq, ..Invalid::of(Reason::CallProof) })
    })
}

impl Chain {
    /// Checks every call but for its signature; what serves after them, or the seq of the first that breaks
    /// a rule.
    pub(super) fn calls(&self, block: &Block, records: &[Record]) -> Result<Appointed, (u64, Reason)> {
        let mut time_before = self.time();
        let mut serving = Appointed { writer: self.issuer.key, program: self.program, profile: self.profile };
        let mut used = Used::new();
        let nothing = Diff::new().hash();
        for (entry, record) in block.entries.iter().zip(records) {
            let seq = record.effect.seq;
            self.time_moves(time_before, entry)
                .and_then(|()| self.is_in_form(entry))
                .and_then(|()| self.key_is_fresh(entry, &mut used))
                .and_then(|()| came_to_something_possible(entry, &nothing))
                .map_err(|reason| (seq, reason))?;
            serving = self.serves(entry, seq, serving).map_err(|reason| (seq, reason))?;
            self.acts(block, entry, seq).map_err(|reason| (seq, reason))?;
            time_before = entry.time_ms;
        }
        Ok(serving)
    }

    fn time_moves(&self, before: u64, entry: &Entry) -> Result<(), Reason> {
        match entry.time_ms.checked_sub(before) {
            None => Err(Reason::TimeFell),
            Some(step) if step > self.genesis.time.jump_ms && !may_advance(entry) => Err(Reason::TimeJump),
            Some(_) => Ok(()),
        }
    }

    /// What the acts that were done have to keep, beside what holds of all.
    fn acts(&self, block: &Block, entry: &Entry, seq: u64) -> Result<(), Reason> {
        let is_alone = block.entries.len() == 1;
        match entry.done() {
            Some(Act::Revert(_)) if !is_alone => Err(Reason::RevertAlone),
            Some(Act::Revert(revert)) => self.reverts(block, entry, &revert),
            Some(Act::SetProfile(_)) if !is_alone => Err(Reason::ProfileAlone),
            Some(Act::Erase(erase)) if erase.seq >= seq => Err(Reason::Erase),
            Some(Act::Prune(prune)) if prune.height >= block.header.height => Err(Reason::Prune),
            _ => Ok(()),
        }
    }

    /// Whether a revert leads to the root that the state had at the height it names. That its writes do is the
    /// root's to show, as with every diff.
    fn reverts(&self, block: &Block, entry: &Entry, revert: &Revert) -> Result<(), Reason> {
        let is_shown = self.head.as_ref().is_some_and(|head| {
            Reverted::from_bytes(entry.outcome.output())
                .is_ok_and(|reverted| reverted.shows(&self.issuer.shard, revert, head))
        });
        match is_shown && block.header.root_after == revert.root {
            true => Ok(()),
            false => Err(Reason::Revert),
        }
    }

    fn is_in_form(&self, entry: &Entry) -> Result<(), Reason> {
        let call = &entry.call.call;
        if call.version != VERSION {
            return Err(Reason::CallVersion);
        }
        if call.shard != self.issuer.shard {
            return Err(Reason::CallShard);
        }
        if let Some(what) = entry.over_limit() {
            return Err(Reason::Limit(what));
        }
        match entry.erased {
            Some(_) if !entry.is_erasable() => Err(Reason::ErasedAct),
            _ => Ok(()),
        }
    }

    fn key_is_fresh(&self, entry: &Entry, used: &mut Used) -> Result<(), Reason> {
        let (call, time_ms) = (&entry.call.call, entry.time_ms);
        if call.expires_ms <= time_ms {
            return Err(Reason::Expired);
        }
        if call.expires_ms - time_ms > self.genesis.window_ms {
            return Err(Reason::ExpiryTooFar);
        }
        let scope = Scope::of(&call.caller, &call.key);
        let before = used.insert(scope, call.expires_ms);
        let in_block = before.is_some_and(|expires_ms| expires_ms > time_ms);
        if in_block || self.window.find_at(&scope, time_ms).is_some() {
            return Err(Reason::Duplicate);
        }
        Ok(())
    }

    /// Does an act of a block that is followed by its header: live, new, and of the authority.
    pub(super) fn appoint(&mut self, entry: &Entry, record: &Record) -> Result<(), Reason> {
        let call = &entry.call.call;
        self.key_is_fresh(entry, &mut Used::new())?;
        if !has_authority(&self.genesis, &entry.call) {
            return Err(Reason::Authority);
        }
        if !entry.call.proves_caller(&record.effect.call) {
            return Err(Reason::CallProof);
        }
        self.window.advance(entry.time_ms);
        self.window.insert(Scope::of(&call.caller, &call.key), call.expires_ms, record.effect.seq);
        let act = entry.act().ok_or(Reason::Act)?;
        if !may_act(self.profile, entry, Some(&act)) {
            return Err(Reason::Act);
        }
        self.program = act.program().or(self.program);
        self.issuer.key = act.writer().unwrap_or(self.issuer.key);
        self.profile = act.profile().unwrap_or(self.profile);
        Ok(())
    }

    /// Whether the call ran on the program that serves, or is an act of the authority; what serves after it.
    fn serves(&self, entry: &Entry, seq: u64, serving: Appointed) -> Result<Appointed, Reason> {
        let call = &entry.call.call;
        if call.program.is_some_and(|meant| meant != entry.program) {
            return Err(Reason::CallProgram);
        }
        let act = entry.act();
        let done = act.filter(|_| entry.outcome.is_returned());
        if !may_act(serving.profile, entry, done.as_ref()) {
            return self.is_served(entry, seq, &serving).map(|()| serving);
        }
        if seq == 0 && !matches!(done, Some(Act::Deploy(_))) {
            return Err(Reason::FirstCall);
        }
        if !has_authority(&self.genesis, &entry.call) {
            return Err(Reason::Authority);
        }
        match (act, done) {
            (None, _) => Err(Reason::Act),
            (Some(_), None) => Ok(serving),
            (_, Some(Act::SetProfile(_))) if Profile::of_system(&entry.program) == Some(serving.profile) => {
                Err(Reason::ProfileKept)
            }
            (_, Some(act)) => Ok(serving.after(&act)),
        }
    }

    /// Whether a call of a guest program ran on the one that serves. Where a history is followed from its
    /// middle, that may not be known yet: then execution says it.
    fn is_served(&self, entry: &Entry, seq: u64, serving: &Appointed) -> Result<(), Reason> {
        if seq == 0 {
            return Err(Reason::FirstCall);
        }
        if matches!(entry.call.proof, Proof::Authority(_)) {
            return Err(Reason::AuthorityElsewhere);
        }
        if serving.profile > Profile::One && entry.call.call.method == MIGRATE {
            return Err(Reason::Migrate);
        }
        match serving.program {
            Some(program) if program != entry.program => Err(Reason::Program),
            _ => Ok(()),
        }
    }
}

/// Whether the call ran on the system program of the profile in force, or puts the shard under a newer one.
fn may_act(current: Profile, entry: &Entry, done: Option<&Act>) -> bool {
    Profile::of_system(&entry.program).is_some_and(|profile| {
        profile == current || (profile > current && matches!(done, Some(Act::SetProfile(_))))
    })
}

/// Whether the call is the authority's to let time make a greater step than others may.
fn may_advance(entry: &Entry) -> bool {
    matches!(entry.done(), Some(Act::Advance(advance)) if advance.to_ms >= entry.time_ms)
}

/// What holds of every outcome, whatever the program.
fn came_to_something_possible(entry: &Entry, nothing: &Hash) -> Result<(), Reason> {
    let call = &entry.call.call;
    if call.fuel_max > FUEL_MAX || entry.fuel > call.fuel_max {
        return Err(Reason::Fuel);
    }
    let did_nothing = entry.diff == *nothing && entry.is_silent();
    if !entry.outcome.is_returned() && !did_nothing {
        return Err(Reason::Unreturned);
    }
    Ok(())
}
