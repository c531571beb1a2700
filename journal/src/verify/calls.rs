//! The rules of a block's calls, one by one.

use super::{Chain, Reason};
use crate::block::{Block, Entry};
use abi::call::{Caller, Proof};
use abi::diff::Diff;
use abi::limits::FUEL_MAX;
use abi::profile::Profile;
use abi::record::Record;
use abi::system::Act;
use abi::{Hash, VERSION};
use std::collections::BTreeMap;

/// The keys that a block's own calls use, and when each expires.
type Used<'a> = BTreeMap<(&'a Caller, &'a [u8; 32]), u64>;

impl Chain {
    /// Checks every call; which program serves after them, or the seq of the first that breaks a rule.
    pub(super) fn calls(&self, block: &Block, records: &[Record]) -> Result<Option<Hash>, (u64, Reason)> {
        let mut time_before = self.time();
        let mut program = self.program;
        let mut used = Used::new();
        let nothing = Diff::new().hash();
        for (entry, record) in block.entries.iter().zip(records) {
            let seq = record.effect.seq;
            self.time_moves(time_before, entry)
                .and_then(|()| self.is_proved(entry, record))
                .and_then(|()| self.key_is_fresh(entry, &mut used))
                .and_then(|()| came_to_something_possible(entry, &nothing))
                .map_err(|reason| (seq, reason))?;
            program = self.serves(entry, seq, program).map_err(|reason| (seq, reason))?;
            time_before = entry.time_ms;
        }
        Ok(program)
    }

    fn time_moves(&self, before: u64, entry: &Entry) -> Result<(), Reason> {
        match entry.time_ms.checked_sub(before) {
            None => Err(Reason::TimeFell),
            Some(step) if step > self.genesis.time.jump_ms => Err(Reason::TimeJump),
            Some(_) => Ok(()),
        }
    }

    fn is_proved(&self, entry: &Entry, record: &Record) -> Result<(), Reason> {
        let call = &entry.call.call;
        if call.version != VERSION {
            return Err(Reason::CallVersion);
        }
        if call.shard != self.issuer.shard {
            return Err(Reason::CallShard);
        }
        // Before the proof, so that nobody makes a verifier hash or check more than a call may hold.
        if let Some(what) = entry.over_limit() {
            return Err(Reason::Limit(what));
        }
        if entry.call.proves_caller(&record.effect.call) { Ok(()) } else { Err(Reason::CallProof) }
    }

    fn key_is_fresh<'a>(&self, entry: &'a Entry, used: &mut Used<'a>) -> Result<(), Reason> {
        let (call, time_ms) = (&entry.call.call, entry.time_ms);
        if call.expires_ms <= time_ms {
            return Err(Reason::Expired);
        }
        if call.expires_ms - time_ms > self.genesis.window_ms {
            return Err(Reason::ExpiryTooFar);
        }
        let before = used.insert((&call.caller, &call.key), call.expires_ms);
        let in_block = before.is_some_and(|expires_ms| expires_ms > time_ms);
        if in_block || self.window.find_at(&call.caller, &call.key, time_ms).is_some() {
            return Err(Reason::Duplicate);
        }
        Ok(())
    }

    /// Whether the call ran on the program that serves, or is an act of the authority; which program
    /// serves after it.
    fn serves(&self, entry: &Entry, seq: u64, program: Option<Hash>) -> Result<Option<Hash>, Reason> {
        let call = &entry.call.call;
        if call.program.is_some_and(|meant| meant != entry.program) {
            return Err(Reason::CallProgram);
        }
        let is_system = entry.program == Profile.system();
        let act = if is_system { Act::from_call(&call.method, &call.args) } else { None };
        let deployed = match act {
            Some(Act::Deploy(deploy)) if entry.outcome.is_returned() => Some(deploy.program),
            _ => None,
        };
        if seq == 0 && deployed.is_none() {
            return Err(Reason::FirstCall);
        }
        if is_system && !self.has_authority(entry) {
            return Err(Reason::Authority);
        }
        if !is_system && matches!(entry.call.proof, Proof::Authority(_)) {
            return Err(Reason::AuthorityElsewhere);
        }
        if !is_system && program != Some(entry.program) {
            return Err(Reason::Program);
        }
        Ok(deployed.or(program))
    }

    /// Whether enough of the authority's keys signed the call; that they did was checked before.
    fn has_authority(&self, entry: &Entry) -> bool {
        let authority = &self.genesis.authority;
        let signed = entry.call.authorities().filter(|key| authority.keys.binary_search(key).is_ok());
        signed.count() >= authority.threshold as usize
    }
}

/// What holds of every outcome, whatever the program.
fn came_to_something_possible(entry: &Entry, nothing: &Hash) -> Result<(), Reason> {
    let call = &entry.call.call;
    if call.fuel_max > FUEL_MAX || entry.fuel > call.fuel_max {
        return Err(Reason::Fuel);
    }
    let is_silent = entry.diff == *nothing && entry.events.is_empty() && entry.messages.is_empty();
    if !entry.outcome.is_returned() && !is_silent {
        return Err(Reason::Unreturned);
    }
    Ok(())
}
