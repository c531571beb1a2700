//! A leaf of a journal's history tree.

use crate::canonical_array;
use crate::codec::{Encode, Writer};
use crate::effect::{EFFECT_BYTES, Effect};
use crate::encoded::Encoded;
use crate::id::Hash;

/// How many bytes most leaves fit into.
const LEAF_BYTES: usize = 640;

/// Effect, fuel and placement of one call. Nothing in it depends on the engine or the machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// What the call did.
    pub effect: Effect,
    /// Fuel used: every wasm engine agrees on it, a native run cannot know it.
    pub fuel: u64,
    /// Where it stands.
    pub placement: Placement,
}

canonical_array!(Record { effect, fuel, placement });

/// Where a record stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placement {
    /// The block's height, from 1.
    pub height: u64,
    /// The record's index in the block.
    pub index: u64,
    /// The fencing term of the block's writer.
    pub epoch: u64,
    /// The state root before the block.
    pub root_before: Hash,
    /// The state root after the block.
    pub root_after: Hash,
}

canonical_array!(Placement { height, index, epoch, root_before, root_after });

impl Record {
    /// The bytes that the history tree hashes.
    pub fn leaf(&self) -> Vec<u8> {
        let mut w = Writer::with_capacity(LEAF_BYTES);
        self.encode(&mut w);
        w.into_bytes()
    }
}

/// The effects of records, as bytes.
pub fn effects(records: &[Record]) -> Encoded {
    let mut effects = Encoded::with_capacity(records.len(), EFFECT_BYTES);
    records.iter().for_each(|record| effects.push(&record.effect));
    effects
}

/// The [leaves](Record::leaf) of calls that follow one another, by their effects and what fuel each has used; the first
/// one has this placement.
pub fn leaves(effects: &Encoded, fuel: impl IntoIterator<Item = u64>, first: Placement) -> Encoded {
    let mut leaves = Encoded::with_capacity(effects.len(), LEAF_BYTES);
    for ((index, effect), fuel) in (first.index..).zip(effects.all()).zip(fuel) {
        leaves.write(|w| {
            w.array(3);
            w.raw(effect);
            fuel.encode(w);
            Placement { index, ..first }.encode(w);
        });
    }
    leaves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VERSION;
    use crate::call::{Call, Caller, Envelope, SignedCall};
    use crate::codec::{Bytes, Decode, dynamic};
    use crate::effect::{Event, Message, Moment};
    use crate::genesis::{CommitPolicy, Genesis, Quorum, TimePolicy};
    use crate::hash::RUN_COLUMNS;
    use crate::outcome::Outcome;
    use crate::profile::Profile;
    use crate::sign::SecretKey;
    use std::fmt::Debug;

    fn genesis() -> Genesis {
        let key = |seed| SecretKey::from_seed(&[seed; 32]).public();
        let mut keys = vec![key(1), key(2)];
        keys.sort();
        Genesis {
            version: VERSION,
            // Not the profile's own, which changes with every limit.
            profile: Hash([9; 32]),
            origin: "golden.example/shard".into(),
            authority: Quorum { threshold: 2, keys },
            writer: key(3),
            commit: CommitPolicy { writes: 1, replicas: Vec::new() },
            window_ms: 86_400_000,
            time: TimePolicy { start_ms: 1_356_998_400_000, jump_ms: 3_600_000 },
            witnesses: Quorum::default(),
            nonce: [7; 16],
        }
    }

    fn calls() -> Vec<SignedCall> {
        let key = SecretKey::from_seed(&[4; 32]);
        let call = |n: u8| Call {
            version: VERSION,
            shard: genesis().id(),
            program: (n > 0).then_some(Hash([n; 32])),
            method: "transfer".into(),
            args: Bytes((n, 1u128 << 100, "text").to_bytes()),
            salt: [5; 32],
            caller: Caller::Key(key.public()),
            key: [n; 32],
            expires_ms: 1_356_998_500_000,
            fuel_max: 1_000_000,
        };
        let mut calls = vec![SignedCall::sign(call(0), &key)];
        calls.extend(Envelope::sign(vec![call(1), call(2), call(3)], &key));
        calls.push(SignedCall::authorize(Call { caller: Caller::Nobody, ..call(4) }, &[&key]));
        calls
    }

    fn record() -> Record {
        let call = &calls()[0].call;
        let at =
            Moment { seq: 300, time_ms: 1_356_998_400_001, program: Hash([1; 32]), profile: Hash([9; 32]) };
        let events = [Event { name: "moved".into(), data: Bytes(vec![0x80]) }];
        let outcome = Outcome::Returned(vec![0xf6]);
        let messages = [Message { to: Hash([5; 32]), method: "moved".into(), args: Bytes(vec![0x80]) }];
        let effect = Effect::new(call, call.digest(), at, &outcome, Hash([2; 32]), &events, &messages);
        let (root_before, root_after) = (Hash([3; 32]), Hash([4; 32]));
        Record {
            effect,
            fuel: 70_000,
            placement: Placement { height: 7, index: 1, epoch: 1, root_before, root_after },
        }
    }

    #[test]
    fn leaves_are_made_of_effects() {
        let second = |record: Record| Record {
            fuel: 7,
            placement: Placement { index: record.placement.index + 1, ..record.placement },
            ..record
        };
        let records = [record(), second(record())];
        let leaves = leaves(&effects(&records), records.iter().map(|record| record.fuel), record().placement);
        assert_eq!(leaves.all(), records.each_ref().map(Record::leaf));
    }

    /// The bytes of an object, which both halves of the codec read, and write again, alike.
    fn bytes<T: Encode + Decode + PartialEq + Debug>(object: &T) -> Vec<u8> {
        let bytes = object.to_bytes();
        assert_eq!(T::from_bytes(&bytes).as_ref(), Ok(object));
        let dynamic = dynamic::decode(&bytes).unwrap();
        assert_eq!(dynamic::encode(&dynamic).unwrap(), bytes);
        let theirs: ciborium::Value = ciborium::from_reader(bytes.as_slice()).unwrap();
        assert_eq!(theirs, dynamic);
        bytes
    }

    /// One object of each kind. A change of these bytes is a change of the format, and has to be meant.
    #[test]
    fn the_bytes_of_protocol_objects_are_pinned() {
        let digest = |bytes: &[u8]| RUN_COLUMNS.hash(bytes).to_string()[..16].to_owned();
        let calls: Vec<u8> = calls().iter().flat_map(bytes).collect();
        let found = [
            ("genesis", digest(&bytes(&genesis()))),
            ("shard", genesis().id().to_string()[..16].to_owned()),
            ("calls", digest(&calls)),
            ("record", digest(&bytes(&record()))),
            ("effect hash", record().effect.hash().to_string()[..16].to_owned()),
            ("system", digest(&Profile::One.system().0)),
        ];
        let pinned = [
            ("genesis", "351401a78849eb43"),
            ("shard", "6783af4ddeb80d41"),
            ("calls", "583acdb637dab1e7"),
            ("record", "abf6bad5700215ff"),
            ("effect hash", "637b99708b740127"),
            ("system", "c550a7227e36117d"),
        ];
        assert_eq!(found, pinned.map(|(name, digest)| (name, digest.to_owned())));
    }
}
