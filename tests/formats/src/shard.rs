//! A small shard of fixed seeds: its keys, calls and blocks, over a real state.
//!
//! Nothing is executed: what a call comes to is said here. All else is as a node would make it, so that
//! every root is the root of something, and every proof proves it.

use abi::call::{Call, Caller, Envelope, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::diff::Diff;
use abi::effect::{Event, Message};
use abi::genesis::{CommitPolicy, Genesis, Quorum, TimePolicy};
use abi::hash::PROGRAM;
use abi::outcome::{Outcome, Trap};
use abi::profile::Profile;
use abi::record::Record;
use abi::session::Space;
use abi::sign::SecretKey;
use abi::system::{Act, Advance, Deploy, PROGRAM_KEY, Revert, SetProfile, SetWriter, Upgrade, WRITER_KEY};
use abi::{Hash, VERSION};
use journal::{
    Block, BundleWriter, Commitment, Entry, Header, History, Link, Receipt, ReceiptFile, Reverted, Start,
    execution_root,
};
use state::{MemoryStore, Recording, Store, Tree, View, Witness};

/// The logical time at birth.
pub const START_MS: u64 = 1_700_000_000_000;
/// The greatest step of logical time.
pub const JUMP_MS: u64 = 1_000;
/// The idempotency window.
pub const WINDOW_MS: u64 = 10_000;
/// The least module that there is: it cannot be deployed, but stands for a program where none is run.
pub const WASM: &[u8] = b"\0asm\x01\0\0\0";

/// The key of a seed that is one byte, repeated.
pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// A shard with its keys and its history so far.
pub struct Shard {
    /// Who signs for it now.
    pub writer: SecretKey,
    /// Its authority, of whom two of three have to sign.
    pub authority: [SecretKey; 3],
    /// The caller of most calls.
    pub user: SecretKey,
    /// Its genesis.
    pub genesis: Genesis,
    /// Its history tree.
    pub history: History,
    /// Its blocks.
    pub blocks: Vec<Block>,
    /// The commitment to each block, by who wrote then.
    pub commitments: Vec<Commitment>,
    /// What each block needs of the state before it.
    pub witnesses: Vec<Witness>,
    /// The state's tree.
    pub tree: Tree,
    /// The state.
    pub store: MemoryStore,
    /// The links of all acts, each as a call and the place of its record.
    acts: Vec<(SignedCall, u64)>,
}

/// A call with what it came to, and what it wrote.
#[derive(Clone)]
pub struct Step {
    /// The entry.
    pub entry: Entry,
    /// Its writes.
    pub diff: Diff,
}

impl Shard {
    /// A shard without history. Shards of different `nonce` differ in nothing else.
    pub fn new(nonce: u8) -> Shard {
        let authority = [2, 3, 4].map(key);
        let mut keys: Vec<_> = authority.iter().map(SecretKey::public).collect();
        keys.sort();
        let genesis = Genesis {
            version: VERSION,
            profile: Profile::One.hash(),
            origin: "foil.example/vectors".into(),
            authority: Quorum { threshold: 2, keys },
            writer: key(1).public(),
            commit: CommitPolicy { writes: 1, replicas: Vec::new() },
            window_ms: WINDOW_MS,
            time: TimePolicy { start_ms: START_MS, jump_ms: JUMP_MS },
            witnesses: Quorum::default(),
            nonce: [nonce; 16],
        };
        Shard {
            writer: key(1),
            authority,
            user: key(5),
            genesis,
            history: History::new(),
            blocks: Vec::new(),
            commitments: Vec::new(),
            witnesses: Vec::new(),
            tree: Tree::new(),
            store: MemoryStore::default(),
            acts: Vec::new(),
        }
    }

    /// The shard with three blocks of calls of every kind, the writer of block 3 and later being another.
    pub fn sample() -> Shard {
        let mut shard = Shard::new(9);
        let deploy = shard.deploy(START_MS);
        let hits = shard.envelope(&[1, 2, 3], START_MS + 1);
        shard.push([vec![deploy], hits].concat());
        let at = START_MS + 20;
        shard.push(vec![
            shard.hit(4, at),
            shard.fail(5, at),
            shard.trap(6, at + 1),
            shard.vouched(7, at + 2),
        ]);
        shard.push(vec![shard.set_writer(&key(6), START_MS + 30), shard.hit(8, START_MS + 30)]);
        shard.writer = key(6);
        shard.commitments[2] = shard.commit(&shard.blocks[2]);
        shard
    }

    /// The same, and under profile `2` from block 4 on.
    pub fn newer() -> Shard {
        let mut shard = Shard::sample();
        shard.push(vec![shard.set_profile(START_MS + 40)]);
        shard
    }

    /// Its id.
    pub fn id(&self) -> Hash {
        self.genesis.id()
    }

    /// A call for the `n`th idempotency key.
    pub fn call(&self, method: &str, args: Vec<u8>, caller: Caller, n: u8, time_ms: u64) -> Call {
        Call {
            version: VERSION,
            shard: self.id(),
            program: None,
            method: method.into(),
            args: Bytes(args),
            salt: Call::salt_of(&[0x5a; 32], &[n; 32]),
            caller,
            key: [n; 32],
            expires_ms: time_ms + 100,
            fuel_max: 1_000,
        }
    }

    fn user_call(&self, n: u8, time_ms: u64) -> Call {
        self.call("hit", (u64::from(n),).to_bytes(), Caller::Key(self.user.public()), n, time_ms)
    }

    /// A call signed alone, which wrote, emitted and sent.
    pub fn hit(&self, n: u8, time_ms: u64) -> Step {
        let mut step = returned(SignedCall::sign(self.user_call(n, time_ms), &self.user), n, time_ms);
        let args = Bytes((u64::from(n),).to_bytes());
        step.entry.events.push(Event { name: "was hit".into(), data: args.clone() });
        step.entry.messages.push(Message { to: Hash([n; 32]), method: "hit_back".into(), args });
        step
    }

    /// A call of this method.
    pub fn hit_by(&self, method: &str, n: u8, time_ms: u64) -> Step {
        let call = Call { method: method.into(), ..self.user_call(n, time_ms) };
        returned(SignedCall::sign(call, &self.user), n, time_ms)
    }

    /// Calls signed once.
    pub fn envelope(&self, ns: &[u8], time_ms: u64) -> Vec<Step> {
        let calls = ns.iter().map(|&n| self.user_call(n, time_ms)).collect();
        let signed = Envelope::sign(calls, &self.user).into_iter();
        signed.zip(ns).map(|(call, &n)| returned(call, n, time_ms)).collect()
    }

    /// A call of a name that the node vouches for, meant for the program alone.
    pub fn vouched(&self, n: u8, time_ms: u64) -> Step {
        let mut call = self.call("hit", vec![0x80], Caller::Principal("ann".into()), n, time_ms);
        call.program = Some(PROGRAM.hash(WASM));
        returned(SignedCall { call, proof: abi::call::Proof::None }, n, time_ms)
    }

    /// A call that the program refused.
    pub fn fail(&self, n: u8, time_ms: u64) -> Step {
        let outcome = Outcome::Failed((7u64,).to_bytes());
        silent(SignedCall::sign(self.user_call(n, time_ms), &self.user), outcome, time_ms)
    }

    /// A call that ran out of fuel.
    pub fn trap(&self, n: u8, time_ms: u64) -> Step {
        let outcome = Outcome::Trapped(Trap::OutOfFuel);
        silent(SignedCall::sign(self.user_call(n, time_ms), &self.user), outcome, time_ms)
    }

    /// A deploy of [`WASM`].
    pub fn deploy(&self, time_ms: u64) -> Step {
        let program = PROGRAM.hash(WASM);
        self.act(Act::Deploy(Deploy { program }), PROGRAM_KEY, &program.0, 200, time_ms)
    }

    /// An act that makes `writer` the one who signs.
    pub fn set_writer(&self, writer: &SecretKey, time_ms: u64) -> Step {
        let key = writer.public();
        self.act(Act::SetWriter(SetWriter { key }), WRITER_KEY, &key.0, key.0[0], time_ms)
    }

    fn act(&self, act: Act, state_key: &[u8], value: &[u8; 32], n: u8, time_ms: u64) -> Step {
        let mut diff = Diff::new();
        diff.put(Space::System.key(state_key), Some(value.to_vec()));
        self.acted(act, vec![0xf6], diff, n, time_ms)
    }

    fn acted(&self, act: Act, output: Vec<u8>, diff: Diff, n: u8, time_ms: u64) -> Step {
        let (method, args) = act.to_call();
        let call = self.call(method, args, Caller::Nobody, n, time_ms);
        let call = SignedCall::authorize(call, &[&self.authority[0], &self.authority[1]]);
        let mut step = silent(call, Outcome::Returned(output), time_ms);
        step.entry.program = act.profile().unwrap_or(self.profile()).system();
        step.entry.diff = diff.hash();
        Step { diff, ..step }
    }

    /// An act without writes.
    pub fn silent_act(&self, act: Act, n: u8, time_ms: u64) -> Step {
        self.acted(act, vec![0xf6], Diff::new(), n, time_ms)
    }

    /// An act that puts the shard under profile `2`.
    pub fn set_profile(&self, time_ms: u64) -> Step {
        self.silent_act(Act::SetProfile(SetProfile { profile: Profile::Two.hash() }), 203, time_ms)
    }

    /// The last step of an upgrade to [`WASM`].
    pub fn upgrade(&self, time_ms: u64) -> Step {
        let program = PROGRAM.hash(WASM);
        self.act(Act::Upgrade(Upgrade { program }), PROGRAM_KEY, &program.0, 204, time_ms)
    }

    /// An act that lets its own time be up to `to_ms`.
    pub fn advance(&self, to_ms: u64, time_ms: u64) -> Step {
        self.acted(Act::Advance(Advance { to_ms }), vec![0xf6], Diff::new(), 201, time_ms)
    }

    /// A revert to the state after the block of `height`, as it is named and shown by `change`.
    pub fn revert(
        &self,
        height: usize,
        time_ms: u64,
        change: impl FnOnce(&mut Revert, &mut Reverted),
    ) -> Step {
        let before: Diff = self.blocks[..height].iter().flat_map(|block| block.diff.iter()).collect();
        let mut diff = Diff::new();
        for (key, _) in self.blocks[height..].iter().flat_map(|block| block.diff.iter()) {
            diff.put(key.to_vec(), before.get(key).flatten().map(<[u8]>::to_vec));
        }
        let header = self.blocks[height - 1].header;
        let program = PROGRAM.hash(WASM);
        let mut revert = Revert { height: header.height, root: header.root_after, program };
        let record = self.record(header.history_size - 1);
        let mut reverted = Reverted::new(&record, &self.history, self.history.size()).unwrap();
        change(&mut revert, &mut reverted);
        self.acted(Act::Revert(revert), reverted.to_bytes(), diff, 202, time_ms)
    }

    /// The block that these steps make next.
    pub fn block(&self, steps: &[Step]) -> Block {
        let before = self.blocks.last().map(|block| block.header);
        let diff: Diff = steps.iter().flat_map(|step| step.diff.iter()).collect();
        let mut tree = Tree::build(&*self.store.view()).unwrap();
        let root_before = tree.root();
        let header = Header {
            version: VERSION,
            shard: self.id(),
            height: before.map_or(1, |header| header.height + 1),
            previous: before.map_or(self.id(), |header| header.hash()),
            epoch: 1,
            first_seq: self.history.size(),
            count: 0,
            root_before,
            root_after: tree.apply(&self.store.view(), &diff).unwrap(),
            execution_root: Hash::ZERO,
            history_size: 0,
            history_root: Hash::ZERO,
            diff: Hash::ZERO,
            time_ms: 0,
        };
        let entries = steps.iter().map(|step| step.entry.clone()).collect();
        self.sealed(Block { header, build: "vectors 1".into(), entries, diff })
    }

    /// The block with everything in its header that follows from its body.
    pub fn sealed(&self, mut block: Block) -> Block {
        block.header.count = block.entries.len() as u64;
        block.header.time_ms = block.entries.last().map_or(0, |entry| entry.time_ms);
        block.header.diff = block.diff.hash();
        let records = self.records(&block);
        block.header.execution_root = execution_root(&records);
        let mut history = self.history.clone();
        records.iter().for_each(|record| history.push(&record.to_bytes()));
        (block.header.history_size, block.header.history_root) = (history.size(), history.root());
        block
    }

    /// Makes the steps the next block, and the block history.
    pub fn push(&mut self, steps: Vec<Step>) {
        let block = self.block(&steps);
        let recording = Recording::new(self.store.view());
        block.diff.iter().for_each(|(key, _)| drop(recording.get(key).unwrap()));
        let reads = recording.take().unwrap();
        self.witnesses.push(self.tree.witness(&*self.store.view(), &reads, &block.diff).unwrap());
        self.tree.apply(&self.store.view(), &block.diff).unwrap();
        self.store.apply(block.header.height, &block.diff).unwrap();
        for (seq, entry) in (block.header.first_seq..).zip(&block.entries) {
            if Profile::of_system(&entry.program).is_some() {
                self.acts.push((entry.call.clone(), seq));
            }
        }
        self.records(&block).iter().for_each(|record| self.history.push(&record.to_bytes()));
        self.commitments.push(self.commit(&block));
        self.blocks.push(block);
    }

    /// The commitment of who writes now.
    pub fn commit(&self, block: &Block) -> Commitment {
        Commitment::sign(&self.writer, &self.genesis.origin, &block.header)
    }

    /// The profile after the last block.
    fn profile(&self) -> Profile {
        self.blocks.iter().rev().find_map(Block::profile).unwrap_or(Profile::One)
    }

    /// The records of a block, which is one of these or comes next.
    fn records(&self, block: &Block) -> Vec<Record> {
        let below = self.blocks.iter().take_while(|below| below.header.height < block.header.height);
        let profile = below.filter_map(Block::profile).last().unwrap_or(Profile::One);
        block.records(block.profile().unwrap_or(profile).hash())
    }

    /// Record `seq`.
    pub fn record(&self, seq: u64) -> Record {
        let mut records = self.blocks.iter().flat_map(|block| self.records(block));
        records.nth(usize::try_from(seq).unwrap()).unwrap()
    }

    /// The links of all acts before `size`, proven in the tree of that size.
    pub fn links(&self, size: u64) -> Vec<Link> {
        let acts = self.acts.iter().filter(|(_, seq)| *seq < size);
        acts.map(|(call, seq)| Link::new(call, &self.record(*seq), self.history.path(*seq, size).unwrap()))
            .collect()
    }

    /// The receipt of record `seq` under the commitment to the block of `height`.
    pub fn receipt(&self, seq: u64, height: usize) -> ReceiptFile {
        let commitment = &self.commitments[height - 1];
        let path = self.history.path(seq, commitment.size()).unwrap();
        let receipt = Receipt::new(self.record(seq).to_bytes(), commitment, seq, path);
        ReceiptFile { genesis: Some(self.genesis.clone()), receipt, links: self.links(commitment.size()) }
    }

    /// What a bundle that begins after the block of `height` starts with.
    pub fn start(&self, height: usize) -> Start {
        let header = self.blocks[height - 1].header;
        let size = header.history_size;
        Start { header, peaks: self.history.peaks(size).unwrap(), links: self.links(size) }
    }

    /// A bundle of the blocks after `start`, or of all, with their witnesses if asked for.
    pub fn bundle(&self, start: Option<&Start>, witnesses: bool) -> Vec<u8> {
        let to = self.blocks.len() as u64;
        let mut writer = BundleWriter::new(Vec::new(), &self.genesis, start, to).unwrap();
        writer.program(WASM).unwrap();
        let skipped = start.map_or(0, |start| usize::try_from(start.header.height).unwrap());
        for at in skipped..self.blocks.len() {
            let witness = witnesses.then(|| Bytes(self.witnesses[at].to_bytes()));
            writer.block(&self.blocks[at], Some(&self.commitments[at]), witness.as_ref()).unwrap();
        }
        writer.finish().unwrap()
    }
}

/// A call that returned, and wrote one key.
fn returned(call: SignedCall, n: u8, time_ms: u64) -> Step {
    let mut diff = Diff::new();
    diff.put(Space::Program.key(&[n]), Some(vec![n; usize::from(n) * 10]));
    let mut step = silent(call, Outcome::Returned((u64::from(n),).to_bytes()), time_ms);
    step.entry.diff = diff.hash();
    Step { diff, ..step }
}

/// A call of the program that wrote nothing.
fn silent(call: SignedCall, outcome: Outcome, time_ms: u64) -> Step {
    let fuel = if outcome == Outcome::Trapped(Trap::OutOfFuel) { call.call.fuel_max } else { 10 };
    let (events, messages, diff) = (Vec::new(), Vec::new(), Diff::new());
    let program = PROGRAM.hash(WASM);
    Step {
        entry: Entry {
            call,
            program,
            time_ms,
            outcome,
            events,
            messages,
            diff: diff.hash(),
            fuel,
            erased: None,
        },
        diff,
    }
}
