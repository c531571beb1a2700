//! A shard in memory, and calls to it.

use crate::recover::{Opening, Recovered};
use crate::replay::{ReplayError, Replayer};
use crate::{Answer, Batch, Keyring, Rejected, Request, Shard, ShardError};
use abi::call::{Call, Caller, Proof, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::genesis::{CommitPolicy, Genesis, Quorum, TimePolicy};
use abi::hash::PROGRAM;
use abi::id::Hash;
use abi::profile::Profile;
use abi::sign::SecretKey;
use abi::system::{Act, Deploy};
use abi::view::{Entry, Scan};
use journal::{Block, Journal, MemoryDisk, SegmentSize};
use state::MemoryStore;
use std::collections::BTreeMap;
use vm::Engine;

pub(crate) const START_MS: u64 = 1_000_000;
pub(crate) const WINDOW_MS: u64 = 100_000;
pub(crate) const JUMP_MS: u64 = 50_000;
pub(crate) const FUEL: u64 = 1_000_000;

/// The key of anybody whom the tests name by a number: 1 is the writer's, 2 to 4 the authority's.
pub(crate) fn key(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number; 32])
}

pub(crate) fn genesis() -> Genesis {
    let mut keys = [2, 3, 4].map(|number| key(number).public()).to_vec();
    keys.sort();
    Genesis {
        version: abi::VERSION,
        profile: Profile::One.hash(),
        origin: "foil.example/tests".into(),
        authority: Quorum { threshold: 2, keys },
        writer: key(1).public(),
        commit: CommitPolicy { writes: 1, replicas: Vec::new() },
        window_ms: WINDOW_MS,
        time: TimePolicy { start_ms: START_MS, jump_ms: JUMP_MS },
        witnesses: Quorum::default(),
        nonce: [0; 16],
    }
}

fn wasm(step: u64) -> Vec<u8> {
    wat::parse_str(include_str!("guest.wat").replace("STEP", &step.to_string())).unwrap()
}

/// The program that counts in this step.
pub(crate) fn program(step: u64) -> Hash {
    PROGRAM.hash(&wasm(step))
}

/// The program that counts down, whose migration traps in this step.
pub(crate) fn upgraded(bad: u64) -> Vec<u8> {
    wat::parse_str(include_str!("upgraded.wat").replace("BAD", &bad.to_string())).unwrap()
}

/// What no program may look like.
pub(crate) const INADMISSIBLE: &[u8] = b"not wasm";

/// Programs of steps 1 and 10, those they are upgraded to, and one that is not admitted.
pub(crate) fn programs() -> BTreeMap<Hash, Vec<u8>> {
    let all = [wasm(1), wasm(10), upgraded(0), upgraded(2), INADMISSIBLE.to_vec()];
    all.into_iter().map(|wasm| (PROGRAM.hash(&wasm), wasm)).collect()
}

/// What a shard of these tests is opened with.
pub(crate) fn opening(disk: MemoryDisk, store: MemoryStore) -> Opening<MemoryDisk, MemoryStore> {
    let programs = Box::new(programs());
    Opening {
        genesis: genesis(),
        keyring: Keyring::new(vec![key(1)]),
        disk,
        store,
        programs,
        build: "tests".into(),
    }
}

/// The disk of a new shard, with segments that are smaller than a node's.
pub(crate) fn disk(genesis: &Genesis) -> MemoryDisk {
    let size = SegmentSize::of_pages(200);
    Journal::create_with(MemoryDisk::new(), genesis.id(), size).unwrap().into_disk()
}

/// A shard, and the host's clock.
pub(crate) struct Sample {
    pub(crate) shard: Shard<MemoryDisk, MemoryStore>,
    pub(crate) now_ms: u64,
    keys_used: u8,
}

impl Sample {
    /// A shard without a program.
    pub(crate) fn born() -> Sample {
        Sample::on(disk(&genesis()))
    }

    /// The same, on a disk with an empty journal.
    pub(crate) fn on(disk: MemoryDisk) -> Sample {
        let (shard, _) = Shard::open(opening(disk, MemoryStore::default())).unwrap();
        Sample { shard, now_ms: START_MS, keys_used: 0 }
    }

    /// A shard whose program counts in steps of 1.
    pub(crate) fn begun() -> Sample {
        let mut sample = Sample::born();
        let deploy = sample.deploy(program(1), &[2, 3]);
        assert!(matches!(sample.ask(&deploy), Answer::New { seq: 0, .. }));
        sample
    }

    /// Closes the shard and opens it again.
    pub(crate) fn reopened(self) -> (Sample, Recovered) {
        let Sample { shard, now_ms, keys_used } = self;
        let (disk, store) = shard.close().unwrap();
        let (shard, recovered) = Shard::open(opening(disk, store)).unwrap();
        (Sample { shard, now_ms, keys_used }, recovered)
    }

    /// A call of nobody's, with a key that no other has.
    pub(crate) fn call(&mut self, method: &str) -> Call {
        self.keys_used += 1;
        Call {
            version: abi::VERSION,
            shard: self.shard.id(),
            program: None,
            method: method.into(),
            args: Bytes(([self.keys_used; 8],).to_bytes()),
            salt: [self.keys_used; 32],
            caller: Caller::Nobody,
            key: [self.keys_used; 32],
            expires_ms: self.now_ms + 10_000,
            fuel_max: FUEL,
        }
    }

    /// A call that nobody signed.
    pub(crate) fn unsigned(&mut self, method: &str) -> SignedCall {
        unsigned(self.call(method))
    }

    /// A call of the holder of key 9.
    pub(crate) fn signed(&mut self, method: &str) -> SignedCall {
        let call = Call { caller: Caller::Key(key(9).public()), ..self.call(method) };
        SignedCall::sign(call, &key(9))
    }

    /// A deploy, signed by these keys.
    pub(crate) fn deploy(&mut self, program: Hash, signers: &[u8]) -> SignedCall {
        self.act(Act::Deploy(Deploy { program }), signers)
    }

    /// An act, signed by these keys.
    pub(crate) fn act(&mut self, act: Act, signers: &[u8]) -> SignedCall {
        let (method, args) = act.to_call();
        let call = self.call(method);
        let in_force = self.shard.profile_at(self.shard.position().seq);
        let profile = act.profile().unwrap_or(in_force);
        let call = Call { program: Some(profile.system()), args: Bytes(args), ..call };
        let keys: Vec<SecretKey> = signers.iter().map(|&number| key(number)).collect();
        SignedCall::authorize(call, &keys.iter().collect::<Vec<_>>())
    }

    /// Delivers one call.
    pub(crate) fn ask(&mut self, signed: &SignedCall) -> Answer {
        self.submit(std::slice::from_ref(signed), 1).remove(0)
    }

    /// Delivers calls in blocks.
    pub(crate) fn submit(&mut self, calls: &[SignedCall], block_calls: usize) -> Vec<Answer> {
        self.deliver(calls, block_calls, false)
    }

    pub(crate) fn deliver(
        &mut self,
        calls: &[SignedCall],
        block_calls: usize,
        stop_at_rejection: bool,
    ) -> Vec<Answer> {
        let now_ms = self.now_ms;
        let requests = calls.iter().map(|signed| Request { signed: signed.clone(), now_ms }).collect();
        self.shard.submit(Batch { requests, block_calls, stop_at_rejection }).unwrap()
    }

    /// Why a call is rejected, which leaves no trace.
    pub(crate) fn rejection(&mut self, signed: &SignedCall) -> Rejected {
        let (position, head) = (self.shard.position().clone(), self.shard.head());
        let answer = self.ask(signed);
        assert_eq!((self.shard.position(), self.shard.head()), (&position, head));
        match answer {
            Answer::Rejected(rejected) => rejected,
            other => panic!("{other:?}"),
        }
    }

    /// All blocks.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        (1..=self.shard.position().height).map(|height| self.shard.block(height).unwrap().unwrap()).collect()
    }

    /// Every block again, from genesis.
    pub(crate) fn replay(&self) -> Result<(), ReplayError> {
        let genesis = self.shard.genesis();
        let mut replayer = Replayer::new(genesis, Box::new(programs()), Engine::default())?;
        for height in 1..=self.shard.position().height {
            replayer.block(&self.shard.block(height).unwrap().unwrap())?;
        }
        assert_eq!(replayer.chain().root(), self.shard.position().root);
        assert_eq!(replayer.chain().program(), self.shard.serving().unwrap());
        Ok(())
    }

    /// Everything in the state.
    pub(crate) fn content(&self) -> Vec<Entry> {
        let all = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };
        self.shard.view().scan(&all).unwrap()
    }
}

pub(crate) fn unsigned(call: Call) -> SignedCall {
    SignedCall { call, proof: Proof::None }
}

/// Why a shard cannot be opened so.
pub(crate) fn refusal(opening: Opening<MemoryDisk, MemoryStore>) -> ShardError {
    match Shard::open(opening) {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}
