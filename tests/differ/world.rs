//! Small shards, run by the real kernel: what the changes are made of.

use crate::birth::{START_MS, WINDOW_MS, authority, caller, genesis, writer};
use crate::history::History;
use crate::rng::Rng;
use abi::call::{Call, Caller, Envelope, Proof, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::hash::PROGRAM;
use abi::id::Hash;
use abi::profile::Profile;
use abi::sign::SecretKey;
use abi::system::{Act, Advance, Deploy, Erase, Prune, Revert, SetProfile, SetWriter, Upgrade};
use journal::{MemoryDisk, ReceiptFile};
use kernel::recover::Opening;
use kernel::{Answer, Batch, Keyring, Request, Shard};
use state::MemoryStore;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use verify::{Claim, ProofFile, QueryProof};

/// The key that some shards' authority makes the writer's.
pub(crate) fn successor() -> SecretKey {
    SecretKey::from_seed(&[66; 32])
}

/// The program of the simulated world, which here can be asked for a key, and its upgrade.
fn programs() -> &'static [Vec<u8>; 2] {
    static WASM: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let query = r#"(func (export "query:read")
        (drop (call $input (i32.const 64) (i32.const 60000)))
        (drop (call $get (i32.const 66) (i32.const 8) (i32.const 32) (i32.const 8)))
        (call $answer (i32.const 32) (i32.const 8)))
    (memory"#;
    WASM.get_or_init(|| {
        ["1", "1000"].map(|version| {
            let text = include_str!("../sim/guest.wat").replace("VERSION)", &format!("{version})"));
            wat::parse_str(text.replace("(memory", query)).unwrap()
        })
    })
}

/// A program's id.
pub(crate) fn program_id(index: usize) -> Hash {
    PROGRAM.hash(&programs()[index])
}

/// A shard's history, and what its node handed out on the way.
pub(crate) struct World {
    pub(crate) history: History,
    /// The same from a block in the middle on.
    pub(crate) later: History,
    pub(crate) receipts: Vec<ReceiptFile>,
    pub(crate) proofs: Vec<ProofFile>,
}

struct Maker {
    rng: Rng,
    shard: Shard<MemoryDisk, MemoryStore>,
    time_ms: u64,
    keys_used: u8,
    receipts: Vec<ReceiptFile>,
    proofs: Vec<ProofFile>,
}

impl World {
    /// The shard of a seed: a deploy, some batches, and acts of the authority between them.
    pub(crate) fn new(seed: u64) -> World {
        let catalogue: BTreeMap<Hash, Vec<u8>> =
            (0..2).map(|index| (program_id(index), programs()[index].clone())).collect();
        let opening = Opening {
            genesis: genesis(seed),
            keyring: Keyring::new(vec![writer(), successor()]),
            disk: MemoryDisk::new(),
            store: MemoryStore::default(),
            programs: Box::new(catalogue),
            build: "differ".into(),
        };
        let shard = Shard::create(opening).unwrap();
        let rng = Rng::new(seed, "differ");
        let (receipts, proofs) = (Vec::new(), Vec::new());
        let mut maker = Maker { rng, shard, time_ms: START_MS, keys_used: 0, receipts, proofs };
        maker.act(Act::Deploy(Deploy { program: program_id(0) }));
        let batches = maker.rng.within(2..=4);
        for n in 0..batches {
            maker.calls();
            if n == 0 && seed.is_multiple_of(2) {
                maker.act(Act::SetWriter(SetWriter { key: successor().public() }));
            }
            if n == 0 && seed % 5 < 2 {
                maker.act(Act::SetProfile(SetProfile { profile: Profile::Two.hash() }));
            }
            if n == 1 && seed.is_multiple_of(3) {
                maker.replace();
            }
            if n == 1 && seed % 3 == 1 {
                maker.revert();
            }
            if n == 0 && seed % 4 == 1 {
                maker.advance();
            }
        }
        maker.end()
    }
}

impl Maker {
    fn call(&mut self, method: &str, args: Vec<u8>) -> Call {
        self.keys_used += 1;
        self.time_ms += self.rng.within(0..=40);
        let key = [self.keys_used; 32];
        Call {
            version: abi::VERSION,
            shard: self.shard.id(),
            program: None,
            method: method.into(),
            args: Bytes(args),
            salt: Call::salt_of(&[5; 32], &key),
            caller: Caller::Nobody,
            key,
            expires_ms: self.time_ms + self.rng.within(1..=WINDOW_MS),
            fuel_max: 20_000,
        }
    }

    fn act(&mut self, act: Act) {
        let (method, args) = act.to_call();
        let profile = act.profile().unwrap_or(self.profile());
        let call = Call { program: Some(profile.system()), ..self.call(method, args) };
        let [first, second, _] = authority();
        self.submit(vec![SignedCall::authorize(call, &[&first, &second])]);
    }

    fn profile(&self) -> Profile {
        self.shard.profile_at(self.shard.position().seq)
    }

    /// Has the other program serve; under the second profile, by an upgrade, with a decision on the past.
    fn replace(&mut self) {
        let program = program_id(1);
        if self.profile() == Profile::One {
            return self.act(Act::Deploy(Deploy { program }));
        }
        self.act(Act::Upgrade(Upgrade { program }));
        let (seq, height) = (self.rng.within(0..=2), 1);
        let decides = self.rng.percent(50);
        self.act(if decides { Act::Erase(Erase { seq }) } else { Act::Prune(Prune { height }) });
    }

    /// Goes back to an earlier state.
    fn revert(&mut self) {
        let height = self.rng.within(1..=self.shard.position().height - 1);
        let header = self.shard.block(height).unwrap().unwrap().header;
        let program = self.shard.program_at(&header).unwrap();
        self.act(Act::Revert(Revert { height, root: header.root_after, program }));
    }

    /// Lets time make a greater step than it may by itself.
    fn advance(&mut self) {
        self.time_ms += self.shard.genesis().time.jump_ms + self.rng.within(1..=WINDOW_MS);
        self.act(Act::Advance(Advance { to_ms: self.time_ms + 40 }));
    }

    /// A batch of calls that return, fail and trap, by one caller each or under one signature.
    fn calls(&mut self) {
        let mut batch = Vec::new();
        for _ in 0..self.rng.within(1..=6) {
            let method = *self.rng.pick(&["count", "put", "put", "take", "trap", "burn"]);
            let key = Bytes(vec![self.rng.byte() % 6; 8]);
            let args = (key, Bytes(vec![7; self.rng.index(40)])).to_bytes();
            let call = self.call(method, args);
            batch.push(match self.rng.within(0..=4) {
                0 => SignedCall { call, proof: Proof::None },
                1 => {
                    let call = Call { caller: Caller::Principal("ann".into()), ..call };
                    SignedCall { call, proof: Proof::None }
                }
                n => {
                    let secret = caller(u8::try_from(n % 3).unwrap());
                    SignedCall::sign(Call { caller: Caller::Key(secret.public()), ..call }, &secret)
                }
            });
        }
        if self.rng.percent(50) {
            let secret = caller(0);
            let calls = (0..self.rng.within(1..=5)).map(|_| {
                let call = self.call("count", vec![0x80]);
                Call { caller: Caller::Key(secret.public()), ..call }
            });
            batch.extend(Envelope::sign(calls.collect(), &secret));
        }
        self.submit(batch);
    }

    fn submit(&mut self, batch: Vec<SignedCall>) {
        let now_ms = self.time_ms;
        let requests = batch.into_iter().map(|signed| Request { signed, now_ms }).collect();
        let block_calls = usize::try_from(self.rng.within(1..=5)).unwrap();
        let answers = self.shard.submit(Batch { requests, block_calls, stop_at_rejection: false }).unwrap();
        assert!(answers.iter().any(|answer| matches!(answer, Answer::New { .. })), "{answers:?}");
        let last = self.shard.position().seq - 1;
        let receipt = self.shard.receipt_file(last).unwrap().unwrap();
        let key = [&[1][..], &[self.rng.byte() % 6; 8]].concat();
        let keys = self.shard.now().prove(&[key.as_slice(), b"\x01count"]).unwrap();
        let to = [1, self.rng.byte() % 8];
        let range = self.shard.now().prove_range(&[1], self.rng.percent(70).then_some(&to[..])).unwrap();
        let query = Claim::Query(Box::new(self.query()));
        for claim in [Claim::Keys(keys), Claim::Range(range), query] {
            self.proofs.push(ProofFile { receipt: receipt.clone(), claim });
        }
    }

    fn query(&mut self) -> QueryProof {
        let args = (Bytes(vec![self.rng.byte() % 6; 8]), 0u8).to_bytes();
        let (caller, method, fuel_max) = (Caller::Nobody, "read", 20_000);
        let (execution, witness) =
            self.shard.now().query_proven(caller.clone(), method, args.clone(), fuel_max).unwrap();
        let serving = self.shard.serving().unwrap();
        let program = (0..2).find(|&index| Some(program_id(index)) == serving).unwrap();
        QueryProof {
            caller,
            method: method.into(),
            args: Bytes(args),
            fuel_max,
            program: Bytes(programs()[program].clone()),
            outcome: execution.outcome.code(),
            output: execution.outcome.output().into(),
            witness,
        }
    }

    fn end(mut self) -> World {
        let height = self.shard.position().height;
        let blocks: Vec<_> = (1..=height).map(|height| self.shard.block(height).unwrap().unwrap()).collect();
        for seq in 0..self.shard.position().seq {
            self.receipts.push(self.shard.receipt_file(seq).unwrap().unwrap());
        }
        let middle = blocks.len() / 2;
        let start = self.shard.start_after(&blocks[middle - 1].header).unwrap();
        let genesis = self.shard.genesis().clone();
        let later = History::new(genesis.clone(), Some(start), blocks[middle..].to_vec());
        let history = History::new(genesis, None, blocks);
        World { history, later, receipts: self.receipts, proofs: self.proofs }
    }
}
