//! A small shard for the tests: its keys, and blocks that hold together.

use crate::block::{Block, Entry, Header, execution_root};
use crate::checkpoint::Checkpoint;
use crate::commitment::{Commitment, Issuer};
use crate::history::History;
use abi::call::{Call, Caller, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::diff::Diff;
use abi::effect::{Event, Message};
use abi::genesis::{CommitPolicy, Genesis, Quorum, TimePolicy};
use abi::outcome::{Outcome, Trap};
use abi::profile::Profile;
use abi::sign::SecretKey;
use abi::system::{Act, Deploy, Erase, SetWriter};
use abi::{Hash, VERSION};

pub(crate) const START_MS: u64 = 1_000_000;
pub(crate) const JUMP_MS: u64 = 1_000;
pub(crate) const WINDOW_MS: u64 = 10_000;
pub(crate) const PROGRAM: Hash = Hash([0x70; 32]);
pub(crate) const EMPTY_ROOT: Hash = Hash([0xe0; 32]);

/// A shard, its keys, and its history so far.
pub(crate) struct Sample {
    pub(crate) writer: SecretKey,
    pub(crate) authority: [SecretKey; 3],
    pub(crate) genesis: Genesis,
    pub(crate) history: History,
    pub(crate) head: Option<Header>,
}

impl Sample {
    pub(crate) fn new() -> Sample {
        let writer = SecretKey::from_seed(&[1; 32]);
        let authority = [2, 3, 4].map(|seed| SecretKey::from_seed(&[seed; 32]));
        let mut keys: Vec<_> = authority.iter().map(SecretKey::public).collect();
        keys.sort();
        let genesis = Genesis {
            version: VERSION,
            profile: Profile::One.hash(),
            origin: "foil.example/sample".into(),
            authority: Quorum { threshold: 2, keys },
            writer: writer.public(),
            commit: CommitPolicy { writes: 1, replicas: Vec::new() },
            window_ms: WINDOW_MS,
            time: TimePolicy { start_ms: START_MS, jump_ms: JUMP_MS },
            witnesses: Quorum::default(),
            nonce: [9; 16],
        };
        Sample { writer, authority, genesis, history: History::new(), head: None }
    }

    /// The shard, born under another profile.
    pub(crate) fn under(profile: Profile) -> Sample {
        let mut sample = Sample::new();
        sample.genesis.profile = profile.hash();
        sample
    }

    fn system(&self) -> Hash {
        abi::profile::system(&self.genesis.profile)
    }

    /// The shard with its first block in history.
    pub(crate) fn begun() -> (Sample, Block) {
        Sample::new().with_first()
    }

    /// The shard with its first block in history, which it had none of.
    pub(crate) fn with_first(mut self) -> (Sample, Block) {
        let first = self.block(vec![self.deploy(PROGRAM, START_MS), self.hit(1, START_MS)]);
        self.push(&first);
        (self, first)
    }

    /// The shard with `count` blocks in history.
    pub(crate) fn of_blocks(count: u8) -> (Sample, Vec<Block>) {
        let (mut sample, first) = Sample::begun();
        let mut blocks = vec![first];
        for n in 2..=count {
            let time = START_MS + 10 * u64::from(n);
            let block = sample.block(vec![sample.hit(n, time), sample.trap(n, time + 1)]);
            sample.push(&block);
            blocks.push(block);
        }
        (sample, blocks)
    }

    /// The checkpoint of the last block.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        let header = self.head.unwrap();
        let commitment = Commitment::sign(&self.writer, &self.genesis.origin, &header);
        Checkpoint { header, commitment, links: Vec::new() }
    }

    pub(crate) fn issuer(&self) -> Issuer {
        Issuer::of(&self.genesis)
    }

    fn call(&self, method: &str, args: Vec<u8>, caller: Caller, key: u8, time_ms: u64) -> Call {
        Call {
            version: VERSION,
            shard: self.genesis.id(),
            program: None,
            method: method.into(),
            args: Bytes(args),
            salt: [key; 32],
            caller,
            key: [key; 32],
            expires_ms: time_ms + 100,
            fuel_max: 1_000,
        }
    }

    /// A deploy of `program`, signed by two of three keys.
    pub(crate) fn deploy(&self, program: Hash, time_ms: u64) -> Entry {
        let (method, args) = Act::Deploy(Deploy { program }).to_call();
        let call = self.call(method, args, Caller::Nobody, program.0[0], time_ms);
        let call = SignedCall::authorize(call, &[&self.authority[0], &self.authority[1]]);
        self.returned(call, self.system(), time_ms)
    }

    /// An act that makes `writer` the one who signs, signed by two of three keys.
    pub(crate) fn set_writer(&self, writer: &SecretKey, time_ms: u64) -> Entry {
        let key = writer.public();
        let (method, args) = Act::SetWriter(SetWriter { key }).to_call();
        let call = self.call(method, args, Caller::Nobody, key.0[0], time_ms);
        let call = SignedCall::authorize(call, &[&self.authority[1], &self.authority[2]]);
        self.returned(call, self.system(), time_ms)
    }

    /// An act that decides that the call at `seq` is erased, signed by two of three keys.
    pub(crate) fn erase(&self, seq: u64, time_ms: u64) -> Entry {
        let (method, args) = Act::Erase(Erase { seq }).to_call();
        let call = self.call(method, args, Caller::Nobody, 0xee, time_ms);
        let call = SignedCall::authorize(call, &[&self.authority[0], &self.authority[1]]);
        self.returned(call, self.system(), time_ms)
    }

    /// A call by a key, with an event and a message.
    pub(crate) fn hit(&self, key: u8, time_ms: u64) -> Entry {
        let caller = SecretKey::from_seed(&[5; 32]);
        let call = self.call("hit", vec![0x81, key], Caller::Key(caller.public()), key, time_ms);
        let mut entry = self.returned(SignedCall::sign(call, &caller), PROGRAM, time_ms);
        entry.events.push(Event { name: "was hit".into(), data: Bytes(vec![key]) });
        entry.messages.push(Message { to: PROGRAM, method: "hit_back".into(), args: Bytes(vec![0x80]) });
        entry
    }

    /// A call that trapped.
    pub(crate) fn trap(&self, key: u8, time_ms: u64) -> Entry {
        let mut entry = self.hit(key.wrapping_add(100), time_ms);
        entry.outcome = Outcome::Trapped(Trap::OutOfFuel);
        entry.events.clear();
        entry.messages.clear();
        entry.diff = Diff::new().hash();
        entry.fuel = 1_000;
        entry
    }

    fn returned(&self, call: SignedCall, program: Hash, time_ms: u64) -> Entry {
        let diff = diff_of(&call.call.key).hash();
        let outcome = Outcome::Returned(vec![1]);
        let (events, messages) = (Vec::new(), Vec::new());
        Entry { call, program, time_ms, outcome, events, messages, diff, fuel: 10, erased: None }
    }

    /// The next block, with these entries and what follows from them.
    pub(crate) fn block(&self, entries: Vec<Entry>) -> Block {
        let returned = entries.iter().filter(|entry| entry.outcome.is_returned());
        let diffs: Vec<Diff> = returned.map(|entry| diff_of(&entry.call.call.key)).collect();
        let diff: Diff = diffs.iter().flat_map(Diff::iter).collect();
        let shard = self.genesis.id();
        let height = self.head.map_or(1, |head| head.height + 1);
        let header = Header {
            version: VERSION,
            shard,
            height,
            previous: self.head.map_or(shard, |head| head.hash()),
            epoch: self.head.map_or(1, |head| head.epoch),
            first_seq: self.history.size(),
            count: 0,
            root_before: self.head.map_or(EMPTY_ROOT, |head| head.root_after),
            root_after: Hash([u8::try_from(height % 200).unwrap(); 32]),
            execution_root: Hash::ZERO,
            history_size: 0,
            history_root: Hash::ZERO,
            diff: Hash::ZERO,
            time_ms: 0,
        };
        self.sealed(Block { header, build: "sample 0.0.0".into(), entries, diff })
    }

    /// The block with everything in its header that follows from the rest.
    pub(crate) fn sealed(&self, mut block: Block) -> Block {
        block.header.count = block.entries.len() as u64;
        block.header.time_ms = block.entries.last().map_or(0, |entry| entry.time_ms);
        block.header.diff = block.diff.hash();
        let records = block.records(self.genesis.profile);
        block.header.execution_root = execution_root(&records);
        let mut history = self.history.clone();
        records.iter().for_each(|record| history.push(&record.to_bytes()));
        block.header.history_size = history.size();
        block.header.history_root = history.root();
        block
    }

    /// Makes the block history.
    pub(crate) fn push(&mut self, block: &Block) {
        for record in block.records(self.genesis.profile) {
            self.history.push(&record.to_bytes());
        }
        self.head = Some(block.header);
    }

    pub(crate) fn commit(&self, block: &Block) -> Commitment {
        Commitment::sign(&self.writer, &self.genesis.origin, &block.header)
    }
}

/// What a sample call writes: one key.
fn diff_of(key: &[u8; 32]) -> Diff {
    let mut diff = Diff::new();
    diff.put(key[..2].to_vec(), Some(key.to_vec()));
    diff
}
