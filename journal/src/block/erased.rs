//! Calls of which only digests are left.
//!
//! By a decision of the shard's authority, the arguments, the salt, the output, the events and the messages of a
//! call are forgotten, and its block's merged diff with them, which holds what the call has written. The digests
//! that stay are salted by what is forgotten, so nobody can try out what they stood for; that of the writes is not.
//!
//! Guarantees: the record of a call is the same before and after, byte for byte, and so are the proof of its
//! caller, the block's header, and every receipt. What is erased is written nowhere.

use super::{Block, Entry};
use abi::Hash;
use abi::codec::Bytes;
use abi::diff::Diff;
use abi::effect::{Effect, NO_EVENTS, NO_MESSAGES, events_digest, messages_digest, output_digest};
use abi::outcome::Outcome;
use abi::profile::Profile;

/// What is left of a call's data: their salted digests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Erased {
    /// Of the arguments.
    pub args: Hash,
    /// Of the output.
    pub output: Hash,
    /// The root over the events.
    pub events: Hash,
    /// The root over the messages.
    pub messages: Hash,
}

impl Erased {
    fn of(entry: &Entry) -> Erased {
        let call = &entry.call.call;
        Erased {
            args: call.args_digest(),
            output: output_digest(call, entry.outcome.output()),
            events: events_digest(call, &entry.events),
            messages: messages_digest(call, &entry.messages),
        }
    }

    /// The effect with these digests instead of those of nothing.
    pub(super) fn stand_in(self, effect: Effect) -> Effect {
        let Erased { output, events, messages, .. } = self;
        Effect { output, events, messages, ..effect }
    }

    /// Whether there were no events and no messages: the list of none has a digest of its own.
    fn is_silent(&self) -> bool {
        self.events == NO_EVENTS && self.messages == NO_MESSAGES
    }
}

impl Entry {
    /// The call's digest.
    pub fn digest(&self) -> Hash {
        let call = &self.call.call;
        self.erased.map_or_else(|| call.digest(), |erased| call.digest_over(erased.args))
    }

    /// Whether the call emitted and sent nothing.
    pub(crate) fn is_silent(&self) -> bool {
        match &self.erased {
            Some(erased) => erased.is_silent(),
            None => self.events.is_empty() && self.messages.is_empty(),
        }
    }

    /// Whether it may be erased: acts of the authority stay, by which everybody can tell who serves and signs.
    pub fn is_erasable(&self) -> bool {
        Profile::of_system(&self.program).is_none()
    }

    fn erase(&mut self) {
        self.erased = Some(Erased::of(self));
        self.call.call.args = Bytes(Vec::new());
        self.call.call.salt = [0; 32];
        self.events.clear();
        self.messages.clear();
        if let Outcome::Returned(output) | Outcome::Failed(output) = &mut self.outcome {
            output.clear();
        }
    }
}

impl Block {
    /// Whether a call of it is erased, and its diff with it.
    pub fn is_erased(&self) -> bool {
        self.entries.iter().any(|entry| entry.erased.is_some())
    }

    /// The places in history of its erased calls.
    pub fn erased(&self) -> impl Iterator<Item = u64> {
        let seqs = (0..).map(|index: u64| self.header.first_seq.saturating_add(index));
        seqs.zip(&self.entries).filter(|(_, entry)| entry.erased.is_some()).map(|(seq, _)| seq)
    }

    /// Erases the call at `seq`, and the block's diff; whether there was anything to erase. Acts are not.
    pub fn erase(&mut self, seq: u64) -> bool {
        let index = seq.checked_sub(self.header.first_seq).and_then(|index| usize::try_from(index).ok());
        let entry = index.and_then(|index| self.entries.get_mut(index));
        let Some(entry) = entry.filter(|entry| entry.erased.is_none() && entry.is_erasable()) else {
            return false;
        };
        entry.erase();
        self.diff = Diff::new();
        true
    }
}

#[cfg(test)]
mod tests;
