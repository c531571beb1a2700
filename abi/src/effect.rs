//! What a call did, whatever ran it and however it was batched.

use crate::call::{Call, Caller};
use crate::canonical_array;
use crate::codec::{Bytes, Encode, Writer};
use crate::diff::Diff;
use crate::hash::{EFFECT, EVENT, Kind, MESSAGE, OUTPUT, unhex};
use crate::id::Hash;
use crate::merkle::list_root;
use crate::outcome::Outcome;

/// What a program says happened: a name and canonical CBOR.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// What kind of thing happened.
    pub name: String,
    /// The details.
    pub data: Bytes,
}

canonical_array!(Event { name, data });

impl Event {
    /// What counts against the limits: the bytes of name and data.
    pub fn size(&self) -> usize {
        self.name.len() + self.data.len()
    }
}

/// A call that a shard asks another to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// The shard that is asked.
    pub to: Hash,
    /// The method's name.
    pub method: String,
    /// The arguments: canonical CBOR.
    pub args: Bytes,
}

canonical_array!(Message { to, method, args });

impl Message {
    /// What counts against the limits: the bytes of method and arguments.
    pub fn size(&self) -> usize {
        self.method.len() + self.args.len()
    }
}

/// What running a call came to, before it has a place in history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Execution {
    /// The answer.
    pub outcome: Outcome,
    /// The writes; empty unless the call returned.
    pub diff: Diff,
    /// The events, in order; none unless the call returned.
    pub events: Vec<Event>,
    /// The messages, in order; none unless the call returned.
    pub messages: Vec<Message>,
    /// Fuel used; the call's whole limit where that did not suffice.
    pub fuel: u64,
    /// Debug log, never part of history.
    pub logs: Vec<String>,
    /// What a person may want to know of a trap, line by line; never part of history, and not the same on
    /// every engine.
    pub detail: Vec<String>,
}

/// A host call, as a program made it. Traces of them are for people and tests, and never part of history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostCalled {
    /// Its name.
    pub name: &'static str,
    /// Its arguments.
    pub args: Vec<u64>,
    /// Its result, 0 where it has none; `None` where it ended the call.
    pub result: Option<u64>,
    /// The fuel that was left before it.
    pub fuel_before: u64,
    /// The fuel that it left; 0 where that did not suffice.
    pub fuel_after: u64,
    /// The bytes that the program gave it, one excerpt for each range of its memory, in the order of the
    /// parameters; those up to the first that left the memory, where one did.
    pub given: Vec<Excerpt>,
    /// The bytes that it had for the program, whether or not they fitted the program's buffer.
    pub answered: Option<Excerpt>,
}

impl HostCalled {
    /// The program's key that it reads or writes, if it does.
    pub fn key(&self) -> Option<&[u8]> {
        match self.name {
            "state_get" | "state_put" | "state_delete" => self.given.first()?.whole(),
            "scan_next" => {
                let (len, entry) = self.answered.as_ref()?.bytes.split_first_chunk()?;
                entry.get(..usize::try_from(u32::from_le_bytes(*len)).ok()?)
            }
            _ => None,
        }
    }
}

/// The beginning of bytes that may be many.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Excerpt {
    /// The first ones.
    pub bytes: Vec<u8>,
    /// How many there are.
    pub len: usize,
}

impl Excerpt {
    /// The first `max` of `bytes`.
    pub fn of(bytes: &[u8], max: usize) -> Excerpt {
        Excerpt { bytes: bytes[..bytes.len().min(max)].to_vec(), len: bytes.len() }
    }

    /// The bytes, if these are all.
    pub fn whole(&self) -> Option<&[u8]> {
        (self.bytes.len() == self.len).then_some(&self.bytes)
    }
}

/// Room for the bytes of most effects.
pub const EFFECT_BYTES: usize = 512;

/// What a call did: the part of a record that a native run, another engine and an author's `cargo test`
/// must reproduce.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effect {
    /// Format version.
    pub version: u8,
    /// The shard.
    pub shard: Hash,
    /// The call's place in history, from 0.
    pub seq: u64,
    /// Its logical time, in milliseconds of Unix time.
    pub time_ms: u64,
    /// The program that ran.
    pub program: Hash,
    /// The rules it ran under.
    pub profile: Hash,
    /// Who called.
    pub caller: Caller,
    /// The call's digest.
    pub call: Hash,
    /// Its idempotency key.
    pub key: [u8; 32],
    /// When that dies, in milliseconds of logical time.
    pub expires_ms: u64,
    /// The outcome's code.
    pub outcome: u8,
    /// The salted digest of the output.
    pub output: Hash,
    /// The digest of the diff.
    pub diff: Hash,
    /// The root of the list of salted event digests.
    pub events: Hash,
    /// The root of the list of salted message digests.
    pub messages: Hash,
}

canonical_array!(Effect {
    version,
    shard,
    seq,
    time_ms,
    program,
    profile,
    caller,
    call,
    key,
    expires_ms,
    outcome,
    output,
    diff,
    events,
    messages
});

/// Where and when a call ran.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// Its place in history.
    pub seq: u64,
    /// Its logical time, in milliseconds of Unix time.
    pub time_ms: u64,
    /// The program that ran.
    pub program: Hash,
    /// The rules it ran under.
    pub profile: Hash,
}

impl Effect {
    /// The effect of `call`, whose digest is `digest`.
    pub fn new(
        call: &Call,
        digest: Hash,
        at: Moment,
        outcome: &Outcome,
        diff: Hash,
        events: &[Event],
        messages: &[Message],
    ) -> Effect {
        Effect {
            version: crate::VERSION,
            shard: call.shard,
            seq: at.seq,
            time_ms: at.time_ms,
            program: at.program,
            profile: at.profile,
            caller: call.caller.clone(),
            call: digest,
            key: call.key,
            expires_ms: call.expires_ms,
            outcome: outcome.code(),
            output: output_digest(call, outcome.output()),
            diff,
            events: events_digest(call, events),
            messages: messages_digest(call, messages),
        }
    }

    /// The effect hash.
    pub fn hash(&self) -> Hash {
        let mut w = Writer::with_capacity(EFFECT_BYTES);
        self.encode(&mut w);
        EFFECT.hash(&w.into_bytes())
    }
}

/// The salted digest of a call's output.
pub fn output_digest(call: &Call, output: &[u8]) -> Hash {
    OUTPUT.hash_parts(&[&call.output_salt(), output])
}

/// The root over no events: most calls emit none.
pub const NO_EVENTS: Hash = Hash(unhex("718452ad7e15cbf979143ec5f7af581a8d24c13dd29359ceca322de4e4c7f2de"));

/// The root over no messages.
pub const NO_MESSAGES: Hash = Hash(unhex("1aaca299d288c84ea2df4b25a922a6e38b014d43623a684bf0ff1fdc3d0a9bfc"));

/// The root over a call's events, each salted by its own key.
pub fn events_digest(call: &Call, events: &[Event]) -> Hash {
    match events.is_empty() {
        true => NO_EVENTS,
        false => salted_root(&EVENT, |index| call.event_salt(index), events),
    }
}

/// The root over a call's messages, each salted by its own key.
pub fn messages_digest(call: &Call, messages: &[Message]) -> Hash {
    match messages.is_empty() {
        true => NO_MESSAGES,
        false => salted_root(&MESSAGE, |index| call.message_salt(index), messages),
    }
}

fn salted_root(kind: &Kind, salt: impl Fn(u64) -> [u8; 32], items: &[impl Encode]) -> Hash {
    let digests = (0..).zip(items).map(|(index, item)| kind.hash_parts(&[&salt(index), &item.to_bytes()]));
    list_root(kind, &digests.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roots_of_nothing_are_those_of_empty_lists() {
        assert_eq!([NO_EVENTS, NO_MESSAGES], [EVENT, MESSAGE].map(|kind| list_root(&kind, &[])));
    }
}
