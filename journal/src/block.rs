//! Blocks: the calls committed together, under one header.
//!
//! The header is hashed and signed for; the body holds what the records are rebuilt from, and the merged
//! diff, by which a state is recovered without execution.

use abi::Hash;
use abi::call::SignedCall;
use abi::canonical_array;
use abi::codec::{Encode, Writer};
use abi::diff::Diff;
use abi::effect::{Effect, Event, Message, Moment};
use abi::encoded::Encoded;
use abi::hash::{EFFECT, HEADER};
use abi::limits::{
    ARGS_BYTES_MAX, EVENT_BYTES_MAX, EVENTS_BYTES_MAX, EVENTS_MAX, KEY_BYTES_MAX, MESSAGE_BYTES_MAX,
    MESSAGES_BYTES_MAX, MESSAGES_MAX, METHOD_BYTES_MAX, OUTPUT_BYTES_MAX, VALUE_BYTES_MAX,
};
use abi::merkle::list_root;
use abi::outcome::Outcome;
use abi::profile::Profile;
use abi::record::{self, Placement, Record};
use abi::system::Act;
use std::ops::Range;

/// Records that are encoded before they are hashed.
const RECORDS_NEAR: usize = 64;

/// More than a header takes.
const HEADER_BYTES: usize = 512;

mod compact;
mod erased;

pub use erased::Erased;

/// Longest description of the host's build, in bytes.
pub const BUILD_BYTES_MAX: usize = 64;

/// What a block is hashed and linked by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// Format version.
    pub version: u8,
    /// The shard.
    pub shard: Hash,
    /// The block's number, from 1.
    pub height: u64,
    /// The hash of the header one below; the shard's id at height 1.
    pub previous: Hash,
    /// The fencing term of the writer, from 1; it never falls.
    pub epoch: u64,
    /// The place in history of the first call.
    pub first_seq: u64,
    /// How many calls, at least one.
    pub count: u64,
    /// The state root before the first call.
    pub root_before: Hash,
    /// The state root after the last call.
    pub root_after: Hash,
    /// The root of the list of effect hashes.
    pub execution_root: Hash,
    /// How many records history has, this block's included.
    pub history_size: u64,
    /// The history tree's root, this block's records included.
    pub history_root: Hash,
    /// The digest of the merged diff.
    pub diff: Hash,
    /// The logical time of the last call, in milliseconds of Unix time.
    pub time_ms: u64,
}

canonical_array!(Header {
    version,
    shard,
    height,
    previous,
    epoch,
    first_seq,
    count,
    root_before,
    root_after,
    execution_root,
    history_size,
    history_root,
    diff,
    time_ms
});

impl Header {
    /// The block's hash.
    pub fn hash(&self) -> Hash {
        let mut w = Writer::with_capacity(HEADER_BYTES);
        self.encode(&mut w);
        HEADER.hash(&w.into_bytes())
    }
}

/// One call of a block, and what it came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The call, with the proof of its caller.
    pub call: SignedCall,
    /// The program that ran.
    pub program: Hash,
    /// The call's logical time, in milliseconds of Unix time.
    pub time_ms: u64,
    /// The answer.
    pub outcome: Outcome,
    /// The events, in order; none unless the call returned.
    pub events: Vec<Event>,
    /// The messages, in order; none unless the call returned.
    pub messages: Vec<Message>,
    /// The digest of the call's own diff; that of no writes unless the call returned.
    pub diff: Hash,
    /// Fuel used.
    pub fuel: u64,
    /// What is left of arguments, salt, output, events and messages where they are erased; they are empty then.
    pub erased: Option<Erased>,
}

impl Entry {
    /// The call's effect at its place in history.
    pub fn effect(&self, seq: u64, profile: Hash) -> Effect {
        let at = Moment { seq, time_ms: self.time_ms, program: self.program, profile };
        let (call, digest) = (&self.call.call, self.digest());
        let effect = Effect::new(call, digest, at, &self.outcome, self.diff, &self.events, &self.messages);
        match self.erased {
            Some(erased) => erased.stand_in(effect),
            None => effect,
        }
    }

    /// The act that the call names, if it is one of the system program's.
    pub fn act(&self) -> Option<Act> {
        let call = &self.call.call;
        Act::from_call(Profile::of_system(&self.program)?, &call.method, &call.args)
    }

    /// The act of the authority that was done here, if one was.
    pub fn done(&self) -> Option<Act> {
        if self.is_act() { self.act() } else { None }
    }

    /// Whether this is an act of the authority that was done.
    pub(crate) fn is_act(&self) -> bool {
        self.outcome.is_returned() && Profile::of_system(&self.program).is_some()
    }

    /// How many events and messages.
    pub fn items(&self) -> usize {
        self.events.len() + self.messages.len()
    }

    /// What is longer or more than its limit, by name.
    pub fn over_limit(&self) -> Option<&'static str> {
        let call = &self.call.call;
        let events: Vec<usize> = self.events.iter().map(Event::size).collect();
        let messages: Vec<usize> = self.messages.iter().map(Message::size).collect();
        let longest = |sizes: &[usize]| sizes.iter().copied().max().unwrap_or(0);
        [
            ("method", call.method.len(), METHOD_BYTES_MAX),
            ("args", call.args.len(), ARGS_BYTES_MAX),
            ("output", self.outcome.output().len(), OUTPUT_BYTES_MAX),
            ("events", events.len(), EVENTS_MAX),
            ("event", longest(&events), EVENT_BYTES_MAX),
            ("events' bytes", events.iter().sum(), EVENTS_BYTES_MAX),
            ("messages", messages.len(), MESSAGES_MAX),
            ("message", longest(&messages), MESSAGE_BYTES_MAX),
            ("messages' bytes", messages.iter().sum(), MESSAGES_BYTES_MAX),
        ]
        .into_iter()
        .find_map(|(name, size, max)| (size > max).then_some(name))
    }
}

/// The calls committed together: one root, one signature, one fsync.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// What the block is hashed and linked by.
    pub header: Header,
    /// The build of the host that made it, for people; not hashed, at most [`BUILD_BYTES_MAX`] long.
    pub build: String,
    /// The calls, in order.
    pub entries: Vec<Entry>,
    /// All writes of the block, the last of each key; none where a call is erased, whatever they were.
    pub diff: Diff,
}

impl Block {
    /// The acts of the authority that were done, each with its place in history.
    pub fn acts(&self) -> Vec<(u64, Act)> {
        let acts = (0..).zip(&self.entries);
        acts.filter_map(|(index, entry): (u64, &Entry)| {
            Some((self.header.first_seq.saturating_add(index), entry.done()?))
        })
        .collect()
    }

    /// The profile that the block puts the shard under, and itself.
    pub fn profile(&self) -> Option<Profile> {
        self.entries.first().and_then(Entry::done).and_then(|act| act.profile())
    }

    /// How many events, messages and writes the block holds.
    pub fn items(&self) -> usize {
        self.entries.iter().map(Entry::items).sum::<usize>() + self.diff.len()
    }

    /// The digests of its calls.
    pub fn digests(&self) -> Vec<Hash> {
        self.entries.iter().map(Entry::digest).collect()
    }

    /// The records: what the compact body and the header together stand for.
    pub fn records(&self, profile: Hash) -> Vec<Record> {
        self.records_of(0..self.entries.len(), profile)
    }

    /// Those of some of the calls.
    pub fn records_of(&self, calls: Range<usize>, profile: Hash) -> Vec<Record> {
        let first = self.header.first_seq;
        let record = |(index, entry): (u64, &Entry)| Record {
            effect: entry.effect(first.saturating_add(index), profile),
            fuel: entry.fuel,
            placement: self.placement(index),
        };
        (calls.start as u64..).zip(&self.entries[calls]).map(record).collect()
    }

    /// The leaves of all calls, whose effects these are.
    pub fn leaves(&self, effects: &Encoded) -> Encoded {
        record::leaves(effects, self.entries.iter().map(|entry| entry.fuel), self.placement(0))
    }

    /// Where the record at an index stands.
    fn placement(&self, index: u64) -> Placement {
        let Header { height, epoch, root_before, root_after, .. } = self.header;
        Placement { height, index, epoch, root_before, root_after }
    }
}

/// The root of the list of the records' effect hashes.
pub fn execution_root(records: &[Record]) -> Hash {
    execution_root_with(records, |_, _| {})
}

/// The same, where `each` is given some records after the other, and their effects as bytes.
pub(crate) fn execution_root_with(records: &[Record], mut each: impl FnMut(&[Record], &Encoded)) -> Hash {
    let mut hashes = Vec::with_capacity(records.len());
    // As many at a time as stay near.
    for some in records.chunks(RECORDS_NEAR) {
        let effects = record::effects(some);
        hashes.append(&mut EFFECT.hash_each(&effects.all()));
        each(some, &effects);
    }
    list_root(&EFFECT, &hashes)
}

/// Which length in a diff is over its limit; a key in state is one byte longer than the program's.
pub(crate) fn diff_over_limit(diff: &Diff) -> Option<&'static str> {
    diff.iter().find_map(|(key, value)| {
        if key.len() > KEY_BYTES_MAX + 1 {
            Some("key")
        } else if value.is_some_and(|value| value.len() > VALUE_BYTES_MAX) {
            Some("value")
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests;
